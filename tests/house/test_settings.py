"""Settings are documented in both languages, and a request's place is believed from the proxies one names."""

import asyncio
import re
from pathlib import Path

import pytest

from shouwen.mount.child import serving

ROOT = Path(__file__).resolve().parents[2]
READ = set(re.findall(r'"(SHOUWEN_[A-Z_]+)"', (ROOT / "src/shouwen/platform/settings.py").read_text("utf-8")))


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_setting_stands_in_the_readme_of_either_language(name: str) -> None:
    told = set(re.findall(r"SHOUWEN_[A-Z_]+", (ROOT / name).read_text("utf-8")))
    assert len(READ) > 15
    assert READ - told - {"SHOUWEN_DEMO"} == set()  # the demo command sets that one itself


@pytest.mark.parametrize(
    ("from_", "place"), [("10.0.0.7", "203.0.113.9"), ("127.0.0.1", "127.0.0.1"), ("198.51.100.4", "198.51.100.4")]
)
def test_forwarded_address_is_believed_from_a_trusted_proxy_alone(from_: str, place: str) -> None:
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["client"][0])

    config = serving(application, 0, "10.0.0.7, 10.0.0.8")
    config.load()
    scope = {
        "type": "http", "client": (from_, 1), "headers": [(b"x-forwarded-for", b"203.0.113.9")], "scheme": "http",
    }  # fmt: skip
    asyncio.run(config.loaded_app(scope, None, None))
    assert seen == [place]
