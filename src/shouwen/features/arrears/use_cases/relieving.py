"""Relief of a lateness: LATE-4 waives its fee, LATE-5 undoes it; either gives a letter (CRE-5)."""

from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct, to_builtins

from shouwen.features.arrears.following import follow
from shouwen.features.arrears.ground import lease_event, letter_ground, tell
from shouwen.features.arrears.rules.letters import late4_letter, late5_letter
from shouwen.features.arrears.rules.relief import decide_late5
from shouwen.features.arrears.store import debts, marks
from shouwen.features.arrears.types import FailureFacts, Ground, NoticeKind
from shouwen.features.cases.public import CaseRow, access_case, append_item
from shouwen.features.contracts.public import contract_in_force
from shouwen.features.evidence.public import Purpose, media_of_lease
from shouwen.features.leases.public import access_lease, needs_others
from shouwen.features.leases.types import LeaseRow
from shouwen.features.money.public import (
    Booking,
    Charge,
    apply_credit,
    book,
    book_day,
    charge_of,
    decide_first_lateness,
    lock_charges,
    refresh_late_fees,
    undo_lateness,
)
from shouwen.features.money.types import (
    RECEIVABLE,
    Account,
    BillNo,
    ChargeKind,
    Entry,
    EntryKind,
    LatenessFacts,
    Transfer,
)
from shouwen.features.papers.public import write_paper
from shouwen.features.papers.types import PaperKind, PaperText
from shouwen.features.people.public import PowerAct
from shouwen.kernel.actor import Role, reaches
from shouwen.kernel.days import beijing_on, start_of
from shouwen.kernel.decision import Decision
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, NeedsApproval
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_WAIT_HOURS = 24


class GrantRelief(Struct, frozen=True, forbid_unknown_fields=True):
    """`line` is the late rent or its fee (`rent-3`, `late_fee-3`).

    For LATE-5 without a result code of ours: `statement_ref`, a bank statement of this lease that shows the funds.
    `case_ref`: the case in which the renter asked.
    """

    lease_ref: Ref
    line: BillNo
    rule: Literal["LATE-4", "LATE-5"]
    case_ref: Ref | None = None
    statement_ref: Ref | None = None


class ReliefGranted(Struct, frozen=True):
    """What was waived or reversed, why, and the letter."""

    relief_ref: str
    line: str
    rule: str
    relieved_fen: int
    why: str
    paper_ref: str


class _Given(Struct, frozen=True):
    """What a rule gave: amount, reason, facts for the record, letter."""

    relieved_fen: int
    why: str
    facts: dict[str, object]
    letter: PaperText


class _At(Struct, frozen=True):
    """One act of relief: when, in which book day, on which lines."""

    now: datetime
    on: date
    rent: Charge
    fee: Charge | None
    signed_on: date


