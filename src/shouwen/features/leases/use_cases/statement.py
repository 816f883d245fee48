"""What a bill line is, and the statement as a file."""

from datetime import date

from msgspec import Struct

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.public import access_lease
from shouwen.features.leases.store.lines import LinePause, line_pauses
from shouwen.features.money.public import (
    BillLine,
    bill_no_of,
    fee_figures,
    late_fee_working,
    read_statement,
    statement_csv,
    within,
)
from shouwen.features.money.types import BillNo, ChargeKind, FeeFigures
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ReadBookLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a bill, `rent-3`."""

    lease_ref: Ref
    line: BillNo


class BookLine(Struct, frozen=True):
    """A bill line with the clause it rests on, how it came about, and every entry with its two days.

    `fee`: both figures of a late fee the book has run; `pauses` of it, or of the rent it is of (PAUSE-1).
    """

    lease_ref: str
    line: str
    bill: BillLine
    clause_title: str
    clause_text: str
    working: tuple[str, ...]
    model: str = ""
    on: date | None = None
    fee: FeeFigures | None = None
    pauses: tuple[LinePause, ...] = ()


@use_case(
    ReadBookLine, BookLine, permission=Permission.BILLS_READ, method="GET", path="/leases/{lease_ref}/bills/{line}",
    snapshot=True,
)  # fmt: skip
async def read_book_line(ctx: Ctx, command: ReadBookLine) -> BookLine:
    """这一行是什么：条款、日期、算法和每一笔入账
    What a line is: clause, dates, working, and every entry."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    on = beijing_on(ctx.now)
    statement = await read_statement(ctx.conn, lease.id, on)
    bill = next((one for one in statement.lines if bill_no_of(one.kind, one.no) == command.line), None)
    if bill is None:
        raise Absent("账单", "bill line")
    _, contract = await contract_in_force(ctx.conn, lease.id)
    clause = next((one for one in contract.clauses if one.no == bill.clause), None)
    is_fee = bill.kind is ChargeKind.LATE_FEE
    fee = await late_fee_working(ctx.conn, lease.id, bill.no) if is_fee else ()
    figures = await fee_figures(ctx.conn, lease.id) if is_fee else ()
    rests = [one.charge_id for one in statement.lines if one.no == bill.no and one.kind in (bill.kind, ChargeKind.RENT)]
    return BookLine(
        lease_ref=lease.ref,
        line=command.line,
        bill=bill,
        clause_title="" if clause is None else clause.title,
        clause_text="" if clause is None else clause.text,
        working=(*fee, *bill.working),
        model=lease.model,
        on=on,
        fee=next((one for one in figures if one.no == bill.no), None),
        pauses=tuple(await line_pauses(ctx.conn, lease.id, rests if is_fee else [bill.charge_id])),
    )


class ExportStatement(Struct, frozen=True, forbid_unknown_fields=True):
    """The statement of one lease as a file for a spreadsheet; of the bills that fall due in a span of days."""

    lease_ref: Ref
    from_on: date | None = None
    until_on: date | None = None


class StatementFile(Struct, frozen=True):
    """A text file: its name, type and content (UTF-8, with a mark that spreadsheets know it by)."""

    name: str
    media_type: str
    on: date
    text: str


@use_case(
    ExportStatement, StatementFile, permission=Permission.BILLS_READ, method="GET",
    path="/leases/{lease_ref}/statement.csv",
)  # fmt: skip
async def export_statement(ctx: Ctx, command: ExportStatement) -> StatementFile:
    """导出对账单（CSV）
    The statement as CSV."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    on = beijing_on(ctx.now)
    statement = within(await read_statement(ctx.conn, lease.id, on), command.from_on, command.until_on)
    text = statement_csv(statement, lease.ref)
    span = "".join(f"-{day}" for day in (command.from_on, command.until_on) if day)
    return StatementFile(f"{lease.ref}{span or f'-{on}'}.csv", "text/csv; charset=utf-8", on, text)
