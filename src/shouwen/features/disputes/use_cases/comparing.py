"""What colleagues read so that return pictures can count (DMG-4): the number on the IMEI page."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.disputes import store
from shouwen.features.disputes.facts import imei_pages
from shouwen.features.disputes.moving import claim_event, open_claim
from shouwen.features.disputes.types import ENDED, ClaimState
from shouwen.features.disputes.use_cases.deciding import refuse_waiting
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.imei import is_imei
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ConfirmImei(Struct, frozen=True, forbid_unknown_fields=True):
    """All 15 digits as they stand on the picture; left out where they cannot be read."""

    claim_ref: Ref
    media_ref: Ref
    imei: Annotated[str, Meta(pattern=r"^[0-9]{15}\Z")] | None = None


class ImeiConfirmed(Struct, frozen=True):
    """Whether the number is this lease's phone; `tail` its last four digits, empty where unreadable."""

    media_ref: str
    tail: str
    matches: bool


@use_case(ConfirmImei, ImeiConfirmed, permission=Permission.CLAIM_FACTS, method="POST", path="/claims/{claim_ref}/imei")
async def confirm_imei(ctx: Ctx, command: ConfirmImei) -> Done[ImeiConfirmed]:
    """读出归还影像里 IMEI 页面的号码，与租约登记的比对
    Read the number on a return picture of the IMEI page; it is compared with the lease's phone."""
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    if claim.row.state in ENDED | {ClaimState.DECIDED}:
        raise Refusal(
            "claim_decided", "已经裁定，不能再改事实", "the claim is decided", rule="DMG",
            remedy_zh="租客申诉后可以重新核对", remedy_en="facts can be read again after an appeal",
        )  # fmt: skip
    await refuse_waiting(ctx, claim)
    page = next((one for one in imei_pages(claim.row.media) if one.ref == command.media_ref), None)
    if page is None:
        raise Absent("IMEI 页面照", "picture of the IMEI page")
    on_file = claim.lease.file.lease.imei
    matches = command.imei == on_file
    if command.imei is not None and not matches and not is_imei(command.imei):
        raise BadInput(
            "imei", "这 15 位数字不是有效的 IMEI，可能有一位看错了", "the check digit is wrong: a digit was misread",
            remedy_zh="请对照照片再读一遍；看不清就选“看不清”", remedy_en="read it again, or say that it is unreadable",
        )  # fmt: skip
    tail = command.imei[-4:] if command.imei else ""
    await store.insert_imei_reading(ctx.conn, page.id, tail, matches, ctx.actor, ctx.now)
    read = f"读出尾号 {tail}，与租约登记的{'一致' if matches else '不一致'}" if tail else "号码看不清"
    event = claim_event(
        claim.row, "claim.imei_read", f"{ctx.actor.name}核对归还影像的 IMEI 页面照：{read}", rule="DMG-4",
        data={"media": page.ref, "tail": tail, "matches": matches},
    )  # fmt: skip
    return Done(ImeiConfirmed(page.ref, tail, matches), event)
