"""The desk's money and arrears pages of a lease: what they show, who may act, what a refusal keeps."""

import html as entities
import re
from datetime import timedelta

import pytest
from arrears_ground import DUE_ON, Arrears, at
from lease_ground import add_lease, in_act
from money_ground import bill, credit, fee
from msgspec.structs import replace

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import CaseType
from shouwen.features.leases.public import insert_lease
from shouwen.features.leases.types import LeaseState, NewLease
from shouwen.features.papers.jobs import render_paper
from shouwen.platform import clock

DAY = timedelta(days=1)


@pytest.fixture
def story(web, monkeypatch):
    """Rent 1 of 500.00 is 20 days late on a morning in March, its late fee 1.60."""
    found = Arrears(web.house, grace_days=3)
    found.day(DUE_ON + 20 * DAY)
    monkeypatch.setattr(clock, "now", lambda: at(found.on, 10))
    return found


def words_of(answer):
    return re.sub(r"\s+", " ", entities.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


class Page:
    """One member of staff on the pages of the story's lease."""

    def __init__(self, web, story, who):
        web.log_out()
        web.log_in(who)
        self.web, self.base = web, f"/desk/leases/{story.lease.ref}"

    def get(self, path="/money"):
        return self.web.get(self.base + path)

    def post(self, path, *, key="key-of-the-form", **fields):
        data = {"csrf": self.web.csrf, "idempotency_key": key, **fields}
        return self.web.send("POST", self.base + path, data=data, headers={"x-csrf-token": self.web.csrf})


def test_book_shows_each_line_as_a_sum_and_what_is_left_of_the_readers_power(web, story):
    page = Page(web, story, story.desk.agent)
    said = words_of(page.get())
    assert "第 1 期租金 逾期 20 天" in said
    assert "第 1 期违约金" in said
    assert "应付 ＝ 已付 ＋ 减免 ＋ 核销 ＋ 待付" in said
    assert "您单独可办 ¥30.00，这份租约 12 个月已用 ¥0.00，还剩 ¥30.00；超出的须高级专员同意" in said
    assert "登记收款" not in said  # a specialist's


def test_line_of_a_late_fee_shows_its_clause_working_and_entries(web, story):
    said = words_of(Page(web, story, story.desk.agent).get("/money/lines/late_fee-1"))
    assert "计费 16 天" in said
    assert "LPR" in said
    assert "违约金新增" in said
    assert "最多 ¥1.60" in said


def test_waiver_within_the_power_is_booked_once_and_named_with_its_author(web, story):
    page = Page(web, story, story.desk.agent)
    for _ in range(2):  # a double click
        done = page.post("/money/lines/late_fee-1/waiver", amount_yuan="0.60", why="银行系统故障")
        assert (done.status_code, done.headers["location"]) == (
            303, f"{page.base}/money/lines/late_fee-1?done=waive",
        )  # fmt: skip
    assert fee(web.house, story.lease, 1) == (160, 0, 60, 100)
    said = words_of(page.get("/money/lines/late_fee-1?done=waive"))
    assert "已减免，账单已更新" in said
    assert "周敏" in said
    assert "银行系统故障" in said
    assert "已用 ¥0.60，还剩 ¥29.40" in said


def test_refused_waiver_keeps_what_was_typed_and_says_why_at_the_form(web, story):
    page = Page(web, story, story.desk.agent)
    answer = page.post("/money/lines/late_fee-1/waiver", amount_yuan="9.99", why="一时疏忽")
    assert answer.status_code == 409
    assert 'value="9.99"' in answer.text
    assert "一时疏忽" in answer.text
    assert "未付 ¥1.60，不能减 ¥9.99" in words_of(answer)
    answer = page.post("/money/lines/late_fee-1/waiver", amount_yuan="十块", why="一时疏忽", key="another-key")
    assert answer.status_code == 422
    assert "金额请写成数字" in words_of(answer)
    assert fee(web.house, story.lease, 1)[2] == 0


def test_write_off_above_the_power_becomes_a_request_that_the_book_lists(web, story):
    page = Page(web, story, story.desk.specialist)
    done = page.post("/money/lines/rent-1/write-off", amount_yuan="500", why="长期失联")
    assert done.headers["location"].endswith("done=approval_requested")
    assert "已提交审批" in words_of(page.get("/money?done=approval_requested"))
    said = words_of(page.get())
    assert "等主管同意" in said
    assert "长期失联" in said
    assert bill(web.house, story.lease, "rent", 1).outstanding_fen == 50_000


def test_payment_for_named_bills_is_booked_on_its_day_and_taken_back_on_a_page_that_says_what_follows(web, story):
    page = Page(web, story, story.desk.specialist)
    done = page.post(
        "/money/payments", amount_yuan="501.00", payment_ref="HD-20260320-7", paid_on=str(story.on), named="rent-1"
    )
    assert done.status_code == 303
    assert bill(web.house, story.lease, "rent", 1).outstanding_fen == 0
    assert fee(web.house, story.lease, 1)[1] == 100
    said = words_of(page.get())
    assert "HD-20260320-7" in said
    step = page.get("/money/undo?entry=payment:HD-20260320-7")
    said = words_of(step)
    assert "¥501.00" in said
    assert "第 1 期租金 ¥500.00" in said
    assert "它结清过的账单重新待付" in said
    nothing = page.post("/money/undo", entry_key="payment:HD-20260320-7", why="")
    assert nothing.status_code == 422
    assert "为什么撤销" in words_of(nothing)
    done = page.post("/money/undo", entry_key="payment:HD-20260320-7", why="记错了租约", key="second-key")
    assert done.headers["location"].endswith("/money?done=undo_entry#hand")
    assert bill(web.house, story.lease, "rent", 1).outstanding_fen == 50_000
    assert "已撤销" in words_of(page.get())


def test_rent_paid_before_its_day_is_one_entry_by_hand_and_no_charge(web, story):
    page = Page(web, story, story.desk.specialist)
    fields = {"amount_yuan": "500", "payment_ref": "HD-7", "paid_on": str(story.on), "named": "rent-5"}
    assert page.post("/money/payments", **fields).status_code == 303
    by_hand = page.get().text.partition('id="hand"')[2].partition("</section>")[0]
    assert (by_hand.count("<li"), by_hand.count("收款</b>"), by_hand.count("收费</b>")) == (1, 1, 0)


def test_charge_by_hand_names_its_clause_and_the_same_one_twice_a_day_is_asked_about(web, story):
    page = Page(web, story, story.desk.specialist)
    fields = {"kind": "fee", "amount_yuan": "9", "clause": "4.2", "due_on": str(story.on), "why": "补办配件"}
    assert page.post("/money/charges", **fields).status_code == 303
    again = page.post("/money/charges", key="second-key", **fields)
    assert again.status_code == 409
    assert "确实要再收一笔" in words_of(again)
    assert page.post("/money/charges", key="third-key", again="true", **fields).status_code == 303
    line = page.get("/money/lines/fee-2")
    assert "撤销这笔收费" in words_of(line)


def test_credit_is_refunded_on_its_own_page_by_bank(web, story):
    story.pay(60_160)
    assert credit(web.house, story.lease) == 10_000
    page = Page(web, story, story.desk.specialist)
    assert "退余额" in words_of(page.get())
    assert "¥100.00" in words_of(page.get("/money/refund"))
    fields = {"amount_yuan": "100", "why": "租客要求退回", "bank_ref": "YH-7788"}
    assert page.post("/money/refund", **fields).status_code == 303
    assert credit(web.house, story.lease) == 0
    assert "没有余额可退" in words_of(page.get("/money/refund"))


def test_orders_say_in_words_why_the_provider_refused_with_its_code_beside(web, story):
    story.attempt(1, DUE_ON, "ACQ.BUYER_BALANCE_NOT_ENOUGH", "balance")
    said = words_of(Page(web, story, story.desk.agent).get())
    assert "租客账户余额不足" in said
    assert "ACQ.BUYER_BALANCE_NOT_ENOUGH" in said
    assert "没有生效的代扣协议" in said


def stuck_order(story, kind, state, moved_fen=0):
    """An order of rent 1 that a person has to look into; its reference."""
    covers = [story.bill("rent-1").id]

    async def work(ctx):
        return await ctx.conn.fetchval(
            "INSERT INTO payment_orders (ref, number, kind, lease_id, renter_id, amount_fen, purpose, covers, call,"
            " planned_at, state, moved_fen, decided_at, paid_on)"
            " VALUES ($1, $2, $2, $3, $4, 50000, $1, $5, '{}', $6, $7, $8, $6, $9) RETURNING ref",
            f"ZF-{kind}", kind, story.lease.id, story.renter.id, covers, ctx.now, state, moved_fen,
            story.on,
        )  # fmt: skip

    return in_act(story.house, work, at=at(story.on))


def test_order_with_another_sum_is_looked_into_and_booked_as_what_really_came(web, story):
    order = stuck_order(story, "deduct", "disputed", 30_000)
    assert "核对并了结" not in words_of(Page(web, story, story.desk.agent).get())
    page = Page(web, story, story.desk.specialist)
    assert "金额不符，待核对 渠道实际收到 ¥300.00" in words_of(page.get())
    blank = page.post(f"/money/orders/{order}/settlement", books="true", why="")
    assert blank.status_code == 422
    assert "核对说明" in words_of(blank)
    fields = {"books": "true", "why": "渠道对账单为 300.00"}
    assert page.post(f"/money/orders/{order}/settlement", key="second-key", **fields).status_code == 303
    assert bill(web.house, story.lease, "rent", 1).paid_fen == 30_000
    assert "核对结果已记入账本" in words_of(page.get("/money?done=finding_of_lease"))


def test_order_that_cannot_be_repeated_says_so_where_it_stands(web, story):
    order = stuck_order(story, "capture", "not_done")
    page = Page(web, story, story.desk.specialist)
    assert "换一个单号再办一次" in words_of(page.get())
    answer = page.post(f"/money/orders/{order}/retry")
    assert answer.status_code == 409
    at_order = answer.text.partition('id="orders"')[2].partition("</section>")[0]
    assert "这笔付款单不能重试" in at_order


def test_deduction_by_hand_is_asked_of_the_provider_under_an_agreement_only(web, story):
    page = Page(web, story, story.desk.specialist)
    assert "现在扣一次款" not in words_of(page.get())
    refused = page.post("/money/deductions")
    assert refused.status_code == 409
    signed = {"agreement_no": "20260301001", "payer_id": "2088001"}
    assert page.post("/money/agreement", key="agreement-key", **signed).status_code == 303
    assert "现在扣一次款" in words_of(page.get())
    assert page.post("/money/deductions", key="second-key").status_code == 303
    said = words_of(page.get("/money?done=attempt_deduction"))
    assert "扣款 渠道处理中" in said
    assert "¥501.60" in said
    assert page.post("/money/agreement/end", key="ending-key").status_code == 303
    said = words_of(page.get("/money?done=agreement_end_of_lease"))
    assert "代扣协议已终止" in said
    assert "没有生效的代扣协议" in said


def test_statement_is_a_file_and_a_letter_that_can_be_read_and_downloaded(web, story):
    page = Page(web, story, story.desk.agent)
    file = page.get("/money/statement.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert "rent-1" in file.text
    assert page.post("/money/statement").status_code == 303
    listed = page.get()
    ref = re.search(r"/papers/(WS-[A-Za-z0-9]+)", listed.text)[1]
    assert "正在排版" in words_of(listed)
    letter = words_of(page.get(f"/papers/{ref}"))
    assert "对账单" in letter
    assert "¥501.60" in letter
    web.house.run(render_paper(web.house.door, {"paper_ref": ref}))
    assert f"/papers/{ref}.pdf" in page.get().text
    other = add_lease(web.house, story.renter, no=9)
    assert web.get(f"/desk/leases/{other.ref}/papers/{ref}").status_code == 404


@pytest.mark.parametrize("path", ["/money", "/money/lines/rent-1", "/money/undo?entry=payment:X", "/money/refund"])
def test_money_pages_are_the_desks(web, story, path):
    for who in (story.renter, story.desk.inspector, story.desk.admin):
        assert Page(web, story, who).get(path).status_code == 404
    page = Page(web, story, story.desk.agent)
    assert page.web.get(f"/desk/leases/ZL-20260220-9999{path}").status_code == 404


def test_agent_has_no_page_to_take_an_entry_back(web, story):
    story.pay(10_000, ref="FK-1")
    assert Page(web, story, story.desk.agent).get("/money/undo?entry=payment:FK-1").status_code == 404
    assert Page(web, story, story.desk.specialist).get("/money/undo?entry=payment:NONE").status_code == 404


def test_line_that_is_not_there_is_absent(web, story):
    page = Page(web, story, story.desk.agent)
    assert page.get("/money/lines/rent-99").status_code == 404
    assert page.get("/money/lines/%3Cscript%3E").status_code == 404


def test_lease_before_signing_has_an_empty_book(web, story):
    async def apply(ctx):
        new = NewLease(
            ref="ZL-20260320-0001", renter_id=story.renter.id, state=LeaseState.APPLIED, model="iPhone 15", imei="",
            applied_on=story.on, created_at=ctx.now,
        )  # fmt: skip
        await insert_lease(ctx.conn, new)
        return new.ref

    ref = in_act(web.house, apply, at=at(story.on))
    web.log_in(story.desk.specialist)
    said = words_of(web.get(f"/desk/leases/{ref}/money"))
    assert "还没有账单" in said
    assert "登记收款" not in said


# arrears


def test_late_instalment_shows_days_both_figures_and_its_reminders(web, monkeypatch):
    story = Arrears(web.house, late_fee_daily_rate="0.001", grace_days=0)
    story.live(DUE_ON + 11 * DAY)
    monkeypatch.setattr(clock, "now", lambda: at(story.on, 11))
    said = words_of(Page(web, story, story.desk.agent).get("/arrears"))
    assert "第 1 期租金 逾期 11 天" in said
    assert "合同算出 ¥5.00，超过法定上限的部分不收，实收 ¥1.64 LATE-3" in said
    assert "计 10 天：2026-03-02 至 2026-03-11" in said
    assert "逾期提醒 已发送" in said
    assert "可以书面催告" in said
    assert "由主管决定" in said
    assert "催告函" not in said.replace("书面催告", "")


def test_relief_ticks_each_condition_and_waives_where_all_hold(web, monkeypatch):
    story = Arrears(web.house, grace_days=0)
    story.day(DUE_ON + 4 * DAY)
    monkeypatch.setattr(clock, "now", lambda: at(story.on, 11))
    page = Page(web, story, story.desk.agent)
    before = page.get("/arrears/relief/rent-1")
    assert "租金已付清 还没有付清 不符合" in words_of(before)
    assert "租客在 03-08 前（含当天）付清，违约金可全部免除。" in words_of(before)
    assert "全部免除违约金" not in words_of(before)
    story.pay(50_000)
    ready = words_of(page.get("/arrears/relief/rent-1"))
    assert "近 12 个月内首次逾期 没有更早的逾期 符合" in ready
    assert "全部免除违约金" in ready
    done = page.post("/arrears/relief/rent-1", rule="LATE-4")
    assert done.headers["location"].endswith("/arrears?done=grant_relief#reliefs")
    assert fee(web.house, story.lease, 1)[3] == 0
    said = words_of(page.get("/arrears?done=grant_relief"))
    assert "已免责，说明函已出具" in said
    assert "第 1 期 · LATE-4" in said
    assert "已按 LATE-4 免责" in words_of(page.get("/arrears/relief/rent-1"))


def test_relief_that_does_not_hold_is_refused_on_its_page(web, story):
    page = Page(web, story, story.desk.agent)
    said = words_of(page.get("/arrears/relief/rent-1"))
    assert "晚不超过 7 天 晚 20 天 不符合" in said
    answer = page.post("/arrears/relief/rent-1", rule="LATE-4")
    assert answer.status_code == 409
    assert "付清后才能免除违约金" in words_of(answer)
    assert page.get("/arrears/relief/rent-2").status_code == 404


def test_bank_statement_handed_in_by_an_agent_becomes_a_specialists_request(web, story):
    proof = story.proof()
    page = Page(web, story, story.desk.agent)
    assert proof in page.get("/arrears/relief/rent-1").text
    done = page.post("/arrears/relief/rent-1", rule="LATE-5", statement_ref=proof)
    assert done.headers["location"].endswith("done=approval_requested#reliefs")
    assert "等高级专员同意" in words_of(page.get("/money"))
    assert fee(web.house, story.lease, 1)[0] == 160


def test_freeze_says_what_it_rests_on_and_is_lifted_in_place(web, story):
    page = Page(web, story, story.desk.specialist)
    short = page.post("/arrears/freeze", why="逾")
    assert short.status_code == 422
    assert page.post("/arrears/freeze", why="两次联系未果", key="second-key").status_code == 303
    said = words_of(page.get("/arrears"))
    assert "因 ¥501.60 逾期未付（两次联系未果），新的租用申请暂停受理" in said
    assert page.post("/arrears/freeze/lifting", why="已约定还款", key="third-key").status_code == 303
    assert "上一次限制已解除：已约定还款" in words_of(page.get("/arrears"))
    assert "限制新下单" not in words_of(Page(web, story, story.desk.agent).get("/arrears"))


def test_demand_is_written_on_a_page_that_says_what_follows_and_may_be_withdrawn(web, story):
    page = Page(web, story, story.desk.supervisor)
    step = words_of(page.get("/arrears/demand"))
    assert "¥501.60" in step
    assert "送达次日起计期" in step
    few = page.post("/arrears/demand", days="5")
    assert few.status_code == 422
    assert 'value="5"' in few.text
    assert page.post("/arrears/demand", days="12", key="second-key").status_code == 303
    said = words_of(page.get("/arrears?done=demand_payment"))
    assert "催告函已出具" in said
    assert "催告函送达中" in said
    assert "付款催告函" in said
    again = page.post("/arrears/demand", days="12", key="third-key")
    assert again.status_code == 409
    assert "尚未送达" in words_of(again)
    assert page.post("/arrears/demand/withdrawal", why="已约定还款", key="fourth-key").status_code == 303
    assert "已撤回" in words_of(page.get("/arrears"))


def test_termination_after_the_days_names_what_keeping_the_phone_costs(web, story, monkeypatch):
    page = Page(web, story, story.desk.supervisor)
    assert page.post("/arrears/demand").status_code == 303
    story.tick(hour=12)
    story.live(story.on + 11 * DAY)
    monkeypatch.setattr(clock, "now", lambda: at(story.on, 11))
    said = words_of(page.get("/arrears"))
    assert "催告期已满仍未办结" in said
    step = words_of(page.get("/arrears/termination"))
    assert "占用费每天" in step
    assert "不超过今天的丢机结算价" in step
    assert "合同没有约定分期付款买卖" in words_of(page.get("/arrears/acceleration"))
    assert page.post("/arrears/termination", why="催告期满未付", key="second-key").status_code == 303
    said = words_of(page.get("/arrears?done=terminate_lease"))
    assert "合同已解除，通知书已出具" in said
    assert "合同解除通知书" in said
    assert "占用费（DEF-1）" in said


def test_credit_notice_is_offered_only_where_the_firm_reports(web, story, monkeypatch):
    page = Page(web, story, story.desk.supervisor)
    assert "信用信息报送" not in words_of(page.get("/arrears"))
    step = page.get("/arrears/credit-notice")
    assert "没有向征信机构报送" in words_of(step)
    assert "出具告知书" not in words_of(step)
    services = web.application._guarded.door.services
    monkeypatch.setattr(services, "settings", replace(services.settings, reports_to_bureau=True))
    assert "出具报送前告知" in words_of(page.get("/arrears"))
    assert page.post("/arrears/credit-notice", line="rent-1").status_code == 303
    assert "第 1 期租金 · 告知书送达中" in words_of(page.get("/arrears"))


@pytest.mark.parametrize(
    "path", ["/arrears", "/arrears/demand", "/arrears/termination", "/arrears/relief/rent-1", "/arrears/credit-notice"]
)
def test_arrears_pages_are_the_desks(web, story, path):
    for who in (story.renter, story.desk.inspector, story.desk.admin):
        assert Page(web, story, who).get(path).status_code == 404
    if path in ("/arrears/demand", "/arrears/termination", "/arrears/credit-notice"):
        assert Page(web, story, story.desk.specialist).get(path).status_code == 404
    assert web.get(f"/desk/leases/ZL-20260220-9999{path}").status_code == 404


def test_lease_with_nothing_late_says_so(web, story):
    story.pay(60_000)
    said = words_of(Page(web, story, story.desk.supervisor).get("/arrears"))
    assert "没有可催告的事项" in said
    assert "晚 20 天付清" in said


# the workbench


def test_file_pane_of_a_case_leads_to_the_lines_it_names(web, story):
    command = cases.OpenCase(CaseType.OVERDUE_RELIEF, lease_ref=story.lease.ref, text="上个月忘记存钱了")
    ref = story.act(story.renter, cases.open_case, command).case_ref
    page = Page(web, story, story.desk.agent)
    pane = web.get(f"/desk/cases/{ref}").text
    assert f'href="{page.base}/money"' in pane
    assert f'href="{page.base}/arrears"' in pane
    for line in re.findall(rf'href="{page.base}(/money/lines/[a-z_]+-\d+)"', pane):
        assert page.get(line).status_code == 200
    assert f'href="{page.base}/money/lines/rent-1"' in pane
    assert f'href="{page.base}/money/lines/late_fee-1"' in pane


def test_file_pane_of_a_case_with_nothing_owed_still_leads_to_the_book(web, story):
    story.pay(60_000)
    command = cases.OpenCase(CaseType.BILLING_QUESTION, lease_ref=story.lease.ref, text="第二期什么时候扣")
    ref = story.act(story.renter, cases.open_case, command).case_ref
    page = Page(web, story, story.desk.agent)
    pane = web.get(f"/desk/cases/{ref}")
    assert "没有逾期，也没有未付的费用。" in words_of(pane)
    assert f'href="{page.base}/money"' in pane.text
