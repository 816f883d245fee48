"""While one end of a lease is agreed, the others are refused because of it, in the renter's words."""

import pytest
from lease_ground import AGENT, add_lease, add_renter, run

from shouwen.features.endings.use_cases import (
    AcceptBuyout,
    QuoteLoss,
    ReadEndings,
    accept_buyout,
    quote_loss,
    read_endings,
)
from shouwen.features.leases.use_cases.reading import QuoteBuyout, quote_buyout
from shouwen.kernel.errors import Refusal


@pytest.fixture
def bought(house):
    """A lease whose buyout is agreed and not paid yet; (renter, lease, what was agreed)."""
    renter = add_renter(house)
    lease = add_lease(house, renter)
    quote = run(house, quote_buyout, renter, QuoteBuyout(lease.ref))
    command = AcceptBuyout(lease.ref, quote.amount_fen, quote.valid_until, deduct=False)
    return renter, lease, run(house, accept_buyout, renter, command)


def test_loss_beside_an_agreed_buyout_names_the_buyout_and_not_the_contract(house, bought):
    renter, lease, agreed = bought
    for who in (renter, AGENT):
        with pytest.raises(Refusal) as refused:
            run(house, quote_loss, who, QuoteLoss(lease.ref))
        assert (refused.value.code, agreed.acceptance_ref in refused.value.zh) == ("agreed_already", True)
        assert "买断已经在办理" in refused.value.zh


def test_ways_beside_an_agreed_buyout_say_that_it_is_under_way(house, bought):
    renter, lease, agreed = bought
    ways = {one.way: one for one in run(house, read_endings, renter, ReadEndings(lease.ref)).ways}
    for way in ("buyout", "loss"):
        assert agreed.acceptance_ref in ways[way].closed_zh, way
        assert "等它到期失效" in ways[way].remedy_zh, way
