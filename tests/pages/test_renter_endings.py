"""The end of a lease on the renter's pages: buyout, early return, renewal, lost phone, deposit, the ways out."""

import re
from datetime import date, timedelta

import pytest
from msgspec.structs import replace
from visitor import Site

# isort: split
from case_ground import NOW, open_desk
from lease_ground import FIRST_DUE_ON, SIGNED_ON, TODAY, add_lease, in_act, run
from money_ground import at, contract_of, pay

from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.public import sign
from shouwen.features.endings.use_cases import (
    AnswerDevice,
    QuoteLoss,
    ReadAgreements,
    SettleLoss,
    TendLease,
    answer_device,
    quote_loss,
    read_agreements,
    settle_loss,
    tend_lease,
)
from shouwen.features.leases.public import lease_by_id, move_lease
from shouwen.features.leases.types import LeaseAct, LeaseState
from shouwen.features.money.public import put_fee_terms
from shouwen.features.payments.public import sign_agreement
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import Refusal
from shouwen.platform import clock

KEY = "a-key-of-one-form"
SPECIALIST = Actor(Role.SPECIALIST, 3, "专员")


@pytest.fixture(autouse=True)
def hour(monkeypatch):
    """Ten in the morning of a working Monday; a test may move on to another day."""

    class Hour:
        now = NOW

    monkeypatch.setattr(clock, "now", lambda: Hour.now)
    return Hour


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


@pytest.fixture
def renter(desk, site):
    return site.visitor("ZK-1")


@pytest.fixture
def stranger(desk, site):
    return site.visitor("ZK-2")


def rented(desk, *, no=21, paid=7, contract=None, **terms):
    """A phone in use; every rent that was due is paid unless a test says otherwise."""
    contract = contract or sign(
        sample_templates()["early_buyout_12"], SIGNED_ON, FIRST_DUE_ON, contract_policy_on(SIGNED_ON)
    )
    contract = replace(contract, terms=replace(contract.terms, **terms))
    lease = add_lease(desk.house, desk.renter, no=no, paid=paid, contract=contract)
    in_act(desk.house, lambda ctx: put_fee_terms(ctx.conn, lease.id, contract))
    return lease


def hidden(page, *names):
    return {name: page.fields(name)[0] for name in names} | {"idempotency_key": KEY}


def buy(renter, lease, **more):
    page = renter.get(f"/my/leases/{lease.ref}/buyout/agree")
    fields = hidden(page, "amount_fen", "valid_until") | {"deduct": "false"} | more
    return renter.post(f"/my/leases/{lease.ref}/buyout", fields)


def agreement(desk, lease):
    return run(desk.house, read_agreements, desk.renter, ReadAgreements(lease.ref)).agreements[0]


def test_buyout_page_draws_the_curve_and_says_what_one_instalment_more_changes(desk, renter):
    lease = rented(desk)
    page = renter.get(f"/my/leases/{lease.ref}/buyout")
    assert "签约价 8,046.00 − 已付租金（7 期）3,500.00 = 4,546.00" in page.said
    assert "再等一期 先付第 8 期租金 ¥500.00 12-15 起买断价 ¥4,046.00 合计比今天 一样多" in page.said
    assert "500.00 + 4,046.00 − 4,546.00 = 0.00" in page.said
    assert "12 期 2027-04-15 ¥2,046.00 一样" in page.said
    assert f'href="/my/leases/{lease.ref}/buyout/agree"' in page.text


def test_confirming_a_buyout_names_lines_clauses_what_ends_in_it_and_what_follows(desk, renter):
    lease = rented(desk, paid=6)
    page = renter.get(f"/my/leases/{lease.ref}/buyout/agree")
    assert page.status == 200
    assert "合同 9.1 条" in page.said
    assert "未付逾期违约金" in page.said
    assert "6 期未付租金 ¥3,000.00" in page.said
    assert "2026-11-15 第 7 期 500.00" in page.said
    assert "确认后在 11-26 前（含当天）付清" in page.said
    assert "解冻 ¥3,000.00" in page.said
    assert "不受影响，不用备份或抹除" in page.said


