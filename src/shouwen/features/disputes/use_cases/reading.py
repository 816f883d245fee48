"""Read claims, their proposals and decisions, and the letter."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.disputes import store
from shouwen.features.disputes.moving import OpenClaim, facts_of, open_claim
from shouwen.features.disputes.proposing import propose
from shouwen.features.disputes.public import access_claim
from shouwen.features.disputes.rows import (
    ClaimPage,
    ClaimProposal,
    ClaimView,
    DecisionView,
    LetterFile,
    WithdrawalView,
)
from shouwen.features.disputes.rules.claim import next_acts
from shouwen.features.disputes.types import ClaimAct, ClaimState, ClaimTurn
from shouwen.features.disputes.viewing import view_of
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

PAGE = 50


class ReadClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """One claim."""

    claim_ref: Ref


@use_case(
    ReadClaim, ClaimView, permission=Permission.CLAIM_READ, method="GET", path="/claims/{claim_ref}", snapshot=True
)
async def read_claim(ctx: Ctx, command: ReadClaim) -> ClaimView:
    """查看一份定损：痕迹、双方影像、条款、轮到谁
    A claim: findings beside both sides' pictures, the clauses, whose turn until when, what can be done."""
    return view_of(await open_claim(ctx, command.claim_ref), ctx.actor, ctx.now)


class ListClaims(Struct, frozen=True, forbid_unknown_fields=True):
    """Claims on one turn, the earliest deadline first; `after` is the key the last page gave."""

    turn: ClaimTurn = ClaimTurn.SPECIALIST
    after: Annotated[str, Meta(max_length=60)] = ""


@use_case(ListClaims, ClaimPage, permission=Permission.INSPECTIONS_READ, method="GET", path="/claims")
async def list_claims(ctx: Ctx, command: ListClaims) -> ClaimPage:
    """定损列表，按到期先后
    Open claims on one turn by deadline."""
    after_at, after_id = _key(command.after)
    rows = await store.list_claims(ctx.conn, command.turn, after_at, after_id)
    last = rows[-1] if len(rows) == PAGE else None
    key = "" if last is None or last.turn_until is None else f"{last.turn_until:%Y-%m-%dT%H:%M:%S.%fZ}_{last.id}"
    return ClaimPage(tuple(rows), key)


def _key(after: str) -> tuple[datetime | None, int]:
    if not after:
        return None, 0
    at, _, number = after.partition("_")
    try:
        key = datetime.fromisoformat(at), int(number)
    except ValueError:
        key = None
    if key is None or key[0].tzinfo is None or not 0 <= key[1] <= MAX_ID:
        raise BadInput("after", "翻页标记不对", "not a page key", remedy_zh="请从第一页重新翻", remedy_en="start again")
    return key


@use_case(
    ReadClaim, ClaimProposal, permission=Permission.CLAIM_DECIDE, method="GET", path="/claims/{claim_ref}/proposal",
    snapshot=True,
)  # fmt: skip
async def read_proposal(ctx: Ctx, command: ReadClaim) -> ClaimProposal:
    """系统按 DMG-1…8 对每处痕迹的建议，含理由与来源
    What DMG-1 to DMG-8 propose for each finding, with reasons and sources."""
    claim = await open_claim(ctx, command.claim_ref)
    return propose(claim.row, claim.lease, ctx.actor.role, may_decide=_may_decide(claim, ctx.actor))


def _may_decide(claim: OpenClaim, actor: Actor) -> bool:
    """Whether this is a decider's act now, and neither the reader's own report nor their own decision (AUTH-1)."""
    acts = {one.act for one in next_acts(facts_of(claim.row), actor.role)}
    first = claim.row.decided_by if claim.row.state is ClaimState.APPEALED else None
    return bool(acts & {ClaimAct.DECIDE, ClaimAct.DECIDE_APPEAL}) and actor.id not in (claim.row.inspector_id, first)


class ReadDecision(Struct, frozen=True, forbid_unknown_fields=True):
    """The decision in force, or that of one round (1, or 2 after an appeal)."""

    claim_ref: Ref
    round: Annotated[int, Meta(ge=0, le=2)] = 0


