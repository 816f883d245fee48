"""REN-1: a lease goes on as a new version of its contract: same anchor, rents scheduled, prices never above before."""

from datetime import date, timedelta

import pytest
from lease_ground import AGENT, RENT_FEN, add_renter, in_act, run
from money_ground import add_scheduled, assert_book_holds, at, charges_of, contract_of, pay, run_day
from msgspec.structs import replace

from shouwen.features.contracts.policy import sample_templates
from shouwen.features.contracts.public import (
    contract_in_force,
    contract_policy_on,
    contract_versions,
    due_dates,
    ends_on,
    sign,
)
from shouwen.features.endings.rules.renewal import renew
from shouwen.features.endings.use_cases import (
    AcceptRenewal,
    QuoteRenewal,
    ReadAgreements,
    ReadEndings,
    accept_renewal,
    quote_renewal,
    read_agreements,
    read_endings,
)
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.reading import QuoteBuyout, quote_buyout
from shouwen.features.money.public import day_charges, late_fee_terms
from shouwen.kernel.errors import Absent, BadInput, Refusal

# twelve rents from 1 March 2026: the term ends on 28 February 2027
ENDS_ON = date(2027, 2, 28)
OPENS_ON = ENDS_ON - timedelta(days=60)
TODAY = date(2027, 2, 10)


@pytest.fixture
def ground(house):
    """A renter in the last month of their term, all twelve rents paid."""
    renter = add_renter(house)
    lease = add_scheduled(house, renter=renter, contract=contract_of(end_of_term=("return", "buyout", "renewal")))
    for month in range(12):
        on = date(2026 + (month + 2) // 12, (month + 2) % 12 + 1, 1)
        pay(house, lease, RENT_FEN, f"zfb-{month}", on)
    return renter, lease


def quote(house, actor, lease, periods=3, on=TODAY):
    return run(house, quote_renewal, actor, QuoteRenewal(lease.ref, periods), at=at(on))


def accept(house, renter, lease, periods=3, on=TODAY, **more):
    quoted = quote(house, renter, lease, periods, on)
    command = AcceptRenewal(lease.ref, periods, quoted.amount_fen, quoted.valid_until, quoted.contract_version)
    return run(house, accept_renewal, renter, command, at=at(on), **more)


def contract_now(house, lease):
    return in_act(house, lambda ctx: contract_in_force(ctx.conn, lease.id))[1]


def refused(code):
    return pytest.raises(Refusal, match=rf"^{code}:")


def test_quote_is_the_last_rent_by_the_month_with_its_working(house, ground):
    renter, lease = ground
    quoted = quote(house, renter, lease)
    assert (quoted.kind, quoted.amount_fen) == ("renewal", 3 * RENT_FEN)
    assert quoted.working == ("合同最后一期租金 500.00 × 3 期 = 1,500.00",)
    assert quoted.clauses


def test_renewing_changes_no_late_fee_of_a_rent_before_it(house):
    signed_on, on = date(2024, 8, 20), date(2025, 8, 10)  # the one-year LPR was 3.35 %, and is 3.00 % at the renewal
    template = sample_templates()["early_buyout_12"]
    terms = replace(template.terms, late_fee_daily_rate="0.00036", late_fee_cap_share=None, grace_days=3)
    contract = sign(replace(template, terms=terms), signed_on, date(2024, 9, 1), contract_policy_on(signed_on))
    renewed = renew(contract, due_dates(contract.due_on[0], 15, None), ends_on(contract), on, contract.policy)
    assert renewed.version == contract.version + 1
    assert late_fee_terms(renewed) == late_fee_terms(contract)
    assert f"双方于 {on} 同意续租" in renewed.clauses[-1].text


def test_a_renewal_rent_of_the_contract_is_the_one_that_counts(house):
    renter = add_renter(house)
    terms = {"end_of_term": ("renewal",), "renewal_rent_fen": 42_000}
    lease = add_scheduled(house, renter=renter, contract=contract_of(**terms))
    assert quote(house, renter, lease, on=OPENS_ON).amount_fen == 126_000


def test_renewing_puts_a_new_version_in_force_and_schedules_only_the_new_rents(house, ground):
    renter, lease = ground
    before, old = contract_now(house, lease), charges_of(house, lease)
    renewed = accept(house, renter, lease)
    after = contract_now(house, lease)
    assert (renewed.contract_version, renewed.ends_on) == (2, date(2027, 5, 31)) == (after.version, ends_on(after))
    assert after.due_on[:12] == before.due_on
    assert after.due_on[12:] == (date(2027, 3, 1), date(2027, 4, 1), date(2027, 5, 1))
    charges = charges_of(house, lease)
    assert charges[: len(old)] == old
    assert [(c.no, c.amount_fen, c.booked_on) for c in charges[len(old) :]] == [
        (n, RENT_FEN, None) for n in (13, 14, 15)
    ]
    assert [row["version"] for row in in_act(house, lambda ctx: contract_versions(ctx.conn, lease.id, [1, 2]))] == [
        1,
        2,
    ]
    assert_book_holds(house, lease)
    sealed = house.sql("SELECT rule, data FROM journal WHERE kind = 'lease.renewed'")[0]
    assert (sealed["rule"], len(sealed["data"]["contract_sha256"])) == ("REN-1", 64)
    assert [one.kind for one in run(house, read_agreements, renter, ReadAgreements(lease.ref)).agreements] == [
        "renewal"
    ]


def test_the_new_rents_fall_due_and_lower_the_price_as_before(house, ground):
    renter, lease = ground
    price_fen = run(house, quote_buyout, renter, QuoteBuyout(lease.ref), at=at(TODAY)).amount_fen
    accept(house, renter, lease)
    after = contract_now(house, lease)
    assert after.ladder_fen[12] == price_fen
    assert all(later <= earlier for earlier, later in zip(after.ladder_fen, after.ladder_fen[1:], strict=False))
    assert run(house, quote_buyout, renter, QuoteBuyout(lease.ref), at=at(TODAY)).amount_fen == price_fen
    run_day(house, date(2027, 3, 1))
    assert [c.no for c in charges_of(house, lease) if c.outstanding_fen and c.booked_on] == [13]
    pay(house, lease, RENT_FEN, "zfb-13", date(2027, 3, 1))
    quoted = run(house, quote_buyout, renter, QuoteBuyout(lease.ref), at=at(date(2027, 3, 1)))
    assert quoted.amount_fen == max(0, price_fen - RENT_FEN)
    assert in_act(house, lambda ctx: day_charges(ctx.conn, ctx.act_id, date(2027, 3, 1), 0, 1 << 60)) == 0


def test_a_month_end_keeps_its_anchor_through_a_renewal(house):
    renter = add_renter(house)
    contract = contract_of(end_of_term=("renewal",))
    due_on = due_dates(date(2026, 2, 28), 12, 31)
    contract = replace(contract, due_on=due_on, terms=replace(contract.terms, due_day=31, first_due_on=due_on[0]))
    lease = add_scheduled(house, renter=renter, contract=contract)
    for month, on in enumerate(due_on):
        pay(house, lease, RENT_FEN, f"zfb-{month}", on)
    accept(house, renter, lease, on=date(2027, 2, 10))
    assert contract_now(house, lease).due_on[12:] == (date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30))