def test_buyout_confirmed_twice_with_one_key_is_one_agreement_that_waits_to_be_paid(desk, renter):
    lease = rented(desk)
    first, again = buy(renter, lease), None
    again = renter.post(
        f"/my/leases/{lease.ref}/buyout",
        {"amount_fen": "454600", "valid_until": "2026-11-23", "deduct": "false", "idempotency_key": KEY},
    )
    assert (first.status, again.status) == (303, 303)
    assert first.headers["location"] == again.headers["location"] == f"/my/leases/{lease.ref}/buyout?done=accept_buyout"
    assert len(desk.house.sql("SELECT 1 FROM acceptances")) == 1
    page = renter.get(first.headers["location"])
    assert "买断已确认，付清后手机归您" in page.said
    assert "还要付 ¥4,546.00" in page.said
    assert "2026-11-26 前（含当天）" in page.said
    assert "没有代扣协议" in page.said
    assert "按此价买断" not in page.said
    lease_page = renter.get(f"/my/leases/{lease.ref}").said
    assert "买断待付款" in lease_page
    assert "还要付 ¥4,546.00，11-26 前（含当天）付清" in lease_page


def test_buyout_at_a_figure_that_moved_is_refused_at_the_button_with_the_new_one(desk, renter):
    lease = rented(desk)
    answer = buy(renter, lease, amount_fen="450000")
    assert answer.status == 409
    assert "报价已更新：现在是 ¥4,546.00" in answer.said
    assert answer.fields("amount_fen") == ["454600"]
    assert desk.house.sql("SELECT 1 FROM acceptances") == []


def test_buyout_of_a_returned_phone_refused_on_the_page_with_what_next(desk, renter):
    lease = add_lease(desk.house, desk.renter, no=22, state=LeaseState.RETURNING, paid=12)
    assert renter.get(f"/my/leases/{lease.ref}/buyout/agree").headers["location"] == f"/my/leases/{lease.ref}/buyout"
    assert "不能直接买断 如果想留下这台手机，请转人工" in renter.get(f"/my/leases/{lease.ref}/buyout").said
    answer = renter.post(
        f"/my/leases/{lease.ref}/buyout", {"amount_fen": "1", "valid_until": "2026-11-23", "idempotency_key": KEY}
    )
    assert answer.status == 409
    assert "归还途中" in answer.said
    assert desk.house.sql("SELECT 1 FROM acceptances") == []


def test_buyout_under_an_agreement_is_paid_on_the_page_once(desk, renter):
    lease = rented(desk)
    in_act(desk.house, lambda ctx: sign_agreement(ctx, lease, "A-0021", "2088000000000021"))
    assert "从代扣账户扣，马上办完" in renter.get(f"/my/leases/{lease.ref}/buyout/agree").said
    buy(renter, lease)
    page = renter.get(f"/my/leases/{lease.ref}/buyout")
    assert "现在付 ¥4,546.00" in page.said
    fields = {"lines": page.fields("lines"), "amount_fen": page.fields("amount_fen")[0]}
    pairs = [("lines", no) for no in fields["lines"]] + [
        ("amount_fen", fields["amount_fen"]),
        ("idempotency_key", KEY + "p"),
    ]
    wrong = [(name, "1" if name == "amount_fen" else value) for name, value in pairs]
    refused = renter.post(f"/my/leases/{lease.ref}/buyout/payment", [*wrong[:-1], ("idempotency_key", KEY + "x")])
    assert (refused.status, "应付金额现在是 ¥4,546.00" in refused.said) == (409, True)
    for _ in range(2):
        paid = renter.post(f"/my/leases/{lease.ref}/buyout/payment", pairs)
        assert paid.status == 303, paid.said
        assert paid.headers["location"] == f"/my/leases/{lease.ref}/buyout?done=pay_buyout"
    assert [tuple(row) for row in desk.house.sql("SELECT amount_fen, state FROM payment_orders")] == [(454_600, "open")]
    page = renter.get(f"/my/leases/{lease.ref}/buyout").said
    assert "正在扣 ¥4,546.00" in page
    assert "现在付" not in page
    with pytest.raises(Refusal, match=r"^nothing_due:"):  # past its day, but nobody knows yet whether it was paid
        run(desk.house, tend_lease, SYSTEM, TendLease(lease.id), at=at(TODAY + timedelta(days=4)))


