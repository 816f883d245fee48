"""`shouwen contract check FILE` and `shouwen quote FILE --paid N`. Exit 0 fine, 1 refused, 2 not understood."""

import argparse
import sys
from datetime import date
from pathlib import Path

import msgspec

from shouwen.features.contracts.policy import contract_policy_on
from shouwen.features.contracts.rules.publish import check_contract, is_price_refusal
from shouwen.features.contracts.rules.quote import quote_buyout
from shouwen.features.contracts.rules.sign import sign
from shouwen.features.contracts.template_file import UnreadableTemplate, read_template
from shouwen.features.contracts.types import ContractCheck, ContractFinding, ContractTemplate, Quote
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform import clock

_SEVERITY_ZH = {"refuse": "不予发布", "warn": "提醒"}


def register(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    """Adds `contract` and `quote`, whose parsers set `func(args) -> int`; answers what may follow `contract`."""
    contract = subparsers.add_parser("contract", help="合同模板：检查 / contract templates")
    checks = contract.add_subparsers(dest="contract_command", required=True)
    check = checks.add_parser("check", help="检查能否发布，并列出各期买断价 / may this template be published")
    _add_common(check)
    check.set_defaults(func=contract_check)
    quoting = subparsers.add_parser("quote", help="按合同计算买断价 / the buyout price by the contract")
    _add_common(quoting)
    quoting.add_argument("--paid", type=int, required=True, metavar="N", help="已付（含减免）期数")
    quoting.add_argument("--partly-paid-fen", type=int, default=0, metavar="M", help="下一期已付的金额（分）")
    quoting.set_defaults(func=quote)
    return checks


def run(argv: list[str]) -> int:
    """These commands alone, without the rest of the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="shouwen")
    register(parser.add_subparsers(dest="command", required=True))
    try:
        args = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    exit_code: int = args.func(args)
    return exit_code


def contract_check(args: argparse.Namespace) -> int:
    """Prints the findings and the buyout ladder; 0 publishable, 1 refused, 2 not understood."""
    try:
        template = read_template(Path(args.file))
        check = check_contract(template, contract_policy_on(_on(args)), imported=args.imported)
    except Refusal as error:
        return _print_error(error, as_json=args.json)
    if args.json:
        _print_json(check)
    else:
        _print_check(template, check)
    return 0 if check.ok else 1


def quote(args: argparse.Namespace) -> int:
    """Prints amount, lines, clauses, inputs and working; 1 where the contract gives no sound price, 2 bad input."""
    try:
        template = read_template(Path(args.file))
        on, policy = _on(args), contract_policy_on(_on(args))
        refusing = tuple(f for f in check_contract(template, policy).findings if is_price_refusal(f))
        if refusing and not args.imported:
            return _print_no_price(refusing, as_json=args.json)
        contract = sign(template, on, _first_due_on(template, on), policy, imported=True)
        quoted = quote_buyout(contract, args.paid, args.partly_paid_fen, 0, on)
    except Refusal as error:
        return _print_error(error, as_json=args.json)
    if args.json:
        _print_json(quoted)
    else:
        _print_quote(quoted)
    return 0


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="合同模板（TOML 文件）")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--imported", action="store_true", help="按他处已签合同处理：不拒绝，只提醒")
    parser.add_argument("--on", type=date.fromisoformat, default=None, metavar="DATE", help="业务日期，默认今天")


def _on(args: argparse.Namespace) -> date:
    on: date | None = args.on
    return on or beijing_on(clock.now())


def _first_due_on(template: ContractTemplate, on: date) -> date:
    """The file's first due date; without one the day itself, unless a fee depends on it (BUY-6)."""
    terms = template.terms
    if terms.first_due_on is None and terms.early_buyout_fee_fen:
        raise BadInput(
            "first_due_on",
            "手续费只在最后一个付款日之前收取，但文件没有 first_due_on",
            "first_due_on is needed to decide on the early buyout fee",
            remedy_zh="请在 [terms] 中写上 first_due_on，例如 first_due_on = 2026-01-15",
        )
    return terms.first_due_on or on


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def _print_error(error: Refusal, *, as_json: bool) -> int:
    """Not understood is 2; a readable contract that does not offer the thing is 1."""
    file, line = (error.file, error.line) if isinstance(error, UnreadableTemplate) else ("", 0)
    if as_json:
        what = {"file": file, "line": line, "what": error.zh, "remedy": error.remedy_zh, "field": error.field}
        _print_json({"ok": False, "ladder_fen": [], "findings": [], "error": what})
    remedy = f"。怎样改：{error.remedy_zh}" if error.remedy_zh else ""
    where = f"{file}：" if file else ""
    at = f"第 {line} 行：" if line else ""
    print(f"{where}{at}{error.zh}{remedy}", file=sys.stderr)
    return 2 if error.status in (400, 422) else 1


def _print_no_price(refusing: tuple[ContractFinding, ...], *, as_json: bool) -> int:
    if as_json:
        _print_json({"ok": False, "findings": refusing})
    for finding in refusing:
        print(f"{finding.rule} {finding.message}", file=sys.stderr)
    print("这份文件不能发布，因此不报价；如果它是他处已签的合同，请加 --imported", file=sys.stderr)
    return 1


def _print_check(template: ContractTemplate, check: ContractCheck) -> None:
    print(f"{template.title}（版本 {template.version}）")
    for finding in check.findings:
        print(f"  {_SEVERITY_ZH[finding.severity]} {finding.rule} {finding.message}")
    if check.ladder_fen:
        print("  已付期数    买断价")
        for settled, price_fen in enumerate(check.ladder_fen):
            print(f"  {settled:>8}    {format_fen(price_fen)}")
    else:
        print("  这份合同没有买断选项")
    if check.marks:
        print(f"  标记：{'、'.join(check.marks)}")
    print("可以发布" if check.ok else "不能发布")


def _print_quote(quoted: Quote) -> None:
    print(f"买断需付 {format_fen(quoted.amount_fen)}（{quoted.valid_until.isoformat()} 当天有效）")
    for line in quoted.lines:
        clauses = f"（合同 {'、'.join(line.clauses)} 条）" if line.clauses else ""
        print(f"  {line.label} {format_fen(line.amount_fen)} {line.rule}{clauses}")
    print("怎样算出：")
    for step in quoted.working:
        print(f"  {step}")
    for note in quoted.notes:
        print(f"说明：{note}")