@pytest.mark.parametrize(
    ("on", "code"),
    [(OPENS_ON - timedelta(days=1), "renewal_too_soon"), (ENDS_ON + timedelta(days=1), "term_ended")],
)
def test_it_opens_sixty_days_before_the_end_and_closes_with_it(house, ground, on, code):
    renter, lease = ground
    with refused(code) as caught:
        quote(house, renter, lease, on=on)
    assert caught.value.remedy_zh
    assert quote(house, renter, lease, on=OPENS_ON).amount_fen == quote(house, renter, lease, on=ENDS_ON).amount_fen


def test_a_moved_quote_an_open_debt_or_a_phone_not_in_use_is_refused(house, ground):
    renter, lease = ground
    with refused("quote_moved"):
        run(house, accept_renewal, renter, AcceptRenewal(lease.ref, 3, 1, TODAY, 1), at=at(TODAY))
    with pytest.raises(BadInput):
        quote(house, renter, lease, 13)
    owing = add_scheduled(house, no=2, renter=renter, contract=contract_of(end_of_term=("renewal",)))
    with refused("rents_overdue"):
        accept(house, renter, owing)
    house.run(_set_state(house, lease, LeaseState.RETURNING))
    with refused("not_renting"):
        quote(house, renter, lease)


async def _set_state(house, lease, state):
    async with house.door.writes.acquire() as conn, conn.transaction():
        await conn.execute("SELECT set_config('shouwen.act', '1', true)")
        await conn.execute("UPDATE leases SET state = $2 WHERE id = $1", lease.id, state)


def test_every_way_is_shown_with_its_price_or_why_it_is_not_open(house, ground):
    renter, lease = ground
    found = run(house, read_endings, renter, ReadEndings(lease.ref), at=at(TODAY))
    ways = {way.way: way for way in found.ways}
    assert (found.ends_on, found.days_left) == (ENDS_ON, 18)
    assert ways["renewal"].quote == quote(house, renter, lease, 1)
    assert ways["buyout"].quote == run(house, quote_buyout, renter, QuoteBuyout(lease.ref), at=at(TODAY))
    assert ways["loss"].quote.kind == "loss"
    assert (ways["return"].closed_zh, ways["return"].until_on) == ("", ENDS_ON)
    early = run(house, read_endings, renter, ReadEndings(lease.ref), at=at(OPENS_ON - timedelta(days=1)))
    closed = {way.way: way for way in early.ways}["renewal"]
    assert (closed.quote, closed.opens_on) == (None, OPENS_ON)
    assert str(OPENS_ON) in closed.closed_zh
    with pytest.raises(Absent):
        run(house, read_endings, add_renter(house, 2), ReadEndings(lease.ref))


def test_without_the_option_it_is_refused_with_the_clause(house):
    renter = add_renter(house)
    lease = add_scheduled(house, renter=renter, contract=contract_of(end_of_term=("return",)))
    with refused("renewal_not_agreed") as caught:
        quote(house, renter, lease)
    assert caught.value.clause


def test_only_the_renter_agrees_once_for_the_same_click_and_strangers_see_nothing(house, ground):
    renter, lease = ground
    with pytest.raises(Absent):
        run(house, accept_renewal, AGENT, AcceptRenewal(lease.ref, 3, 150_000, TODAY, 1), at=at(TODAY))
    with pytest.raises(Absent):
        quote(house, add_renter(house, 2), lease)
    first = accept(house, renter, lease, key="click-0001")
    assert contract_now(house, lease).version == first.contract_version == 2
    with refused("renewal_too_soon"):
        accept(house, renter, lease)


def test_page_opened_before_a_renewal_does_not_renew_a_second_time(house, ground):
    renter, lease = ground
    quoted = quote(house, renter, lease, 1)
    command = AcceptRenewal(lease.ref, 1, quoted.amount_fen, quoted.valid_until, quoted.contract_version)
    first = run(house, accept_renewal, renter, command, at=at(TODAY))
    with pytest.raises(Refusal) as again:
        run(house, accept_renewal, renter, command, at=at(TODAY))
    assert again.value.code == "quote_moved"
    assert str(first.ends_on) in again.value.zh
