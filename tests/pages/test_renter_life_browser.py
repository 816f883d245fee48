"""A renter on a phone, in a real browser: apply, read and sign, change the address, cancel; every button twice."""

from browsing import Open
from playwright.sync_api import Page, expect
from small_desk import Desk

APPROVE = """async (path) => {
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const headers = {"content-type": "application/json", "x-csrf-token": csrf};
  const body = JSON.stringify({approve: true, why: "资料齐全"});
  return (await fetch(path, {method: "POST", headers, body})).status;
}"""


def fits(page: Page) -> None:
    """Nothing reaches over the edge of the phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_renter_applies_signs_changes_and_cancels_on_a_phone(desk: Desk, phone: Open, desktop: Open) -> None:
    before = {name: desk.sql(f"SELECT count(*) FROM {name}")[0][0] for name in ("applications", "contracts")}
    page = phone(f"ZK-{len(desk.company.renters):06d}", "/my/apply")
    fits(page)
    page.locator("a.offer", has=page.locator(".moss")).first.click()
    expect(page.get_by_role("heading", name="申请租用").first).to_be_visible()
    fits(page)
    page.get_by_label("收货地址").fill("上海市浦东新区世纪大道 100 号 3 室")
    page.get_by_role("button", name="提交申请").dblclick()
    expect(page.get_by_text("申请正在审核")).to_be_visible()
    lease = page.url.partition("/my/leases/")[2].partition("?")[0]

    staff = desktop("lintao", "/desk")
    assert staff.evaluate(APPROVE, f"/api/v1/leases/{lease}/application-decision") == 200

    page.reload()
    page.get_by_role("link", name="看合同，再签署").click()
    expect(page.get_by_role("heading", name="什么时候付多少")).to_be_visible()
    expect(page.get_by_text("合同全文")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="看完了，去签署").click()
    fits(page)
    page.get_by_role("button", name="签署这份合同").dblclick()
    expect(page.get_by_text("合同已签署")).to_be_visible()
    now = {name: desk.sql(f"SELECT count(*) FROM {name}")[0][0] for name in before}
    assert now == {name: count + 1 for name, count in before.items()}

    page.goto(f"/my/leases/{lease}/changes")
    fits(page)
    page.get_by_text("改收货地址", exact=True).click()
    page.get_by_label("新的收货地址").fill("上海市徐汇区肇嘉浜路 1 号 2 室")
    page.get_by_role("button", name="改成这个地址").click()
    expect(page.get_by_text("收货地址已更新")).to_be_visible()

    page.get_by_role("link", name="取消订单，看能退回多少").click()
    expect(page.get_by_text("取消后退回")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="取消这笔订单").dblclick()
    expect(page.get_by_text("订单已取消")).to_be_visible()
    assert desk.sql("SELECT state FROM leases WHERE ref = $1", lease)[0]["state"] == "cancelled"
