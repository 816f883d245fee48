"""Live pages: what happens elsewhere appears by itself, once, and a lost connection loses nothing."""

import hashlib
import re
from pathlib import Path

import cv2
import numpy as np
from browsing import Open, Watch
from msgspec import Struct
from playwright.sync_api import Page, Route, expect
from small_desk import Desk

MIB = 1024 * 1024
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""


class Matter(Struct, frozen=True):
    """An open case with an agent, as the desk has it."""

    ref: str
    agent: str
    renter: str


def owned(desk: Desk) -> Matter:
    """The newest one an agent has about an ordinary question."""
    [row] = desk.sql(
        "SELECT c.ref, s.login, r.ref AS renter FROM cases c JOIN staff s ON s.id = c.owner_id"
        " JOIN renters r ON r.id = c.renter_id WHERE c.state = 'open' AND s.role = 'agent'"
        " AND c.type IN ('buyout_question', 'fault') ORDER BY c.id DESC LIMIT 1"
    )
    return Matter(row["ref"], row["login"], row["renter"])


def said(page: Page, text: str) -> None:
    """These words stand in the thread exactly once."""
    expect(page.locator("[data-thread] > [data-seq]", has_text=text)).to_have_count(1)


def write(page: Page, text: str) -> None:
    page.locator("#reply").fill(text)
    page.locator("[data-send]").click()


def test_message_of_either_side_appears_on_the_other_without_reload_or_shift(
    desk: Desk, phone: Open, desktop: Open
) -> None:
    case = owned(desk)
    agent = desktop(case.agent, f"/desk/cases/{case.ref}", init=SHIFTS)
    renter = phone(case.renter, f"/my/cases/{case.ref}", init=SHIFTS)
    for page in (agent, renter):
        page.evaluate("window.stayed = true")
    write(agent, "我已看到您的问题，正在核对合同。")
    said(renter, "正在核对合同")
    write(renter, "好的，我等您的消息。")
    said(agent, "我等您的消息")
    said(renter, "我等您的消息")
    for page in (agent, renter):
        assert page.evaluate("window.stayed") is True
        assert page.evaluate("window.shifted") <= 0.02


def test_message_gets_its_seal_where_it_stands_and_nothing_moves(desk: Desk, phone: Open) -> None:
    case = owned(desk)
    page = phone(case.renter, f"/my/cases/{case.ref}", init=SHIFTS)
    page.evaluate("window.stayed = true")
    write(page, "请看这条的存证")
    sent = page.locator("[data-thread] > [data-seq]", has_text="请看这条的存证")
    expect(sent.locator(".seal")).to_be_visible()
    sent.evaluate("row => Promise.all(row.getAnimations().map((rising) => rising.finished)).then(() => null)")
    page.evaluate("window.shifted = 0")
    before = sent.bounding_box()
    expect(sent.locator(".seal")).to_have_text("✓ 已存证")
    assert sent.bounding_box() == before
    assert page.evaluate("window.shifted") == 0
    assert page.evaluate("window.stayed") is True
    sent.locator(".seal").click()
    expect(page.get_by_role("heading", name="存证回执")).to_be_visible()
    expect(page.locator("#main")).to_contain_text("请看这条的存证")


def test_file_opened_on_a_phone_stays_open_while_the_case_goes_on_and_closes_when_told(desk: Desk, phone: Open) -> None:
    case = owned(desk)
    agent = phone(case.agent, f"/desk/cases/{case.ref}?tab=all")
    renter = phone(case.renter, f"/my/cases/{case.ref}")
    file = agent.get_by_role("complementary", name="档案")
    agent.get_by_role("link", name="档案", exact=True).click()
    expect(file).to_be_visible()
    write(renter, "档案开着的时候写的")
    said(agent, "档案开着的时候写的")
    expect(file.get_by_text("租客留言").last).to_be_visible()
    expect(file).to_be_visible()
    file.get_by_role("link", name="收起档案").click()
    expect(file).to_be_hidden()


def test_message_that_its_owner_sees_arrive_is_read_and_its_badge_goes(desk: Desk, phone: Open, desktop: Open) -> None:
    case = owned(desk)
    agent = desktop(case.agent, f"/desk/cases/{case.ref}?tab=all")
    renter = phone(case.renter, f"/my/cases/{case.ref}")
    with agent.expect_response(lambda answer: answer.url.endswith("/seen")) as told:
        write(renter, "你们正看着的时候写的")
        said(agent, "你们正看着的时候写的")
    assert told.value.ok
    expect(agent.locator(f"#row-{case.ref} .n")).to_have_count(0)
    [row] = desk.sql("SELECT staff_unread FROM cases WHERE ref = $1", case.ref)
    assert row["staff_unread"] == 0


