"""CRE-3: freezing an account states the facts, the amount and how to lift it; paying lifts it at once."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.arrears.following import lift
from shouwen.features.arrears.ground import debts_now, lease_event, overdue, sum_fen, tell
from shouwen.features.arrears.store import marks
from shouwen.features.arrears.types import NoticeKind
from shouwen.features.leases.public import access_lease
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Why = Annotated[str, Meta(min_length=2, max_length=200)]


class FreezeLease(Struct, frozen=True, forbid_unknown_fields=True):
    """New orders of the renter rest while this lease is overdue; `why` is told to them."""

    lease_ref: Ref
    why: Why


class FreezeMade(Struct, frozen=True):
    """What the freeze rests on: the overdue, uncontested amount."""

    lease_ref: str
    amount_fen: int


@use_case(FreezeLease, FreezeMade, permission=Permission.FREEZE, method="POST", path="/leases/{lease_ref}/freeze")
async def freeze_lease(ctx: Ctx, command: FreezeLease) -> Done[FreezeMade]:
    """限制新下单，说明事实、金额和解除办法
    Freeze new orders of the renter, saying why, how much and how it is lifted."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    amount_fen = sum_fen(overdue(await debts_now(ctx, lease), beijing_on(ctx.now)))
    if amount_fen <= 0:
        raise nothing_overdue("CRE-3")
    freeze_id = await marks.insert_freeze(ctx.conn, lease.id, lease.renter_id, command.why, amount_fen, ctx.now)
    if freeze_id is None:
        raise Refusal(
            "frozen_already", "这笔租约的账户限制已经生效", "this lease is frozen already", rule="CRE-3",
            remedy_zh="付清后自动解除", remedy_en="paying lifts it",
        )  # fmt: skip
    text = (
        f"您租用的 {lease.model} 有 {format_fen(amount_fen)} 已到期未付（{command.why}），新的租用申请暂停受理；"
        "已租手机的使用和服务不受影响。付清后立即自动解除，有疑问请在租客中心转人工。"
    )
    await tell(ctx, lease, NoticeKind.FREEZE, f"freeze:{freeze_id}", text)
    said = f"账户限制：逾期未付 {format_fen(amount_fen)}，{command.why}；付清即解除"
    data: dict[str, object] = {"freeze": freeze_id, "amount_fen": amount_fen, "why": command.why}
    return Done(FreezeMade(lease.ref, amount_fen), lease_event(lease, "account.frozen", said, "CRE-3", data=data))


def nothing_overdue(rule: str) -> Refusal:
    """There is nothing past due that may be asked for."""
    return Refusal(
        "nothing_overdue", "这笔租约没有逾期未付且无争议的金额", "nothing uncontested is overdue on this lease",
        rule=rule, remedy_zh="无需处理；争议中的金额等答复后再说", remedy_en="nothing to do; contested amounts rest",
    )  # fmt: skip


class LiftFreeze(Struct, frozen=True, forbid_unknown_fields=True):
    """End a freeze before anything is paid; `why` is told to the renter."""

    lease_ref: Ref
    why: Why


class FreezeLifted(Struct, frozen=True):
    """The renter may do everything again."""

    lease_ref: str


@use_case(
    LiftFreeze, FreezeLifted, permission=Permission.FREEZE, method="POST", path="/leases/{lease_ref}/freeze/lifting"
)
async def lift_freeze(ctx: Ctx, command: LiftFreeze) -> Done[FreezeLifted]:
    """人工解除账户限制
    Lift a freeze by hand."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    events = await lift(ctx, lease, command.why)
    if not events:
        raise Refusal(
            "not_frozen", "这笔租约没有生效的账户限制", "this lease is not frozen", rule="CRE-3",
            remedy_zh="无需解除", remedy_en="nothing to lift",
        )  # fmt: skip
    return Done(FreezeLifted(lease.ref), *events)
