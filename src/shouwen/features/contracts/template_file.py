"""Reading a template from TOML: every error names file, line, what is wrong and how to mend it."""

import re
import tomllib
from pathlib import Path

import msgspec

from shouwen.features.contracts.rules.formula import parse_formula
from shouwen.features.contracts.rules.ladder import formulas_of, ladder_of
from shouwen.features.contracts.template_keys import Fault, check_clauses, check_header, check_terms
from shouwen.features.contracts.template_lines import line_of
from shouwen.features.contracts.types import Clause, ContractTemplate, Terms
from shouwen.kernel.errors import BadInput

LONGEST_BYTES = 512 * 1024
_MOST_DOTS = 500  # in one line: the TOML parser is quadratic in dotted keys
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")
_CHINESE_SIGNS = re.compile(r"[“”‘’＝，；]")


class UnreadableTemplate(BadInput):
    """A template that cannot be understood: `file`, `line` (1-based, 0 for the file as a whole)."""

    def __init__(self, file: str, line: int, zh: str, en: str, remedy_zh: str, field: str = "file") -> None:
        super().__init__(field, zh, en, remedy_zh=remedy_zh)
        self.file, self.line = file, line

    def __str__(self) -> str:
        where = f"第 {self.line} 行：" if self.line else ""
        return f"{self.file}：{where}{self.zh}。{self.remedy_zh}"


def read_template(path: Path) -> ContractTemplate:
    """The template in a file; UnreadableTemplate when it is missing, no file, too large or not understood."""
    shown = str(path).encode("utf-8", "backslashreplace").decode()
    try:
        if path.is_dir():
            raise UnreadableTemplate(shown, 0, "这是文件夹", "a folder, not a file", "请给出 .toml 文件的路径")
        if path.exists() and not path.is_file():
            raise UnreadableTemplate(shown, 0, "这不是普通文件", "not a regular file", "请先保存为 .toml 文件")
        with path.open("rb") as file:
            data = file.read(LONGEST_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableTemplate(shown, 0, "找不到这个文件", "no such file", "请检查路径和文件名") from None
    except OSError as error:
        reason = error.strerror or "I/O error"
        raise UnreadableTemplate(shown, 0, f"读不出来（{reason}）", reason, "请检查文件权限") from None
    return parse_template(data, shown)


def parse_template(data: bytes | str, file: str = "<template>") -> ContractTemplate:
    """The template in TOML text; UnreadableTemplate when it is not understood."""
    text = _decoded(data, file)
    document = _loaded(text, file)
    try:
        title, version = check_header(document)
        terms = check_terms(document["terms"])
        clauses = check_clauses(document.get("clauses", []))
        return _built(title, version, terms, clauses)
    except Fault as fault:
        line = line_of(text, fault.table, fault.index, fault.key)
        raise UnreadableTemplate(file, line, fault.zh, fault.en, fault.remedy_zh, fault.key) from None


def _built(title: str, version: str, raw: dict[str, object], clauses: list[dict[str, object]]) -> ContractTemplate:
    """Structs from checked tables; what only shows when formulas are computed is found here."""
    terms = msgspec.convert(raw, Terms)
    try:
        for source in terms.buyout_formula:
            parse_formula(source)
        if terms.residual_price_fen is None and any("residual_price" in f.names for f in formulas_of(terms)):
            raise Fault(
                "buyout_formula",
                "公式用到买断尾款，但没有给出 residual_price_fen",
                "the formula needs residual_price_fen",
                "请在 [terms] 中写上 residual_price_fen",
            )
        for formula in formulas_of(terms):
            ladder_of(formula, terms)
    except BadInput as bad:
        raise Fault("buyout_formula", bad.zh, bad.en, bad.remedy_zh) from None
    return ContractTemplate(
        title=title,
        version=version,
        terms=terms,
        clauses=tuple(msgspec.convert(clause, Clause) for clause in clauses),
        keys=tuple(raw),
    )


def _decoded(data: bytes | str, file: str) -> str:
    if len(data) > LONGEST_BYTES:
        limit = LONGEST_BYTES // 1024
        raise UnreadableTemplate(
            file, 0, f"文件超过 {limit} KB", "the file is too large", "合同模板只需文字，请去掉多余内容"
        )
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        remedy = "请用 UTF-8 编码另存（记事本：另存为 → 编码 → UTF-8）"
        raise UnreadableTemplate(file, line, "文字编码不是 UTF-8", "not UTF-8", remedy) from None


def _loaded(text: str, file: str) -> dict[str, object]:
    lines = text.split("\n")
    dotted = next((no for no, line in enumerate(lines, start=1) if line.count(".") > _MOST_DOTS), 0)
    if dotted:
        raise UnreadableTemplate(file, dotted, "这一行太复杂", "too many dots in one line", "请分成几行写")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UnreadableTemplate(file, 0, "括号嵌套太深", "nested too deeply", "请按示例模板的层次书写") from None
    except ValueError as error:  # TOMLDecodeError, or an integer beyond what Python converts
        message = str(error)
        place = _PLACE.search(message)
        line = int(place.group(1)) if place else _line_without_place(message, lines)
        raise UnreadableTemplate(
            file, line, f"TOML 写法有误（{_short(message)}）", message, _syntax_remedy(lines, line, message)
        ) from None


def _line_without_place(message: str, lines: list[str]) -> int:
    if "end of document" in message:
        return len(lines)
    return next((no for no, line in enumerate(lines, start=1) if re.search(r"\d{1000}", line)), 0)


def _short(message: str) -> str:
    return _PLACE.sub("", message).strip()[:120]


def _syntax_remedy(lines: list[str], line: int, message: str) -> str:
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    if "integer string conversion" in message:
        return "数字太长：金额以分计，最多 13 位"
    if "overwrite" in message or "twice" in message:
        return "同一个键只能写一次，请删去多余的"
    if _CHINESE_SIGNS.search(source):
        return "引号、等号、逗号请用英文半角符号"
    return '每行写成 键 = 值，文字加英文双引号，例如 title = "租赁合同"'
