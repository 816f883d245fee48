"""One renter's dispute from the inspection to the dossier that proves itself, by the people in it, on real pages.

The steps are those of the product's story: each is acted and seen in a browser, the renter's on a phone.
"""

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from browsing import Open, Watch
from playwright.sync_api import Locator, Page, expect
from small_desk import Desk

VAGUE = "手机有问题"
EXACT = "签收时左上角、摄像头旁就有这道约 12 毫米的划痕，开箱照片里看得见。"
WRONG, RIGHT = "¥1,980.00", "¥2,046.00"
Shot = Callable[[Page, str], None]


def test_story_from_inspection_to_dossier(
    desk: Desk, phone: Open, desktop: Open, watch: Watch, shot: Shot, tmp_path: Path
) -> None:
    inspector = desktop("hebo", "/desk/inspections")
    _inspector_files(desk, inspector, shot)
    inspector.context.close()

    renter = phone("", _link_in_message(desk))
    _renter_logs_in_and_reads(desk, renter, shot)
    agent = desktop("zhoumin", "/desk?tab=unowned")
    expect(agent.locator("#rows")).to_be_visible()
    case_ref = _renter_contests(desk, renter, watch, shot)
    _case_is_open(desk, renter, case_ref)

    _agent_takes_and_answers(agent, renter, case_ref, shot)
    _guard_stops_a_wrong_price(agent, renter, watch, shot)
    _agent_asks_specialist(agent, shot)
    specialist = desktop(_specialist(desk, case_ref), f"/desk/cases/{case_ref}")
    _specialist_decides(desk, specialist, shot)
    specialist.context.close()

    _renter_appeals_once(desk, renter, case_ref, shot)
    _agent_asks_another(agent, case_ref, shot)
    second = desktop(_specialist(desk, case_ref, newest=True), f"/desk/cases/{case_ref}")
    _second_decision(second, shot)
    second.context.close()
    _renter_closes_and_rates(desk, renter, case_ref, shot)
    dossier = _renter_downloads_dossier(renter, case_ref, shot)
    _dossier_proves_itself(dossier, tmp_path)
    _timeline_tells_everything(agent, case_ref, shot)


def test_mark_made_in_use_is_charged_from_the_deposit_and_the_rest_goes_back(
    desk: Desk, phone: Open, desktop: Open, shot: Shot
) -> None:
    [claim] = desk.sql(
        "SELECT c.ref, r.ref AS renter, l.ref AS lease FROM claims c JOIN renters r ON r.id = c.renter_id"
        " JOIN leases l ON l.id = c.lease_id WHERE c.state = 'awaiting_renter' AND l.ref <> $1"
        " ORDER BY c.filed_at, c.id LIMIT 1",
        desk.hero.ref,
    )
    renter = phone(claim["renter"], f"/my/claims/{claim['ref']}")
    renter.get_by_role("button", name="我有异议").click()
    renter.locator("label", has_text="使用中出现").click()
    renter.locator("label", has_text="只付市场维修价").click()
    renter.get_by_role("button", name="提交异议").click()
    expect(renter).to_have_url(re.compile(r"/my/cases/SW-\w+$"))
    case_ref = renter.url.rsplit("/", 1)[1]

    agent = desktop("zhoumin", f"/desk/cases/{case_ref}")
    agent.get_by_role("button", name="接手").click()
    _agent_asks_specialist(agent, shot)
    agent.context.close()

    specialist = desktop(_specialist(desk, case_ref), f"/desk/claims/{claim['ref']}")
    specialist.get_by_label("出库影像里看得见这处痕迹吗").select_option("no")
    specialist.get_by_label("寄出前的影像里这处完好吗").select_option("no")
    specialist.get_by_label("市场维修价（元）").fill("180")
    specialist.get_by_label("报价来源和日期").fill("三家维修门店报价的中间值")
    specialist.get_by_role("button", name="记下这些事实").click()
    expect(specialist.locator(".finding-form")).to_contain_text("建议：收取 ¥180.00")
    specialist.locator("label", has_text="按建议").click()
    specialist.get_by_role("button", name="作出裁定并通知租客").click()
    expect(specialist.get_by_text("已裁定").first).to_be_visible()
    shot(specialist, "c-decided")

    renter.goto(f"/my/cases/{case_ref}/decision")
    expect(renter.get_by_text("从押金支付")).to_be_visible()
    shot(renter, "c-decision")
    renter.get_by_role("link", name="接受裁定，放弃申诉").click()
    shot(renter, "c-sure")
    renter.get_by_role("button", name="接受裁定，放弃申诉").click()
    expect(renter.get_by_text("这次处理得怎么样")).to_be_visible()
    [hold] = desk.sql(
        "SELECT h.amount_fen, h.released_fen, h.captured_fen FROM holds h JOIN leases l ON l.id = h.lease_id"
        " WHERE l.ref = $1",
        claim["lease"],
    )
    assert (hold["captured_fen"], hold["released_fen"]) == (18_000, hold["amount_fen"] - 18_000)


