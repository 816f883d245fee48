"""The subjects that have something to say on a renter's lease page, the most pressing first."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from shouwen.features.leases.types import LeaseFile
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.lease_views import LeasePart
from shouwen.mount.web.portal.ending_part import ending_part
from shouwen.mount.web.portal.life_part import before_part, life_part
from shouwen.mount.web.portal.money_part import money_part

Part = Callable[[Request, LeaseFile, Words], Awaitable[LeasePart]]

PARTS: tuple[Part, ...] = (before_part, ending_part, money_part, life_part)
