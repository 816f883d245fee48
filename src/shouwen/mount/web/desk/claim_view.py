"""A claim as its page: each finding with its pictures, rules, limits and what was typed."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from shouwen.features.cases.rows import CasePage
from shouwen.features.disputes.rows import ClaimFindingView, ClaimProposal, ClaimView, ProposedFinding
from shouwen.features.disputes.types import ClaimAct, ClaimState, ClaimTurn
from shouwen.features.leases.types import LeaseFile
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import beijing_on, last_on
from shouwen.kernel.fen import format_fen, typed_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ChargeInputView,
    ClockView,
    DeskClaimView,
    DeskFindingView,
    FactView,
    FigureView,
    MediaView,
    MessageView,
    PillView,
    ProblemView,
)
from shouwen.mount.web.desk.bits import claim_pill, claim_tile, clause_refs
from shouwen.mount.web.desk.claim_acts import acts_view
from shouwen.mount.web.desk.claim_bits import proposal_pill, rule_rows
from shouwen.mount.web.desk.lease_view import model_of
from shouwen.mount.web.portal.claims import finding_compare

_DECIDING = {ClaimAct.DECIDE, ClaimAct.DECIDE_APPEAL}
_DECIDED = {ClaimState.DECIDED, ClaimState.SETTLED}


class Typed(Struct, frozen=True):
    """What stood in the form when it was refused."""

    fields: Mapping[str, list[str]] = {}
    problem: ProblemView | None = None

    def of(self, name: str) -> str:
        """One field as typed."""
        return self.fields.get(name, [""])[0]


class Decider(Struct, frozen=True):
    """Whether the reader may decide now, whether they judge within this case at all, and who was asked to, by whom."""

    reader: bool
    asked: str = ""
    owner: str = ""
    within: bool = True


def decider_of(claim: ClaimView, proposal: ClaimProposal | None, case: CasePage | None, actor: Actor) -> Decider:
    """OWN-3: within a case the specialist who was asked in or owns it, or a supervisor; nobody twice (AUTH-1)."""
    may = proposal is not None and proposal.may_decide and any(act.act in _DECIDING for act in claim.next_acts)
    if case is None:
        return Decider(may)
    within = actor.role is Role.SUPERVISOR or actor.id in (case.specialist_id, case.case.owner_id)
    asked = next((one.staff_name for one in case.specialists if one.staff_id == case.specialist_id), "")
    return Decider(may and within, asked, case.case.owner_name, within)


def _who_decides(decider: Decider, t: Words) -> str:
    if decider.reader:
        return ""
    if decider.asked:
        return t("由{name}裁定", name=decider.asked)
    return t("还没有请专员裁定；由{name}在会话里请", name=decider.owner or t("受理人"))


def claim_page_view(
    claim: ClaimView,
    proposal: ClaimProposal | None,
    lease: LeaseFile,
    statement: MessageView | None,
    typed: Typed,
    t: Words,
    decider: Decider,
) -> DeskClaimView:  # fmt: skip
    """GET /desk/claims/{ref}."""
    proposed = {one.no: one for one in proposal.findings} if proposal else {}
    return DeskClaimView(
        claim_ref=claim.claim_ref,
        case_href=f"/desk/cases/{claim.case_ref}" if claim.case_ref else "/desk/inspections",
        lease_ref=claim.lease_ref,
        lease_href=f"/desk/leases/{claim.lease_ref}",
        model=model_of(lease),
        renter=claim.renter_name_masked,
        state=claim_pill(claim.state, t),
        turn=_turn(claim, t),
        findings=tuple(_finding(one, proposed.get(one.no), claim, typed, t) for one in claim.findings),
        facts=_facts(claim, t),
        statement=statement,
        media=_media(claim, t),
        can_decide=decider.reader,
        decider=_who_decides(decider, t) if claim.turn is ClaimTurn.SPECIALIST else "",
        authority=t("这份裁定要两个人：提交后由另一位同事批准（AUTH-1）") if proposal and proposal.two_persons else "",
        policy=proposal.policy if proposal else "",
        problem=typed.problem,
        decided=_decided(claim, t),
        words=typed.of("words"),
        acts=acts_view(claim, typed.fields, t, within=decider.within),
    )


def _media(claim: ClaimView, t: Words) -> tuple[MediaView, ...]:
    """Both sides' evidence: what the renter brought, then what both hold of the parts in question."""
    rows = [*claim.statement_media]
    for finding in claim.findings:
        rows += [*finding.returned, *finding.handover]
    return tuple(claim_tile(one, t) for one in {one.ref: one for one in rows}.values())


