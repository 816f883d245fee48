"""What is written in a case: answers under the guard, notes, quotes, drafts."""

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.use_cases.offering import quote_sentence
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.mount.pages.views import (
    FigureView,
    GuardItemView,
    GuardView,
    ProblemFragmentView,
    QuoteCardView,
    QuoteView,
)
from shouwen.mount.web.desk.bits import clause_refs
from shouwen.mount.web.desk.case import case_file, case_page, refused_page, thread_fragment
from shouwen.mount.web.desk.case_view import Typed
from shouwen.mount.web.desk.lease_view import quote_figure
from shouwen.mount.web.page import field, form, html, is_fragment, page, problem_view, run, see, words
from shouwen.platform import clock
from shouwen.platform.decode import decode

_MAX_TEXT = 5_000


def routes() -> list[Route]:
    """Everything the composer posts."""
    base = "/desk/cases/{case_ref}"
    return [
        page("POST", f"{base}/messages", send),
        page("POST", f"{base}/notes", note),
        page("POST", f"{base}/quotes", quote),
        page("POST", f"{base}/draft", draft),
    ]


async def send(request: Request) -> Response:
    """An answer to the renter; 409 with the guard's panel where a figure is wrong, or where something is newer."""
    fields = await form(request)
    ref, text = request.path_params["case_ref"], field(fields, "text")
    try:
        seen = _seq(field(fields, "seen_seq", "0"))
        pairs = [("text", _bounded(text)), ("guard_reason", field(fields, "guard_reason")[:200])]
        command = decode(cases.Reply, request.path_params, [*pairs, ("seen_seq", str(seen))], b"")
        began: list[int] = []
        with_quote = any(value and not value.startswith("BJ-") for value in fields.get("quote_ref", []))
        if not with_quote or not await _says_only_quote(request, text):
            began.append((await run(request, cases.reply, command, fields)).seq)
        if with_quote:
            again = {"idempotency_key": [f"{field(fields, 'idempotency_key')}.quote"]}
            began.append((await run(request, cases.insert_quote, cases.InsertQuote(ref), again)).seq)
    except Refusal as refusal:
        return await _refused(request, refusal, text)
    if not is_fragment(request):
        return see(f"/desk/cases/{ref}")
    return html(request, await thread_fragment(request, cases.ReadThread(ref, after=max(0, min(seen, began[0] - 1)))))


async def _says_only_quote(request: Request, text: str) -> bool:
    """Whether the words are those of the quote beside them: the card says them already."""
    lease = (await case_file(request)).lease
    if lease is None or lease.buyout is None:
        return False
    return text.strip() == quote_sentence(lease.buyout)


async def note(request: Request) -> Response:
    """A note between colleagues."""
    fields = await form(request)
    ref, text = request.path_params["case_ref"], field(fields, "text")
    try:
        command = decode(cases.AddNote, request.path_params, [("text", _bounded(text))], b"")
        sent = await run(request, cases.add_note, command, fields)
    except Refusal as refusal:
        return await _refused(request, refusal, text, note=True)
    if not is_fragment(request):
        return see(f"/desk/cases/{ref}")
    return html(request, await thread_fragment(request, cases.ReadThread(ref, after=sent.seq - 1)))


async def quote(request: Request) -> Response:
    """Today's quote from the contract, for the composer; it goes into the thread with the message."""
    fields = await form(request)
    t = words(request)
    opened = await case_file(request)
    text = field(fields, "text")
    try:
        if opened.lease is None:
            raise BadInput("kind", "这件事没有关联租约，不能报价", "a case without a lease has no contract")
        found = await run(request, leases.quote_buyout, leases.QuoteBuyout(opened.lease.lease.ref))
    except Refusal as refusal:
        return await _refused(request, refusal, text)
    figure = quote_figure(found)
    card = QuoteView(
        ref=t("待发送"),
        title=t("买断报价"),
        figure=figure,
        on=beijing_on(clock.now()),
        sentence=quote_sentence(found),
    )
    if is_fragment(request):
        return html(request, QuoteCardView(card))
    return await case_page(request, Typed(f"{text}\n{card.sentence}".strip()))


async def draft(request: Request) -> Response:
    """Keep what is not sent yet."""
    fields = await form(request)
    pairs = [("text", _bounded(field(fields, "text")))]
    await run(request, cases.save_draft, decode(cases.SaveDraft, request.path_params, pairs, b""), fields)
    return Response(status_code=204)


def _bounded(text: str) -> str:
    if len(text) > _MAX_TEXT:
        raise BadInput(
            "text", f"一次最多写 {_MAX_TEXT} 字，现在是 {len(text)} 字", f"at most {_MAX_TEXT} characters at once",
            remedy_zh="请分成两条发送，写好的内容还在", remedy_en="send it in two parts",
        )  # fmt: skip
    return text


def _seq(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


async def _refused(request: Request, refusal: Refusal, text: str, *, note: bool = False) -> Response:
    """Where the act was: the guard's panel, or the reason; what was typed stays."""
    if refusal.status in (401, 404):
        raise refusal
    guard = guard_view(request, refusal) if refusal.code == "guard" else None
    if not is_fragment(request):
        if guard is None:
            return await refused_page(request, refusal, text, note=note)
        return await case_page(request, Typed(text, note, guard=guard), refusal.status)
    return html(request, guard or ProblemFragmentView(problem_view(request, refusal)), refusal.status)


class _Found(Struct, frozen=True):
    said: str
    right_fen: int | None
    clause: str
    working: tuple[str, ...]
    replacement: str
    what: str


def guard_view(request: Request, refusal: Refusal) -> GuardView:
    """What GUARD-1 found: each wrong figure with the right one, its clause and its working."""
    t = words(request)
    items = [
        GuardItemView(
            said=one.said,
            title=one.what if one.right_fen is None else one.what.split("。", 1)[0] + "。",
            right=None
            if one.right_fen is None
            else FigureView(one.right_fen, one.working, clause_refs((one.clause,)), note=t("今日有效")),
            replace_with=one.replacement,
        )
        for one in msgspec.convert(refusal.data["findings"], list[_Found])
    ]
    return GuardView(items=tuple(items), override=not refusal.data.get("blocked", False))
