"""What two people agreed to is what happens, in the name of who may still do it."""

from datetime import UTC, datetime, timedelta

import pytest
from claim_ground import NOW, open_claims

from shouwen.features.disputes.use_cases import comparing, deciding
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.people import use_cases as people
from shouwen.kernel.errors import Refusal
from shouwen.platform import approvals

SENT_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PICKED_UP_LATER = SENT_AT + timedelta(hours=5)
PICKED_UP_BEFORE = SENT_AT - timedelta(hours=1)


@pytest.fixture
def claims(house):
    claims = open_claims(house)
    claims.media("handover", "screen", role="agent", at=NOW - timedelta(days=190))
    return claims


def ask_for_nothing(claims):
    """A decision of ¥0 on a claim of ¥1,599, because the phone was whole before the courier took it; it waits."""
    claims.sealed("return", "screen", SENT_AT)
    page = claims.sealed("return", "imei_page", SENT_AT)
    ref = claims.contested(claims.finding(price="screen.crack.severe", market_repair_price_fen=150_000))
    claims.act(
        claims.agent, leases.record_pickup, leases.RecordPickup(claims.lease.ref, PICKED_UP_LATER, "SF199000010")
    )
    claims.act(claims.specialist, comparing.confirm_imei, comparing.ConfirmImei(ref, page, claims.lease.imei))
    marks = (deciding.FindingMarks(1, seen_at_handover=False, unmarked_before_courier=True),)
    proposed = claims.act(claims.specialist, deciding.mark_facts, deciding.MarkFacts(ref, marks))
    assert proposed.charge_fen == 0
    with pytest.raises(Refusal) as waits:
        claims.decide(ref, claims.verdict(outcome="proposed"))
    return waits.value.data["approval_ref"]


def grant(claims, approval_ref):
    return claims.act(
        claims.supervisor, approvals.decide_approval, approvals.DecideApproval(approval_ref, True, "同意")
    )


def test_grant_after_the_facts_changed_charges_nothing_that_was_not_read(claims):
    approval_ref = ask_for_nothing(claims)
    claims.act(
        claims.agent, leases.record_pickup, leases.RecordPickup(claims.lease.ref, PICKED_UP_BEFORE, "SF199000010")
    )
    with pytest.raises(Refusal) as stale:
        grant(claims, approval_ref)
    assert stale.value.code == "approval_stale"
    assert claims.damage() == []
    assert [row["state"] for row in claims.house.sql("SELECT state FROM approvals")] == ["open"]


def test_grant_of_what_still_stands_is_carried_out(claims):
    approval_ref = ask_for_nothing(claims)
    assert grant(claims, approval_ref).performed
    assert [row["decided_fen"] for row in claims.house.sql("SELECT decided_fen FROM claim_decisions")] == [0]


def test_grant_of_a_request_by_who_has_left_does_nothing_in_their_name(claims):
    approval_ref = ask_for_nothing(claims)
    claims.act(claims.desk.admin, people.retire_staff, people.RetireStaff("lin"))
    with pytest.raises(Refusal) as gone:
        grant(claims, approval_ref)
    assert gone.value.code == "requester_gone"
    assert claims.house.sql("SELECT decided_fen FROM claim_decisions") == []
