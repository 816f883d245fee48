"""The worked examples of docs/rules run: files are written out, commands run, output compared to the letter."""

import re
import shlex
from pathlib import Path

import pytest

from shouwen.features.contracts.cli import run

REPO = Path(__file__).parents[2]
PAGES = [REPO / "docs" / "rules" / name for name in ("contracts.md", "buyout.md")]
_BLOCK = re.compile(r"^```(toml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in _BLOCK.findall(page.read_text("utf-8")) if kind == language]


def commands(page: Path) -> list[tuple[str, str]]:
    """Each `$ command` with the output written below it."""
    parts = [part for block in blocks(page, "console") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)]
    return [tuple(part.split("\n", 1)) for part in parts if part]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for page in PAGES:
        for body in blocks(page, "toml"):
            name = re.match(r"# file: (\S+)\n", body).group(1)
            (tmp_path / name).write_text(body, "utf-8")
    (tmp_path / "policies").symlink_to(REPO / "policies")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "expected"), [pytest.param(c, e, id=c) for page in PAGES for c, e in commands(page)]
)
@pytest.mark.usefixtures("folder")
def test_documented_command_prints_what_the_page_says(
    command: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *argv = shlex.split(command)
    code = run(argv)
    printed = capsys.readouterr()
    shown = printed.out + printed.err + (f"[exit {code}]\n" if code else "")
    assert program == "shouwen"
    assert shown == expected


def test_pages_carry_the_published_case() -> None:
    assert sum(len(commands(page)) for page in PAGES) >= 10
    assert "9,547.12" in PAGES[1].read_text("utf-8")
