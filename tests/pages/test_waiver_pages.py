"""Taking a payment back says what it does to a waived late fee; an entry's parts are called what they did."""

from datetime import timedelta

import pytest
from arrears_ground import DUE_ON, Arrears, at
from money_ground import fee
from test_desk_money import Page, words_of

from shouwen.platform import clock

DAY = timedelta(days=1)


@pytest.fixture
def story(web, monkeypatch):
    """Rent 1 of 500.00 is 20 days late, its late fee 1.60."""
    found = Arrears(web.house, grace_days=3)
    found.day(DUE_ON + 20 * DAY)
    monkeypatch.setattr(clock, "now", lambda: at(found.on, 10))
    return found


def waived_and_paid(web, story, waived):
    """The fee waived as far, then 600.00 of the 7th day recorded: 0.30 of the fee is left."""
    page = Page(web, story, story.desk.specialist)
    page.post("/money/lines/late_fee-1/waiver", amount_yuan=waived, why="银行系统故障")
    paid_on = str(DUE_ON + 7 * DAY)
    done = page.post(
        "/money/payments", key="second", amount_yuan="600", payment_ref="HD-7001", paid_on=paid_on, why="回单 7001"
    )
    assert done.status_code == 303
    return page


def test_undo_of_a_payment_says_that_the_waiver_stands(web, story):
    page = waived_and_paid(web, story, "0.20")
    assert fee(web.house, story.lease, 1) == (30, 10, 20, 0)
    said = words_of(page.get("/money/undo?entry=payment:HD-7001"))
    assert "第 1 期违约金减免的 ¥0.20 照旧有效，重算后的其余部分待付。" in said
    assert "不会恢复" not in said


def test_undo_of_a_payment_says_what_of_a_waiver_does_not_come_back(web, story):
    page = waived_and_paid(web, story, "1.00")
    assert fee(web.house, story.lease, 1) == (30, 0, 30, 0)
    assert "超出应付的减免收回" in words_of(page.get("/money/lines/late_fee-1"))
    said = words_of(page.get("/money/undo?entry=payment:HD-7001"))
    assert "第 1 期违约金收回的减免 ¥0.70 不会恢复，需要时请另行减免。" in said


def test_undo_of_a_payment_where_nothing_was_waived_says_nothing_of_waivers(web, story):
    page = Page(web, story, story.desk.specialist)
    page.post("/money/payments", amount_yuan="501", payment_ref="HD-7001", paid_on=str(story.on), named="rent-1")
    assert "减免" not in words_of(page.get("/money/undo?entry=payment:HD-7001")).partition("接下来会怎样")[2]
