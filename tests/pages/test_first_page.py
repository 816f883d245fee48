"""The renter's first page: what waits in each lease, the most urgent first; cards count rents really paid."""

from datetime import timedelta

from test_renter_endings import (  # noqa: F401 -- fixtures
    FIRST_DUE_ON,
    KEY,
    SIGNED_ON,
    SPECIALIST,
    TODAY,
    add_lease,
    at,
    buy,
    desk,
    hidden,
    hour,
    lose,
    pay,
    rented,
    renter,
    run,
    site,
)

from shouwen.features.endings.use_cases import QuoteLoss, SettleLoss, quote_loss, settle_loss
from shouwen.features.leases.types import LeaseState


def card_of(page, lease):
    """What the card of a lease says."""
    inside = page.text.split(f'<a class="card lease" href="/my/leases/{lease.ref}">')[1].split("</a>")[0]
    return inside


def test_buyout_agreed_waits_on_the_first_page_with_its_day_and_counts_no_rent_as_paid(desk, renter):  # noqa: F811
    lease = rented(desk)
    buy(renter, lease)
    home = renter.get("/my")
    assert "买断待付款" in home.said
    assert "还要付 ¥4,546.00，11-26 前（含当天）付清" in home.said
    assert f'href="/my/leases/{lease.ref}/buyout"' in home.text
    assert "已付 7 / 12 期" in card_of(home, lease)
    assert "11-26 应付" in card_of(home, lease)
    page = renter.get(f"/my/leases/{lease.ref}").said
    assert "已付 7 / 12 期" in page
    assert "待付 ¥4,546.00" in page


def test_loss_settlement_waits_on_the_first_page(desk, renter, hour):  # noqa: F811
    lease = rented(desk, paid=8)
    lose(renter, lease)
    hour.now = at(TODAY + timedelta(days=16))
    quoted = run(desk.house, quote_loss, SPECIALIST, QuoteLoss(lease.ref), at=hour.now)
    run(desk.house, settle_loss, SPECIALIST, SettleLoss(lease.ref, quoted.amount_fen, quoted.valid_until), at=hour.now)
    home = renter.get("/my")
    assert "遗失结算待付款" in home.said
    assert "12-12 前（含当天）付清" in home.said
    assert "已付 8 / 12 期" in card_of(home, lease)


def test_phone_to_send_back_of_an_early_return_waits_on_the_first_page(desk, renter):  # noqa: F811
    lease = rented(desk)
    confirm = renter.get(f"/my/leases/{lease.ref}/early-return/agree?back_on=2026-11-29")
    renter.post(f"/my/leases/{lease.ref}/early-return", hidden(confirm, "back_on", "amount_fen", "valid_until"))
    assert "约定 11-29 前（含当天）寄回" in renter.get("/my").said
    page = renter.get(f"/my/leases/{lease.ref}").said
    assert "第 8 期租金 寄回后不用付" in page
    assert "已约定 11-29 前寄回手机：按约定寄回，这一期不用付" in page


def test_term_that_ends_soon_and_a_terminated_contract_wait_on_the_first_page(desk, site, hour):  # noqa: F811
    ending = rented(desk, paid=12)
    hour.now = at(FIRST_DUE_ON + timedelta(days=345))
    over = add_lease(desk.house, desk.renter, no=31, paid=12, state=LeaseState.TERMINATED)
    home = site.visitor("ZK-1").get("/my")
    assert "租期快到了" in home.said
    assert f'href="/my/leases/{ending.ref}/ending"' in home.text
    assert f'href="/my/leases/{over.ref}/return"' in home.text


def test_overdue_rents_are_told_in_whole_and_come_first(desk, renter):  # noqa: F811
    agreed = rented(desk)
    buy(renter, agreed)
    late = rented(desk, no=22, paid=4)
    home = renter.get("/my")
    assert "有 3 期逾期，最早一期 09-15 应付，租金一共还差 ¥1,500.00" in home.said
    assert "逾期 3 期" in card_of(home, late)
    assert "¥1,500.00" in card_of(home, late)
    assert "¥1,500.00" in renter.get(f"/my/leases/{late.ref}").said.split("第 5 期")[0]
    assert home.text.index(f"/my/leases/{late.ref}/overdue") < home.text.index(f"/my/leases/{agreed.ref}/buyout")


def test_nothing_of_anothers_leases_waits(desk, renter, site):  # noqa: F811
    buy(renter, rented(desk))
    assert "买断待付款" not in site.visitor("ZK-2").get("/my").said


def test_ways_of_a_lost_phone_offer_no_second_report_and_no_price_that_cannot_be_had(desk, renter):  # noqa: F811
    lease = rented(desk)
    lose(renter, lease)
    ways = renter.get(f"/my/leases/{lease.ref}/ending").said
    assert "去报失" not in ways
    assert "看报失进展" in ways
    assert "还没到时候" not in ways
    assert "今天买断" not in ways
    page = renter.get(f"/my/leases/{lease.ref}/buyout").said
    assert "合同的买断价，现在不能办" in page
    assert "现在买断需付" not in page
