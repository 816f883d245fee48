"""The system's acts: what silence means (SIL-1), settling when the days to appeal are over, the printed letter."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.cases.public import calendar
from shouwen.features.disputes import store
from shouwen.features.disputes.casework import open_desk_case
from shouwen.features.disputes.deciding import decide_nothing_charged
from shouwen.features.disputes.moving import (
    Next,
    OpenClaim,
    claim_event,
    facts_of,
    move,
    moved,
    notice,
    open_claim,
    transition,
    wake_at,
)
from shouwen.features.disputes.proposing import clocks_of
from shouwen.features.disputes.rows import ClaimMoved
from shouwen.features.disputes.rules.silence import REMINDERS, decide_silence
from shouwen.features.disputes.settling import settle_claim
from shouwen.features.disputes.types import ClaimAct, ClaimState, SilenceStep
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on, start_of
from shouwen.kernel.decision import Decision
from shouwen.kernel.errors import Refusal
from shouwen.kernel.working_time import end_of_working_days
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class AdvanceClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """Do what the passing of time asks for now."""

    claim_ref: Ref


@use_case(
    AdvanceClaim, ClaimMoved, permission=Permission.SYSTEM, method="POST", path="/system/claims/{claim_ref}/advance"
)
async def advance_claim(ctx: Ctx, command: AdvanceClaim) -> Done[ClaimMoved]:
    """到期处理：提醒、按现有材料审理、升级、不收取，或结算
    What a deadline brings: remind, review on file, escalate, charge nothing, or settle."""
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    if claim.row.state is ClaimState.DECIDED:
        return await _settle(ctx, claim)
    clocks = clocks_of(claim.contract, claim.row.filed_at)
    decided = decide_silence(facts_of(claim.row), ctx.now, clocks, calendar())
    match decided.outcome:
        case SilenceStep.REMIND:
            return await _remind(ctx, claim, decided)
        case SilenceStep.REVIEW_ON_FILE:
            return await _review(ctx, claim, decided)
        case SilenceStep.ESCALATE:
            return _escalate(ctx, claim, decided)
        case SilenceStep.NOT_CHARGED:
            transition(claim, ClaimAct.LAPSE, SYSTEM, ctx.now)
            return await decide_nothing_charged(ctx, claim, decided.reasons[0].zh)
        case SilenceStep.WAIT:
            raise _not_due()


def _not_due() -> Refusal:
    return Refusal(
        "not_due", "还没有到期", "nothing is due", remedy_zh="到期后自动处理", remedy_en="it happens by itself"
    )


async def _settle(ctx: Ctx, claim: OpenClaim) -> Done[ClaimMoved]:
    """After the days to appeal; after a second decision, when collection no longer rests (PAUSE-1)."""
    to = transition(claim, ClaimAct.SETTLE, SYSTEM, ctx.now)
    decided = await store.newest_decision(ctx.conn, claim.row.id)
    rests_until = decided.decision.pause_ends_on if decided is not None and decided.round == 2 else None
    if rests_until is not None and beijing_on(ctx.now) <= rests_until:
        raise _not_due()
    return await settle_claim(ctx, claim, to, "申诉期已过" if claim.row.appealed_at is None else "复核裁定生效")


async def _remind(ctx: Ctx, claim: OpenClaim, decided: Decision[SilenceStep]) -> Done[ClaimMoved]:
    row, sent = claim.row, claim.row.reminders_sent + 1
    await store.count_reminder(ctx.conn, row.id)
    clocks = clocks_of(claim.contract, row.filed_at)
    late_on = beijing_on(row.turn_until or ctx.now)
    again = start_of(late_on + timedelta(days=clocks.reminder_days * min(sent, REMINDERS)))
    text = "归还手机的验机结果还在等您确认。现在仍可认可或提出异议；不答复不视为认可，我们会按现有材料处理。"
    jobs = (notice(row.ref, row.renter_id, f"reminder:{sent}:{late_on}", text), *wake_at(row.ref, again))
    event = claim_event(row, "claim.reminded", decided.reasons[0].zh, rule="SIL-1", data={"reminder": sent}, jobs=jobs)
    return Done(moved(claim, Next(row.state, row.turn, row.turn_until)), event)


async def _review(ctx: Ctx, claim: OpenClaim, decided: Decision[SilenceStep]) -> Done[ClaimMoved]:
    """A decision on the file needs a case for somebody to decide in; the renter can still speak there."""
    row = claim.row
    to = transition(claim, ClaimAct.REVIEW_ON_FILE, SYSTEM, ctx.now)
    text = "系统按现有材料提交审理：两次提醒后没有收到您的答复。不答复不视为认可，您随时可以在这里补充。"
    case, seq, events = await open_desk_case(ctx, claim, to, text)
    await move(ctx, claim, to, case_id=case.id)
    event = claim_event(
        row, "claim.review_on_file", decided.reasons[0].zh, rule="SIL-1", case_id=case.id, seq=seq,
        jobs=wake_at(row.ref, to.until),
    )  # fmt: skip
    return Done(moved(claim, to, case_ref=case.ref), *events, event)


def _escalate(ctx: Ctx, claim: OpenClaim, decided: Decision[SilenceStep]) -> Done[ClaimMoved]:
    row = claim.row
    clocks = clocks_of(claim.contract, row.filed_at)
    last_at = end_of_working_days(row.turn_until or ctx.now, clocks.lessor_grace_working_days, calendar())
    event = claim_event(row, "claim.escalated", decided.reasons[0].zh, rule="ESC-1", jobs=wake_at(row.ref, last_at))
    return Done(moved(claim, Next(row.state, row.turn, row.turn_until)), event)


class RecordLetter(Struct, frozen=True, forbid_unknown_fields=True):
    """A letter the worker has printed and put into the media store."""

    claim_ref: Ref
    decision_ref: Ref
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    size_bytes: Annotated[int, Meta(ge=1, le=100_000_000)]
    kind: Literal["decision_letter", "withdrawal_letter"] = "decision_letter"


class LetterRecorded(Struct, frozen=True):
    """The document's reference."""

    document_ref: str


@use_case(
    RecordLetter, LetterRecorded, permission=Permission.SYSTEM, method="POST", path="/system/claims/{claim_ref}/letter"
)
async def record_letter(ctx: Ctx, command: RecordLetter) -> Done[LetterRecorded]:
    """裁定书入档并封存
    Put a printed letter on record and hand it to the log."""
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    row, ref = claim.row, random_ref("WS")
    written = await store.insert_letter(
        ctx.conn, ref=ref, decision_ref=command.decision_ref, lease_id=row.lease_id, renter_id=row.renter_id,
        size_bytes=command.size_bytes, sha256=bytes.fromhex(command.sha256), now=ctx.now,
        kind=command.kind,
    )  # fmt: skip
    if not written:
        raise Refusal("printed_already", "裁定书已经生成", "this letter was printed already")
    name = "裁定书" if command.kind == "decision_letter" else "撤回通知"
    event: Event = claim_event(
        row, "letter.printed", f"{name}已生成", rule="DMG",
        data={"document": ref, "decision": command.decision_ref, "sha256": command.sha256},
    )  # fmt: skip
    return Done(LetterRecorded(ref), event)
