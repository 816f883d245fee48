"""A claim as each side may see it."""

from datetime import datetime

from shouwen.features.cases.public import calendar
from shouwen.features.disputes.facts import claim_clauses, imei_pages, pictures
from shouwen.features.disputes.moving import OpenClaim, facts_of
from shouwen.features.disputes.proposing import clocks_of
from shouwen.features.disputes.rows import ClaimFindingView, ClaimNextAct, ClaimRow, ClaimView, FindingRow
from shouwen.features.disputes.rules.claim import next_acts, until_when
from shouwen.features.disputes.rules.silence import decide_quarantine
from shouwen.features.disputes.types import (
    CLAIM_STATE_ZH,
    CLAIM_TURN_ZH,
    FINDING_KIND_ZH,
    PART_ZH,
    SEVERITY_ZH,
    STATED_CAUSE_ZH,
    ClaimAct,
    ClaimState,
)
from shouwen.kernel.actor import Actor, Role

# A claim's own acts that this house offers; the table knows more than is built yet (appraisal).
_OFFERED = {
    ClaimAct.ACCEPT, ClaimAct.CONTEST, ClaimAct.DECIDE, ClaimAct.APPEAL, ClaimAct.DECIDE_APPEAL, ClaimAct.SETTLE,
    ClaimAct.ASK_RENTER, ClaimAct.WITHDRAW,
}  # fmt: skip


def view_of(claim: OpenClaim, actor: Actor, now: datetime) -> ClaimView:
    """The claim for this reader. An inspector gets the report and where it stands; no case, answer or amount."""
    row, inspector = claim.row, actor.role is Role.INSPECTOR
    numbers = claim_clauses(claim.contract)
    clocks = clocks_of(claim.contract, row.filed_at)
    return ClaimView(
        claim_ref=row.ref,
        lease_ref=row.lease_ref,
        case_ref="" if inspector else row.case_ref or "",
        inspection_ref=row.inspection_ref,
        model=row.model,
        renter_name_masked=row.renter_name_masked,
        state=row.state,
        state_zh=CLAIM_STATE_ZH[row.state],
        turn=row.turn,
        turn_zh=CLAIM_TURN_ZH[row.turn],
        turn_until=row.turn_until,
        filed_at=row.filed_at,
        answered_at=row.answered_at,
        received_on=row.received_on,
        inspected_at=row.inspected_at,
        inspector_name=row.inspector_name,
        imei_matches=row.imei_matches,
        unboxing_ref=row.unboxing_ref or "",
        note=row.note,
        claimed_fen=row.claimed_fen,
        decided_fen=None if inspector else row.decided_fen,
        decided_at=row.decided_at,
        findings=tuple(_finding(row, finding, actor.role) for finding in row.findings),
        statement_media=() if inspector else tuple(one for one in row.media if one.purpose == "statement"),
        clauses=tuple(clause for clause in claim.contract.clauses if clause.no in numbers),
        next_acts=_next_acts(claim, actor.role, now),
        quarantine=decide_quarantine(facts_of(row), now, clocks),
        appeal_text="" if inspector else row.appeal_text,
        imei_pages=imei_pages(row.media),
        return_sent_on=row.return_sent_on,
        return_picked_up_at=row.return_picked_up_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by_name=row.withdrawn_by_name,
        withdrawn_reason=row.withdrawn_reason,
        withdrawal_letter=row.withdrawal_letter_ref is not None,
    )


def _finding(claim: ClaimRow, finding: FindingRow, reader: Role) -> ClaimFindingView:
    desk = reader not in (Role.INSPECTOR, Role.RENTER)
    seen = reader is not Role.INSPECTOR
    return ClaimFindingView(
        no=finding.no,
        part=finding.part,
        part_zh=PART_ZH[finding.part],
        kind=finding.kind,
        kind_zh=FINDING_KIND_ZH[finding.kind],
        severity=finding.severity,
        severity_zh=SEVERITY_ZH[finding.severity],
        cause=finding.cause,
        cause_zh=STATED_CAUSE_ZH[finding.cause],
        length_mm=finding.length_mm,
        visible_at_30cm=finding.visible_at_30cm,
        words=finding.words,
        photo_ref=finding.photo_ref,
        photo_at=finding.photo_at,
        region=finding.region,
        price_key=finding.price_key,
        claimed_fen=finding.price_fen,
        handover=pictures(claim.media, "handover", finding.part),
        returned=pictures(claim.media, "return", finding.part),
        answer=finding.answer if seen else "",
        answer_reason=finding.answer_reason if seen else "",
        seen_at_handover=finding.seen_at_handover if desk else None,
        unmarked_before_courier=finding.unmarked_before_courier if desk else None,
        decided_fen=finding.decided_fen if seen else None,
    )


def _next_acts(claim: OpenClaim, role: Role, now: datetime) -> tuple[ClaimNextAct, ...]:
    facts = facts_of(claim.row)
    until = until_when(facts, clocks_of(claim.contract, claim.row.filed_at), calendar())
    return tuple(
        ClaimNextAct(one.act, one.zh, one.until)
        for one in next_acts(facts, role, until)
        if one.act in _OFFERED
        and not (one.act is ClaimAct.APPEAL and until is not None and now >= until)
        and not (one.act is ClaimAct.SETTLE and facts.state is not ClaimState.DECIDED)
    )
