"""The renter's pages from application to the phone's way back, through the whole application without a browser."""

import html
import re
from types import SimpleNamespace

import pytest
from visitor import Site

# isort: split
from contract_ground import SPECIALIST, YEAR, approved, draft, publish, sign, signed
from lease_ground import AGENT, INSPECTOR, NOW, add_renter, run
from payment_desk import Desk
from stock_ground import IMEIS, add_staff, stock_up

from shouwen.features.leases import jobs as lease_jobs
from shouwen.features.leases.use_cases import amending
from shouwen.features.leases.use_cases.contracts import DecideApplication, decide_application
from shouwen.mount.simulate.payments.commands import Confirm
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
    assert where.endswith("?done=my_apply")
    assert asked(renter.post("/my/apply/MB-12", fields)) == where
    assert offered.sql("SELECT count(*) FROM applications")[0][0] == 1
    ref = where.removeprefix("/my/leases/").removesuffix("?done=my_apply")
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


QUARTER = (
    YEAR.replace("total_rent_fen = 600_000", "total_rent_fen = 210_000").replace("periods = 12", "periods = 3")
    .replace("signed_value_fen = 804_600", "signed_value_fen = 414_600")
    .replace("deposit_fen = 300_000", "deposit_fen = 200_000")
)  # fmt: skip


@pytest.fixture
def ordered(offered):
    """A signed lease before shipping, a plan of three months beside that of twelve; the lease's reference."""
    publish(offered, QUARTER, "MB-3")
    return signed(offered)[1]


def plan_of(ref, key=KEY):
    return {
        "reason": "想短租", "kind": "plan", "periods": "3", "template_ref": "MB-3", "idempotency_key": key,
    }  # fmt: skip


def test_plan_changed_by_the_renter_is_quoted_side_by_side_and_in_force_once_agreed(offered, ordered, site):
    renter = site.visitor("ZK-1")
    assert "3 期" in renter.get(f"/my/leases/{ordered}/changes").said
    where = asked(renter.post(f"/my/leases/{ordered}/changes/plan", plan_of(ordered)))
    page = renter.get(where)
    for told in (
        "每期 合同 3.1 条 ¥500.00 ¥700.00 变了", "¥6,000.00 ¥2,100.00 变了", "¥3,000.00 ¥2,000.00 变了", "¥700.00",
        "总租金 6,000.00（12 期）→ 2,100.00（3 期）", "有效",
    ):  # fmt: skip
        assert told in page.said, told
    assert "等您确认" in renter.get(f"/my/leases/{ordered}").said
    sha256 = page.fields("agreed_sha256")[0]
    path = where.partition("?")[0]
    agreed = {"agreed_sha256": sha256, "idempotency_key": f"{KEY}-2"}
    done = asked(renter.post(f"{path}/agreement", agreed))
    assert asked(renter.post(f"{path}/agreement", agreed)) == done
    assert "变更已生效" in renter.get(done).said
    versions = renter.get(f"/my/leases/{ordered}/contract/versions")
    assert "第 1 版" in versions.said
    assert "第 2 版" in versions.said
    assert 'class="diff"' in versions.text
    assert "和上一版并排看" in renter.get(f"/my/leases/{ordered}/contract").said
    again = renter.post(f"{path}/agreement", agreed | {"idempotency_key": f"{KEY}-3"})
    assert (again.status, "已经处理过了" in again.said) == (409, True)


def test_change_declined_leaves_the_contract_and_says_so(offered, ordered, site):
    renter = site.visitor("ZK-1")
    where = asked(renter.post(f"/my/leases/{ordered}/changes/plan", plan_of(ordered))).partition("?")[0]
    done = asked(renter.post(f"{where}/refusal", {"why": "算了", "idempotency_key": f"{KEY}-2"}))
    told = renter.get(done).said
    assert "合同照旧" in told
    assert "没有同意" in told
    assert offered.sql("SELECT count(*) FROM contracts")[0][0] == 1


