"""Buyout formulas: arithmetic over named terms, in fen, evaluated in exact fractions. Nothing else.

The parser is our own and linear: formulas come in files that others wrote, so no `eval`, powers or calls.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from shouwen.kernel.errors import BadInput

NAMES_ZH = {
    "signed_value": "签约价",
    "total_rent": "总租金",
    "rent_paid": "已付租金",
    "unpaid_rent": "剩余未付租金",
    "residual_price": "买断尾款",
    "periods": "期数",
    "settled_periods": "已付期数",
}
COUNTS = frozenset({"periods", "settled_periods"})
PRESETS = {
    "signed_value_minus_paid": "签约价 − 已付租金",
    "unpaid_plus_residual": "剩余未付租金 + 买断尾款",
    "popular": "剩余未付租金 + 买断尾款 − 已付租金",
}
_BY_NAME = {zh: name for name, zh in NAMES_ZH.items()} | {name: name for name in NAMES_ZH}
_FULL_WIDTH = str.maketrans("（）＋－−–×＊÷／．０１２３４５６７８９　", "()+---**//.0123456789 ")
_TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([^\W\d]\w*)|([-+*/(),]))")
_LONGEST = 400
_DEEPEST = 32
_HUGE_FEN = 10**15

Operator = Literal["+", "-", "*", "/"]


class NumberNode(Struct, frozen=True):
    """A constant as written; beside an amount it is in fen."""

    value: Fraction | int
    text: str


class NameNode(Struct, frozen=True):
    """A named term, by its code name."""

    name: str


class BinaryNode(Struct, frozen=True):
    """Two operands and one of + - * /."""

    operator: Operator
    left: "Node"
    right: "Node"


class NegativeNode(Struct, frozen=True):
    """A leading minus."""

    operand: "Node"


Node = NumberNode | NameNode | BinaryNode | NegativeNode


class Formula(Struct, frozen=True):
    """A parsed formula; `source` is what the file says, `names` the terms it reads."""

    source: str
    node: Node
    names: frozenset[str]
    never_below_zero: bool = False


def refuse_formula(zh: str, en: str, remedy_zh: str = "") -> BadInput:
    """The error of a formula that cannot be understood or evaluated."""
    usual = "公式只能用 签约价、总租金、已付租金、剩余未付租金、买断尾款、期数、已付期数、数字、+ − × ÷ 和括号"
    return BadInput(
        "buyout_formula",
        zh,
        en,
        remedy_zh=remedy_zh or usual,
        remedy_en="use the named terms, numbers, + - * / and parentheses only",
    )


@lru_cache(maxsize=4_096)
def parse_formula(source: str) -> Formula:
    """A preset's name or an expression; BadInput on anything but arithmetic over the named terms (BUY-2)."""
    expression = PRESETS.get(source.strip(), source)
    if len(expression) > _LONGEST:
        raise refuse_formula(f"公式超过 {_LONGEST} 个字符", "the formula is too long", "请写短一些")
    parser = _Parser(_tokens(expression.translate(_FULL_WIDTH)))
    node = parser.whole()
    return Formula(
        source=source.strip(),
        node=node,
        names=frozenset(parser.names),
        never_below_zero=source.strip() == "signed_value_minus_paid",
    )


def evaluate_fen(formula: Formula, values: Mapping[str, int]) -> int:
    """The price in fen, rounded down; formula A stops at zero (BUY-2).

    BadInput on a division by zero or an absurd amount.
    """
    try:
        exact = _evaluate(formula.node, values)
    except ZeroDivisionError:
        settled = values.get("settled_periods", 0)
        raise refuse_formula(
            f"公式在已付 {settled} 期时除以零", f"division by zero after {settled} instalments", "请改写除数"
        ) from None
    if not -_HUGE_FEN <= exact <= _HUGE_FEN:
        raise refuse_formula("公式的结果大得不像价格", "the formula gives an absurd amount", "金额以分计，请检查数字")
    price_fen = exact.numerator // exact.denominator
    return max(0, price_fen) if formula.never_below_zero else price_fen


def is_exact(formula: Formula, values: Mapping[str, int]) -> bool:
    """Whether the formula gives whole fen by itself, so that nothing was rounded down."""
    return _evaluate(formula.node, values).denominator == 1


def _evaluate(node: Node, values: Mapping[str, int]) -> Fraction | int:
    match node:
        case NumberNode(value=value):
            return value
        case NameNode(name):
            return values[name]
        case NegativeNode(operand):
            return -_evaluate(operand, values)
        case BinaryNode(operator, left_node, right_node):
            left, right = _evaluate(left_node, values), _evaluate(right_node, values)
            if operator == "+":
                return left + right
            if operator == "-":
                return left - right
            return left * right if operator == "*" else Fraction(left) / right


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            bad = text[at:].lstrip()[:1]
            raise refuse_formula(f"公式中有不能用的字符：{bad!r}", f"character {bad!r} is not allowed in a formula")
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


class _Parser:
    """Sums of products of terms; every piece is looked at once."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0
        self.names: set[str] = set()

    def whole(self) -> Node:
        node = self._sum()
        if self.at < len(self.tokens):
            raise refuse_formula(
                f"公式在 {self.tokens[self.at][:20]!r} 处读不下去", "the formula does not end where it should"
            )
        return node

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _sum(self) -> Node:
        node = self._product()
        while (operator := self._peek()) in ("+", "-"):
            self.at += 1
            right = self._product()
            node = BinaryNode("+" if operator == "+" else "-", node, right)
        return node

    def _product(self) -> Node:
        node = self._term()
        while (operator := self._peek()) in ("*", "/"):
            self.at += 1
            if self._peek() in ("*", "/"):
                raise refuse_formula("公式不支持乘方和整除", "powers and floor division are not arithmetic here")
            right = self._term()
            node = BinaryNode("*" if operator == "*" else "/", node, right)
        return node

    def _term(self) -> Node:
        piece = self._peek()
        if not piece:
            raise refuse_formula("公式不完整", "the formula is incomplete")
        self.at += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise refuse_formula("公式的括号或负号嵌套太深", "the formula is nested too deeply", "请写得简单一些")
        node = self._opened(piece)
        self.depth -= 1
        return node

    def _opened(self, piece: str) -> Node:
        if piece == "(":
            node = self._sum()
            if self._peek() != ")":
                raise refuse_formula("公式缺少右括号", "a closing parenthesis is missing")
            self.at += 1
            return node
        if piece == "-":
            return NegativeNode(self._term())
        if piece[0].isascii() and piece[0].isdigit():
            if len(piece) > 24:
                raise refuse_formula(
                    "公式中的数字太长", "a number in the formula is too long", "金额以分计，请检查数字"
                )
            value = Fraction(piece)
            return NumberNode(value.numerator if value.denominator == 1 else value, piece)
        if piece in ("+", "*", "/", ")", ","):
            raise refuse_formula(f"公式在 {piece!r} 处缺少一项", f"a term is missing before {piece!r}")
        return self._named(piece)

    def _named(self, piece: str) -> Node:
        if self._peek() == "(":
            raise refuse_formula(
                f"公式里不能调用函数：{piece[:20]}(…)", "a formula is plain arithmetic: no function calls"
            )
        name = _BY_NAME.get(piece.removesuffix("_fen"))
        if name is None:
            near = get_close_matches(piece[:40], _BY_NAME, n=1, cutoff=0.5)
            raise refuse_formula(
                f"公式里的名称不认识：{piece[:40]}",
                f"unknown name in the formula: {piece[:40]}",
                f"是不是“{near[0]}”？" if near else "",
            )
        self.names.add(name)
        return NameNode(name)
