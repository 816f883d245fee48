"""The specialist's acts: mark what the pictures show, decide."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.cases.public import case_by_id
from shouwen.features.disputes import store
from shouwen.features.disputes.deciding import Decider, Verdict, carry_out
from shouwen.features.disputes.moving import OpenClaim, claim_event, open_claim, transition
from shouwen.features.disputes.proposing import needs_second, propose
from shouwen.features.disputes.rows import ClaimMoved, ClaimProposal, ProposedFinding
from shouwen.features.disputes.store import MarkedFact
from shouwen.features.disputes.types import ENDED, ClaimAct, ClaimState
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.approvals import ALONE_ZH
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, NeedsApproval
from shouwen.platform.fields import Fen, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

FindingNo = Annotated[int, Meta(ge=1, le=100)]
Reason = Annotated[str, Meta(max_length=2_000)]
Source = Annotated[str, Meta(min_length=1, max_length=200)]


class FindingMarks(Struct, frozen=True, forbid_unknown_fields=True):
    """What the pictures of one finding show; left out means as it was. A market price needs its source."""

    no: FindingNo
    seen_at_handover: bool | None = None
    unmarked_before_courier: bool | None = None
    market_repair_price_fen: Fen | None = None
    market_repair_source: Source | None = None


class MarkFacts(Struct, frozen=True, forbid_unknown_fields=True):
    """Facts for the rules to read: no liability is decided here."""

    claim_ref: Ref
    findings: Annotated[tuple[FindingMarks, ...], Meta(min_length=1, max_length=20)]


@use_case(MarkFacts, ClaimProposal, permission=Permission.CLAIM_DECIDE, method="PUT", path="/claims/{claim_ref}/facts")
async def mark_facts(ctx: Ctx, command: MarkFacts) -> Done[ClaimProposal]:
    """标注影像比对结果，建议随之更新
    Mark what the pictures show; the proposal follows."""
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    if claim.row.state in ENDED | {ClaimState.DECIDED}:
        raise Refusal(
            "claim_decided", "已经裁定，不能再改事实", "the claim is decided", rule="DMG",
            remedy_zh="租客申诉后可以重新标注", remedy_en="facts can be marked again after an appeal",
        )  # fmt: skip
    await refuse_not_asked(ctx, claim)
    await refuse_waiting(ctx, claim)
    await write_marks(ctx, claim, command.findings)
    after = await open_claim(ctx, command.claim_ref)
    marked = [
        {"no": one.no, "seen_at_handover": one.seen_at_handover, "unmarked_before_courier": one.unmarked_before_courier,
         "market_repair_price_fen": one.market_repair_price_fen}
        for one in command.findings
    ]  # fmt: skip
    text = f"{ctx.actor.name}标注第 {'、'.join(str(one.no) for one in command.findings)} 处的影像比对结果"
    event = claim_event(claim.row, "claim.facts_marked", text, rule="DMG", data={"marked": marked})
    return Done(propose(after.row, after.lease, ctx.actor.role, may_decide=True), event)


async def write_marks(ctx: Ctx, claim: OpenClaim, marks: tuple[FindingMarks, ...]) -> None:
    """Store marks of findings of this claim, each named once."""
    _refuse_unknown(claim, [one.no for one in marks])
    for at, one in enumerate(marks):
        if one.market_repair_price_fen is not None and one.market_repair_source is None:
            raise BadInput(
                f"findings[{at}].market_repair_source", "市场维修价要写明来源", "a market price needs its source",
                remedy_zh="例如：官方售后报价 2026-11-20", remedy_en="for example a quotation and its date",
            )  # fmt: skip
    await store.write_facts(
        ctx.conn,
        claim.row.id,
        [
            MarkedFact(
                one.no, one.seen_at_handover, one.unmarked_before_courier, one.market_repair_price_fen,
                one.market_repair_source,
            )
            for one in marks
        ],
    )  # fmt: skip


class FindingDecision(Struct, frozen=True, forbid_unknown_fields=True):
    """One finding: as proposed, not charged, or another amount up to the proposal's; departing needs a reason.

    What the pictures show may be marked in the same act.
    """

    no: FindingNo
    outcome: Literal["proposed", "not_charged", "charge"]
    amount_fen: Fen | None = None
    reason: Reason = ""
    seen_at_handover: bool | None = None
    unmarked_before_courier: bool | None = None


class DecideClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """A decision on every finding, and words to the renter."""

    claim_ref: Ref
    findings: Annotated[tuple[FindingDecision, ...], Meta(min_length=1, max_length=20)]
    words: Reason = ""


@use_case(
    DecideClaim, ClaimMoved, permission=Permission.CLAIM_DECIDE, method="POST", path="/claims/{claim_ref}/decision"
)
async def decide_claim(ctx: Ctx, command: DecideClaim) -> Done[ClaimMoved] | NeedsApproval:
    """作出裁定：逐处结论、裁定书、入账、解冻押金
    Decide every finding; the letter is written, the charge booked and the deposit released by what remains."""
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    act = ClaimAct.DECIDE_APPEAL if claim.row.state is ClaimState.APPEALED else ClaimAct.DECIDE
    transition(claim, act, ctx.actor, ctx.now)
    await refuse_not_asked(ctx, claim)
    _refuse_partial(claim, command)
    marks = tuple(
        FindingMarks(one.no, one.seen_at_handover, one.unmarked_before_courier)
        for one in command.findings
        if one.seen_at_handover is not None or one.unmarked_before_courier is not None
    )
    if marks:
        await write_marks(ctx, claim, marks)
        claim = await open_claim(ctx, command.claim_ref)
    proposal = propose(claim.row, claim.lease, ctx.actor.role, may_decide=True)
    by_no = {one.no: one for one in command.findings}
    verdicts = [_verdict(claim, at, finding, by_no[finding.no]) for at, finding in enumerate(proposal.findings)]
    total_fen = sum(verdict.decided_fen for verdict in verdicts)
    first_fen = claim.row.decided_fen if act is ClaimAct.DECIDE_APPEAL else None
    need = needs_second(ctx.actor.role, claim.row.claimed_fen, total_fen, ctx.now, first_fen=first_fen)
    if need is not None:
        asked = NeedsApproval(
            approver_role=need.role, people=need.people, amount_fen=max(claim.row.claimed_fen, total_fen),
            rule="AUTH-1", summary=f"定损裁定 {claim.row.ref}（{need.why}）"[:300],
            waits_until=need.waits_until, passes_alone=need.passes_alone, barred=tuple(_barred(claim, act)),
            case_id=claim.row.case_id,
        )  # fmt: skip
        if not ctx.covers(asked, as_read=True):
            await refuse_waiting(ctx, claim)
            return asked
    return await carry_out(ctx, claim, proposal, verdicts, await _decider(ctx, claim, act), command.words)


async def _decider(ctx: Ctx, claim: OpenClaim, act: ClaimAct) -> Decider:
    mark = ALONE_ZH.get(ctx.alone, "")
    if not ctx.approved_by:
        return Decider(ctx.actor.id, ctx.actor.name, mark=mark)
    second = ctx.approved_by[0]
    if _barred(claim, act) & set(ctx.approved_by):
        raise Refusal(
            "not_your_own", "作出原裁定或出具报告的人不能做复核的第二人", "nobody reviews their own decision",
            rule="AUTH-1", remedy_zh="请另一位专员或主管同意", remedy_en="ask another colleague",
        )  # fmt: skip
    names = await store.staff_names(ctx.conn, [second])
    return Decider(ctx.actor.id, ctx.actor.name, second, names.get(second, ""), mark)


def _barred(claim: OpenClaim, act: ClaimAct) -> set[int]:
    """Who may not be the second person: the report's author, and on appeal the first decider."""
    first = claim.row.decided_by if act is ClaimAct.DECIDE_APPEAL else None
    return {one for one in (claim.row.inspector_id, first) if one}


