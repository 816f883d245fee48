"""Asking the renter for evidence, and what follows for the phone: kept as it is, released only once told (QUAR-1)."""

from msgspec import Struct

from shouwen.features.cases.public import Changing, case_by_id
from shouwen.features.cases.types import Turn
from shouwen.features.disputes import store
from shouwen.features.disputes.moving import (
    OpenClaim,
    claim_event,
    facts_of,
    in_case,
    last_day,
    move,
    moved,
    notice,
    open_claim,
    quarantine_jobs,
    transition,
    wake_at,
)
from shouwen.features.disputes.proposing import clocks_of
from shouwen.features.disputes.rows import ClaimMoved
from shouwen.features.disputes.rules.silence import decide_quarantine
from shouwen.features.disputes.types import ClaimAct, Quarantine
from shouwen.features.disputes.use_cases.deciding import refuse_not_asked, refuse_waiting
from shouwen.features.leases.public import release_phone, tell_release
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref, Text
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class AskRenter(Struct, frozen=True, forbid_unknown_fields=True):
    """What is missing, in words for the renter."""

    claim_ref: Ref
    text: Text


@use_case(AskRenter, ClaimMoved, permission=Permission.CLAIM_DECIDE, method="POST", path="/claims/{claim_ref}/question")
async def ask_renter(ctx: Ctx, command: AskRenter) -> Done[ClaimMoved]:
    """请租客补充材料：轮到租客，裁定时限停表，手机继续保持原状
    Ask the renter for evidence: their turn, the decision clock stops, the phone stays as it is."""
    text = command.text.strip()
    if not text:
        raise BadInput("text", "请写明要补充什么", "say what is missing", remedy_zh="例如：签收时拍的左边框照片")
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    to = transition(claim, ClaimAct.ASK_RENTER, ctx.actor, ctx.now)
    await refuse_not_asked(ctx, claim)
    await refuse_waiting(ctx, claim)
    row = claim.row
    await move(ctx, claim, to)
    await store.write_asked(ctx.conn, row.id, ctx.now)
    seq = None
    if row.case_id is not None:
        changing = Changing(await case_by_id(ctx.conn, row.case_id), ctx.actor, ctx.now)
        seq = changing.system_line(f"请您补充：{text}", rule="SIL-1", claim_ref=row.ref)
        changing.claim(*in_case(to))
        changing.to(Turn.NOBODY, None)  # it answers what was said so far
        await changing.write(ctx.conn)
    by_day = "" if to.until is None else f"请在 {last_day(to.until)}前补充。"
    asked = notice(
        row.ref, row.renter_id, f"asked:{int(ctx.now.timestamp())}", f"归还手机的定损需要您补充材料。{by_day}"
    )
    event = claim_event(
        row, "claim.evidence_asked", f"{ctx.actor.name}请租客补充：{text}"[:300], rule="SIL-1", seq=seq,
        jobs=(asked, *wake_at(row.ref, to.until), *quarantine_jobs(claim, ctx.now)),
    )  # fmt: skip
    return Done(moved(claim, to), event)


class AdvanceQuarantine(Struct, frozen=True, forbid_unknown_fields=True):
    """Tell the renter, or release the phone they were told of, where the time has come."""

    claim_ref: Ref


class QuarantineStep(Struct, frozen=True):
    """Where the phone stands after the step."""

    claim_ref: str
    told: bool
    released: bool
    quarantine: Quarantine


@use_case(
    AdvanceQuarantine, QuarantineStep, permission=Permission.SYSTEM, method="POST",
    path="/system/claims/{claim_ref}/quarantine",
)  # fmt: skip
async def advance_quarantine(ctx: Ctx, command: AdvanceQuarantine) -> Done[QuarantineStep]:
    """保留期将满：先告知租客并留出天数，到期后才放行这台手机
    Before an undecided phone is released the renter is told; on the day they were told of, it is (QUAR-1)."""
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    clocks = clocks_of(claim.contract, claim.row.filed_at)
    found = decide_quarantine(facts_of(claim.row), ctx.now, clocks)
    if found.held and found.tell_renter:
        return await _tell(ctx, claim, found)
    if found.held and found.until is not None and ctx.now >= found.until:
        return await _release(ctx, claim, found)
    raise Refusal("not_due", "还没有到期，或已经放行", "nothing is due", rule="QUAR-1", remedy_zh="到期后自动处理")


async def _tell(ctx: Ctx, claim: OpenClaim, found: Quarantine) -> Done[QuarantineStep]:
    row, until = claim.row, found.until
    if until is None:
        raise LookupError("a phone is released on a day")
    await tell_release(ctx.conn, row.ref, ctx.now, until)
    on = beijing_on(until)
    said = f"争议中的手机保留原状到 {on}，之后可能被维修、清除或再出租。需要再看实物的，请在这之前联系我们。"
    seq = await _line(ctx, claim, said)
    jobs = (notice(row.ref, row.renter_id, f"release:{on}", said), *quarantine_jobs(claim, ctx.now, at=until))
    event = claim_event(
        row, "claim.release_told", f"已告知租客：手机保留原状到 {on}", rule="QUAR-1", data={"until": until.isoformat()},
        jobs=jobs, seq=seq,
    )  # fmt: skip
    return Done(QuarantineStep(row.ref, True, False, found), event)


async def _release(ctx: Ctx, claim: OpenClaim, found: Quarantine) -> Done[QuarantineStep]:
    row = claim.row
    await release_phone(ctx.conn, row.ref, ctx.now, "最后一次要材料后期满，已提前告知租客")
    seq = await _line(ctx, claim, "手机的保留期已满，不再保持原状；定损照常审理，已封存的影像不受影响。")
    event: Event = claim_event(
        row, "claim.phone_released", "保留期满且已提前告知租客，手机放行", rule="QUAR-1", seq=seq,
        data={"told_at": "" if row.release_told_at is None else row.release_told_at.isoformat()},
    )  # fmt: skip
    return Done(QuarantineStep(row.ref, False, True, found), event)


async def _line(ctx: Ctx, claim: OpenClaim, text: str) -> int | None:
    if claim.row.case_id is None:
        return None
    changing = Changing(await case_by_id(ctx.conn, claim.row.case_id), ctx.actor, ctx.now)
    seq = changing.system_line(text, rule="QUAR-1")
    await changing.write(ctx.conn)
    return seq
