"""GET /desk/cases/{ref} and its fragments: everything beside the queue, head, thread, file, timeline."""

from msgspec.structs import replace
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import CasePage
from shouwen.features.people.types import Revealed
from shouwen.kernel.errors import Refusal
from shouwen.mount.pages.views import CaseTimelineView, DeskView, MessageView, ThreadView
from shouwen.mount.web.desk.bits import case_title
from shouwen.mount.web.desk.case_view import Typed, case_view, header_view
from shouwen.mount.web.desk.colleagues import colleagues, my_capacity
from shouwen.mount.web.desk.file_view import file_view, timeline_row
from shouwen.mount.web.desk.queue import tab_of
from shouwen.mount.web.desk.queue_view import queue_view
from shouwen.mount.web.desk.rail import desk_html, with_rail
from shouwen.mount.web.desk.reading import CaseFile, ReadCaseFile, ReadDesk, read_case_file, read_desk
from shouwen.mount.web.desk.thread_view import Read, desk_messages, read_of, tiles_of
from shouwen.mount.web.page import actor_of, html, is_fragment, page, problem_view, run, see, words
from shouwen.mount.web.portal.thread import media_refs
from shouwen.platform import clock
from shouwen.platform.decode import decode


def routes() -> list[Route]:
    """The case page and its pieces."""
    base = "/desk/cases/{case_ref}"
    return [
        page("GET", base, case),
        page("GET", f"{base}/pane", pane),
        page("GET", f"{base}/header", header),
        page("GET", f"{base}/thread", thread),
        page("GET", f"{base}/file", file),
        page("GET", f"{base}/timeline", timeline),
    ]


async def case(request: Request) -> Response:
    """Queue, conversation and file on one screen."""
    return await case_page(request)


async def case_page(
    request: Request, typed: Typed | None = None, status: int = 200, shown: Revealed | None = None
) -> Response:
    """The whole page; after a refusal with what was typed, after a reveal with what was shown."""
    pairs = [("tab", tab_of(request)), ("after", request.query_params.get("after", ""))]
    read = await run(request, read_desk, decode(ReadDesk, request.path_params, pairs, b""))
    actor, t = actor_of(request), words(request)
    view = DeskView(
        queue=queue_view(read.queue, actor, await my_capacity(request), t, read.open.page.case.ref),
        case=case_view(read.open, actor, clock.now(), t, typed, shown, await colleagues(request)),
    )
    if view.case is not None and "before" in request.query_params:
        older = [("before", request.query_params["before"])]
        piece = await thread_fragment(request, decode(cases.ReadThread, request.path_params, older, b""))
        view = replace(view, case=replace(view.case, thread=piece))
    answer = with_rail(request, view, read.queue.counts.rail, status)
    answer.background = _seen(request, read.open.page)
    return answer


async def pane(request: Request) -> Response:
    """The case without the queue, for a workbench that shows its queue already; a person is sent to the whole page."""
    if not is_fragment(request):
        return see(f"/desk/cases/{request.path_params['case_ref']}")
    file, staff = await case_file(request), await colleagues(request)
    answer = html(request, case_view(file, actor_of(request), clock.now(), words(request), staff=staff))
    answer.background = _seen(request, file.page)
    return answer


def _seen(request: Request, opened: CasePage) -> BackgroundTask | None:
    """The owner has opened what was unread: kept once the page is on its way."""
    row = opened.case
    if not row.staff_unread or row.owner_id != actor_of(request).id:
        return None
    return BackgroundTask(run, request, cases.mark_seen, cases.MarkSeen(row.ref, row.seq))


async def refused_page(request: Request, refusal: Refusal, text: str = "", *, note: bool = False) -> Response:
    """The case with the refusal where the act was, and what was typed still there."""
    return await case_page(request, Typed(text, note, problem_view(request, refusal)), refusal.status)


async def case_file(request: Request) -> CaseFile:
    """The case of this path with everything around it."""
    return await run(request, read_case_file, decode(ReadCaseFile, request.path_params, (), b""))


async def header(request: Request) -> Response:
    """The head alone."""
    found, staff = await case_file(request), await colleagues(request)
    return html(request, header_view(found, actor_of(request), clock.now(), words(request), staff))


async def file(request: Request) -> Response:
    """The right pane alone."""
    return html(request, file_view(await case_file(request), words(request), actor=actor_of(request)))


async def thread(request: Request) -> Response:
    """Messages after, or before, a place in the thread; without script older ones stand in the whole page."""
    if "before" in request.query_params and not is_fragment(request):
        return await case_page(request)
    pairs = [(name, request.query_params[name]) for name in ("after", "before") if name in request.query_params]
    return html(request, await thread_fragment(request, decode(cases.ReadThread, request.path_params, pairs, b"")))


async def thread_fragment(request: Request, command: cases.ReadThread) -> ThreadView:
    """A piece of the thread; the file is read too only where a message shows evidence or a decision."""
    found = await run(request, cases.read_thread, command)
    t = words(request)
    messages: tuple[MessageView, ...]
    if media_refs(found.messages) or any(row.kind == "decision" for row in found.messages):
        opened = await run(request, read_case_file, ReadCaseFile(command.case_ref))
        claim_ref = opened.claim.ref if opened.claim else ""
        messages = desk_messages(
            found.messages, tiles_of(opened, t), read_of(opened.page), found.case_ref, claim_ref, t
        )
    else:
        messages = desk_messages(found.messages, {}, Read(), found.case_ref, "", t)
    earlier = ""
    if command.before is not None and found.more:
        earlier = f"/desk/cases/{found.case_ref}/thread?before={found.messages[0].seq}"
    return ThreadView(case_ref=found.case_ref, messages=messages, earlier_href=earlier)


async def timeline(request: Request) -> Response:
    """Every step, who, when, by which rule."""
    asked = decode(cases.ReadCase, request.path_params, (), b"")
    found = await run(request, cases.read_case, asked)
    t = words(request)
    rows = tuple(timeline_row(row, t) for row in await run(request, cases.read_timeline, asked))
    return await desk_html(
        request, CaseTimelineView(case_ref=found.case.ref, title=case_title(found.case.type, t), rows=rows)
    )
