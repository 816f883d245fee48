"""A payment recorded and taken back in a real browser, on the desk's screen and on a phone."""

import re

import pytest
from browsing import DESKTOP, PHONE, Open
from playwright.sync_api import expect
from small_desk import Desk

WIDER = "document.querySelector('.sheet-page').scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_payment_recorded_for_a_named_bill_is_taken_back_on_a_page_of_its_own(
    desk: Desk, open_page: Open, size: tuple[int, int]
) -> None:
    [lease] = desk.sql(
        "SELECT l.ref, min(c.no) AS no FROM leases l JOIN charges c ON c.lease_id = l.id"
        " WHERE l.state = 'renting' AND c.kind = 'rent' AND c.outstanding_fen > 1000"
        " GROUP BY l.id ORDER BY l.id LIMIT 1"
    )
    ref, paid = lease["ref"], f"HD-{size[0]}"
    page = open_page("lintao", f"/desk/leases/{ref}/money", size)
    assert page.evaluate(WIDER) <= 0
    page.get_by_text("登记收款", exact=True).first.click()
    form = page.locator("#record_payment")
    form.get_by_label("金额").fill("1.23")
    form.get_by_label("流水号").fill(paid)
    form.locator(f"input[value='rent-{lease['no']}']").check()
    form.get_by_role("button", name="登记收款").click()
    expect(page.get_by_role("status").first).to_contain_text("收款已入账")
    booked = page.locator("#hand li", has_text=paid)
    expect(booked).to_contain_text("¥1.23")
    expect(booked).to_contain_text("林涛")
    booked.get_by_role("link", name="撤销").click()
    expect(page.get_by_role("heading", name="撤销一笔入账")).to_be_visible()
    expect(page.locator(".lines")).to_contain_text(f"第 {lease['no']} 期租金")
    assert page.evaluate(WIDER) <= 0
    page.get_by_label("为什么撤销").fill("流水记错了租约")
    page.get_by_role("button", name="撤销这笔入账").click()
    expect(page).to_have_url(re.compile(r"/money\?done=undo_entry"))
    expect(page.locator("#hand li", has_text=paid).first).to_contain_text("已撤销")


def test_line_and_arrears_of_a_lease_fit_the_phone(desk: Desk, open_page: Open) -> None:
    [lease] = desk.sql(
        "SELECT l.ref FROM leases l JOIN charges c ON c.lease_id = l.id WHERE c.kind = 'rent' AND c.settled_on IS NULL"
        " AND c.booked_on IS NOT NULL ORDER BY l.id LIMIT 1"
    )
    base = f"/desk/leases/{lease['ref']}"
    page = open_page("tangwei", f"{base}/arrears", PHONE, theme="dark")
    assert page.evaluate(WIDER) <= 0
    expect(page.locator("#default")).to_be_visible()
    page.goto(f"{base}/money/lines/rent-1")
    assert page.evaluate(WIDER) <= 0
    expect(page.locator(".book-sum")).to_contain_text("应付")
