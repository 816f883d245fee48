"""What a renter can pay now, to the fen that paying will ask for, and where a part of it would go."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.contracts.types import Contract
from shouwen.features.leases.public import Opened, access_lease_file
from shouwen.features.leases.store.lines import claim_paused_fen
from shouwen.features.leases.types import AccruedLateFee
from shouwen.features.leases.use_cases.payments import more_than_chosen
from shouwen.features.money.public import (
    BillLine,
    PauseRow,
    allocate,
    allocation_terms,
    bill_no_of,
    contested_fen_on,
    in_order,
    pauses_of,
    read_statement,
)
from shouwen.features.money.types import CHARGE_ZH, DEFAULT_ORDER, AllocationTerms, ChargeKind, OpenDebt, Pause
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput
from shouwen.platform.door import Ctx
from shouwen.platform.fields import MAX_FEN, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Lines = Annotated[str, Meta(max_length=1_400, pattern=r"^([a-z_]{3,12}-[0-9]{1,6}(,[a-z_]{3,12}-[0-9]{1,6}){0,59})?\Z")]
Amount = Annotated[int, Meta(ge=1, le=MAX_FEN)]


class ReadPayable(Struct, frozen=True, forbid_unknown_fields=True):
    """One lease. `lines`: bills to pay, `rent-3,late_fee-3`, in the order they are to be settled in.

    `part_fen`: only so much of them.
    """

    lease_ref: Ref
    lines: Lines = ""
    part_fen: Amount | None = None


class PayableLine(Struct, frozen=True, kw_only=True):
    """A bill that can be paid. `amount_fen` has the late fee up to today in it; `contested_fen` of it rests (PAUSE-1).

    `is_due`: on or past its due day; what is only contested counts as due too. `pay_by`: the last day agreed for a
    buyout or a lost phone, overdue only after it. `waits`: rent of a phone that is not handed over yet.
    """

    line: str
    label: str
    kind: ChargeKind
    no: int
    due_on: date
    amount_fen: int
    contested_fen: int
    is_due: bool
    days_overdue: int
    clause: str
    working: tuple[str, ...]
    pay_by: date | None = None
    waits: bool = False

    @property
    def due_by(self) -> date:
        """The day people are told."""
        return self.pay_by or self.due_on


class PaymentPart(Struct, frozen=True):
    """What of a payment goes to a bill, and what is open of that bill afterwards."""

    line: str
    label: str
    kind: ChargeKind
    no: int
    amount_fen: int
    left_fen: int


class PaymentPlan(Struct, frozen=True):
    """The chosen bills come to `amount_fen`; `pay_fen` of it is paid, which leaves `left_fen` of them open."""

    amount_fen: int
    pay_fen: int
    left_fen: int
    parts: tuple[PaymentPart, ...]
    working: tuple[str, ...]


class Payable(Struct, frozen=True, kw_only=True):
    """What can be paid, in the order that money settles it where nobody names bills; `due_fen` is due and uncontested.

    `rule`, `clause`: where that order stands (民法典 560, or the contract's own, 561). `plan` of the bills asked for.
    """

    lease_ref: str
    model: str
    on: date
    lines: tuple[PayableLine, ...]
    due_fen: int
    credit_fen: int
    order: tuple[ChargeKind, ...]
    by_instalment: bool
    rule: str
    clause: str
    plan: PaymentPlan | None


@use_case(
    ReadPayable, Payable, permission=Permission.BILLS_READ, method="GET", path="/leases/{lease_ref}/payable",
    snapshot=True,
)  # fmt: skip
async def read_payable(ctx: Ctx, command: ReadPayable) -> Payable:
    """现在可以付的账单，违约金算到今天；选中后看这笔钱会结清哪几笔
    Bills that can be paid now with late fees up to today; for chosen ones, where the money goes."""
    on = beijing_on(ctx.now)
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, on)
    file = opened.file
    statement = await read_statement(ctx.conn, file.lease.id, on)
    pauses = await pauses_of(ctx.conn, file.lease.id)
    terms = allocation_terms(opened.contract)
    claimed_fen = await claim_paused_fen(ctx.conn, file.lease.id, on)
    bills = _bills(statement.lines, opened, pauses, claimed_fen, on)
    lines = tuple(bills[debt.charge_id] for debt in _ordered(statement.lines, bills, terms))
    own = terms != AllocationTerms()
    return Payable(
        lease_ref=file.lease.ref,
        model=file.lease.model,
        on=on,
        lines=lines,
        due_fen=sum(line.amount_fen - line.contested_fen for line in lines if line.is_due),
        credit_fen=statement.credit_fen,
        order=terms.order,
        by_instalment=terms.by == "due",
        rule="CIVIL-561" if own else "CIVIL-560",
        clause=_order_clause(opened.contract) if own else "",
        plan=_plan(command, lines, on) if command.lines else None,
    )


def _bills(
    lines: Sequence[BillLine], opened: Opened, pauses: Sequence[PauseRow], claimed_fen: int, on: date
) -> dict[int, PayableLine]:
    """Bills with something open, by charge; a late fee has what it ran up since it was last booked in it.

    One that is not booked at all yet stands under minus the number of its instalment.
    """
    tails = {fee.no: fee for fee in opened.file.late_fees}
    found: dict[int, PayableLine] = {}
    for bill in lines:
        tail = tails.pop(bill.no, None) if bill.kind is ChargeKind.LATE_FEE else None
        open_fen = bill.outstanding_fen + (0 if tail is None else tail.amount_fen)
        if open_fen:
            rests = [
                Pause(beijing_on(one.started_at), one.ends_on, one.amount_fen)
                for one in pauses
                if one.charge_id == bill.charge_id
            ]
            of_claim_fen = claimed_fen if bill.kind is ChargeKind.DAMAGE else 0
            contested_fen = min(open_fen, max(of_claim_fen, contested_fen_on(rests, on)))
            if bill.waits and bill.due_on <= on:
                contested_fen = open_fen
            found[bill.charge_id] = _line(bill, open_fen, contested_fen, tail, on)
    for no, tail in tails.items():
        found[-no] = PayableLine(
            line=bill_no_of(ChargeKind.LATE_FEE, no),
            label=f"第 {no} 期{CHARGE_ZH[ChargeKind.LATE_FEE]}",
            kind=ChargeKind.LATE_FEE,
            no=no,
            due_on=on,
            amount_fen=tail.amount_fen,
            contested_fen=0,
            is_due=True,
            days_overdue=0,
            clause=tail.clause,
            working=tail.working,
        )
    return found


def _line(bill: BillLine, open_fen: int, contested_fen: int, tail: AccruedLateFee | None, on: date) -> PayableLine:
    return PayableLine(
        line=bill_no_of(bill.kind, bill.no),
        label=bill.label,
        kind=bill.kind,
        no=bill.no,
        due_on=bill.due_on,
        amount_fen=open_fen,
        contested_fen=contested_fen,
        is_due=bill.due_on <= on,
        days_overdue=bill.days_overdue,
        clause=bill.clause,
        working=bill.working if tail is None else tail.working,
        pay_by=bill.pay_by,
        waits=bill.waits,
    )


def _ordered(lines: Sequence[BillLine], bills: dict[int, PayableLine], terms: AllocationTerms) -> list[OpenDebt]:
    rents = {bill.no: bill.due_on for bill in lines if bill.kind is ChargeKind.RENT}
    debts = []
    for charge_id, bill in bills.items():
        instalment_on = rents.get(bill.no) if bill.kind is ChargeKind.LATE_FEE else None
        debts.append(OpenDebt(charge_id, bill.kind, bill.due_on, bill.amount_fen, instalment_on=instalment_on))
    ahead = [debt for debt in debts if not bills[debt.charge_id].is_due]
    due = [debt for debt in debts if bills[debt.charge_id].is_due]
    return [*in_order(due, terms.order, terms.by), *in_order(ahead, DEFAULT_ORDER, terms.by)]


def _order_clause(contract: Contract | None) -> str:
    clauses = () if contract is None else contract.clauses_for("allocation_order", "allocation_by")
    return clauses[0] if clauses else ""


def _plan(command: ReadPayable, lines: Sequence[PayableLine], on: date) -> PaymentPlan:
    """What paying the named bills comes to, as the rule of allocation says (民法典 560)."""
    named = command.lines.split(",")
    by_no = {line.line: line for line in lines}
    if len(set(named)) != len(named) or any(no not in by_no for no in named):
        raise BadInput(
            "lines", "选中的账单有的已经付清，或选了两次", "a chosen bill is settled, or named twice",
            remedy_zh="请刷新后重新选择", remedy_en="reload and choose again",
        )  # fmt: skip
    chosen = [by_no[no] for no in named]
    amount_fen = sum(line.amount_fen for line in chosen)
    pay_fen = amount_fen if command.part_fen is None else command.part_fen
    if pay_fen > amount_fen:
        raise more_than_chosen(pay_fen, amount_fen)
    debts = [OpenDebt(place, line.kind, line.due_on, line.amount_fen) for place, line in enumerate(chosen)]
    decided = allocate(pay_fen, debts, on, range(len(chosen)))
    paid = {part.charge_id: part.amount_fen for part in decided.outcome.parts}
    parts = tuple(
        PaymentPart(line.line, line.label, line.kind, line.no, paid.get(place, 0), line.amount_fen - paid.get(place, 0))
        for place, line in enumerate(chosen)
    )
    return PaymentPlan(amount_fen, pay_fen, amount_fen - pay_fen, parts, tuple(one.zh for one in decided.reasons))