def attach(page: Page, box: Locator, *files: Path) -> None:
    """Choose files for an upload box and wait until each is sealed, with its receipt."""
    before = box.locator(".tile.sealed").count()
    box.locator("[data-pick]").set_input_files(list(files))
    expect(box.locator(".tile.sealed")).to_have_count(before + len(files))


def drag(page: Page, frame: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a region by its shares of the picture, as a hand with a mouse does."""
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    page.mouse.up()


def _inspector_files(desk: Desk, page: Page, shot: Shot) -> None:
    """Step 1."""
    page.locator(".list-row, li, article, a", has_text=desk.hero.ref).get_by_role("link", name="验机").first.click()
    expect(page.get_by_role("heading", name="验机报告")).to_be_visible()
    attach(page, page.locator('[data-upload][data-field="photos"]'), desk.files / "近照.jpg")
    attach(page, page.locator('[data-upload][data-field="video_ref"]'), desk.files / "拆包验机.mp4")
    finding = page.locator("[data-finding]").first
    frame = finding.locator(".frame")
    expect(frame.locator("img")).to_be_visible()
    x, y, wide, high = desk.company.headline.finding.region
    drag(page, frame, (x, y), (x + wide, y + high))
    expect(finding.locator("[data-region-tip]")).to_contain_text("已框出痕迹")
    chosen = {
        "part": "back",
        "kind": "scratch",
        "severity": "medium",
        "cause": "renter_use",
        "price": "back.scratch.medium",
    }
    for name, value in chosen.items():
        finding.locator(f'select[name$=".{name}"]').select_option(value)
    finding.locator("textarea").fill("后盖左上、摄像头旁有一道细划痕，约 12 mm")
    page.get_by_label("机身 IMEI 后四位").fill(desk.hero.imei[-4:])
    page.get_by_label("开箱视频连续").check()
    finding.get_by_label("30 cm").select_option("yes")
    finding.get_by_label("长度（毫米）").fill("12")
    shot(page, "s01-inspection-form")
    page.get_by_role("button", name="提交验机报告").click()
    filed = page.locator("section", has_text="已提交的报告")
    expect(filed).to_contain_text(desk.hero.ref)
    shot(page, "s01-inspections")


def _link_in_message(desk: Desk) -> str:
    """Where the message to the renter leads; it has left the house, or is about to."""
    rows = desk.sql(
        "SELECT c.ref FROM claims c JOIN leases l ON l.id = c.lease_id WHERE l.ref = $1 AND NOT EXISTS"
        " (SELECT FROM jobs j WHERE j.kind = 'claim_notice' AND j.last_error <> '')", desk.hero.ref,
    )  # fmt: skip
    return f"/my/claims/{rows[0]['ref']}"


def _renter_logs_in_and_reads(desk: Desk, page: Page, shot: Shot) -> None:
    """Step 2."""
    page.get_by_label("下单时用的手机号").fill(desk.hero_phone)
    page.get_by_role("button", name="获取验证码").click()
    said = page.get_by_text("这次的验证码是")
    expect(said).to_be_visible()
    code = re.search(r"\d{6}", said.inner_text())
    assert code is not None
    shot(page, "s02-code")
    page.get_by_label("6 位验证码").fill(code[0])
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_text("验机员标注了 1 处痕迹")).to_be_visible()
    shot(page, "s02-finding")
    expect(page.locator("[data-compare] img")).to_have_count(2)
    for picture in page.locator("[data-compare] img").all():
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("img => img.naturalWidth") > 0
    expect(page.get_by_text("提出异议期间不会扣款，也不计违约金")).to_be_visible()
    expect(page.locator("header.top [data-until]")).to_be_visible()  # until when
    expect(page.get_by_role("button", name="认可这处痕迹")).to_be_visible()
    expect(page.get_by_text("¥320.00").first).to_be_visible()


def _renter_contests(desk: Desk, page: Page, watch: Watch, shot: Shot) -> str:
    """Step 3; the reference of the case that opens."""
    page.get_by_role("button", name="我有异议").click()
    expect(page.get_by_text("选几项就写好了")).to_be_visible()
    watch.expect(422, "/statement$")
    page.get_by_role("button", name="提交异议").click()
    expect(page.locator('[data-question="since"]')).to_contain_text("还没有选")  # at the question, nothing sent
    shot(page, "s03-not-chosen")
    for label in ("签收时就有", "带壳", "没摔过", "按签收影像核对，不收取"):
        page.locator("label", has_text=label).first.click()
    expect(page.locator(".said")).to_contain_text("签收时就有")
    expect(page.locator('[data-question="since"]')).not_to_contain_text("还没有选")
    expect(page.locator(".said")).to_contain_text("未跌落")
    box = page.locator("[data-upload]")
    attach(page, box, desk.files / "签收开箱.jpg", desk.files / "开箱环拍.mp4")
    shot(page, "s03-statement")
    page.get_by_label("补充").fill(VAGUE)
    watch.expect(422, "/statement$")
    page.get_by_role("button", name="提交异议").click()
    asked = page.locator("[data-vague]")
    expect(asked).to_contain_text("在哪个位置，多长，什么时候有的")
    shot(page, "s03-asked-back")
    asked.get_by_role("button", name="改一改").click()
    page.get_by_label("补充").fill(EXACT)
    page.get_by_role("button", name="提交异议").click()
    expect(page).to_have_url(re.compile(r"/my/cases/SW-\w+$"))
    expect(page.locator("[data-thread]")).to_contain_text("摄像头旁就有这道约 12 毫米的划痕")
    unsealed = desk.sql(
        "SELECT m.ref FROM media m WHERE m.uploaded_role = 'renter' AND m.purpose = 'statement'"
        " AND NOT EXISTS (SELECT FROM log_entries e WHERE e.subject = m.ref)"
    )
    assert unsealed == []
    shot(page, "s03-case")
    return page.url.rsplit("/", 1)[1]


def _case_is_open(desk: Desk, page: Page, case_ref: str) -> None:
    """Step 4."""
    [case] = desk.sql("SELECT id, type, turn, turn_until FROM cases WHERE ref = $1", case_ref)
    assert case["type"] == "damage_dispute"
    [pause] = desk.sql("SELECT amount_fen, ends_on FROM collection_pauses WHERE case_id = $1", case["id"])
    assert (pause["amount_fen"], pause["ends_on"]) == (32_000, None)
    expect(page.locator("#case-status")).to_contain_text("争议")


def _agent_takes_and_answers(agent: Page, renter: Page, case_ref: str, shot: Shot) -> None:
    """Step 5."""
    row = agent.locator(f"#row-{case_ref}")
    expect(row).to_contain_text("定损异议")  # it came by itself
    shot(agent, "s05-queue")
    row.click()
    expect(agent.locator("#case-header")).to_contain_text("暂停催收")
    shot(agent, "s05-case")
    agent.get_by_role("button", name="接手").click()
    expect(agent.locator("#case-header")).to_contain_text("首问 周敏")
    agent.locator("#reply").fill("您好，我是周敏，这件事由我负责到底。我先对照签收影像。")
    agent.locator("#reply").press("Control+Enter")
    expect(agent.locator("[data-thread]")).to_contain_text("我先对照签收影像")
    expect(renter.locator("[data-thread]")).to_contain_text("我先对照签收影像")  # live, nobody reloaded
    shot(renter, "s05-renter")


def _guard_stops_a_wrong_price(agent: Page, renter: Page, watch: Watch, shot: Shot) -> None:
    """Step 6."""
    watch.expect(409, "/messages$")
    agent.locator("#reply").fill(f"如果想留下这台手机，今天的买断价是 {WRONG}。")
    agent.locator("[data-send]").click()
    guard = agent.locator("[data-guard]")
    expect(guard).to_contain_text(RIGHT)
    expect(guard.locator(".work")).to_contain_text("8,046.00")
    shot(agent, "s06-guard")
    guard.get_by_role("button", name="换成正确报价").click()
    expect(agent.locator("#reply")).to_have_value(re.compile(re.escape(RIGHT)))
    agent.locator("#reply").fill("")
    agent.locator("summary", has_text="报价").click()
    agent.get_by_role("button", name="今天的买断价").click()
    expect(agent.locator("[data-quote-insert]")).to_contain_text(RIGHT)
    shot(agent, "s06-quote")
    agent.locator("[data-send]").click()
    expect(renter.locator("article.quote")).to_contain_text(RIGHT)
    shot(renter, "s06-renter")


def _agent_asks_specialist(agent: Page, shot: Shot) -> None:
    """Step 7."""
    agent.locator("#case-header summary", has_text="请专员").click()
    agent.get_by_label("想请专员看什么").fill("请对照出库影像，左上角这道划痕签收时就看得见。")
    agent.locator("#case-header form").get_by_role("button", name="请专员").click()
    expect(agent.locator("#case-header")).to_contain_text("轮到高级专员")
    shot(agent, "s07-asked")


def _specialist(desk: Desk, case_ref: str, *, newest: bool = False) -> str:
    """Who was asked in first, or last."""
    asked = desk.sql(
        "SELECT s.login FROM case_specialists p JOIN cases c ON c.id = p.case_id JOIN staff s ON s.id = p.staff_id"
        " WHERE c.ref = $1 ORDER BY p.asked_at",
        case_ref,
    )
    if newest:
        assert len(asked) == 2, "an appeal needs somebody else"
    return str(asked[-1]["login"])


def _specialist_decides(desk: Desk, page: Page, shot: Shot) -> None:
    """Step 8."""
    page.locator("#case-header").get_by_role("link", name="裁定").click()
    expect(page.locator(".finding-form")).to_contain_text("待比对影像")
    shot(page, "s08-before")
    page.get_by_label("出库影像里看得见这处痕迹吗").select_option("yes")
    page.get_by_role("button", name="记下这些事实").click()
    finding = page.locator(".finding-form")
    expect(finding).to_contain_text("DMG-2")
    expect(finding).to_contain_text("建议：不收取")
    shot(page, "s08-proposal")
    page.locator("label", has_text="按建议").click()
    page.get_by_label("写给租客的话").fill("出库影像里同一位置已有这道划痕，不由您承担。")
    page.get_by_role("button", name="作出裁定并通知租客").click()
    expect(page.get_by_text("已裁定").first).to_be_visible()
    shot(page, "s08-decided")


def _renter_appeals_once(desk: Desk, page: Page, case_ref: str, shot: Shot) -> None:
    """Step 9: reads the decision and uses the one appeal."""
    expect(page.locator("[data-thread]")).to_contain_text("不由您承担")  # the decision came live
    page.goto(f"/my/cases/{case_ref}/decision")
    expect(page.get_by_text("不收取任何费用")).to_be_visible()
    shot(page, "s09-decision")
    page.locator("summary", has_text="不同意怎么办").click()
    page.get_by_label("哪里不对").fill("请在裁定书里写明这道划痕在出库照片里的位置。")
    page.get_by_role("button", name="提出申诉").click()
    page.locator("summary", has_text="不同意怎么办").click()
    expect(page.get_by_text("申诉已提交")).to_be_visible()
    expect(page.get_by_role("button", name="提出申诉")).to_have_count(0)
    shot(page, "s09-appealed")


def _agent_asks_another(agent: Page, case_ref: str, shot: Shot) -> None:
    """The appeal is for somebody who did not decide before."""
    expect(agent.locator("#case-header")).to_contain_text("申诉中")
    agent.locator("#case-header summary", has_text="请专员").click()
    agent.get_by_label("想请专员看什么").fill("租客申诉，请另看一遍影像。")
    agent.locator("#case-header form").get_by_role("button", name="请专员").click()
    expect(agent.locator("[data-thread]")).to_contain_text("请另看一遍影像")
    shot(agent, "s09-asked-another")


def _second_decision(page: Page, shot: Shot) -> None:
    page.locator("#case-header").get_by_role("link", name="裁定").click()
    page.locator("label", has_text="按建议").click()
    page.get_by_label("写给租客的话").fill("复核维持：划痕在出库照片左上角，摄像头旁。")
    page.get_by_role("button", name="作出裁定并通知租客").click()
    expect(page.get_by_text("已裁定").first).to_be_visible()
    shot(page, "s09-second")


def _renter_closes_and_rates(desk: Desk, page: Page, case_ref: str, shot: Shot) -> None:
    """Step 9, on: there is no second appeal; the matter ends with a rating and a settled deposit."""
    page.goto(f"/my/cases/{case_ref}/decision")
    expect(page.get_by_text("复核维持")).to_be_visible()
    page.locator("summary", has_text="不同意怎么办").click()
    expect(page.get_by_text("已申诉过一次")).to_be_visible()
    expect(page.get_by_role("button", name="提出申诉")).to_have_count(0)
    page.get_by_role("link", name="接受裁定，马上结算").click()
    page.get_by_role("button", name="接受裁定，马上结算").click()
    expect(page.get_by_text("这次处理得怎么样")).to_be_visible()
    page.get_by_label("5 分").check(force=True)
    page.get_by_label("想说的话").fill("讲得清楚")
    shot(page, "s09-rating")
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("您给了 5 分")).to_be_visible()
    shot(page, "s09-closed")
    [hold] = desk.sql(
        "SELECT h.amount_fen, h.released_fen, h.captured_fen FROM holds h JOIN leases l ON l.id = h.lease_id"
        " WHERE l.ref = $1", desk.hero.ref,
    )  # fmt: skip
    assert (hold["released_fen"], hold["captured_fen"]) == (hold["amount_fen"], 0)


def _renter_downloads_dossier(page: Page, case_ref: str, shot: Shot) -> bytes:
    """Step 10."""
    page.goto(f"/my/cases/{case_ref}/dossier")
    shot(page, "s10-dossier")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载证据包").click()
    content = Path(downloading.value.path()).read_bytes()
    names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    assert {"verify.html", "manifest.json"} <= names
    assert any(name.endswith(".pdf") for name in names)
    assert any(name.startswith("originals/") for name in names)
    return content


def verify(path: Path) -> subprocess.CompletedProcess[str]:
    """`shouwen dossier verify FILE`."""
    command = [sys.executable, "-m", "shouwen.mount.cli", "dossier", "verify", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _dossier_proves_itself(dossier: bytes, folder: Path) -> None:
    """Step 11."""
    whole = folder / "证据包.zip"
    whole.write_bytes(dossier)
    good = verify(whole)
    assert good.returncode == 0, good.stdout + good.stderr
    files = {name: zipfile.ZipFile(io.BytesIO(dossier)).read(name) for name in _names(dossier)}
    changed = next(name for name in files if name.startswith("originals/"))
    content = files[changed]
    files[changed] = content[:-1] + bytes([content[-1] ^ 1])
    bad = folder / "改过.zip"
    with zipfile.ZipFile(bad, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    found = verify(bad)
    assert found.returncode == 1
    assert changed in found.stdout + found.stderr


def _names(dossier: bytes) -> list[str]:
    return [name for name in zipfile.ZipFile(io.BytesIO(dossier)).namelist() if not name.endswith("/")]


def _timeline_tells_everything(page: Page, case_ref: str, shot: Shot) -> None:
    """Step 12."""
    page.goto(f"/desk/cases/{case_ref}/timeline")
    table = page.locator("table.data")
    for word in ("周敏", "DMG-2", "PAUSE-1", "OWN-1"):
        expect(table).to_contain_text(word)
    shot(page, "s12-timeline")
