"""What a business day consists of, in order. A step is safe to repeat: it looks at what is due and not yet done."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from msgspec import Struct

from shouwen.features.arrears.public import day_hold_over, day_reminders
from shouwen.features.deliveries.public import day_courier
from shouwen.features.endings.public import day_endings
from shouwen.features.evidence.public import ask_for_sweep
from shouwen.features.money.public import close_book_through, day_charges, day_credits, day_fees_exact, day_fees_fast
from shouwen.features.payments.public import day_attempts
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx

Doing = Callable[[Ctx, date, int, int], Awaitable[int]]


class Step(Struct, frozen=True, kw_only=True):
    """`do(ctx, on, lease_from, lease_to)` answers how much it made. `today_only`: what speaks to a renter or a bank
    belongs to the day itself, and is not made up for when days were missed. `once`: it goes through no leases.
    """

    name: str
    zh: str
    do: Doing
    today_only: bool = False
    once: bool = False


def _booking(do: Callable[[Conn, int, date, int, int], Awaitable[int]]) -> Doing:
    async def step(ctx: Ctx, on: date, lease_from: int, lease_to: int) -> int:
        return await do(ctx.conn, ctx.act_id, on, lease_from, lease_to)

    return step


async def _close(ctx: Ctx, on: date, lease_from: int, lease_to: int) -> int:
    await close_book_through(ctx.conn, on - timedelta(days=1))
    return 0


async def _sweep(ctx: Ctx, on: date, lease_from: int, lease_to: int) -> int:
    await ask_for_sweep(ctx.conn, on, ctx.now)
    return 1


STEPS = (
    Step(name="close", zh="前一日结账", do=_close, once=True),
    Step(name="charges", zh="到期租金入账", do=_booking(day_charges)),
    Step(name="fees_fast", zh="逾期违约金", do=_booking(day_fees_fast)),
    Step(name="fees_exact", zh="违约金按经过重算", do=_booking(day_fees_exact)),
    Step(name="hold_over", zh="解除后占用费", do=day_hold_over),
    # after the late fees: what credit pays today no longer bears one, what it did not pay yesterday does
    Step(name="credits", zh="用余额抵扣", do=_booking(day_credits)),
    Step(name="attempts", zh="发起扣款", do=day_attempts, today_only=True),
    Step(name="reminders", zh="付款提醒", do=day_reminders, today_only=True),
    Step(name="endings", zh="到期的约定与押金", do=day_endings, today_only=True),
    Step(name="courier", zh="发货与包裹", do=day_courier, today_only=True),
    Step(name="retention", zh="到期清理", do=_sweep, today_only=True, once=True),
)
BY_NAME = {step.name: step for step in STEPS}
