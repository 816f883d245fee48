"""/my: what needs the renter now, then leases, then what is under way."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases.rows import QueueRow
from shouwen.features.cases.types import CaseState, Turn
from shouwen.features.disputes import mine
from shouwen.features.leases.use_cases.todo import ReadTodo, read_todo
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClockView, NeedView, PortalHomeView
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.claims import claim_need
from shouwen.mount.web.portal.life_part import home_need
from shouwen.mount.web.portal.thread import case_card
from shouwen.mount.web.portal.titles import case_title
from shouwen.mount.web.portal.todo import card, todo_needs, urgency

_CASES_SHOWN = 5


async def home(request: Request) -> Response:
    """The renter's first page."""
    now = await around(request)
    claims = await run(request, mine.list_my_claims, mine.ListMyClaims())
    t = words(request)
    waiting = [(claim, need) for claim in claims if (need := claim_need(claim, t))]
    todos = {todo.lease_ref: todo for todo in await run(request, read_todo, ReadTodo())}
    needs = [need for _, need in waiting]
    named = {claim.case_ref for claim, _ in waiting}  # a decision that waits is one thing to do, not two
    for lease in now.leases:
        needs += todo_needs(lease, todos[lease.ref], now.at, t) if lease.ref in todos else []
    needs += [need for lease in now.leases if (need := home_need(lease, t))]
    needs += [need for case in now.open_cases() if case.ref not in named and (need := _case_need(case, t))]
    view = PortalHomeView(
        human=now.human(t),
        needs=tuple(sorted(needs, key=urgency)),
        leases=tuple(card(lease, todos.get(lease.ref), t) for lease in now.leases),
        cases=tuple(case_card(case, t) for case in now.open_cases()[:_CASES_SHOWN]),
    )
    return html(request, view, **now.counts())


def _case_need(case: QueueRow, t: Words) -> NeedView | None:
    """An answer that waits for the renter."""
    if case.turn is not Turn.RENTER or not case.renter_unread:
        return None
    done = case.state is CaseState.RESOLVED
    return NeedView(
        title=case_title(case.title, case.type, t),
        text=t("我们已答复，请看是否解决：{preview}", preview=case.preview)
        if done
        else t("等您回复：{preview}", preview=case.preview),
        href=f"/my/cases/{case.ref}",
        action=t("去确认") if done else t("去回复"),
        clock=ClockView(t("轮到您"), case.turn_until, "amber"),
    )
