"""Business days of the book: rents fall due, late fees run, payments find their place whenever they are recorded."""

from datetime import date

import asyncpg
import pytest
from lease_ground import in_act
from money_ground import (
    FIRST_DUE_ON,
    add_scheduled,
    assert_book_holds,
    bill,
    charges_of,
    fee,
    pay,
    run_day,
    run_days,
)


def march(day):
    return date(2026, 3, day)


@pytest.fixture
def lease(house):
    return add_scheduled(house)


def test_scheduled_rents_are_booked_on_their_day_and_once(house, lease):
    run_day(house, date(2026, 2, 28))
    assert [c.booked_on for c in charges_of(house, lease)] == [None] * 12
    assert run_day(house, FIRST_DUE_ON) == 1
    assert run_day(house, FIRST_DUE_ON) == 0
    assert bill(house, lease, "rent", 1).booked_on == FIRST_DUE_ON
    assert_book_holds(house, lease)


def test_late_fee_runs_by_the_day_and_equals_the_rule(house, lease):
    run_days(house, FIRST_DUE_ON, march(5))
    assert fee(house, lease, 1) == (0, 0, 0, 0)
    run_days(house, march(6), march(16))
    assert fee(house, lease, 1) == (110, 0, 0, 110)  # 11 days on 500.00 at 0.02 %
    assert_book_holds(house, lease)


def test_payment_of_an_earlier_day_lowers_the_fee_from_that_day(house, lease):
    run_days(house, FIRST_DUE_ON, march(16))
    taken = pay(house, lease, 30_000, "FK-1", march(16), value_on=march(8))
    assert [(c.before_fen, c.after_fen) for c in taken.fee_changes] == [(110, 62)]
    assert fee(house, lease, 1)[0] == 62
    assert_book_holds(house, lease)


def test_entry_on_a_closed_day_is_refused_by_the_book(house, lease):
    run_days(house, FIRST_DUE_ON, march(3))
    with pytest.raises(asyncpg.PostgresError, match="closed"):
        in_act(
            house,
            lambda ctx: ctx.conn.execute(
                "INSERT INTO money_entries (key, act_id, kind, lease_id, renter_id, booked_on, memo, rule)"
                " VALUES ('late', 1, 'payment', 1, 1, '2026-03-02', '', '')"
            ),
        )
