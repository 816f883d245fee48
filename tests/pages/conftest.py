"""A real browser against the real processes; whatever a page complains about fails its test."""

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, Open, Watch
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from small_desk import Desk, draw_files, fill_small, running

from shouwen.platform.database import APP_ROLE, clone_database
from shouwen.platform.embedded_postgres import Address
from shouwen.platform.settings import Settings

CHROMIUM = os.environ.get("SHOUWEN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
TEMPLATE = "shouwen_template"
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def desk(cluster: Address, worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The small company, served by a web and a worker process."""
    name = f"pages_{worker}"
    asyncio.run(clone_database(cluster, TEMPLATE, name))
    dsn = cluster.dsn(name, APP_ROLE)
    settings = Settings(data_dir=tmp_path_factory.mktemp("desk"), demo=True)
    company = fill_small(settings, dsn)
    files = settings.data_dir / "files"
    draw_files(company, files)
    with running(settings, dsn) as url:
        yield Desk(url, dsn, company, files)
    log = (settings.data_dir / "desk.log").read_text("utf-8")
    assert "Traceback" not in log, log[-4000:]


@pytest.fixture(scope="module")
def chromium(desk: Desk) -> Iterator[Browser]:
    """One browser a file: while it runs, its event loop has the thread, and other tests want to run theirs."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What the pages of this test complain about; nothing, if it is to pass."""
    watching = Watch()
    yield watching
    assert watching.noise == []


@pytest.fixture
def open_page(desk: Desk, chromium: Browser, watch: Watch) -> Iterator[Open]:
    """`open_page("zhoumin", "/desk")`: a page of its own browser profile, logged in as somebody of the demo."""
    contexts: list[BrowserContext] = []

    def go(
        who: str = "", path: str = "/", size: tuple[int, int] = DESKTOP, *, theme: str = "", init: str = "",
        live: bool = True,
    ) -> Page:  # fmt: skip
        phone = size == PHONE
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=phone, is_mobile=phone, locale="zh-CN",
            timezone_id="Asia/Shanghai", accept_downloads=True, base_url=desk.url,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if theme:
            context.add_cookies([{"name": "theme", "value": theme, "url": desk.url}])
        if init:
            context.add_init_script(init)
        if not live:
            context.route(re.compile("/live/"), lambda route: route.abort())
        if who:
            answer = context.request.post("/login/demo", form={"who": who}, headers={"Origin": desk.url})
            assert answer.ok, answer.status
        page = context.new_page()
        watch.on(page)
        page.goto(path)
        return page

    yield go
    folder = os.environ.get("SHOUWEN_SHOTS", "")
    for no, context in enumerate(contexts):
        for page in context.pages if folder else ():
            page.screenshot(path=Path(folder) / f"last-{no}.png")
        context.close()


@pytest.fixture
def phone(open_page: Open) -> Open:
    """A page on a phone: `phone("ZK-000001", "/my")`."""
    return lambda who="", path="/", **more: open_page(who, path, PHONE, **more)


@pytest.fixture
def desktop(open_page: Open) -> Open:
    """A page on a desk: `desktop("zhoumin", "/desk")`."""
    return lambda who="", path="/", **more: open_page(who, path, DESKTOP, **more)


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Keeps a picture of a page in the folder that SHOUWEN_SHOTS names, if it names one."""
    folder = os.environ.get("SHOUWEN_SHOTS", "")

    def keep(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png")

    return keep
