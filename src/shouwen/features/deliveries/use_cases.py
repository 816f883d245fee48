"""What the system does by itself about what goes wrong on the way, and the cases it opened."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.deliveries.looking import open_cases, troubles_of
from shouwen.features.deliveries.store import ParcelCase, parcel_cases
from shouwen.features.leases.public import access_lease, lease_by_id
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import MAX_ID, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class LookAfterParcels(Struct, frozen=True, forbid_unknown_fields=True):
    """A lease whose shipment, parcels or swap may have gone wrong."""

    lease_id: Annotated[int, Meta(ge=1, le=MAX_ID)]


class ParcelsLookedAfter(Struct, frozen=True):
    """What was found, by its subjects."""

    lease_ref: str
    found: tuple[str, ...]


@use_case(
    LookAfterParcels, ParcelsLookedAfter, permission=Permission.SYSTEM, method="POST",
    path="/system/leases/{lease_id}/parcels",
)  # fmt: skip
async def look_after_parcels(ctx: Ctx, command: LookAfterParcels) -> Done[ParcelsLookedAfter]:
    """迟发货、包裹延误或丢失、没有收到、旧手机没有寄回：各开一个事项，只开一次
    Late shipments, parcels in trouble, old phones not sent back: a case for each, once."""
    lease = await lease_by_id(ctx.conn, command.lease_id, lock=True)
    troubles = await troubles_of(ctx, beijing_on(ctx.now), lease.id, lease.id + 1)
    if not troubles:
        raise Refusal(
            "nothing_wrong", "这笔订单的包裹没有要处理的问题", "nothing went wrong on the way of this lease",
            remedy_zh="不用处理", remedy_en="nothing to do",
        )  # fmt: skip
    events = await open_cases(ctx, lease, troubles)
    return Done(ParcelsLookedAfter(lease.ref, tuple(trouble.subject for trouble in troubles)), *events)


class ListParcelCases(Struct, frozen=True, forbid_unknown_fields=True):
    """What went wrong on the way of one lease."""

    lease_ref: Ref


@use_case(
    ListParcelCases, list[ParcelCase], permission=Permission.BILLS_READ, method="GET",
    path="/leases/{lease_ref}/parcel-cases",
)  # fmt: skip
async def list_parcel_cases(ctx: Ctx, command: ListParcelCases) -> list[ParcelCase]:
    """发货、包裹、换机出的问题，各自在哪件事项里处理
    The cases in which late shipments, parcels in trouble and old phones not sent back are dealt with."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    return await parcel_cases(ctx.conn, lease.id)
