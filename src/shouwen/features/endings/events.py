"""Facts about a lease's ending, on its timeline and in the evidence log."""

from shouwen.features.leases.types import LeaseRow
from shouwen.platform.events import Event, Job


def lease_event(
    lease: LeaseRow,
    kind: str,
    text: str,
    *,
    rule: str,
    data: dict[str, object] | None = None,
    case_id: int | None = None,
    jobs: tuple[Job, ...] = (),
) -> Event:
    """A sealed event of a lease that wakes its renter and the desk."""
    return Event(
        kind=kind,
        text=text,
        rule=rule,
        case_id=case_id,
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}",
        data=data or {},
        sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk", *(() if case_id is None else (f"case:{case_id}",))),
        jobs=jobs,
    )
