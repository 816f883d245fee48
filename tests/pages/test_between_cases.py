"""From case to case in the workbench: the queue stays, the case beside it changes, and everything belongs to the one
that is open.
"""

import re

import pytest
from browsing import Open, Watch
from msgspec import Struct
from playwright.sync_api import Browser, Page, Route, expect
from small_desk import Desk
from test_live import SHIFTS, owned, said, write

ALL = "/desk?tab=all"


class Pair(Struct, frozen=True):
    """Two open cases of one agent's colleagues, with their renters."""

    one: str
    two: str
    renter_one: str
    renter_two: str


@pytest.fixture
def pair(desk: Desk) -> Pair:
    """Two ordinary questions that different renters ask."""
    rows = desk.sql(
        "SELECT DISTINCT ON (r.ref) c.ref, r.ref AS renter FROM cases c JOIN renters r ON r.id = c.renter_id"
        " WHERE c.state = 'open' AND c.type NOT IN ('damage_dispute') AND c.owner_id IS NOT NULL"
        " ORDER BY r.ref LIMIT 2"
    )
    return Pair(rows[0]["ref"], rows[1]["ref"], rows[0]["renter"], rows[1]["renter"])


def row(page: Page, ref: str) -> None:
    """Click the row of a case and wait until it stands there."""
    page.locator(f"#row-{ref}").click()
    opened(page, ref)


def opened(page: Page, ref: str) -> None:
    expect(page.locator("#main")).to_have_attribute("data-case", ref)
    expect(page).to_have_url(re.compile(f"/desk/cases/{ref}"))
    expect(page.locator("#rows [aria-current]")).to_have_attribute("data-ref", ref)


def test_click_on_a_row_changes_the_case_and_leaves_the_queue_where_it_is(desktop: Open) -> None:
    page = desktop("zhoumin", ALL, init=SHIFTS)
    refs = page.locator("#rows .row").evaluate_all("rows => rows.map(row => row.dataset.ref)")
    page.evaluate("window.stayed = true; document.querySelector('#rows').scrollTop = 120")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for ref in refs[3:6]:
        row(page, ref)
        expect(page.locator("#file")).to_have_count(1)
        expect(page.locator("#main")).to_be_focused()
        heading = page.locator("#case-title").inner_text()
        assert page.title().startswith(heading)
        end = page.locator("[data-scroll]").evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight")
        assert end < 2
    assert page.evaluate("[window.stayed, document.querySelector('#rows').scrollTop]") == [True, 120]
    assert page.evaluate("window.shifted") <= 0.02
    assert len([url for url in asked if url.endswith("/pane")]) == 3
    assert not [url for url in asked if re.search(r"/desk/cases/[^/]+(\?|$)", url)]


def test_keys_go_from_case_to_case_and_back_and_forward_return(desktop: Open) -> None:
    page = desktop("zhoumin", ALL)
    refs = page.locator("#rows .row").evaluate_all("rows => rows.map(row => row.dataset.ref)")
    page.evaluate("window.stayed = true")
    for ref in refs[:3]:
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        opened(page, ref)
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    opened(page, refs[1])
    page.go_back()
    opened(page, refs[2])
    page.go_back()
    opened(page, refs[1])
    page.go_forward()
    opened(page, refs[2])
    for _ in range(3):
        page.go_back()
    expect(page.locator("main.blank")).to_be_visible()
    expect(page.locator("#rows [aria-current]")).to_have_count(0)
    expect(page.locator("#file")).to_have_count(0)
    page.go_forward()
    opened(page, refs[0])
    assert page.evaluate("window.stayed") is True


def test_back_returns_to_where_the_thread_had_been_left(desk: Desk, desktop: Open, pair: Pair) -> None:
    page = desktop("zhoumin", f"/desk/cases/{pair.one}?tab=all")
    page.set_viewport_size({"width": 1440, "height": 420})
    scroll = page.locator("[data-scroll]")
    scroll.evaluate("log => { log.scrollTop = 7 }")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    left = scroll.evaluate("log => log.scrollTop")
    row(page, pair.two)
    page.go_back()
    opened(page, pair.one)
    assert page.locator("[data-scroll]").evaluate("log => log.scrollTop") == left


def test_reload_gives_the_same_case_with_its_queue(desktop: Open, pair: Pair) -> None:
    page = desktop("zhoumin", ALL)
    row(page, pair.one)
    row(page, pair.two)
    page.reload()
    opened(page, pair.two)
    expect(page.locator("#queue")).to_have_attribute("data-tab", "all")
    page.go_back()
    opened(page, pair.one)


def test_links_are_plain_links_without_script(desk: Desk, chromium: Browser, pair: Pair) -> None:
    context = chromium.new_context(base_url=desk.url, java_script_enabled=False)
    try:
        answer = context.request.post("/login/demo", form={"who": "zhoumin"}, headers={"Origin": desk.url})
        assert answer.ok
        page = context.new_page()
        page.goto(ALL)
        row(page, pair.one)
        row(page, pair.two)
        page.go_back()
        opened(page, pair.one)
    finally:
        context.close()


