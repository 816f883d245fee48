"""What every renter page knows besides its own subject: the renter's leases and cases, for 转人工 and the tab bar."""

from datetime import datetime, timedelta

from msgspec import Struct
from starlette.requests import Request

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import HelpNow, QueueRow
from shouwen.features.cases.service_time import calendar, service_clocks
from shouwen.features.cases.types import CaseState, Channel
from shouwen.features.leases.types import LeaseListRow
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.days import beijing_at
from shouwen.kernel.working_time import add_working_seconds
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import HumanView
from shouwen.mount.web.page import run
from shouwen.platform import clock


class Around(Struct, frozen=True):
    """The renter's leases and cases, newest first."""

    leases: tuple[LeaseListRow, ...]
    cases: tuple[QueueRow, ...]
    at: datetime
    help: HelpNow

    def counts(self) -> dict[str, int]:
        """The numbers on the tab bar: unread messages, instalments overdue."""
        return {
            "unread": sum(case.renter_unread for case in self.cases),
            "bills_due": sum(lease.overdue for lease in self.leases),
        }

    def case(self, case_ref: str) -> QueueRow | None:
        """One of the renter's recent cases."""
        return next((case for case in self.cases if case.ref == case_ref), None)

    def of_lease(self, lease_ref: str) -> QueueRow | None:
        """The open case of a lease: what is asked about it goes on there."""
        found = next((one.case_ref for one in self.help.open if one.lease_ref == lease_ref), "")
        return self.case(found) if found else None

    def open_cases(self) -> tuple[QueueRow, ...]:
        """Those that are not closed."""
        return tuple(case for case in self.cases if case.state is not CaseState.CLOSED)

    def human(self, t: Words, *, lease_ref: str = "", about: str = "", case: QueueRow | None = None) -> HumanView:
        """转人工 for a page: of its case, of its lease, or of whatever is under way (BOT-1)."""
        if case is None and lease_ref:
            case = self.of_lease(lease_ref)  # whoever is on it already
        if case is None and not lease_ref and not about:
            case = next(iter(self.open_cases()), None)
        if case is not None and case.state is not CaseState.CLOSED:
            return case_human(case, self.at, t, late=self.help.late)
        query = "&".join(f"{name}={value}" for name, value in (("lease", lease_ref), ("about", about)) if value)
        return HumanView(
            action=f"/my/human?{query}" if query else "/my/human",
            wait_s=None if self.help.late else wait_seconds(Channel.PORTAL, self.at),
            outside_hours=outside_hours(self.at, t),
            queue=self.help.waiting if self.help.late else 0,
        )


def case_human(
    case: QueueRow, now: datetime, t: Words, *, asked: bool = False, here: bool = False, late: bool = False
) -> HumanView:
    """转人工 in one case: who has it, or how long it takes; `here` when the page is that case. No time is named where
    it would not be kept: the queue is `late`, or this case's own clock has run out.
    """
    over = case.turn_until is not None and case.turn_until <= now
    return HumanView(
        action=f"/my/cases/{case.ref}/human",
        wait_s=None if late or over else wait_seconds(case.channel, now),
        owner=case.owner_name,
        asked=asked,
        case_href="" if here else f"/my/cases/{case.ref}",
        outside_hours=outside_hours(now, t),
        specialist=f"/my/cases/{case.ref}/specialist" if here and _may_call(case) else "",
    )


def _may_call(case: QueueRow) -> bool:
    """A specialist can be asked for at any time, unless one is looking already (ESC-1)."""
    return case.state is not CaseState.CLOSED and not case.asked


def wait_seconds(channel: Channel, now: datetime) -> int:
    """The published time to the first human answer (SLA-1)."""
    return service_clocks(now).first_answer_seconds[channel]


def outside_hours(now: datetime, t: Words) -> str:
    """From when people answer, while nobody is at the desk; empty in working hours."""
    if calendar().is_working_at(now):
        return ""
    opens = beijing_at(add_working_seconds(now, 1, calendar()) - timedelta(seconds=1))
    today = beijing_at(now).date()
    if opens.date() == today:
        return t("今天 {at} 起回复", at=f"{opens:%H:%M}")
    if opens.date() == today + timedelta(days=1):
        return t("明天 {at} 起回复", at=f"{opens:%H:%M}")
    return t("{at} 起回复", at=f"{opens:%m-%d %H:%M}")


async def around(request: Request) -> Around:
    """Three small statements; absent for whoever is no renter."""
    help_now = await run(request, cases.read_help, cases.ReadHelp())
    page = await run(request, leases.list_leases, leases.ListLeases())
    mine = await run(request, cases.list_cases, cases.ListCases())
    return Around(page.rows, tuple(mine), clock.now(), help_now)
