"""Acts on a case: take, ask a specialist in, hand over, promise, resolve, close, reveal."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import MOVE_REASON_ZH, CaseState
from shouwen.features.disputes.types import ClaimState
from shouwen.features.people import use_cases as people
from shouwen.kernel.actor import Role
from shouwen.kernel.days import BEIJING
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ChoiceView, GuardView, ProblemView
from shouwen.mount.web.desk.bits import case_title
from shouwen.mount.web.desk.case import case_file, case_page, refused_page
from shouwen.mount.web.desk.colleagues import colleagues, specialists
from shouwen.mount.web.desk.composer import guard_view
from shouwen.mount.web.desk.file_view import file_view, open_promises
from shouwen.mount.web.desk.own_views import CaseActsView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.desk.reading import CaseFile
from shouwen.mount.web.page import actor_of, field, form, html, is_fragment, page, problem_view, run, see, words
from shouwen.platform.decode import decode
from shouwen.platform.registry import UseCase

C = TypeVar("C", bound=Struct)
R = TypeVar("R")
Fields = dict[str, list[str]]
_OWNERS = (Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR)
_BASE = "/desk/cases/{case_ref}"


def routes() -> list[Route]:
    """The acts, each under a name of its own."""
    return [
        page("POST", f"{_BASE}/ownership", _act(cases.take_case, cases.TakeCase)),
        page("POST", f"{_BASE}/closure", _act(cases.close_case, cases.CloseCase)),
        page("POST", f"{_BASE}/specialist", specialist),
        page("POST", f"{_BASE}/reveal", reveal),
        page("GET", f"{_BASE}/acts", acts),
        page("POST", f"{_BASE}/transfer", transfer),
        page("POST", f"{_BASE}/promise", promise),
        page("POST", f"{_BASE}/promises/{{promise_id}}/kept", kept),
        page("POST", f"{_BASE}/resolution", resolution),
        page("POST", f"{_BASE}/escalation", escalation),
    ]


def _act(use_case: UseCase[C, R], command: type[C]) -> Callable[[Request], Awaitable[Response]]:
    async def edge(request: Request) -> Response:
        fields = await form(request)
        return await _done(request, use_case, decode(command, request.path_params, (), b""), fields)

    return edge


async def _done(request: Request, use_case: UseCase[C, R], command: C, fields: Fields) -> Response:
    """Back to the case; a refusal is said there. Scripts only need to know that it worked."""
    try:
        await run(request, use_case, command, fields)
    except Refusal as refusal:
        if refusal.status in (401, 404) or is_fragment(request):
            raise
        return await refused_page(request, refusal)
    if is_fragment(request):
        return Response(status_code=204)
    return see(f"/desk/cases/{request.path_params['case_ref']}")


async def specialist(request: Request) -> Response:
    """Ask a specialist in: `login`, or one by the case's reference, so that the work spreads."""
    fields = await form(request)
    ref, login = request.path_params["case_ref"], field(fields, "login")
    if not login:
        found = specialists(await colleagues(request), actor_of(request).id, await _first_decider(request))
        if not found:
            raise Absent("专员", "specialist")
        login = found[sum(ref.encode()) % len(found)].login
    pairs = [("login", login), ("question", field(fields, "reason")[:200])]
    return await _done(
        request, cases.ask_specialist, decode(cases.AskSpecialist, request.path_params, pairs, b""), fields
    )


async def _first_decider(request: Request) -> int | None:
    """Whose decision an appeal is against: nobody reviews their own (AUTH-1)."""
    claim = (await case_file(request)).claim
    return claim.decided_by if claim is not None and claim.state is ClaimState.APPEALED else None


async def reveal(request: Request) -> Response:
    """Name and number in full, once, with the reason on record (EVI-6)."""
    fields = await form(request)
    file = await case_file(request)
    if file.lease is None:
        raise Absent("租客", "renter")
    try:
        command = decode(
            people.RevealRenter,
            {"renter_ref": file.lease.renter.ref},
            [("reason", field(fields, "reason").strip())],
            b"",
        )
        shown = await run(request, people.reveal_renter, command, fields)
    except Refusal as refusal:
        if is_fragment(request):
            raise
        return await refused_page(request, refusal)
    if is_fragment(request):
        return html(request, file_view(file, words(request), shown))
    return await case_page(request, shown=shown)


