"""What the system does by itself about the end of a lease."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.cases.public import NewCase, open_case
from shouwen.features.cases.types import CaseType, Statement
from shouwen.features.endings.events import lease_event
from shouwen.features.endings.tending import tend
from shouwen.features.leases.public import lease_by_id
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import MAX_ID, Line
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class TendLease(Struct, frozen=True, forbid_unknown_fields=True):
    """A lease with something due: an agreement, a pause, a deposit."""

    lease_id: Annotated[int, Meta(ge=1, le=MAX_ID)]


class LeaseTended(Struct, frozen=True):
    """What was done, by the kinds of its events."""

    lease_ref: str
    did: tuple[str, ...]


@use_case(TendLease, LeaseTended, permission=Permission.SYSTEM, method="POST", path="/system/leases/{lease_id}/tending")
async def tend_lease(ctx: Ctx, command: TendLease) -> Done[LeaseTended]:
    """到期的约定、暂停和押金：付清的办结，没付的失效，逾期的加急
    What is due for a lease: agreements carried out or lapsed, pauses ended, late deposits made urgent."""
    lease = await lease_by_id(ctx.conn, command.lease_id, lock=True)
    events = await tend(ctx, lease)
    if not events:
        raise Refusal(
            "nothing_due", "这笔订单现在没有到期要办的事", "nothing is due for this lease",
            remedy_zh="不用处理", remedy_en="nothing to do",
        )  # fmt: skip
    return Done(LeaseTended(lease.ref, tuple(event.kind for event in events)), *events)


class LookIntoCapture(Struct, frozen=True, forbid_unknown_fields=True):
    """A capture of the deposit that the provider will not carry out, in words."""

    lease_id: Annotated[int, Meta(ge=1, le=MAX_ID)]
    text: Line


class CaptureLookedInto(Struct, frozen=True):
    """The urgent case in which a person goes on."""

    lease_ref: str
    case_ref: str


@use_case(
    LookIntoCapture, CaptureLookedInto, permission=Permission.SYSTEM, method="POST",
    path="/system/leases/{lease_id}/failed-capture",
)  # fmt: skip
async def look_into_capture(ctx: Ctx, command: LookIntoCapture) -> Done[CaptureLookedInto]:
    """押金转付没有办成，转加急处理
    A capture the provider will not carry out becomes an urgent case."""
    lease = await lease_by_id(ctx.conn, command.lease_id, lock=True)
    asked = "核对押金和欠款，告知租客接下来怎么处理。"
    case, _, events = await open_case(
        ctx,
        NewCase(
            type=CaseType.DEPOSIT_REFUND,
            renter_id=lease.renter_id,
            renter_name_masked=lease.renter_name_masked,
            statement=Statement(f"{command.text}。", "", asked, f"{command.text}。{asked}"),
            says=SYSTEM,
            lease_id=lease.id,
            lease_title=lease.model,
            urgent=True,
        ),
    )
    event = lease_event(lease, "deposit.capture_failed", command.text, rule="DEP-1", data={}, case_id=case.id)
    return Done(CaptureLookedInto(lease.ref, case.ref), *events, event)