def test_buyout_that_lapsed_says_so_above_todays_price(desk, renter, hour):
    lease = rented(desk)
    buy(renter, lease)
    hour.now = at(TODAY + timedelta(days=4))
    run(desk.house, tend_lease, SYSTEM, TendLease(lease.id), at=hour.now)
    page = renter.get(f"/my/leases/{lease.ref}/buyout").said
    assert "到 2026-11-26 没有付清，已经失效" in page
    assert "现在买断需付 · iPhone 15 Pro Max ¥4,546.00" in page


def test_bought_phone_shows_title_letter_lock_and_deposit(desk, renter, stranger):
    lease = rented(desk)
    buy(renter, lease)
    pay(desk.house, lease, 454_600, "zfb-all", TODAY)
    run(desk.house, tend_lease, SYSTEM, TendLease(lease.id))
    page = renter.get(f"/my/leases/{lease.ref}/buyout").said
    assert "手机归您了" in page
    assert "2026-11-23 起归您" in page
    assert "正在生成，一分钟内可下载" in page
    assert "已申请解除，通常 24 小时内完成" in page
    assert "¥3,000.00 已解冻" in page
    assert renter.get(f"/my/leases/{lease.ref}/buyout/letter").status == 404  # not printed yet
    pdf = b"%PDF-1.7 a letter"
    sha256 = desk.house.door.services.storage.put(pdf)
    in_act(desk.house, lambda ctx: ctx.conn.execute(
        "UPDATE papers SET pdf_sha256 = $1, size_bytes = $2, printed_at = $3", sha256, len(pdf), NOW))  # fmt: skip
    run(desk.house, answer_device, desk.agent, AnswerDevice(lease.ref, "unlock", "done"))
    page = renter.get(f"/my/leases/{lease.ref}/buyout")
    assert "下载所有权转移证明（PDF）" in page.said
    assert "设备锁 已解除" in page.said
    letter = renter.get(f"/my/leases/{lease.ref}/buyout/letter")
    assert (letter.status, letter.body) == (200, pdf)
    assert stranger.get(f"/my/leases/{lease.ref}/buyout/letter").status == 404
    assert f"/my/leases/{lease.ref}/buyout" in renter.get(f"/my/leases/{lease.ref}").text


def test_contract_with_prices_that_differ_says_which_is_quoted_and_by_which_law(desk, renter):
    contract = sign(sample_templates()["early_buyout_12"], SIGNED_ON, FIRST_DUE_ON, contract_policy_on(SIGNED_ON))
    lease = rented(desk, contract=replace(contract, marks=("terms_inconsistent",)))
    page = renter.get(f"/my/leases/{lease.ref}/buyout").said
    assert "为什么是这个价" in page
    assert "民法典 498 条" in page
    assert "BUY-4" in page


# the three kinds of clause: a fixed fee, a share of the rents not begun, so many rents
NO_FEE = {"early_return_fee_fen": None, "early_return_share": None, "early_return_rents": None, "early_return_after": 0}


