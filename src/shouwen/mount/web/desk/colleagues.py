"""Who works here, kept for a minute: names and capacities change rarely and every desk page shows them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from starlette.requests import Request

from shouwen.features.people import use_cases as people
from shouwen.features.people.types import StaffRow
from shouwen.kernel.actor import Role
from shouwen.mount.web.page import actor_of, run
from shouwen.platform import clock

_KEPT = timedelta(seconds=60)


class _Known(Struct, frozen=True):
    until: datetime
    rows: list[StaffRow]


async def colleagues(request: Request) -> list[StaffRow]:
    """Active colleagues; asked for through the door once a minute a process."""
    known: _Known | None = getattr(request.app.state, "colleagues", None)
    if known is None or known.until < clock.now():
        rows = [row for row in await run(request, people.list_staff, people.ListStaff()) if row.active]
        known = request.app.state.colleagues = _Known(clock.now() + _KEPT, rows)
    return known.rows


async def my_capacity(request: Request) -> int:
    """How many cases the reader can have in hand."""
    actor = actor_of(request)
    return next((row.capacity for row in await colleagues(request) if row.id == actor.id), 0)


def specialists(rows: Sequence[StaffRow], *but: int | None) -> list[StaffRow]:
    """Those who may be asked into a case: specialists, else supervisors; never oneself, nor who decided before."""
    others = [row for row in rows if row.id not in but]
    found = [row for row in others if row.role is Role.SPECIALIST]
    return found or [row for row in others if row.role is Role.SUPERVISOR]