def test_plan_that_is_not_offered_is_refused_with_the_plans_there_are(offered, ordered, site):
    renter = site.visitor("ZK-1")
    wrong = plan_of(ordered) | {"periods": "6"}
    answer = renter.post(f"/my/leases/{ordered}/changes/plan", wrong)
    assert answer.status == 409
    assert "这台手机没有 6 期的方案" in answer.said
    assert renter.get(f"/my/leases/{ordered}/changes/plan").status == 303  # a reload leads back to the choices


def test_colour_that_is_free_is_quoted_and_one_that_is_not_is_refused_at_the_form(offered, ordered, site):
    renter = site.visitor("ZK-1")
    page = renter.get(f"/my/leases/{ordered}/changes")
    assert 'value="蓝色钛"' in page.text
    fields = {"reason": "喜欢蓝色", "kind": "colour", "idempotency_key": KEY}
    answer = renter.post(f"/my/leases/{ordered}/changes/colour", fields | {"colour": "绿色钛"})
    assert (answer.status, "现在没有现货" in answer.said) == (409, True)
    where = asked(renter.post(f"/my/leases/{ordered}/changes/colour", fields | {
        "colour": "蓝色钛", "idempotency_key": f"{KEY}-2"}))  # fmt: skip
    assert "原色钛 蓝色钛 变了" in renter.get(where).said


def test_address_changes_twice_and_then_says_what_is_possible_instead(offered, ordered, site):
    renter = site.visitor("ZK-1")
    path = f"/my/leases/{ordered}/changes/address"
    for no, left in ((1, "还能改 1 次"), (2, "已经改过两次")):
        fields = {"reason": "搬家", "kind": "address", "address": f"上海市徐汇区肇嘉浜路 {no} 号 2 室",
                  "idempotency_key": f"{KEY}-{no}"}  # fmt: skip
        told = renter.get(asked(renter.post(path, fields))).said
        assert "收货地址已更新" in told
        assert left in told
    third = renter.post(path, fields | {"idempotency_key": f"{KEY}-3"})
    assert (third.status, "联系快递改派" in third.said) == (409, True)
    short = renter.post(path, fields | {"address": "徐汇", "idempotency_key": f"{KEY}-4"})
    assert short.status == 422


def test_change_the_desk_proposed_for_the_address_is_read_whole_and_agreed(offered, ordered, site):
    proposal = amending.ProposeAmendment(ordered, "address", "来电要求", address="上海市静安区南京西路 1 号 8 室")
    run(offered, amending.propose_amendment, AGENT, proposal)
    renter = site.visitor("ZK-1")
    page = renter.get(f"/my/leases/{ordered}/changes")
    where = re.search(rf"/my/leases/{ordered}/changes/HT-\w+", page.text)[0]
    page = renter.get(where)
    assert "上海市静安区南京西路 1 号 8 室" in page.said
    done = renter.post(f"{where}/agreement", {
        "agreed_sha256": page.fields("agreed_sha256")[0], "idempotency_key": KEY})  # fmt: skip
    assert done.status == 303
    assert renter.get(f"/my/leases/{ordered}/changes").said.count("还能改 1 次") == 1


def test_order_is_cancelled_after_seeing_what_comes_back(offered, ordered, site):
    renter = site.visitor("ZK-1")
    page = renter.get(f"/my/leases/{ordered}/cancel")
    for told in ("取消后退回", "¥0.00", "押金解冻", "¥3,000.00"):
        assert told in page.said, told
    bad = renter.post(f"/my/leases/{ordered}/cancel", {"why": "x", "idempotency_key": KEY})
    assert bad.status == 422
    done = asked(renter.post(f"/my/leases/{ordered}/cancel", {"why": "不需要了", "idempotency_key": f"{KEY}-2"}))
    assert "订单已取消" in renter.get(done).said
    late = renter.get(f"/my/leases/{ordered}/cancel")
    assert "不能取消订单" in late.said
    assert "已经结束" in renter.get(f"/my/leases/{ordered}/changes").said


