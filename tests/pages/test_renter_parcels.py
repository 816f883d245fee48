"""The renter's pages of phones on their way: parcels, what did not come, swaps and returns."""

from datetime import timedelta

import pytest
from visitor import Site

# isort: split
from lease_ground import AGENT, NOW, TODAY, add_renter, run
from stock_ground import (
    DONE,
    IMEIS,
    WAYBILL,
    SilentCourier,
    line,
    push,
    rented_lease,
    returned_lease,
    shipped_lease,
    signed_lease,
)

from shouwen.features.deliveries.use_cases import LookAfterParcels, look_after_parcels
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.abating import AbateRent, abate_rent
from shouwen.features.leases.use_cases.swap import AskSwap, SendSwap, ask_swap, send_swap
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.platform import clock

KEY = "a-key-of-one-form"
SPECIALIST = Actor(Role.SPECIALIST, 3, "林专员")


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    """Ten in the morning of a working Monday, wherever and whenever the tests run."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def site(house):
    opened = Site(house)
    house.door.services.courier = SilentCourier()
    yield opened
    opened.close()


def asked(answer):
    """The path a posted form leads to."""
    assert answer.status == 303, answer.said
    return answer.headers["location"]


def test_order_past_its_promise_says_that_we_are_late_and_leads_to_its_urgent_case(house, site):
    _, lease = signed_lease(house, state=LeaseState.PREPARING)
    renter = site.visitor("ZK-1")
    told = renter.get(f"/my/leases/{lease.ref}/parcels").said
    for word in ("发货晚了", "约定 2026-05-12 前发货", "已过约定", "取消订单，看能退回多少"):
        assert word in told, word
    run(house, look_after_parcels, SYSTEM, LookAfterParcels(lease.id))
    page = renter.get(f"/my/leases/{lease.ref}/parcels")
    assert "已立案跟进，看进展" in page.said
    assert f"/my/cases/{house.sql('SELECT ref FROM cases')[0]['ref']}" in page.text


def test_parcel_is_followed_in_words_with_dates_and_confirmed_once(house, site):
    _, lease, _ = shipped_lease(house)
    renter = site.visitor("ZK-1")
    push(
        house, line("picked_up", -5, said="已揽收", place="深圳"), line("in_transit", -3, said="离开深圳", place="深圳")
    )
    told = renter.get(f"/my/leases/{lease.ref}/parcels").said
    for word in ("运输中", "包裹正在运往您的地址", "最新 深圳 · 离开深圳", WAYBILL, "顺丰速运", "11-23"):
        assert word in told, word
    assert "我没收到" not in told
    push(house, line("signed", -1, said="已签收"))
    assert "确认收货，或说没有收到" in renter.get(f"/my/leases/{lease.ref}").said
    page = renter.get(f"/my/leases/{lease.ref}/handover")
    assert "手机在您手里了吗" in page.said
    fields = {"idempotency_key": KEY}
    where = asked(renter.post(f"/my/leases/{lease.ref}/handover", fields))
    assert asked(renter.post(f"/my/leases/{lease.ref}/handover", fields)) == where
    assert "已确认收货" in renter.get(where).said
    assert "没有收到" not in renter.get(f"/my/leases/{lease.ref}/parcels").said
    late = renter.post(f"/my/leases/{lease.ref}/handover", {"idempotency_key": f"{KEY}-2"})
    assert (late.status, "确认收货要在“已发货”时进行" in late.said) == (409, True)


def test_signed_for_and_not_here_is_registered_at_the_parcel_and_answered(house, site):
    _, lease, moved = shipped_lease(house)
    push(house, line("signed", -1))
    renter = site.visitor("ZK-1")
    page = renter.get(f"/my/leases/{lease.ref}/parcels")
    assert "显示签收，但我没收到" in page.said
    path = f"/my/leases/{lease.ref}/parcels/{moved.shipment_ref}/dispute"
    long = renter.post(path, {"text": "没" * 501, "idempotency_key": KEY})
    assert (long.status, long.text.count("没" * 501)) == (422, 1)
    fields = {"text": "当天家里没人", "idempotency_key": f"{KEY}-2"}
    where = asked(renter.post(path, fields))
    assert asked(renter.post(path, fields)) == where
    told = renter.get(where).said
    assert "已登记没有收到" in told
    assert "核实签收" in told
    again = renter.post(path, fields | {"idempotency_key": f"{KEY}-3"})
    assert (again.status, "已经在核实这个包裹" in again.said) == (409, True)
    run(house, look_after_parcels, SYSTEM, LookAfterParcels(lease.id))
    assert "已立案跟进" in renter.get(f"/my/leases/{lease.ref}/parcels").said


def test_lost_parcel_is_told_without_blame_with_what_is_possible(house, site):
    _, lease, _ = shipped_lease(house)
    push(house, line("lost", -1))
    told = site.visitor("ZK-1").get(f"/my/leases/{lease.ref}/parcels").said
    for word in ("包裹丢失", "您不用付任何费用", "另寄一台", "取消订单，看能退回多少"):
        assert word in told, word


def test_swap_is_followed_received_and_its_old_phone_sent_back_once(house, site, monkeypatch):
    _, lease = rented_lease(house, paid=7)
    renter = site.visitor("ZK-1")
    assert "没有换机记录" in renter.get(f"/my/leases/{lease.ref}/swap").said
    ref = run(house, ask_swap, AGENT, AskSwap(lease.ref, "屏幕不显示", TODAY)).swap_ref
    assert "换机办理中" in renter.get(f"/my/leases/{lease.ref}").said
    told = renter.get(f"/my/leases/{lease.ref}/swap").said
    assert "我们在准备新手机" in told
    assert "还在算" in told
    run(house, send_swap, AGENT, SendSwap(ref, IMEIS[1], "sf", "SF199000020001"))
    assert "现在不能寄回" in renter.get(f"/my/leases/{lease.ref}/return").said
    path = f"/my/leases/{lease.ref}/swap/{ref}"
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=2))
    asked(renter.post(f"{path}/handover", {"idempotency_key": KEY}))
    assert "请寄回换下的旧手机 12-02 前" in renter.get(f"/my/leases/{lease.ref}").said
    page = renter.get(f"/my/leases/{lease.ref}/swap")
    for word in ("寄回旧手机", "2026-12-02", "可以减租", "2026-11-23 到 2026-11-24", "500.00 × 2 ÷ 30"):
        assert word in page.said, word
    fields = [("courier", "sf"), ("waybill", "SF199000030001"), ("done", "backup"), ("idempotency_key", f"{KEY}-2")]
    short = renter.post(f"{path}/return", fields)
    assert (short.status, "寄回前还差" in short.said) == (409, True)
    assert 'value="backup" checked' in short.text
    assert 'value="SF199000030001"' in short.text
    fields = [("courier", "sf"), ("waybill", "SF199000030001"), *(("done", step) for step in DONE),
              ("idempotency_key", f"{KEY}-3")]  # fmt: skip
    asked(renter.post(f"{path}/return", fields))
    asked(renter.post(f"{path}/return", fields))
    assert house.sql("SELECT count(*) FROM shipments WHERE direction = 'swap_back'")[0][0] == 1
    assert "旧手机在寄回途中" in renter.get(f"/my/leases/{lease.ref}/swap").said
    run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "换机期间", ref), at=NOW + timedelta(days=2))
    assert "已减租" in renter.get(f"/my/leases/{lease.ref}/swap").said


def test_return_is_prepared_step_by_step_sent_and_followed_to_its_inspection(house, site):
    _, lease = rented_lease(house)
    renter = site.visitor("ZK-1")
    page = renter.get(f"/my/leases/{lease.ref}/return")
    for word in ("备份照片", "激活锁", "IMEI 页面", "可以后补", "租期到 2027-05-14", "还没到期", "剩下的租金照旧"):
        assert word in page.said, word
    path = f"/my/leases/{lease.ref}/return"
    bad = renter.post(path, [("courier", "sf"), ("waybill", "!"), *(("done", step) for step in DONE),
                             ("idempotency_key", KEY)])  # fmt: skip
    assert (bad.status, bad.text.count(" checked")) == (422, len(DONE))
    assert "“运单号”填写有误" in bad.said
    short = renter.post(path, [("courier", "jd"), ("waybill", "JD1990000301"), ("done", "wiped"),
                               ("idempotency_key", f"{KEY}-2")])  # fmt: skip
    assert (short.status, "给各面、屏幕点亮和 IMEI 页面拍照存证" in short.said) == (409, True)
    assert 'value="jd" selected' in short.text
    fields = [("courier", "jd"), ("waybill", "JD1990000301"), *(("done", step) for step in DONE),
              ("idempotency_key", f"{KEY}-3")]  # fmt: skip
    where = asked(renter.post(path, fields))
    assert asked(renter.post(path, fields)) == where
    told = renter.get(where).said
    for word in ("已登记寄回", "手机在寄回途中", "等待快递揽收", "京东快递", "JD1990000301"):
        assert word in told, word
    assert house.sql("SELECT count(*) FROM shipments WHERE direction = 'back'")[0][0] == 1


def test_return_received_says_by_which_day_it_is_inspected_and_by_which_clause(house, site):
    _, lease = returned_lease(house)
    renter = site.visitor("ZK-1")
    page = renter.get(f"/my/leases/{lease.ref}/return")
    for word in ("我们收到了，等待检测", "2026-11-26 前（含当天）", "过了这天不再收定损费用（INSP-1）"):
        assert word in page.said, word
    assert "/contract#c-" in page.text
    assert "2026-11-26" in renter.get(f"/my/leases/{lease.ref}").said
    late = renter.post(f"/my/leases/{lease.ref}/return", {"courier": "sf", "waybill": "SF1990000309",
                                                          "idempotency_key": KEY})  # fmt: skip
    assert (late.status, "不能寄回" in late.said) == (409, True)


def test_lease_without_a_phone_to_return_says_what_is_possible_instead(house, site):
    _, lease, _ = shipped_lease(house)
    told = site.visitor("ZK-1").get(f"/my/leases/{lease.ref}/return").said
    assert "还不到归还的时候" in told
    assert "看包裹到哪了" in told


def test_parcels_swaps_and_returns_of_another_renter_are_absent(house, site):
    _, lease, moved = shipped_lease(house)
    push(house, line("signed", -1))
    add_renter(house, 2)
    stranger = site.visitor("ZK-2")
    for path in ("parcels", "handover", "swap", "return"):
        assert stranger.get(f"/my/leases/{lease.ref}/{path}").status == 404, path
    for path in (f"parcels/{moved.shipment_ref}/dispute", "handover", "return", "swap/HJ-aaaaaaaaaa/handover"):
        answer = stranger.post(f"/my/leases/{lease.ref}/{path}", {
            "courier": "sf", "waybill": "SF1990000309", "idempotency_key": KEY})  # fmt: skip
        assert answer.status == 404, path