@use_case(GrantRelief, ReliefGranted, permission=Permission.RELIEF, method="POST", path="/leases/{lease_ref}/reliefs")
async def grant_relief(ctx: Ctx, command: GrantRelief) -> Done[ReliefGranted] | NeedsApproval:
    """逾期免责：首次短期逾期免违约金，非租客原因的逾期撤销，并出具说明
    Relieve a lateness: waive a first, short one; undo one that was not the renter's; with its letter."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    case = await _case(ctx, lease, command.case_ref)
    on = await book_day(ctx.conn, ctx.now)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    charges = await lock_charges(ctx.conn, lease.id)
    rent, fee = _instalment(charges, command.line)
    _, contract = await contract_in_force(ctx.conn, lease.id)
    at = _At(ctx.now, on, rent, fee, contract.signed_on)
    given: _Given | NeedsApproval
    if command.rule == "LATE-4":
        given = await _late4(ctx, lease, at)
    else:
        given = await _late5(ctx, lease, at, command, None if case is None else case.id)
    if isinstance(given, NeedsApproval):
        return given
    paper_ref, written = await write_paper(
        ctx, lease, PaperKind.RELIEF, given.letter, rule="CRE-5", case_id=None if case is None else case.id
    )
    relief_ref = random_ref("HM")
    new = marks.NewRelief(
        ref=relief_ref, lease_id=lease.id, renter_id=lease.renter_id, charge_id=rent.id,
        case_id=None if case is None else case.id, rule=command.rule, relieved_fen=given.relieved_fen,
        decided_role=ctx.actor.role, decided_by=ctx.actor.id, decided_at=ctx.now, facts=given.facts,
        paper_ref=paper_ref,
    )  # fmt: skip
    if not await marks.insert_relief(ctx.conn, new):
        raise relieved_already(rent.no)
    followed = await follow(ctx, lease)
    said = f"{given.letter.summary}依据 {command.rule}：{given.why}。说明 {paper_ref} 可在租客中心查看。"
    await tell(ctx, lease, NoticeKind.RELIEF, f"relief:{relief_ref}", said)
    if case is not None:
        case = await append_item(ctx, case, "decision", said, extra={"paper": paper_ref, "relief": relief_ref})
    event = lease_event(
        lease, "lateness.relieved", f"第 {rent.no} 期：{given.letter.summary}{given.why}", command.rule,
        case_id=None if case is None else case.id, seq=None if case is None else case.seq,
        data={"relief": relief_ref, "paper": paper_ref, "relieved_fen": given.relieved_fen, "by": ctx.actor.id,
              "second_person": list(ctx.approved_by), **({"mark": ctx.alone} if ctx.alone else {})},
    )  # fmt: skip
    result = ReliefGranted(relief_ref, f"rent-{rent.no}", command.rule, given.relieved_fen, given.why, paper_ref)
    return Done(result, event, written, *followed)


async def _case(ctx: Ctx, lease: LeaseRow, case_ref: str | None) -> CaseRow | None:
    if case_ref is None:
        return None
    case = await access_case(ctx.conn, ctx.actor, case_ref, lock=True)
    if case.lease_id != lease.id:
        raise Absent("案件", "case")
    return case


def _instalment(charges: list[Charge], line: str) -> tuple[Charge, Charge | None]:
    """The rent of a line and its late fee."""
    named = charge_of(charges, line)
    if named.kind not in (ChargeKind.RENT, ChargeKind.LATE_FEE):
        raise BadInput(
            "line", "逾期免责只针对租金和它的违约金", "relief is about a rent and its late fee",
            remedy_zh="请选择那一期租金或违约金", remedy_en="name the rent or its late fee",
        )  # fmt: skip
    rent = next(one for one in charges if one.kind is ChargeKind.RENT and one.no == named.no)
    fee = next((one for one in charges if one.kind is ChargeKind.LATE_FEE and one.no == named.no), None)
    return rent, fee


def relieved_already(no: int) -> Refusal:
    """The same rule has relieved the instalment before."""
    return Refusal(
        "relieved_already", f"第 {no} 期的逾期已经免责", "this lateness has been relieved",
        remedy_zh="说明函可在租约档案里查看", remedy_en="the letter is in the lease's file",
    )  # fmt: skip


async def _late4(ctx: Ctx, lease: LeaseRow, at: _At) -> _Given | NeedsApproval:
    rent, fee = at.rent, at.fee
    paid_on = rent.settled_on
    closed = rent.written_off_fen > 0  # settled, and yet nobody has paid it
    closed |= rent.paid_fen < rent.amount_fen and await marks.is_buying(ctx.conn, lease.id)
    if paid_on is None or closed:
        raise Refusal(
            "pay_first", f"第 {rent.no} 期租金还没有付清，付清后才能免除违约金", "the rent is not paid yet",
            rule="LATE-4", remedy_zh="收到提醒后 3 天内付清的首次逾期，违约金全部免除",
            remedy_en="a first lateness paid within 3 days of notice is waived in full",
        )  # fmt: skip
    relieved_fen = 0 if fee is None else fee.amount_fen - fee.waived_fen - fee.written_off_fen
    if fee is None or relieved_fen <= 0:
        raise Refusal(
            "nothing_to_relieve", f"第 {rent.no} 期没有违约金", "this instalment bears no late fee", rule="LATE-4",
            remedy_zh="无需免除", remedy_en="nothing to waive",
        )  # fmt: skip
    lateness = await debts.lateness_of(ctx.conn, rent.id, lease.renter_id, rent.due_on)
    facts = LatenessFacts(
        due_on=rent.due_on, paid_on=paid_on,
        notice_on=None if lateness.notice_at is None else beijing_on(lateness.notice_at),
        earlier_late_due_on=lateness.earlier_late_due_on,
    )  # fmt: skip
    decided = decide_first_lateness(facts)
    if not decided.outcome:
        raise not_relieved(decided, "超出范围的减免可以按权限申请，或由专人协商")
    summary = f"{lease.ref} 第 {rent.no} 期首次逾期免违约金 {format_fen(relieved_fen)}（LATE-4）"
    needed = needs_others(PowerAct.FIRST_LATENESS_WAIVER, relieved_fen, 0, ctx.actor.role, ctx.now, summary)
    if needed is not None and not ctx.covers(needed, at_most=True):
        return needed
    await _waive_whole(ctx, lease, fee, at.on)
    why = decided.reasons[0].zh
    ground = letter_ground(lease, (), at.signed_on)
    letter = late4_letter(ground, rent.no, rent.due_on, paid_on, relieved_fen, why)
    return _Given(relieved_fen, why, _facts(facts, decided), letter)


async def _waive_whole(ctx: Ctx, lease: LeaseRow, fee: Charge, on: date) -> None:
    """Waive a late fee in full; what was paid of it becomes the renter's credit, and settles what is due."""
    owed = RECEIVABLE[ChargeKind.LATE_FEE]
    waived_fen = fee.outstanding_fen + fee.paid_fen
    transfers = [Transfer(Account.WAIVERS, owed, waived_fen, fee.id)]
    if fee.paid_fen:
        transfers.append(Transfer(owed, Account.RENTER_CREDIT, fee.paid_fen, fee.id))
    memo = "首次非恶意逾期，违约金全部免除"
    entry = Entry(f"waiver:late4:{fee.id}", EntryKind.WAIVER, tuple(transfers), memo, "LATE-4")
    if not await book(ctx.conn, ctx.act_id, [Booking(lease.id, lease.renter_id, on, entry)]):
        raise relieved_already(fee.no)
    await apply_credit(ctx.conn, ctx.act_id, lease, on)


