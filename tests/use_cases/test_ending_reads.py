"""What the pages of a lease's end are told: the loss, the deposit's clock, rent-to-own, what was agreed."""

from datetime import timedelta

import pytest
from lease_ground import FIRST_DUE_ON, SIGNED_ON, TODAY, add_lease, add_renter, run
from money_ground import at

from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.public import sign
from shouwen.features.endings.use_cases import (
    AcceptBuyout,
    ReadAgreements,
    ReadEndings,
    ReadLoss,
    ReadRelease,
    RecordPolice,
    ReportFound,
    ReportLost,
    TendLease,
    accept_buyout,
    read_agreements,
    read_endings,
    read_loss,
    read_release,
    record_police,
    report_found,
    report_lost,
    tend_lease,
)
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.reading import QuoteBuyout, ReadBills, quote_buyout, read_bills
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import Absent

RETURNED_ON = TODAY - timedelta(days=10)  # the contract inspects and releases within 3 days
DUE_ON = RETURNED_ON + timedelta(days=3)


@pytest.fixture
def renter(house):
    return add_renter(house)


@pytest.fixture
def settling(house, renter):
    return add_lease(house, renter, paid=12, state=LeaseState.SETTLING, returned_on=RETURNED_ON)


def loss_of(house, renter, lease, on=TODAY):
    return run(house, read_loss, renter, ReadLoss(lease.ref), at=at(on))


def release_of(house, renter, lease, on):
    return run(house, read_release, renter, ReadRelease(lease.ref), at=at(on))


def test_loss_is_read_from_the_report_to_the_finding(house, renter):
    lease = add_lease(house, renter)
    before = loss_of(house, renter, lease)
    assert (before.loss, before.would_rest_until) == (None, TODAY + timedelta(days=15))
    run(house, report_lost, renter, ReportLost(lease.ref, TODAY - timedelta(days=1), "地铁 2 号线"))
    told = loss_of(house, renter, lease).loss
    assert (told.lost_on, told.place, told.pause_ended_on) == (TODAY - timedelta(days=1), "地铁 2 号线", None)
    assert told.paused_until == TODAY + timedelta(days=15)
    assert told.case_ref == house.sql("SELECT ref FROM cases WHERE type = 'device_lost'")[0]["ref"]
    run(house, record_police, renter, RecordPolice(lease.ref, "京公受 2026-118"))
    told = loss_of(house, renter, lease).loss
    assert (told.police_ref, told.pause_ended_on) == ("京公受 2026-118", TODAY)
    run(house, report_found, renter, ReportFound(lease.ref))
    assert loss_of(house, renter, lease).loss.found_on == TODAY


def test_loss_of_another_renter_is_absent(house, renter):
    lease = add_lease(house, renter)
    with pytest.raises(Absent):
        loss_of(house, add_renter(house, 2), lease)
    with pytest.raises(Absent):
        loss_of(house, Actor(Role.INSPECTOR, 9, "何检"), lease)


def test_deposit_names_its_last_day_and_what_it_waits_for(house, renter, settling):
    before = release_of(house, renter, settling, DUE_ON)
    assert (before.due_on, before.late, before.open_fen, before.days) == (DUE_ON, False, 300_000, 3)
    assert (before.stands, before.reasons) == ("inspection", ())
    assert before.clause


def test_deposit_a_day_late_says_why_and_names_the_urgent_case_once_it_is_freed(house, renter, settling):
    late = DUE_ON + timedelta(days=1)
    told = release_of(house, renter, settling, late)
    assert (told.late, told.to_release_fen, told.case_ref) == (True, 300_000, "")
    assert f"最迟应在 {DUE_ON} 解冻" in told.reasons[0]
    run(house, tend_lease, SYSTEM, TendLease(settling.id), at=at(late))
    after = release_of(house, renter, settling, late)
    assert (after.open_fen, after.released_fen, after.stands) == (0, 300_000, "released")
    assert after.case_ref == house.sql("SELECT ref FROM cases WHERE type = 'deposit_refund'")[0]["ref"]


def test_deposit_of_another_renter_or_of_none_is_absent(house, renter, settling):
    with pytest.raises(Absent):
        release_of(house, add_renter(house, 2), settling, TODAY)
    with pytest.raises(Absent):
        release_of(house, renter, add_lease(house, renter, no=2, deposit_fen=0), TODAY)


def test_rent_to_own_says_what_is_left_until_the_phone_is_the_renters(house, renter):
    template = sample_templates()["rent_to_own_24"]
    contract = sign(template, SIGNED_ON, FIRST_DUE_ON, contract_policy_on(SIGNED_ON))
    lease = add_lease(house, renter, paid=7, contract=contract)
    ways = {way.way: way for way in run(house, read_endings, renter, ReadEndings(lease.ref)).ways}
    owning = ways["rent_to_own"]
    assert owning.quote.amount_fen == sum(contract.rents_fen[7:]) + contract.ladder_fen[-1]
    assert owning.quote.amount_fen == sum(line.amount_fen for line in owning.quote.lines)
    assert (owning.until_on, owning.closed_zh) == (contract.due_on[-1], "")
    assert ways["renewal"].closed_zh
    assert ways["renewal"].remedy_zh
    assert ways["renewal"].rule == "REN-1"


def test_contract_without_rent_to_own_has_no_such_way(house, renter, settling):
    ways = {way.way: way for way in run(house, read_endings, renter, ReadEndings(settling.ref)).ways}
    assert "rent_to_own" not in ways
    assert "结算中" in ways["buyout"].closed_zh


def test_agreement_names_the_bills_it_is_paid_by_and_the_quote_it_was(house, renter):
    lease = add_lease(house, renter)
    quoted = run(house, quote_buyout, renter, QuoteBuyout(lease.ref))
    run(house, accept_buyout, renter, AcceptBuyout(lease.ref, quoted.amount_fen, quoted.valid_until))
    line = run(house, read_agreements, renter, ReadAgreements(lease.ref)).agreements[0]
    assert line.quote.lines[0] == quoted.lines[0]
    assert line.pay[0] == "buyout-1"
    assert line.open_fen == quoted.amount_fen


def test_price_of_a_buyout_under_way_is_open_and_never_overdue(house, renter):
    lease = add_lease(house, renter)
    quoted = run(house, quote_buyout, renter, QuoteBuyout(lease.ref))
    run(house, accept_buyout, renter, AcceptBuyout(lease.ref, quoted.amount_fen, quoted.valid_until))
    later = run(house, read_bills, renter, ReadBills(lease.ref), at=at(TODAY + timedelta(days=2))).statement
    price = next(line for line in later.lines if line.kind == "buyout")
    assert (price.state, price.days_overdue, price.outstanding_fen) == ("open", 0, quoted.lines[0].amount_fen)
