"""Give a claim up: the charge is dropped, the deposit goes back, the renter gets a letter."""

from datetime import date, timedelta

from msgspec import Struct

from shouwen.features.cases.public import Changing, case_by_id, end_pause
from shouwen.features.cases.types import Turn
from shouwen.features.disputes import store
from shouwen.features.disputes.facts import title_of
from shouwen.features.disputes.moving import (
    Next,
    OpenClaim,
    claim_event,
    in_case,
    move,
    moved,
    notice,
    open_claim,
    transition,
)
from shouwen.features.disputes.proposing import clocks_of, needs_second, propose
from shouwen.features.disputes.rows import ClaimMoved
from shouwen.features.disputes.rules.settlement import KEPT_ZH
from shouwen.features.disputes.rules.withdrawal import WithdrawalFacts, withdrawal_letter
from shouwen.features.disputes.settling import close_lease, open_hold_fen
from shouwen.features.disputes.types import ClaimAct
from shouwen.features.disputes.use_cases.deciding import refuse_not_asked, refuse_waiting
from shouwen.features.leases.public import lease_by_id, release_phone
from shouwen.features.money.public import book_day, kept_for_debts_fen, release_deposit
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import BadInput
from shouwen.kernel.fen import format_fen
from shouwen.platform.approvals import ALONE_ZH
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job, NeedsApproval
from shouwen.platform.fields import Ref, Text
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class WithdrawClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the claim is given up, in words the renter reads."""

    claim_ref: Ref
    reason: Text


@use_case(
    WithdrawClaim,
    ClaimMoved,
    permission=Permission.CLAIM_WITHDRAW,
    method="POST",
    path="/claims/{claim_ref}/withdrawal",
)
async def withdraw_claim(ctx: Ctx, command: WithdrawClaim) -> Done[ClaimMoved] | NeedsApproval:
    """撤回定损：不收取、解冻押金、结束暂停、通知租客
    Withdraw a claim: nothing is charged, the deposit is released, the pause gets its end, the renter a letter."""
    reason = command.reason.strip()
    if not reason:
        raise BadInput("reason", "请写明撤回的原因", "say why", remedy_zh="租客会看到，例如：出库影像里已有这处痕迹")
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    to = transition(claim, ClaimAct.WITHDRAW, ctx.actor, ctx.now)
    if ctx.actor.role is not Role.INSPECTOR:
        await refuse_not_asked(ctx, claim)
    await refuse_waiting(ctx, claim)
    need = needs_second(ctx.actor.role, claim.row.claimed_fen, 0, ctx.now, decided_zh="撤回后")
    if need is not None:
        asked = NeedsApproval(
            approver_role=need.role, people=need.people, amount_fen=claim.row.claimed_fen, rule="AUTH-1",
            summary=f"撤回定损 {claim.row.ref}：{reason}（{need.why}）"[:300], waits_until=need.waits_until,
            passes_alone=need.passes_alone, case_id=claim.row.case_id,
        )  # fmt: skip
        if not ctx.covers(asked, as_read=True):
            return asked
    return await _withdraw(ctx, claim, to, reason)


async def _withdraw(ctx: Ctx, claim: OpenClaim, to: Next, reason: str) -> Done[ClaimMoved]:
    row, on, ref = claim.row, await book_day(ctx.conn, ctx.now), random_ref("CH")
    lease = await lease_by_id(ctx.conn, row.lease_id, lock=True)
    hold_fen = await open_hold_fen(ctx, row.lease_id)
    released_fen = await release_deposit(
        ctx.conn, ctx.act_id, lease, await kept_for_debts_fen(ctx.conn, lease.id, on), row.ref, on
    )
    pause_days = clocks_of(claim.contract, row.filed_at).pause_after_decision_days
    pauses = await store.earlier_pauses(ctx.conn, row.lease_id, row.id)
    running = any(one.ends_on is None for one in pauses)
    pause_ends_on = on + timedelta(days=pause_days) if running else None
    names = await store.staff_names(ctx.conn, ctx.approved_by)
    mark = ALONE_ZH.get(ctx.alone, "")
    by = (ctx.actor.name, *(names.get(one, "") for one in ctx.approved_by), *((f"（{mark}）",) if mark else ()))
    letter = withdrawal_letter(
        WithdrawalFacts(
            renter_name=row.renter_name_masked, model=row.model, lease_ref=row.lease_ref, returned_on=row.received_on,
            withdrawn_on=on, by=by, reason=reason, hold_fen=hold_fen, released_fen=released_fen,
            claimed=tuple((one.no, title_of(one), one.price_fen) for one in row.findings),
            pause_ends_on=pause_ends_on, policy=propose(row, claim.lease, Role.SPECIALIST).policy,
        )
    )  # fmt: skip
    await move(ctx, claim, to)
    await store.insert_withdrawal(ctx.conn, ref, row.id, ctx.actor, reason, letter, ctx.now)
    await release_phone(ctx.conn, row.ref, ctx.now, "定损已撤回")
    kept = f"{KEPT_ZH}。" if released_fen < hold_fen else ""
    said = f"平台撤回这份定损：{reason}\n{letter.summary}解冻押金 {format_fen(released_fen)}。{kept}"
    seq, told = await _tell_case(ctx, claim, to, said, pause_ends_on)
    closed = await close_lease(ctx, lease, 0)
    jobs = (
        Job(kind="render_withdrawal", key=f"render_withdrawal:{ref}", payload={"claim_ref": row.ref}),
        notice(
            row.ref,
            row.renter_id,
            "withdrawn",
            f"归还手机的定损已撤回，您不需要支付。解冻押金 {format_fen(released_fen)}。{kept}",
        ),
    )
    event = claim_event(
        row, "claim.withdrawn", f"撤回定损 {row.ref}：{reason}"[:300], rule="DMG", seq=seq, jobs=jobs,
        data={
            "withdrawal": ref, "claimed_fen": row.claimed_fen, "released_fen": released_fen, "by": ctx.actor.id,
            "approved_by": list(ctx.approved_by), **({"mark": mark} if mark else {}),
        },
    )  # fmt: skip
    return Done(moved(claim, to), event, *told, *closed)


async def _tell_case(
    ctx: Ctx, claim: OpenClaim, to: Next, said: str, pause_ends_on: date | None
) -> tuple[int | None, tuple[Event, ...]]:
    """The withdrawal in the thread, the pause dated, the case free to end."""
    if claim.row.case_id is None:
        return None, ()
    case = await case_by_id(ctx.conn, claim.row.case_id)
    ended = () if pause_ends_on is None else (await end_pause(ctx, case, pause_ends_on, "withdrawn"),)
    changing = Changing(case, ctx.actor, ctx.now)
    seq = changing.system_line(said, rule="DMG", claim_ref=claim.row.ref)
    changing.claim(*in_case(to))
    changing.to(Turn.RENTER, None)
    await changing.write(ctx.conn)
    return seq, ended
