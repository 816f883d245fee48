"""The wheel holds everything the desk reads at run time, so that it works without the checkout and without Node."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "shouwen"


def build(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", os.fspath(out)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path):
    """What a wheel is built from, with the pages as a build leaves them."""
    folder = tmp_path / "租机 desk"
    shutil.copytree(PACKAGE, folder / "src" / "shouwen", ignore=shutil.ignore_patterns("__pycache__", "static"))
    for name in ("policies", "migrations", "scripts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, folder / name)
    static = folder / "src" / "shouwen" / "mount" / "static"
    (static / "fonts").mkdir(parents=True)
    for name in ("app-1.css", "desk-1.js", "fonts/NotoSansSC_400Regular.ttf"):
        (static / name).write_text("built", "utf-8")
    (static / "manifest.json").write_text(json.dumps({"app.css": "app-1.css", "desk.js": "desk-1.js"}), "utf-8")
    return folder


def test_wheel_holds_every_file_of_the_package_with_pages_policies_and_migrations(checkout, tmp_path):
    done = build(checkout, tmp_path / "dist")
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    source = checkout / "src"
    expected = {path.relative_to(source).as_posix() for path in (source / "shouwen").rglob("*") if path.is_file()}
    for name in ("policies", "migrations"):
        files = (path for path in (checkout / name).rglob("*") if path.is_file())
        expected |= {f"shouwen/{path.relative_to(checkout).as_posix()}" for path in files}
    assert expected <= held, sorted(expected - held)
    assert any(name.endswith("licenses/LICENSE") for name in held)


def test_wheel_without_built_pages_is_refused_with_what_to_do(checkout, tmp_path):
    shutil.rmtree(checkout / "src" / "shouwen" / "mount" / "static")
    done = build(checkout, tmp_path / "dist")
    assert done.returncode != 0
    assert "make wheel" in done.stderr + done.stdout
    assert not list((tmp_path / "dist").glob("*.whl"))
