"""/my/cases/{ref}/owner: another agent, a complaint about one; and a specialist, from the conversation itself."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import CasePage
from shouwen.features.cases.types import WISH_REASON_ZH, WishReason
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.pages.views import OptionView
from shouwen.mount.web.page import field, form, html, problem_view, run, see, words
from shouwen.mount.web.portal.around import case_human
from shouwen.mount.web.portal.cases import case_again, check_length
from shouwen.mount.web.portal.own_views import PortalOwnerView, PortalPersonView
from shouwen.mount.web.portal.titles import case_title
from shouwen.platform import clock
from shouwen.platform.decode import decode

Fields = dict[str, list[str]]


async def person(request: Request) -> Response:
    """转人工 of the open conversation, as a fragment."""
    page = await _read(request)
    human = case_human(page.case, clock.now(), words(request), asked=page.human_asked_at is not None, here=True)
    return html(request, PortalPersonView(human))


async def owner_page(request: Request) -> Response:
    """Who has the case, and what may be asked for instead."""
    return await _page(request)


async def _read(request: Request) -> CasePage:
    path = {"case_ref": request.path_params["case_ref"]}
    return await run(request, cases.read_case, decode(cases.ReadCase, path, (), b""))


async def _page(
    request: Request, *, fields: Fields | None = None, wish: Refusal | None = None, refusal: Refusal | None = None
) -> Response:
    page = await _read(request)
    ref, t = page.case.ref, words(request)
    people = await run(request, cases.read_people, cases.ReadPeople(ref))
    typed = {name: values[0] for name, values in (fields or {}).items() if name != "csrf"}
    twice = {one.name for one in people if sum(other.name == one.name for other in people) > 1}
    against = typed.get("against") or next((str(one.id) for one in people if one.owner), "")
    view = PortalOwnerView(
        human=case_human(page.case, clock.now(), t, asked=page.human_asked_at is not None),
        case_ref=ref,
        title=case_title(page.case.title, page.case.type, t),
        owner=page.case.owner_name,
        can_wish="wish_owner_change" in page.next_acts,
        reasons=tuple(
            OptionView(str(reason), t(name), chosen=typed.get("reason", WishReason.UNSAID) == reason)
            for reason, name in WISH_REASON_ZH.items()
        ),
        people=tuple(
            OptionView(
                str(one.id),
                f"{one.name}（{t(ROLE_ZH[Role(one.role)])}）" if one.name in twice else one.name,
                chosen=str(one.id) == against,
            )
            for one in people
        ),
        typed=typed,
        wish_problem=problem_view(request, wish) if wish else None,
        problem=problem_view(request, refusal) if refusal else None,
        vague=refusal is not None and refusal.code == "vague",
    )
    said = wish or refusal
    return html(request, view, said.status if said else 200)


async def wish(request: Request) -> Response:
    """OWN-2: somebody else, please; back to the conversation, which says who is next."""
    fields = await form(request)
    try:
        check_length("words", field(fields, "words"), 200)
        body = {"reason": field(fields, "reason") or str(WishReason.UNSAID), "words": field(fields, "words")}
        asked = decode(cases.WishOwnerChange, _path(request), (), msgspec.json.encode(body))
        await run(request, cases.wish_owner_change, asked, fields)
    except Absent:
        raise
    except Refusal as refusal:
        return await _page(request, fields=fields, wish=refusal)
    return see(f"/my/cases/{request.path_params['case_ref']}")


async def complaint(request: Request) -> Response:
    """OWN-2: about whom, what happened, what is asked; on to the complaint's own conversation."""
    fields = await form(request)
    try:
        check_length("text", field(fields, "text"), 2_000)
        check_length("asked", field(fields, "asked"), 200)
        if not field(fields, "against"):
            raise BadInput("against", "请选择投诉哪位", "say whom it is about", remedy_zh="从和您打过交道的人里选一位")
        body: dict[str, object] = {name: field(fields, name) for name in ("text", "asked")}
        body["against_id"] = _person_id(field(fields, "against"))
        body["as_is"] = bool(field(fields, "as_is"))
        asked = decode(cases.Complain, _path(request), (), msgspec.json.encode(body))
        opened = await run(request, cases.complain, asked, fields)
    except Absent:
        raise
    except Refusal as refusal:
        return await _page(request, fields=fields, refusal=refusal)
    return see(f"/my/cases/{opened.case_ref}")


async def specialist(request: Request) -> Response:
    """ESC-1: a specialist, at any time; a refusal stands above the box."""
    fields = await form(request)
    try:
        await run(request, cases.call_specialist, decode(cases.CallSpecialist, _path(request), (), b""), fields)
    except Absent:
        raise
    except Refusal as refusal:
        return await case_again(request, refusal)
    return see(f"/my/cases/{request.path_params['case_ref']}")


def _person_id(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) < 19):
        raise Absent("工作人员", "colleague in this case")
    return int(value)


def _path(request: Request) -> dict[str, str]:
    return {"case_ref": request.path_params["case_ref"]}
