"""/my/cases: the renter's conversations: list, one with its thread, and what may be done in it."""

from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import CasePage, MessageRow
from shouwen.features.cases.types import CaseState
from shouwen.features.disputes import mine
from shouwen.features.disputes.rows import ClaimListRow
from shouwen.features.disputes.types import ClaimState
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import MediaRow, Purpose
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    LinkView,
    PortalCasesView,
    PortalCaseView,
    PortalStatusView,
    PortalThreadView,
    RatingView,
)
from shouwen.mount.web.page import field, form, html, is_fragment, problem_view, run, see, words
from shouwen.mount.web.portal.around import around, case_human
from shouwen.mount.web.portal.bits import upload_view
from shouwen.mount.web.portal.thread import case_card, media_refs, message_views, status_view, without_offers
from shouwen.platform import clock
from shouwen.platform.decode import decode

MAX_TEXT = 5_000
DECIDED = frozenset({ClaimState.DECIDED, ClaimState.APPEALED, ClaimState.SETTLED})


async def case_list(request: Request) -> Response:
    """Under way first, then what is over."""
    now = await around(request)
    t = words(request)
    cards = [case_card(case, t) for case in now.cases]
    view = PortalCasesView(
        human=now.human(t),
        open=tuple(card for card in cards if not card.closed),
        closed=tuple(card for card in cards if card.closed),
    )
    return html(request, view, **now.counts())


async def case_page(request: Request) -> Response:
    """One conversation; opening it marks what it shows as seen."""
    page = await _read(request)
    if page.merged_into:
        return see(f"/my/cases/{page.merged_into}")  # an old link lands where the matter goes on (OWN-4)
    if page.case.renter_unread and not is_prefetch(request):
        await run(request, cases.mark_seen, cases.MarkSeen(page.case.ref, page.case.seq))
    return await _page(request, page)


def rating_view(page: CasePage) -> RatingView | None:
    """The stars once a matter is over, or what was given; nothing before."""
    action = f"/my/cases/{page.case.ref}/rating"
    if page.rating is not None:
        return RatingView(action=action, given=page.rating, words=page.rating_text)
    return RatingView(action=action) if "rate_case" in page.next_acts else None


def is_prefetch(request: Request) -> bool:
    """A browser that fetches ahead has shown nobody anything."""
    return "prefetch" in (request.headers.get("sec-purpose", "") + request.headers.get("purpose", ""))


async def _page(
    request: Request, page: CasePage, *, refusal: Refusal | None = None, draft: str = "", media: tuple[str, ...] = ()
) -> Response:
    t = words(request)
    now = await around(request)
    ref = page.case.ref
    messages, more = page.messages, page.more_messages
    before = request.query_params.get("before", "")
    if before:
        asked = decode(cases.ReadThread, request.path_params, (("before", before),), b"")
        earlier = await run(request, cases.read_thread, asked)
        messages, more = earlier.messages, earlier.more
    on_file = await media_of(request, page.lease_ref, messages, media)
    shown = message_views(messages, on_file, page.lease_ref, ref, page.staff_seen_seq, t)
    if not any(lease.ref == page.lease_ref and lease.state is LeaseState.RENTING for lease in now.leases):
        shown = without_offers(shown)
    view = PortalCaseView(
        human=case_human(page.case, clock.now(), t, asked=page.human_asked_at is not None, here=True),
        status=await _status(request, page, t),
        thread=PortalThreadView(
            case_ref=ref,
            messages=shown,
            earlier_href=f"/my/cases/{ref}?before={messages[0].seq}" if more and messages else "",
        ),
        upload=upload_view(page.lease_ref, Purpose.STATEMENT, t),
        last_seq=max((message.seq for message in messages), default=0),
        draft=draft,
        can_write="say" in page.next_acts,
        can_close="close_case" in page.next_acts and page.case.state is not CaseState.CLOSED,
        most=MAX_TEXT,
        rating=rating_view(page),
        problem=problem_view(request, refusal) if refusal else None,
    )
    counts = now.counts() | {"unread": sum(c.renter_unread for c in now.cases if c.ref != ref)}
    return html(request, view, refusal.status if refusal else 200, **counts)


async def _read(request: Request) -> CasePage:
    path = {"case_ref": request.path_params["case_ref"]}
    return await run(request, cases.read_case, decode(cases.ReadCase, path, (), b""))


async def _status(request: Request, page: CasePage, t: Words) -> PortalStatusView:
    claim: ClaimListRow | None = None
    if page.claim_id is not None:
        claims = await run(request, mine.list_my_claims, mine.ListMyClaims())
        claim = next((one for one in claims if one.case_ref == page.case.ref), None)
    decided = claim is not None and claim.state is ClaimState.DECIDED
    return status_view(page, _links(page, claim, t), t, decided=decided)


