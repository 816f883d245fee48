"""The inspector's form in a browser: the price list follows the mark, the foot says what the report will do."""

from browsing import Open
from playwright.sync_api import expect
from small_desk import Desk


def test_price_list_keeps_only_the_lines_for_the_mark_and_chooses_the_last(desk: Desk, desktop: Open) -> None:
    page = desktop("hebo", f"/desk/inspections/new?lease={desk.hero.ref}")
    finding = page.locator("[data-finding]").first
    price = finding.locator("[data-price]")
    usable = price.locator("option:not([disabled])[data-part]")
    everything = usable.count()
    finding.locator('select[name$=".part"]').select_option("back")
    assert set(usable.evaluate_all("lines => lines.map(line => line.dataset.part)")) == {"back"}
    assert usable.count() < everything
    finding.locator('select[name$=".kind"]').select_option("scratch")
    finding.locator('select[name$=".severity"]').select_option("medium")
    expect(price).to_have_value("back.scratch.medium")
    finding.locator('select[name$=".kind"]').select_option("battery_worn")
    expect(price).to_have_value("")
    expect(price).to_contain_text("价目表没有这一条")


def test_foot_of_the_form_says_what_a_report_without_marks_does(desk: Desk, desktop: Open) -> None:
    page = desktop("hebo", f"/desk/inspections/new?lease={desk.hero.ref}")
    released = page.get_by_text("押金将解冻，不产生索赔")
    expect(released).to_be_hidden()
    page.get_by_role("radio", name="没有发现痕迹").check()
    expect(released).to_be_visible()
    expect(page.get_by_text("提交后租客会收到链接")).to_be_hidden()
