"""The renter's pages from application to the phone's way back, through the whole application without a browser."""

import re

import pytest
from visitor import Site

# isort: split
from contract_ground import SPECIALIST, YEAR, approved, draft, publish, sign
from lease_ground import NOW, add_renter, run
from stock_ground import IMEIS, stock_up

from shouwen.features.leases import jobs as lease_jobs
from shouwen.features.leases.use_cases_contracts import DecideApplication, decide_application
from shouwen.platform import clock

KEY = "a-key-of-one-form"


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    """Ten in the morning of a working Monday, wherever and whenever the tests run."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


@pytest.fixture
def offered(house):
    publish(house)
    stock_up(house, IMEIS[0], storage="256 GB", colour="原色钛")
    stock_up(house, IMEIS[1], storage="256 GB", colour="蓝色钛")
    return house


def asked(answer):
    """The path a posted form leads to."""
    assert answer.status == 303, answer.said
    return answer.headers["location"]


def test_renter_applies_for_a_phone_and_reads_the_answer_with_its_reason(offered, site):
    add_renter(offered)
    renter = site.visitor("ZK-1")
    assert "iPhone 15 Pro Max" in renter.get("/my/apply").said
    page = renter.get("/my/apply/MB-12")
    for told in ("¥500.00", "共 12 期", "总租金 ¥6,000.00", "¥3,000.00", "有现货", "原色钛", "蓝色钛"):
        assert told in page.said
    fields = {"colour": "蓝色钛", "address": "上海市浦东新区世纪大道 100 号 3 室", "idempotency_key": KEY}
    where = asked(renter.post("/my/apply/MB-12", fields))
    assert where.endswith("?done=apply_lease")
    assert asked(renter.post("/my/apply/MB-12", fields)) == where
    assert offered.sql("SELECT count(*) FROM applications")[0][0] == 1
    ref = where.removeprefix("/my/leases/").removesuffix("?done=apply_lease")
    told = renter.get(where).said
    assert "申请已提交" in told
    assert "正在审核" in told
    run(offered, decide_application, SPECIALIST, DecideApplication(ref, False, "收入证明看不清，可以补一份"))
    told = renter.get(f"/my/leases/{ref}").said
    assert "收入证明看不清，可以补一份" in told
    assert "复核" in told


def test_application_without_an_address_says_so_and_keeps_the_colour(offered, site):
    add_renter(offered)
    renter = site.visitor("ZK-1")
    answer = renter.post("/my/apply/MB-12", {"colour": "蓝色钛", "address": "浦东", "idempotency_key": KEY})
    assert answer.status == 422
    assert "收货地址" in answer.said
    assert re.search(r'value="蓝色钛" selected', answer.text)
    assert 'value="浦东"' in answer.text
    assert offered.sql("SELECT count(*) FROM leases")[0][0] == 0
    assert renter.get("/my/apply/MB-none").status == 404


def test_draft_shows_every_figure_with_its_clause_and_signing_it_twice_signs_once(offered, site):
    _, ref = approved(offered)
    renter = site.visitor("ZK-1")
    assert "看合同" in renter.get(f"/my/leases/{ref}").said
    page = renter.get(f"/my/leases/{ref}/draft")
    for told in ("总租金 ¥6,000.00", "500.00 × 12 = 6,000.00", "2026-11-23", "合同全文", "逐期看", "去签署"):
        assert told in page.said
    assert 'href="/my/leases/' in page.text
    assert "#c-" in page.text
    moved = renter.get(f"/my/leases/{ref}/draft?first_due_on=2026-12-05")
    assert "2026-12-05" in moved.said
    assert "2027-11-05" in moved.said
    last = renter.get(f"/my/leases/{ref}/signature?first_due_on=2026-12-05")
    fields = {name: last.fields(name)[0] for name in (
        "template_ref", "template_version", "first_due_on", "agreed_sha256")} | {"idempotency_key": KEY}  # fmt: skip
    where = asked(renter.post(f"/my/leases/{ref}/signature", fields))
    assert asked(renter.post(f"/my/leases/{ref}/signature", fields)) == where
    assert "合同已签署" in renter.get(where).said
    assert offered.sql("SELECT count(*) FROM contracts")[0][0] == 1
    assert str(offered.sql("SELECT min(due_on) FROM charges")[0][0]) == "2026-12-05"
    assert renter.get(f"/my/leases/{ref}/draft").status == 303


def test_draft_with_an_impossible_first_day_says_which_days_are_possible(offered, site):
    _, ref = approved(offered)
    page = site.visitor("ZK-1").get(f"/my/leases/{ref}/draft?first_due_on=2030-01-01")
    assert page.status == 422
    assert "首个付款日须在 2026-11-23 到 2027-01-22 之间" in page.said
    assert "总租金 ¥6,000.00" in page.said


def test_draft_changed_meanwhile_is_not_signed_and_the_new_one_is_shown(offered, site):
    _, ref = approved(offered)
    renter = site.visitor("ZK-1")
    last = renter.get(f"/my/leases/{ref}/signature")
    fields = {name: last.fields(name)[0] for name in (
        "template_ref", "template_version", "first_due_on", "agreed_sha256")} | {"idempotency_key": KEY}  # fmt: skip
    publish(offered, YEAR.replace("grace_days = 3", "grace_days = 5"))
    answer = renter.post(f"/my/leases/{ref}/signature", fields)
    assert answer.status == 409
    assert "合同内容和您刚才看到的不一样了" in answer.said
    assert "宽限 5 天" in answer.said
    assert offered.sql("SELECT count(*) FROM contracts")[0][0] == 0


def test_draft_and_contract_of_another_renter_are_absent(offered, site):
    _, ref = approved(offered)
    add_renter(offered, 2)
    stranger = site.visitor("ZK-2")
    for path in ("draft", "signature", "contract", "contract.pdf"):
        assert stranger.get(f"/my/leases/{ref}/{path}").status == 404, path
    assert site.visitor("ZK-1").get(f"/my/leases/{ref}/contract.pdf").status == 404  # nothing is signed yet


def test_contract_paper_is_said_to_come_and_then_downloads_on_record(offered, site):
    renter_actor, ref = approved(offered)
    sign(offered, renter_actor, ref, draft(offered, renter_actor, ref))
    renter = site.visitor("ZK-1")
    early = renter.get(f"/my/leases/{ref}/contract.pdf")
    assert (early.status, "还没有生成好" in early.said) == (409, True)
    offered.run(lease_jobs.render_contract(offered.door, {"lease_ref": ref, "version": 1}))
    paper = renter.get(f"/my/leases/{ref}/contract.pdf")
    assert (paper.status, paper.headers["content-type"]) == (200, "application/pdf")
    assert paper.body.startswith(b"%PDF")
    assert offered.sql("SELECT count(*) FROM journal WHERE kind = 'contract.viewed'")[0][0] == 1