@pytest.mark.parametrize(
    ("terms", "working"),
    [
        ({"early_return_fee_fen": 20_000}, "提前归还费用：固定 200.00"),
        ({"early_return_share": "0.30"}, "未到期的 5 期租金 2,500.00 × 30% = 750.00"),
        ({"early_return_rents": 2}, "其后 2 期租金合计 1,000.00"),
    ],
)
def test_early_return_is_quoted_under_each_kind_of_clause_with_its_working(desk, renter, terms, working):
    lease = rented(desk, **(NO_FEE | terms))
    page = renter.get(f"/my/leases/{lease.ref}/early-return?back_on=2026-11-29")
    assert page.status == 200
    assert working in page.said
    assert "手机寄出后；之前不收一分钱" in page.said


def test_early_return_agreed_in_two_steps_hands_over_to_the_send_back_page(desk, renter):
    lease = rented(desk)
    page = renter.get(f"/my/leases/{lease.ref}/early-return?back_on=2026-11-29")
    assert "寄出前的准备" in page.said
    assert "退出云账号" in page.said
    confirm = renter.get(f"/my/leases/{lease.ref}/early-return/agree?back_on=2026-11-29")
    fields = hidden(confirm, "back_on", "amount_fen", "valid_until")
    for _ in range(2):
        answer = renter.post(f"/my/leases/{lease.ref}/early-return", fields)
        assert answer.headers["location"] == f"/my/leases/{lease.ref}/early-return?done=accept_early_return"
    page = renter.get(answer.headers["location"])
    assert "已约定 11-29 前寄回" in page.said
    assert f'href="/my/leases/{lease.ref}/return"' in page.text
    assert len(desk.house.sql("SELECT 1 FROM acceptances")) == 1
    assert "等您寄回手机" in renter.get(f"/my/leases/{lease.ref}").said
    assert "提前归还已约定，等寄出" in renter.get(f"/my/leases/{lease.ref}/ending").said


def test_early_return_sent_in_time_is_shown_as_done(desk, renter):
    lease = rented(desk)
    confirm = renter.get(f"/my/leases/{lease.ref}/early-return/agree?back_on=2026-11-29")
    renter.post(f"/my/leases/{lease.ref}/early-return", hidden(confirm, "back_on", "amount_fen", "valid_until"))

    async def send(ctx):
        await move_lease(ctx, await lease_by_id(ctx.conn, lease.id, lock=True), LeaseAct.SEND_BACK)

    in_act(desk.house, send)
    run(desk.house, tend_lease, SYSTEM, TendLease(lease.id))
    assert "手机已按约定寄出" in renter.get(f"/my/leases/{lease.ref}/early-return").said


def test_early_return_of_a_day_gone_is_refused_at_the_field_that_keeps_it(desk, renter):
    lease = rented(desk)
    page = renter.get(f"/my/leases/{lease.ref}/early-return?back_on=2026-11-01")
    assert page.status == 422
    assert "归还日 2026-11-01 已经过去" in page.said
    assert 'value="2026-11-01"' in page.text
    assert renter.get(f"/my/leases/{lease.ref}/early-return?back_on=morgen").status == 422


def test_early_return_too_soon_names_the_clause_and_what_is_possible_instead(desk, renter):
    lease = rented(desk, paid=2, early_return_after=12)
    page = renter.get(f"/my/leases/{lease.ref}/early-return")
    assert page.status == 200
    assert "付清 12 期后可以提前归还" in page.said
    assert re.search(r"合同 \d+\.\d+ 条", page.said)
    assert f"/my/leases/{lease.ref}/ending" in page.text
    assert "约定这一天" not in page.said


def test_early_return_that_lapsed_says_nothing_was_charged(desk, renter, hour):
    lease = rented(desk)
    confirm = renter.get(f"/my/leases/{lease.ref}/early-return/agree?back_on=2026-11-29")
    renter.post(f"/my/leases/{lease.ref}/early-return", hidden(confirm, "back_on", "amount_fen", "valid_until"))
    hour.now = at(date(2026, 11, 30))
    run(desk.house, tend_lease, SYSTEM, TendLease(lease.id), at=hour.now)
    assert "到期没有寄出，已失效；租约照旧，没有收费" in renter.get(f"/my/leases/{lease.ref}/early-return").said


