"""Killed between intent, call, answer and booking, told late, twice, out of order: the book follows the provider."""

import asyncio
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "use_cases"))

from payment_desk import RENT_FEN, SPECIALIST, Desk, in_act

from shouwen.features.money.public import credit_of
from shouwen.features.payments import hearing, jobs
from shouwen.features.payments.asking import ask_refund
from shouwen.features.payments.store import ask_step
from shouwen.features.payments.use_cases import TakeNotice, take_notice
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.mount.simulate.payments.commands import Decide, Fault, LetGo, Manner
from shouwen.platform.door import Ctx
from shouwen.platform.jobs import run_next
from shouwen.platform.payment.port import NoticeRefused

POINTS = (
    "none",
    "none",
    "before the call",  # `sent` is written, nothing left
    "after the call",  # the money may have moved, the answer dies with the worker
    "while booking",  # the answer is heard, its act is cut off and rolled back
    "after the booking",  # all is done but the job is not told so
    "two workers",
)


class KilledError(BaseException):
    """The worker is gone: nobody catches this, its job stays taken for two minutes."""


class Fragile:
    """The worker's surroundings; kills it at the point set."""

    def __init__(self, desk, monkeypatch):
        self.desk, self.point, self._perform, self._book = desk, "none", jobs.perform, hearing.book_done
        monkeypatch.setattr(jobs, "perform", self._performing)
        monkeypatch.setattr(hearing, "book_done", self._booking)

    async def _performing(self, payments, order, step):
        if self.point == "before the call":
            raise KilledError
        answer = await self._perform(payments, order, step)
        if self.point == "after the call":
            raise KilledError
        return answer

    async def _booking(self, *args):
        booked = await self._book(*args)
        if self.point == "while booking":
            raise KilledError
        return booked

    def run(self, ref, point):
        """One job as the worker would take it, cut short at `point`."""
        house, self.point = self.desk.house, point
        rows = house.sql("SELECT min(run_at) AS at FROM jobs WHERE failed_at IS NULL")
        if rows[0]["at"] is None:
            return
        self.desk.pass_time_to(rows[0]["at"])
        pool = house.door.writes
        if point == "two workers":
            self._ask(ref, "twin")

            async def both():
                await asyncio.gather(run_next(house.door, pool), run_next(house.door, pool))

            house.run(both())
            return
        job = house.sql("SELECT * FROM jobs ORDER BY run_at LIMIT 1")[0] if point == "after the booking" else None
        try:
            house.run(run_next(house.door, pool))
        except KilledError:
            self.point = "none"
        if job is not None and not house.sql("SELECT 1 FROM jobs WHERE id = $1", job["id"]):
            self._ask(ref, "again")

    def _ask(self, ref, mark):
        """A second job for the same order, as after a lease that ran out."""

        async def work(ctx):
            order = await ctx.conn.fetchrow("SELECT number FROM payment_orders WHERE ref = $1", ref)
            now = self.desk.now
            await ask_step(ctx.conn, ref, order["number"], now, f"{mark}{now:%d%H%M%S}")

        in_act(self.desk.house, work, at=self.desk.now)


@pytest.fixture
def desk(house, monkeypatch):
    made = Desk(house, monkeypatch)
    made.fragile = Fragile(made, monkeypatch)
    return made


def listen(desk):
    """What has arrived, each notification as the edge would take it."""
    for envelope in desk.provider.due():
        try:
            notice = desk.payments.read_notification(envelope.form)
        except NoticeRefused:
            desk.provider.answered(envelope, False)
            continue
        desk.house.run(desk.house.door.run(take_notice, SYSTEM, TakeNotice(notice), channel="provider"))
        desk.provider.answered(envelope, True)


def decide(desk, ref, yes):
    number = desk.order(ref)["number"]
    if number in desk.provider.books.trades:
        desk.tell(Decide(number=number, yes=yes))


def live(desk, ref, points, listens, decisions):
    """The order's life until it is decided, with these accidents on the way."""
    for no, point in enumerate([*points, *["none"] * 60]):
        if desk.order(ref)["state"] != "open":
            break
        desk.fragile.run(ref, point)
        if no < len(decisions) and decisions[no] is not None:
            decide(desk, ref, decisions[no])
        if no < len(listens) and listens[no]:
            listen(desk)
    else:
        pytest.fail("never decided")
    state = desk.order(ref)["state"]
    desk.fragile.point = "none"
    desk.script()  # what was to go wrong is over; what lies unpaid there is paid now, what was held arrives
    decide(desk, ref, True)
    desk.travel(Manner.PROMPT)
    desk.tell(LetGo(newest_first=True))
    listen(desk)
    desk.work()
    return state


LIVES = {
    "points": st.lists(st.sampled_from(POINTS), max_size=8),
    "moods": st.lists(st.sampled_from([Fault.NONE, *Fault]), max_size=6),
    "manner": st.sampled_from(Manner),
    "listens": st.lists(st.booleans(), max_size=8),
    "decisions": st.lists(st.sampled_from([None, True, False]), max_size=4),
}
CALM = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=30, deadline=None
)


