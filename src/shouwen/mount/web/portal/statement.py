"""/my/claims/{ref}/statement: the renter's side, built from choices (SAY-1); vague words are asked back (SAY-2)."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.rules.vague import ask_back
from shouwen.features.cases.types import CaseType, Question
from shouwen.features.disputes import drafts
from shouwen.features.disputes.rows import ClaimFindingView, ClaimView
from shouwen.features.disputes.use_cases import answering
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import Purpose
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    MediaView,
    OptionView,
    PortalStatementView,
    QuestionView,
    SentencePartView,
    SlotView,
    VagueView,
)
from shouwen.mount.web.page import field, form, html, is_fragment, problem_view, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import media_view, upload_view
from shouwen.mount.web.portal.cases import check_length
from shouwen.mount.web.portal.claims import can_answer_now, claim_human, read_claim
from shouwen.platform.decode import decode

MAX_EXTRA = 2_000
_ASKS = tuple(ask for ask in CATALOGUE[CaseType.DAMAGE_DISPUTE].asks if ask.options)
_NEEDED = ("since", "request")


class Typed(Struct, frozen=True):
    """What stands in the form, wherever it came from: the draft, or a post that was refused."""

    chosen: dict[str, tuple[str, ...]]
    extra: str
    contest: tuple[int, ...]
    media: tuple[str, ...]


async def statement_page(request: Request) -> Response:
    """The form, with what was written before."""
    claim = await read_claim(request)
    if not can_answer_now(claim):
        return see(f"/my/claims/{claim.claim_ref}")
    draft = await run(request, drafts.read_statement_draft, drafts.ReadStatementDraft(claim.claim_ref))
    asked_for = request.query_params.getlist("contest")
    typed = Typed(
        chosen={answer.ask: answer.options for answer in draft.answers},
        extra=draft.extra,
        contest=_contested(claim, asked_for) or _contested(claim, [str(no) for no in draft.contest]) or _all(claim),
        media=draft.media,
    )
    return await _page(request, claim, typed, saved=draft)


def _all(claim: ClaimView) -> tuple[int, ...]:
    return tuple(finding.no for finding in claim.findings)


def _contested(claim: ClaimView, given: list[str]) -> tuple[int, ...]:
    """Those of the claim's findings that were named."""
    return tuple(finding.no for finding in claim.findings if str(finding.no) in given)


def _typed(claim: ClaimView, fields: dict[str, list[str]]) -> Typed:
    """The posted form; options that do not exist are dropped, as a page of yesterday may hold them."""
    chosen: dict[str, tuple[str, ...]] = {}
    for ask in _ASKS:
        known = {option.key for option in ask.options}
        given = tuple(dict.fromkeys(key for key in fields.get(f"q.{ask.key}", []) if key in known))
        if given:
            chosen[ask.key] = given if ask.many else given[-1:]
    return Typed(
        chosen=chosen,
        extra=field(fields, "extra"),
        contest=_contested(claim, fields.get("contest", [])) or _all(claim),
        media=tuple(dict.fromkeys(fields.get("media", [])))[:20],
    )


async def save_draft(request: Request) -> Response:
    """Autosave: 204, nothing to show."""
    fields = await form(request)
    claim = await read_claim(request)
    typed = _typed(claim, fields)
    answers = [{"ask": ask, "options": options} for ask, options in typed.chosen.items()]
    body = msgspec.json.encode(
        {"answers": answers, "extra": typed.extra[:MAX_EXTRA], "contest": typed.contest, "media": typed.media}
    )
    asked = decode(drafts.SaveStatementDraft, {"claim_ref": claim.claim_ref}, (), body)
    await run(request, drafts.save_statement_draft, asked)
    return Response(status_code=204)


async def send(request: Request) -> Response:
    """Contest: the case opens with this statement; asked back once where the words say too little."""
    fields = await form(request)
    claim = await read_claim(request)
    typed = _typed(claim, fields)
    try:
        check_length("extra", typed.extra, MAX_EXTRA)
        check_chosen(typed.chosen, words(request))
        asked = bool(field(fields, "as_is") or field(fields, "asked"))
        question = ask_back(typed.extra, CaseType.DAMAGE_DISPUTE, asked_before=asked)
        if question is not None:
            return await _ask_back(request, claim, typed, question)
        moved = await send_answer(request, fields, claim, typed)
    except Absent:
        raise
    except Refusal as refusal:
        if is_fragment(request):
            raise
        return await _page(request, claim, typed, refusal=refusal)
    return see(f"/my/cases/{moved}" if moved else f"/my/claims/{claim.claim_ref}")


def check_chosen(chosen: Mapping[str, tuple[str, ...]], t: Words) -> None:
    """When the mark appeared and what is asked for are chosen; BadInput at the first that is not, naming all."""
    missing = [ask for ask in _ASKS if ask.key in _NEEDED and not chosen.get(ask.key)]
    if missing:
        names = "、".join(f"“{ask.question}”" for ask in missing)
        named = ", ".join(f"“{t(ask.question)}”" for ask in missing)
        raise BadInput(
            f"q.{missing[0].key}", f"还没有选：{names}", f"not chosen yet: {named}",
            remedy_zh="各点一项就可以提交；写下的和上传的都在",
            remedy_en="tap one answer each; what you wrote and uploaded is kept",
        )  # fmt: skip


