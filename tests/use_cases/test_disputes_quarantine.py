"""QUAR-1: a contested phone stays as it is; without a decision it is released only after the renter was told."""

from datetime import date, timedelta

import pytest
from claim_ground import NOW, open_claims
from lease_ground import add_lease, in_act

from shouwen.features.disputes import jobs
from shouwen.features.disputes.types import ClaimState
from shouwen.features.disputes.use_cases import asking
from shouwen.features.leases.public import lease_by_id, move_lease
from shouwen.features.leases.types import LeaseAct, LeaseState
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import BadInput, Refusal

DAY = timedelta(days=1)


@pytest.fixture
def claims(house):
    return open_claims(house)


@pytest.fixture
def waiting(claims):
    """Another renter's lease that waits for the very same phone."""
    lease = add_lease(claims.house, claims.stranger, no=12, state=LeaseState.SIGNED, paid=0)

    async def work(ctx):
        await ctx.conn.execute("UPDATE leases SET imei = $2 WHERE id = $1", lease.id, claims.lease.imei)

    in_act(claims.house, work)
    return lease


def move(claims, lease, act):
    async def work(ctx):
        return (await move_lease(ctx, await lease_by_id(ctx.conn, lease.id, lock=True), act))[0]

    return in_act(claims.house, work)


def ask(claims, ref, text="请补一张签收时拍的后盖照片", actor=None, at=NOW):
    return claims.act(actor or claims.specialist, asking.ask_renter, asking.AskRenter(ref, text), at=at)


def advance(claims, ref, at):
    return claims.act(SYSTEM, asking.advance_quarantine, asking.AdvanceQuarantine(ref), at=at)


def refused(claims, lease, act):
    with pytest.raises(Refusal) as found:
        move(claims, lease, act)
    return found.value


@pytest.mark.parametrize("act", [LeaseAct.PREPARE, LeaseAct.SHIP])
def test_contested_phone_is_not_rented_out_until_the_decision(claims, waiting, act):
    if act is LeaseAct.SHIP:
        move(claims, waiting, LeaseAct.PREPARE)
    ref = claims.contested()
    found = refused(claims, waiting, act)
    assert (found.code, found.rule, found.data) == ("phone_held", "QUAR-1", {"subject": ref})
    claims.decide(ref, claims.verdict(outcome="not_charged", reason="不能证明", seen_at_handover=False))
    assert move(claims, waiting, act) in (LeaseState.PREPARING, LeaseState.SHIPPED)


def test_lease_of_a_contested_phone_is_not_closed_past_its_claim(claims):
    claims.contested()
    assert refused(claims, claims.lease, LeaseAct.CLOSE).rule == "QUAR-1"
    assert claims.lease_state() == "settling"


def test_acts_that_do_not_move_the_phone_go_on(claims):
    ref = claims.contested()
    lease = add_lease(claims.house, claims.stranger, no=11)
    assert move(claims, lease, LeaseAct.SEND_BACK) == LeaseState.RETURNING
    assert claims.read(ref).quarantine.held


def test_accepted_claim_leaves_the_phone_free(claims, waiting):
    claims.answer(claims.file().claim_ref, "accept")
    assert move(claims, waiting, LeaseAct.PREPARE) == LeaseState.PREPARING


def test_appeal_holds_the_phone_again(claims, waiting):
    ref = claims.contested()
    claims.decide(ref)
    claims.appeal(ref)
    assert refused(claims, waiting, LeaseAct.PREPARE).data == {"subject": ref}


def test_ask_renter_gives_them_the_turn_and_stops_the_decision_clock(claims):
    ref = claims.contested()
    moved = ask(claims, ref)
    assert (moved.state, moved.turn) == (ClaimState.AWAITING_RENTER, "renter")
    page = claims.desk.read(moved.case_ref)
    assert page.messages[-1].body == "请您补充：请补一张签收时拍的后盖照片"
    assert page.case.turn == "renter"
    assert [one.stopped_at for one in page.clocks if one.kind == "decision"] == [NOW]
    assert claims.answer(ref, "contest").state == ClaimState.CONTESTED
    case = claims.desk.read(moved.case_ref).case
    assert (case.turn, case.asked) == ("desk", True)  # what they wrote wants an answer; the specialist decides


def test_ask_renter_by_anyone_else_without_words_or_after_the_decision_refused(claims):
    ref = claims.contested()
    for actor in (claims.agent, claims.inspector, claims.renter, claims.stranger):
        with pytest.raises(Refusal):
            ask(claims, ref, actor=actor)
    with pytest.raises(BadInput):
        ask(claims, ref, " ")
    claims.decide(ref)
    with pytest.raises(Refusal):
        ask(claims, ref)
    assert "claim.evidence_asked" not in claims.kinds()


def test_undecided_phone_is_released_on_the_day_the_renter_was_told_of_and_not_before(claims, waiting):
    ref = claims.contested()
    ask(claims, ref, at=NOW + 2 * DAY)
    assert ("advance_quarantine", {"claim_ref": ref}) in claims.jobs()
    with pytest.raises(Refusal, match="not_due"):
        advance(claims, ref, NOW + 13 * DAY)

    step = advance(claims, ref, NOW + 14 * DAY)
    assert (step.told, step.released) == (True, False)
    texts = [payload["text"] for kind, payload in claims.jobs() if kind == "claim_notice"]
    assert f"手机保留原状到 {date(2026, 12, 10)}" in texts[-1]
    assert "手机保留原状到" in claims.desk.read(claims.read(ref).case_ref).messages[-1].body
    assert refused(claims, waiting, LeaseAct.PREPARE).rule == "QUAR-1"
    with pytest.raises(Refusal, match="not_due"):
        advance(claims, ref, NOW + 16 * DAY)

    assert advance(claims, ref, NOW + 17 * DAY).released
    assert move(claims, waiting, LeaseAct.PREPARE) == LeaseState.PREPARING
    assert not claims.read(ref, at=NOW + 17 * DAY).quarantine.held
    assert [kind for kind in claims.kinds() if "release" in kind] == ["claim.release_told", "claim.phone_released"]
    with pytest.raises(Refusal, match="not_due"):
        advance(claims, ref, NOW + 18 * DAY)


def test_job_that_comes_late_still_tells_before_it_releases(claims, waiting):
    ref = claims.contested()
    assert advance(claims, ref, NOW + 30 * DAY).told
    with pytest.raises(Refusal, match="not_due"):
        advance(claims, ref, NOW + 32 * DAY)
    assert refused(claims, waiting, LeaseAct.PREPARE).rule == "QUAR-1"
    assert advance(claims, ref, NOW + 33 * DAY).released


def test_advance_quarantine_job_before_its_day_or_after_the_decision_does_nothing(claims):
    ref = claims.contested()
    claims.decide(ref)
    before = claims.kinds()
    claims.house.run(jobs.advance_quarantine(claims.house.door, {"claim_ref": ref}))
    assert claims.kinds() == before
