"""/my/claims/{ref}: what the inspector found, beside the handover pictures; accept or contest each finding."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from shouwen.features.disputes.rows import ClaimFindingView, ClaimListRow, ClaimView
from shouwen.features.disputes.types import CLAIM_STATE_ZH, ClaimAct, ClaimState, ClaimTurn
from shouwen.features.disputes.use_cases import reading
from shouwen.kernel.days import beijing_on, last_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ClockView,
    CompareView,
    FigureView,
    FindingView,
    HumanView,
    MediaView,
    NeedView,
    PillView,
    PortalFindingView,
    Tone,
)
from shouwen.mount.web.compare import compare_view
from shouwen.mount.web.page import form, html, problem_view, run, see, words
from shouwen.mount.web.portal.around import Around, around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.cases import DECIDED
from shouwen.platform.decode import decode
from shouwen.platform.door import Door

_TONES: dict[ClaimState, Tone] = {
    ClaimState.AWAITING_RENTER: "amber",
    ClaimState.CONTESTED: "pine",
    ClaimState.UNDER_REVIEW: "pine",
    ClaimState.APPRAISAL: "pine",
    ClaimState.APPEALED: "pine",
    ClaimState.ACCEPTED: "moss",
    ClaimState.DECIDED: "moss",
    ClaimState.SETTLED: "moss",
}
# the states whose name speaks of the renter, said to the renter
_TO_YOU = {
    ClaimState.AWAITING_RENTER: "等您确认",
    ClaimState.CONTESTED: "您有异议",
    ClaimState.ACCEPTED: "您已认可",
    ClaimState.UNDER_REVIEW: "专员正在看材料",
}
_SOON_S = 86_400
_ANSWERS: dict[str, Literal["", "accept", "contest"]] = {"accepted": "accept", "contested": "contest"}


def claim_need(claim: ClaimListRow, t: Words) -> NeedView | None:
    """A claim that waits for the renter; nothing where it is somebody else's turn."""
    if claim.state is ClaimState.AWAITING_RENTER:
        return NeedView(
            title=t("验机结果等您确认"),
            text=t("{model}：验机员标注了 {n} 处痕迹。可以认可，也可以提出异议；不回应不等于认可。",
                   model=claim.model, n=claim.findings),
            href=f"/my/claims/{claim.claim_ref}",
            action=t("看验机结果"),
            clock=_left(claim, t),
        )  # fmt: skip
    if claim.state is ClaimState.DECIDED and claim.turn is ClaimTurn.RENTER and claim.case_ref:
        return NeedView(
            title=t("裁定已出"),
            text=t("{model}：裁定已经作出，可以查看理由和算式；不同意可以申诉一次。", model=claim.model),
            href=f"/my/cases/{claim.case_ref}/decision",
            action=t("看裁定"),
            clock=_left(claim, t),
        )
    return None


def _left(claim: ClaimListRow, t: Words) -> ClockView | None:
    return ClockView(t("剩"), claim.turn_until, amber_below_s=_SOON_S) if claim.turn_until else None


def claim_pill(state: ClaimState, t: Words) -> PillView:
    """A claim's state in a word to the renter."""
    return PillView(t(_TO_YOU.get(state, CLAIM_STATE_ZH[state])), _TONES.get(state, "plain"))


async def read_claim(request: Request) -> ClaimView:
    """The claim of the path."""
    path = {"claim_ref": request.path_params["claim_ref"]}
    return await run(request, reading.read_claim, decode(reading.ReadClaim, path, (), b""))


async def claim_page(request: Request) -> Response:
    """The findings of one inspection."""
    return await _page(request, await read_claim(request), None)


async def _page(request: Request, claim: ClaimView, refusal: Refusal | None) -> Response:
    now = await around(request)
    t = words(request)
    can_answer = can_answer_now(claim)
    turn = None
    if claim.turn_until is not None and claim.turn is ClaimTurn.RENTER:
        turn = ClockView(t("剩"), claim.turn_until, amber_below_s=_SOON_S)
    view = PortalFindingView(
        human=claim_human(now, claim, t),
        claim_ref=claim.claim_ref,
        lease_ref=claim.lease_ref,
        model=claim.model,
        state=claim_pill(claim.state, t),
        turn=turn,
        findings=tuple(finding_view(finding, claim, t) for finding in claim.findings),
        can_answer=can_answer,
        received_on=claim.received_on,
        inspected_at=claim.inspected_at,
        inspector=claim.inspector_name,
        case_href=f"/my/cases/{claim.case_ref}" if claim.case_ref else "",
        decision_href=f"/my/cases/{claim.case_ref}/decision" if claim.case_ref and claim.state in DECIDED else "",
        withdrawn=_withdrawn(claim, t),
        accepted=_accepted(claim, t),
        letter_href=f"/my/claims/{claim.claim_ref}/letter" if claim.withdrawal_letter else "",
        problem=problem_view(request, refusal) if refusal else None,
    )
    return html(request, view, refusal.status if refusal else 200, **now.counts())


