"""/my/cases/{ref}/decision: what was decided, by which rules, what it costs, and what can be done against it."""

import re

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import CasePage
from shouwen.features.cases.types import CaseState
from shouwen.features.disputes import mine
from shouwen.features.disputes.rows import ClaimFindingView, ClaimMedia, ClaimView, DecidedLine, DecisionView
from shouwen.features.disputes.rules.naming import shot_zh
from shouwen.features.disputes.types import ClaimState, ClaimTurn, FindingOutcome, Look, RuleLook
from shouwen.features.disputes.use_cases import answering, reading
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import Purpose
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on, last_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    DecidedFindingView,
    FactView,
    FigureView,
    MediaView,
    PillView,
    PortalDecisionView,
    RuleRowView,
    Tone,
    UploadView,
)
from shouwen.mount.web.page import field, form, html, problem_view, run, see, words
from shouwen.mount.web.portal.around import around, case_human
from shouwen.mount.web.portal.bits import media_kind, media_view, upload_view
from shouwen.mount.web.portal.cases import back_to, came_from_decision, case_again, check_length, rating_view
from shouwen.mount.web.portal.claims import finding_compare
from shouwen.mount.web.portal.human import step
from shouwen.platform import clock
from shouwen.platform.decode import decode
from shouwen.platform.door import Door

_LAW = re.compile(r"law:civil-code-(\d+)@[\d-]+")
_TONES: dict[FindingOutcome, Tone] = {FindingOutcome.CHARGED: "amber", FindingOutcome.COVER_DEDUCTIBLE: "amber"}


async def decision_page(request: Request) -> Response:
    """The decision of a case's claim."""
    return await _page(request, None)


async def claim_of(request: Request) -> str:
    """The claim that this case is about; absent where it is about something else or somebody else's."""
    claims = await run(request, mine.list_my_claims, mine.ListMyClaims())
    found = next((claim for claim in claims if claim.case_ref == request.path_params["case_ref"]), None)
    if found is None:
        raise Absent("裁定", "decision")
    return found.claim_ref


async def _page(
    request: Request, refusal: Refusal | None, *, reason: str = "", media: tuple[str, ...] = ()
) -> Response:
    claim_ref = await claim_of(request)
    decided = await run(request, reading.read_decision, reading.ReadDecision(claim_ref))
    claim = await run(request, reading.read_claim, reading.ReadClaim(claim_ref))
    asked = decode(cases.ReadCase, {"case_ref": decided.case_ref}, (), b"")
    case = await run(request, cases.read_case, asked)
    now = await around(request)
    t = words(request)
    detail = decided.detail
    view = PortalDecisionView(
        human=case_human(case.case, clock.now(), t),
        case_ref=decided.case_ref,
        headline=_headline(decided, t),
        lead=detail.words or decided.letter.summary,
        decided_at=decided.decided_at,
        decided_by=_signed(decided, t),
        findings=tuple(_finding(line, claim, t) for line in detail.findings),
        money=_money(decided, t),
        charged=FigureView(decided.decided_fen, detail.settlement.working, rules=_rules(detail.findings)),
        policy=law_text(detail.policy, t),
        letter_href=f"/my/cases/{decided.case_ref}/letter" if decided.letter_ref else "",
        dossier_href=f"/my/cases/{decided.case_ref}/dossier",
        appeal_until_on=None if detail.appeal_until is None else last_on(detail.appeal_until),
        can_appeal=decided.can_appeal,
        reason=reason,
        upload=await _upload(request, decided.lease_ref, media, t) if decided.can_appeal else None,
        appealed=_appealed(decided, claim, t),
        accept_href=f"/my/cases/{decided.case_ref}/decision/acceptance" if decided.can_close else "",
        can_close=_closable(case),
        routes=tuple(FactView(t("途径 {n}", n=no), route) for no, route in enumerate(decided.letter.routes, 1)),
        rating=rating_view(case),
        problem=problem_view(request, refusal) if refusal else None,
    )
    return html(request, view, refusal.status if refusal else 200, **now.counts())


async def _upload(request: Request, lease_ref: str, media: tuple[str, ...], t: Words) -> UploadView:
    """Where new evidence of an appeal goes, with what was given before a refusal."""
    tiles: tuple[MediaView, ...] = ()
    if media:
        rows = await run(request, evidence.list_evidence, evidence.ListEvidence(lease_ref))
        on_file = {row.ref: row for row in rows}
        tiles = tuple(media_view(on_file[ref], t) for ref in media if ref in on_file)
    hint = t("和理由一起交给复核的专员")
    return upload_view(lease_ref, Purpose.STATEMENT, t, title=t("新的照片和视频"), hint=hint, media=tiles)


