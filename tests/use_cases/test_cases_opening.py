"""A matter is brought: opened or joined, never blocked, told to those who look."""

import pytest
from case_ground import NOW, open_desk

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import CaseType, Channel
from shouwen.kernel.errors import Absent, BadInput, Refusal


@pytest.fixture
def desk(house):
    return open_desk(house)


CHIPS = (
    cases.ChoiceGiven("since", ("at_handover",)),
    cases.ChoiceGiven("use", ("cased", "no_drop")),
    cases.ChoiceGiven("request", ("compare",)),
)


def test_open_case_by_renter_from_choices_writes_statement_clocks_and_event(desk):
    command = cases.OpenCase(CaseType.DAMAGE_DISPUTE, desk.lease.ref, CHIPS)
    opened = desk.act(desk.renter, cases.open_case, command)
    page = desk.read(opened.case_ref)
    assert "签收时就有" in page.statement.situation
    assert [one.kind for one in page.messages] == ["statement"]
    assert {str(one.kind) for one in page.clocks} == {"first_answer", "substantive_answer", "decision"}
    assert [one.kind for one in page.timeline] == ["case.opened"]
    assert page.case.turn == "desk"
    topics = desk.house.sql("SELECT topics FROM outbox ORDER BY id DESC LIMIT 1")[0]["topics"]
    assert {"desk", f"case:{opened.case_id}", f"renter:{desk.renter.id}"} == set(topics)


def test_open_case_same_matter_again_joins_the_open_case(desk):
    first = desk.open()
    again = desk.act(
        desk.renter, cases.open_case, cases.OpenCase(CaseType.FAULT, desk.lease.ref, text="昨天起充电也充不进")
    )
    assert (again.case_ref, again.joined, again.seq) == (first, True, 2)
    assert desk.one("SELECT count(*) FROM cases") == 1


def test_open_case_other_type_opens_another(desk):
    assert desk.open() != desk.open(CaseType.BILLING_QUESTION, "第 8 期租金为什么多 0.04 元")


def test_open_case_resolved_matter_is_opened_again(desk):
    ref = desk.open()
    desk.take(ref)
    desk.act(desk.agent, cases.resolve_case, cases.ResolveCase(ref, "已为您换新听筒", 10_000))
    assert desk.open(text="11 月 22 日又没有声音") == ref
    assert desk.case(ref)["state"] == "open"


def test_open_case_vague_words_asked_back_once_and_sent_as_is(desk):
    with pytest.raises(Refusal) as asked:
        desk.open(text="手机坏了")
    assert (asked.value.code, asked.value.rule, asked.value.status) == ("vague", "SAY-2", 422)
    assert desk.one("SELECT count(*) FROM cases") == 0
    assert desk.open(text="手机坏了", as_is=True).startswith("SW-")


def test_open_case_double_click_opens_once(desk):
    command = cases.OpenCase(CaseType.FAULT, desk.lease.ref, text="11 月 18 日起听筒没有声音")
    first = desk.act(desk.renter, cases.open_case, command, key="open-once")
    assert desk.act(desk.renter, cases.open_case, command, key="open-once") == first
    assert desk.one("SELECT count(*) FROM messages") == 1


def test_open_case_on_strangers_lease_absent(desk):
    with pytest.raises(Absent):
        desk.open(actor=desk.stranger)
    assert desk.one("SELECT count(*) FROM cases") == 0


def test_open_case_renter_naming_another_renter_stays_their_own(desk):
    desk.act(
        desk.stranger,
        cases.open_case,
        cases.OpenCase(CaseType.PRIVACY_REQUEST, text="请给我一份资料副本", renter_ref="ZK-1"),
    )
    assert desk.one("SELECT renter_id FROM cases") == desk.stranger.id


def test_open_case_with_strangers_media_absent(desk):
    command = cases.OpenCase(CaseType.FAULT, desk.lease.ref, text="11 月 18 日起没有声音", media=("ZJ-nobody",))
    with pytest.raises(Absent):
        desk.act(desk.renter, cases.open_case, command)


@pytest.mark.parametrize("who", ["inspector", "admin"])
def test_open_case_by_role_without_cases_refused(desk, who):
    with pytest.raises(Refusal):
        desk.open(actor=getattr(desk, who))


def test_open_case_by_staff_for_renter_keeps_channel(desk):
    ref = desk.open(CaseType.DEVICE_LOST, "昨晚在地铁 2 号线丢了", actor=desk.agent, channel=Channel.PHONE)
    row = desk.case(ref)
    assert (row["renter_id"], row["channel"], row["urgent"]) == (desk.renter.id, "phone", True)


def test_open_case_by_staff_without_renter_refused(desk):
    with pytest.raises(BadInput):
        desk.open(CaseType.COMPLAINT, "11 月 20 日客服没有回电话", actor=desk.agent, lease=False)


def test_open_case_unknown_question_refused(desk):
    with pytest.raises(BadInput):
        desk.act(
            desk.renter,
            cases.open_case,
            cases.OpenCase(CaseType.FAULT, desk.lease.ref, (cases.ChoiceGiven("colour", ("red",)),)),
        )


def test_preview_statement_fills_in_the_lease_and_opens_nothing(desk):
    shown = desk.act(
        desk.renter, cases.preview_statement, cases.PreviewStatement(CaseType.DAMAGE_DISPUTE, desk.lease.ref, CHIPS)
    )
    assert "iPhone 15 Pro Max" in shown.text
    assert desk.one("SELECT count(*) FROM cases") == 0


def test_open_case_clocks_end_in_working_time(desk):
    ref = desk.open(CaseType.BILLING_QUESTION, "第 8 期租金为什么多 0.04 元")
    clocks = {str(one.kind): one for one in desk.read(ref).clocks}
    assert (clocks["first_answer"].due_at - NOW).total_seconds() == 300  # a portal statement (SLA-1)