@use_case(
    ReadDecision, DecisionView, permission=Permission.CLAIM_READ, method="GET", path="/claims/{claim_ref}/decision",
    snapshot=True,
)  # fmt: skip
async def read_decision(ctx: Ctx, command: ReadDecision) -> DecisionView:
    """裁定书：结论、算式、规则、申诉期限与押金去向
    The decision: outcome, working, rules, until when to appeal, and what becomes of the deposit."""
    if ctx.actor.role is Role.INSPECTOR:
        raise Absent("裁定", "decision")
    claim = await open_claim(ctx, command.claim_ref)
    decided = await store.newest_decision(ctx.conn, claim.row.id, command.round)
    if decided is None:
        raise Absent("裁定", "decision")
    acts = {one.act for one in next_acts(facts_of(claim.row), ctx.actor.role)}
    until, row = decided.decision.appeal_until, claim.row
    return DecisionView(
        decision_ref=decided.ref,
        claim_ref=row.ref,
        lease_ref=row.lease_ref,
        case_ref=row.case_ref or "",
        round=decided.round,
        state=row.state,
        decided_by_name=decided.decided_by_name,
        decided_at=decided.decided_at,
        claimed_fen=row.claimed_fen,
        decided_fen=decided.decided_fen,
        detail=decided.decision,
        letter=decided.letter,
        letter_ref=decided.letter_ref or "",
        can_appeal=ClaimAct.APPEAL in acts and until is not None and ctx.now < until,
        can_close=ClaimAct.SETTLE in acts and row.state is ClaimState.DECIDED,
        appealed_at=row.appealed_at,
        settled_at=row.settled_at,
    )


@use_case(
    ReadClaim, WithdrawalView, permission=Permission.CLAIM_READ, method="GET", path="/claims/{claim_ref}/withdrawal",
    snapshot=True,
)  # fmt: skip
async def read_withdrawal(ctx: Ctx, command: ReadClaim) -> WithdrawalView:
    """撤回通知：原因、押金去向
    The withdrawal of a claim: why, and what becomes of the deposit."""
    claim = await access_claim(ctx.conn, ctx.actor, command.claim_ref)
    found = await store.find_withdrawal(ctx.conn, claim.id)
    if found is None:
        raise Absent("撤回通知", "withdrawal")
    return WithdrawalView(
        withdrawal_ref=found.ref,
        claim_ref=claim.ref,
        lease_ref=claim.lease_ref,
        case_ref="" if ctx.actor.role is Role.INSPECTOR else claim.case_ref or "",
        withdrawn_by_name=found.withdrawn_by_name,
        withdrawn_at=found.withdrawn_at,
        reason=found.reason,
        letter=found.letter,
        letter_ref=found.letter_ref or "",
    )


class ReadLetter(Struct, frozen=True, forbid_unknown_fields=True):
    """The printed letter of the decision in force, or of one round; of the withdrawal where there is one."""

    claim_ref: Ref
    round: Annotated[int, Meta(ge=0, le=2)] = 0


@use_case(
    ReadLetter, LetterFile, permission=Permission.CLAIM_READ, method="GET", path="/claims/{claim_ref}/letter",
    recorded=True,
)  # fmt: skip
async def read_letter(ctx: Ctx, command: ReadLetter) -> Done[LetterFile]:
    """打开裁定书 PDF（会留下查看记录）
    Open the letter as PDF; the view is on record (EVI-6)."""
    if ctx.actor.role is Role.INSPECTOR:
        raise Absent("裁定书", "letter")
    claim = await access_claim(ctx.conn, ctx.actor, command.claim_ref)
    letter_ref, title = claim.withdrawal_letter_ref, "撤回通知"
    if claim.state is not ClaimState.WITHDRAWN:
        decided = await store.newest_decision(ctx.conn, claim.id, command.round)
        letter_ref, title = None if decided is None else decided.letter_ref, "裁定书"
    document = None if letter_ref is None else await store.find_document(ctx.conn, letter_ref, 0)
    if document is None:
        raise Absent("裁定书", "letter")
    event = Event(
        kind="letter.viewed",
        text=f"{ctx.actor.name or '租客'}打开{title}",
        rule="EVI-6",
        case_id=claim.case_id,
        lease_id=claim.lease_id,
        renter_id=claim.renter_id,
        subject=document.ref,
        sealed=True,
    )
    name = f"{title} {claim.ref}.pdf"
    return Done(LetterFile(document.ref, name, document.mime, document.size_bytes, document.sha256.hex()), event)