@pytest.fixture
def ending_soon(desk, hour):
    """In the last weeks of a term that may be renewed."""
    lease = rented(desk, paid=12, contract=contract_of(end_of_term=("return", "buyout", "renewal")))
    hour.now = at(date(2027, 2, 10))
    return lease


def test_renewal_is_chosen_confirmed_and_in_force(desk, ending_soon, renter):
    ref = ending_soon.ref
    page = renter.get(f"/my/leases/{ref}/renewal?periods=6")
    assert "500.00 × 6 期 = 3,000.00" in page.said
    confirm = renter.get(f"/my/leases/{ref}/renewal/agree?periods=6")
    answer = renter.post(
        f"/my/leases/{ref}/renewal", hidden(confirm, "periods", "amount_fen", "valid_until", "contract_version")
    )
    assert answer.headers["location"] == f"/my/leases/{ref}/renewal?done=accept_renewal"
    page = renter.get(answer.headers["location"]).said
    assert "续租已生效" in page
    assert "租期到 2027-08-31" in page


def test_renewal_of_a_number_that_cannot_be_is_refused_with_the_choices(desk, ending_soon, renter):
    answer = renter.get(f"/my/leases/{ending_soon.ref}/renewal?periods=99")
    assert answer.status == 422
    assert "12 期" in answer.said
    answer = renter.post(f"/my/leases/{ending_soon.ref}/renewal", {"periods": "3", "amount_fen": "1",
                         "valid_until": "2027-02-10", "contract_version": "1", "idempotency_key": KEY})  # fmt: skip
    assert (answer.status, "报价已更新：现在是 ¥1,500.00" in answer.said) == (409, True)


def test_renewal_too_soon_says_from_when(desk, renter):
    lease = rented(desk)
    page = renter.get(f"/my/leases/{lease.ref}/renewal")
    assert (page.status, "起可以办理续租" in page.said, "续租这些期" in page.said) == (200, True, False)


def test_ways_stand_side_by_side_with_cost_and_day(desk, ending_soon, renter):
    page = renter.get(f"/my/leases/{ending_soon.ref}/ending")
    assert "还有 18 天到期 租期到 2027-02-28" in page.said
    assert "到期归还 还没到时候" in page.said  # the same day has one price: before the end it is the early return's
    assert "提前归还 可以办" in page.said
    assert "不另收费" in page.said
    assert "续租 可以办" in page.said
    assert "¥500.00" in page.said
    assert "办理到 2027-02-28" in page.said
    for way in ("buyout", "renewal", "early-return", "lost"):
        assert f'href="/my/leases/{ending_soon.ref}/{way}"' in page.text
    assert f'href="/my/leases/{ending_soon.ref}/return"' not in page.text
    door = renter.get(f"/my/leases/{ending_soon.ref}/return")
    assert "比到期归还少付" in door.said
    assert f'action="/my/leases/{ending_soon.ref}/return"' not in door.text
    assert "租期快到了" in renter.get(f"/my/leases/{ending_soon.ref}").said


def test_rent_to_own_stands_beside_the_other_ways(desk, renter):
    contract = sign(sample_templates()["rent_to_own_24"], SIGNED_ON, FIRST_DUE_ON, contract_policy_on(SIGNED_ON))
    lease = rented(desk, contract=contract)
    page = renter.get(f"/my/leases/{lease.ref}/ending").said
    assert "租满归您 可以办" in page
    assert "到租满还要付" in page
    assert "这份合同没有约定续租" in page


def lose(renter, lease, **more):
    fields = {"lost_on": "2026-11-22", "place": "地铁 2 号线", "idempotency_key": KEY}
    return renter.post(f"/my/leases/{lease.ref}/lost", fields | more)


