"""The workbench by keyboard alone."""

import re

from browsing import Open
from playwright.sync_api import Page, expect
from small_desk import Desk


def focused_row(page: Page) -> str:
    """The reference of the queue row that has the focus."""
    return str(page.evaluate("document.activeElement?.dataset?.ref ?? ''"))


def test_keys_walk_the_queue_open_take_and_answer(desk: Desk, desktop: Open) -> None:
    page = desktop("fangyuan", "/desk?tab=unowned")
    refs = page.locator("#rows .row").evaluate_all("rows => rows.map(row => row.dataset.ref)")
    assert len(refs) >= 3
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = focused_row(page)
    page.keyboard.press("k")
    assert [focused_row(page), second] == refs[:2]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/desk/cases/{second}"))
    page.keyboard.press("t")
    expect(page.locator("#case-header")).to_contain_text("首问 方圆")
    page.keyboard.press("r")
    expect(page.locator("#reply")).to_be_focused()
    page.keyboard.type("您好，我是方圆，这件事由我负责到底。")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-thread] [data-seq]", has_text="我是方圆")).to_have_count(1)
    expect(page.locator("#reply")).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("只给同事看")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note", has_text="只给同事看")).to_have_count(1)


def test_palette_finds_pages_acts_and_leases(desk: Desk, desktop: Open) -> None:
    page = desktop("zhoumin", "/desk")
    page.keyboard.press("Control+k")
    palette = page.locator("#palette")
    expect(palette).to_be_visible()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type(desk.hero.ref)
    expect(palette.locator("li", has_text=desk.hero.ref)).to_be_visible()
    expect(palette.locator("li").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/desk/leases/{desk.hero.ref}"))
    page.keyboard.press("Control+k")
    page.keyboard.type("审批")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/approvals"))
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