async def refuse_not_asked(ctx: Ctx, claim: OpenClaim) -> None:
    """OWN-3: within a case the specialist who was asked in (or owns it) judges, or a supervisor."""
    if ctx.actor.role is Role.SUPERVISOR or claim.row.case_id is None:
        return
    case = await case_by_id(ctx.conn, claim.row.case_id)
    if ctx.actor.id not in (case.specialist_id, case.owner_id):
        owner, asked = case.owner_name or "受理人", case.specialist_name
        zh = f"{owner}已请{asked}裁定；需要换人请联系主管" if asked else f"由{owner}在案件里请专员，或由主管裁定"
        raise Refusal(
            "not_asked_in", "您还没有被请进这个案件", "you have not been asked into this case", rule="OWN-3",
            remedy_zh=zh, remedy_en="the one who was asked in decides, or a supervisor",
        )  # fmt: skip


async def refuse_waiting(ctx: Ctx, claim: OpenClaim) -> None:
    """A decision that waits for its second person (AUTH-1) stands: neither asked again nor its facts changed."""
    waiting = await store.open_approval(ctx.conn, claim.row.ref)
    if waiting is not None:
        raise Refusal(
            "approval_waiting", f"这份定损已有裁定在等第二人同意（{waiting}）", "a decision waits for a second person",
            rule="AUTH-1", remedy_zh="请到“审批”里同意或退回", remedy_en="grant or decline it under Approvals",
            data={"approval_ref": waiting},
        )  # fmt: skip