def _turn(claim: ClaimView, t: Words) -> ClockView | None:
    if claim.turn is ClaimTurn.NOBODY:
        return None
    if claim.turn_until is None:
        return ClockView(t(claim.turn_zh))
    day = f"{last_on(claim.turn_until):%m-%d}"
    return ClockView(t("{turn} · {day} 前", turn=t(claim.turn_zh), day=day), claim.turn_until, "amber", fixed=True)


def _decided(claim: ClaimView, t: Words) -> str:
    if claim.state not in _DECIDED or claim.decided_fen is None:
        return ""
    return t(
        "收取 {amount}（主张 {claimed}）", amount=format_fen(claim.decided_fen), claimed=format_fen(claim.claimed_fen)
    )


def _facts(claim: ClaimView, t: Words) -> tuple[FactView, ...]:
    yes, no = t("是"), t("否")
    facts = [
        FactView(t("签收"), f"{claim.received_on:%Y-%m-%d}"),
        FactView(t("验机"), f"{beijing_on(claim.inspected_at):%Y-%m-%d} · {claim.inspector_name}"),
        FactView(t("IMEI 相符"), yes if claim.imei_matches else no, tone="plain" if claim.imei_matches else "red"),
        FactView(t("开箱视频"), t("有") if claim.unboxing_ref else t("没有"),
                 href=f"/media/{claim.unboxing_ref}" if claim.unboxing_ref else ""),
        FactView(t("平台主张"), figure=FigureView(claim.claimed_fen)),
    ]  # fmt: skip
    if claim.quarantine.held:
        facts.append(FactView(t("暂存"), t("裁定前不维修、不清除、不再出租"), note="QUAR-1"))
    if claim.state is ClaimState.APPEALED:
        facts.append(FactView(t("催收"), t("申诉期间不催收，不计违约金"), note="PAUSE-1"))
    if claim.appeal_text:
        facts.append(FactView(t("申诉理由"), claim.appeal_text))
    return tuple(facts)


def _finding(
    one: ClaimFindingView, proposed: ProposedFinding | None, claim: ClaimView, typed: Typed, t: Words
) -> DeskFindingView:
    size = f"{one.length_mm} mm" if one.length_mm is not None else ""
    amount = typed.of(f"amount.{one.no}")
    price_clauses = [clause.no for clause in claim.clauses if "damage_prices" in clause.terms][:1]
    return DeskFindingView(
        no=one.no,
        title=f"{t(one.part_zh)} {t(one.kind_zh)} {size}".strip(),
        part=t(one.part_zh),
        kind=t(one.kind_zh),
        severity=" · ".join(word for word in (t(one.severity_zh), size) if word),
        cause=t("；").join(word for word in (t(one.cause_zh), one.words) if word),
        claimed=FigureView(one.claimed_fen, clauses=clause_refs(price_clauses), note=t("合同价目表")),
        proposal=proposal_pill(proposed, t) if proposed else PillView(t("专员可见"), "plain"),
        proposed_fen=proposed.charge_fen if proposed else 0,
        rules=rule_rows(proposed, t, _sources(one, claim, t)) if proposed else (),
        answer=_answer(one, t),
        compare=finding_compare(one, t),
        inputs=tuple(ChargeInputView(t(i.label), i.amount_fen, i.source, i.least) for i in proposed.inputs)
        if proposed
        else (),
        outcome=_outcome(typed.of(f"outcome.{one.no}")),
        amount_fen=typed_fen(amount),
        reason=typed.of(f"reason.{one.no}"),
        to_mark=proposed.to_mark if proposed else (),
        seen_at_handover=one.seen_at_handover,
        unmarked_before_courier=one.unmarked_before_courier,
        has_handover=bool(one.handover),
        has_returned=bool(one.returned),
    )


def _sources(one: ClaimFindingView, claim: ClaimView, t: Words) -> dict[str, str]:
    """What a rule may have read, by reference: a word with its day (`出库影像 03-02`)."""
    dated = [(media.ref, t("出库影像"), media.at) for media in one.handover]
    dated += [(media.ref, t("归还影像"), media.at) for media in one.returned]
    if one.photo_ref and one.photo_at:
        dated.append((one.photo_ref, t("近照"), one.photo_at))
    named = {ref: f"{word} {beijing_on(at):%m-%d}" for ref, word, at in dated}
    return named | ({claim.unboxing_ref: t("开箱视频")} if claim.unboxing_ref else {})


def _answer(one: ClaimFindingView, t: Words) -> PillView:
    if one.answer == "contested":
        return PillView(t("租客有异议"), "amber")
    return PillView(t("租客已认可"), "moss") if one.answer == "accepted" else PillView(t("租客未回应"))


def _outcome(typed: str) -> Literal["proposed", "not_charged", "charge"]:
    if typed == "charge":
        return "charge"
    return "not_charged" if typed == "not_charged" else "proposed"