def test_connection_lost_and_back_nothing_is_missed_and_nothing_doubled(
    desk: Desk, phone: Open, desktop: Open, watch: Watch
) -> None:
    watch.expect_offline()
    case = owned(desk)
    agent = desktop(case.agent, f"/desk/cases/{case.ref}")
    renter = phone(case.renter, f"/my/cases/{case.ref}")
    renter.context.set_offline(True)
    expect(renter.locator("#offline")).to_be_visible()
    for text in ("断网时的第一条", "断网时的第二条"):
        write(agent, text)
        said(agent, text)
    write(renter, "断网时我写的话")
    expect(renter.locator(".waiting")).to_contain_text("恢复后自动发送")
    renter.context.set_offline(False)
    for page in (renter, agent):
        for text in ("断网时的第一条", "断网时的第二条", "断网时我写的话"):
            said(page, text)
    expect(renter.locator(".waiting")).to_have_count(0)
    [row] = desk.sql("SELECT count(*) AS n FROM messages WHERE body = '断网时我写的话'")
    assert row["n"] == 1


def test_two_agents_take_a_case_at_once_one_gets_it_the_other_is_told_who(
    desk: Desk, desktop: Open, watch: Watch
) -> None:
    watch.expect_offline()
    watch.expect(409, "/ownership$")
    [found] = desk.sql("SELECT ref FROM cases WHERE owner_id IS NULL AND state = 'open' ORDER BY id DESC LIMIT 1")
    ref = found["ref"]
    first, second = (desktop(who, f"/desk/cases/{ref}", live=False) for who in ("xujia", "fangyuan"))
    for page in (first, second):
        page.evaluate("document.querySelector('[data-key=take]').requestSubmit()")
    expect(first.locator("#case-header")).to_contain_text("首问")
    expect(second.locator("#case-header")).to_contain_text("首问")
    [row] = desk.sql("SELECT owner_name FROM cases WHERE ref = $1", ref)
    assert row["owner_name"] in ("许佳", "方圆")
    loser = second if row["owner_name"] == "许佳" else first
    expect(loser.locator("[data-guard-slot]")).to_contain_text(row["owner_name"])
    expect(loser.locator("#case-header")).to_contain_text(f"首问 {row['owner_name']}")


def test_double_click_on_send_sends_once(desk: Desk, desktop: Open) -> None:
    case = owned(desk)
    agent = desktop(case.agent, f"/desk/cases/{case.ref}")
    agent.locator("#reply").fill("双击只发出一次")
    agent.locator("[data-send]").dblclick()
    said(agent, "双击只发出一次")
    expect(agent.locator("#reply")).to_have_value("")
    write(agent, "后一条已经发出")
    said(agent, "后一条已经发出")
    [row] = desk.sql("SELECT count(*) AS n FROM messages WHERE body = '双击只发出一次'")
    assert row["n"] == 1


def test_draft_survives_a_reload_and_another_device(desk: Desk, desktop: Open) -> None:
    case = owned(desk)
    agent = desktop(case.agent, f"/desk/cases/{case.ref}")
    agent.locator("#reply").press_sequentially("写了一半的话")
    expect(agent.locator("[data-saved]")).to_contain_text("自动存稿")
    agent.reload()
    expect(agent.locator("#reply")).to_have_value("写了一半的话")
    elsewhere = desktop(case.agent, f"/desk/cases/{case.ref}")
    expect(elsewhere.locator("#reply")).to_have_value("写了一半的话")
    elsewhere.locator("#reply").fill("")
    expect(elsewhere.locator("[data-saved]")).to_contain_text("自动存稿")


def noisy_photo(path: Path) -> None:
    """A photo of several chunks: noise does not compress."""
    dots = np.random.default_rng(5).integers(0, 255, (1200, 1600, 3), dtype=np.uint8)
    path.write_bytes(cv2.imencode(".jpg", dots, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes())
    assert path.stat().st_size > 2 * MIB


def test_upload_cut_in_the_middle_goes_on_where_it_stood(desk: Desk, phone: Open, watch: Watch, tmp_path: Path) -> None:
    watch.expect_offline()
    case = owned(desk)
    renter = phone(case.renter, f"/my/cases/{case.ref}")
    photo = tmp_path / "大照片.jpg"
    noisy_photo(photo)
    offsets: list[int] = []
    cut = False

    def tunnel(route: Route) -> None:
        nonlocal cut
        request = route.request
        if request.method == "PATCH" and not offsets:
            offsets.append(int(request.headers["upload-offset"]))
            route.continue_()
            cut = True
        elif cut:
            route.abort("internetdisconnected")
        else:
            if request.method == "PATCH":
                offsets.append(int(request.headers["upload-offset"]))
            route.continue_()

    renter.route(re.compile(r"/api/v1/uploads/"), tunnel)
    renter.locator("[data-pick]").set_input_files(photo)
    expect(renter.locator(".tile .tag")).to_have_text("等待网络")
    cut = False
    renter.evaluate("window.dispatchEvent(new Event('online'))")
    expect(renter.locator(".tile.sealed")).to_have_count(1)
    assert offsets == [n * MIB for n in range(len(offsets))]  # every chunk once, in order
    [row] = desk.sql("SELECT sha256 FROM media WHERE file_name = '大照片.jpg'")
    assert row["sha256"] == hashlib.sha256(photo.read_bytes()).digest()
    write(renter, "照片补上了")
    said(renter, "照片补上了")
    expect(renter.locator("[data-thread] img[alt='大照片.jpg']")).to_have_count(1)
