"""The desk's pages of a lease's life: what can be done now, its phone and parcels, its contract, how it ends."""

import re

import pytest
from visitor import Site

# isort: split
from case_ground import open_desk
from lease_ground import NOW, add_lease
from stock_ground import shipped_lease, signed_lease, stock_up

from shouwen.features.endings.use_cases import ReportLost, report_lost
from shouwen.features.leases.types import LeaseState
from shouwen.mount.web.acts import act
from shouwen.platform import clock

KEY = "a-key-of-one-form"
TABS = ("", "/phone", "/contract", "/cancel", "/ending")


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    """Ten in the morning of a working Monday, wherever and whenever the tests run."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


def row_of(page, label):
    """What the table of possible acts says of one of them."""
    rows = re.findall(r"<tr><td><a.*?</tr>", page.text, re.S)
    found = next(row for row in rows if f">{label}<" in row)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found)), re.search(r'href="([^"]+)"', found)[1]


def test_overview_says_what_is_possible_by_whom_until_when_and_what_must_come_first(desk, site):
    _, lease = signed_lease(desk.house, no=3, state=LeaseState.PREPARING)
    page = site.visitor("zhoumin").get(f"/desk/leases/{lease.ref}")
    text, href = row_of(page, "发货")
    assert "先要：还没有给这笔订单配手机" in text
    assert "一线客服、高级专员、主管、系统" in text
    assert "已过" in text  # signed in May, promised within days
    assert re.search(r"合同 [\d.]+ 条", text)
    assert href == f"/desk/leases/{lease.ref}/phone#ship_lease"
    assert row_of(page, "取消订单")[1] == f"/desk/leases/{lease.ref}/cancel"


def test_overview_in_english_says_in_english_what_must_come_first(desk, site):
    _, lease = signed_lease(desk.house, no=3, state=LeaseState.PREPARING)
    agent = site.visitor("zhoumin")
    agent.cookies["lang"] = "en"
    page = agent.get(f"/desk/leases/{lease.ref}")
    assert "First: no phone is assigned to this lease" in page.said
    assert row_of(page, "Ship")[1].endswith("/phone#ship_lease")


def test_overview_lists_what_is_under_way(desk, site):
    stock_up(desk.house)
    _, lease, moved = shipped_lease(desk.house, no=3)
    page = site.visitor("zhoumin").get(f"/desk/leases/{lease.ref}")
    assert "正在办" in page.said
    assert "等待快递揽收" in page.said
    assert f'href="/desk/leases/{lease.ref}/phone#{moved.shipment_ref}"' in page.text


def test_overview_of_an_ended_lease_has_nothing_to_do(desk, site):
    lease = add_lease(desk.house, desk.stranger, no=3, state=LeaseState.CLOSED, paid=12)
    page = site.visitor("zhoumin").get(f"/desk/leases/{lease.ref}")
    assert "这份租约已经结束，没有要办的事" in page.said


@pytest.mark.parametrize("tab", TABS)
def test_lease_pages_are_there_for_the_desk_alone(desk, site, tab):
    path = f"/desk/leases/{desk.lease.ref}{tab}"
    for who in ("zhoumin", "lin", "gu"):
        assert site.visitor(who).get(path).status == 200, who
    for who in ("he", "adm", "ZK-1", "ZK-2"):
        assert site.visitor(who).get(path).status == 404, who
    assert site.visitor("zhoumin").get(f"/desk/leases/ZL-20990101-0001{tab}").status == 404
    asked = site.visitor().get(path)
    assert (asked.status, asked.headers["location"].startswith("/login")) == (303, True)


def test_act_of_two_pages_cannot_be_said_in_two_ways():
    async def show(request, tried):
        raise AssertionError("nothing is shown")

    with pytest.raises(ValueError, match="report_lost"):
        act(report_lost, ReportLost, show, "/desk", "又一句话")
