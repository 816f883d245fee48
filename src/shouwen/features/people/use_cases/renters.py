"""Renters' personal data, shown with a reason on record."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.people import store
from shouwen.features.people.types import RenterCard, Revealed
from shouwen.kernel.errors import Absent
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class RevealRenter(Struct, frozen=True, forbid_unknown_fields=True):
    """Show a renter's full name and number; the reason goes on record."""

    renter_ref: Ref
    reason: Annotated[str, Meta(min_length=2, max_length=200)]


@use_case(
    RevealRenter,
    Revealed,
    permission=Permission.REVEAL,
    method="POST",
    path="/renters/{renter_ref}/reveal",
    secret_result=True,
)
async def reveal_renter(ctx: Ctx, command: RevealRenter) -> Done[Revealed]:
    """说明事由后查看租客完整姓名和电话
    Reveal a renter's name and phone number with a reason (EVI-6)."""
    card: RenterCard | None = await store.read_renter_card(ctx.conn, command.renter_ref)
    if card is None:
        raise Absent("租客", "renter")
    row = await store.read_renter_secret(ctx.conn, card.id)
    phone = ctx.services.cipher.decrypt(row["phone_cipher"], "phone")
    event = Event(
        kind="renter.revealed",
        text=f"{ctx.actor.name}查看租客完整信息",
        rule="EVI-6",
        renter_id=card.id,
        subject=command.renter_ref,
        data={"reason": command.reason},
        sealed=True,
    )
    return Done(Revealed(row["name"], phone), event)
