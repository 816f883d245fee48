"""Formulas as a person would write them down, with the values put in."""

from collections.abc import Mapping

from shouwen.features.contracts.rules.formula import (
    COUNTS,
    NAMES_ZH,
    PRESETS,
    BinaryNode,
    Formula,
    NameNode,
    NegativeNode,
    Node,
    NumberNode,
    evaluate_fen,
    is_exact,
)
from shouwen.kernel.fen import plain_fen

_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}


def formula_title(formula: Formula) -> str:
    """The formula in Chinese: `签约价 − 已付租金`."""
    return PRESETS.get(formula.source) or _render(formula.node, None, amount=True)


def formula_working(formula: Formula, values: Mapping[str, int]) -> str:
    """One line: `签约价 8,046.00 − 已付租金（8 期）4,000.00 = 4,046.00`."""
    line = f"{_render(formula.node, values, amount=True)} = {plain_fen(evaluate_fen(formula, values))}"
    if formula.never_below_zero and values["signed_value"] < values["rent_paid"]:
        return f"{line}（低于 0 按 0 计）"
    return line if is_exact(formula, values) else f"{line}（向下取整到分）"


def _is_amount(node: Node) -> bool:
    """Whether the node is money; a bare number takes its unit from its neighbours."""
    match node:
        case NumberNode():
            return False
        case NameNode(name):
            return name not in COUNTS
        case NegativeNode(operand):
            return _is_amount(operand)
        case BinaryNode(operator, left, right):
            if operator == "/":
                return _is_amount(left) and not _is_amount(right)
            return _is_amount(left) or _is_amount(right)


def _render(node: Node, values: Mapping[str, int] | None, *, amount: bool) -> str:
    """`amount` says that a bare number here stands for fen."""
    match node:
        case NumberNode(value, text):
            return plain_fen(int(value)) if amount and value.denominator == 1 else text
        case NameNode(name):
            return _term(name, values)
        case NegativeNode(operand):
            inner = _render(operand, values, amount=amount)
            return f"−({inner})" if isinstance(operand, BinaryNode) else f"−{inner}"
        case BinaryNode(operator, left, right):
            money = operator in ("+", "-") and (amount or _is_amount(node))
            left_text = _render(left, values, amount=money)
            right_text = _render(right, values, amount=money)
            if operator in ("*", "/"):
                left_text = f"({left_text})" if _is_sum(left) else left_text
                right_text = f"({right_text})" if isinstance(right, BinaryNode) else right_text
            elif operator == "-" and _is_sum(right):
                right_text = f"({right_text})"
            return f"{left_text} {_SIGNS[operator]} {right_text}"


def _is_sum(node: Node) -> bool:
    return isinstance(node, BinaryNode) and node.operator in ("+", "-")


def _term(name: str, values: Mapping[str, int] | None) -> str:
    if values is None:
        return NAMES_ZH[name]
    if name in COUNTS:
        return f"{NAMES_ZH[name]} {values[name]}"
    periods = f"（{values['settled_periods']} 期）" if name == "rent_paid" else " "
    return f"{NAMES_ZH[name]}{periods}{plain_fen(values[name])}"
