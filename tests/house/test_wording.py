"""Words a renter reads: addressed with 您, in plain words, with references in small print only."""

import re
import sys
from pathlib import Path

import pytest

from shouwen.mount.pages.env import render

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import gallery  # noqa: E402
import gallery_samples as samples  # noqa: E402

PACKAGE = ROOT / "src/shouwen"
READ_BY_RENTERS = sorted(
    [
        *PACKAGE.glob("features/*/templates/*portal*.html"),
        *PACKAGE.glob("features/*/templates/receipt*.html"),
        *PACKAGE.glob("features/*/*.typ"),
        *PACKAGE.glob("features/disputes/rules/*.py"),
        *PACKAGE.glob("features/disputes/*.py"),
        *PACKAGE.glob("features/money/*.py"),
        *PACKAGE.glob("features/leases/**/*.py"),
        *PACKAGE.glob("features/dossiers/*.py"),
        *PACKAGE.glob("features/cases/use_cases/*.py"),
        *PACKAGE.glob("features/people/**/*.py"),
        PACKAGE / "features/cases/rules/catalogue.py",
        PACKAGE / "features/cases/templates/_vague.html",
        *PACKAGE.glob("features/people/templates/sign_in*.html"),
        *PACKAGE.glob("mount/web/portal/*.py"),
        *(ROOT / "policies").rglob("*.toml"),
    ]
)
PAGES = samples.portal_pages()
MARKUP = re.compile(r"<(script|style|template)\b.*?</\1>|<[^>]*>", re.S)


@pytest.mark.parametrize("path", READ_BY_RENTERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_for_renters_addresses_them_with_respect(path: Path) -> None:
    assert "你" not in path.read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_portal_page_says_no_familiar_you(name: str) -> None:
    html = render(PAGES[name], gallery.frame_for(name, PAGES[name], "zh"))
    said = MARKUP.sub(" ", html)
    assert said.strip()
    assert "你" not in said