def _accepted(claim: ClaimView, t: Words) -> str:
    """What holds once every finding was accepted and a person still sets the amount (DMG-8)."""
    if claim.state is not ClaimState.ACCEPTED:
        return ""
    until = f"{last_on(claim.turn_until):%m-%d}" if claim.turn_until is not None else ""
    by = t("专员最晚 {day} 按合同核定金额，", day=until) if until else t("专员按合同核定金额，")
    return t("您已认可。{by}最多 {amount}，从押金里扣，其余退回。核定前改变主意，可以改为有异议。",
             by=by, amount=format_fen(claim.claimed_fen))  # fmt: skip


def _withdrawn(claim: ClaimView, t: Words) -> str:
    if claim.withdrawn_at is None:
        return ""
    return t(
        "我们已于 {day} 撤回这份定损，您不需要支付，押金解冻。原因：{reason}",
        day=str(beijing_on(claim.withdrawn_at)), reason=claim.withdrawn_reason,
    )  # fmt: skip


async def letter(request: Request) -> Response:
    """The printed letter of a claim as PDF, on record (EVI-6)."""
    found = await run(request, reading.read_letter, decode(reading.ReadLetter, request.path_params, (), b""))
    door: Door = request.app.state.door
    path = door.services.storage.path(bytes.fromhex(found.sha256))
    return FileResponse(path, media_type=found.mime, filename=found.file_name)


def can_answer_now(claim: ClaimView) -> bool:
    """Whether the renter may still accept or contest."""
    return any(act.act in (ClaimAct.ACCEPT, ClaimAct.CONTEST) for act in claim.next_acts)


def claim_human(now: Around, claim: ClaimView, t: Words) -> HumanView:
    """转人工 of a claim: its case where there is one."""
    case = now.case(claim.case_ref) if claim.case_ref else None
    return now.human(t, lease_ref=claim.lease_ref, about="return_tracking", case=case)


def finding_view(finding: ClaimFindingView, claim: ClaimView, t: Words) -> FindingView:
    """One mark: where, how bad, what is claimed and why, beside the handover picture of the same part."""
    size = t("约 {n} mm", n=finding.length_mm) if finding.length_mm is not None else ""
    return FindingView(
        no=finding.no,
        part=t(finding.part_zh),
        kind=t(finding.kind_zh),
        severity=t("，").join(part for part in (t(finding.severity_zh), size) if part),
        claimed=FigureView(
            finding.claimed_fen,
            (t("价目表 {part} {kind}（{severity}） {amount}", part=t(finding.part_zh), kind=t(finding.kind_zh),
               severity=t(finding.severity_zh), amount=plain_fen(finding.claimed_fen)),),
            clause_refs(claim.lease_ref, _price_clauses(claim)),
            ("DMG-8",),
            t("合同价目表"),
        ),
        compare=finding_compare(finding, t),
        photo=_photo(finding, t),
        inspector_words=finding.words,
        report_href=f"/my/evidence/{finding.photo_ref}" if finding.photo_ref else "",
        answer=_ANSWERS.get(finding.answer, ""),
    )  # fmt: skip


def _price_clauses(claim: ClaimView) -> list[str]:
    return [clause.no for clause in claim.clauses if "damage_prices" in clause.terms][:1]


def finding_compare(finding: ClaimFindingView, t: Words) -> CompareView | None:
    """A finding's handover picture beside the inspector's."""
    return compare_view(finding.handover, finding.photo_ref, finding.photo_at, finding.region, t(finding.part_zh), t)


def _photo(finding: ClaimFindingView, t: Words) -> MediaView | None:
    if finding.photo_ref is None:
        return None
    name = t("{part}近照", part=t(finding.part_zh))
    return MediaView(finding.photo_ref, name, receipt_href=f"/my/evidence/{finding.photo_ref}")


async def answer(request: Request) -> Response:
    """Nothing is recorded yet: all accepted, on to what that means; any contested, on to saying why."""
    fields = await form(request)
    claim = await read_claim(request)
    try:
        answers = {finding.no: fields.get(f"answer.{finding.no}", [""])[-1] for finding in claim.findings}
        open_no = next((no for no, given in answers.items() if given not in ("accept", "contest")), None)
        if open_no is not None:
            raise BadInput(
                f"answer.{open_no}", f"第 {open_no} 处还没有选择", f"finding {open_no} has no answer yet",
                remedy_zh="每一处都选“认可”或“我有异议”", remedy_en="accept or contest each finding",
            )  # fmt: skip
        contested = [no for no, given in answers.items() if given == "contest"]
        if contested:
            query = "&".join(f"contest={no}" for no in contested)
            return see(f"/my/claims/{claim.claim_ref}/statement?{query}")
    except Absent:
        raise
    except Refusal as refusal:
        return await _page(request, claim, refusal)
    return see(f"/my/claims/{claim.claim_ref}/acceptance")
