"""The phones of a lease as the warehouse and the desk see them, and which of the stock fit it."""

from msgspec import Struct

from shouwen.features.leases.public import access_lease
from shouwen.features.leases.store.phones import FittingPhone, LeasePhone, fitting_phones, phones_with
from shouwen.features.leases.types import LeaseState
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_MOST = 50


class ReadUnits(Struct, frozen=True, forbid_unknown_fields=True):
    """The phones of one lease."""

    lease_ref: Ref


class LeaseUnits(Struct, frozen=True):
    """`phones` are with the lease now; `fitting` are free in stock, as agreed, the longest there first (at most 50)."""

    lease_ref: str
    state: LeaseState
    phones: tuple[LeasePhone, ...]
    fitting: tuple[FittingPhone, ...]


@use_case(ReadUnits, LeaseUnits, permission=Permission.STOCK, method="GET", path="/leases/{lease_ref}/units")
async def read_units(ctx: Ctx, command: ReadUnits) -> LeaseUnits:
    """订单的手机、是否在争议中，以及库存里型号一致的手机
    The phones of a lease, whether one is kept for a claim, and those in stock that fit."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    phones = await phones_with(ctx.conn, lease.id)
    fitting = await fitting_phones(ctx.conn, lease.model, lease.storage, lease.colour, _MOST)
    return LeaseUnits(lease.ref, lease.state, tuple(phones), tuple(fitting))
