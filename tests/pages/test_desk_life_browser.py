"""A lease's pages in a real browser: the tabs, a swap asked for and given up, forms that keep what was typed."""

import re

import pytest
from browsing import PHONE
from playwright.sync_api import expect

FREE = """
SELECT l.ref FROM leases l WHERE l.state = 'renting' AND l.handed_over_on IS NOT NULL AND l.ref <> $1
  AND NOT EXISTS (SELECT FROM swaps s WHERE s.lease_id = l.id)
ORDER BY l.id DESC LIMIT 1
"""


@pytest.fixture
def lease(desk):
    return desk.sql(FREE, desk.hero.ref)[0]["ref"]


def test_agent_goes_through_the_tabs_and_asks_for_a_swap_and_gives_it_up(desktop, lease, shot):
    page = desktop("zhoumin", f"/desk/leases/{lease}")
    expect(page.get_by_role("heading", name="现在可以做什么")).to_be_visible()
    shot(page, "desk-life-overview")
    tabs = page.get_by_role("navigation", name="这份租约")
    for name in ("合同", "买断与结束", "手机与快递"):
        tabs.get_by_role("link", name=name, exact=True).click()
        expect(tabs.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")
        shot(page, f"desk-life-{name}")
    page.locator("summary", has_text="登记换机").click()
    page.get_by_label("为什么换").fill("屏幕右半边不显示")
    page.get_by_role("button", name="登记换机").click()
    expect(page.get_by_role("status").filter(has_text="已登记换机")).to_be_visible()
    expect(page.locator("#swaps")).to_contain_text("屏幕右半边不显示")
    page.locator("#swaps summary", has_text="撤回换机").click()
    page.locator("#swaps").get_by_label("原因").fill("重启后好了")
    page.get_by_role("button", name="撤回", exact=True).click()
    expect(page.locator("#swaps")).to_contain_text("已撤回")


def test_lease_pages_fit_a_phone(open_page, lease):
    page = open_page("zhoumin", f"/desk/leases/{lease}", PHONE)
    for tab in ("", "/contract", "/phone", "/ending"):
        page.goto(f"/desk/leases/{lease}{tab}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], tab
        here = page.locator(".lease-tabs [aria-current]")
        box = here.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE[0] + 1, tab
        assert re.search(rf"/desk/leases/{lease}{tab}$", page.url)
