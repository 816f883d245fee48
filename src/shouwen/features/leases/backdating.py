"""A payment worth an earlier day by which late fees fall: by how much, what proves it, who must agree (AUTH-1)."""

from collections.abc import Sequence
from datetime import date

from shouwen.features.leases.powers import needs_others
from shouwen.features.money.public import Charge, ChargeKind, fees_forgone_since_fen
from shouwen.features.people.public import PowerAct
from shouwen.kernel.actor import Role
from shouwen.kernel.days import add_months
from shouwen.kernel.errors import BadInput
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import NeedsApproval

PROVEN_ZH = "付款日来自支付渠道的答复"
_SHORTEST = 2


class AboveThePower(Exception):
    """What was tried needs others beside the actor."""

    def __init__(self, need: NeedsApproval) -> None:
        self.need = need


def fees_borne_fen(charges: Sequence[Charge]) -> int:
    """What the renter bears in late fees: neither waived nor written off."""
    return sum(c.amount_fen - c.waived_fen - c.written_off_fen for c in charges if c.kind is ChargeKind.LATE_FEE)


async def need_to_backdate(
    ctx: Ctx, lease_id: int, paid_on: date, fell_fen: int, why: str, on: date, summary: str
) -> NeedsApproval | None:
    """Whom an earlier payment day by which late fees fall needs beside the actor; BadInput where nothing proves it.

    A day that the provider itself answered with (the system records it) is proven. A lateness caused by a deduction
    that failed is undone by LATE-5 instead, which asks for its own proof and power.
    """
    if not fell_fen or ctx.actor.role is Role.SYSTEM:
        return None
    if len(why.strip()) < _SHORTEST:
        raise BadInput(
            "why", f"按 {paid_on} 入账，违约金会减少 {format_fen(fell_fen)}：请写明付款日的凭证",
            "late fees fall by the earlier day: say what proves it",
            remedy_zh="写明银行回单或转账凭证的编号；因扣款失败造成的逾期，请按 LATE-5 撤销",
            remedy_en="name the bank's slip; a lateness by a failed deduction is undone under LATE-5",
        )  # fmt: skip
    used_fen = await fees_forgone_since_fen(ctx.conn, lease_id, add_months(on, -12))
    summary = f"{summary}，违约金减少 {format_fen(fell_fen)}：{why.strip()}"
    return needs_others(PowerAct.LATE_FEE_WAIVER, fell_fen, used_fen, ctx.actor.role, ctx.now, summary)