def test_piece_asked_for_by_a_person_is_the_whole_page(desktop: Open, pair: Pair) -> None:
    page = desktop("zhoumin", f"/desk/cases/{pair.one}/pane")
    assert page.url.endswith(f"/desk/cases/{pair.one}")
    expect(page.locator("#queue")).to_have_count(1)


def test_draft_and_note_survive_going_to_another_case(desk: Desk, desktop: Open, pair: Pair) -> None:
    page = desktop("zhoumin", f"/desk/cases/{pair.one}?tab=all")
    page.locator("#reply").fill("写给第一位租客的半句")
    row(page, pair.two)
    expect(page.locator("#reply")).to_have_value("")
    page.locator("[data-note]").click()
    page.locator("#reply").fill("只给同事看的半句")
    row(page, pair.one)
    expect(page.locator("#reply")).to_have_value("写给第一位租客的半句")
    expect(page.locator("[data-send]")).to_have_text("发送")
    row(page, pair.two)
    expect(page.locator("#reply")).to_have_value("只给同事看的半句")
    expect(page.locator("[data-send]")).to_have_text("保存备注")
    expect(page.locator("[data-composer]")).to_have_class(re.compile("is-note"))
    with page.expect_response(lambda answer: answer.url.endswith(f"{pair.two}/draft")):
        page.locator("#reply").fill("")
    with page.expect_response(lambda answer: answer.url.endswith(f"{pair.one}/draft")):
        row(page, pair.one)
        page.locator("#reply").fill("")


def test_message_arrives_in_the_case_now_open_and_never_in_another(
    desk: Desk, desktop: Open, phone: Open, pair: Pair
) -> None:
    page = desktop("zhoumin", f"/desk/cases/{pair.one}?tab=all")
    first = phone(pair.renter_one, f"/my/cases/{pair.one}")
    second = phone(pair.renter_two, f"/my/cases/{pair.two}")
    row(page, pair.two)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    write(first, "第一件事里说的话")
    said(first, "第一件事里说的话")
    write(second, "第二件事里说的话")
    said(page, "第二件事里说的话")
    expect(page.locator("[data-thread]")).not_to_contain_text("第一件事里说的话")
    expect(page.locator("#case-header")).to_have_attribute("data-case", pair.two)
    assert not [url for url in asked if f"/cases/{pair.one}/" in url]
    row(page, pair.one)
    said(page, "第一件事里说的话")
    expect(page.locator("[data-thread]")).not_to_contain_text("第二件事里说的话")


def test_answer_on_its_way_while_another_case_opens_is_sent_once_and_stays_in_its_own(
    desk: Desk, desktop: Open, pair: Pair
) -> None:
    [found] = desk.sql("SELECT s.login FROM cases c JOIN staff s ON s.id = c.owner_id WHERE c.ref = $1", pair.one)
    page = desktop(found["login"], f"/desk/cases/{pair.one}?tab=all")
    held: list[Route] = []
    page.route(re.compile(f"/desk/cases/{pair.one}/messages"), lambda route: held.append(route))
    write(page, "路上的这句话只属于第一件事")
    row(page, pair.two)
    assert len(held) == 1
    row(page, pair.one)
    expect(page.locator("#reply")).to_have_value("")
    row(page, pair.two)
    with page.expect_response(re.compile(f"/desk/cases/{pair.one}/messages")):
        held[0].continue_()
    expect(page.locator("[data-thread]")).not_to_contain_text("路上的这句话")
    expect(page.locator("#main")).to_have_attribute("data-case", pair.two)
    row(page, pair.one)
    said(page, "路上的这句话只属于第一件事")
    expect(page.locator("#reply")).to_have_value("")
    [count] = desk.sql("SELECT count(*) AS n FROM messages WHERE body = '路上的这句话只属于第一件事'")
    assert count["n"] == 1


def test_old_case_takes_no_words_while_the_next_is_on_its_way(desktop: Open, pair: Pair) -> None:
    page = desktop("zhoumin", f"/desk/cases/{pair.one}?tab=all")
    held: list[Route] = []
    page.route(re.compile(f"/desk/cases/{pair.two}/pane"), lambda route: held.append(route))
    page.locator("#reply").focus()
    page.locator(f"#row-{pair.two}").click()
    expect(page.locator("#rows [aria-current]")).to_have_attribute("data-ref", pair.two)
    page.keyboard.press("r")
    page.keyboard.type("这句话不该写进第一件事")
    expect(page.locator("#main")).to_have_attribute("data-case", pair.one)
    expect(page.locator("#reply")).to_have_value("")
    held[0].continue_()
    opened(page, pair.two)
    expect(page.locator("#reply")).to_have_value("")


