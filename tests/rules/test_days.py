"""Business days and the instants at their edges."""

from datetime import UTC, date, datetime

import pytest

from shouwen.kernel.days import BEIJING, beijing_at, end_of, last_on, start_of

ON = date(2026, 11, 30)


def test_day_runs_from_midnight_to_its_last_second_in_beijing():
    assert start_of(ON) == datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
    assert beijing_at(end_of(ON)) == datetime(2026, 11, 30, 23, 59, 59, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("late_from", "last"),
    [
        (datetime(2026, 12, 1, 0, 0, tzinfo=BEIJING), ON),  # a whole-day deadline: the day before midnight
        (datetime(2026, 11, 30, 21, 0, tzinfo=BEIJING), ON),  # the desk closes
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), ON),
        (datetime(2026, 12, 1, 0, 1, tzinfo=BEIJING), date(2026, 12, 1)),
    ],
)
def test_last_day_of_a_deadline_is_the_one_before_it_turns_late(late_from, last):
    assert last_on(late_from) == last
