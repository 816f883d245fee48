"""Who works here and what is rented out."""

from shouwen.kernel.actor import Role
from shouwen.mount.demo.structs import Model, Staff

RENTERS = 120  # beside those of the stories, who follow

STAFF = (
    Staff("zhoumin", "周敏", Role.AGENT),
    Staff("xujia", "许佳", Role.AGENT, "late"),
    Staff("fangyuan", "方圆", Role.AGENT, "split"),
    Staff("qiaoyu", "乔雨", Role.AGENT, "late"),
    Staff("luchen", "陆晨", Role.AGENT),
    Staff("lintao", "林涛", Role.SPECIALIST),
    Staff("lingshan", "凌珊", Role.SPECIALIST, "late"),
    Staff("hebo", "贺博", Role.INSPECTOR),
    Staff("songyi", "宋逸", Role.INSPECTOR, "late"),
    Staff("tangwei", "唐薇", Role.SUPERVISOR),
    Staff("shenhao", "沈昊", Role.SUPERVISOR, "late"),
    Staff("guanli", "管力", Role.ADMIN),
)

MODELS = (
    Model(
        "IP15PM",
        "iPhone 15 Pro Max",
        ("256G", "512G"),
        (("原色钛", "natural_titanium"), ("蓝钛", "blue_titanium"), ("黑钛", "black_titanium")),
        "00101701",
        804_600,
        300_000,
    ),
    Model("IP15", "iPhone 15", ("128G", "256G"), (("粉色", "pink"),), "00101702", 519_900, 200_000),
    Model(
        "MATE60P",
        "HUAWEI Mate 60 Pro",
        ("256G", "512G"),
        (("雅川青", "ya_green"), ("雅丹黑", "ya_black")),
        "00101703",
        629_810,
        250_000,
    ),
    Model(
        "MI14",
        "Xiaomi 14",
        ("256G", "512G"),
        (("岩石青", "rock_cyan"), ("黑色", "ink_black")),
        "00101704",
        412_345,
        150_000,
    ),
    Model("FINDX7", "OPPO Find X7", ("256G", "512G"), (("海阔天空", "sea_blue"),), "00101705", 438_800, 150_000),
    Model("X100", "vivo X100", ("256G", "512G"), (("白月光", "star_white"),), "00101706", 421_070, 150_000),
    Model("HONOR100P", "HONOR 100 Pro", ("256G",), (("莫奈紫", "lilac"),), "00101707", 348_830, 120_000),
)
