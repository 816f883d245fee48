"""LATE-4 and LATE-5 through the door: fee, record, freeze, letter."""

import asyncio
from datetime import date, timedelta

import pytest
from arrears_ground import DUE_ON, Arrears, at
from lease_ground import run
from money_ground import assert_book_holds, credit, fee
from msgspec.structs import replace

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.cases.types import CaseType
from shouwen.features.endings.use_cases import AcceptBuyout, accept_buyout
from shouwen.features.leases.use_cases.reading import ReadLease, read_lease
from shouwen.features.papers import use_cases as papers
from shouwen.features.papers.jobs import render_paper
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform import approvals

DAY = timedelta(days=1)


@pytest.fixture
def story(house):
    return Arrears(house)


def relieve(story, rule, line="rent-1", actor=None, **more):
    key = more.pop("key", "")
    command = arrears.GrantRelief(story.lease.ref, line, rule, **more)
    return story.act(actor or story.desk.agent, arrears.grant_relief, command, hour=12, key=key)


def refused(story, rule, **more):
    with pytest.raises(Refusal) as found:
        relieve(story, rule, **more)
    return found.value


# LATE-4


def test_lateness_within_the_grace_days_bears_no_fee_and_needs_no_relief(story):
    story.day(DUE_ON + 3 * DAY)
    story.pay(50_000)
    assert fee(story.house, story.lease, 1)[0] == 0
    assert refused(story, "LATE-4").code == "nothing_to_relieve"


def test_fee_of_a_first_lateness_paid_soon_after_the_reminder_is_waived(house):
    story = Arrears(house, reminder_plan="gentle")
    story.on = DUE_ON + 3 * DAY
    story.day(DUE_ON + 6 * DAY)  # a reminder of the second day was missed: nobody was told
    story.pay(50_000)
    owed = fee(house, story.lease, 1)
    assert owed[0] > 0
    granted = relieve(story, "LATE-4", "late_fee-1")
    assert granted.relieved_fen == owed[0]
    assert fee(house, story.lease, 1) == (owed[0], 0, owed[0], 0)
    assert_book_holds(house, story.lease)
    letter = story.act(story.renter, papers.read_paper, papers.ReadNamedPaper(granted.paper_ref))
    assert (letter.kind, letter.text.amount_fen) == ("relief", owed[0])
    [line] = story.ages(story.renter).reliefs
    assert (line.rule, line.no, line.paper_ref) == ("LATE-4", 1, granted.paper_ref)


def test_fee_that_was_paid_already_comes_back_as_credit(house):
    story = Arrears(house, grace_days=0)
    story.day(DUE_ON + 6 * DAY)
    story.pay(50_000 + 40)
    amount, paid, _, open_fen = fee(house, story.lease, 1)
    assert (paid, open_fen) == (40, amount - 40)
    granted = relieve(story, "LATE-4")
    assert granted.relieved_fen == amount
    assert fee(house, story.lease, 1) == (amount, 0, amount, 0)
    assert credit(house, story.lease) == 40
    assert_book_holds(house, story.lease)


def test_unpaid_rent_is_paid_first(story):
    story.day(DUE_ON + 6 * DAY)
    found = refused(story, "LATE-4")
    assert (found.code, found.rule) == ("pay_first", "LATE-4")
    assert "3 天内付清" in found.remedy_zh


def test_rent_closed_into_a_buyout_nobody_has_paid_is_paid_first(story):
    story.day(DUE_ON + 6 * DAY)
    lease, moment = story.lease, at(DUE_ON + 6 * DAY, 11)
    priced = run(story.house, read_lease, story.renter, ReadLease(lease.ref), at=moment).buyout
    command = AcceptBuyout(lease.ref, priced.amount_fen, priced.valid_until, False)
    run(story.house, accept_buyout, story.renter, command, at=moment)
    assert refused(story, "LATE-4").code == "pay_first"
    assert not story.house.sql("SELECT 1 FROM reliefs")


def test_eight_days_are_not_a_short_lateness(house):
    story = Arrears(house, grace_days=0)
    story.day(DUE_ON + 8 * DAY)
    story.pay(50_000)
    found = refused(story, "LATE-4")
    assert found.code == "not_relieved"
    assert "超过 7 天" in found.zh


def test_payment_more_than_three_days_after_the_first_notice_is_not_relieved(house):
    story = Arrears(house, grace_days=0)
    story.live(DUE_ON + 5 * DAY)
    story.pay(50_000)
    assert "通知后超过 3 天" in refused(story, "LATE-4").zh


