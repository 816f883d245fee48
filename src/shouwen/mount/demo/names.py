"""Invented people and numbers: valid in form, false in fact."""

from datetime import date, timedelta
from random import Random

from shouwen.mount.demo.structs import Renter

FIRST = (
    "陈思宇", "阿卜杜热合曼·买买提江", "刘洋", "欧阳丽娜", "马若琳", "赵建军", "孙晓平", "吴迪",
    "司徒静怡", "诸葛明远", "上官云", "慕容雪晴", "迪丽热巴·吐尔逊", "林一", "何梓萱", "尉迟恭良",
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚"
GIVEN = (
    "梓涵", "浩然", "雨桐", "子轩", "欣怡", "佳琪", "宇航", "诗雅", "志强", "丽华", "晓峰", "敏", "俊杰", "婷婷",
    "文博", "嘉怡", "国栋", "静", "天佑", "若曦", "海涛", "雪梅", "磊", "思源", "一鸣", "玉珍", "鹏飞", "可欣",
    "建国", "晨曦", "振宇", "美玲", "凯", "安琪", "明哲", "春燕",
)  # fmt: skip
STREETS = (
    "杭州市余杭区良渚街道芦荻路 18 号 3 幢 502 室", "成都市武侯区长寿路 7 号院 2 单元 1104",
    "武汉市洪山区雄楚大道 256 号学府公寓 6 栋", "西安市雁塔区科技二路 41 号 1 号楼 2003",
    "广州市番禺区大石街植村工业二路 9 号宿舍楼", "长沙市岳麓区麓谷大道 88 号 12 栋 701",
    "郑州市金水区文化路 60 号院", "乌鲁木齐市天山区新华南路 210 号 4 单元 302",
    "沈阳市和平区三好街 33 号", "厦门市集美区杏林湾路 471 号 8 号楼",
)  # fmt: skip


def luhn_digit(digits: str) -> str:
    """The check digit that makes `digits` + it pass the Luhn test."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def imei_of(type_code: str, serial: int) -> str:
    """15 digits: an 8-digit type code, a 6-digit serial, the check digit."""
    body = f"{type_code}{serial:06d}"
    return body + luhn_digit(body)


def id_number(born_on: date, serial: int) -> str:
    """18 characters with a right check character (GB 11643) in area 990101, which nobody has."""
    body = f"990101{born_on:%Y%m%d}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def invent_renters(rng: Random, count: int, today: date) -> tuple[Renter, ...]:
    """`count` people with different names and numbers; the first ones are those whom the stories name."""
    names = list(FIRST)
    while len(names) < count:
        name = rng.choice(SURNAMES) + rng.choice(GIVEN)
        if name not in names:
            names.append(name)
    tails = rng.sample(range(10_000), count)
    renters = []
    for index, name in enumerate(names):
        born_on = date(1968, 1, 1) + timedelta(days=rng.randrange(13_500))
        renters.append(
            Renter(
                key=index + 1,
                name=name,
                phone=f"1990000{tails[index]:04d}",
                id_number=id_number(born_on, rng.randrange(1, 999)),
                zhima_score=min(850, max(520, round(rng.gauss(668, 52)))),
                address=rng.choice(STREETS),
                joined_on=today - timedelta(days=rng.randrange(420, 1_100)),
            )
        )
    return tuple(renters)
