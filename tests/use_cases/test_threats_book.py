"""Ways round the book: what an agreement made is not taken back or given up by one hand, limits are not split."""

from datetime import date

import pytest
from lease_ground import TODAY, add_lease, add_renter, in_act, run
from money_ground import at, bill, charges_of

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.endings.public import leases_to_tend
from shouwen.features.endings.use_cases import AcceptBuyout, TendLease, accept_buyout, tend_lease
from shouwen.features.leases.use_cases import money
from shouwen.features.leases.use_cases.abating import AbateRent, abate_rent
from shouwen.features.leases.use_cases.reading import QuoteBuyout, quote_buyout
from shouwen.features.money.public import (
    NewCharge,
    book_charges,
    book_day,
    put_fee_terms,
    take_payment,
    waive_charge,
    write_off_charge,
)
from shouwen.features.money.types import ChargeKind
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform.approvals import DecideApproval, decide_approval

SPECIALIST = Actor(Role.SPECIALIST, 2, "林专员")
SUPERVISOR = Actor(Role.SUPERVISOR, 3, "顾主管")
OTHER_SUPERVISOR = Actor(Role.SUPERVISOR, 97, "齐主管")
AGENT = Actor(Role.AGENT, 1, "周敏")
OTHER_SPECIALIST = Actor(Role.SPECIALIST, 98, "何专员")


@pytest.fixture
def ground(house):
    """A renter in their seventh month, with a deposit and late fees that may run."""
    renter = add_renter(house)
    lease = add_lease(house, renter, paid=5)

    async def terms(ctx):
        _, contract = await contract_in_force(ctx.conn, lease.id)
        await put_fee_terms(ctx.conn, lease.id, contract)

    in_act(house, terms)
    return renter, lease


def refused(code):
    return pytest.raises(Refusal, match=f"^{code}:")


def undo(house, lease, key, actor=SPECIALIST):
    return run(house, money.undo_entry, actor, money.UndoEntry(lease.ref, key, "登记有误"))


def agreed(house, renter, lease):
    """The buyout accepted today, and its charges by kind."""
    quoted = run(house, quote_buyout, renter, QuoteBuyout(lease.ref))
    run(house, accept_buyout, renter, AcceptBuyout(lease.ref, quoted.amount_fen, quoted.valid_until))
    return {charge.kind: charge for charge in charges_of(house, lease) if charge.outstanding_fen}


def pay_all(house, lease, ref):
    async def work(ctx):
        on = await book_day(ctx.conn, ctx.now)
        owed_fen = sum(charge.outstanding_fen for charge in charges_of_agreement)
        return await take_payment(ctx.conn, ctx.act_id, lease, owed_fen, ref, on, on)

    charges_of_agreement = [charge for charge in charges_of(house, lease) if charge.due_on <= TODAY]
    return in_act(house, work, at=at(TODAY))


def state_of(house, lease):
    return house.sql("SELECT state FROM leases WHERE id = $1", lease.id)[0]["state"]


def damage(house, lease):
    new = NewCharge(
        lease_id=lease.id, renter_id=lease.renter_id, kind=ChargeKind.DAMAGE, no=1, clause="7.1", due_on=TODAY,
        amount_fen=200_000,
    )  # fmt: skip
    [charge_id] = in_act(house, lambda ctx: book_charges(ctx.conn, ctx.act_id, [new], TODAY))
    return charge_id


def fee(house, lease, amount_fen, no=1):
    """A fee of a lease, as the desk books one; its id."""
    new = NewCharge(
        lease_id=lease.id, renter_id=lease.renter_id, kind=ChargeKind.FEE, no=no, clause="7.1", due_on=TODAY,
        amount_fen=amount_fen,
    )  # fmt: skip
    [charge_id] = in_act(house, lambda ctx: book_charges(ctx.conn, ctx.act_id, [new], TODAY))
    return charge_id


def agreed_fee(house, lease):
    """A handling fee that belongs to the open agreement of a lease."""
    charge_id = fee(house, lease, 20_000)
    sql = "UPDATE acceptances SET charge_ids = charge_ids || $1::bigint"
    in_act(house, lambda ctx: ctx.conn.execute(sql, charge_id))
    return charge_id


@pytest.mark.parametrize("tail", ["/", "/2", "//"])
def test_undo_entry_damage_with_a_slash_in_the_key_changes_nothing(house, ground, tail):
    lease = ground[1]
    charge_id = damage(house, lease)
    with pytest.raises((Refusal, BadInput)):
        undo(house, lease, f"charge:{charge_id}{tail}")
    assert bill(house, lease, "damage", 1).outstanding_fen == 200_000