def test_reminders_within_the_days_of_grace_do_not_use_up_the_three_days(house):
    story = Arrears(house, grace_days=3)
    story.live(DUE_ON + 6 * DAY)
    kinds = [row["kind"] for row in house.sql("SELECT kind FROM notices WHERE sent_at IS NOT NULL ORDER BY id")]
    assert {"due_today", "overdue"} <= set(kinds)
    story.pay(50_000)
    assert relieve(story, "LATE-4").relieved_fen > 0


def test_second_lateness_within_a_year_is_not_relieved_unless_the_first_was_undone(house):
    story = Arrears(house, grace_days=0)
    story.day(DUE_ON + 2 * DAY)
    story.attempt(1, DUE_ON, "ACQ.SYSTEM_ERROR", "platform")
    story.pay(50_000)
    second_on = date(2026, 4, 1)
    story.day(second_on + 2 * DAY)
    story.pay(50_000, "p2")
    assert "已有过逾期" in refused(story, "LATE-4", line="rent-2").zh
    relieve(story, "LATE-5", "rent-1")
    assert relieve(story, "LATE-4", "rent-2").relieved_fen > 0


def test_relief_is_given_once_and_a_double_click_is_one(house):
    story = Arrears(house, grace_days=0)
    story.day(DUE_ON + 2 * DAY)
    story.pay(50_000)
    assert relieve(story, "LATE-4", key="one-click") == relieve(story, "LATE-4", key="one-click")
    assert refused(story, "LATE-4").code == "nothing_to_relieve"
    assert house.sql("SELECT count(*) FROM papers")[0][0] == 1


# LATE-5


def undone_story(house):
    story = Arrears(house, grace_days=0)
    story.live(DUE_ON + 6 * DAY)
    return story


def test_failed_deduction_on_the_platforms_side_undoes_the_lateness(house):
    story = undone_story(house)
    story.attempt(1, DUE_ON, "ACQ.SYSTEM_ERROR", "platform")
    command = arrears.FreezeLease(story.lease.ref, "第 1 期租金逾期")
    story.act(story.desk.specialist, arrears.freeze_lease, command)
    before = fee(house, story.lease, 1)[0]
    assert before > 0
    granted = relieve(story, "LATE-5")
    assert granted.relieved_fen >= before
    assert "结果码 ACQ.SYSTEM_ERROR" in granted.why
    assert fee(house, story.lease, 1) == (0, 0, 0, 0)
    assert not story.ages().freeze.holds
    assert house.sql("SELECT lifted_at IS NOT NULL FROM freezes")[0][0]
    sent = len(story.phones.sent)
    story.live(DUE_ON + 20 * DAY)  # no fee grows again, no reminder of the lateness follows
    assert fee(house, story.lease, 1) == (0, 0, 0, 0)
    assert [text for _, text in story.phones.sent[sent:] if "还有" in text] == []
    assert_book_holds(house, story.lease)


def test_lateness_that_was_undone_does_not_count_in_the_renters_record(house):
    story = undone_story(house)
    story.attempt(1, DUE_ON, "ACQ.SYSTEM_ERROR", "platform")
    relieve(story, "LATE-5")
    assert house.sql("SELECT rule FROM lateness_undone")[0][0] == "LATE-5"
    assert story.ages().overdue_fen == 50_000  # the rent itself is still owed


def test_fee_that_was_paid_before_the_lateness_was_undone_comes_back(house):
    story = undone_story(house)
    story.attempt(1, DUE_ON, "ACQ.PAYMENT_FAIL", "platform")
    story.pay(50_000 + fee(house, story.lease, 1)[0])
    paid = fee(house, story.lease, 1)[1]
    assert paid > 0
    relieve(story, "LATE-5")
    assert credit(house, story.lease) == paid
    assert_book_holds(house, story.lease)


def test_code_of_the_renters_side_is_not_enough_without_a_statement(house):
    story = undone_story(house)
    story.attempt(1, DUE_ON, "ACQ.BUYER_BALANCE_NOT_ENOUGH", "balance")
    found = refused(story, "LATE-5")
    assert (found.code, found.rule) == ("not_relieved", "LATE-5")
    assert "银行流水" in found.remedy_zh


