"""DEP-1: a deposit past its day frees itself where nothing rests on it, and becomes an urgent case, once."""

from datetime import date, timedelta

import pytest
from claim_ground import open_claims
from lease_ground import RENT_FEN, TODAY, add_lease, add_renter, in_act, run
from money_ground import assert_book_holds, at, charges_of

from shouwen.features.endings.public import day_endings
from shouwen.features.endings.use_cases import TendLease, tend_lease
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.reading import ReadLease, read_lease
from shouwen.features.money.public import (
    lock_charges,
    refresh_late_fees,
    set_release_due,
    take_payment,
    waive_charge,
    write_off_charge,
)
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal

RETURNED_ON = TODAY - timedelta(days=10)  # the contract releases within 3 days, and inspects within 3
DUE_ON = RETURNED_ON + timedelta(days=3)
LATE = DUE_ON + timedelta(days=1)
EVERY = 1 << 60


@pytest.fixture
def ground(house):
    """A renter whose phone came back ten days ago, every rent paid, nothing contested."""
    renter = add_renter(house)
    lease = add_lease(house, renter, paid=12, state=LeaseState.SETTLING, returned_on=RETURNED_ON)
    return renter, lease


def tended(house, lease, on):
    return run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(on))


def hold_of(house, renter, lease):
    return run(house, read_lease, renter, ReadLease(lease.ref)).hold


def asked(house, on):
    return in_act(house, lambda ctx: day_endings(ctx, on, 0, EVERY), at=at(on))


def test_on_the_last_day_nothing_is_late(house, ground):
    renter, lease = ground
    assert asked(house, DUE_ON) == 0
    with pytest.raises(Refusal, match=r"^nothing_due:"):
        tended(house, lease, DUE_ON)
    assert hold_of(house, renter, lease).open_fen == 300_000


def test_a_day_late_it_is_free_and_an_urgent_case_tells_a_person(house, ground):
    renter, lease = ground
    assert asked(house, LATE) == 1
    assert "deposit.late" in tended(house, lease, LATE).did
    assert hold_of(house, renter, lease).open_fen == 0
    case = house.sql("SELECT type, urgent FROM cases WHERE lease_id = $1", lease.id)[0]
    assert tuple(case) == ("deposit_refund", True)
    [said] = [row["body"] for row in house.sql("SELECT body FROM messages WHERE kind = 'statement'")]
    assert said.endswith("我们在核对原因，会告诉您到账时间。")  # to the renter, no order to colleagues
    moves = house.sql("SELECT kind, amount_fen FROM hold_moves")
    assert [tuple(row) for row in moves] == [("release", 300_000)]
    assert_book_holds(house, lease)


def test_it_is_told_once(house, ground):
    _, lease = ground
    tended(house, lease, LATE)
    with pytest.raises(Refusal, match=r"^nothing_due:"):
        tended(house, lease, LATE + timedelta(days=1))
    assert asked(house, LATE + timedelta(days=1)) == 0
    assert len(house.sql("SELECT 1 FROM journal WHERE kind = 'deposit.late'")) == 1


def test_what_is_due_and_owed_stays_and_the_rest_is_free(house):
    renter = add_renter(house)
    owing, paid = (
        add_lease(house, renter, no=no, paid=paid, state=LeaseState.SETTLING, returned_on=RETURNED_ON)
        for no, paid in ((1, 6), (2, 7))
    )  # the seventh rent was due on 15 November, two days before; the eighth is not due
    for lease in (owing, paid):
        tended(house, lease, LATE)
    assert hold_of(house, renter, owing).open_fen == RENT_FEN
    assert hold_of(house, renter, paid).open_fen == 0
    rows = house.sql("SELECT stands, released_fen FROM release_delays ORDER BY lease_id")
    assert [tuple(row) for row in rows] == [("owed", 300_000 - RENT_FEN), ("released", 300_000)]


@pytest.mark.parametrize("how", ["paid", "waived", "written_off"])
def test_what_was_kept_for_a_debt_goes_free_once_nothing_is_owed_and_the_lease_ends(house, how):
    renter = add_renter(house)
    back_on = date(2027, 5, 1)  # after the last due day: eleven of twelve rents are paid
    late = back_on + timedelta(days=4)
    lease = add_lease(house, renter, paid=11, state=LeaseState.SETTLING, returned_on=back_on)
    assert "deposit.late" in tended(house, lease, late).did
    kept_fen = hold_of(house, renter, lease).open_fen
    assert kept_fen == sum(one.outstanding_fen for one in charges_of(house, lease)) > 0
    assert asked(house, late + timedelta(days=1)) == 0
    settle(house, lease, how, kept_fen, late + timedelta(days=1))
    assert asked(house, late + timedelta(days=2)) == 1
    did = tended(house, lease, late + timedelta(days=2)).did
    assert {"deposit.late", "lease.close"} <= set(did)
    assert hold_of(house, renter, lease).open_fen == 0
    rows = house.sql("SELECT stands, released_fen FROM release_delays")
    assert [tuple(row) for row in rows] == [("released", 300_000)]
    assert len(house.sql("SELECT 1 FROM cases")) == 1  # nobody is called a second time
    assert_book_holds(house, lease)


def settle(house, lease, how, owed_fen, on):
    async def work(ctx):
        if how == "paid":
            await take_payment(ctx.conn, ctx.act_id, lease, owed_fen, "bank-1", on, on)
        await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
        for one in await lock_charges(ctx.conn, lease.id):
            if one.outstanding_fen and how == "waived":
                await waive_charge(ctx.conn, ctx.act_id, lease, one, one.outstanding_fen, f"k{one.id}", on, "AUTH-1")
            elif one.outstanding_fen:
                await write_off_charge(ctx.conn, ctx.act_id, lease, one, one.outstanding_fen, f"k{one.id}", on)

    in_act(house, work, at=at(on))


def test_a_later_day_on_the_hold_itself_is_kept(house, ground):
    _, lease = ground
    in_act(house, lambda ctx: set_release_due(ctx.conn, lease.id, TODAY))
    assert asked(house, TODAY) == 0
    assert asked(house, TODAY + timedelta(days=1)) == 1


def test_a_deposit_that_went_back_in_time_is_never_late_and_its_lease_ends(house):
    renter = add_renter(house)
    lease = add_lease(house, renter, paid=12, state=LeaseState.SETTLING, returned_on=RETURNED_ON, deposit_fen=0)
    assert asked(house, LATE) == 1
    assert tended(house, lease, LATE).did == ("lease.close",)
    assert not house.sql("SELECT 1 FROM cases")


def test_an_open_claim_keeps_all_of_it_and_a_person_is_told_once(house):
    claims = open_claims(house)
    claims.contested()
    late = claims.lease.returned_on + timedelta(days=4)
    assert asked(house, late) == 1
    assert "deposit.late" in tended(house, claims.lease, late).did
    assert hold_of(house, claims.renter, claims.lease).open_fen == 300_000
    with pytest.raises(Refusal, match=r"^nothing_due:"):
        tended(house, claims.lease, late + timedelta(days=1))
