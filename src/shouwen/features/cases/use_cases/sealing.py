"""The seal receipt of what was written in a case."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.cases.ground import access_case
from shouwen.features.cases.store.seals import message_entry
from shouwen.features.evidence.public import Receipt, receipt_of
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent
from shouwen.platform.door import Ctx
from shouwen.platform.fields import MAX_ID, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ReadMessageReceipt(Struct, frozen=True, forbid_unknown_fields=True):
    """One message of a case, by its place in the thread."""

    case_ref: Ref
    seq: Annotated[int, Meta(ge=1, le=MAX_ID)]


class MessageReceipt(Struct, frozen=True):
    """What was written, and the receipt of its seal."""

    body: str
    receipt: Receipt


@use_case(
    ReadMessageReceipt, MessageReceipt, permission=Permission.CASE_READ, method="GET",
    path="/cases/{case_ref}/messages/{seq}/receipt", snapshot=True,
)  # fmt: skip
async def read_message_receipt(ctx: Ctx, command: ReadMessageReceipt) -> MessageReceipt:
    """一条留言的存证回执：可离线核验的封存证明
    The receipt of a message's seal, verifiable offline (EVI-1)."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref)
    entry = await message_entry(ctx.conn, case.id, command.seq, notes=ctx.actor.role is not Role.RENTER)
    if entry is None:
        raise Absent("留言", "message")
    found = None if entry["index"] is None else entry
    return MessageReceipt(entry["body"], await receipt_of(ctx.conn, ctx.services.settings, found))
