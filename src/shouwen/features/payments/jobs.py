"""The steps of orders towards the provider: looked up, written, called, heard. Killed anywhere, the next step asks."""

from typing import Any

from shouwen.features.payments.attempting import perform
from shouwen.features.payments.rules.attempt import Next
from shouwen.features.payments.use_cases import (
    AskStuck,
    BeginSend,
    FindPaymentWork,
    HearAnswer,
    LookStep,
    PlaceHoldOrder,
    ask_stuck,
    begin_send,
    find_payment_work,
    hear_answer,
    look_step,
    place_hold_order,
)
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform import clock
from shouwen.platform.door import Door
from shouwen.platform.jobs import job


@job("payment_step")
async def take_step(door: Door, payload: dict[str, Any]) -> None:
    """One step of one order, if one is due. What is heard asks for the next by itself."""
    payments, order_ref = door.services.payments, str(payload["order_ref"])
    if payments is None:
        return  # taken up again, as an order nobody follows, once a provider is set up
    due = await door.run(look_step, SYSTEM, LookStep(order_ref), channel="worker")
    if due.step is Next.NOTHING:
        if due.later is not None:  # the step was begun by a worker that is gone: its answer is to be asked for
            await door.run(ask_stuck, SYSTEM, AskStuck(((order_ref, due.number),), due.later), channel="worker")
        return
    if due.step is Next.SEND:
        try:
            begun = await door.run(begin_send, SYSTEM, BeginSend(order_ref, due.try_no), channel="worker")
        except Refusal:  # another worker was faster
            return
        if not begun.goes:
            return
    order = due.deduct or due.capture or due.refund or due.freeze or due.release
    if order is None:
        raise LookupError(f"order {order_ref} says nothing to the provider")
    asked_at = clock.now()
    answer = await perform(payments, order, due.step)
    heard = HearAnswer(order_ref, due.step, due.try_no, asked_at, answer)
    await door.run(hear_answer, SYSTEM, heard, channel="worker")


async def tick(door: Door) -> int:
    """Give waiting changes of holds to the provider, and have lost orders followed again; how many there were.

    The worker calls it every so often; two at once do each once.
    """
    if door.services.payments is None:
        return 0
    work = await door.run(find_payment_work, SYSTEM, FindPaymentWork(), channel="worker")
    for entry_key in work.moves:
        try:
            await door.run(place_hold_order, SYSTEM, PlaceHoldOrder(entry_key), channel="worker")
        except Refusal:  # another worker was faster
            continue
    if work.stuck:
        await door.run(ask_stuck, SYSTEM, AskStuck(work.stuck), channel="worker")
    return len(work.moves) + len(work.stuck)
