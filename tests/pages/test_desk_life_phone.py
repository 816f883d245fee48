"""The desk's page of a lease's phone: assign, prepare, ship, hand over, take back; parcels, swaps, rent, the lock."""

import re

import pytest
from visitor import Site

# isort: split
from case_ground import open_desk
from lease_ground import NOW, in_act, run
from stock_ground import (
    DONE,
    IMEIS,
    SilentCourier,
    lease_state,
    line,
    push,
    rented_lease,
    shipped_lease,
    signed_lease,
    stock_up,
    unit_states,
)

from shouwen.features.endings.use_cases import ReportLost, report_lost
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.parcels import DisputeDelivery, dispute_delivery
from shouwen.kernel.days import beijing_on
from shouwen.platform import clock

KEY = "a-key-of-one-form"
TODAY = beijing_on(NOW)


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


def at(lease):
    return f"/desk/leases/{lease.ref}/phone"


def put(agent, lease, place, fields=(), key=KEY):
    return agent.post(f"/desk/leases/{lease.ref}/{place}", [*dict(fields).items(), ("idempotency_key", key)])


def forms(page):
    """The acts that the page offers, by where they post."""
    return re.findall(r'<form method="post" action="/desk/leases/[^/"]+/([^"]+)"', page.text)


def test_phone_goes_from_the_stock_to_the_renter_through_the_page(agent, desk):
    house = desk.house
    stock_up(house)
    _, lease = signed_lease(house, no=3)
    page = agent.get(at(lease))
    assert {"unit", "preparation"} <= set(forms(page))
    assert IMEIS[1] in page.text
    assert put(agent, lease, "unit", {"imei": IMEIS[1]}).headers["location"] == f"{at(lease)}?done=assign_unit"
    page = agent.get(f"{at(lease)}?done=assign_unit")
    assert "已配好手机" in page.said
    assert "已配给订单" in page.said
    assert put(agent, lease, "preparation", key="second-key").status == 303
    page = agent.get(at(lease))
    assert "shipment" in forms(page)
    sent = put(agent, lease, "shipment", {"courier": "sf", "waybill": "SF199000010417", "promised_on": ""}, "third-key")
    assert sent.status == 303
    again = put(
        agent, lease, "shipment", {"courier": "sf", "waybill": "SF199000010417", "promised_on": ""}, "third-key"
    )
    assert again.headers["location"] == sent.headers["location"]
    assert house.sql("SELECT count(*) FROM shipments")[0][0] == 1
    page = agent.get(at(lease))
    assert "等待快递揽收" in page.said
    assert "顺丰速运 SF199000010417" in page.said
    assert "handover" not in forms(page)
    assert "现在不能代租客确认收货" in page.said
    assert "快递还没有显示送达；租客本人随时可以确认" in page.said
    push(house, line("picked_up", 0), line("signed", 0, no="s1", place="上海", said="已签收，签收人 门卫"))
    page = agent.get(at(lease))
    assert "上海 已签收，签收人 门卫" in page.said
    assert put(agent, lease, "handover", key="fourth-key").status == 303
    assert lease_state(house, lease) == LeaseState.RENTING
    assert unit_states(house)[IMEIS[1]] == "rented"


def test_shipment_with_a_bad_waybill_keeps_what_was_typed_where_the_form_is(agent, desk):
    stock_up(desk.house)
    _, lease = signed_lease(desk.house, no=3, state=LeaseState.PREPARING)
    put(agent, lease, "unit", {"imei": IMEIS[0]})
    page = put(agent, lease, "shipment", {"courier": "jd", "waybill": "单 号", "promised_on": "2026-11-25"})
    assert page.status == 422
    assert "运单号" in page.said
    assert 'value="单 号"' in page.text
    assert 'value="2026-11-25"' in page.text
    assert re.search(r'value="jd" selected', page.text)
    assert 'aria-invalid="true"' in page.text
    assert lease_state(desk.house, lease) == LeaseState.PREPARING
    later = put(
        agent, lease, "shipment", {"courier": "jd", "waybill": "JD00112233", "promised_on": "2027-11-25"}, "k-2-of-it"
    )
    assert (later.status, "60 天之内" in later.said) == (422, True)