def law_text(policy: str, t: Words) -> str:
    """`law:civil-code-710@2021-01-01` as a reader knows it; nothing where it is no article of the code."""
    found = _LAW.fullmatch(policy)
    return t("依据《民法典》第 {no} 条", no=found[1]) if found else ""


def _rules(lines: tuple[DecidedLine, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(look.rule for line in lines for look in line.rules))


def _headline(decided: DecisionView, t: Words) -> str:
    if decided.decided_fen == 0:
        return t("不收取任何费用")
    if decided.decided_fen < decided.claimed_fen:
        return t("收取 {charged}，少于主张的 {claimed}", charged=format_fen(decided.decided_fen),
                 claimed=format_fen(decided.claimed_fen))  # fmt: skip
    return t("按主张的 {amount} 收取", amount=format_fen(decided.decided_fen))


def _finding(line: DecidedLine, claim: ClaimView, t: Words) -> DecidedFindingView:
    found = next((finding for finding in claim.findings if finding.no == line.no), None)
    return DecidedFindingView(
        no=line.no,
        title=line.title,
        claimed_fen=line.claimed_fen,
        charged=FigureView(line.decided_fen, line.working),
        outcome=PillView(t(line.outcome_zh), _TONES.get(line.outcome, "moss")),
        rules=_reasons(line, found, claim, t),
        compare=finding_compare(found, t) if found else None,
        words=line.words,
    )


def _reasons(line: DecidedLine, found: ClaimFindingView | None, claim: ClaimView, t: Words) -> tuple[RuleRowView, ...]:
    """Every reason given, the one that answers the renter first; what was looked at and did not apply is folded."""
    reasons = line.reasons or line.rules
    return tuple(
        RuleRowView(
            look.rule, look.zh, "passed" if look.look is Look.DID_NOT_APPLY and at else "hit",
            shots=_shots(look, found, claim, t),
        )
        for at, look in enumerate(reasons)
    )  # fmt: skip


def _shots(look: RuleLook, found: ClaimFindingView | None, claim: ClaimView, t: Words) -> tuple[MediaView, ...]:
    """The pictures a rule read, each by its name and day; clauses and reports stand in the reason itself."""
    if found is None:
        return ()
    handover = {one.ref: (_handed_over(one, t), one.mime) for one in found.handover}
    returned = {one.ref: (t("归还前拍的{shot}（{day}）", **_taken(one, t)), one.mime) for one in found.returned}
    others = {found.photo_ref or "": (t("验机时拍的近照"), "image/"), claim.unboxing_ref: (t("开箱视频"), "video/")}
    named = others | handover | returned
    return tuple(
        MediaView(ref, named[ref][0], media_kind(named[ref][1]), receipt_href=f"/my/evidence/{ref}")
        for ref in look.sources
        if ref in named
    )


def _handed_over(one: ClaimMedia, t: Words) -> str:
    if one.uploaded_role == Role.RENTER:
        return t("签收时拍的{shot}（{day}）", **_taken(one, t))
    return t("交机时拍的{shot}（{day}）", **_taken(one, t))


def _taken(one: ClaimMedia, t: Words) -> dict[str, str]:
    return {"shot": t(shot_zh(one.part, one.mime)), "day": f"{beijing_on(one.at):%Y-%m-%d}"}


def _signed(decided: DecisionView, t: Words) -> str:
    """Who signs; where the firm had no second person, what was done instead (AUTH-1)."""
    detail = decided.detail
    mark = t("（{mark}）", mark=t(detail.mark)) if detail.mark else ""
    return t("、").join(name for name in (decided.decided_by_name, detail.second_person_name) if name) + mark


def _money(decided: DecisionView, t: Words) -> tuple[FactView, ...]:
    """What becomes of the deposit, and what is left to pay."""
    settlement = decided.detail.settlement
    facts: list[FactView] = []
    if settlement.capture_fen:
        facts.append(FactView(t("从押金支付"), format_fen(settlement.capture_fen)))
    if settlement.release_fen:
        facts.append(FactView(t("退回押金"), format_fen(settlement.release_fen), tone="moss"))
    if settlement.owed_fen:
        facts.append(FactView(t("还需支付"), format_fen(settlement.owed_fen), tone="amber"))
    if decided.settled_at is not None:
        facts.append(FactView(t("结算"), t("已完成"), tone="moss"))
    elif decided.appealed_at is not None and decided.round == 1:
        facts.append(FactView(t("现在"), t("申诉期间不催收，不计违约金")))
    elif not decided.decided_fen:
        facts.append(FactView(t("现在"), t("不用您做什么")))
    elif decided.detail.pause_ends_on is not None:
        until = t("{day} 前不催收，不计违约金", day=f"{decided.detail.pause_ends_on:%m-%d}")
        facts.append(FactView(t("现在"), until))
    return tuple(facts)


def _appealed(decided: DecisionView, claim: ClaimView, t: Words) -> str:
    if decided.appealed_at is None:
        return ""
    if decided.round == 2:
        return t("已申诉过一次，上面是复核后的裁定。")
    return t("申诉已提交，由另一位专员重新看；期间暂停催收。您写的是：{words}", words=claim.appeal_text)


def _closable(case: CasePage) -> bool:
    return "close_case" in case.next_acts and case.case.state is not CaseState.CLOSED


async def appeal(request: Request) -> Response:
    """The one appeal, with its reason; a refusal leaves the page as it was."""
    fields = await form(request)
    reason = field(fields, "reason").strip()
    media = tuple(dict.fromkeys(fields.get("media", [])))[:20]
    try:
        check_length("reason", reason, 2_000)
        if not reason:
            raise BadInput("reason", "请写哪里不对", "say what is wrong", remedy_zh="一两句话就可以")
        body = msgspec.json.encode({"text": reason, "media": media})
        asked = decode(answering.AppealClaim, {"claim_ref": await claim_of(request)}, (), body)
        await run(request, answering.appeal_claim, asked, fields)
    except Absent:
        raise
    except Refusal as refusal:
        return await _page(request, refusal, reason=reason, media=media)
    return see(f"/my/cases/{request.path_params['case_ref']}/decision")


async def waits_for_acceptance(request: Request) -> bool:
    """Whether the case's claim only waits for the days to appeal: giving them up is asked about on its own page."""
    claims = await run(request, mine.list_my_claims, mine.ListMyClaims())
    waiting = next((c for c in claims if c.case_ref == request.path_params["case_ref"]), None)
    return waiting is not None and waiting.state is ClaimState.DECIDED and waiting.turn is ClaimTurn.RENTER


async def close(request: Request) -> Response:
    """Solved: the renter ends the matter; back to the page the button stood on, or to the rating."""
    fields = await form(request)
    ref = request.path_params["case_ref"]
    try:
        if await waits_for_acceptance(request):
            return see(f"/my/cases/{ref}/decision/acceptance")
        asked = decode(cases.CloseCase, {"case_ref": ref}, (), b"")
        await run(request, cases.close_case, asked, step(fields, "close"))
    except Absent:
        raise
    except Refusal as refusal:
        if came_from_decision(request, ref):
            return await _page(request, refusal)
        return await case_again(request, refusal)
    return see(back_to(request, ref))


async def rate(request: Request) -> Response:
    """1 to 5 stars and a few words, once."""
    fields = await form(request)
    ref = request.path_params["case_ref"]
    stars = field(fields, "stars")
    try:
        check_length("words", field(fields, "words"), 1_000)
        if stars not in {"1", "2", "3", "4", "5"}:
            raise BadInput("stars", "请选 1 到 5 颗星", "choose 1 to 5 stars")
        body = msgspec.json.encode({"stars": int(stars), "words": field(fields, "words")})
        await run(request, cases.rate_case, decode(cases.RateCase, {"case_ref": ref}, (), body), fields)
    except Absent:
        raise
    except Refusal as refusal:
        if came_from_decision(request, ref):
            return await _page(request, refusal)
        return await case_again(request, refusal)
    return see(back_to(request, ref))


async def letter(request: Request) -> Response:
    """The letter as PDF, on record (EVI-6)."""
    found = await run(request, reading.read_letter, reading.ReadLetter(await claim_of(request)))
    door: Door = request.app.state.door
    path = door.services.storage.path(bytes.fromhex(found.sha256))
    return FileResponse(path, media_type=found.mime, filename=found.file_name)
