"""The desk's page of a lease's contract: the application, the draft, versions side by side, changes, cancelling."""

import re

import pytest
from visitor import Site

# isort: split
from case_ground import open_desk
from contract_ground import YEAR, apply, publish, signed
from lease_ground import NOW, add_renter, run
from stock_ground import SilentCourier, shipped_lease

from shouwen.features.leases import jobs as lease_jobs
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.amending import (
    AgreeAmendment,
    ListAmendments,
    agree_amendment,
    list_amendments,
)
from shouwen.platform import clock

KEY = "a-key-of-one-form"
QUARTER = (
    YEAR.replace("periods = 12", "periods = 3").replace("= 600_000", "= 180_000").replace("= 804_600", "= 384_600")
)


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    """Ten in the morning of a working Monday, wherever and whenever the tests run."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def desk(house):
    house.door.services.courier = SilentCourier()
    publish(house)
    publish(house, QUARTER, ref="MB-3")
    return open_desk(house)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


@pytest.fixture
def agent(desk, site):
    return site.visitor("zhoumin")


def put(visitor, ref, place, fields=(), key=KEY):
    return visitor.post(f"/desk/leases/{ref}/{place}", [*dict(fields).items(), ("idempotency_key", key)])


def forms(page):
    return re.findall(r'<form method="post" action="/desk/leases/[^/"]+/([^"]+)"', page.text)


def state_of(house, ref):
    return house.sql("SELECT state FROM leases WHERE ref = $1", ref)[0]["state"]


def test_application_is_decided_by_a_specialist_with_a_reason_the_renter_reads(desk, site, agent):
    renter = add_renter(desk.house, 7)
    ref = apply(desk.house, renter)
    page = agent.get(f"/desk/leases/{ref}/contract")
    assert "申请由高级专员、主管、系统审核" in page.said
    assert "approval" not in forms(page)
    assert put(agent, ref, "approval", {"approve": "true", "why": "资料齐全"}).status in (403, 404)
    specialist = site.visitor("lin")
    page = specialist.get(f"/desk/leases/{ref}/contract")
    assert {"approval", "refusal"} <= set(forms(page))
    empty = put(specialist, ref, "refusal", {"approve": "false", "why": " "})
    assert (empty.status, "租客看得到" in empty.said) == (422, True)
    assert state_of(desk.house, ref) == LeaseState.APPLIED
    done = put(specialist, ref, "approval", {"approve": "true", "why": "资料齐全"}, "second-key")
    assert done.headers["location"] == f"/desk/leases/{ref}/contract?done=approve"
    page = specialist.get(done.headers["location"])
    assert "申请已通过，已通知租客签约" in page.said
    assert "草稿：" in page.said
    assert "由租客在自己的页面看完全文后签署" in page.said
    assert "12 期，每期 ¥500.00" in page.said
    assert 'id="c-9.1"' in page.text
    late = put(specialist, ref, "refusal", {"approve": "false", "why": "再想想"}, "third-key")
    assert (late.status, "不能不通过申请" in late.said) == (409, True)


def test_change_of_plan_waits_for_the_renter_and_stands_beside_the_old_version(desk, agent):
    renter, ref = signed(desk.house, 7)
    page = agent.get(f"/desk/leases/{ref}/contract")
    assert {"changes/address", "changes/plan"} <= set(forms(page))
    done = put(agent, ref, "changes/plan", {"kind": "plan", "periods": "3", "reason": "只想租一个季度"})
    assert done.headers["location"].startswith(f"/desk/leases/{ref}/contract?done=change_plan_for")
    page = agent.get(f"/desk/leases/{ref}/contract")
    assert "等租客确认的变更" in page.said
    assert "只想租一个季度" in page.said
    assert "agreement" not in str(forms(page))  # the renter alone agrees
    [record] = run(desk.house, list_amendments, desk.agent, ListAmendments(ref))
    beside = agent.get(f"/desk/leases/{ref}/contract/versions?amendment_ref={record.ref}")
    assert "12 期" in beside.said
    assert "3 期" in beside.said
    assert "提出的第 2 版" in beside.said
    assert '<tr class="diff">' in beside.text
    run(desk.house, agree_amendment, renter, AgreeAmendment(record.ref, record.agreed_sha256))
    page = agent.get(f"/desk/leases/{ref}/contract")
    assert "已同意" in page.said
    assert f"/desk/leases/{ref}/contract/versions?before=1&amp;after=2" in page.text
    beside = agent.get(f"/desk/leases/{ref}/contract/versions?before=1&after=2")
    assert "第 1 版和第 2 版" in beside.said
    assert agent.get(f"/desk/leases/{ref}/contract/versions?before=8&after=9").status == 404


def test_address_proposed_for_the_renter_is_masked_and_a_short_one_is_kept_to_be_mended(desk, agent):
    _, ref = signed(desk.house, 7)
    short = put(agent, ref, "changes/address", {"kind": "address", "address": "浦东", "reason": "搬家"})
    assert (short.status, 'value="浦东"' in short.text, 'value="搬家"' in short.text) == (422, True, True)
    whole = "上海市徐汇区肇嘉浜路 1 号 501 室"
    assert (
        put(agent, ref, "changes/address", {"kind": "address", "address": whole, "reason": "搬家"}, "key-two-2").status
        == 303
    )
    page = agent.get(f"/desk/leases/{ref}/contract")
    assert "等租客确认" in page.said
    assert whole not in page.said


def test_change_after_shipping_says_why_not_and_what_instead(desk, agent):
    _, lease, _ = shipped_lease(desk.house, no=3)
    page = agent.get(f"/desk/leases/{lease.ref}/contract")
    assert "只能在发货前变更" in page.said
    assert not [form for form in forms(page) if form.startswith("changes/")]
    tried = put(agent, lease.ref, "changes/colour", {"kind": "colour", "colour": "蓝色钛", "reason": "喜欢"})
    assert (tried.status, "颜色只能在发货前变更" in tried.said) == (409, True)


def test_paper_is_opened_on_record_and_said_where_it_is_not_ready(desk, agent):
    _, ref = signed(desk.house, 7)
    early = agent.get(f"/desk/leases/{ref}/contract.pdf?version=1")
    assert (early.status, "还没有生成好" in early.said) == (409, True)
    desk.house.run(lease_jobs.render_contract(desk.house.door, {"lease_ref": ref, "version": 1}))
    paper = agent.get(f"/desk/leases/{ref}/contract.pdf?version=1")
    assert (paper.status, paper.headers["content-type"], paper.body[:4]) == (200, "application/pdf", b"%PDF")
    assert desk.house.sql("SELECT count(*) FROM journal WHERE kind = 'contract.viewed'")[0][0] == 1


def test_cancelling_shows_what_goes_back_and_then_gives_it_back_once(desk, agent):
    _, ref = signed(desk.house, 7)
    page = agent.get(f"/desk/leases/{ref}/cancel")
    assert "退给租客" in page.said
    assert "押金解冻 ¥3,000.00" in page.said
    short = put(agent, ref, "cancel", {"why": "无"})
    assert (short.status, 'value="无"' in short.text, state_of(desk.house, ref)) == (422, True, LeaseState.SIGNED)
    done = put(agent, ref, "cancel", {"why": "租客改主意"}, "second-key")
    assert done.headers["location"] == f"/desk/leases/{ref}?done=cancel_lease"
    assert put(agent, ref, "cancel", {"why": "租客改主意"}, "second-key").headers == done.headers
    assert state_of(desk.house, ref) == LeaseState.CANCELLED
    page = agent.get(f"/desk/leases/{ref}/cancel")
    assert "现在不能取消这笔订单" in page.said
    assert "cancel" not in forms(page)
    late = put(agent, ref, "cancel", {"why": "再来一次"}, "third-key")
    assert (late.status, "不能取消订单" in late.said) == (409, True)


def test_lease_in_use_cannot_be_cancelled_and_the_page_says_what_can(desk, agent):
    page = agent.get(f"/desk/leases/{desk.lease.ref}/cancel")
    assert "现在不能取消这笔订单" in page.said
    assert "现在可以：" in page.said


@pytest.mark.parametrize("path", ["/contract", "/contract/versions", "/cancel", "/contract.pdf"])
def test_contract_pages_are_not_there_for_others(desk, site, path):
    for who in ("he", "adm", "ZK-1"):
        assert site.visitor(who).get(f"/desk/leases/{desk.lease.ref}{path}").status == 404, who
    assert site.visitor("zhoumin").get(f"/desk/leases/ZL-20990101-0001{path}").status == 404
