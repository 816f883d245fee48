"""Find what went wrong on the way of some leases, and open its case once."""

from datetime import date

from shouwen.features.cases.public import NewCase, open_case
from shouwen.features.cases.types import Statement
from shouwen.features.deliveries import store
from shouwen.features.deliveries.rules.troubles import claimed_twice, late_shipment, old_phone_out, parcel_trouble
from shouwen.features.deliveries.types import Trouble
from shouwen.features.leases.types import LeaseRow
from shouwen.features.stock.public import doubted_parcels, late_shipments, late_swaps, troubled_parcels
from shouwen.kernel.actor import SYSTEM
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event


async def troubles_of(ctx: Ctx, on: date, lease_from: int, lease_to: int) -> list[Trouble]:
    """What went wrong for the leases of an id range and has had no case yet."""
    found = [
        late_shipment(one.lease_id, one.ship_by) for one in await late_shipments(ctx.conn, on, lease_from, lease_to)
    ]
    found += [parcel_trouble(one) for one in await troubled_parcels(ctx.conn, ctx.now, lease_from, lease_to)]
    found += [claimed_twice(one) for one in await doubted_parcels(ctx.conn, lease_from, lease_to)]
    found += [old_phone_out(one) for one in await late_swaps(ctx.conn, on, lease_from, lease_to)]
    known = await store.known_subjects(ctx.conn, [trouble.subject for trouble in found])
    return [trouble for trouble in found if trouble.subject not in known]


async def open_cases(ctx: Ctx, lease: LeaseRow, troubles: list[Trouble]) -> list[Event]:
    """A case for each trouble of a locked lease, or a place in the open one of its kind."""
    events: list[Event] = []
    for trouble in troubles:
        text = trouble.situation + trouble.request
        case, _, opened = await open_case(
            ctx,
            NewCase(
                type=trouble.case_type,
                renter_id=lease.renter_id,
                renter_name_masked=lease.renter_name_masked,
                statement=Statement(trouble.situation, "", trouble.request, text),
                says=SYSTEM,
                lease_id=lease.id,
                lease_title=lease.model,
            ),
        )
        await store.insert_parcel_case(ctx.conn, trouble.subject, lease.id, case.id, ctx.now)
        events += opened
        events.append(
            Event(
                kind=f"delivery.{trouble.kind}",
                text=trouble.situation,
                case_id=case.id,
                lease_id=lease.id,
                renter_id=lease.renter_id,
                subject=f"lease:{lease.ref}",
                data={"subject": trouble.subject},
                sealed=True,
                topics=(f"renter:{lease.renter_id}", f"case:{case.id}", "desk"),
            )
        )
    return events
