"""The renter agrees, with a question back: to a decision (the appeal is given up), or to every finding of a claim."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.disputes.rows import ClaimView
from shouwen.features.disputes.types import ClaimState
from shouwen.features.disputes.use_cases import answering, reading
from shouwen.kernel.days import last_on
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView
from shouwen.mount.web.acts import Tried, form_view
from shouwen.mount.web.page import form, html, problem_view, run, see, words
from shouwen.mount.web.portal.around import around, case_human
from shouwen.mount.web.portal.claim_views import PortalSureView
from shouwen.mount.web.portal.claims import can_answer_now, claim_human, finding_view, read_claim
from shouwen.mount.web.portal.decision import claim_of
from shouwen.mount.web.portal.human import step
from shouwen.platform import clock
from shouwen.platform.decode import decode

_DECISION, _FINDINGS = "accept_decision", "accept_findings"


async def decision_page(request: Request) -> Response:
    """GET: what accepting the decision means. Back to the decision where nothing is left to accept."""
    return await _decision(request, None)


async def _decision(request: Request, refusal: Refusal | None) -> Response:
    claim_ref = await claim_of(request)
    decided = await run(request, reading.read_decision, reading.ReadDecision(claim_ref))
    back = f"/my/cases/{decided.case_ref}/decision"
    if not decided.can_close and refusal is None:
        return see(back)
    asked = decode(cases.ReadCase, {"case_ref": decided.case_ref}, (), b"")
    case = await run(request, cases.read_case, asked)
    now, t = await around(request), words(request)
    settlement = decided.detail.settlement
    until = decided.detail.appeal_until
    facts = [FactView(t("您需要付"), figure=FigureView(decided.decided_fen, settlement.working))]
    if settlement.capture_fen:
        facts.append(FactView(t("从押金支付"), format_fen(settlement.capture_fen)))
    if until is not None and decided.can_appeal:
        facts.append(FactView(t("不接受的话"), t("{day} 前还可以申诉一次", day=f"{last_on(until):%m-%d}")))
    view = PortalSureView(
        human=case_human(case.case, clock.now(), t),
        title=t("接受裁定，放弃申诉？") if decided.can_appeal else t("接受裁定，马上结算？"),
        lead=t("不点也没有关系：申诉期过后自动结算，申诉的机会一直留到那一天。")
        if decided.can_appeal
        else t("不点也没有关系：到期后自动结算。"),
        back_href=back,
        back=t("再想想，回到裁定"),
        facts=tuple(facts),
        after=(
            t("接受后马上结算，不再等申诉期。") if decided.can_appeal else t("接受后马上结算。"),
            t("接受后不能再申诉，也不能撤回。"),
            t("这件事同时结束，之后可以评价。"),
        ),
        form=form_view(
            _DECISION, f"{back}/acceptance", "",
            t("接受裁定，放弃申诉") if decided.can_appeal else t("接受裁定，马上结算"),
            tried=_tried(request, _DECISION, refusal), main=True, folded=False,
        ),
    )  # fmt: skip
    return html(request, view, refusal.status if refusal else 200, **now.counts())


def _tried(request: Request, name: str, refusal: Refusal | None) -> Tried | None:
    return None if refusal is None else Tried(name, {}, problem_view(request, refusal), refusal.status)


async def accept_decision(request: Request) -> Response:
    """POST: the claim is settled and its case ends; a double click does it once."""
    fields = await form(request)
    ref = request.path_params["case_ref"]
    try:
        asked = decode(answering.AcceptDecision, {"claim_ref": await claim_of(request)}, (), b"")
        await run(request, answering.accept_decision, asked, step(fields, "accept"))
        ended = decode(cases.CloseCase, {"case_ref": ref}, (), b"")
        await run(request, cases.close_case, ended, step(fields, "close"))
    except Absent:
        raise
    except Refusal as refusal:
        return await _decision(request, refusal)
    return see(f"/my/cases/{ref}/decision")


async def findings_page(request: Request) -> Response:
    """GET: what accepting every finding means. Back to the claim where it can no longer be answered."""
    return await _findings(request, await read_claim(request), None)


async def _findings(request: Request, claim: ClaimView, refusal: Refusal | None) -> Response:
    back = f"/my/claims/{claim.claim_ref}"
    if refusal is None and (not can_answer_now(claim) or claim.state is ClaimState.ACCEPTED):
        return see(back)
    now, t = await around(request), words(request)
    named = [finding_view(one, claim, t) for one in claim.findings]
    rows = [FactView(f"{one.part} {one.kind}", figure=one.claimed) for one in named]
    view = PortalSureView(
        human=claim_human(now, claim, t),
        title=t("认可这 {n} 处痕迹？", n=len(named)),
        lead=_most(claim, t),
        back_href=back,
        back=t("再想想，回到验机结果"),
        facts=tuple(rows),
        after=(
            t("认可后按合同核算，只会等于或少于上面的金额。"),
            t("不用人核定的，马上从押金里结算；要核定的，裁定前您还可以改为有异议。"),
            t("不认可就点“我有异议”：期间不扣款，也不计违约金。"),
        ),
        form=form_view(
            _FINDINGS, f"{back}/acceptance", "", t("认可，按合同结算"), tried=_tried(request, _FINDINGS, refusal),
            main=True, folded=False,
        ),
    )  # fmt: skip
    return html(request, view, refusal.status if refusal else 200, **now.counts())


def _most(claim: ClaimView, t: Words) -> str:
    return t("最多支付 {amount}，从押金里扣；押金其余部分退回。", amount=format_fen(claim.claimed_fen))


async def accept_findings(request: Request) -> Response:
    """POST: every finding accepted in one act."""
    fields = await form(request)
    claim = await read_claim(request)
    answers = [{"no": finding.no, "answer": "accept"} for finding in claim.findings]
    try:
        body = msgspec.json.encode({"findings": answers})
        asked = decode(answering.AnswerClaim, {"claim_ref": claim.claim_ref}, (), body)
        await run(request, answering.answer_claim, asked, fields)
    except Absent:
        raise
    except Refusal as refusal:
        return await _findings(request, claim, refusal)
    return see(f"/my/claims/{claim.claim_ref}")