def test_undo_entry_price_of_an_agreed_buyout_is_refused(house, ground):
    renter, lease = ground
    price = agreed(house, renter, lease)["buyout"]
    for key in (f"charge:{price.id}", f"charge:{price.id}/"):
        with pytest.raises((Refusal, BadInput)):
            undo(house, lease, key)
    assert bill(house, lease, "buyout", price.no).outstanding_fen == price.outstanding_fen


def test_undo_entry_fee_of_an_agreement_is_refused_that_of_the_desk_is_taken_back(house, ground):
    renter, lease = ground
    agreed(house, renter, lease)
    charge_id = agreed_fee(house, lease)
    with refused("not_undoable"):
        undo(house, lease, f"charge:{charge_id}")
    by_hand = fee(house, lease, 500, no=2)
    undo(house, lease, f"charge:{by_hand}")
    assert bill(house, lease, "fee", 1).outstanding_fen == 20_000
    assert bill(house, lease, "fee", 2).outstanding_fen == 0


@pytest.mark.parametrize("kind", ["buyout", "late_fee"])
def test_write_off_line_of_an_open_agreement_is_refused(house, ground, kind):
    renter, lease = ground
    charge = agreed(house, renter, lease)[kind]
    with refused("agreed_open"):
        run(house, money.write_off, SUPERVISOR, money.WriteOff(lease.ref, f"{kind}-{charge.no}", 100, "收不回来了"))
    assert bill(house, lease, kind, charge.no).written_off_fen == 0


@pytest.mark.parametrize("column", ["waived_fen", "written_off_fen"])
def test_tend_lease_buyout_price_given_up_in_part_is_not_bought(house, ground, column):
    renter, lease = ground
    price = agreed(house, renter, lease)["buyout"]
    give_up = write_off_charge if column == "written_off_fen" else waived_by_hand
    in_act(house, lambda ctx: give_up(ctx.conn, ctx.act_id, lease, price, 100_000, "X-1", TODAY))
    pay_all(house, lease, "FK-1001")
    assert getattr(bill(house, lease, "buyout", price.no), column) == 100_000
    assert ticked(house) == []
    with refused("nothing_due"):
        run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(TODAY))
    assert state_of(house, lease) == "renting"


def test_tend_lease_buyout_paid_in_full_is_bought(house, ground):
    renter, lease = ground
    agreed(house, renter, lease)
    pay_all(house, lease, "FK-1001")
    assert ticked(house) == [lease.id]
    run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(TODAY))
    assert state_of(house, lease) == "bought_out"


async def waived_by_hand(conn, act_id, lease, price, amount_fen, key, on):
    await waive_charge(conn, act_id, lease, price, amount_fen, key, on, "AUTH-1")


def ticked(house):
    return in_act(house, lambda ctx: leases_to_tend(ctx.conn, TODAY, 10))


def hire(house):
    """A desk with enough people for every request."""

    async def work(ctx):
        for login, role in (("zhou", "agent"), ("lin", "specialist"), ("gu", "supervisor"), ("he", "specialist"),
                            ("qi", "supervisor"), ("ma", "supervisor")):  # fmt: skip
            await ctx.conn.execute(
                "INSERT INTO staff (login, name, role, password_hash, created_at) VALUES ($1, $1, $2, 'x', $3)",
                login, role, ctx.now,
            )  # fmt: skip

    in_act(house, work)


def charge(house, lease, amount_fen):
    """A fee of a lease; its line."""
    fee(house, lease, amount_fen)
    return "fee-1"


def asked(house, use_case, actor, command):
    """The reference of the request that an act became."""
    with pytest.raises(Refusal) as found:
        run(house, use_case, actor, command)
    assert found.value.status == 202, found.value
    return found.value.data["approval_ref"]


def grant(house, ref, actor):
    return run(house, decide_approval, actor, DecideApproval(ref, True, "同意"))


def test_waive_in_requests_that_sum_above_the_approvers_limit_stops_at_the_limit(house, ground):
    lease = ground[1]
    hire(house)
    line = charge(house, lease, 500_000)
    parts = [money.Waive(lease.ref, line, 24_000, f"协商减免 {n}") for n in range(4)]
    refs = [asked(house, money.waive, AGENT, part) for part in parts]
    for ref in refs[:2]:
        assert grant(house, ref, SPECIALIST).performed
    for ref in refs[2:]:
        with refused("approval_stale"):
            grant(house, ref, SPECIALIST)
    assert bill(house, lease, "fee", 1).waived_fen == 48_000
    assert grant(house, refs[2], SUPERVISOR).performed  # who may give all of it may still grant it
    assert bill(house, lease, "fee", 1).waived_fen == 72_000