def test_last_of_several_quick_choices_is_the_one_that_opens(desktop: Open, pair: Pair) -> None:
    page = desktop("zhoumin", ALL)
    held: list[Route] = []
    page.route(re.compile(f"/desk/cases/{pair.one}/pane"), lambda route: held.append(route))
    page.locator(f"#row-{pair.one}").click()
    row(page, pair.two)
    for route in held:
        route.abort()
    expect(page.locator("#main")).to_have_attribute("data-case", pair.two)
    page.go_back()
    expect(page.locator("main.blank")).to_be_visible()


def test_case_that_is_not_there_says_so_beside_the_queue(desktop: Open, watch: Watch, pair: Pair) -> None:
    watch.expect(404, "/desk/cases/SW-NOSUCHCASE/pane$")
    page = desktop("zhoumin", f"/desk/cases/{pair.one}?tab=all")
    page.locator(f"#row-{pair.two}").evaluate("row => { row.href = '/desk/cases/SW-NOSUCHCASE?tab=all' }")
    page.locator(f"#row-{pair.two}").click()
    expect(page.locator("#main [role=alert]")).to_contain_text("没有找到")
    expect(page.locator("#file")).to_have_count(0)
    expect(page.locator("#queue")).to_be_visible()
    expect(page).to_have_url(re.compile("SW-NOSUCHCASE"))
    page.go_back()
    opened(page, pair.one)
    expect(page.locator("#file")).to_have_count(1)


def test_lost_connection_keeps_the_open_case_and_its_words(desktop: Open, watch: Watch, pair: Pair) -> None:
    watch.expect_offline()
    page = desktop("zhoumin", ALL)
    row(page, pair.two)
    row(page, pair.one)
    page.locator("#reply").fill("断网前写的半句")
    page.context.set_offline(True)
    page.locator(f"#row-{pair.two}").click()
    expect(page.locator("#toasts")).to_contain_text("没有打开这个会话")
    opened(page, pair.one)
    expect(page.locator("#reply")).to_have_value("断网前写的半句")
    page.go_back()
    opened(page, pair.one)
    page.context.set_offline(False)
    row(page, pair.two)
    row(page, pair.one)
    expect(page.locator("#reply")).to_have_value("断网前写的半句")
    with page.expect_response(lambda answer: answer.url.endswith("/draft")):
        page.locator("#reply").fill("")


LEAVE = """([ref, text]) => {
  const who = document.querySelector('meta[name=who]').content;
  const form = new URLSearchParams({ text, seen_seq: '10000', idempotency_key: 'left-by-one-colleague' });
  const waiting = [{ action: `/desk/cases/${ref}/messages`, body: form.toString(), text }];
  localStorage.setItem(`draft:${who}:${ref}:out`, JSON.stringify(waiting));
  localStorage.setItem(`draft:${who}:${ref}`, '写了一半');
}"""


def test_words_of_one_colleague_never_go_out_in_the_next_ones_name(desk: Desk, desktop: Open) -> None:
    case = owned(desk)
    page = desktop(case.agent, f"/desk/cases/{case.ref}")
    page.evaluate(LEAVE, [case.ref, "断网时写下的话"])  # as the composer leaves them where the network is gone
    for who in ("tangwei", case.agent):
        page.goto("about:blank")
        page.context.clear_cookies()
        answer = page.context.request.post("/login/demo", form={"who": who}, headers={"Origin": desk.url})
        assert answer.ok
        page.goto(f"/desk/cases/{case.ref}")
        if who == "tangwei":
            expect(page.locator("#reply")).to_have_value("")
            expect(page.locator("[data-thread] > [data-seq]", has_text="断网时写下的话")).to_have_count(0)
    said(page, "断网时写下的话")
    expect(page.locator("#reply")).to_have_value("写了一半")
    rows = desk.sql("SELECT author_name FROM messages WHERE body = '断网时写下的话'")
    names = desk.sql("SELECT name FROM staff WHERE login = $1", case.agent)
    assert [row["author_name"] for row in rows] == [names[0]["name"]]


def test_whoever_was_logged_out_is_asked_to_log_in(desktop: Open, watch: Watch, pair: Pair) -> None:
    watch.expect(401, "^/desk/")
    watch.expect_offline()
    page = desktop("zhoumin", f"/desk/cases/{pair.one}?tab=all", live=False)
    page.context.clear_cookies()
    page.locator(f"#row-{pair.two}").click()
    expect(page).to_have_url(re.compile(f"/login\\?next=/desk/cases/{pair.two}"))


def test_palette_opens_a_case_beside_the_queue(desktop: Open, pair: Pair) -> None:
    page = desktop("zhoumin", ALL)
    page.evaluate("window.stayed = true")
    page.keyboard.press("Control+k")
    page.keyboard.type(pair.two)
    expect(page.locator("#palette li", has_text=pair.two)).to_be_visible()
    page.keyboard.press("Enter")
    opened(page, pair.two)
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#main")).to_be_focused()
    assert page.evaluate("window.stayed") is True
