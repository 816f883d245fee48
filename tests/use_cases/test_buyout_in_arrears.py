"""Agreeing to a buyout pays nothing: what lateness has brought stays until the money comes, or the buyout lapses."""

from datetime import timedelta

import pytest
from arrears_ground import DUE_ON, Arrears, at
from lease_ground import run
from money_ground import pay

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.endings.jobs import tick
from shouwen.features.endings.use_cases import AcceptBuyout, accept_buyout
from shouwen.features.leases.public import frozen_now
from shouwen.features.leases.use_cases.reading import QuoteBuyout, quote_buyout

LATE = DUE_ON + timedelta(days=10)


@pytest.fixture
def story(house):
    """Ten days late with the first rent, and frozen for it."""
    found = Arrears(house)
    found.day(LATE)
    command = arrears.FreezeLease(found.lease.ref, "第 1 期租金逾期")
    found.act(found.desk.specialist, arrears.freeze_lease, command)
    return found


def agree(story):
    quoted = run(story.house, quote_buyout, story.renter, QuoteBuyout(story.lease.ref), at=at(story.on, 12))
    command = AcceptBuyout(story.lease.ref, quoted.amount_fen, quoted.valid_until)
    return run(story.house, accept_buyout, story.renter, command, at=at(story.on, 12))


def frozen(story, on=None):
    return story.house.run(frozen_now(story.house.door.reads, story.renter.id, on or story.on))


def lifted(story):
    return story.house.sql("SELECT lifted_at IS NOT NULL FROM freezes")[0][0]


def test_agreeing_alone_lifts_no_freeze(story):
    agree(story)
    story.tick(hour=13)
    assert not lifted(story)
    assert frozen(story).owed_fen > 0


def test_paying_the_buyout_lifts_it(story):
    agreed = agree(story)
    pay(story.house, story.lease, agreed.to_pay_fen, "zfb-1", story.on)
    story.house.run(tick(story.house.door, at(story.on, 13)))
    story.tick(hour=14)
    assert lifted(story)
    assert frozen(story) is None


def test_buyout_that_lapses_leaves_the_freeze_as_it_was(story):
    agree(story)
    story.on = LATE + timedelta(days=4)
    story.house.run(tick(story.house.door, at(story.on, 9)))
    story.tick(hour=10)
    assert story.house.sql("SELECT state FROM acceptances")[0][0] == "lapsed"
    assert not lifted(story)
    assert frozen(story).owed_fen > 0
