"""Credit of many leases at once leads to the very entries that lease by lease leads to, with few statements."""

from datetime import date

import pytest
from lease_ground import add_renter, in_act
from money_ground import add_scheduled, assert_book_holds, at, charges_of, contract_of, credit, pay

from shouwen.features.money.credits import apply_credits
from shouwen.features.money.public import apply_credit, day_charges, day_credits, day_fees_exact, day_fees_fast, undo

PAID_ON, ON = date(2026, 3, 10), date(2026, 6, 10)
EVERY = 1 << 60
BY_DUE = {"allocation_by": "due"}
FEES_FIRST = {"allocation_order": ("late_fee", "rent")}


def lives(house, no, amount_fen, terms):
    """A lease that paid `amount_fen` in March, 500.00 of it for the first rent, and the bills of June are booked."""
    lease = add_scheduled(house, no=no, contract=contract_of(**terms), renter=add_renter(house, no))
    pay(house, lease, amount_fen, f"FK-{no}", PAID_ON)

    async def bills(ctx):
        reach = (ON, lease.id, lease.id + 1)
        await day_charges(ctx.conn, ctx.act_id, *reach)
        await day_fees_fast(ctx.conn, ctx.act_id, *reach)
        await day_fees_exact(ctx.conn, ctx.act_id, *reach)

    in_act(house, bills, at=at(ON))
    return lease


def one_by_one(house, leases):
    async def work(ctx):
        return sum([await apply_credit(ctx.conn, ctx.act_id, lease, ON) > 0 for lease in leases])

    return in_act(house, work, at=at(ON))


def at_once(house, leases):
    return in_act(house, lambda ctx: apply_credits(ctx.conn, ctx.act_id, [one.id for one in leases], ON), at=at(ON))


def entries(house, lease):
    """What credit settled, with charges by kind and number in the place of ids."""
    rows = house.sql(
        "SELECT regexp_replace(e.key, ':[0-9]+:', ':' || c.kind || c.no || ':') AS key, e.kind, e.booked_on,"
        " e.value_on, e.memo, e.rule, e.replays, t.no, t.debit_account, t.credit_account, t.amount_fen, c.kind AS of,"
        " c.no AS nth"
        " FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id JOIN charges c ON c.id = t.charge_id"
        " WHERE e.lease_id = $1 AND e.key ~ '^(reversal:)?credit:' ORDER BY e.id, t.no",
        lease.id,
    )
    return [tuple(row) for row in rows]


def stands(house, lease):
    bills = [(c.kind, c.no, c.paid_fen, c.outstanding_fen, c.settled_on) for c in charges_of(house, lease)]
    return sorted(bills), credit(house, lease)


def contest(house, lease, no, fen):
    async def work(ctx):
        case_id = await ctx.conn.fetchval(
            "INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, opened_at, last_at)"
            " VALUES ($1, 'billing_dispute', 't', $2, 'x', $3, $3) RETURNING id",
            f"SW-{lease.id}", lease.renter_id, ctx.now,
        )  # fmt: skip
        await ctx.conn.execute(
            "INSERT INTO collection_pauses (case_id, lease_id, charge_id, amount_fen, reason, started_at)"
            " SELECT $1, lease_id, id, $4, 'dispute', $5 FROM charges"
            " WHERE lease_id = $2 AND kind = 'rent' AND no = $3",
            case_id, lease.id, no, fen, ctx.now,
        )  # fmt: skip

    in_act(house, work, at=at(ON, 1))


@pytest.mark.parametrize("terms", [{}, BY_DUE, FEES_FIRST], ids=["the law's order", "by due day", "fees first"])
@pytest.mark.parametrize("amount_fen", [50_051, 99_999, 100_000, 100_350, 130_000, 200_000, 900_000])
def test_credits_at_once_make_the_entries_of_one_by_one(house, terms, amount_fen):
    one, other = (lives(house, no, amount_fen, terms) for no in (1, 2))
    assert one_by_one(house, [one]) == at_once(house, [other]) == 1
    assert entries(house, one) == entries(house, other) != []
    assert stands(house, one) == stands(house, other)
    assert_book_holds(house, other)


@pytest.mark.parametrize("fen", [50_000, 20_000])
def test_contested_part_is_left_alone(house, fen):
    one, other = (lives(house, no, 130_000, {}) for no in (1, 2))
    for lease in (one, other):
        contest(house, lease, 2, fen)
    assert one_by_one(house, [one]) == at_once(house, [other]) == 1
    assert entries(house, one) == entries(house, other)
    [rent] = [c for c in charges_of(house, other) if (c.kind, c.no) == ("rent", 2)]
    assert rent.outstanding_fen == fen


def test_many_leases_of_every_kind_cost_as_many_statements_as_few(house):
    leases = [lives(house, no, 60_000 + 1_000 * no, terms) for no, terms in enumerate((BY_DUE, {}, FEES_FIRST, {}), 1)]
    without = lives(house, 9, 50_000, {})
    counted = []

    def count(some):
        counted.clear()

        async def work(ctx):
            with ctx.conn.query_logger(lambda record: counted.append(record.query)):
                return await apply_credits(ctx.conn, ctx.act_id, [one.id for one in some], ON)

        return in_act(house, work, at=at(ON)), len(counted)

    assert count([leases[0]]) == (1, 6)
    assert count([*leases[1:], without]) == (3, 6)
    assert count([*leases, without]) == (0, 4)  # nothing is left to book
    assert entries(house, without) == []


def test_credit_that_was_used_and_taken_back_today_is_used_under_the_next_key(house):
    one, other = (lives(house, no, 60_000, {}) for no in (1, 2))
    for lease in (one, other):
        one_by_one(house, [lease])
        backdate(house, lease)
    used = [one_by_one(house, [one]), at_once(house, [other])]
    assert used[0] == used[1]
    assert entries(house, one) == entries(house, other)
    assert stands(house, one) == stands(house, other)


def backdate(house, lease):
    """A payment of an earlier day puts the credit used today back, and more beside it."""
    pay(house, lease, 200_000, f"FK-early-{lease.id}", ON, value_on=date(2026, 4, 1))
    in_act(house, lambda ctx: undo(ctx.conn, ctx.act_id, lease, f"payment:FK-early-{lease.id}", "误登", "REVERSAL", ON),
           at=at(ON))  # fmt: skip


def test_day_uses_the_credit_of_its_range_alone(house):
    one, other = (lives(house, no, 130_000, {}) for no in (1, 2))
    day = in_act(house, lambda ctx: day_credits(ctx.conn, ctx.act_id, ON, one.id, other.id), at=at(ON))
    assert (day, credit(house, one), credit(house, other)) == (1, 0, 79_950)  # 0.50 went to the late fee of March
