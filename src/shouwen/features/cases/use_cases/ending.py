"""How a case ends: resolved by the desk, closed, rated by the renter."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.ground import access_case, event, facts_of, refuse_not_owner
from shouwen.features.cases.guarding import load_guarded, pass_guard
from shouwen.features.cases.on_file import asked_twice
from shouwen.features.cases.opening import body_data
from shouwen.features.cases.resting import rest_over
from shouwen.features.cases.rows import CaseChanged
from shouwen.features.cases.rules.ownership import decide_close, decide_rating
from shouwen.features.cases.types import CaseState, ClockKind, Turn
from shouwen.features.cases.use_cases.owning import changed
from shouwen.features.cases.use_cases.replying import answered, asked_until, noticed, refuse_unseen
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Line, Ref, Seq, Text
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ResolveCase(Struct, frozen=True, forbid_unknown_fields=True):
    """`text` tells the renter what was done, who has seen everything up to `seen_seq`; GUARD-1 as for every answer."""

    case_ref: Ref
    text: Text
    seen_seq: Seq
    guard_reason: Line = ""


@use_case(
    ResolveCase, CaseChanged, permission=Permission.CASE_ANSWER, method="POST", path="/cases/{case_ref}/resolution"
)
async def resolve_case(ctx: Ctx, command: ResolveCase) -> Done[CaseChanged]:
    """告知处理结果，请租客确认
    Say what was done and ask the renter to confirm."""
    guarded = await load_guarded(ctx, command.case_ref, command.text)
    case = guarded.ground.case
    _refuse_resolving(case.state, case.claim_open)
    refuse_not_owner(case, ctx.actor)
    refuse_unseen(case, ctx.actor.id, command.seen_seq)
    check = pass_guard(ctx, guarded, command.guard_reason)
    twice = await asked_twice(ctx.conn, case, command.text)
    changing = Changing(case, ctx.actor, ctx.now)
    changing.guarded(check)
    seq = changing.add("text", command.text, extra={"resolution": True})
    answered(ctx, changing, substantive=True, asked_for=await asked_until(ctx, case))
    changing.stop([ClockKind.DECISION])
    changing.set(state=CaseState.RESOLVED)
    after = await changing.write(ctx.conn)
    told = event(
        after, "case.resolved", f"{ctx.actor.name}告知处理结果", rule="OWN-1", seq=seq, sealed=True,
        data=body_data(command.text, seq),
    )  # fmt: skip
    return Done(changed(changing), told, *noticed(after, guarded, check, twice, seq), *await rest_over(ctx, after))


def _refuse_resolving(state: CaseState, claim_open: bool) -> None:
    if state is CaseState.CLOSED:
        raise Refusal("case_closed", "案件已经结束", "the case is closed already")
    if claim_open:
        raise Refusal(
            "claim_open",
            "定损还没有结果，需要先裁定或撤回",
            "a claim is still open",
            rule="OWN-1",
            remedy_zh="等裁定后再结束",
            remedy_en="wait for the decision",
        )


class CloseCase(Struct, frozen=True, forbid_unknown_fields=True):
    """End the case."""

    case_ref: Ref


@use_case(CloseCase, CaseChanged, permission=Permission.CASE_CLOSE, method="POST", path="/cases/{case_ref}/closure")
async def close_case(ctx: Ctx, command: CloseCase) -> Done[CaseChanged]:
    """结束案件；租客再留言会重新打开
    End the case; it opens again when the renter writes."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    decided = decide_close(facts_of(case), ctx.actor)
    changing = Changing(case, ctx.actor, ctx.now)
    changing.set(state=decided.outcome, closed_at=ctx.now)
    changing.stop(ClockKind)
    changing.to(Turn.NOBODY, None)
    seq = changing.system_line("这件事已结束。有需要可以随时在这里留言，会由原来的客服继续。")
    after = await changing.write(ctx.conn)
    closed = event(after, "case.closed", decided.reasons[0].zh, rule="OWN-1", seq=seq, sealed=True)
    return Done(changed(changing), closed, *await rest_over(ctx, after, "withdrawn"))


class RateCase(Struct, frozen=True, forbid_unknown_fields=True):
    """1 to 5, and words."""

    case_ref: Ref
    stars: Annotated[int, Meta(ge=1, le=5)]
    words: Annotated[str, Meta(max_length=1_000)] = ""


@use_case(RateCase, CaseChanged, permission=Permission.CASE_RATE, method="POST", path="/cases/{case_ref}/rating")
async def rate_case(ctx: Ctx, command: RateCase) -> Done[CaseChanged]:
    """评价一次服务
    Rate the service, once."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    decided = decide_rating(facts_of(case), ctx.actor, command.stars)
    changing = Changing(case, ctx.actor, ctx.now)
    changing.set(rating=decided.outcome, rating_text=command.words)
    after = await changing.write(ctx.conn)
    rated = event(after, "case.rated", f"租客评价 {command.stars} 分", sealed=True, data={"stars": command.stars})
    return Done(changed(changing), rated)
