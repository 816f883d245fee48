"""A renter contests a line of their bill: a case opens about it, and collection of the line rests (PAUSE-1)."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.cases.public import NewCase, append_system, asked_back, build_statement, open_case, start_pause
from shouwen.features.cases.types import CaseType, Choice, LeaseFacts
from shouwen.features.disputes import store
from shouwen.features.disputes.rules.pause import PauseStep, decide_pause
from shouwen.features.leases.public import access_lease
from shouwen.features.money.public import BillLine, bill_no_of, read_statement
from shouwen.features.money.types import BillNo
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, BadInput
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Why = Literal["amount", "twice", "paid", "unknown"]
Wish = Literal["refund", "explain"]


class DisputeLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A bill line, what is wrong with it, what is asked for. `as_is` sends vague words as they are (SAY-2)."""

    lease_ref: Ref
    line: BillNo
    why: Why
    wishes: Annotated[tuple[Wish, ...], Meta(max_length=2)] = ()
    text: Annotated[str, Meta(max_length=2_000)] = ""
    as_is: bool = False


class LineDisputed(Struct, frozen=True):
    """The case it goes on in, and how much rests from now on: nothing where it is settled or rested before."""

    case_ref: str
    line: str
    paused_fen: int
    said: str


@use_case(
    DisputeLine, LineDisputed, permission=Permission.CASE_OPEN, method="POST",
    path="/leases/{lease_ref}/bills/{line}/dispute",
)  # fmt: skip
async def dispute_line(ctx: Ctx, command: DisputeLine) -> Done[LineDisputed]:
    """对账单的一行提出异议：争议部分暂停催收和违约金
    Contest a line of the bill: what is contested of it rests, and so does its late fee (PAUSE-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    on = beijing_on(ctx.now)
    statement = await read_statement(ctx.conn, lease.id, on)
    bill = next((one for one in statement.lines if bill_no_of(one.kind, one.no) == command.line), None)
    if bill is None:
        raise Absent("账单", "bill line")
    if len(set(command.wishes)) != len(command.wishes):
        raise BadInput("wishes", "同一项选了两次", "the same is chosen twice")
    question = asked_back(command.text, CaseType.BILLING_DISPUTE, as_is=command.as_is or not command.text.strip())
    if question is not None:
        raise question
    facts = LeaseFacts(
        lease_ref=lease.ref, model=lease.model, received_on=lease.handed_over_on, returned_on=lease.return_sent_on,
        clauses=(("rent", (bill.clause,)),) if bill.clause else (), charge_name=bill.label,
        amount_fen=bill.outstanding_fen or bill.amount_fen,
    )  # fmt: skip
    choices = [Choice("why", (command.why,), command.text), Choice("request", command.wishes, "")]
    new = NewCase(
        type=CaseType.BILLING_DISPUTE, renter_id=lease.renter_id, renter_name_masked=lease.renter_name_masked,
        statement=build_statement(CaseType.BILLING_DISPUTE, choices, facts), says=ctx.actor, lease_id=lease.id,
        lease_title=lease.model,
    )  # fmt: skip
    case, opened, events = await open_case(ctx, new)
    step = await _pause(ctx, lease.id, bill)
    said, paused_fen = _said(step, bill)
    case = await append_system(ctx, case, said, extra={"rule": "PAUSE-1"})
    paused: tuple[Event, ...] = ()
    if step is PauseStep.STARTS:
        paused = (await start_pause(ctx, case, amount_fen=paused_fen, charge_id=bill.charge_id),)
    return Done(LineDisputed(opened.case_ref, command.line, paused_fen, said), *events, *paused)


async def _pause(ctx: Ctx, lease_id: int, bill: BillLine) -> PauseStep | None:
    """Whether the line rests from now on; None where nothing is open of it."""
    if not bill.outstanding_fen:
        return None
    earlier = await store.charge_pauses(ctx.conn, lease_id, bill.charge_id)
    return decide_pause("dispute", bill.outstanding_fen, earlier, new_evidence=False).outcome


def _said(step: PauseStep | None, bill: BillLine) -> tuple[str, int]:
    """What the thread says of it, and the fen that rest by this act."""
    name, amount = f"“{bill.label}”", format_fen(bill.outstanding_fen)
    if step is None:
        return f"{name}已经结清，没有待付的金额；核实后多收的会退回。", 0
    if step is PauseStep.STARTS:
        return f"{name}争议金额 {amount} 已暂停催收，也不计违约金，直到答复后第三天；不会补收。", bill.outstanding_fen
    if step is PauseStep.RUNS:
        return f"{name}已在暂停催收中，补充的内容并入这件事。", 0
    return f"{name}此前已经暂停过一次，没有新的证据不再暂停；异议照常处理。", 0
