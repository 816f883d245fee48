"""RET-1 as it is lived: agreed for a day, booked when the phone is on its way, lapsed when it is not."""

from datetime import date, timedelta

import pytest
from lease_ground import AGENT, FIRST_DUE_ON, RENT_FEN, SIGNED_ON, TODAY, add_lease, add_renter, in_act, run
from money_ground import assert_book_holds, at, charges_of, credit
from msgspec.structs import replace

from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.public import sign
from shouwen.features.endings.jobs import tick
from shouwen.features.endings.use_cases import (
    AcceptEarlyReturn,
    QuoteEarlyReturn,
    ReadAgreements,
    ReadEndings,
    TendLease,
    accept_early_return,
    quote_early_return,
    read_agreements,
    read_endings,
    tend_lease,
)
from shouwen.features.leases.public import lease_by_id, move_lease
from shouwen.features.leases.types import LeaseAct
from shouwen.features.leases.use_cases.reading import ReadLease, read_lease
from shouwen.features.money.public import lock_charges, put_fee_terms, take_payment, waive_charge
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Absent, BadInput, Refusal

# rents on the 15th of each month; period 7 runs from 15 November to 14 December, thirty days
MIDDLE = date(2026, 11, 29)  # its fifteenth day
NONE = {
    "early_return_fee_fen": None, "early_return_share": None, "early_return_rents": None, "early_return_rent": "period",
    "early_return_after": 0,
}  # fmt: skip
FEE = {"early_return_fee_fen": 20_000}
KINDS = {
    "fee": (FEE, 20_000),
    "share": ({"early_return_share": "0.30"}, 75_000),  # of five rents not begun
    "rents": ({"early_return_rents": 2}, 100_000),
}


def rented(house, renter, *, no=1, paid=7, **terms):
    terms = NONE | (terms or FEE)
    template = sample_templates()["early_buyout_12"]
    contract = sign(template, SIGNED_ON, FIRST_DUE_ON, contract_policy_on(SIGNED_ON))
    contract = replace(contract, terms=replace(contract.terms, **terms))
    lease = add_lease(house, renter, no=no, paid=paid, contract=contract)
    in_act(house, lambda ctx: put_fee_terms(ctx.conn, lease.id, contract))
    return lease


def quote(house, actor, lease, back_on=MIDDLE, on=TODAY):
    return run(house, quote_early_return, actor, QuoteEarlyReturn(lease.ref, back_on), at=at(on))


def accept(house, renter, lease, back_on=MIDDLE, on=TODAY):
    quoted = quote(house, renter, lease, back_on, on)
    command = AcceptEarlyReturn(lease.ref, back_on, quoted.amount_fen, quoted.valid_until)
    return run(house, accept_early_return, renter, command, at=at(on))


def send_back(house, lease, on):
    async def work(ctx):
        row = await lease_by_id(ctx.conn, lease.id, lock=True)
        await move_lease(ctx, row, LeaseAct.SEND_BACK)

    in_act(house, work, at=at(on))


def tended(house, lease, on):
    return run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(on))


def owed_fen(house, lease):
    return sum(c.outstanding_fen for c in charges_of(house, lease))


def refused(code):
    return pytest.raises(Refusal, match=rf"^{code}:")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rent", "kept_fen"), [("period", RENT_FEN), ("days", RENT_FEN // 2)])
@pytest.mark.parametrize("paid", [6, 7])
def test_what_is_booked_on_return_is_what_was_quoted_under_each_kind_of_clause(house, kind, rent, kept_fen, paid):
    terms, fee_fen = KINDS[kind]
    renter = add_renter(house)
    lease = rented(house, renter, paid=paid, early_return_rent=rent, **terms)
    agreed = accept(house, renter, lease)
    had_fen = RENT_FEN if paid == 7 else 0
    assert agreed.amount_fen == max(0, kept_fen + fee_fen - had_fen) + (0 if paid == 7 else late_fee(house, lease))
    send_back(house, lease, MIDDLE)
    assert house.run(tick(house.door, at(MIDDLE))) == 1
    grown_fen = owed_fen(house, lease) - credit(house, lease) - (kept_fen + fee_fen - had_fen)
    assert 0 <= grown_fen <= 300  # the late fee of the rent that was not paid, up to the day
    assert (grown_fen == 0) == (paid == 7)
    assert_book_holds(house, lease)
    assert [c.no for c in charges_of(house, lease) if c.kind == "rent" and c.amount_fen] == [1, 2, 3, 4, 5, 6, 7]


