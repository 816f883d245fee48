"""A contested bill line: a case opens, what is open of it rests, and the answer dates the end of that (PAUSE-1)."""

from datetime import timedelta

import pytest
from arrears_ground import DUE_ON, Arrears

from shouwen.features.cases import use_cases as cases
from shouwen.features.disputes.use_cases.billing import DisputeLine, dispute_line
from shouwen.kernel.errors import Absent, BadInput, Refusal

DAY = timedelta(days=1)


@pytest.fixture
def story(house):
    story = Arrears(house, grace_days=0)
    story.day(DUE_ON + 5 * DAY)
    return story


def dispute(story, actor=None, line="rent-1", on=None, **more):
    command = DisputeLine(story.lease.ref, line, more.pop("why", "paid"), **more)
    return story.act(actor or story.renter, dispute_line, command, on)


def pauses(story):
    return [tuple(row) for row in story.house.sql("SELECT amount_fen, ends_on, end_reason FROM collection_pauses")]


def fee_fen(story):
    fee = story.bill("late_fee-1")
    return fee.amount_fen


def resolve(story, case_ref, on=None):
    seq = story.house.sql("SELECT seq FROM cases WHERE ref = $1", case_ref)[0]["seq"]
    story.act(story.desk.agent, cases.take_case, cases.TakeCase(case_ref), on)
    seq = story.house.sql("SELECT seq FROM cases WHERE ref = $1", case_ref)[0]["seq"]
    command = cases.ResolveCase(case_ref, "核对过了，银行流水没有这一笔付款。", seq)
    story.act(story.desk.agent, cases.resolve_case, command, on)


def test_contested_line_bears_no_late_fee_until_three_days_after_the_answer(house, story):
    before_fen = fee_fen(story)
    done = dispute(story)
    assert (done.paused_fen, pauses(story)) == (50_000, [(50_000, None, "")])
    story.day(story.on + 10 * DAY)
    assert fee_fen(story) == before_fen
    resolve(story, done.case_ref)
    [(_, ends_on, reason)] = pauses(story)
    assert (ends_on, reason) == (story.on + 3 * DAY, "decided")
    story.day(story.on + 6 * DAY)
    assert fee_fen(story) == before_fen + 20  # two days after the pause, none of it charged for
    assert story.events("pause.ended")


def test_contesting_the_same_line_again_joins_the_case_and_pauses_no_second_time(house, story):
    first = dispute(story)
    again = dispute(story, why="amount")
    assert (again.case_ref, again.paused_fen) == (first.case_ref, 0)
    resolve(story, first.case_ref)
    later = dispute(story, on=story.on + 5 * DAY)
    assert later.paused_fen == 0
    assert "不再暂停" in later.said
    assert len(pauses(story)) == 1


def test_contesting_a_line_that_is_settled_opens_a_case_and_pauses_nothing(house, story):
    story.pay(50_000 + fee_fen(story))
    done = dispute(story)
    assert (done.paused_fen, pauses(story)) == (0, [])
    assert "已经结清" in done.said


def test_closing_the_dispute_ends_its_pause(house, story):
    done = dispute(story)
    story.act(story.renter, cases.close_case, cases.CloseCase(done.case_ref))
    assert pauses(story) == [(50_000, story.on + 3 * DAY, "withdrawn")]


def test_vague_words_are_asked_back_once_and_nothing_is_opened(house, story):
    with pytest.raises(Refusal, match="vague"):
        dispute(story, text="扣费不对")
    assert house.sql("SELECT count(*) AS n FROM cases")[0]["n"] == 0
    assert dispute(story, text="扣费不对", as_is=True).paused_fen == 50_000


def test_contesting_anothers_line_or_one_that_is_not_there_is_absent(house, story):
    for actor, line in ((story.desk.stranger, "rent-1"), (story.renter, "rent-99")):
        with pytest.raises(Absent):
            dispute(story, actor, line)
    with pytest.raises(BadInput):
        dispute(story, wishes=("refund", "refund"))
    with pytest.raises(Refusal):
        dispute(story, story.desk.inspector)
    assert pauses(story) == []
