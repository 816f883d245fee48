"""The statement of a lease as a letter to keep: every line, every entry, what is left."""

from datetime import date, timedelta

from msgspec import Struct

from shouwen.features.leases.public import access_lease
from shouwen.features.money.public import BillLine, BillStatement, read_statement, within
from shouwen.features.papers.public import write_paper
from shouwen.features.papers.store import statements_since
from shouwen.features.papers.types import PaperKind, PaperSection, PaperText
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

MOST_A_DAY = 20  # of one renter: each is sealed and printed


class WriteStatement(Struct, frozen=True, forbid_unknown_fields=True):
    """The statement of one lease as of today; of the bills that fall due in a span of days."""

    lease_ref: Ref
    from_on: date | None = None
    until_on: date | None = None


class StatementWritten(Struct, frozen=True):
    """The letter's reference: it is sealed now and printed within seconds."""

    lease_ref: str
    paper_ref: str
    on: date
    outstanding_fen: int


@use_case(
    WriteStatement, StatementWritten, permission=Permission.BILLS_READ, method="POST",
    path="/leases/{lease_ref}/statement-paper",
)  # fmt: skip
async def write_statement(ctx: Ctx, command: WriteStatement) -> Done[StatementWritten]:
    """出具一份可保存的对账单（PDF）
    A statement to keep, sealed and printed."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    on = beijing_on(ctx.now)
    statement = within(await read_statement(ctx.conn, lease.id, on), command.from_on, command.until_on)
    if not statement.lines:
        raise Refusal(
            "nothing_billed", "这段时间没有到期的账单", "no bill of this lease falls due then",
            remedy_zh="签约后会按期出账；也可以换一段时间", remedy_en="bills follow the signing; or choose other days",
        )  # fmt: skip
    if ctx.actor.role is Role.RENTER:
        await _refuse_many(ctx, lease.renter_id)
    text = statement_letter(statement, lease.ref, lease.model, _span(command.from_on, command.until_on))
    paper_ref, event = await write_paper(ctx, lease, PaperKind.STATEMENT, text, rule="STATEMENT")
    return Done(StatementWritten(lease.ref, paper_ref, on, statement.outstanding_fen), event)


async def _refuse_many(ctx: Ctx, renter_id: int) -> None:
    if await statements_since(ctx.conn, renter_id, ctx.now - timedelta(days=1)) >= MOST_A_DAY:
        raise Refusal(
            "too_many_statements", f"一天之内最多生成 {MOST_A_DAY} 份对账单", "many statements were written today",
            status=429, remedy_zh="已生成的在“函件”里可以下载；也可以下载表格，或明天再生成",
            remedy_en="download one of them or the spreadsheet, or ask again tomorrow",
            data={"retry_after_seconds": 86_400},
        )  # fmt: skip


def _span(from_on: date | None, until_on: date | None) -> str:
    if from_on is None and until_on is None:
        return "全部账单"
    return f"{from_on or '签约'} 至 {until_on or '最后一期'} 到期的账单"


def statement_letter(statement: BillStatement, lease_ref: str, model: str, span: str = "全部账单") -> PaperText:
    """The statement in words: lines add up, entries are named with their days. `span` says which bills they are."""
    due, later = format_fen(statement.due_fen), format_fen(statement.outstanding_fen - statement.due_fen)
    summary = f"截至 {statement.on}，已到期未付 {due}，尚未到期 {later}。"
    if statement.credit_fen:
        summary += f"余额 {format_fen(statement.credit_fen)}，将抵付其后到期的账单。"
    entries = tuple(
        f"{entry.value_on or entry.booked_on} {line.label}：{entry.memo}（{entry.rule}） {_signed(entry.amount_fen)}"
        + (f"，{entry.booked_on} 入账" if entry.value_on else "")
        for line in statement.lines
        for entry in line.entries
    )
    return PaperText(
        greeting=f"以下是订单 {lease_ref}（{model}）的{span}。每一行：应付 − 已付 − 减免 − 核销 = 未付。",
        summary=summary,
        sections=(
            PaperSection("账单", tuple(_line(line) for line in statement.lines)),
            *((PaperSection("入账", (), entries),) if entries else ()),
        ),
        label="未付合计",
        amount_fen=statement.outstanding_fen,
    )


def _line(line: BillLine) -> str:
    parts = [plain_fen(line.amount_fen)]
    parts += [f"− {plain_fen(fen)}" for fen in (line.paid_fen, line.waived_fen, line.written_off_fen) if fen]
    sums = " ".join(parts) + f" = {plain_fen(line.outstanding_fen)}"
    clause = f"，第 {line.clause} 条" if line.clause else ""
    return f"{line.label}（{line.due_on} 到期{clause}）：{sums}"


def _signed(amount_fen: int) -> str:
    return f"− {plain_fen(amount_fen)}" if amount_fen > 0 else f"+ {plain_fen(-amount_fen)}"
