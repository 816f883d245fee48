"""What may be said about an early return (GUARD-1): the contract's share, today's fee and today's total."""

from lease_ground import TODAY, add_lease, add_renter, in_act, sample_contract

from shouwen.features.endings.returning import price_early_return
from shouwen.features.leases.public import figures_for, open_lease_file
from shouwen.features.leases.types import LeaseState
from shouwen.features.money.public import lock_charges, waive_charge


def figures(house, **more):
    lease = add_lease(house, add_renter(house), **more)

    async def work(ctx):
        return await figures_for(ctx.conn, lease.id, TODAY)

    return in_act(house, work)


def test_renting_lease_says_its_share_and_what_returning_today_would_cost(house):
    found = figures(house, paid=7)
    by_label = {one.label: one for one in found.figures}
    # back on 23 November, in period 7 (15 November to 14 December): five periods have not begun
    assert by_label["今天提前归还费用"].amount_fen == 75_000
    total = by_label["今天提前归还合计"]
    assert total.amount_fen == 75_000 - (50_000 - 15_000)
    assert (total.clause, total.valid_until) == ("4.2", TODAY)
    assert [(rate.rate, rate.clause) for rate in found.rates if rate.topic == "other"] == [("0.30", "4.2")]


def test_waived_rent_lowers_no_total_that_may_be_said(house):
    lease = add_lease(house, add_renter(house), paid=6)

    async def work(ctx):
        rent = next(c for c in await lock_charges(ctx.conn, lease.id) if c.kind == "rent" and c.no == 7)
        await waive_charge(ctx.conn, ctx.act_id, lease, rent, rent.outstanding_fen, "k", TODAY, "ABATE-1")
        found = {one.label: one for one in (await figures_for(ctx.conn, lease.id, TODAY)).figures}
        opened = await open_lease_file(ctx.conn, lease.id, TODAY)
        priced = price_early_return(opened.file, opened.contract, TODAY, TODAY)
        return found["今天提前归还合计"].amount_fen, priced.amount_fen

    assert in_act(house, work) == (75_000, 75_000)


def test_lease_before_delivery_says_nothing_of_it(house):
    found = figures(house, state=LeaseState.SIGNED, paid=0)
    assert not [one for one in found.figures if one.label.startswith("今天提前归还")]


def test_contract_without_the_clause_says_nothing_of_it(house):
    found = figures(house, contract=sample_contract("rent_to_own_24"))
    assert not [one for one in found.figures if one.label.startswith("今天提前归还")]