async def _late5(
    ctx: Ctx, lease: LeaseRow, at: _At, command: GrantRelief, case_id: int | None
) -> _Given | NeedsApproval:
    rent = at.rent
    paid_in_time = rent.settled_on is not None and rent.settled_on <= rent.due_on
    if paid_in_time or at.on <= rent.due_on:
        raise Refusal(
            "not_late", f"第 {rent.no} 期没有逾期", "this instalment is not late", rule="LATE-5",
            remedy_zh="无需处理", remedy_en="nothing to do",
        )  # fmt: skip
    facts = await _failure(ctx.conn, lease, rent, command.statement_ref)
    decided = decide_late5(facts)
    if decided.outcome is None:
        raise not_relieved(decided, "请租客提供显示到期日余额的银行流水，由专员核对")
    fee_before_fen = 0 if at.fee is None else at.fee.amount_fen
    needed = NeedsApproval(
        approver_role=Role.SPECIALIST,
        people=1,
        amount_fen=fee_before_fen,
        rule="AUTH-1",
        summary=f"{lease.ref} 第 {rent.no} 期凭银行流水撤销逾期（LATE-5），违约金至今 {format_fen(fee_before_fen)}，"
        "按同意当天的全额撤销",
        waits_until=ctx.now + timedelta(hours=_WAIT_HOURS),
        passes_alone=True,
        case_id=case_id,
    )
    read_by_specialist = reaches(ctx.actor.role, Role.SPECIALIST) or ctx.covers(needed)
    if decided.outcome is Ground.BANK_STATEMENT and not read_by_specialist:
        return needed
    why = decided.reasons[0].zh
    await undo_lateness(ctx.conn, ctx.act_id, lease, rent, "LATE-5", why, at.on, ctx.now)
    letter = late5_letter(
        letter_ground(lease, (), at.signed_on), rent.no, rent.due_on, fee_before_fen, decided.outcome, why
    )
    return _Given(fee_before_fen, why, _facts(facts, decided), letter)


async def _failure(conn: Conn, lease: LeaseRow, rent: Charge, statement_ref: str | None) -> FailureFacts:
    if statement_ref is not None:
        await media_of_lease(conn, lease.id, [statement_ref], Purpose.PROOF, Purpose.STATEMENT)
    failed = await debts.failed_deduction(conn, lease.id, rent.id, start_of(rent.due_on))
    return FailureFacts(
        due_on=rent.due_on,
        failed_on=None if failed is None else failed.failed_on,
        code="" if failed is None else failed.code,
        fault="" if failed is None else failed.fault,
        statement_ref=statement_ref or "",
    )


def not_relieved(decided: Decision[bool] | Decision[Ground | None], remedy_zh: str) -> Refusal:
    """The rule does not relieve this lateness, and why."""
    return Refusal(
        "not_relieved", decided.reasons[0].zh, decided.reasons[0].en, rule=decided.rules[0], remedy_zh=remedy_zh,
        remedy_en="ask for a waiver within the powers, or show a bank statement",
    )  # fmt: skip


def _facts(facts: LatenessFacts | FailureFacts, decided: Decision[bool] | Decision[Ground | None]) -> dict[str, object]:
    return {"facts": to_builtins(facts), "reasons": [reason.zh for reason in decided.reasons]}