def test_phone_taken_by_another_lease_meanwhile_is_refused_where_the_form_is(agent, desk):
    stock_up(desk.house, IMEIS[0])
    _, first = signed_lease(desk.house, no=3)
    _, second = signed_lease(desk.house, no=4)
    assert put(agent, first, "unit", {"imei": IMEIS[0]}).status == 303
    page = put(agent, second, "unit", {"imei": IMEIS[0]}, "another-key")
    assert page.status == 409
    assert "已配给订单" in page.said


def test_stock_without_a_fitting_phone_says_what_to_do(agent, desk):
    stock_up(desk.house, model="iPhone 14")
    _, lease = signed_lease(desk.house, no=3)
    page = agent.get(at(lease))
    assert "unit" not in forms(page)
    assert "库存里没有型号、容量、颜色都一致的手机" in page.said


def test_delivery_that_did_not_come_is_lost_at_no_cost_and_another_phone_goes_out(agent, desk):
    house = desk.house
    renter, lease, moved = shipped_lease(house, no=3)
    push(house, line("picked_up", 0), line("signed", 0, no="s1"))
    run(house, dispute_delivery, renter, DisputeDelivery(moved.shipment_ref, "家里没有人"))
    page = agent.get(at(lease))
    assert "核实签收" in page.said
    assert "租客说没有收到，先核实签收" in page.said
    place = f"parcels/{moved.shipment_ref}/finding"
    assert place in forms(page)
    short = put(agent, lease, place, {"came": "false", "why": "无"})
    assert (short.status, 'value="false" selected' in short.text) == (422, True)
    done = put(agent, lease, place, {"came": "false", "why": "签收照片不是租客的门牌"}, "second-key")
    assert done.headers["location"] == f"{at(lease)}?done=settle_delivery"
    page = agent.get(at(lease))
    assert "核实结果：没有送达，按丢失处理" in page.said
    assert put(agent, lease, "preparation", {"why": "包裹丢失"}, "third-key").status == 303
    assert (lease_state(house, lease), unit_states(house)[IMEIS[0]]) == (LeaseState.PREPARING, "lost")
    again = put(agent, lease, place, {"came": "true", "why": "再看一次"}, "fourth-key")
    assert (again.status, "没有待核实的签收" in again.said) == (409, True)


def test_parcel_that_a_renter_misses_is_contested_for_them_on_the_phone(agent, desk):
    _, lease, moved = shipped_lease(desk.house, no=3)
    assert "dispute" not in str(forms(agent.get(at(lease))))
    push(desk.house, line("picked_up", 0), line("signed", 0, no="s1"))
    place = f"parcels/{moved.shipment_ref}/dispute"
    assert place in forms(agent.get(at(lease)))
    assert put(agent, lease, place, {"text": "来电说没有收到"}).status == 303
    assert f"parcels/{moved.shipment_ref}/finding" in forms(agent.get(at(lease)))


def test_return_recorded_for_a_renter_needs_the_whole_list(agent, desk):
    _, lease = rented_lease(desk.house, no=3)
    fields = [("courier", "sf"), ("waybill", "SF199000010999"), ("idempotency_key", KEY)]
    path = f"/desk/leases/{lease.ref}/return"
    page = agent.post(path, [("done", DONE[0]), *fields])
    assert page.status in (409, 422)
    assert "寄回前还差" in page.said
    assert re.search(rf'value="{DONE[0]}" checked', page.text)
    assert 'value="SF199000010999"' in page.text
    done = agent.post(path, [*(("done", step) for step in DONE), *fields[:2], ("idempotency_key", "second-key")])
    assert done.status == 303
    page = agent.get(at(lease))
    assert "由检测员在“验机”里登记收到" in page.said
    assert "pickup" in forms(page)
    late = put(agent, lease, "pickup", {"picked_up_at": "2026-11-23T23:00", "waybill": "SF199000010999"}, "third-key")
    assert (late.status, "揽收时间应在" in late.said) == (422, True)
    assert 'value="2026-11-23T23:00"' in late.text
    right = put(agent, lease, "pickup", {"picked_up_at": "2026-11-23T09:30", "waybill": "SF199000010999"}, "fourth-key")
    assert right.status == 303
    assert desk.house.sql("SELECT return_picked_up_at FROM leases WHERE id = $1", lease.id)[0][0] is not None


