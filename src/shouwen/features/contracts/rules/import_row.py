"""One row of an import: what it must hold, and the contract it makes (BUY-3 and BUY-4: marked, never refused)."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256

import msgspec
from msgspec import Struct, structs

from shouwen.features.contracts.rules.formula import parse_formula
from shouwen.features.contracts.rules.import_file import Written
from shouwen.features.contracts.rules.publish import check_contract
from shouwen.features.contracts.rules.rates import parse_rate
from shouwen.features.contracts.rules.sign import sign
from shouwen.features.contracts.types import Clause, Contract, ContractCheck, ContractPolicy, ContractTemplate, Terms
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import typed_fen
from shouwen.kernel.imei import is_imei

MOST_FEN = 1_000_000_000  # ¥10,000,000
_EARLIEST = date(2015, 1, 1)
_CLAUSE_NO = "原合同"
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?")
_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_PHONE_SIGNS = re.compile(r"\+?[0-9 -]{1,30}")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_EXTERNAL_NO = re.compile(r"[0-9A-Za-z一-鿿][0-9A-Za-z一-鿿_./#-]{0,59}")

COLUMNS: dict[str, str] = {
    "external_no": "合同编号", "renter_name": "姓名", "renter_phone": "手机号", "model": "型号", "storage": "容量",
    "colour": "颜色", "condition_grade": "成色", "imei": "IMEI", "signed_on": "签署日", "first_due_on": "首个付款日",
    "periods": "期数", "total_rent": "总租金", "signed_value": "签约价", "residual": "买断尾款", "deposit": "押金",
    "buyout_formula": "买断公式", "rounding": "余分", "late_fee_daily_rate": "违约金日利率",
    "late_fee_cap_share": "违约金上限", "grace_days": "宽限天数", "due_day": "付款日", "rent_paid": "付租方式",
    "proration": "折算方式", "early_return_fee": "提前归还费", "inspection_days": "检测天数",
    "deposit_release_days": "押金退还天数", "paid_periods": "已付期数",
}  # fmt: skip
REQUIRED = (
    "external_no", "renter_name", "renter_phone", "model", "signed_on", "first_due_on", "periods", "total_rent",
    "signed_value",
)  # fmt: skip
KNOWN: dict[str, str] = {name: code for code, zh in COLUMNS.items() for name in (code, zh)}
_CHOICES = {
    "rounding": {"first": "first", "last": "last", "计入首期": "first", "计入末期": "last"},
    "rent_paid": {"advance": "advance", "arrears": "arrears", "先付": "advance", "后付": "arrears"},
    "proration": {"actual": "actual", "thirty": "thirty", "按实际天数": "actual", "按30天": "thirty"},
}


class RowProblem(Struct, frozen=True):
    """Why a row is refused: which column, what stands there (cut short), what is wrong and how to mend it."""

    column: str
    found: str
    zh: str
    remedy_zh: str


class ImportedContract(Struct, frozen=True):
    """A row that goes in. `row_sha256` is of what it says, so that the same row sent again is known."""

    external_no: str
    renter_name: str
    renter_phone: str
    imei: str
    paid_periods: int
    contract: Contract
    row_sha256: bytes


class _Wrong(Exception):
    def __init__(self, zh: str, remedy_zh: str) -> None:
        super().__init__(zh)
        self.zh, self.remedy_zh = zh, remedy_zh


def read_row(
    cells: Mapping[str, object], source: str, on: date, policy_on: Callable[[date], ContractPolicy]
) -> ImportedContract | tuple[RowProblem, ...]:
    """The contract of a row as of the Beijing day `on`, or everything that is wrong with it, column by column."""
    problems: list[RowProblem] = []
    values: dict[str, str] = {}
    for column, cell in cells.items():
        try:
            values[column] = _plain(column, cell)
        except _Wrong as wrong:
            problems.append(_problem(column, cell, wrong))
    read: dict[str, object] = {}
    for column, reader in _READERS.items():
        text = values.get(column, "")
        if any(problem.column == column for problem in problems):
            continue
        if not text:
            if column in REQUIRED:
                problems.append(RowProblem(column, "", f"{COLUMNS[column]}没有填", "请补上"))
            continue
        try:
            read[column] = reader(text)
        except _Wrong as wrong:
            problems.append(_problem(column, text, wrong))
    problems += _cross_checks(read, on)
    if problems:
        return tuple(problems)
    try:
        contract = _contract(read, source, policy_on)
    except Refusal as refusal:
        column = refusal.field if refusal.field in COLUMNS else "signed_on"
        return (RowProblem(column, printed(values.get(column, "")), refusal.zh, refusal.remedy_zh or "请核对原合同"),)
    return ImportedContract(
        external_no=str(read["external_no"]), renter_name=str(read["renter_name"]),
        renter_phone=str(read["renter_phone"]), imei=str(read.get("imei", "")), paid_periods=_int(read, "paid_periods"),
        contract=contract, row_sha256=row_sha256(values),
    )  # fmt: skip


def columns_of(found: Mapping[str, object]) -> dict[str, object] | tuple[RowProblem, ...]:
    """A JSON object by code names; problems where a name is unknown, or stands there in two languages."""
    columns: dict[str, object] = {}
    for name, value in found.items():
        code = KNOWN.get(name.strip())
        if code is None:
            return (RowProblem(printed(name, 40), "", "不认识的列", f"可用的列：{'、'.join(COLUMNS)}"),)
        if code in columns:
            return (RowProblem(printed(name, 40), "", "这一列写了两次", "请只留一个"),)
        columns[code] = value
    return columns


def printed(cell: object, most: int = 60) -> str:
    """A cell as a report shows it: cut short, without what no page prints and no table keeps."""
    return "".join(sign for sign in str(cell)[:most] if sign.isprintable())


def row_sha256(values: Mapping[str, str]) -> bytes:
    """The hash of what a row says, whatever the order of its columns."""
    said = "\0".join(f"{column}={text}" for column, text in sorted(values.items()) if text)
    return sha256(said.encode("utf-8", "replace")).digest()


def _problem(column: str, cell: object, wrong: _Wrong) -> RowProblem:
    found = "" if column in ("renter_name", "renter_phone") else printed(cell)  # a report holds no personal data
    return RowProblem(column, found, wrong.zh, wrong.remedy_zh)


def _plain(column: str, cell: object) -> str:
    """A cell as text; refused where it would be run as a formula by a spreadsheet, or holds what no keyboard types."""
    if cell is None:
        return ""
    if isinstance(cell, Written):
        if column in _AMOUNTS:
            raise _Wrong(f"{COLUMNS[column]}须写成带引号的文字，数字在传输中会失去精度", '请写成 "1234.56"')
        return str(cell)
    if not isinstance(cell, str):
        raise _Wrong(f"{COLUMNS.get(column, column)}须为文字", "请写成带引号的文字")
    text = cell.strip(" \u3000\u00a0")
    if len(text) > 400:
        raise _Wrong("超过 400 个字", "请写短一些")
    if text.lstrip("'\t\r\n")[:1] in ("=", "+", "-", "@", "＝") and not _harmless(column, text):
        raise _Wrong("以公式符号开头的单元格不导入", "请改为普通文字或数字；在表格软件中可先“粘贴为值”")
    if _HIDDEN.search(text):
        raise _Wrong("有换行或看不见的字符", "请删去这些字符")
    return text


def _harmless(column: str, text: str) -> bool:
    """A number with its sign, or a phone number with its country: no program runs these."""
    return bool(_NUMBER.fullmatch(text) or (column == "renter_phone" and _PHONE_SIGNS.fullmatch(text)))


def _amount(text: str) -> int:
    amount_fen = typed_fen(text.replace("￥", "¥").removesuffix("元"))
    if amount_fen is None:
        raise _Wrong("不是金额", "请写成 1234.56，以元为单位，最多两位小数")
    if amount_fen > MOST_FEN:
        raise _Wrong("超过 10,000,000.00 元", "请检查单位（元）和位数")
    return amount_fen


def _positive(text: str) -> int:
    amount_fen = _amount(text)
    if amount_fen == 0:
        raise _Wrong("不能为 0", "请按原合同填写")
    return amount_fen


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 6 or not least <= int(text) <= most:
            raise _Wrong(f"须为 {least} 到 {most} 的整数", "请只写数字")
        return int(text)

    return read


def _day(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise _Wrong("不是日期", "请写成 2026-01-15；表格软件显示为五位数字的，请先设为日期格式")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise _Wrong("日历上没有这一天", "请核对月份和日子") from None


def _phone(text: str) -> str:
    found = _PHONE.fullmatch(text.replace(" ", "").replace("-", ""))
    if found is None:
        raise _Wrong("不是大陆手机号", "请写 11 位手机号")
    return found[1]


def _imei(text: str) -> str:
    if not is_imei(text):
        raise _Wrong("不是正确的 IMEI（15 位，末位为校验位）", "请按手机“关于本机”里的 IMEI 填写；没有可留空")
    return text


def _rate(text: str) -> str:
    try:
        parse_rate(text)
    except Refusal as bad:
        raise _Wrong("不是比例", bad.remedy_zh) from None
    return text


def _formula(text: str) -> str:
    try:
        parse_formula(text)
    except Refusal as bad:
        raise _Wrong(bad.zh, bad.remedy_zh or "请按原合同的公式填写，或留空") from None
    return text


def _words(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > most:
            raise _Wrong(f"超过 {most} 个字", "请写短一些")
        return text

    return read


def _external_no(text: str) -> str:
    if not _EXTERNAL_NO.fullmatch(text):
        raise _Wrong("编号里有不能用的字符，或超过 60 个字", "编号用字母、数字、汉字和 _ . / # -")
    return text


def _choice(column: str) -> Callable[[str], str]:
    allowed = _CHOICES[column]

    def read(text: str) -> str:
        if text not in allowed:
            raise _Wrong(f"只能是 {'、'.join(allowed)}", "请从中选一个")
        return allowed[text]

    return read


_AMOUNTS = ("total_rent", "signed_value", "residual", "deposit", "early_return_fee")
_READERS: dict[str, Callable[[str], object]] = {
    "external_no": _external_no, "renter_name": _words(40), "renter_phone": _phone, "model": _words(60),
    "storage": _words(40), "colour": _words(40), "condition_grade": _words(40), "imei": _imei, "signed_on": _day,
    "first_due_on": _day, "periods": _whole(1, 120), "total_rent": _positive, "signed_value": _amount,
    "residual": _amount, "deposit": _amount, "buyout_formula": _formula, "rounding": _choice("rounding"),
    "late_fee_daily_rate": _rate, "late_fee_cap_share": _rate, "grace_days": _whole(0, 365), "due_day": _whole(1, 31),
    "rent_paid": _choice("rent_paid"), "proration": _choice("proration"), "early_return_fee": _amount,
    "inspection_days": _whole(0, 365), "deposit_release_days": _whole(0, 365), "paid_periods": _whole(0, 120),
}  # fmt: skip
_TERM_OF = {
    "total_rent": "total_rent_fen", "signed_value": "signed_value_fen", "residual": "residual_price_fen",
    "deposit": "deposit_fen", "early_return_fee": "early_return_fee_fen", "model": "sku",
}  # fmt: skip
_NOT_TERMS = ("external_no", "renter_name", "renter_phone", "imei", "signed_on", "paid_periods")


def _cross_checks(read: Mapping[str, object], on: date) -> list[RowProblem]:
    problems: list[RowProblem] = []
    signed_on, first_on = read.get("signed_on"), read.get("first_due_on")
    if isinstance(signed_on, date):
        if not _EARLIEST <= signed_on <= on:
            problems.append(
                RowProblem("signed_on", str(signed_on), f"签署日须在 {_EARLIEST} 到今天（{on}）之间", "请核对原合同")
            )
        elif isinstance(first_on, date) and not signed_on <= first_on <= signed_on + timedelta(days=366):
            problems.append(
                RowProblem("first_due_on", str(first_on), "首个付款日须在签署日当天到一年之内", "请核对原合同")
            )
    periods, paid = read.get("periods"), read.get("paid_periods", 0)
    if isinstance(periods, int) and isinstance(paid, int) and paid > periods:
        problems.append(RowProblem("paid_periods", str(paid), f"已付期数多于期数 {periods}", "请按账单核对"))
    formula = read.get("buyout_formula")
    if isinstance(formula, str) and "residual_price" in parse_formula(formula).names and "residual" not in read:
        problems.append(RowProblem("residual", "", "公式用到买断尾款，但没有填", "请补上买断尾款"))
    return problems


def _contract(read: Mapping[str, object], source: str, policy_on: Callable[[date], ContractPolicy]) -> Contract:
    """A contract with one clause that points at the original for everything it says."""
    signed_on, first_on = read["signed_on"], read["first_due_on"]
    assert isinstance(signed_on, date)
    assert isinstance(first_on, date)
    formula = read.get("buyout_formula")
    said = {_TERM_OF.get(column, column): value for column, value in read.items() if column not in _NOT_TERMS}
    said["buyout_formula"] = (formula,) if formula else ()
    said["end_of_term"] = ("return", "buyout") if formula else ("return",)
    keys = tuple(key for key, value in said.items() if value != ())
    clause = Clause(
        _CLAUSE_NO, f"原合同 {read['external_no']}",
        f"本合同于 {signed_on} 在“{source}”签署，编号 {read['external_no']}。"
        "此处列出的期数、金额、日期和费用取自原合同，与原合同不一致的，以原合同为准。", keys,
    )  # fmt: skip
    terms = msgspec.convert(said, Terms)
    template = ContractTemplate(f"手机租赁合同（{source}）", f"导入 {read['external_no']}"[:60], terms, (clause,), keys)
    policy = policy_on(signed_on)
    plan = structs.replace(terms, first_due_on=None, sku="", storage="", colour="", condition_grade="")
    return sign(template, signed_on, first_on, policy, imported=True, check=_checked(plan, keys, policy))


@lru_cache(maxsize=1_024)
def _checked(plan: Terms, keys: tuple[str, ...], policy: ContractPolicy) -> ContractCheck:
    """What is to be said of a plan's prices, whoever signed it when: many rows of a file share one."""
    template = ContractTemplate("", "", plan, (Clause(_CLAUSE_NO, "", "", keys),), keys)
    return check_contract(template, policy, imported=True)


def _int(read: Mapping[str, object], column: str) -> int:
    value = read.get(column, 0)
    return value if isinstance(value, int) else 0


def safe_cell(text: str) -> str:
    """A cell of a report that no spreadsheet runs as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
