"""/my: what needs the renter now, then leases, then what is under way."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases.rows import QueueRow
from shouwen.features.cases.types import CaseState, Turn
from shouwen.features.disputes import mine
from shouwen.features.leases.types import LeaseListRow
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClockView, NeedView, PortalHomeView
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import lease_card
from shouwen.mount.web.portal.claims import claim_need
from shouwen.mount.web.portal.life_part import home_need
from shouwen.mount.web.portal.thread import case_card

_CASES_SHOWN = 5


async def home(request: Request) -> Response:
    """The renter's first page."""
    now = await around(request)
    claims = await run(request, mine.list_my_claims, mine.ListMyClaims())
    t = words(request)
    waiting = [(claim, need) for claim in claims if (need := claim_need(claim, t))]
    needs = [need for _, need in waiting]
    named = {claim.case_ref for claim, _ in waiting}  # a decision that waits is one thing to do, not two
    needs += [need for lease in now.leases if (need := _bill_need(lease, t))]
    needs += [need for lease in now.leases if (need := home_need(lease, t))]
    needs += [need for case in now.open_cases() if case.ref not in named and (need := _case_need(case, t))]
    view = PortalHomeView(
        human=now.human(t),
        needs=tuple(needs),
        leases=tuple(lease_card(lease, t) for lease in now.leases),
        cases=tuple(case_card(case, t) for case in now.open_cases()[:_CASES_SHOWN]),
    )
    return html(request, view, **now.counts())


def _bill_need(lease: LeaseListRow, t: Words) -> NeedView | None:
    """Rent that is late: how much, since when, and where the working is."""
    if not lease.overdue or lease.next_due_on is None:
        return None
    amount = format_fen(lease.next_due_fen or 0)
    return NeedView(
        title=t("有租金逾期"),
        text=t("{model} 有 {n} 期逾期，最早一期 {day} 应付，还差 {amount}。有困难可以申请减免或延后。",
               model=lease.model, n=lease.overdue, day=f"{lease.next_due_on:%m-%d}", amount=amount),
        href=f"/my/leases/{lease.ref}/overdue",
        action=t("看怎么办"),
        clock=ClockView(t("已逾期"), None, "red"),
    )  # fmt: skip


def _case_need(case: QueueRow, t: Words) -> NeedView | None:
    """An answer that waits for the renter."""
    if case.turn is not Turn.RENTER or not case.renter_unread:
        return None
    done = case.state is CaseState.RESOLVED
    return NeedView(
        title=case.title,
        text=t("我们已答复，请看是否解决：{preview}", preview=case.preview)
        if done
        else t("等您回复：{preview}", preview=case.preview),
        href=f"/my/cases/{case.ref}",
        action=t("去确认") if done else t("去回复"),
        clock=ClockView(t("轮到您"), case.turn_until, "amber"),
    )
