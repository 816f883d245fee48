"""The ways a lease can end or go on, side by side: what each costs today, or why it is not open."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from shouwen.features.contracts.public import ends_on
from shouwen.features.contracts.types import Quote
from shouwen.features.endings.buyout import agreed_contract
from shouwen.features.endings.losing import price_loss
from shouwen.features.endings.policy import ending_policy_on
from shouwen.features.endings.renewing import price_renewal
from shouwen.features.endings.returning import price_early_return
from shouwen.features.leases.public import STATE_ZH, access_lease_file
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Way = Literal["return", "buyout", "renewal", "early_return", "loss"]


class ReadEndings(Struct, frozen=True, forbid_unknown_fields=True):
    """How one lease can end or go on."""

    lease_ref: Ref


class EndingWay(Struct, frozen=True):
    """One way. `quote` is today's (an early return of today, a renewal by one instalment), None where it costs nothing
    or is not open; `closed_zh` then says why, empty where it is open.
    """

    way: Way
    quote: Quote | None
    closed_zh: str = ""
    opens_on: date | None = None
    until_on: date | None = None
    clause: str = ""


class LeaseEndings(Struct, frozen=True):
    """Every way the contract knows, and the last day of the term."""

    lease_ref: str
    on: date
    ends_on: date
    days_left: int
    ways: tuple[EndingWay, ...]


@use_case(ReadEndings, LeaseEndings, permission=Permission.QUOTE, method="GET", path="/leases/{lease_ref}/endings")
async def read_endings(ctx: Ctx, command: ReadEndings) -> LeaseEndings:
    """到期怎么办：归还、买断、续租、提前归还、遗失，各要付多少
    How a lease can end or go on, and what each way costs today."""
    on = beijing_on(ctx.now)
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, on)
    file, contract = opened.file, agreed_contract(opened)
    lease, last_on = file.lease, ends_on(contract)
    opens_on = last_on - timedelta(days=ending_policy_on(on).renewal_opens_days)
    clause = next(iter(contract.clauses_for("end_of_term")), "")
    renting = lease.state is LeaseState.RENTING
    ways = (
        EndingWay("return", None, "" if renting else f"订单现在是“{STATE_ZH[lease.state]}”", opens_on, last_on, clause),
        EndingWay("buyout", file.buyout, file.buyout_refused, None, None, clause),
        EndingWay("renewal", *_asked(lambda: price_renewal(lease, contract, 1, on)), opens_on, last_on, clause),
        EndingWay("early_return", *_asked(lambda: price_early_return(file, contract, on, on))),
        EndingWay("loss", *_asked(lambda: price_loss(file, contract, on))),
    )
    return LeaseEndings(lease.ref, on, last_on, (last_on - on).days, ways)


def _asked(ask: Callable[[], Quote]) -> tuple[Quote | None, str]:
    try:
        return ask(), ""
    except Refusal as refusal:
        return None, refusal.zh
