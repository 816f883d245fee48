"""verify.html, opened from disk in a real browser, finds what `shouwen dossier verify` finds."""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from shouwen.features.evidence.dossier import build
from shouwen.features.evidence.dossier.verify import verify_dossier
from shouwen.features.evidence.dossier.verify_page import page as verify_page

STORY = Path(__file__).parents[1] / "rules" / "test_dossier_verify.py"
CHROMIUM = os.environ.get("SHOUWEN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.skipif(os.environ.get("BROWSER") == "skip", reason="BROWSER=skip"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl stamps the test dossier"),
]


@pytest.fixture(scope="module")
def story() -> object:
    """The small dossier of the rule tests."""
    spec = importlib.util.spec_from_file_location("dossier_story", STORY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def dossier(story: object, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return build.build_dossier(*story.parts_and_seal(tmp_path_factory.mktemp("tsa"), page=verify_page()))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=flags + quiet)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, dossier: bytes, story: object, tmp_path: Path) -> Iterator[Page]:
    """The page as it lies in the dossier, opened from disk; any console error or request fails the test."""
    (tmp_path / "verify.html").write_bytes(story.files_of(dossier)["verify.html"])
    context = browser.new_context(viewport={"width": 390, "height": 844}, offline=True)
    opened, noise = context.new_page(), []
    opened.on("console", lambda message: noise.append(message.text))
    opened.on("pageerror", lambda error: noise.append(str(error)))
    opened.on("request", lambda request: noise.append(request.url) if not request.url.startswith("file:") else None)
    opened.goto((tmp_path / "verify.html").as_uri())
    yield opened
    assert noise == []
    context.close()


@pytest.fixture
def check(page: Page, tmp_path: Path) -> Callable[[bytes], tuple[str, set[str]]]:
    """Give the page a file; returns its verdict and the paths it marks as wrong."""

    def run(raw: bytes) -> tuple[str, set[str]]:
        (tmp_path / "证据包.zip").write_bytes(raw)
        page.set_input_files("#file", tmp_path / "证据包.zip")
        page.wait_for_selector("body:not([data-state=busy]):not([data-state=idle])")
        state = page.evaluate("document.body.dataset.state")
        wrong = page.eval_on_selector_all("li[data-state=bad]", "items => items.map(item => item.dataset.path)")
        page.evaluate("document.body.dataset.state = 'idle'")
        return state, set(wrong)

    return run


def test_page_on_a_whole_dossier_says_so_with_facts_and_a_labelled_timestamp(
    page: Page, check: Callable[[bytes], tuple[str, set[str]]], dossier: bytes
) -> None:
    assert check(dossier) == ("good", set())
    expect(page.locator(".verdict")).to_contain_text("完整，无改动")
    expect(page.locator("#result")).to_contain_text("2026-11-18 14:02:11（北京时间）")
    expect(page.locator("#result")).to_contain_text("3 / 3")
    expect(page.locator(".timestamp[data-demo=true]")).to_contain_text("非独立机构")
    expect(page.locator("li[data-path='originals/ZJ-PHOTO.jpg']")).to_contain_text("归还照片 1")


def test_page_on_a_dossier_with_a_changed_byte_in_any_file_names_that_file(
    check: Callable[[bytes], tuple[str, set[str]]], dossier: bytes, story: object
) -> None:
    files = story.files_of(dossier)
    for path, content in files.items():
        for at in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            state, wrong = check(story.zipped({**files, path: changed}))
            assert state == "bad"
            assert path in wrong, (path, at)


def test_page_names_the_same_files_as_the_command(
    check: Callable[[bytes], tuple[str, set[str]]], dossier: bytes, story: object
) -> None:
    files = story.files_of(dossier)
    photo, clip = "originals/ZJ-PHOTO.jpg", "originals/ZJ-CLIP.mp4"
    cases = [
        story.zipped({**files, photo: files[clip], clip: files[photo]}),
        story.zipped({name: content for name, content in files.items() if name != photo}),
        story.zipped({name: content for name, content in files.items() if name != "manifest.json"}),
        story.zipped({name: content for name, content in files.items() if name != "manifest.tlog-proof"}),
        story.zipped({**files, "originals/extra.jpg": b"x"}),
        story.foreign_zip(("../up.txt", b"x")),
        dossier + b"\n",
        dossier[:-1],
        dossier[: len(dossier) // 2],
        b"%PDF-1.7",
        b"",
        *(dossier[:at] + bytes([dossier[at] ^ 4]) + dossier[at + 1 :] for at in range(0, len(dossier), 997)),
    ]
    for number, raw in enumerate(cases):
        expected = {problem.path for problem in verify_dossier(raw).problems}
        state, wrong = check(raw)
        assert state == "bad", number
        # beside a damaged chain file the command refuses the stamp too, where the browser has the certificate embedded
        may_differ = {"timestamps/3.tsr"} if "timestamps/3.chain.pem" in expected else set()
        assert wrong - may_differ == expected - may_differ, number


def test_page_without_ed25519_says_so_and_never_says_whole(
    page: Page, check: Callable[[bytes], tuple[str, set[str]]], dossier: bytes
) -> None:
    page.evaluate(
        """() => {
          const real = crypto.subtle.importKey.bind(crypto.subtle);
          crypto.subtle.importKey = (format, data, algorithm, ...rest) => algorithm.name === 'Ed25519'
            ? Promise.reject(new DOMException('no', 'NotSupportedError')) : real(format, data, algorithm, ...rest);
        }"""
    )
    assert check(dossier) == ("unsure", set())
    expect(page.locator(".verdict")).to_contain_text("不支持 Ed25519")


def test_page_takes_a_dropped_file(page: Page, dossier: bytes) -> None:
    transfer = page.evaluate_handle(
        """bytes => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], '证据包.zip', {type: 'application/zip'}));
          return transfer;
        }""",
        list(dossier),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    page.wait_for_selector("body[data-state=good]")


def test_page_verifies_timestamps_of_other_authorities_or_refuses_them(page: Page) -> None:
    vectors = Path(os.environ.get("SHOUWEN_SHARED") or Path(__file__).parents[3] / "shared") / "vectors"
    folder = vectors / "rfc3161-client" / "test" / "fixtures"
    if not folder.is_dir():
        pytest.skip(f"no test vectors at {vectors}")
    cases = {
        "sigstage/response-sha256.tsr": "timestamp",
        "sigstage/response-invalid-signature.tsr": "refused",
        "test_tsa/other_response.tsr": "refused",
    }
    script = "\n".join(
        Path(build.__file__).with_name("verify_page").joinpath(name).read_text("utf-8")
        for name in ("zip.js", "log.js", "timestamp.js")
    )
    for name, outcome in cases.items():
        path = folder / name
        arguments = [list(path.read_bytes()), list(b"hello"), list((path.parent / "ts_chain.pem").read_bytes())]
        call = "([tsr, message, chain]) => {" + script + TIMESTAMP_CALL
        assert page.evaluate(call, arguments) == outcome, name


TIMESTAMP_CALL = """
  return verifyTimestamp(...[tsr, message, chain].map((bytes) => new Uint8Array(bytes)))
    .then(() => "timestamp", (error) => error.code === "timestamp_invalid" ? "refused" : String(error));
}"""