async def acts(request: Request) -> Response:
    """The rarer acts on a page of their own: hand over, promise, resolve."""
    return await _acts_page(request, "", {}, None)


async def _acts_page(request: Request, act: str, typed: Fields, refusal: Refusal | None) -> Response:
    file, t = await case_file(request), words(request)
    others = [row for row in await colleagues(request) if row.id != actor_of(request).id]
    guard: GuardView | None = None
    problem: ProblemView | None = None
    if refusal is not None:
        guard = guard_view(request, refusal) if refusal.code == "guard" else None
        problem = None if guard else problem_view(request, refusal)
    view = CaseActsView(
        case_ref=file.page.case.ref,
        title=case_title(file.page.case.type, t),
        acts=file.page.next_acts,
        seq=file.page.case.seq,
        colleagues=tuple(ChoiceView(row.login, row.name) for row in others if row.role in _OWNERS),
        reasons=tuple(ChoiceView(str(reason), t(name)) for reason, name in MOVE_REASON_ZH.items()),
        typed={f"{act}.{name}": values[0] for name, values in typed.items()},
        problem=problem,
        guard=None if act == cases.make_promise.name else guard,
        promises=open_promises(file, actor_of(request), t),
        promise_guard=guard if act == cases.make_promise.name else None,
        why_no_result=_why_no_result(file, t),
    )
    return await desk_html(request, view, refusal.status if refusal else 200)


async def _from_acts(request: Request, use_case: UseCase[C, R], command: type[C], names: Fields) -> Response:
    pairs = [(name, values[0]) for name, values in names.items() if name not in ("csrf", "idempotency_key")]
    try:
        await run(request, use_case, decode(command, request.path_params, pairs, b""), names)
    except Refusal as refusal:
        if refusal.status in (401, 404) or is_fragment(request):
            raise
        return await _acts_page(request, use_case.name, names, refusal)
    return see(f"/desk/cases/{request.path_params['case_ref']}")


async def transfer(request: Request) -> Response:
    """OWN-2: to whom, for which of the five reasons, with words for them."""
    return await _from_acts(request, cases.transfer_case, cases.TransferCase, await form(request))


async def promise(request: Request) -> Response:
    """PROM-1: what, and until when on Beijing's clock."""
    fields = await form(request)
    try:
        due_at = datetime.fromisoformat(field(fields, "due_at"))
    except ValueError:
        refusal = BadInput("due_at", "请选择日期和时间", "choose a day and a time")
        return await _acts_page(request, cases.make_promise.name, fields, refusal)
    if due_at.tzinfo is None:
        due_at = due_at.replace(tzinfo=BEIJING)
    sent = {**fields, "due_at": [due_at.isoformat()]}
    return await _from_acts(request, cases.make_promise, cases.MakePromise, sent)


async def kept(request: Request) -> Response:
    """PROM-1: what was promised has been done."""
    fields = await form(request)
    asked = decode(cases.KeepPromise, request.path_params, (), b"")
    return await _done(request, cases.keep_promise, asked, fields)


def _why_no_result(file: CaseFile, t: Words) -> str:
    """Why the case cannot be ended here now."""
    if file.page.case.state is not CaseState.OPEN or "resolve_case" in file.page.next_acts:
        return ""
    if file.claim is not None and file.page.case.claim_turn is not None:
        return t("定损还没有了结，这里暂不能办结；裁定结算或撤回后就可以。结束会话和合并在会话右上角“更多”里。")
    return ""


async def escalation(request: Request) -> Response:
    """ESC-1: what a supervisor arranged."""
    return await _from_acts(request, cases.settle_escalation, cases.SettleEscalation, await form(request))


async def resolution(request: Request) -> Response:
    """What was done, for the renter to confirm."""
    return await _from_acts(request, cases.resolve_case, cases.ResolveCase, await form(request))
