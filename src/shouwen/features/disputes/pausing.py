"""PAUSE-1 carried out: collection of a contested amount rests, on the record and in the thread."""

from collections.abc import Sequence
from typing import Literal

from shouwen.features.cases.public import CaseRow, Changing, start_pause
from shouwen.features.disputes import store
from shouwen.features.disputes.moving import OpenClaim, claim_event
from shouwen.features.disputes.rules.pause import PauseStep, decide_pause
from shouwen.features.evidence.public import MediaRow
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event


async def pause(
    ctx: Ctx, claim: OpenClaim, case: CaseRow, amount_fen: int, reason: Literal["dispute", "appeal"],
    media: Sequence[MediaRow],
) -> tuple[CaseRow, tuple[Event, ...]]:  # fmt: skip
    """PAUSE-1 on the record and in the thread; nothing where nothing is asked for, or where it rests already."""
    if amount_fen == 0:
        return case, ()
    earlier = await store.earlier_pauses(ctx.conn, claim.row.lease_id, claim.row.id)
    since = max((one.started_at for one in earlier), default=ctx.now)
    decided = decide_pause(reason, amount_fen, earlier, new_evidence=any(one.uploaded_at > since for one in media))
    if decided.outcome is PauseStep.RUNS:
        return case, ()
    changing = Changing(case, ctx.actor, ctx.now)
    if decided.outcome is PauseStep.NOT_AGAIN:
        said = f"{decided.reasons[0].zh}；异议照常审理。"
        seq = changing.system_line(said, rule="PAUSE-1")
        refused = claim_event(claim.row, "pause.not_again", said, rule="PAUSE-1", case_id=case.id, seq=seq)
        return await changing.write(ctx.conn), (refused,)
    changing.system_line(
        f"争议金额 {format_fen(amount_fen)} 已暂停催收，也不计违约金，直到裁定后第三天；不会补收。", rule="PAUSE-1"
    )
    case = await changing.write(ctx.conn)
    return case, (await start_pause(ctx, case, amount_fen=amount_fen, reason=reason, claim_id=claim.row.id),)
