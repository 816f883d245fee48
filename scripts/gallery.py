"""Every page with sample views as static HTML; with --serve under the product's content-security policy.

python scripts/gallery.py OUT            write OUT/<page>.html (zh), OUT/en/<page>.html
python scripts/gallery.py OUT --serve 8790
python scripts/gallery.py OUT --shots DIR [--only desk,home]
"""

import argparse
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import gallery_samples as samples

from shouwen.mount.pages.env import STATIC, render
from shouwen.mount.pages.views import FrameView, UserView, View

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PHONE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 120" preserveAspectRatio="xMidYMid slice">
<defs>
<linearGradient id="g" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="#8e9896"/>
<stop offset=".55" stop-color="#6d7775"/>
<stop offset="1" stop-color="#56605e"/>
</linearGradient>
</defs>
<rect width="200" height="120" fill="#d5d0c6"/>
<g transform="rotate({turn} 100 60)">
<rect x="52" y="14" width="190" height="190" rx="20" fill="#a9b0ae"/>
<rect x="55" y="17" width="184" height="184" rx="18" fill="url(#g)"/>
<rect x="64" y="26" width="62" height="62" rx="14" fill="#5b6563"/>
<circle cx="82" cy="44" r="12" fill="#2a302f"/>
<circle cx="82" cy="72" r="12" fill="#2a302f"/>
<circle cx="108" cy="58" r="12" fill="#2a302f"/>
<circle cx="82" cy="44" r="5" fill="#46566a"/>
<circle cx="82" cy="72" r="5" fill="#46566a"/>
<circle cx="108" cy="58" r="5" fill="#46566a"/>
</g>
<path d="M50 40 L56 33 L60 31" stroke="#f3f1ec" stroke-width="{scratch}" fill="none"/>
</svg>"""


def frame_for(name: str, view: View, lang: str = "zh", theme: str = "") -> FrameView:
    """The frame a page of this template would have."""
    staff = (
        "desk" in view.template
        or "people/approvals" in view.template
        or view.template.startswith(("cases/search", "disputes/ins", "screens/api"))
    )
    signed_out = name.startswith(("sign_in", "error"))
    user = (
        None
        if signed_out
        else UserView("周敏", "agent", "一线客服", True)
        if staff
        else UserView("陈思宇", "renter", "租客", False)
    )
    paths = {
        "inspect": "/desk/inspections/new",
        "approvals": "/desk/approvals",
        "desk_lease": "/desk/leases/x",
        "search": "/desk/search",
        "api": "/api",
    }
    path = next((at for key, at in paths.items() if name.startswith(key)), "/desk" if staff else "/my")
    return FrameView(
        now=samples.NOW,
        lang=lang,
        theme=theme,
        csrf="sample",
        user=user,
        path=path,
        demo=True,
        unread=2,
        bills_due=1,
        approvals=2,
        inspections=4,
    )  # type: ignore[arg-type]


def write(out: Path) -> list[str]:
    """All pages in both languages, the built static files and the drawn sample photos."""
    pages = samples.portal_pages() | samples.desk_pages()
    for lang, folder in (("zh", out), ("en", out / "en")):
        folder.mkdir(parents=True, exist_ok=True)
        for name, view in pages.items():
            (folder / f"{name}.html").write_text(render(view, frame_for(name, view, lang)), "utf-8")
    if STATIC.is_dir():
        shutil.copytree(STATIC, out / "static", dirs_exist_ok=True)
    (out / "samples").mkdir(exist_ok=True)
    for n in range(4):
        drawn = PHONE.format(turn=(-4, -4, -14, 6)[n], scratch=(0.72, 0.99, 0, 0)[n])
        (out / "samples" / f"phone-{n}.svg").write_text(drawn, "utf-8")
    return list(pages)


class Handler(SimpleHTTPRequestHandler):
    """Static files under the product's policy."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def serve(out: Path, port: int) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(out)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def shoot(out: Path, folder: Path, names: list[str], modes: list[str]) -> None:
    """PNG of each page: renter pages at 390×844, desk at 1440×900; light and dark; policy breaches are printed."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    server = serve(out, 0)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    desk = set(samples.desk_pages())
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for mode in modes:
            scheme, size, lang = mode.split("-")
            width, height = {"phone": (390, 844), "wide": (1440, 900), "tablet": (1024, 768), "desktop": (1440, 900)}[
                size
            ]
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            page.on(
                "console",
                lambda said: print("console:", said.text) if said.type == "error" and "404" not in said.text else None,
            )
            page.on("pageerror", lambda error: print("error:", error))
            for name in names:
                if (name in desk) == (size in ("phone", "desktop")):
                    continue
                page.goto(f"{base}/{'en/' if lang == 'en' else ''}{name}.html", wait_until="load")
                page.wait_for_timeout(120)
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if over > 0:
                    print(f"{name} {mode}: {over} px wider than the screen")
                page.screenshot(path=str(folder / f"{name}.{mode}.png"))
            page.close()
        browser.close()
    server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--serve", type=int, metavar="PORT")
    parser.add_argument("--shots", type=Path, metavar="DIR")
    parser.add_argument("--only", default="")
    parser.add_argument("--modes", default="light-phone-zh,light-wide-zh,dark-phone-zh,dark-wide-zh")
    given = parser.parse_args()
    names = write(given.out)
    print(f"{len(names)} pages in {given.out}")
    if given.shots:
        chosen = [name for name in names if not given.only or name in given.only.split(",")]
        shoot(given.out, given.shots, chosen, given.modes.split(","))
    if given.serve:
        serve(given.out, given.serve)
        print(f"http://127.0.0.1:{given.serve}/desk.html")
        threading.Event().wait()


if __name__ == "__main__":
    main()
