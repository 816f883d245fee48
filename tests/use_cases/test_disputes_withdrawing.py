"""A claim the lessor gives up: nothing charged, deposit back, pause ended, letter, everybody told."""

from datetime import date, timedelta

import pytest
from claim_ground import NOW, open_claims
from lease_ground import in_act

from shouwen.features.cases import use_cases as cases
from shouwen.features.disputes import jobs
from shouwen.features.disputes.types import ClaimAct, ClaimState
from shouwen.features.disputes.use_cases import inspecting, reading, withdrawing
from shouwen.features.money.public import ChargeKind, NewCharge, book_charges
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform import approvals

WHY = "出库影像里已有这处痕迹，是我们看漏了"


@pytest.fixture
def claims(house):
    return open_claims(house)


def withdraw(claims, ref, actor=None, reason=WHY, at=NOW, **more):
    command = withdrawing.WithdrawClaim(ref, reason)
    return claims.act(actor or claims.specialist, withdrawing.withdraw_claim, command, at=at, **more)


def withdrawal(claims, ref, actor=None):
    return claims.act(actor or claims.renter, reading.read_withdrawal, reading.ReadClaim(ref))


def test_withdrawn_claim_charges_nothing_frees_deposit_phone_and_case_and_tells_the_renter(claims):
    ref = claims.contested()
    moved = withdraw(claims, ref, at=NOW + timedelta(days=1))
    assert (moved.state, moved.turn, moved.turn_until) == (ClaimState.WITHDRAWN, "nobody", None)
    assert claims.damage() == []
    assert claims.hold() == (300_000, 0, 300_000)
    assert claims.lease_state() == "closed"
    rows = claims.house.sql("SELECT ends_on, end_reason FROM collection_pauses")
    assert [tuple(row) for row in rows] == [(date(2026, 11, 27), "withdrawn")]
    page = claims.desk.read(moved.case_ref)
    assert page.messages[-1].body == (
        f"平台撤回这份定损：{WHY}\n原主张 ¥180.00 全部撤回，您不需要支付。解冻押金 ¥3,000.00。"
    )
    assert [one for one in page.clocks if one.kind == "decision" and one.stopped_at is None] == []
    view = claims.read(ref)
    assert (view.state, view.withdrawn_reason, view.quarantine.held) == (ClaimState.WITHDRAWN, WHY, False)
    assert view.next_acts == ()
    texts = [payload["text"] for kind, payload in claims.jobs() if kind == "claim_notice"]
    assert texts[-1].startswith("归还手机的定损已撤回，您不需要支付。解冻押金 ¥3,000.00。")
    assert {"claim.withdrawn", "pause.ended"} <= set(claims.kinds())
    claims.act(claims.renter, cases.close_case, cases.CloseCase(moved.case_ref))


def test_letter_of_a_withdrawn_claim_says_what_why_and_what_of_the_deposit(claims):
    ref = claims.contested()
    withdraw(claims, ref)
    letter = withdrawal(claims, ref).letter
    text = str(letter.sections)
    assert (letter.title, letter.decided_fen) == ("定损撤回通知", 0)
    for said in ("后盖 划痕 12 mm，原主张 ¥180.00，现在不收取", WHY, "解冻 3,000.00", "暂停至 2026-11-26"):
        assert said in text
    with pytest.raises(Absent):
        withdrawal(claims, ref, claims.stranger)


def test_letter_of_a_withdrawn_claim_is_printed_once_and_opened_on_record(claims):
    ref = claims.contested()
    withdraw(claims, ref)
    for _ in range(2):
        claims.house.run(jobs.render_withdrawal(claims.house.door, {"claim_ref": ref}))
    assert claims.desk.one("SELECT count(*) FROM documents WHERE kind = 'withdrawal_letter'") == 1
    opened = claims.act(claims.renter, reading.read_letter, reading.ReadLetter(ref))
    assert opened.file_name == f"撤回通知 {ref}.pdf"
    assert claims.house.door.services.storage.path(bytes.fromhex(opened.sha256)).read_bytes()[:5] == b"%PDF-"
    assert claims.read(ref).withdrawal_letter


def test_withdrawn_before_any_answer_needs_no_case(claims):
    ref = claims.file().claim_ref
    assert withdraw(claims, ref).case_ref == ""
    assert (claims.lease_state(), claims.hold()) == ("closed", (300_000, 0, 300_000))
    assert "暂停" not in str(withdrawal(claims, ref).letter.sections)
    with pytest.raises(Refusal):
        claims.answer(ref, "contest")


def test_inspector_withdraws_their_own_report_once_a_specialist_agrees(claims):
    ref = claims.file().claim_ref
    with pytest.raises(Refusal) as waiting:
        withdraw(claims, ref, claims.inspector)
    assert (waiting.value.status, waiting.value.rule) == (202, "AUTH-1")
    with pytest.raises(Refusal, match="approval_waiting"):
        withdraw(claims, ref)
    command = approvals.DecideApproval(waiting.value.data["approval_ref"], True, "同意")
    assert claims.act(claims.specialist, approvals.decide_approval, command).performed
    assert claims.read(ref).state == ClaimState.WITHDRAWN
    assert withdrawal(claims, ref).letter.signature.startswith("何检、林专员")