def test_changes_of_another_renter_are_absent(offered, ordered, site):
    add_renter(offered, 2)
    renter, stranger = site.visitor("ZK-1"), site.visitor("ZK-2")
    where = asked(renter.post(f"/my/leases/{ordered}/changes/plan", plan_of(ordered))).partition("?")[0]
    for path in (f"/my/leases/{ordered}/changes", where, f"/my/leases/{ordered}/contract/versions",
                 f"/my/leases/{ordered}/cancel"):  # fmt: skip
        assert stranger.get(path).status == 404, path
    assert stranger.post(f"{where}/agreement", {"agreed_sha256": "0" * 64, "idempotency_key": KEY}).status == 404
    assert stranger.post(f"/my/leases/{ordered}/cancel", {"why": "不要了", "idempotency_key": KEY}).status == 404
    assert site.visitor("ZK-1").get(where).status == 200


def test_deposit_is_frozen_by_the_renter_before_the_phone_is_sent(offered, site, monkeypatch):
    provided = Desk(offered, monkeypatch)
    ref = signed(offered)[1]
    renter = site.visitor("ZK-1")
    site.app._inner.state.door.services.payments = provided.payments
    assert "等您冻结押金" in renter.get(f"/my/leases/{ref}").said
    assert "等您冻结押金" in renter.get(f"/my/leases/{ref}/parcels").said
    page = renter.get(f"/my/leases/{ref}/hold")
    for told in ("冻结押金", "¥3,000.00", "冻结不是付款"):
        assert told in page.said, told
    handed = renter.post(f"/my/leases/{ref}/hold", {"idempotency_key": KEY})
    again = renter.post(f"/my/leases/{ref}/hold", {"idempotency_key": KEY})
    assert (handed.status, "在支付应用里确认冻结" in handed.said) == (200, True)
    order = re.search(r"冻结单 (ZF-[a-z0-9]+)", handed.said)[1]
    assert order in again.said
    told = html.unescape(re.search(r"<textarea[^>]*>([^<]*)</textarea>", handed.text)[1])
    lease = offered.sql("SELECT id FROM leases WHERE ref = $1", ref)[0]
    provided.money(SimpleNamespace(id=lease["id"]), 1_000_000)
    provided.tell(Confirm(order=told, buyer_id=f"2088{lease['id']:012d}"))
    provided.work()
    done = renter.get(f"/my/leases/{ref}/hold").said
    assert "押金已冻结" in done
    late = renter.post(f"/my/leases/{ref}/hold", {"idempotency_key": f"{KEY}-2"})
    assert (late.status, "没有要冻结的押金" in late.said) == (409, True)
    add_renter(offered, 2)
    assert site.visitor("ZK-2").get(f"/my/leases/{ref}/hold").status == 404


PAGES = ("draft", "signature", "contract", "contract.pdf", "contract/versions", "changes", "cancel", "hold", "parcels",
         "handover", "swap", "return")  # fmt: skip


def test_pages_of_a_renter_are_absent_to_colleagues(offered, ordered, site):
    add_staff(offered, AGENT, INSPECTOR)
    for who in ("s1", "s2"):
        colleague = site.visitor(who)
        for path in PAGES:
            assert colleague.get(f"/my/leases/{ordered}/{path}").status == 404, (who, path)
        assert colleague.get("/my/apply").status == 404
        for path in ("signature", "changes/address", "cancel", "hold", "handover", "return"):
            answer = colleague.post(f"/my/leases/{ordered}/{path}", {"why": "不要了", "idempotency_key": KEY})
            assert answer.status == 404, (who, path)
    assert offered.sql("SELECT state FROM leases WHERE ref = $1", ordered)[0]["state"] == "signed"