def _refuse_unknown(claim: OpenClaim, nos: list[int]) -> None:
    known = {finding.no for finding in claim.row.findings}
    if len(set(nos)) != len(nos) or not set(nos) <= known:
        raise BadInput("findings", "痕迹编号不对，或同一处写了两次", "an unknown finding, or one named twice")


def _refuse_partial(claim: OpenClaim, command: DecideClaim) -> None:
    _refuse_unknown(claim, [one.no for one in command.findings])
    if len(command.findings) != len(claim.row.findings):
        raise BadInput(
            "findings", "请对每一处痕迹作出结论", "decide every finding",
            remedy_zh="没有列出的痕迹也要写明不收取", remedy_en="say so where one is not charged",
        )  # fmt: skip


def _verdict(claim: OpenClaim, at: int, proposed: ProposedFinding, said: FindingDecision) -> Verdict:
    """The amount of one finding: never above the rules', nor above the first decision on appeal."""
    before = next(finding for finding in claim.row.findings if finding.no == proposed.no)
    first_fen = before.decided_fen if claim.row.state is ClaimState.APPEALED else None
    most_fen = proposed.most_fen if first_fen is None else min(proposed.most_fen, first_fen)
    amount_fen = _amount(at, said, most_fen)
    if said.outcome == "charge" and amount_fen > most_fen:
        spoke = "、".join(dict.fromkeys(look.rule for look in proposed.looked if look.look == "spoke"))
        raise BadInput(
            f"findings[{at}].amount_fen",
            f"第 {proposed.no} 处最多收取 {format_fen(most_fen)}（{spoke}）"
            + ("；复核不能比原裁定更重" if most_fen != proposed.most_fen else ""),
            "more than the rules allow for this finding",
            remedy_zh="请降低金额；如果事实有误，请先改影像比对结果",
            remedy_en="lower the amount, or correct the marked facts first",
        )
    unmarked = bool(proposed.to_mark) and proposed.answer != "accepted"
    departs = amount_fen != proposed.charge_fen or unmarked
    if said.outcome != "proposed" and departs and not said.reason.strip():
        zh = "还没有比对影像" if unmarked else "与建议不同"
        raise BadInput(
            f"findings[{at}].reason", f"第 {proposed.no} 处{zh}，请写理由", "say why it departs",
            remedy_zh="理由会写进裁定书", remedy_en="the reason goes into the letter",
        )  # fmt: skip
    if unmarked and said.outcome != "not_charged":
        raise Refusal(
            "facts_not_marked",
            f"第 {proposed.no} 处还没有与影像比对，不能裁定",
            "nobody has compared the pictures of this finding yet",
            rule="DMG-2" if "seen_at_handover" in proposed.to_mark else "DMG-4",
            remedy_zh="先比对影像并勾选“看得见/看不见”；不收取时写明理由即可",
            remedy_en="mark what the pictures show, or charge nothing and say why",
            field=f"findings[{at}].{proposed.to_mark[0]}",
            data={"to_mark": list(proposed.to_mark)},
        )
    return Verdict(proposed.no, amount_fen, said.reason.strip())


def _amount(at: int, said: FindingDecision, most_fen: int) -> int:
    if said.outcome == "not_charged":
        return 0
    if said.outcome == "proposed":
        return most_fen
    if said.amount_fen is None:
        raise BadInput(f"findings[{at}].amount_fen", "请填写金额", "the amount is missing")
    return said.amount_fen