def test_inspector_withdraws_neither_a_colleagues_report_nor_a_contested_claim(claims):
    ref = claims.file().claim_ref
    with pytest.raises(Refusal, match="not_your_report"):
        withdraw(claims, ref, Actor(Role.INSPECTOR, 99, "另一位检测员"))
    claims.answer(ref, "contest")
    with pytest.raises(Refusal, match="claim_act_not_possible"):
        withdraw(claims, ref, claims.inspector)


def test_claim_of_a_thousand_yuan_is_withdrawn_by_two_or_marked_where_there_is_one(claims):
    ref = claims.contested(claims.finding(price="screen.crack.severe"))
    with pytest.raises(Refusal) as waiting:
        withdraw(claims, ref)
    assert waiting.value.status == 202
    command = approvals.DecideApproval(waiting.value.data["approval_ref"], False, "再看一次影像")
    claims.act(claims.supervisor, approvals.decide_approval, command)

    async def leave(ctx):
        await ctx.conn.execute("UPDATE staff SET active = false WHERE login = 'gu'")

    in_act(claims.house, leave)
    assert withdraw(claims, ref).state == ClaimState.WITHDRAWN
    assert approvals.ALONE_ZH["passes_marked"] in withdrawal(claims, ref).letter.signature


@pytest.mark.parametrize("who", ["agent", "renter", "stranger", "admin"])
def test_withdraw_claim_by_anyone_else_refused_and_nothing_changes(claims, who):
    ref = claims.contested()
    actor = claims.desk.admin if who == "admin" else getattr(claims, who)
    with pytest.raises(Refusal):
        withdraw(claims, ref, actor)
    assert claims.read(ref).state == ClaimState.CONTESTED


def test_withdraw_claim_by_a_specialist_not_asked_in_refused(claims):
    ref = claims.file().claim_ref
    claims.answer(ref, "contest")
    with pytest.raises(Refusal, match="not_asked_in"):
        withdraw(claims, ref)
    assert withdraw(claims, ref, claims.supervisor).state == ClaimState.WITHDRAWN


def test_withdraw_claim_without_reason_after_the_decision_or_twice_refused(claims):
    ref = claims.contested()
    with pytest.raises(BadInput):
        withdraw(claims, ref, reason="  ")
    claims.decide(ref)
    with pytest.raises(Refusal, match="claim_act_not_possible"):
        withdraw(claims, ref)
    assert ClaimAct.WITHDRAW not in {act.act for act in claims.read(ref, claims.specialist).next_acts}


def test_withdraw_claim_double_click_withdraws_once(claims):
    ref = claims.contested()
    first, again = (withdraw(claims, ref, key="withdraw-once") for _ in range(2))
    assert first == again
    assert claims.kinds().count("claim.withdrawn") == 1


def test_withdrawn_claim_keeps_of_the_deposit_what_else_is_owed_and_due(claims):
    ref = claims.contested()
    owe(claims, 20_000)
    withdraw(claims, ref, at=NOW + timedelta(days=1))
    assert claims.hold() == (300_000, 0, 280_000)
    assert claims.lease_state() == "settling"
    texts = [payload["text"] for kind, payload in claims.jobs() if kind == "claim_notice"]
    assert ("解冻押金 ¥2,800.00。本租约还有到期未付的款项，相应的押金暂不解冻，付清后自动解冻。") in texts[-1]


def test_decision_letter_says_what_of_the_deposit_is_kept_and_the_book_does_the_same(claims):
    ref = claims.contested()
    owe(claims, 20_000)
    claims.decide(ref)
    letter = claims.decision(ref).letter
    assert letter.settlement.release_fen == claims.hold()[2]
    assert letter.settlement.release_fen == 300_000 - letter.decided_fen - 20_000
    [deposit] = [one for one in letter.sections if one.title == "押金"]
    assert any("− 未付款项 200.00 =" in line for line in deposit.lines)


def test_clean_inspection_keeps_of_the_deposit_what_is_owed_and_due(claims):
    owe(claims, 20_000)
    claims.act(claims.inspector, inspecting.file_inspection, claims.command())
    assert claims.hold() == (300_000, 0, 280_000)
    assert claims.lease_state() == "settling"


def owe(claims, amount_fen):
    """A fee of today that nobody has paid."""
    lease, on = claims.lease, NOW.date()
    fee = NewCharge(
        lease_id=lease.id, renter_id=lease.renter_id, kind=ChargeKind.FEE, no=1, clause="4.2", due_on=on,
        amount_fen=amount_fen,
    )  # fmt: skip
    in_act(claims.house, lambda ctx: book_charges(ctx.conn, ctx.act_id, [fee], on), at=NOW)