def test_swap_goes_from_the_report_to_the_old_phone_and_its_days_cost_no_rent(agent, desk):
    house = desk.house
    _, lease = rented_lease(house, no=3, handed_over_on=TODAY)
    early = put(agent, lease, "swaps", {"reason": "屏幕不显示", "without_phone_from": "2026-01-01", "case_ref": ""})
    assert (early.status, "日期应在" in early.said, 'value="2026-01-01"' in early.text) == (422, True, True)
    asked = put(
        agent, lease, "swaps", {"reason": "屏幕不显示", "without_phone_from": "2026-11-23", "case_ref": ""}, "key-two-2"
    )
    assert asked.headers["location"] == f"{at(lease)}?done=ask_swap#swaps"
    swap = house.sql("SELECT ref FROM swaps")[0]["ref"]
    page = agent.get(at(lease))
    assert "等待寄出新手机" in page.said
    assert {f"swaps/{swap}/shipment", f"swaps/{swap}/withdrawal"} <= set(forms(page))
    assert "swaps" not in forms(page)
    fields = {"imei": IMEIS[1], "courier": "sf", "waybill": "SF199000020000"}
    assert put(agent, lease, f"swaps/{swap}/shipment", fields, "key-three").status == 303
    assert f"swaps/{swap}/handover" not in forms(agent.get(at(lease)))
    push(house, line("picked_up", 0, no="a"), line("signed", 0, no="b"), waybill="SF199000020000")
    [parcel] = house.sql("SELECT ref FROM shipments WHERE direction = 'swap_out'")
    assert f"parcels/{parcel['ref']}/dispute" in forms(agent.get(at(lease)))
    assert put(agent, lease, f"swaps/{swap}/handover", key="key-four-4").status == 303
    page = agent.get(at(lease))
    assert "换下的旧手机" in page.said
    assert "dispute" not in str(forms(page))  # the renter has both parcels by their word
    back = [*(("done", step) for step in DONE), ("courier", "sf"), ("waybill", "SF199000020001")]
    sent = agent.post(f"/desk/leases/{lease.ref}/swaps/{swap}/return", [*back, ("idempotency_key", "key-five-5")])
    assert sent.status == 303
    assert put(agent, lease, f"swaps/{swap}/receipt", key="key-six-66").status == 303
    assert "换机完成" in agent.get(at(lease)).said
    assert unit_states(house)[IMEIS[0]] == "inspecting"


def test_withdrawn_swap_says_so_and_another_may_be_asked_for(agent, desk):
    _, lease = rented_lease(desk.house, no=3)
    put(agent, lease, "swaps", {"reason": "听筒没有声音", "without_phone_from": "2026-11-23", "case_ref": ""})
    swap = desk.house.sql("SELECT ref FROM swaps")[0]["ref"]
    assert put(agent, lease, f"swaps/{swap}/withdrawal", {"why": "重启后好了"}, "second-key").status == 303
    page = agent.get(at(lease))
    assert "已撤回" in page.said
    assert "swaps" in forms(page)
    gone = put(agent, lease, "swaps/HJ-nowhere000/withdrawal", {"why": "没有这一次"}, "third-key")
    assert gone.status == 404