@CALM
@given(is_poor=st.booleans(), **LIVES)
def test_deduction_whatever_goes_wrong_the_book_says_what_the_provider_did(
    desk, points, moods, manner, listens, decisions, is_poor
):
    _, lease = desk.lease(balance_fen=RENT_FEN - 1 if is_poor else 10 * RENT_FEN)
    desk.travel(manner)
    desk.script(*moods)
    ref = desk.deduct(lease, purpose=f"due:{lease.id}")
    state = live(desk, ref, points, listens, decisions)
    event(state)
    assert desk.provider_fen(lease) == (RENT_FEN if state == "done" else 0)
    assert desk.order(ref)["state"] == state
    assert desk.cash_fen(lease) == desk.provider_fen(lease)
    booked = desk.house.sql("SELECT count(*) AS n FROM money_entries WHERE key = $1", f"payment:{ref}")
    assert booked[0]["n"] == (1 if state == "done" else 0)


@CALM
@given(**LIVES)
def test_refund_whatever_goes_wrong_credit_and_provider_agree(desk, points, moods, manner, listens, decisions):
    desk.travel(Manner.PROMPT)
    _, lease = desk.lease(paid=7)
    paid = desk.deduct(lease, purpose=f"due:{lease.id}")
    desk.work()
    listen(desk)
    before_fen = desk.credit_fen(lease)

    async def ask(ctx):
        own = Ctx(ctx.conn, SPECIALIST, ctx.now, ctx.services, act_id=ctx.act_id)
        assert await credit_of(ctx.conn, lease.id) == before_fen
        return await ask_refund(own, lease, 10_000, "多付", beijing_on(ctx.now))

    [refund] = in_act(desk.house, ask, at=desk.now)
    [row] = desk.house.sql(
        "SELECT o.ref FROM refunds r JOIN payment_orders o ON o.id = r.order_id WHERE r.ref = $1", refund
    )
    assert desk.credit_fen(lease) == before_fen - 10_000
    desk.travel(manner)
    desk.script(*moods)
    state = live(desk, row["ref"], points, listens, decisions)
    back_fen = 10_000 if state == "done" else 0
    assert desk.provider_fen(lease) == RENT_FEN - back_fen
    assert desk.cash_fen(lease) == desk.provider_fen(lease)
    assert desk.credit_fen(lease) == before_fen - back_fen
    assert desk.order(paid)["state"] == "done"


def test_forged_notification_writes_nothing(desk, web):
    _, lease = desk.lease()
    web.application._inner.state.door.services.payments = desk.payments
    desk.travel(Manner.FORGED)
    desk.deduct(lease)
    desk.script(Fault.SILENT_AFTER)
    desk.run_due()
    before = desk.house.sql("SELECT count(*) AS n FROM acts")[0]["n"]
    forms = desk.notices()
    assert forms
    for form in forms:
        answer = web.send("POST", "/payments/notices", content=form)
        assert (answer.status_code, answer.text) == (400, "failure")
    assert desk.house.sql("SELECT count(*) AS n FROM acts")[0]["n"] == before
    desk.work()
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN


def test_booking_by_answer_and_notification_at_once_is_one_entry(desk):
    for n in range(6):
        _, lease = desk.lease()
        ref = desk.deduct(lease, purpose=f"due:{n}")
        desk.script(Fault.SILENT_AFTER)
        desk.run_due()
        [envelope] = desk.provider.due()
        desk.provider.answered(envelope, True)
        notice = desk.payments.read_notification(envelope.form)
        desk.pass_time(minutes=2)
        door = desk.house.door

        async def at_once(door=door, notice=notice):
            told = TakeNotice(notice)
            await asyncio.gather(
                run_next(door, door.writes),
                door.run(take_notice, SYSTEM, told, channel="provider"),
                door.run(take_notice, SYSTEM, told, channel="provider"),
            )

        desk.house.run(at_once())
        desk.work()
        assert desk.order(ref)["state"] == "done"
        assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN


def test_every_point_of_death_is_reached(desk):
    """The accidents above are real: at each point the job is left taken, and what follows still ends well."""
    for n, point in enumerate(POINTS[2:6]):
        _, lease = desk.lease()
        ref = desk.deduct(lease, purpose=f"due:{n}")
        desk.fragile.run(ref, point)
        left = desk.house.sql("SELECT count(*) AS n FROM jobs")[0]["n"]
        assert left == 1, point
        desk.fragile.point = "none"
        desk.work()
        assert desk.order(ref)["state"] == "done"
        assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN


def test_worker_killed_at_the_second_send_the_order_is_followed_to_its_end(desk):
    _, lease = desk.lease()
    ref = desk.deduct(lease)
    desk.script(Fault.SILENT_BEFORE)
    for point in ("none", "none", "none", "before the call"):  # sent, asked twice until "no such number", sent again
        desk.fragile.run(ref, point)
    assert desk.house.sql("SELECT count(*) AS n FROM payment_facts WHERE heard = 'sent'")[0]["n"] == 2
    desk.work()
    assert desk.order(ref)["state"] == "done"
    assert desk.cash_fen(lease) == desk.provider_fen(lease) == RENT_FEN