def test_rent_partly_paid_and_partly_waived_gives_back_what_was_quoted(house):
    renter = add_renter(house)
    lease = rented(house, renter, paid=6, early_return_rent="days", early_return_fee_fen=0)

    async def work(ctx):
        rent = await seventh(ctx)
        await take_payment(ctx.conn, ctx.act_id, lease, 30_000, "bank-7", TODAY, TODAY, named=[rent.id])
        rent = await seventh(ctx)
        await waive_charge(ctx.conn, ctx.act_id, lease, rent, rent.outstanding_fen, "k", TODAY, "ABATE-1")

    async def seventh(ctx):
        return next(c for c in await lock_charges(ctx.conn, lease.id) if c.kind == "rent" and c.no == 7)

    in_act(house, work)
    quoted = quote(house, renter, lease)
    accept(house, renter, lease)
    send_back(house, lease, MIDDLE)
    assert house.run(tick(house.door, at(MIDDLE))) == 1
    open_fees_fen = late_fee_booked(house, lease)
    # half of the period is used: the waiver covers 200.00 of its 250.00, and 250.00 of the 300.00 paid come back
    assert credit(house, lease) + open_fees_fen == 25_000
    assert (
        quoted.inputs["credit_fen"] + sum(-line.amount_fen for line in quoted.lines if line.kind == "refund") == 25_000
    )
    assert_book_holds(house, lease)


def late_fee_booked(house, lease):
    return sum(c.paid_fen for c in charges_of(house, lease) if c.kind == "late_fee")


def late_fee(house, lease):
    file = run(house, read_lease, AGENT, ReadLease(lease.ref))
    return sum(fee.amount_fen for fee in file.late_fees) + sum(
        c.outstanding_fen for c in file.open_charges if c.kind == "late_fee"
    )


def test_rent_paid_beyond_the_day_comes_back_as_credit(house):
    renter = add_renter(house)
    lease = rented(house, renter, paid=9)
    accept(house, renter, lease)
    send_back(house, lease, MIDDLE)
    tended(house, lease, MIDDLE)
    assert credit(house, lease) == 2 * RENT_FEN - 20_000  # two rents not begun, less the fee
    assert owed_fen(house, lease) == 0


def test_nothing_is_booked_until_the_phone_is_sent_and_the_rent_goes_on(house):
    renter = add_renter(house)
    lease = rented(house, renter)
    before = charges_of(house, lease)
    accept(house, renter, lease)
    assert charges_of(house, lease) == before
    with refused("nothing_due"):
        tended(house, lease, MIDDLE)


def test_not_sent_by_the_day_it_lapses_and_another_day_may_be_agreed(house):
    renter = add_renter(house)
    lease = rented(house, renter)
    accept(house, renter, lease)
    late = MIDDLE + timedelta(days=1)
    assert tended(house, lease, late).did == ("early_return.lapsed",)
    assert not any(c.kind == "fee" for c in charges_of(house, lease))
    accept(house, renter, lease, MIDDLE + timedelta(days=3), late)
    read = run(house, read_agreements, renter, ReadAgreements(lease.ref))
    assert [one.state for one in read.agreements] == ["accepted", "lapsed"]


def test_a_day_past_or_a_moved_quote_or_another_renter_is_refused(house):
    renter = add_renter(house)
    lease = rented(house, renter)
    with pytest.raises(BadInput):
        quote(house, renter, lease, TODAY - timedelta(days=1))
    with refused("quote_moved"):
        run(house, accept_early_return, renter, AcceptEarlyReturn(lease.ref, MIDDLE, 1, TODAY))
    stranger = add_renter(house, 2)
    for use_case, command in (
        (quote_early_return, QuoteEarlyReturn(lease.ref, MIDDLE)),
        (accept_early_return, AcceptEarlyReturn(lease.ref, MIDDLE, 1, TODAY)),
    ):
        with pytest.raises(Absent):
            run(house, use_case, stranger, command)


def test_without_a_clause_it_is_refused_with_the_clause_on_the_end_of_the_term(house):
    renter = add_renter(house)
    lease = rented(house, renter, **NONE)
    with refused("early_return_not_agreed") as caught:
        quote(house, renter, lease)
    assert caught.value.clause


def test_a_second_agreement_waits_for_the_first_and_a_phone_on_its_way_needs_none(house):
    renter = add_renter(house)
    lease = rented(house, renter)
    accept(house, renter, lease)
    with refused("agreed_already"):
        accept(house, renter, lease)
    back = rented(house, renter, no=2)
    send_back(house, back, TODAY)
    with refused("not_renting"):
        quote(house, renter, back)


def test_day_before_the_end_has_one_door_and_it_is_the_cheaper_one(house):
    renter = add_renter(house)
    lease = rented(house, renter, paid=12, **FEE | {"early_return_rent": "days", "early_return_fee_fen": 0})
    five_before = date(2027, 5, 9)  # of 14 May, the last day
    found = run(house, read_endings, renter, ReadEndings(lease.ref), at=at(five_before))
    ways = {one.way: one for one in found.ways}
    quoted = quote(house, renter, lease, five_before, five_before)
    assert found.early_saves_fen == quoted.inputs["credit_fen"] > 0
    assert (ways["early_return"].closed_zh, ways["return"].opens_on) == ("", found.ends_on)
    on_the_day = run(house, read_endings, renter, ReadEndings(lease.ref), at=at(found.ends_on))
    assert on_the_day.early_saves_fen == 0
    assert next(one for one in on_the_day.ways if one.way == "return").opens_on < found.ends_on
