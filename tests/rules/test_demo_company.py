"""The demo company is complete, consistent and the same every time."""

import re
from collections import Counter
from datetime import date, timedelta

import msgspec
import pytest

from shouwen.features.cases.types import CaseState, CaseType, Turn
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.fen import format_fen
from shouwen.mount.demo.company import build_company
from shouwen.mount.demo.draw.words import LOOKS
from shouwen.mount.demo.leases import BEFORE_RENT, COUNTS
from shouwen.mount.demo.names import id_number, imei_of, luhn_digit
from shouwen.mount.demo.structs import Company

TODAY = date(2026, 11, 22)
DAYS = (TODAY, date(2027, 1, 1), date(2028, 2, 29), date(2026, 3, 31))


@pytest.fixture(scope="module", params=[(1, TODAY), (1, DAYS[1]), (2, DAYS[2]), (77, DAYS[3])])
def company(request: pytest.FixtureRequest) -> Company:
    return build_company(*request.param)


def test_build_company_any_day_has_the_promised_counts(company):
    assert (len(company.renters), len(company.leases), len(company.cases)) == (120, 200, 60)
    assert len(company.staff) == 12
    assert len(company.shots) <= 70
    assert len(company.films) == 3
    assert Counter(lease.state for lease in company.leases) == Counter(COUNTS)


def test_build_company_any_day_has_every_state_type_and_stage(company):
    assert {lease.state for lease in company.leases} == set(LeaseState)
    assert {case.type for case in company.cases} == set(CaseType)
    assert {Turn.DESK, Turn.RENTER, Turn.SPECIALIST, Turn.NOBODY} <= {case.turn for case in company.cases}
    assert {case.state for case in company.cases} == set(CaseState)
    assert any(case.breached for case in company.cases)
    assert any(case.urgent and not case.owner for case in company.cases)
    assert any(case.rating for case in company.cases)


def test_build_company_same_arguments_gives_the_same_bytes():
    assert msgspec.json.encode(build_company(5, TODAY)) == msgspec.json.encode(build_company(5, TODAY))
    assert msgspec.json.encode(build_company(5, TODAY)) != msgspec.json.encode(build_company(6, TODAY))


def test_build_company_other_day_moves_the_headline_with_it():
    for today in DAYS:
        company = build_company(1, today)
        lease = company.leases[0]
        assert lease.returned_on == today - timedelta(days=4)
        assert lease.ref == f"ZL-{lease.signed_on:%Y%m%d}-0417"
        assert company.headline.lease_ref == lease.ref
        assert lease.state == LeaseState.INSPECTING


def test_headline_lease_money_is_the_published_story(company):
    lease = company.leases[0]
    assert company.renters[0].name == "陈思宇"
    assert [each.rent_fen for each in lease.instalments] == [50_000] * 12
    assert lease.paid_fen == 600_000
    assert lease.buyout_price_fen == lease.terms.residual_price_fen == 204_600
    assert lease.settled_periods == 12


def test_lease_money_every_lease_adds_up(company):
    for lease in company.leases:
        terms = lease.terms
        assert terms.signed_value_fen == terms.total_rent_fen + terms.residual_price_fen
        assert sum(each.rent_fen for each in lease.instalments) == terms.total_rent_fen
        assert len(lease.instalments) == terms.periods
        unpaid_fen = terms.total_rent_fen - lease.paid_fen
        assert lease.buyout_price_fen == unpaid_fen + terms.residual_price_fen
        assert all(0 <= each.paid_fen <= each.rent_fen for each in lease.instalments)
        opened = [each.open_fen > 0 for each in lease.instalments]
        assert opened == sorted(opened), "instalments settle in order"


def test_lease_payments_no_money_from_the_future_or_before_the_phone(company):
    for lease in company.leases:
        if lease.state in BEFORE_RENT:
            assert lease.paid_fen == 0
        for each in lease.instalments:
            assert (each.paid_on is None) == (each.paid_fen == 0)
            assert each.paid_on is None or each.paid_on <= company.today


def test_lease_days_run_in_order(company):
    for lease in company.leases:
        days = (lease.applied_on, lease.signed_on, lease.shipped_on, lease.handed_over_on)
        days += (lease.returned_on, lease.received_on, lease.ended_on)
        known = [day for day in days if day is not None]
        assert known == sorted(known), lease.ref
        assert known[-1] <= company.today, lease.ref