def _links(page: CasePage, claim: ClaimListRow | None, t: Words) -> tuple[LinkView, ...]:
    """Where the case's own papers are: findings and decision of its claim, lease, dossier."""
    links: list[LinkView] = []
    ref = page.case.ref
    if page.claim_id is not None:
        if claim is not None and claim.state in DECIDED:
            links.append(LinkView(t("看裁定"), f"/my/cases/{ref}/decision"))
        if claim is not None:
            links.append(LinkView(t("验机结果"), f"/my/claims/{claim.claim_ref}"))
    if page.lease_ref:
        links.append(LinkView(t("租约和合同"), f"/my/leases/{page.lease_ref}"))
    links.append(LinkView(t("证据包"), f"/my/cases/{ref}/dossier"))
    if page.case.owner_name or page.first_human_at is not None:
        links.append(LinkView(t("换人或投诉"), f"/my/cases/{ref}/owner"))
    return tuple(links)


async def media_of(
    request: Request, lease_ref: str, messages: tuple[MessageRow, ...], more: tuple[str, ...] = ()
) -> dict[str, MediaRow]:
    """The evidence that messages show, by reference; nothing is asked where they show none."""
    if not lease_ref or not (media_refs(messages) or more):
        return {}
    rows = await run(request, evidence.list_evidence, evidence.ListEvidence(lease_ref))
    return {row.ref: row for row in rows}


async def case_status(request: Request) -> Response:
    """The head of the conversation, as a fragment."""
    page = await _read(request)
    t = words(request)
    return html(request, await _status(request, page, t))


async def case_thread(request: Request) -> Response:
    """Messages after a seq, as a fragment; seen by whoever asked."""
    after = request.query_params.get("after", "0")
    page = await _read(request)
    return await _fragment(request, page, after)


async def _fragment(request: Request, page: CasePage, after: str) -> Response:
    """All messages after a seq, however many there are."""
    ref = page.case.ref
    found: list[MessageRow] = []
    asked = decode(cases.ReadThread, {"case_ref": ref}, (("after", after),), b"")
    while True:
        part = await run(request, cases.read_thread, asked)
        found += part.messages
        if not part.more or not part.messages:
            break
        asked = msgspec.structs.replace(asked, after=part.messages[-1].seq)
    if page.case.renter_unread:
        await run(request, cases.mark_seen, cases.MarkSeen(ref, page.case.seq))
    messages = tuple(found)
    media = await media_of(request, page.lease_ref, messages)
    t = words(request)
    shown = message_views(messages, media, page.lease_ref, ref, page.staff_seen_seq, t)
    return html(request, PortalThreadView(case_ref=ref, messages=shown))


async def say(request: Request) -> Response:
    """The renter writes; a refusal stands above the box with the words still in it."""
    fields = await form(request)
    text = field(fields, "text")
    media = tuple(dict.fromkeys(fields.get("media", [])))
    try:
        check_length("text", text, MAX_TEXT)
        body = msgspec.json.encode({"text": text, "media": media})
        asked = decode(cases.Say, {"case_ref": request.path_params["case_ref"]}, (), body)
        sent = await run(request, cases.say, asked, fields)
    except Absent:
        raise
    except Refusal as refusal:
        if is_fragment(request):
            raise
        return await _page(request, await _read(request), refusal=refusal, draft=text, media=media)
    if is_fragment(request):
        return await _fragment(request, await _read(request), str(sent.seq - 1))
    return see(f"/my/cases/{sent.case_ref}")


def check_length(name: str, text: str, most: int) -> None:
    """Too much is said with both numbers, before the use case refuses it without."""
    if len(text) > most:
        raise BadInput(
            name,
            f"最多 {most:,} 字，现在 {len(text):,} 字",
            f"at most {most:,} characters, this has {len(text):,}",
            remedy_zh="可以分几条发送，或拍照作为附件",
            remedy_en="send it in parts, or attach it",
        )


async def case_again(request: Request, refusal: Refusal) -> Response:
    """The conversation once more, with why the act was refused."""
    return await _page(request, await _read(request), refusal=refusal)


def came_from_decision(request: Request, case_ref: str) -> bool:
    """Whether the form stood on the decision's page."""
    return urlsplit(request.headers.get("referer", "")).path == f"/my/cases/{case_ref}/decision"


def back_to(request: Request, case_ref: str) -> str:
    """The page the form stood on: the decision, else the conversation."""
    return f"/my/cases/{case_ref}/decision" if came_from_decision(request, case_ref) else f"/my/cases/{case_ref}"