def test_lost_phone_is_reported_in_one_form_that_says_what_happens(desk, renter):
    lease = rented(desk, paid=6)
    page = renter.get(f"/my/leases/{lease.ref}/lost")
    assert "先别急" in page.said
    assert "暂停到 12-08（含当天）" in page.said
    assert "移动 10086" in page.said
    for _ in range(2):
        assert lose(renter, lease).headers["location"] == f"/my/leases/{lease.ref}/lost?done=report_lost"
    page = renter.get(f"/my/leases/{lease.ref}/lost")
    assert "已报失，我们在处理" in page.said
    assert "2026-11-22 · 地铁 2 号线" in page.said
    assert "锁定手机 已申请，等结果" in page.said
    assert len(desk.house.sql("SELECT 1 FROM losses")) == 1
    case = desk.house.sql("SELECT ref FROM cases WHERE type = 'device_lost'")[0]["ref"]
    assert f"/my/cases/{case}" in page.text
    assert "手机已报失" in renter.get(f"/my/leases/{lease.ref}").said


def test_lost_in_the_future_is_refused_at_the_form_that_keeps_the_place(desk, renter):
    lease = rented(desk)
    answer = lose(renter, lease, lost_on="2026-12-01")
    assert answer.status == 422
    assert "不晚于今天" in answer.said
    assert 'value="地铁 2 号线"' in answer.text


def test_police_receipt_ends_the_rest_and_is_refused_where_it_is_too_short(desk, renter):
    lease = rented(desk, paid=6)
    lose(renter, lease)
    path = f"/my/leases/{lease.ref}/lost"
    wrong = renter.post(f"{path}/police", {"police_ref": "12", "idempotency_key": KEY + "1"})
    assert (wrong.status, 'value="12"' in wrong.text) == (422, True)
    answer = renter.post(f"{path}/police", {"police_ref": "京公受 2026-118", "idempotency_key": KEY + "2"})
    assert answer.headers["location"] == f"{path}?done=record_police"
    page = renter.get(path).said
    assert "京公受 2026-118" in page
    assert "暂停到 11-23 为止，之后照常" in page
    assert "登记报警回执" not in page


def test_phone_found_reverses_the_settlement_and_shows_it(desk, renter, hour):
    lease = rented(desk, paid=7)
    lose(renter, lease)
    hour.now = at(TODAY + timedelta(days=16))
    quoted = run(desk.house, quote_loss, SPECIALIST, QuoteLoss(lease.ref), at=hour.now)
    command = SettleLoss(lease.ref, quoted.amount_fen, quoted.valid_until)
    run(desk.house, settle_loss, SPECIALIST, command, at=hour.now)
    page = renter.get(f"/my/leases/{lease.ref}/lost").said
    assert "按合同结算，请付款" in page
    assert "¥4,546.00" in page
    bills = renter.get("/my/bills").said
    assert ("遗失赔偿" in bills, "定损赔偿" in bills) == (True, False)
    line = renter.get(f"/my/leases/{lease.ref}/bills/damage-1").said
    assert "LOSS-1" in line
    assert "没有付清的，从押金转付" in line
    confirm = renter.get(f"/my/leases/{lease.ref}/lost/found").said
    assert "¥4,546.00 全部冲销" in confirm
    answer = renter.post(f"/my/leases/{lease.ref}/lost/found", {"idempotency_key": KEY + "f"})
    assert answer.headers["location"] == f"/my/leases/{lease.ref}/lost?done=report_found"
    page = renter.get(f"/my/leases/{lease.ref}/lost").said
    assert "手机找回来了" in page
    assert "遗失结算已全部冲销" in page
    assert agreement(desk, lease).state == "reversed"
    again = renter.post(f"/my/leases/{lease.ref}/lost/found", {"idempotency_key": KEY + "g"})
    assert again.status == 409


