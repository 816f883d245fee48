"""The renter's money pages through the whole application: bills, a line, statement, paying, letters, what is late."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace
from visitor import Site

# isort: split
from arrears_ground import DUE_ON, Arrears, at
from lease_ground import add_lease, add_renter, in_act, run
from payment_desk import NOW, RENT_FEN, SPECIALIST, Desk
from test_payment_acts import contest

from shouwen.features.leases.use_cases import money as book
from shouwen.features.leases.use_cases.payments import AttemptDeduction, attempt_deduction
from shouwen.features.money.public import take_payment
from shouwen.features.papers.jobs import render_paper
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import beijing_on
from shouwen.mount import runtime
from shouwen.mount.simulate.payments.commands import Fault
from shouwen.platform import clock

KEY = "a-key-of-one-form"
SUPERVISOR = Actor(Role.SUPERVISOR, 4, "陈主管")


@pytest.fixture
def desk(house, monkeypatch):
    return Desk(house, monkeypatch)


@pytest.fixture
def site(house, desk, monkeypatch):
    monkeypatch.setattr(runtime, "open_payments", lambda settings: desk.payments)
    opened = Site(house)
    yield opened
    opened.close()


@pytest.fixture
def owed(desk):
    """A renter eight days late with the seventh rent, under an agreement."""
    return desk.lease(paid=6)


@pytest.fixture
def lease(owed):
    return owed[1]


@pytest.fixture
def renter(owed, site):
    return site.visitor("ZK-1")


@pytest.fixture
def stranger(desk, site):
    desk.lease(paid=6)
    add_renter(desk.house, 9, "王*")
    return site.visitor("ZK-9")


def base(lease):
    return f"/my/leases/{lease.ref}"


def pay(renter, lease, *lines, part="", key=KEY, clicks=1, **more):
    """Choose, look, confirm: what the confirmation holds is what is posted; the answer to the last click."""
    query = "&".join([*(f"line={line}" for line in lines), f"part_yuan={part}"])
    page = renter.get(f"{base(lease)}/pay/confirm?{query}")
    assert page.status == 200, page.said
    fields = [("idempotency_key", key), *(("line", line) for line in page.fields("line"))]
    fields += [(name, page.fields(name)[0]) for name in ("amount_fen", "part_fen") if page.fields(name)]
    answers = [
        renter.post(f"{base(lease)}/pay", [pair for pair in fields if pair[0] not in more] + list(more.items()))
        for _ in range(clicks)
    ]
    assert len({answer.headers.get("location") for answer in answers}) == 1
    return answers[-1]


def orders(desk):
    return desk.house.sql("SELECT ref, state, amount_fen FROM payment_orders ORDER BY id")


def test_bills_by_lease_say_what_is_due_with_todays_late_fee_and_lead_to_each_line(renter, lease):
    page = renter.get("/my/bills")
    assert page.status == 200
    assert "现在待付 ¥500.60 看算式 第 7 期租金 500.00 第 7 期逾期违约金 0.60 ＝ 500.60" in page.said
    for href in ("/bills/rent-7", "/bills/late_fee-7", "/pay", "/overdue", "/statement", "/payments", "/agreement"):
        assert f'href="{base(lease)}{href}"' in page.text, href
    assert "有 1 期租金逾期" in page.said
    assert "以后到期的 5 笔" in page.said
    assert "已结清的 6 笔" in page.said
    assert "押金预授权 ¥3,000.00" in page.said


def test_bills_of_who_owes_nothing_say_what_comes_next(site, desk):
    desk.lease(paid=7)
    page = site.visitor("ZK-1").get("/my/bills").said
    assert "现在待付 · 下一笔 12-15 到期 ¥0.00" in page
    assert "现在没有要付的" in page
    assert "下次自动扣款 12-15 08:00 起" in page


def test_line_says_clause_sum_payment_in_part_and_what_is_left(desk, renter, lease):
    async def paid(ctx):
        await take_payment(ctx.conn, ctx.act_id, lease, 20_000, "FK-77", beijing_on(NOW), beijing_on(NOW))

    in_act(desk.house, paid)
    page = renter.get(f"{base(lease)}/bills/rent-7").said
    assert "第 7 期租金 · iPhone 15 Pro Max ¥300.00 待付" in page
    assert "应付 ¥500.00 已付 − 200.00 还要付 ＝ ¥300.00" in page
    assert "合同 3.1 条" in page
    assert "付款 流水 FK-77 − 200.00" in page


def test_late_fee_that_the_gate_cuts_shows_both_figures_and_why(house, site, monkeypatch):
    story = Arrears(house, grace_days=0, late_fee_daily_rate="0.05%")
    story.day(DUE_ON + timedelta(days=11))
    monkeypatch.setattr(clock, "now", lambda: at(story.on, 11))
    page = site.visitor("ZK-3").get(f"{base(story.lease)}/bills/late_fee-1").said
    assert "按合同应为 ¥2.50，超出签约时一年期 LPR 四倍的部分不收取，实收 ¥1.64。" in page
    assert "计费天数 10 天 03-02 到 03-11" in page
    assert "法定上限 ¥1.64 签约时 LPR 四倍 · LATE-3" in page
    assert "违约金每天的变化，10 笔" in page


def test_line_says_a_waiver_and_its_undoing_in_words(desk, renter, lease):
    done = run(desk.house, book.waive, SUPERVISOR, book.Waive(lease.ref, "late_fee-7", 60, "系统维护"))
    run(desk.house, book.undo_entry, SUPERVISOR, book.UndoEntry(lease.ref, done.entry_key, "登记错了"))
    page = renter.get(f"{base(lease)}/bills/late_fee-7").said
    assert "减免 − 0.60" in page
    assert "撤销一笔减免，账单恢复 登记错了 + 0.60" in page


def test_contested_line_rests_and_says_for_which_matter(desk, renter, lease):
    contest(desk, lease)
    page = renter.get(f"{base(lease)}/bills/rent-7")
    assert "暂停催收" in page.said
    assert "11-23 起 ¥500.00 您提出异议" in page.said
    assert 'href="/my/cases/SW-1"' in page.text
    assert "第 7 期租金 暂停催收" in renter.get("/my/bills").said


def test_statement_of_a_month_adds_up_and_comes_as_a_file(renter, lease):
    whole = renter.get(f"{base(lease)}/statement").said
    assert "应付 ¥6,000.00 已付 ¥3,000.00 未付 ¥3,000.00" in whole
    page = renter.get(f"{base(lease)}/statement?from_on=2026-11-01&until_on=2026-11-30")
    assert "应付 ¥500.00 已付 ¥0.00 未付 ¥500.00" in page.said
    assert "第 8 期" not in page.said
    file = renter.get(f"{base(lease)}/statement.csv?from_on=2026-11-01&until_on=2026-11-30")
    assert (file.status, file.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert "attachment" in file.headers["content-disposition"]
    assert [row.partition(",")[0] for row in file.text.splitlines()[2:]] == ["rent-7", "合计未付"]
    assert renter.get(f"{base(lease)}/statement?from_on=soon").status == 422


def test_statement_letter_waits_for_its_print_then_downloads_on_record(desk, site, renter, lease):
    asked = renter.post(f"{base(lease)}/statement", {"idempotency_key": KEY})
    again = renter.post(f"{base(lease)}/statement", {"idempotency_key": KEY})
    assert asked.status == 303
    assert asked.headers["location"] == again.headers["location"]
    href = asked.headers["location"].partition("?")[0]
    page = renter.get(asked.headers["location"])
    assert "对账单已生成并封存" in page.said
    assert "正在排版" in page.said
    assert "data-live-waits" in page.text
    assert "下载 PDF" not in page.said
    ref = href.rpartition("/")[2]
    assert renter.get(f"/papers/{ref}.pdf").status == 404
    desk.house.run(render_paper(desk.house.door, {"paper_ref": ref}))
    page = renter.get(href)
    assert f'href="/papers/{ref}.pdf"' in page.text
    assert "data-live-waits" not in page.text
    file = renter.get(f"/papers/{ref}.pdf")
    assert (file.status, file.body[:5], file.headers["content-type"]) == (200, b"%PDF-", "application/pdf")
    assert desk.house.sql("SELECT count(*) AS n FROM journal WHERE kind = 'paper.viewed'")[0]["n"] == 1
    assert "对账单 可下载" in renter.get(f"{base(lease)}/papers").said


def test_paying_shows_where_it_goes_then_how_it_stands_and_then_that_it_is_paid(desk, renter, lease):
    choose = renter.get(f"{base(lease)}/pay")
    assert 'value="rent-7" form="pay" checked' in choose.text
    assert 'value="rent-8" form="pay">' in choose.text
    assert "只付一部分时，从上往下结清" in choose.said
    assert "CIVIL-560" in choose.said
    asked = pay(renter, lease, "rent-7", "late_fee-7")
    [order] = orders(desk)
    assert asked.headers["location"] == f"{base(lease)}/payments/{order['ref']}"
    page = renter.get(asked.headers["location"])
    assert "正在处理" in page.said
    assert "不会重复扣款" in page.said
    assert "data-live-waits" in page.text
    assert "一笔 ¥500.60 的付款正在处理" in renter.get("/my/bills").said
    desk.work()
    page = renter.get(asked.headers["location"]).said
    assert "付款成功 已完成 ¥500.60" in page
    assert "第 7 期租金 ¥500.00 结清 第 7 期逾期违约金 ¥0.60 结清" in page
    assert desk.provider_fen(lease) == 50_060
    assert "扣款 已完成 ¥500.60" in renter.get(f"{base(lease)}/payments").said


def test_paying_twice_by_double_click_is_one_payment(desk, renter, lease):
    assert pay(renter, lease, "rent-7", clicks=3).status == 303
    desk.work()
    assert [order["amount_fen"] for order in orders(desk)] == [RENT_FEN]


def test_paying_a_part_goes_where_the_confirmation_said(desk, renter, lease):
    page = renter.get(f"{base(lease)}/pay/confirm?line=late_fee-7&line=rent-7&part_yuan=200").said
    assert "第 7 期逾期违约金 ¥0.60 结清 第 7 期租金 ¥199.40 还剩 ¥300.60" in page
    asked = pay(renter, lease, "late_fee-7", "rent-7", part="200")
    desk.work()
    assert "第 7 期租金 ¥199.40 还剩 ¥300.60" in renter.get(asked.headers["location"]).said
    assert desk.provider_fen(lease) == 20_000


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "还没有选要付的账单"),
        ("line=rent-7&part_yuan=abc", "金额请写成数字"),
        ("line=rent-7&part_yuan=0", "金额请写成数字"),
        ("line=rent-7&part_yuan=501", "选中的账单合计 ¥500.00，不能付 ¥501.00"),
        ("line=rent-1", "选中的账单有的已经付清"),
    ],
)
def test_confirmation_of_what_cannot_be_paid_is_the_choice_again_with_what_was_typed(renter, lease, query, says):
    page = renter.get(f"{base(lease)}/pay/confirm?{query}")
    assert page.status in (409, 422)
    assert says in page.said
    typed = query.partition("part_yuan=")[2]
    assert f'value="{typed}"' in page.text
    assert "付哪几笔" in page.said


def test_amount_that_moved_is_refused_and_stands_there_to_be_confirmed(desk, renter, lease):
    answer = pay(renter, lease, "rent-7", "late_fee-7", amount_fen="50000")
    assert answer.status == 409
    assert "应付金额现在是 ¥500.60" in answer.said
    assert "金额已更新，确认后再付" in answer.said
    assert answer.fields("amount_fen") == ["50060"]
    assert orders(desk) == []


def test_failed_payment_says_why_and_what_next(desk, site):
    _, lease = desk.lease(paid=6, balance_fen=100)
    renter = site.visitor("ZK-1")
    asked = pay(renter, lease, "rent-7")
    desk.work()
    page = renter.get(asked.headers["location"])
    assert "没有成功" in page.said
    assert "原因：账户可用余额不足。没有扣您的钱。" in page.said
    assert "先付一部分" in page.said
    assert f'href="{base(lease)}/pay"' in page.text
    assert desk.cash_fen(lease) == 0


def test_failure_of_the_platform_offers_to_undo_the_lateness(desk, renter, lease):
    asked = pay(renter, lease, "rent-7")
    desk.gateway.is_down = True
    desk.work()
    page = renter.get(asked.headers["location"])
    assert "不是您的原因" in page.said
    assert f'href="{base(lease)}/relief"' in page.text


def test_payment_without_an_answer_is_being_checked_and_nothing_more_can_be_paid_meanwhile(desk, renter, lease):
    desk.script(Fault.SILENT_BEFORE)
    asked = pay(renter, lease, "rent-7")
    desk.run_due()
    page = renter.get(asked.headers["location"]).said
    assert "正在核对，不会重复扣款" in page
    choose = renter.get(f"{base(lease)}/pay").said
    assert "上一笔 ¥500.00 还在处理中" in choose
    assert "下一步" not in choose
    confirm = renter.get(f"{base(lease)}/pay/confirm?line=rent-8")
    assert (confirm.status, confirm.headers["location"]) == (303, f"{base(lease)}/pay")
    refused = renter.post(
        f"{base(lease)}/pay", [("idempotency_key", KEY + "2"), ("line", "rent-8"), ("amount_fen", "50000")]
    )
    assert (refused.status, "上一笔扣款还在处理中" in refused.said) == (409, True)


def test_agreement_shows_the_next_deduction_and_ends_after_a_look_at_what_follows(desk, renter, lease):
    page = renter.get(f"{base(lease)}/agreement").said
    assert "生效中" in page
    assert "第 7 期租金 500.00" in page
    asked = renter.get(f"{base(lease)}/agreement/end").said
    assert "以后不再自动扣款" in asked
    for _ in range(2):
        done = renter.post(f"{base(lease)}/agreement/end", {"idempotency_key": KEY})
        assert (done.status, done.headers["location"]) == (303, f"{base(lease)}/agreement?done=end_lease_agreement")
    page = renter.get(done.headers["location"]).said
    assert "代扣协议已终止，不会再自动扣款" in page
    assert "没有生效的协议" in page
    assert "这里暂时不能扣款" in renter.get(f"{base(lease)}/pay").said
    again = renter.post(f"{base(lease)}/agreement/end", {"idempotency_key": KEY + "2"})
    assert (again.status, "还没有签署代扣协议" in again.said) == (409, True)


@pytest.mark.parametrize("account", ["", "好租手机 · 某银行 · 0000 1123"])
def test_lease_without_an_agreement_says_where_to_transfer_and_shows_no_button_that_cannot_pay(
    desk, site, renter, lease, account
):
    state = site.app._inner.state
    state.settings = replace(state.settings, bank_account=account)
    renter.post(f"{base(lease)}/agreement/end", {"idempotency_key": KEY})
    told = renter.get(f"{base(lease)}/pay").said
    assert (account or "收款账户 请转人工取得") in told
    assert ("转账备注" in told, f"{lease.ref}" in told) == (bool(account), bool(account))
    for path in ("/my/bills", f"{base(lease)}/bills/rent-7", f"{base(lease)}/overdue"):
        page = renter.get(path)
        assert "看怎么转账" in page.said, path
        assert 'class="big"' not in page.text, path


def test_credit_says_how_it_is_used_and_is_asked_back_in_one_case(desk, site):
    _, lease = desk.lease(paid=7)
    desk.deduct(lease, 80_000)
    desk.work()
    renter = site.visitor("ZK-1")
    page = renter.get(f"{base(lease)}/payments").said
    assert "现在的余额 ¥800.00" in page
    assert "自动抵付" in page
    assert "从哪里来 对账单里逐笔写明" in page
    for _ in range(2):
        asked = renter.post(f"{base(lease)}/credit-refund", {"idempotency_key": KEY})
        assert asked.status == 303
    [case] = desk.house.sql("SELECT ref, type FROM cases")
    assert asked.headers["location"] == f"/my/cases/{case['ref']}"
    assert "余额 ¥800.00" in desk.house.sql("SELECT body FROM messages WHERE kind = 'statement'")[0]["body"]


def test_overdue_page_says_what_is_owed_what_follows_and_every_way_out_and_no_threat(desk, renter, lease):
    page = renter.get(f"{base(lease)}/overdue")
    assert "现在待付 · iPhone 15 Pro Max ¥500.60" in page.said
    for way in ("/pay", "/relief", "/bills/rent-7/dispute"):
        assert f'href="{base(lease)}{way}"' in page.text, way
    assert "至少 10 天的期限" in page.said
    assert "每天增加违约金 ¥0.15" in page.said
    assert not re.search("征信|信用信息|信用记录|黑名单|起诉", page.said)
    assert "转人工" in page.said
    assert renter.get(f"{base(lease)}/overdue").status == 200


def test_overdue_page_of_who_owes_nothing_is_the_bills(site, desk):
    _, lease = desk.lease(paid=7)
    answer = site.visitor("ZK-1").get(f"{base(lease)}/overdue")
    assert (answer.status, answer.headers["location"]) == (303, "/my/bills")


def test_relief_opens_one_case_in_the_renters_words_and_keeps_them_where_something_is_missing(desk, renter, lease):
    path = f"{base(lease)}/relief"
    assert "这次为什么晚了？" in renter.get(path).said
    wrong = renter.post(path, {"why": "", "text": "那天银行维护", "idempotency_key": KEY})
    assert (wrong.status, "还没有选这次为什么晚" in wrong.said) == (422, True)
    assert "那天银行维护" in wrong.text
    fields = {"why": "failed", "request": "waive", "text": "那天银行维护", "idempotency_key": KEY + "2"}
    for _ in range(2):
        sent = renter.post(path, fields)
        assert sent.status == 303, sent.said
    [case] = desk.house.sql("SELECT ref, type, lease_id FROM cases")
    assert (case["type"], case["lease_id"]) == ("overdue_relief", lease.id)
    assert sent.headers["location"] == f"/my/cases/{case['ref']}"
    body = desk.house.sql("SELECT body FROM messages WHERE kind = 'statement'")[0]["body"]
    assert "账户有余额但扣款失败，那天银行维护" in body
    assert "您申请的减免正在处理" in renter.get(f"{base(lease)}/overdue").said


def test_contesting_a_line_opens_one_case_and_the_line_rests(desk, renter, lease):
    path = f"{base(lease)}/bills/rent-7/dispute"
    assert "暂停催收" in renter.get(path).said
    wrong = renter.post(path, {"why": "", "idempotency_key": KEY})
    assert wrong.status == 422
    fields = {"why": "paid", "wishes": "explain", "text": "11-15 已从银行卡付过 500.00", "idempotency_key": KEY + "2"}
    for _ in range(2):
        sent = renter.post(path, fields)
        assert sent.status == 303, sent.said
    [case] = desk.house.sql("SELECT ref, type FROM cases")
    assert case["type"] == "billing_dispute"
    [pause] = desk.house.sql("SELECT amount_fen, reason, ends_on FROM collection_pauses")
    assert tuple(pause) == (RENT_FEN, "dispute", None)
    assert "暂停催收" in renter.get(f"{base(lease)}/bills/rent-7").said
    body = desk.house.sql("SELECT body FROM messages WHERE kind = 'statement'")[0]["body"]
    assert "账单“第 7 期租金” ¥500.00，这笔已经付过，11-15 已从银行卡付过 500.00" in body
    assert "争议金额 ¥500.00 已暂停催收" in renter.get(f"/my/cases/{case['ref']}").said


def test_money_pages_and_acts_of_another_renter_are_not_there(desk, renter, stranger, lease):
    pay(renter, lease, "rent-7")
    [order] = orders(desk)
    renter.post(f"{base(lease)}/statement", {"idempotency_key": KEY + "p"})
    paper = desk.house.sql("SELECT ref FROM papers")[0]["ref"]
    one = base(lease)
    pages = [
        f"{one}/bills/rent-7", f"{one}/bills/rent-7/dispute", f"{one}/statement", f"{one}/statement.csv", f"{one}/pay",
        f"{one}/pay/confirm?line=rent-7", f"{one}/payments", f"{one}/payments/{order['ref']}", f"{one}/agreement",
        f"{one}/agreement/end", f"{one}/overdue", f"{one}/relief", f"{one}/papers", f"/my/papers/{paper}",
        f"/papers/{paper}.pdf",
    ]  # fmt: skip
    for path in pages:
        assert stranger.get(path).status == 404, path
    before = desk.house.sql("SELECT count(*) AS n FROM journal")[0]["n"]
    fields = {"why": "paid", "line": "rent-7", "amount_fen": "50000"}
    for path in ("pay", "agreement/end", "relief", "bills/rent-7/dispute", "statement", "credit-refund"):
        answer = stranger.post(f"{one}/{path}", fields | {"idempotency_key": f"{KEY}-{path[:4]}"})
        assert answer.status == 404, path
    assert desk.house.sql("SELECT count(*) AS n FROM journal")[0]["n"] == before


def test_unknown_line_order_or_letter_is_not_there(renter, lease):
    for path in (f"{base(lease)}/bills/rent-99", f"{base(lease)}/payments/ZF-none", "/my/papers/WS-none"):
        assert renter.get(path).status == 404, path


def test_deduction_planned_for_the_morning_says_when_and_how_to_be_before_it(desk, site, renter, lease):
    run(desk.house, attempt_deduction, SPECIALIST, AttemptDeduction(lease.ref), at=desk.now)
    [order] = orders(desk)

    async def later(ctx):
        await ctx.conn.execute("UPDATE payment_orders SET planned_at = $1", desk.now + timedelta(hours=3))

    in_act(desk.house, later, at=desk.now)
    page = renter.get(f"{base(lease)}/payments/{order['ref']}").said
    assert "已安排扣款" in page
    assert "将在 11-23 13:00 从您的付款账户扣款。" in page


def test_paid_up_other_lease_stands_after_the_one_that_is_due(desk, site, owed, lease):
    paid = add_lease(desk.house, owed[0], no=5, paid=12)
    page = site.visitor("ZK-1").get("/my/bills").text
    assert page.index(f"{base(lease)}/pay") < page.index(f"{base(paid)}/statement")


def test_lease_and_first_page_lead_to_what_is_late(renter, lease):
    page = renter.get(base(lease))
    assert f'class="big" href="{base(lease)}/overdue"' in page.text
    assert f'href="{base(lease)}/bills/rent-7"' in page.text
    for href in ("/payments", "/agreement", "/papers"):
        assert f'href="{base(lease)}{href}"' in page.text, href
    assert f'href="{base(lease)}/overdue"' in renter.get("/my").text


def test_staff_have_none_of_the_renters_money_pages(house, site):
    story = Arrears(house, grace_days=0)
    agent, lease = site.visitor("zhoumin"), story.lease
    before = house.sql("SELECT count(*) AS n FROM journal")[0]["n"]
    for path in (
        "bills/rent-1",
        "statement",
        "pay",
        "payments",
        "agreement",
        "agreement/end",
        "overdue",
        "relief",
        "papers",
    ):
        assert agent.get(f"{base(lease)}/{path}").status == 404, path
    assert agent.get("/my/bills").status == 404
    fields = {"line": "rent-1", "amount_fen": "50000", "idempotency_key": KEY}
    for path in ("pay", "credit-refund"):
        assert agent.post(f"{base(lease)}/{path}", fields).status == 404, path
    assert house.sql("SELECT count(*) AS n FROM journal")[0]["n"] == before


def test_ended_contract_is_said_on_the_page_of_what_is_late_with_the_way_back_first(desk, renter, lease):
    running = renter.get(f"{base(lease)}/overdue").said
    assert "合同已经解除" not in running
    assert "账户限制当场解除" not in running  # there is none

    async def end(ctx):
        await ctx.conn.execute("UPDATE leases SET state = 'terminated' WHERE id = $1", lease.id)

    in_act(desk.house, end)
    page = renter.get(f"{base(lease)}/overdue")
    assert "合同已经解除，请寄回手机" in page.said
    assert page.text.index(f'{base(lease)}/return"') < page.text.index(f'{base(lease)}/pay"')
