"""The deposit release clock (DEP-1): late, it becomes an urgent case, and what nothing rests on goes free by itself."""

from datetime import timedelta

from shouwen.features.cases.public import NewCase, open_case
from shouwen.features.cases.types import CaseType, Statement
from shouwen.features.contracts.public import contract_in_force
from shouwen.features.endings import store
from shouwen.features.endings.events import lease_event
from shouwen.features.endings.rules.release_clock import decide_release
from shouwen.features.endings.types import ReleaseFacts
from shouwen.features.leases.types import LeaseRow
from shouwen.features.money.public import book_day, book_due, refresh_late_fees, release_deposit
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event


async def watch_release(ctx: Ctx, lease: LeaseRow) -> list[Event]:
    """What the clock does on a locked lease today; nothing where it is not late, or nothing has changed since."""
    on = await book_day(ctx.conn, ctx.now)
    row = await store.release_row(ctx.conn, lease.id, on)
    if row is None or not row.open_fen or lease.returned_on is None:
        return []
    _, contract = await contract_in_force(ctx.conn, lease.id)
    terms = contract.terms
    due_on = row.release_due_on
    if due_on is None and terms.deposit_release_days is not None:
        due_on = lease.returned_on + timedelta(days=terms.deposit_release_days)
    if due_on is None or on <= due_on:
        return []
    await book_due(ctx.conn, ctx.act_id, lease, on)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    row = await store.release_row(ctx.conn, lease.id, on) or row
    inspect_by_on = None
    if not row.inspected and terms.inspection_days is not None:
        inspect_by_on = lease.returned_on + timedelta(days=terms.inspection_days)
    facts = ReleaseFacts(
        due_on=due_on, open_fen=row.open_fen, owed_fen=row.owed_fen, claim_open=row.claim_open,
        inspect_by_on=inspect_by_on, other_phone=row.other_phone,
    )  # fmt: skip
    decision = decide_release(facts, on)
    release = decision.outcome
    if not release.late:  # another phone came back: the renter's turn, told when it was found
        return []
    if row.told_case_id is not None and release.stands in ("claim", "inspection"):
        return []
    released_fen = 0
    if release.release_fen:
        keep_fen, release_ref = row.open_fen - release.release_fen, f"clock:{lease.ref}:{on}"
        released_fen = await release_deposit(ctx.conn, ctx.act_id, lease, keep_fen, release_ref, on)
    clauses = contract.clauses_for("deposit_release_days", "deposit_fen")
    data: dict[str, object] = {
        "due_on": str(due_on), "released_fen": released_fen, "stands": release.stands,
        "clause": clauses[0] if clauses else "", "working": list(decision.working),
    }  # fmt: skip
    if row.told_case_id is not None:  # what it rested on is gone, or less: the desk knows of it, nobody is called again
        if not released_fen and release.stands == row.told_stands:
            return []
        await store.put_release_delay(
            ctx.conn, lease.id, row.told_case_id, due_on, ctx.now, released_fen, release.stands
        )
        said = f"押金已解冻 {format_fen(released_fen)}" if released_fen else ""
        if release.stands == "owed":
            said += ("，" if said else "押金") + f"其余 {format_fen(row.open_fen - released_fen)} 等未付款项付清后解冻"
        return [lease_event(lease, "deposit.late", said, rule="DEP-1", data=data, case_id=row.told_case_id)]
    why = decision.reasons[0].zh
    text = f"押金解冻超过合同约定的日期：{why}。" + (f"系统已解冻 {format_fen(released_fen)}。" if released_fen else "")
    text += "我们在核对原因，会告诉您到账时间。"
    case, _, events = await open_case(
        ctx,
        NewCase(
            type=CaseType.DEPOSIT_REFUND,
            renter_id=lease.renter_id,
            renter_name_masked=lease.renter_name_masked,
            statement=Statement(text, "", "", text),
            says=SYSTEM,
            lease_id=lease.id,
            lease_title=lease.model,
            urgent=True,
        ),
    )
    await store.put_release_delay(ctx.conn, lease.id, case.id, due_on, ctx.now, released_fen, release.stands)
    said = f"押金最迟应在 {due_on} 解冻，已转加急处理" + (
        f"；{format_fen(released_fen)} 已解冻" if released_fen else ""
    )
    return [*events, lease_event(lease, "deposit.late", said, rule="DEP-1", data=data, case_id=case.id)]