def test_bank_statement_is_a_specialists_to_judge(house):
    story = undone_story(house)
    proof = story.proof()
    asked = refused(story, "LATE-5", statement_ref=proof)
    assert (asked.code, asked.data["approver_role"]) == ("approval_requested", "specialist")
    owed_fen = fee(house, story.lease, 1)[0]
    assert owed_fen > 0
    [request] = house.sql("SELECT summary, amount_fen FROM approvals")
    assert request["amount_fen"] == owed_fen
    assert f"违约金至今 {format_fen(owed_fen)}，按同意当天的全额撤销" in request["summary"]
    command = approvals.DecideApproval(asked.data["approval_ref"], True, "余额充足")
    story.act(story.desk.specialist, approvals.decide_approval, command, hour=13)
    assert fee(house, story.lease, 1) == (0, 0, 0, 0)
    assert house.sql("SELECT facts #>> '{facts,statement_ref}' FROM reliefs")[0][0] == proof


def test_specialist_undoes_a_lateness_on_a_statement_in_the_case_the_renter_opened(house):
    story = undone_story(house)
    story.desk.lease = story.lease
    case_ref = story.desk.open(CaseType.OVERDUE_RELIEF, "3 月 1 日卡里有 5,000 元，扣款没有成功", actor=story.renter)
    granted = relieve(story, "LATE-5", actor=story.desk.specialist, statement_ref=story.proof(), case_ref=case_ref)
    said = house.sql("SELECT body, kind FROM messages ORDER BY seq DESC LIMIT 1")[0]
    assert said["kind"] == "decision"
    assert granted.paper_ref in said["body"]


def test_statement_or_case_of_another_lease_is_absent(house):
    story = undone_story(house)
    foreign = story.proof(story.desk.lease)
    other_case = story.desk.open()
    for more in ({"statement_ref": foreign}, {"case_ref": other_case}, {"statement_ref": "ZJ-9999"}):
        assert refused(story, "LATE-5", actor=story.desk.specialist, **more).status == 404


def test_what_is_not_late_needs_no_relief(house):
    story = Arrears(house)
    story.day(DUE_ON)
    story.pay(50_000)
    story.day(DUE_ON + 3 * DAY)
    assert refused(story, "LATE-5").code == "not_late"
    assert refused(story, "LATE-5", line="rent-2").code == "not_late"


def test_relief_stops_a_notice_before_a_report(house):
    house.door.services.settings = replace(house.door.services.settings, reports_to_bureau=True)
    story = undone_story(house)
    notice = arrears.GiveCreditNotice(story.lease.ref, "rent-1")
    story.act(story.desk.supervisor, arrears.give_credit_notice, notice)
    story.tick(hour=12)
    story.attempt(1, DUE_ON, "ACQ.SYSTEM_ERROR", "platform")
    relieve(story, "LATE-5")
    assert story.ages().credit_notices[0].state == "stopped_relief"


def test_renter_stranger_and_wrong_line_get_no_relief(house):
    story = undone_story(house)
    for actor in (story.renter, story.desk.stranger, story.desk.inspector):
        assert refused(story, "LATE-5", actor=actor).status == 404
    for line in ("rent-99", "fee-1"):
        assert refused(story, "LATE-5", line=line).status == 422


# CRE-5


def test_letter_is_printed_once_sealed_and_nobody_elses(house):
    story = Arrears(house, grace_days=0)
    story.day(DUE_ON + 2 * DAY)
    story.pay(50_000)
    ref = relieve(story, "LATE-4").paper_ref
    for _ in range(2):
        house.run(render_paper(house.door, {"paper_ref": ref}))
    view = story.act(story.renter, papers.read_paper, papers.ReadNamedPaper(ref))
    assert house.door.services.storage.read(bytes.fromhex(view.pdf_sha256))[:4] == b"%PDF"
    rows = house.sql("SELECT kind, data FROM journal WHERE subject = $1 ORDER BY id", ref)
    assert [row["kind"] for row in rows] == ["paper.written", "paper.printed"]
    assert rows[0]["data"]["text_sha256"] == view.text_sha256
    assert rows[1]["data"]["sha256"] == view.pdf_sha256
    with pytest.raises(Refusal) as found:
        story.act(story.desk.stranger, papers.read_paper, papers.ReadNamedPaper(ref))
    assert found.value.status == 404


def test_two_agents_relieving_at_once_waive_once(house):
    story = Arrears(house, grace_days=0)
    story.day(DUE_ON + 2 * DAY)
    story.pay(50_000)
    command = arrears.GrantRelief(story.lease.ref, "rent-1", "LATE-4")

    async def both():
        asked = [
            house.door.run(arrears.grant_relief, actor, command, at=at(story.on, 12))
            for actor in (story.desk.agent, story.desk.other)
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = house.run(both())
    assert sorted(isinstance(answer, Refusal) for answer in answers) == [False, True]
    amount, _, waived, open_fen = fee(house, story.lease, 1)
    assert (waived, open_fen) == (amount, 0)
