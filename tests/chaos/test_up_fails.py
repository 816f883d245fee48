"""A desk whose processes cannot start says why and ends; it does not try for ever."""

import os
import subprocess
import sys

import pytest

from shouwen.mount import up
from shouwen.mount.demo import start

_UP = """
import sys
from msgspec.structs import replace
from shouwen.mount.up import up
from shouwen.platform.settings import load_settings
sys.exit(up(replace(load_settings(), demo=sys.argv[1] == "demo")))
"""


@pytest.mark.parametrize("kind", ["demo", "desk"])
def test_up_with_a_broken_key_ends_and_shows_the_reason(kind, admin_dsn, tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "field.key").write_bytes(b"short")
    environ = {
        **os.environ, "SHOUWEN_DATA": str(tmp_path), "SHOUWEN_DATABASE_URL": admin_dsn, "SHOUWEN_PORT": "28801",
        "PYTHONUTF8": "1",
    }  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-c", _UP, kind], env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 1
    assert "已全部停止" in ended.stdout
    assert "should hold 32 bytes" in (ended.stdout if kind == "demo" else ended.stderr)


def test_last_lines_of_a_log_are_its_end_and_drive_no_terminal(tmp_path):
    log = tmp_path / "desk.log"
    log.write_text("".join(f"line {no}\x1b[2J\n" for no in range(5_000)), "utf-8")
    assert up.last_lines(log, 2) == ["line 4998[2J", "line 4999[2J"]


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("::", True), ("127.0.0.1", False), ("::1", False)])
def test_demo_open_to_the_network_says_that_anybody_may_log_in(host, warned, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(start, "up", lambda settings, ready: 0)
    assert start.demo({"SHOUWEN_DATA": str(tmp_path), "SHOUWEN_HOST": host}) == 0
    assert ("一键登录为管理员" in capsys.readouterr().out) is warned