def test_rent_of_days_without_a_phone_is_taken_off_with_its_working(agent, desk):
    house = desk.house
    lease = desk.lease
    page = agent.get(at(lease))
    assert "abatement-days" not in forms(page)  # nothing says when the phone came

    async def came(ctx):
        await ctx.conn.execute("UPDATE leases SET handed_over_on = '2026-05-12' WHERE id = $1", lease.id)

    in_act(house, came)
    empty = put(agent, lease, "abatement-days", {"from_on": "2026-11-18", "to_on": ""})
    assert (empty.status, 'class="problem"' in empty.text) == (422, True)
    assert 'value="2026-11-18"' in empty.text
    later = put(agent, lease, "abatement-days", {"from_on": "2026-11-18", "to_on": "2026-12-18"}, "key-two-2")
    assert (later.status, "减租的日子应在" in later.said) == (422, True)
    step = put(agent, lease, "abatement-days", {"from_on": "2026-11-18", "to_on": "2026-11-18"}, "key-three")
    assert step.headers["location"] == f"/desk/leases/{lease.ref}/abatements?from_on=2026-11-18&to_on=2026-11-18"
    page = agent.get(step.headers["location"])
    [shown] = re.findall(r"¥(1[56]\.\d\d) 这几天的租金", page.said)
    assert "÷" in page.said
    assert house.sql("SELECT count(*) FROM abatements")[0][0] == 0
    fields = {"from_on": "2026-11-18", "to_on": "2026-11-18", "why": "听筒没有声音"}
    short = put(agent, lease, "abatements", fields | {"why": "无"}, "key-four-4")
    assert (short.status, 'value="2026-11-18"' in short.text) == (422, True)
    done = put(agent, lease, "abatements", fields, "key-five-5")
    assert done.headers["location"] == f"{at(lease)}?done=abate_days#abated"
    again = put(agent, lease, "abatements", fields, "key-six-66")
    assert (again.status, "已经减过租" in again.said) == (409, True)
    assert "已经减过租" in agent.get(step.headers["location"]).said
    page = agent.get(at(lease))
    assert "2026-11-18 到 2026-11-18，1 天" in page.said
    assert "ABATE-1" in page.said
    assert f"¥{shown}" in page.said


def test_rent_beyond_ones_powers_goes_for_approval_and_the_page_says_so(agent, desk):
    async def came(ctx):
        await ctx.conn.execute("UPDATE leases SET handed_over_on = '2026-05-12' WHERE id = $1", desk.lease.id)

    in_act(desk.house, came)
    asked = put(agent, desk.lease, "abatements", {"from_on": "2026-10-20", "to_on": "2026-11-18", "why": "等了一个月"})
    assert asked.headers["location"].endswith("?done=approval_requested#abated")
    assert "已提交审批" in agent.get(asked.headers["location"]).said
    assert desk.house.sql("SELECT count(*) FROM abatements")[0][0] == 0


def test_answer_of_the_makers_lock_is_recorded_once(agent, desk):
    renter, lease = rented_lease(desk.house, no=3)
    run(desk.house, report_lost, renter, ReportLost(lease.ref, TODAY, "地铁二号线"))
    page = agent.get(at(lease))
    assert "锁定手机" in page.said
    assert "device-lock" in forms(page)
    fields = {"kind": "lock", "outcome": "failed", "said": "厂商说序列号不符"}
    assert put(agent, lease, "device-lock", fields).status == 303
    assert put(agent, lease, "device-lock", fields).status == 303
    page = agent.get(at(lease))
    assert "没有办成" in page.said
    assert "厂商说序列号不符" in page.said
    assert desk.house.sql("SELECT count(*) FROM device_requests WHERE answered_at IS NOT NULL")[0][0] == 1


def test_phone_kept_for_a_claim_says_that_it_stays_as_it_is(agent, desk):
    _, lease = rented_lease(desk.house, no=3)

    async def hold(ctx):
        await ctx.conn.execute(
            "INSERT INTO phone_holds (imei, lease_id, subject, held_at, releases_at) VALUES ($1, $2, $3, $4, $4)",
            IMEIS[0], lease.id, "DS-20261118-0032", ctx.now,
        )  # fmt: skip

    in_act(desk.house, hold)
    page = agent.get(at(lease))
    assert "QUAR-1" in page.said
    assert "已告知租客 2026-11-23 起解除" in page.said
    assert 'href="/desk/claims/DS-20261118-0032"' in page.text


@pytest.mark.parametrize("place", ["unit", "shipment", "handover", "swaps", "abatements", "device-lock", "closure"])
def test_act_on_a_lease_is_not_there_for_strangers_of_the_desk(desk, site, place):
    for who in ("he", "adm", "ZK-1"):
        visitor = site.visitor(who)
        assert put(visitor, desk.lease, place, {"why": "试试"}).status == 404, who
