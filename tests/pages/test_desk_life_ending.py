"""The desk's page of a lease's end: the ways and their prices, what was agreed, a loss, the deposit's clock."""

import re
from datetime import date, timedelta

import pytest
from visitor import Site

# isort: split
from case_ground import open_desk
from lease_ground import NOW, TODAY, add_lease, run
from stock_ground import SilentCourier, signed_lease

from shouwen.features.endings.use_cases import AcceptBuyout, accept_buyout
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.reading import QuoteBuyout, quote_buyout
from shouwen.platform import clock

KEY = "a-key-of-one-form"


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    """Ten in the morning of a working Monday, wherever and whenever the tests run."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def desk(house):
    house.door.services.courier = SilentCourier()
    return open_desk(house)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


@pytest.fixture
def agent(desk, site):
    return site.visitor("zhoumin")


def here(lease):
    return f"/desk/leases/{lease.ref}/ending"


def put(visitor, lease, place, fields=(), key=KEY):
    return visitor.post(f"/desk/leases/{lease.ref}/{place}", [*dict(fields).items(), ("idempotency_key", key)])


def forms(page):
    return re.findall(r'<form method="post" action="/desk/leases/[^/"]+/([^"]+)"', page.text)


def fen(money):
    return int(money.replace(",", "").replace(".", ""))


def state_of(desk, lease):
    return desk.one("SELECT state FROM leases WHERE id = $1", lease.id)


def test_ways_show_todays_figures_with_clause_and_working_and_the_curve(desk, agent):
    quote = run(desk.house, quote_buyout, desk.agent, QuoteBuyout(desk.lease.ref))
    page = agent.get(here(desk.lease))
    shown = re.search(r"今天买断 ¥([\d,.]+)", page.said)[1]
    assert fen(shown) == quote.amount_fen
    for line in quote.working:
        assert line in page.said
    assert re.search(r'href="/desk/leases/[^"]+/contract#c-9\.1"', page.text)
    assert "多等几期差多少" in page.said
    assert "同意由租客在自己的页面确认" in page.said
    assert not [form for form in forms(page) if "buyout" in form or "renewal" in form]


def test_early_return_of_another_day_is_quoted_and_a_past_day_said_beside_it(desk, agent):
    on = TODAY + timedelta(days=20)
    page = agent.get(f"{here(desk.lease)}?back_on={on}")
    assert f"{on} 寄回 ¥" in page.said
    assert f'value="{on}"' in page.text
    past = agent.get(f"{here(desk.lease)}?back_on=2026-01-01")
    assert past.status == 200
    assert 'class="problem"' in past.text
    assert 'value="2026-01-01"' in past.text
    nonsense = agent.get(f"{here(desk.lease)}?back_on=soon")
    assert (nonsense.status, 'class="problem"' in nonsense.text) == (200, True)


def test_agreed_buyout_says_what_is_still_to_be_paid_by_when(desk, agent):
    quote = run(desk.house, quote_buyout, desk.renter, QuoteBuyout(desk.lease.ref))
    command = AcceptBuyout(desk.lease.ref, quote.amount_fen, quote.valid_until, False)
    agreed = run(desk.house, accept_buyout, desk.renter, command)
    page = agent.get(here(desk.lease))
    assert "已经约定的" in page.said
    assert agreed.acceptance_ref in page.said
    assert "11-26 前" in page.said
    assert "办理中" in page.said
    assert agreed.acceptance_ref in agent.get(f"/desk/leases/{desk.lease.ref}").said


def test_loss_reported_for_a_renter_on_the_phone_rests_collection_and_leads_to_its_case(desk, agent):
    page = agent.get(here(desk.lease))
    assert "替租客报失" in page.said
    assert "扣款和违约金暂停到 2026-12-08" in page.said
    early = put(agent, desk.lease, "loss", {"lost_on": "2026-01-01", "place": "地铁二号线"})
    assert (early.status, "遗失日期应在最近" in early.said) == (422, True)
    assert 'value="地铁二号线"' in early.text
    done = put(agent, desk.lease, "loss", {"lost_on": str(TODAY), "place": "地铁二号线"}, "second-key")
    assert done.headers["location"] == f"{here(desk.lease)}?done=report_lost_for#loss"
    assert put(agent, desk.lease, "loss", {"lost_on": str(TODAY), "place": "地铁二号线"}, "second-key").status == 303
    assert desk.one("SELECT count(*) FROM losses") == 1
    assert state_of(desk, desk.lease) == LeaseState.LOST
    page = agent.get(here(desk.lease))
    assert "地铁二号线" in page.said
    assert re.search(r'href="/desk/cases/SW-\w+"', page.text)
    assert "之后才能结算" in page.said
    assert "loss/found" in forms(page)
    again = put(agent, desk.lease, "loss", {"lost_on": str(TODAY), "place": ""}, "third-key")
    assert (again.status, "不能报失" in again.said) == (409, True)


def test_loss_is_settled_by_a_specialist_at_the_contracts_figure_and_undone_when_found(desk, site, agent):
    put(agent, desk.lease, "loss", {"lost_on": str(TODAY), "place": ""})
    short = put(agent, desk.lease, "loss/police", {"police_ref": "沪"}, "key-two-2")
    assert (short.status, 'value="沪"' in short.text) == (422, True)
    assert put(agent, desk.lease, "loss/police", {"police_ref": "沪公报 2026-1123"}, "key-three").status == 303
    assert "由高级专员或主管按合同结算" in agent.get(here(desk.lease)).said
    step = f"/desk/leases/{desk.lease.ref}/loss/settlement"
    assert agent.get(step).status == 404
    specialist = site.visitor("lin")
    assert f'href="{step}"' in specialist.get(here(desk.lease)).text
    page = specialist.get(step)
    assert "遗失结算" in page.said
    assert "找回手机，结算全部冲销" in page.said
    [amount], [until] = page.fields("amount_fen"), page.fields("valid_until")
    moved = put(specialist, desk.lease, "loss/settlement", {"amount_fen": "1", "valid_until": until})
    assert moved.status == 409
    assert desk.one("SELECT count(*) FROM acceptances") == 0
    fields = {"amount_fen": amount, "valid_until": until}
    done = put(specialist, desk.lease, "loss/settlement", fields, "key-four-4")
    assert done.headers["location"] == f"{here(desk.lease)}?done=settle_loss#loss"
    assert put(specialist, desk.lease, "loss/settlement", fields, "key-four-4").status == 303
    assert desk.one("SELECT count(*) FROM acceptances") == 1
    page = specialist.get(here(desk.lease))
    assert "已结算，见上面的约定" in page.said
    assert f"/desk/leases/{desk.lease.ref}/papers/" in page.text
    assert put(agent, desk.lease, "loss/found", key="key-five-5").status == 303
    page = agent.get(here(desk.lease))
    assert "已冲销" in page.said
    assert "上次已找回" in page.said
    assert state_of(desk, desk.lease) == LeaseState.RENTING
    phone = agent.get(f"/desk/leases/{desk.lease.ref}/phone")
    assert "解除设备锁" in phone.said


def test_deposit_says_its_clock_and_what_it_waits_for(desk, agent):
    back = {
        "handed_over_on": date(2026, 5, 12),
        "return_sent_on": date(2026, 11, 18),
        "returned_on": date(2026, 11, 20),
    }
    lease = add_lease(desk.house, desk.stranger, no=3, state=LeaseState.INSPECTING, paid=12, **back)
    page = agent.get(here(lease))
    assert "¥3,000.00" in page.said
    assert "DEP-1" in page.said
    assert "等验机" in page.said
    assert "验机最晚 2026-11-23" in page.said
    assert "收到手机后 3 天内解冻" in page.said
    held = agent.get(here(desk.lease))
    assert "手机归还并验机，或买断付清后解冻" in held.said


def test_ending_before_signing_says_so_and_offers_nothing(desk, agent):
    _, lease = signed_lease(desk.house, no=3)
    page = agent.get(here(lease))
    assert page.status == 200
    assert "不能办" in page.said
    assert forms(page) == []


@pytest.mark.parametrize("place", ["loss", "loss/police", "loss/found", "loss/settlement"])
def test_acts_on_a_loss_are_not_there_for_others(desk, site, place):
    for who in ("he", "adm", "ZK-2"):
        fields = {"lost_on": str(TODAY), "police_ref": "沪公报", "amount_fen": "1", "valid_until": str(TODAY)}
        assert put(site.visitor(who), desk.lease, place, fields).status == 404, who
    assert desk.one("SELECT count(*) FROM losses") == 0
