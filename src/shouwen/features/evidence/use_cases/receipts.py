"""The seal receipt of a piece of evidence."""

from msgspec import Struct

from shouwen.features.evidence import store
from shouwen.features.evidence.receipts import receipt_of
from shouwen.features.evidence.types import Receipt
from shouwen.features.evidence.use_cases.reading import access_media
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ReadReceipt(Struct, frozen=True, forbid_unknown_fields=True):
    """The seal receipt of one piece of evidence."""

    media_ref: Ref


@use_case(
    ReadReceipt, Receipt, permission=Permission.EVIDENCE_READ, method="GET", path="/evidence/{media_ref}/receipt",
    snapshot=True,
)  # fmt: skip
async def read_receipt(ctx: Ctx, command: ReadReceipt) -> Receipt:
    """存证回执：可离线核验的封存证明
    The receipt of a seal, verifiable offline (EVI-1)."""
    media = await access_media(ctx, command.media_ref)
    entry = await store.find_entry(ctx.conn, "evidence.added", media.ref)
    return await receipt_of(ctx.conn, ctx.services.settings, entry)
