"""The keys a template may have, and what each must look like."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches

from shouwen.features.contracts.rules.rates import parse_rate
from shouwen.kernel.errors import BadInput

MOST_FEN = 10**12  # ¥10,000,000,000
MOST_PERIODS = 120
_MOST_DAYS = 3650
_NO = re.compile(r"[0-9A-Za-z第条款一二三四五六七八九十百.\-()（）]{1,20}")

Check = Callable[[str, object], object]


class Fault(Exception):
    """What is wrong with which key of which table; the line is found afterwards."""

    def __init__(self, key: str, zh: str, en: str, remedy_zh: str, *, table: str = "terms", index: int = 0) -> None:
        super().__init__(en)
        self.key, self.zh, self.en, self.remedy_zh = key, zh, en, remedy_zh
        self.table, self.index = table, index


def _whole(key: str, value: object, least: int, most: int, unit: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        example = f"{key} = 650200（即 6502.00 元）" if unit == "分" else f"{key} = {max(least, 12)}"
        raise Fault(
            key, f"{key} 须为整数（{unit}）", f"{key} must be an integer", f"请写成 {example}，不带引号和小数点"
        )
    if not least <= value <= most:
        raise Fault(
            key,
            f"{key} 须在 {least} 到 {most} 之间",
            f"{key} must be between {least} and {most}",
            f"请检查单位（{unit}）和位数",
        )
    return value


def _amount(key: str, value: object) -> object:
    return _whole(key, value, 0, MOST_FEN, "分")


def _positive_amount(key: str, value: object) -> object:
    return _whole(key, value, 1, MOST_FEN, "分")


def _periods(key: str, value: object) -> object:
    return _whole(key, value, 1, MOST_PERIODS, "期")


def _days(key: str, value: object) -> object:
    return _whole(key, value, 0, _MOST_DAYS, "天")


def _count(key: str, value: object) -> object:
    return _whole(key, value, 0, 10_000, "个")


def _rate(key: str, value: object) -> object:
    example = '请写成带引号的字符串，例如 "0.0003"'
    if not isinstance(value, str):
        raise Fault(key, f"{key} 须为字符串形式的比例", f"{key} must be a string", example)
    try:
        parse_rate(value, key)
    except BadInput as bad:
        raise Fault(key, bad.zh, bad.en, bad.remedy_zh) from None
    return value


def _day(key: str, value: object) -> object:
    if isinstance(value, datetime) or not isinstance(value, date) or not 2000 <= value.year <= 2100:
        raise Fault(key, f"{key} 须为日期", f"{key} must be a date", f"请写成 {key} = 2026-01-15，不带引号和时间")
    return value


def _text_up_to(most: int) -> Check:
    def check(key: str, value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            raise Fault(key, f"{key} 须为文字", f"{key} must be text", f'请写成 {key} = "……"')
        if len(value) > most:
            raise Fault(key, f"{key} 超过 {most} 个字", f"{key} is too long", "请写短一些，或分成几条")
        bad = next((c for c in value if _unprintable(c)), "")
        if bad:
            code = f"U+{ord(bad):04X}"
            raise Fault(key, f"{key} 中有看不见的控制字符 {code}", f"{key} contains {code}", "请删去这个字符")
        return value

    return check


def _unprintable(character: str) -> bool:
    if character in "\n\t\r":
        return False
    category = unicodedata.category(character)
    return category in ("Cc", "Cs") or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _one_of(*allowed: str) -> Check:
    def check(key: str, value: object) -> object:
        if not isinstance(value, str) or value not in allowed:
            listed = "、".join(f'"{each}"' for each in allowed)
            raise Fault(key, f"{key} 只能是 {listed}", f"{key} must be one of {allowed}", f"请从 {listed} 中选一个")
        return value

    return check


def _list_of(check_item: Check, most: int) -> Check:
    def check(key: str, value: object) -> object:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise Fault(key, f"{key} 须为 1 到 {most} 项的列表", f"{key} must be a list", f"请写成 {key} = [ … ]")
        return [check_item(key, item) for item in value]

    return check


def _each_once(check_list: Check) -> Check:
    def check(key: str, value: object) -> object:
        checked = check_list(key, value)
        if isinstance(checked, list) and len(set(checked)) != len(checked):
            raise Fault(key, f"{key} 中有重复的项", f"{key} names something twice", "每一项只写一次")
        return checked

    return check


def _yes_or_no(key: str, value: object) -> object:
    if not isinstance(value, bool):
        raise Fault(key, f"{key} 须为 true 或 false", f"{key} must be true or false", f"请写成 {key} = true，不带引号")
    return value


def _formulas(key: str, value: object) -> object:
    sources = value if isinstance(value, list) else [value]
    checked = _list_of(_text_up_to(400), 8)(key, sources)
    assert isinstance(checked, list)
    return checked


def _rows(columns: Mapping[str, Check], required: Iterable[str]) -> Check:
    needed = tuple(required)

    def check(key: str, value: object) -> object:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value) or len(value) > 500:
            raise Fault(key, f"{key} 须为表格", f"{key} must be tables", f"请用 [[terms.{key}]] 写每一行")
        for index, row in enumerate(value):
            try:
                _checked(row, columns, needed, "")
            except Fault as fault:
                fault.table, fault.index = f"terms.{key}", index
                raise
        return value

    return check


_WORD = _text_up_to(60)
_CHARGES = ("rent", "late_fee", "damage", "addon", "fee", "buyout")
TERM_KEYS: dict[str, Check] = {
    "total_rent_fen": _positive_amount,
    "periods": _periods,
    "first_due_on": _day,
    "rounding": _one_of("first", "last"),
    "rents_fen": _list_of(_amount, MOST_PERIODS),
    "signed_value_fen": _amount,
    "residual_price_fen": _amount,
    "buyout_formula": _formulas,
    "early_buyout_fee_fen": _amount,
    "grace_days": _days,
    "late_fee_daily_rate": _rate,
    "late_fee_daily_fen": _amount,
    "late_fee_cap_share": _rate,
    "deposit_fen": _amount,
    "deposit_release_days": _days,
    "ship_by_days": _days,
    "inspection_days": _days,
    "dispute_days": _days,
    "damage_cap_fen": _amount,
    "official_price_fen": _amount,
    "evidence_retention_days": _days,
    "warranty_days": _days,
    "early_return_fee_fen": _amount,
    "end_of_term": _list_of(_one_of("return", "buyout", "renewal", "rent-to-own"), 4),
    "sku": _WORD,
    "storage": _WORD,
    "colour": _WORD,
    "condition_grade": _WORD,
    "wear_allowance": _rows(
        {"kind": _WORD, "max_mm": _count, "parts": _list_of(_WORD, 20), "max_severity": _WORD}, ("kind",)
    ),
    "damage_prices": _rows(
        {"part": _WORD, "kind": _WORD, "severity": _WORD, "price_fen": _amount},
        ("part", "kind", "severity", "price_fen"),
    ),
    "due_day": lambda key, value: _whole(key, value, 1, 31, "日"),
    "rent_paid": _one_of("advance", "arrears"),
    "proration": _one_of("actual", "thirty"),
    "proration_rounding": _one_of("down", "half_up", "up"),
    "allocation_order": _each_once(_list_of(_one_of(*_CHARGES), len(_CHARGES))),
    "allocation_by": _one_of("kind", "due"),
    "delinquency_from": _one_of("due", "grace"),
    "early_return_share": _rate,
    "early_return_rents": lambda key, value: _whole(key, value, 0, MOST_PERIODS, "期"),
    "early_return_after": lambda key, value: _whole(key, value, 0, MOST_PERIODS, "期"),
    "early_return_rent": _one_of("period", "days"),
    "renewal_rent_fen": _positive_amount,
    "loss_price": _one_of("ladder", "fixed"),
    "loss_price_fen": _amount,
    "hold_over_daily_fen": _amount,
    "instalment_sale": _yes_or_no,
    "reminder_plan": _WORD,
}
_HEADER_KEYS: dict[str, Check] = {
    "title": _text_up_to(200),
    "version": _WORD,
    "terms": lambda _key, value: value,
    "clauses": lambda _key, value: value,
}


def check_header(document: dict[str, object]) -> tuple[str, str]:
    """Title and version of the file; Fault on anything unknown or missing at the top."""
    _checked(document, _HEADER_KEYS, ("title", "terms"), "")
    return str(document["title"]), str(document.get("version", "1"))


def check_terms(terms: object) -> dict[str, object]:
    """The `[terms]` table, checked; a single formula becomes a list of one."""
    if not isinstance(terms, dict):
        raise Fault("terms", "terms 须为表", "terms must be a table", "请写 [terms]，下面每行一个键", table="")
    checked = _checked(terms, TERM_KEYS, ("total_rent_fen", "periods", "signed_value_fen"), "terms")
    ends = checked.get("end_of_term")
    buyout = not isinstance(ends, list) or "buyout" in ends or "rent-to-own" in ends
    if buyout and "buyout_formula" not in checked:
        raise _missing("buyout_formula", "terms", '；不提供买断的合同请写 end_of_term = ["return"]')
    rents = checked.get("rents_fen")
    if isinstance(rents, list) and len(rents) != checked["periods"]:
        raise Fault(
            "rents_fen",
            f"rents_fen 有 {len(rents)} 项，期数是 {checked['periods']}",
            "rents_fen must have one rent a period",
            "请逐期写出租金，或删去 rents_fen 由系统均分",
        )
    return checked


def check_clauses(clauses: object) -> list[dict[str, object]]:
    """The `[[clauses]]` tables, checked; numbers are unique, and the keys they govern are known."""
    if not isinstance(clauses, list) or not all(isinstance(clause, dict) for clause in clauses):
        raise Fault("clauses", "clauses 须为条款列表", "clauses must be tables", "请用 [[clauses]] 写每一条", table="")
    seen: set[str] = set()
    checked = []
    for index, clause in enumerate(clauses):
        try:
            checked.append(_checked(clause, _CLAUSE_KEYS, ("no", "title", "text"), "clauses"))
            no = str(clause["no"])
            if no in seen:
                raise Fault("no", f"条款号 {no} 重复", f"clause number {no} twice", "每一条的编号只能用一次")
            seen.add(no)
        except Fault as fault:
            fault.table, fault.index = "clauses", index
            raise
    return checked


def _clause_no(key: str, value: object) -> object:
    if not isinstance(value, str) or not _NO.fullmatch(value):
        raise Fault(key, "条款号须为带引号的编号", "clause numbers are strings", '请写成 no = "8.2"')
    return value


def _governed(key: str, value: object) -> object:
    if not isinstance(value, list):
        raise Fault(key, "条款的 terms 须为键的列表", "terms of a clause is a list", '请写成 terms = ["periods"]')
    for name in value:
        if not isinstance(name, str):
            raise Fault(key, "条款的 terms 只能写键名", "terms of a clause lists names", '请写成 terms = ["periods"]')
        if name not in TERM_KEYS:
            raise _unknown(name, TERM_KEYS, key)
    return value


_CLAUSE_KEYS: dict[str, Check] = {
    "no": _clause_no,
    "title": _text_up_to(200),
    "text": _text_up_to(20_000),
    "terms": _governed,
}


def _checked(
    table: Mapping[str, object], checks: Mapping[str, Check], required: Iterable[str], name: str
) -> dict[str, object]:
    for key in table:
        if key not in checks:
            raise _unknown(key, checks, key, name)
    try:
        checked = {key: checks[key](key, value) for key, value in table.items()}
    except Fault as fault:
        fault.table = fault.table if fault.table.startswith("terms.") else name
        raise
    for key in required:
        if key not in table:
            raise _missing(key, name)
    return checked


def _unknown(name: str, known: Iterable[str], key: str, table: str = "terms") -> Fault:
    near = get_close_matches(name[:60], list(known), n=1, cutoff=0.6)
    remedy = f"是不是 {near[0]}？" if near else "请对照示例模板的键名，或删去它"
    return Fault(key, f"不认识的键：{name[:60]}", f"unknown key {name[:60]}", remedy, table=table)


def _missing(key: str, table: str, more: str = "") -> Fault:
    where = f"[{table}] 中" if table else "文件开头"
    return Fault(key, f"缺少 {key}", f"{key} is missing", f"请在{where}写上 {key}{more}", table=table)
