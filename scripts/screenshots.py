"""The pictures in the README, taken from the demo: `make screenshots`, or with `--url` from one that is running.

Chromium is found as the browser tests find it (scripts/browser.sh). Pictures go to docs/images as palette PNGs.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from small_png import write_small_png

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
LARGEST_BYTES = 200_000
DESKTOP, PHONE = (1440, 900), (390, 844)
PORT = 8951
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def desk_case(page: Page) -> None:
    """A renter contests a finding: queue, thread and file."""
    page.locator('a[href*="/desk/cases/"]', has_text="定损异议").first.click()
    page.wait_for_url("**/desk/cases/**")


def desk_guard(page: Page) -> None:
    """A wrong buyout price is stopped before it goes out: the right one, its clause and working (GUARD-1)."""
    page.locator('a[href*="/desk/cases/"]', has_text="买断").first.click()
    page.wait_for_url("**/desk/cases/**")
    page.locator("#reply").fill("您好，现在买断是 1000 元。")
    page.keyboard.press("Control+Enter")
    page.locator("[data-guard]").wait_for()


def desk_claim(page: Page) -> None:
    """The same kind of case as the specialist decides it: proposal, reasons, sources."""
    desk_case(page)
    page.locator('a[href^="/desk/claims/"]').first.click()
    page.wait_for_url("**/desk/claims/**")


def finding(page: Page) -> None:
    """What the inspector found, beside the handover photos."""
    page.locator('a[href^="/my/claims/"]').first.click()


def decision(page: Page) -> None:
    """The decision with its reasons, and how to appeal."""
    page.locator('a[href$="/decision"]').first.click()


def contract(page: Page) -> None:
    """The buyout price after every instalment, as the signed contract has it."""
    page.locator('a[href^="/my/leases/"]:not([href*="#"])').first.click()
    page.wait_for_url("**/my/leases/*")
    page.locator('a[href*="/contract"]:visible').first.click()
    page.wait_for_url("**/contract**")
    page.locator("svg[role=img]").first.scroll_into_view_if_needed()


# name: who (a login, or which of the demo's renters), what to open, size, colours
SHOTS: dict[str, tuple[str | int, Callable[[Page], None], tuple[int, int], str]] = {
    "desk": ("zhoumin", desk_case, DESKTOP, "light"),
    "guard-dark": ("zhoumin", desk_guard, DESKTOP, "dark"),
    "claim": ("lintao", desk_claim, DESKTOP, "light"),
    "finding": (1, finding, PHONE, "light"),
    "contract": (1, contract, PHONE, "light"),
    "decision-dark": (2, decision, PHONE, "dark"),
}


def sign_in(page: Page, url: str, who: str | int) -> None:
    """By the demo's one-click log-in; a number counts the renters on its page."""
    page.goto(f"{url}/login")
    if isinstance(who, int):
        offered = page.locator('input[name=who][value^="ZK-"]')
        who = offered.nth(who).get_attribute("value") or ""
    page.locator(f'form:has(input[name=who][value="{who}"]) button').click()
    page.wait_for_url(lambda there: "/login" not in there)


def take(browser: Browser, url: str, name: str) -> None:
    who, open_page, (width, height), colours = SHOTS[name]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if colours == "dark" else "light",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    page = context.new_page()
    sign_in(page, url, who)
    open_page(page)
    page.wait_for_load_state("load")
    page.evaluate("Promise.all([...document.images].map(i => i.complete || i.decode().catch(() => 0)))")
    page.wait_for_timeout(600)
    path = IMAGES / f"{name}.png"
    size = write_small_png(page.screenshot(), path)
    context.close()
    print(f"screenshots: {path.relative_to(ROOT)}  {size / 1000:.0f} kB", flush=True)
    if size > LARGEST_BYTES:
        raise SystemExit(f"screenshots: {path.name} is larger than {LARGEST_BYTES / 1000:.0f} kB")


@contextmanager
def demo() -> Iterator[str]:
    """A demo of our own on a scratch folder, stopped afterwards; yields its address."""
    with tempfile.TemporaryDirectory(prefix="shouwen-pictures-") as folder:
        environ = {**os.environ, "SHOUWEN_DATA": folder, "SHOUWEN_PORT": str(PORT)}
        command = [sys.executable, "-m", "shouwen.mount.cli", "demo"]
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            url = ""
            for line in process.stdout:
                print(f"  {line}", end="", flush=True)
                if "ready: " in line:
                    url = line.split("ready: ")[1].strip()
                    break
            if not url:
                raise SystemExit("screenshots: the demo did not start")
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def wait_until_it_answers(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"screenshots: nothing answers at {url}")


def find_chromium() -> str:
    found = subprocess.run(
        ["sh", "scripts/browser.sh"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False
    )
    if found.returncode != 0:
        raise SystemExit(1)
    return found.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="", help="a demo that is running, e.g. http://127.0.0.1:8787")
    parser.add_argument("--only", default="", help=f"names, comma-separated, of {', '.join(SHOTS)}")
    arguments = parser.parse_args()
    names = arguments.only.split(",") if arguments.only else list(SHOTS)
    unknown = set(names) - set(SHOTS)
    if unknown:
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    if arguments.url:
        take_all(names, arguments.url.rstrip("/"))
        return
    with demo() as url:
        take_all(names, url)


def take_all(names: list[str], url: str) -> None:
    wait_until_it_answers(url)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            for name in names:
                take(browser, url, name)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
