"""A rent that fell due before the phone is there: no page calls it overdue, each says that it rests."""

from datetime import date, timedelta

import pytest
from visitor import Site

# isort: split
from lease_ground import in_act
from money_ground import add_scheduled, at, run_days

DUE_ON = date(2026, 3, 1)
LATER_ON = DUE_ON + timedelta(days=9)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


@pytest.fixture
def lease(house):
    found = add_scheduled(house)

    async def work(ctx):
        await ctx.conn.execute("UPDATE leases SET state = 'shipped' WHERE id = $1", found.id)

    in_act(house, work, at=at(DUE_ON))
    run_days(house, DUE_ON, LATER_ON)
    return found


def test_pages_of_a_renter_without_the_phone_never_say_overdue(lease, site):
    renter = site.visitor("ZK-1")
    for path in ("/my", f"/my/leases/{lease.ref}", "/my/bills", f"/my/leases/{lease.ref}/bills/rent-1"):
        page = renter.get(path)
        assert page.status == 200, path
        assert "逾期 " not in page.said, path
        assert "有租金逾期" not in page.said, path
    assert "手机还没到，先不催收" in renter.get("/my").said
    assert "手机还没到，这一期先不催收，不计违约金" in renter.get("/my/bills").said
    line = renter.get(f"/my/leases/{lease.ref}/bills/rent-1").said
    assert "暂停催收" in line
    assert "手机还没到" in line
    assert renter.get(f"/my/leases/{lease.ref}/overdue").status == 303
