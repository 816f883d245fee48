"""OWN-4: two cases of one matter become one; nothing is lost, nobody's ownership moves."""

from datetime import timedelta

import pytest
from case_ground import NOW, open_desk

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import CaseType
from shouwen.kernel.errors import Absent, Refusal


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def kept(desk):
    """周敏's."""
    ref = desk.open()
    desk.reply(ref)
    return ref


@pytest.fixture
def merged(desk):
    """李梅's, about the same phone."""
    ref = desk.open(CaseType.BILLING_QUESTION, "第 8 期租金为什么多 0.04 元")
    desk.reply(ref, "我核对一下第 8 期的账单。", actor=desk.other)
    return ref


def merge(desk, merged, kept, actor=None, confirmed=True, **more):
    command = cases.MergeCase(merged, kept, confirmed=confirmed)
    return desk.act(actor or desk.other, cases.merge_case, command, **more)


def test_merging_closes_one_with_a_pointer_and_keeps_the_others_owner(desk, merged, kept):
    done = merge(desk, merged, kept)
    assert (done.case_ref, done.owner_name) == (kept, "周敏")
    gone = desk.read(merged, desk.renter)
    assert (gone.case.state, gone.merged_into, gone.next_acts) == ("closed", kept, ())
    assert f"已并入“手机故障 · {desk.lease.model}”（{kept}），由周敏继续负责" in gone.messages[-1].body
    assert merged in desk.read(kept, desk.renter).messages[-1].body
    told = {
        row["kind"]: row["rule"]
        for row in desk.house.sql("SELECT kind, rule FROM journal WHERE kind LIKE 'case.merged%'")
    }
    assert told == {"case.merged": "OWN-4", "case.merged_in": "OWN-4"}
    running = "SELECT count(*) FROM case_clocks WHERE case_id = $1 AND stopped_at IS NULL"
    assert desk.one(running, desk.case(merged)["id"]) == 0


def test_what_was_said_before_is_readable_from_the_kept_case_only(desk, merged, kept):
    merge(desk, merged, kept)
    read = cases.ReadMerged(kept, merged)
    bodies = [one.body for one in desk.act(desk.renter, cases.read_merged, read).messages]
    assert "我核对一下第 8 期的账单。" in bodies
    for who, command in ((desk.stranger, read), (desk.renter, cases.ReadMerged(merged, kept))):
        with pytest.raises(Absent):
            desk.act(who, cases.read_merged, command)


def test_renter_who_writes_to_the_merged_case_is_sent_to_the_kept_one(desk, merged, kept):
    merge(desk, merged, kept)
    for use_case, command in (
        (cases.say, cases.Say(merged, "还在吗")),
        (cases.hand_to_human, cases.HandToHuman(merged)),
        (cases.call_specialist, cases.CallSpecialist(merged)),
    ):
        with pytest.raises(Refusal) as refused:
            desk.act(desk.renter, use_case, command)
        assert (refused.value.code, refused.value.data) == ("newer_case", {"case_ref": kept})


def test_new_contact_about_what_was_merged_joins_the_kept_case(desk, merged, kept):
    merge(desk, merged, kept)
    again = desk.open(CaseType.BILLING_QUESTION, "第 8 期又多扣 0.04 元")
    assert again == kept
    assert "第 8 期又多扣 0.04 元" in desk.read(kept, desk.renter).messages[-1].body
    desk.act(desk.renter, cases.close_case, cases.CloseCase(kept))
    assert desk.open(CaseType.BILLING_QUESTION, "第 9 期多扣 1 元") not in (kept, merged)


def test_what_waited_and_was_promised_goes_on_in_the_kept_case(desk, merged, kept):
    desk.act(desk.other, cases.make_promise, cases.MakePromise(merged, "给您进展", NOW + timedelta(hours=2)))
    desk.say(merged, "什么时候有结果？")
    assert desk.case(kept)["turn"] == "renter"
    until = desk.case(merged)["turn_until"]
    merge(desk, merged, kept)
    case = desk.case(kept)
    assert (case["turn"], case["turn_until"], case["staff_unread"]) == ("desk", until, 1)
    promise = desk.house.sql("SELECT case_id, staff_id FROM promises")[0]
    assert (promise["case_id"], promise["staff_id"]) == (case["id"], desk.agent.id)
    assert [row.ref for row in desk.queue(actor=desk.other).rows] == []


def test_case_merged_twice_over_leads_to_the_last_one(desk, merged, kept):
    merge(desk, merged, kept)
    last = desk.open(CaseType.BUYOUT_QUESTION, "今天买断要付多少钱，第 9 期已付")
    merge(desk, kept, last, desk.agent)
    assert desk.read(merged, desk.renter).merged_into == last
    assert desk.act(desk.renter, cases.read_merged, cases.ReadMerged(last, merged)).messages


def test_candidates_are_the_renters_open_cases_of_that_lease(desk, merged, kept):
    desk.open(CaseType.CREDIT_REVIEW, "想复议 9 月的额度", lease=False)
    found = desk.act(desk.agent, cases.list_mergeable, cases.ListMergeable(kept))
    assert [(one.ref, one.owner_name) for one in found] == [(merged, "李梅")]


def test_merging_without_a_word_of_confirmation_into_itself_or_twice_refused(desk, merged, kept):
    for into, confirmed in ((kept, False), (merged, True)):
        with pytest.raises(Refusal) as refused:
            merge(desk, merged, into, confirmed=confirmed)
        assert refused.value.status == 422
    merge(desk, merged, kept)
    with pytest.raises(Refusal) as refused:
        merge(desk, merged, kept)
    assert refused.value.code == "case_closed"


@pytest.mark.parametrize(("who", "status"), [("agent", 409), ("renter", 404), ("stranger", 404), ("inspector", 404)])
def test_merging_somebody_elses_case_refused(desk, merged, kept, who, status):
    with pytest.raises(Refusal) as refused:
        merge(desk, merged, kept, getattr(desk, who))
    assert refused.value.status == status
    assert desk.case(merged)["state"] == "open"


def test_complaint_is_not_merged_away_by_whom_it_is_about(desk, merged, kept):
    complaint = desk.act(desk.renter, cases.complain, cases.Complain(kept, "11 月 22 日说话不客气")).case_ref
    with pytest.raises(Absent):
        merge(desk, merged, complaint, desk.agent)
    with pytest.raises(Refusal) as refused:
        merge(desk, complaint, merged, desk.supervisor)
    assert refused.value.code == "complaint_stays"