def test_write_off_in_requests_that_sum_to_two_peoples_power_needs_them(house, ground):
    lease = ground[1]
    hire(house)
    line = charge(house, lease, 2_000_000)
    parts = [money.WriteOff(lease.ref, line, 300_000, f"收不回来了 {n}") for n in range(2)]
    # a specialist asks a supervisor for each; both together are above what one supervisor may give
    refs = [asked(house, money.write_off, SPECIALIST, part) for part in parts]
    assert grant(house, refs[0], SUPERVISOR).performed
    with refused("approval_stale"):
        grant(house, refs[1], OTHER_SUPERVISOR)
    assert bill(house, lease, "fee", 1).written_off_fen == 300_000


def test_abate_rent_in_requests_that_sum_above_the_approvers_limit_stops_at_the_limit(house, ground):
    lease = ground[1]
    hire(house)
    days = [(date(2026, 6, 10), date(2026, 7, 4)), (date(2026, 7, 10), date(2026, 8, 4))]
    refs = [
        asked(house, abate_rent, AGENT, AbateRent(lease.ref, "手机在维修", from_on=first, to_on=last))
        for first, last in days
    ]
    assert grant(house, refs[0], SPECIALIST).performed
    with refused("approval_stale"):
        grant(house, refs[1], SPECIALIST)


def test_undo_entry_waiver_two_people_gave_needs_two_again(house, ground):
    lease = ground[1]
    hire(house)
    command = money.Waive(lease.ref, charge(house, lease, 900_000), 800_000, "协商减免")
    ref = asked(house, money.waive, SUPERVISOR, command)
    grant(house, ref, OTHER_SUPERVISOR)
    [row] = house.sql("SELECT key FROM money_entries WHERE kind = 'waiver'")
    back = asked(house, money.undo_entry, SPECIALIST, money.UndoEntry(lease.ref, row["key"], "登记有误"))
    assert not grant(house, back, SUPERVISOR).performed
    assert bill(house, lease, "fee", 1).waived_fen == 800_000
    assert grant(house, back, OTHER_SUPERVISOR).performed
    assert bill(house, lease, "fee", 1).waived_fen == 0


def test_undo_entry_write_off_by_a_specialist_waits_for_a_supervisor(house, ground):
    lease = ground[1]
    hire(house)
    command = money.WriteOff(lease.ref, charge(house, lease, 5_000), 5_000, "收不回来了")
    key = run(house, money.write_off, SUPERVISOR, command).entry_key
    asked(house, money.undo_entry, SPECIALIST, money.UndoEntry(lease.ref, key, "登记有误"))
    assert bill(house, lease, "fee", 1).written_off_fen == 5_000
    undo(house, lease, key, SUPERVISOR)
    assert bill(house, lease, "fee", 1).written_off_fen == 0


def test_undo_entry_waiver_by_the_rule_of_the_first_lateness_is_refused(house, ground):
    with refused("not_undoable"):
        undo(house, ground[1], "waiver:late4:1", SUPERVISOR)


def written_off(house, lease):
    """The line of a fee that was written off."""
    line = charge(house, lease, 5_000)
    run(house, money.write_off, SUPERVISOR, money.WriteOff(lease.ref, line, 5_000, "收不回来了"))
    return line


def record(house, lease, ref):
    command = money.RecordPayment(lease.ref, 5_000, ref, TODAY)
    return run(house, money.record_payment, SPECIALIST, command)


def test_record_payment_reference_of_a_recovery_is_refused(house, ground):
    lease = ground[1]
    command = money.Recover(lease.ref, written_off(house, lease), 5_000, "FK-9")
    run(house, money.recover, SUPERVISOR, command)
    with refused("payment_known"):
        record(house, lease, "FK-9")


def test_recover_reference_of_a_payment_is_refused_until_it_is_taken_back(house, ground):
    lease = ground[1]
    command = money.Recover(lease.ref, written_off(house, lease), 5_000, "FK-9")
    record(house, lease, "FK-9")
    with refused("payment_known"):
        run(house, money.recover, SUPERVISOR, command)
    undo(house, lease, "payment:FK-9")
    run(house, money.recover, SUPERVISOR, command)
    assert bill(house, lease, "fee", 1).paid_fen == 5_000