def test_leases_show_paid_open_overdue_and_partly_paid_rent(company):
    renting = [lease for lease in company.leases if lease.state == LeaseState.RENTING]
    late = [lease for lease in renting if lease.overdue(company.today)]
    assert 8 <= len(late) <= 40
    assert any(0 < each.paid_fen < each.rent_fen for lease in late for each in lease.instalments)
    assert any(each.due_on > company.today for lease in renting for each in lease.instalments)


def test_numbers_of_people_and_phones_are_valid_in_form_and_unique(company):
    for lease in company.leases:
        assert len(lease.imei) == 15
        assert luhn_digit(lease.imei[:14]) == lease.imei[14]
    assert len({lease.imei for lease in company.leases}) == 200
    assert len({lease.ref for lease in company.leases}) == 200
    assert len({renter.phone for renter in company.renters}) == 120
    assert len({renter.name for renter in company.renters}) == 120
    assert all(re.fullmatch(r"1990000\d{4}", renter.phone) for renter in company.renters)
    assert all(re.fullmatch(r"990101\d{11}[\dX]", renter.id_number) for renter in company.renters)


def test_check_digits_known_numbers_match():
    assert luhn_digit("49015420323751") == "8"  # the specimen IMEI of the standard
    assert imei_of("49015420", 323751) == "490154203237518"
    assert id_number(date(1980, 1, 1), 1)[:17] == "99010119800101001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
    digits = [10 if char == "X" else int(char) for char in id_number(date(1980, 1, 1), 1)]
    assert sum(a * b for a, b in zip(digits, weights, strict=True)) % 11 == 1


def test_threads_every_case_reads_complete_and_falls_in_time(company):
    staff = {each.login for each in company.staff} | {"renter", "system", "assistant"}
    for case in company.cases:
        ages = [message.ago_min for message in case.messages]
        assert ages == sorted(ages, reverse=True)
        assert ages[0] == case.opened_ago_min
        assert ages[-1] > 0
        assert all("{" not in message.text and message.text for message in case.messages)
        assert {message.by for message in case.messages} <= staff
        assert case.owner or not any(
            message.by in staff - {"renter", "system", "assistant"} for message in case.messages
        )
    assert max(len(case.messages) for case in company.cases) == 120
    assert max(len(word) for case in company.cases for m in case.messages for word in m.text.split()) > 100


def test_threads_no_amount_is_foreign_to_its_lease(company):
    leases = {lease.ref: lease for lease in company.leases}
    claims = {claim.case_key: claim for claim in company.claims}
    for case in company.cases:
        lease = leases[case.lease_ref]
        terms = lease.terms
        allowed = {terms.total_rent_fen, terms.signed_value_fen, terms.residual_price_fen, terms.deposit_fen}
        paid_fen = 0
        for each in lease.instalments:
            for step_fen in (each.paid_fen, each.rent_fen):
                allowed |= {paid_fen + step_fen, terms.signed_value_fen - paid_fen - step_fen}
            allowed |= {paid_fen, terms.signed_value_fen - paid_fen, each.rent_fen, each.open_fen}
            paid_fen += each.paid_fen
        if case.key in claims:
            allowed |= {finding.price_fen for finding in claims[case.key].findings}
        said = {amount for m in case.messages for amount in re.findall(r"¥[\d,]+\.\d\d", m.text)}
        assert said <= {format_fen(amount_fen) for amount_fen in allowed}, case.title


def test_cases_never_older_than_what_they_are_about(company):
    leases = {lease.ref: lease for lease in company.leases}
    for case in company.cases:
        opened_on = company.today - timedelta(days=case.opened_ago_min // 1440)
        lease = leases[case.lease_ref]
        assert lease.renter == case.renter
        assert opened_on >= (lease.applied_on)
        if case.type == CaseType.DAMAGE_DISPUTE:
            assert lease.received_on is not None
            assert opened_on >= lease.received_on


def test_claims_point_at_cases_shots_and_leases_that_exist(company):
    shots = {shot.key for shot in company.shots}
    refs = {lease.ref for lease in company.leases}
    assert len(shots) == len(company.shots)
    assert {claim.case_key for claim in company.claims if claim.case_key} == {
        case.key for case in company.cases if case.type == CaseType.DAMAGE_DISPUTE
    }
    for claim in company.claims:
        assert claim.lease_ref in refs
        for finding in claim.findings:
            assert {finding.shot, finding.before} <= shots
            x, y, wide, high = finding.region
            assert 0 <= x < x + wide <= 1
            assert 0 <= y < y + high <= 1
    for lease in company.leases:
        assert set(lease.handover_shots + lease.return_shots) <= shots
        assert lease.look in LOOKS
