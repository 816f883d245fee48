"""A lease that has ended offers no price to buy by; what the system says to a renter is no order to colleagues."""

import pytest
from case_ground import NOW, open_desk
from lease_ground import add_lease
from visitor import Site

from shouwen.features.leases.types import LeaseState
from shouwen.mount.pages.views import FigureView, MessageView, QuoteView
from shouwen.mount.web.portal.thread import without_offers
from shouwen.platform import clock


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def renter(house, desk):
    site = Site(house)
    yield site.visitor("ZK-1")
    site.close()


@pytest.mark.parametrize("state", [LeaseState.CLOSED, LeaseState.BOUGHT_OUT])
def test_ended_lease_has_no_buyout_price_and_says_so(desk, renter, state):
    lease = add_lease(desk.house, desk.renter, no=31, state=state, paid=12)
    page = renter.get(f"/my/leases/{lease.ref}/buyout")
    assert page.status == 200
    assert "不再有买断价" in page.said
    assert "合同的买断价" not in page.said  # the ladder's rung is no price any more
    assert f"/my/leases/{lease.ref}/buyout/agree" not in page.text


def test_quote_in_a_thread_stays_to_read_without_its_offer():
    quote = QuoteView(
        ref="BJ-1", title="买断报价", figure=FigureView(204_600), on=NOW.date(), sentence="",
        accept_href="/my/leases/ZL-1/buyout",
    )  # fmt: skip
    message = MessageView(seq=1, kind="staff", at=NOW, quote=quote)
    [shown] = without_offers((message,))
    assert shown.quote.accept_href == ""
    assert shown.quote.figure == quote.figure
