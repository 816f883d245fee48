"""The renter's money in a real browser: a bill to its clause, a statement that prints under one's eyes, a contest."""

import re
from pathlib import Path

from browsing import Open, Watch
from playwright.sync_api import Page, expect

RENTER = "ZK-000001"


def lease_href(page: Page) -> str:
    """The first lease on the bills."""
    return str(page.locator('a[href$="/statement"]').first.get_attribute("href")).removesuffix("/statement")


def test_statement_prints_while_the_renter_looks_on_and_downloads(phone: Open, tmp_path: Path) -> None:
    page = phone(RENTER, "/my/bills")
    page.goto(f"{lease_href(page)}/statement")
    expect(page.get_by_text("下载表格（CSV）")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^\d{4}-\d\d$")).first.click()
    expect(page).to_have_url(re.compile("from_on="))
    page.get_by_role("button", name="生成 PDF 对账单").click()
    expect(page).to_have_url(re.compile("/my/papers/WS-"))
    link = page.get_by_role("link", name="下载 PDF")
    expect(link).to_be_visible(timeout=30_000)  # nobody reloads: the page follows
    with page.expect_download() as download:
        link.click()
    file = tmp_path / "statement.pdf"
    download.value.save_as(file)
    assert file.read_bytes()[:5] == b"%PDF-"
    assert download.value.suggested_filename.startswith("对账单 WS-")


def test_bill_line_opens_to_its_clause_and_stays_within_the_screen(phone: Open) -> None:
    page = phone(RENTER, "/my/bills")
    page.locator("details.fold > summary").first.click()
    page.locator("details.fold[open] a.bill-row").first.click()
    expect(page.get_by_role("heading", name="这一笔是什么")).to_be_visible()
    expect(page.get_by_text("记过的账")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    page.get_by_role("link", name=re.compile(r"合同 \d+(\.\d+)? 条")).first.click()
    expect(page).to_have_url(re.compile("/contract#c-"))


def test_contest_that_lacks_its_reason_keeps_what_was_written(phone: Open, watch: Watch) -> None:
    watch.expect(422, "/dispute$")
    page = phone(RENTER, "/my/bills")
    page.locator("details.fold > summary").first.click()
    page.locator("details.fold[open] a.bill-row").first.click()
    page.get_by_role("link", name="对这一笔有异议").click()
    page.get_by_label("想补充的（可不写）").fill("11-15 已从银行卡付过，流水尾号 2210")
    page.evaluate("document.querySelector('select[name=why]').required = false")  # as a browser without it would
    watched = page.expect_response(lambda answer: answer.request.method == "POST")
    with watched as answer:
        page.get_by_role("button", name="提交异议").click()
    assert answer.value.status == 422
    expect(page.get_by_label("想补充的（可不写）")).to_have_value("11-15 已从银行卡付过，流水尾号 2210")
    expect(page.locator(".problem")).to_be_visible()