async def send_answer(request: Request, fields: dict[str, list[str]], claim: ClaimView, typed: Typed) -> str:
    """Every finding's answer and the statement in one act; the case it opened, empty where all was accepted."""
    answers = [
        {"no": finding.no, "answer": "contest" if finding.no in typed.contest else "accept"}
        for finding in claim.findings
    ]
    choices: list[dict[str, object]] = [{"ask": ask, "options": options} for ask, options in typed.chosen.items()]
    if typed.extra.strip():
        choices.append({"ask": "more", "text": typed.extra})
    body = msgspec.json.encode({"findings": answers, "choices": choices, "media": typed.media, "as_is": True})
    asked = decode(answering.AnswerClaim, {"claim_ref": claim.claim_ref}, (), body)
    return (await run(request, answering.answer_claim, asked, fields)).case_ref


async def _ask_back(request: Request, claim: ClaimView, typed: Typed, question: Question) -> Response:
    view = VagueView(question.vague, words(request)(question.zh))
    if is_fragment(request):
        return html(request, view, 422)
    return await _page(request, claim, typed, vague=view)


async def _page(
    request: Request, claim: ClaimView, typed: Typed, *, saved: drafts.StatementDraft | None = None,
    vague: VagueView | None = None, refusal: Refusal | None = None,
) -> Response:  # fmt: skip
    now = await around(request)
    t = words(request)
    tiles: tuple[MediaView, ...] = ()
    if typed.media:
        rows = await run(request, evidence.list_evidence, evidence.ListEvidence(claim.lease_ref))
        on_file = {row.ref: row for row in rows}
        tiles = tuple(media_view(on_file[ref], t) for ref in typed.media if ref in on_file)
    contested = [finding for finding in claim.findings if finding.no in typed.contest]
    view = PortalStatementView(
        human=claim_human(now, claim, t),
        action=f"/my/claims/{claim.claim_ref}/statement",
        back_href=f"/my/claims/{claim.claim_ref}",
        title=t("选几项就写好了，日期、机型和条款已替您填好。"),
        questions=questions(typed.chosen, t),
        sentence=await _sentence(request, claim, contested, t),
        upload=upload_view(
            claim.lease_ref, Purpose.STATEMENT, t, title=t("照片和视频"), hint=t("签收开箱视频最有用"), media=tiles
        ),
        extra=typed.extra,
        contest=typed.contest,
        vague=vague,
        problem=problem_view(request, refusal) if refusal else None,
        saved_at=saved.saved_at if saved else None,
    )
    status = refusal.status if refusal else 422 if vague else 200
    return html(request, view, status, **now.counts())


def questions(chosen: dict[str, tuple[str, ...]], t: Words) -> tuple[QuestionView, ...]:
    """The damage dispute's questions with the chips chosen so far."""
    return tuple(
        QuestionView(
            ask.key,
            t(ask.question),
            tuple(
                OptionView(option.key, t(option.label), option.text, option.key in chosen.get(ask.key, ()))
                for option in ask.options
            ),
            ask.many,
            ask.key in _NEEDED,
        )
        for ask in _ASKS
    )


async def _sentence(
    request: Request, claim: ClaimView, contested: list[ClaimFindingView], t: Words
) -> tuple[SentencePartView, ...]:
    lease = (await run(request, leases.read_lease, leases.ReadLease(claim.lease_ref))).lease
    received = lease.handed_over_on.isoformat() if lease.handed_over_on else ""
    clause = next((one.no for one in claim.clauses if "damage_prices" in one.terms), "")
    sent_back = lease.return_sent_on.isoformat() if lease.return_sent_on else ""
    return sentence(claim, received, sent_back, "、".join(_title(finding) for finding in contested), clause)


def _title(finding: ClaimFindingView) -> str:
    size = "" if finding.length_mm is None else f" {finding.length_mm} mm"
    return f"{finding.part_zh} {finding.kind_zh}{size}"


def _fact(text: str) -> SlotView:
    return SlotView(text, fact=True)


def sentence(claim: ClaimView, received: str, sent_back: str, parts: str, clause: str) -> tuple[SentencePartView, ...]:
    """The sentence as `build_statement` will write it, with its gaps; it is sent in Chinese, so it is shown so."""
    said = SlotView
    returned = (said("、"), _fact(sent_back), said(" 寄回")) if sent_back else ()
    opening = (said("我于 "), _fact(received), said(" 签收"), *returned, said("的 "))
    situation = (
        *(opening if received else (said("我租用的 "),)),
        _fact(claim.model), said("，"), _fact(parts), said("的痕迹"),
        SlotView(slot="since", empty="与我无关，或不应由我承担"), said("。"),
    )  # fmt: skip
    background = (said("使用期间"), SlotView(slot="use"), said("。"))
    basis = (said("依"), _fact(f"合同 {clause} 条"), said("，")) if clause else ()
    request = (*basis, SlotView(slot="request", empty="请核实并告知处理结果"), said("，并保留本次记录。"))
    return (
        SentencePartView("现状", situation),
        SentencePartView("背景", background),
        SentencePartView("诉求", request),
    )
