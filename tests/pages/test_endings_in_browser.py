"""The end of a lease on a real phone screen: each flow from the lease page to what stands there afterwards."""

import re

import pytest
from playwright.sync_api import expect

PHONE_WIDTH = 390


@pytest.fixture
def lease_of(desk):
    """A lease in use whose renter is up to date and has agreed to nothing: with a price, or as the test asks."""

    def find(periods, no):
        rows = desk.sql(
            "SELECT l.ref, r.ref AS renter FROM leases l JOIN renters r ON r.id = l.renter_id"
            " JOIN contracts c ON c.lease_id = l.id WHERE l.state = 'renting'"
            " AND (c.contract -> 'terms' ->> 'periods')::int = $1"
            " AND NOT EXISTS (SELECT FROM acceptances a WHERE a.lease_id = l.id)"
            " ORDER BY l.ref OFFSET $2 LIMIT 1",
            periods, no,
        )  # fmt: skip
        return rows[0]["renter"], f"/my/leases/{rows[0]['ref']}"

    return find


def fits(page):
    """Nothing sticks out sideways on a phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH


def test_buyout_is_read_confirmed_and_waits_to_be_paid(phone, lease_of, shot):
    who, lease = lease_of(12, 0)
    page = phone(who, lease)
    page.get_by_role("link", name="买断价和算式").click()
    expect(page.get_by_role("img", name="买断价随已付期数的变化")).to_be_visible()
    fits(page)
    page.locator("summary", has_text="每一期比今天多付还是少付").click()
    expect(page.get_by_role("columnheader", name="比今天")).to_be_visible()
    fits(page)
    shot(page, "buyout")
    page.get_by_role("link", name="按此价买断").click()
    expect(page.get_by_role("heading", name="并入买断价的")).to_be_visible()
    fits(page)
    page.get_by_role("button", name=re.compile("^确认按 ¥")).click()
    expect(page.get_by_text("买断已确认，付清后手机归您")).to_be_visible()
    fits(page)
    shot(page, "buyout-agreed")


def test_lost_phone_is_reported_and_found_again(phone, lease_of, shot):
    who, lease = lease_of(12, 1)
    page = phone(who, lease)
    page.get_by_role("link", name="手机丢了").click()
    expect(page.get_by_text("先别急，报失后我们马上做这些")).to_be_visible()
    fits(page)
    page.get_by_label("大概在哪里").fill("地铁 2 号线人民广场站，下车时")
    page.get_by_role("button", name="马上报失").click()
    expect(page.get_by_text("已报失，我们在处理")).to_be_visible()
    expect(page.get_by_text("地铁 2 号线人民广场站，下车时")).to_be_visible()
    fits(page)
    shot(page, "lost")
    page.get_by_text("登记报警回执").click()
    page.get_by_label("报警回执编号").fill("京公受字 2026-0118")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("definition").filter(has_text="京公受字 2026-0118")).to_be_visible()
    page.get_by_role("link", name="手机找到了").click()
    page.get_by_role("button", name="确认，手机找到了").click()
    expect(page.get_by_text("手机找回来了")).to_be_visible()
    fits(page)


def test_early_return_refused_or_priced_by_its_day_and_ways_stand_side_by_side(phone, desktop, lease_of, shot):
    who, lease = lease_of(6, 0)
    page = phone(who, lease)
    page.get_by_role("link", name="到期怎么办").click()
    expect(page.get_by_role("heading", name="到期归还")).to_be_visible()
    fits(page)
    page.goto(f"{lease}/early-return")
    fits(page)
    page.get_by_role("link", name="约定这一天").click()
    page.get_by_role("button", name=re.compile("^约定 .* 前寄回$")).click()
    expect(page.get_by_text("寄出前的准备")).to_be_visible()
    expect(page.get_by_role("link", name="准备好了，登记寄回")).to_have_attribute("href", f"{lease}/return")
    fits(page)
    wide = desktop(who, f"{lease}/ending", theme="dark")
    first, second = (wide.locator(".way").nth(no).bounding_box() for no in (0, 1))
    assert first["y"] == second["y"]
    assert first["x"] < second["x"]
    shot(wide, "ways")