def test_phone_found_after_its_loss_was_paid_opens_the_lease_again(desk, renter, hour):
    lease = rented(desk, paid=7)
    lose(renter, lease)
    hour.now = at(TODAY + timedelta(days=16))
    quoted = run(desk.house, quote_loss, SPECIALIST, QuoteLoss(lease.ref), at=hour.now)
    command = SettleLoss(lease.ref, quoted.amount_fen, quoted.valid_until)
    run(desk.house, settle_loss, SPECIALIST, command, at=hour.now)
    pay(desk.house, lease, quoted.amount_fen, "zfb-loss", TODAY + timedelta(days=16))
    run(desk.house, tend_lease, SYSTEM, TendLease(lease.id), at=hour.now)
    page = renter.get(f"/my/leases/{lease.ref}/lost").said
    assert "遗失已了结，租约已结束" in page
    assert "遗失结算已付清" in page
    answer = renter.post(f"/my/leases/{lease.ref}/lost/found", {"idempotency_key": KEY + "f"})
    assert answer.status == 303, answer.said
    assert "付过的钱成为余额" in renter.get(f"/my/leases/{lease.ref}/lost").said


def test_phone_on_its_way_back_cannot_be_reported_here_and_the_page_says_what_instead(desk, renter):
    lease = add_lease(desk.house, desk.renter, no=22, state=LeaseState.RETURNING, paid=12)
    page = renter.get(f"/my/leases/{lease.ref}/lost").said
    assert "手机不在租用中" in page
    assert "我们向快递追" in page


def test_deposit_has_its_clock_on_the_lease_page_and_is_urgent_once_late(desk, renter, hour):
    back_on = TODAY - timedelta(days=1)
    lease = add_lease(desk.house, desk.renter, no=22, state=LeaseState.SETTLING, paid=12, returned_on=back_on)
    page = renter.get(f"/my/leases/{lease.ref}").said
    assert "押金 11-25 前解冻" in page
    assert "最晚 2026-11-25 解冻" in renter.get(f"/my/leases/{lease.ref}/deposit").said
    hour.now = at(date(2026, 11, 26))
    late = renter.get(f"/my/leases/{lease.ref}/deposit").said
    assert "解冻已经晚了，对不起" in late
    run(desk.house, tend_lease, SYSTEM, TendLease(lease.id), at=hour.now)
    after = renter.get(f"/my/leases/{lease.ref}/deposit")
    case = desk.house.sql("SELECT ref FROM cases WHERE type = 'deposit_refund'")[0]["ref"]
    assert f"/my/cases/{case}" in after.text
    assert "押金已处理完" in after.said


PAGES = ("ending", "buyout", "buyout/agree", "buyout/letter", "early-return", "early-return/agree?back_on=2026-11-29",
         "renewal", "renewal/agree?periods=3", "lost", "lost/found", "deposit")  # fmt: skip
ACTS = ("buyout", "buyout/payment", "early-return", "renewal", "lost", "lost/police", "lost/found", "lost/payment")


def test_lease_of_another_is_absent_on_every_page_and_act(desk, renter, stranger):
    lease = rented(desk)
    before = desk.house.sql("SELECT count(*) FROM journal")[0][0]
    for path in PAGES:
        assert stranger.get(f"/my/leases/{lease.ref}/{path}").status == 404, path
    for path in ACTS:
        answer = stranger.post(f"/my/leases/{lease.ref}/{path}", {"lost_on": "2026-11-22", "idempotency_key": KEY})
        assert answer.status == 404, path
    assert desk.house.sql("SELECT count(*) FROM journal")[0][0] == before


def test_staff_have_none_of_these_pages(desk, site):
    lease = rented(desk)
    agent = site.visitor("zhoumin")
    for path in PAGES:
        assert agent.get(f"/my/leases/{lease.ref}/{path}").status == 404, path


def test_lease_before_signing_says_so_on_every_page(desk, renter):
    lease = add_lease(desk.house, desk.renter, no=23, state=LeaseState.SIGNED, paid=0)
    for path in ("ending", "buyout", "early-return", "renewal", "lost", "deposit"):
        assert renter.get(f"/my/leases/{lease.ref}/{path}").status in (200, 303), path
