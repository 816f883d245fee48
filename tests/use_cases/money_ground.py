"""A lease whose rents are only scheduled, and the business days of its book."""

from datetime import UTC, date, datetime, time, timedelta

from lease_ground import add_renter, in_act
from msgspec.structs import replace

from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.public import insert_contract, sign
from shouwen.features.leases.public import insert_lease, lease_by_id
from shouwen.features.leases.types import LeaseState, NewLease
from shouwen.features.money.public import (
    balances,
    book_day,
    close_book_through,
    day_charges,
    day_credits,
    day_fees_exact,
    day_fees_fast,
    lock_charges,
    put_fee_terms,
    schedule_rents,
    take_payment,
)
from shouwen.kernel.days import BEIJING

FIRST_DUE_ON = date(2026, 3, 1)
SIGNED_ON = date(2026, 2, 20)
EVERY = 1 << 60


def at(on, hour=10):
    """An instant of a Beijing day."""
    return datetime.combine(on, time(hour), BEIJING).astimezone(UTC)


def contract_of(**terms):
    """The sample contract (12 × 500.00, 3 days of grace) with other terms."""
    template = sample_templates()["early_buyout_12"]
    # what a contract says of lateness: 0.02 % a day unless a test says otherwise
    terms = {"grace_days": 3, "late_fee_daily_rate": "0.0002", "late_fee_cap_share": None} | terms
    return replace_terms(sign(template, SIGNED_ON, FIRST_DUE_ON, contract_policy_on(SIGNED_ON)), **terms)


def replace_terms(contract, **terms):
    return replace(contract, terms=replace(contract.terms, **terms))


def add_scheduled(house, *, no=1, contract=None, renter=None):
    """A signed lease with nothing booked yet; its row."""
    contract = contract or contract_of()
    renter = renter or add_renter(house, no)

    async def work(ctx):
        new = NewLease(
            ref=f"ZL-20260220-{no:04d}", renter_id=renter.id, state=LeaseState.RENTING, model="iPhone 15 Pro Max",
            imei=f"88000000000{no:04d}", applied_on=SIGNED_ON, signed_on=SIGNED_ON, created_at=at(SIGNED_ON),
        )  # fmt: skip
        lease = await lease_by_id(ctx.conn, await insert_lease(ctx.conn, new))
        await insert_contract(ctx.conn, lease.id, contract)
        await schedule_rents(ctx.conn, lease, contract)
        await put_fee_terms(ctx.conn, lease.id, contract)
        return lease

    return in_act(house, work, at=at(SIGNED_ON))


def run_day(house, on, *, fast=True, close=True, lease_from=0, lease_to=EVERY):
    """One business day of the book; `fast` False leaves every late fee to the history."""

    async def work(ctx):
        conn, act = ctx.conn, ctx.act_id
        if close:
            await close_book_through(conn, on - timedelta(days=1))
        written = await day_charges(conn, act, on, lease_from, lease_to)
        if fast:
            written += await day_fees_fast(conn, act, on, lease_from, lease_to)
        else:
            await conn.execute("UPDATE late_accruals SET stale = true")
        written += await day_fees_exact(conn, act, on, lease_from, lease_to)
        await day_credits(conn, act, on, lease_from, lease_to)
        return written

    return in_act(house, work, at=at(on, 0))


def run_days(house, first_on, last_on, **more):
    on = first_on
    while on <= last_on:
        run_day(house, on, **more)
        on += timedelta(days=1)


def pay(house, lease, amount_fen, ref, on, *, value_on=None, named=()):
    async def work(ctx):
        day = await book_day(ctx.conn, ctx.now)
        return await take_payment(ctx.conn, ctx.act_id, lease, amount_fen, ref, value_on or on, day, named=named)

    return in_act(house, work, at=at(on))


def do(house, lease, verb, *args, on, **more):
    return in_act(house, lambda ctx: verb(ctx.conn, ctx.act_id, lease, *args, **more), at=at(on))


def charges_of(house, lease):
    return in_act(house, lambda ctx: lock_charges(ctx.conn, lease.id))


def bill(house, lease, kind, no):
    return next((c for c in charges_of(house, lease) if (c.kind, c.no) == (kind, no)), None)


def fee(house, lease, no):
    """The late fee of an instalment: amount, paid, waived, outstanding; zeros where there is none."""
    found = bill(house, lease, "late_fee", no)
    return (
        (0, 0, 0, 0) if found is None else (found.amount_fen, found.paid_fen, found.waived_fen, found.outstanding_fen)
    )


def credit(house, lease):
    rows = house.sql("SELECT credit_fen FROM lease_credits WHERE lease_id = $1", lease.id)
    return rows[0][0] if rows else 0


def assert_book_holds(house, lease):
    """Every charge adds up, the book balances, and the columns kept beside the entries say what the entries say."""
    charges = charges_of(house, lease)
    for c in charges:
        assert c.amount_fen == c.paid_fen + c.waived_fen + c.written_off_fen + c.outstanding_fen
        assert (c.settled_on is not None) == (c.outstanding_fen == 0 and c.booked_on is not None), c
    found = in_act(house, lambda ctx: balances(ctx.conn, lease.id))
    assert sum(found.values()) == 0
    for kind in {c.kind for c in charges}:
        open_fen = sum(c.outstanding_fen for c in charges if c.kind == kind and c.booked_on is not None)
        assert found.get(f"{kind}_receivable", 0) == open_fen, (kind, found)
    paid_fen = sum(c.paid_fen for c in charges)
    assert -found.get("renter_credit", 0) == credit(house, lease)
    assert found.get("cash", 0) == paid_fen + credit(house, lease)
