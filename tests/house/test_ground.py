"""The ground itself: locks pin everything and name no registry, the import contract bites, setup sees what changed."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from grimp import ImportGraph

from scripts.feature_contract import FeatureContract
from scripts.setup import fingerprint

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
# in pieces, or this file would name them
HOSTS = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmmirror" + ".com", "npmjs" + ".com"]


def requirements(lock: str) -> dict[str, str]:
    """Name → the whole entry with its hashes."""
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.M))
    return {entry.split("==")[0]: entry for entry in entries}


def wanted(*sections: list[str]) -> set[str]:
    return {re.split(r"[<>=! ]", line)[0] for section in sections for line in section}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_every_package_by_hash_and_names_no_place(lock: str) -> None:
    entries = requirements(lock)
    assert len(entries) > 20
    assert [name for name, entry in entries.items() if "--hash=sha256:" not in entry] == []
    assert not re.search(r"(https?|file):", (ROOT / lock).read_text())


def test_locks_hold_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = project["project"]["dependencies"]
    assert wanted(needed) - requirements("requirements.lock").keys() == set()
    develop = [*project["dependency-groups"]["dev"], *project["build-system"]["requires"]]
    assert wanted(needed, develop) - requirements("requirements-dev.lock").keys() == set()


def test_both_locks_agree_on_every_version_they_share() -> None:
    run, develop = (set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(), flags=re.M)) for lock in LOCKS)
    assert run - develop == set()


def test_frontend_lock_is_whole_and_names_no_place() -> None:
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    named = {path: package for path, package in packages.items() if path}
    assert named
    assert [path for path, package in named.items() if "integrity" not in package or "resolved" in package] == []


def committed() -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    yield from (ROOT / name for name in listed.stdout.decode().split("\0") if name)


def test_no_committed_file_names_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in committed()
        if path.is_file()
        for host in HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert found == []


def broken(importer: str, imported: str) -> bool:
    graph = ImportGraph()
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    return not FeatureContract("doors", {}, {}).check(graph, verbose=False).kept


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("money.use_cases", "people.store"),
        ("money.rules.late_fee", "contracts.rules.quote"),
        ("cases.workbench", "money.use_cases"),
        ("money.rules.late_fee", "money.store"),
        ("money.store", "money.rules.late_fee"),
        ("money.public", "money.use_cases"),
        ("money.use_cases", "money.portal"),
        ("money.portal", "money.store"),
    ],
)
def test_import_past_a_door_or_upwards_breaks_the_contract(importer: str, imported: str) -> None:
    assert broken(f"shouwen.features.{importer}", f"shouwen.features.{imported}")


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("shouwen.features.money.use_cases", "shouwen.features.people.public"),
        ("shouwen.features.money.rules.late_fee", "shouwen.features.contracts.types"),
        ("shouwen.features.money.use_cases", "shouwen.features.money.store"),
        ("shouwen.features.money.public", "shouwen.features.money.rules.late_fee"),
        ("shouwen.mount.web", "shouwen.features.money.portal"),
        ("shouwen.features.money.store", "shouwen.platform.db"),
    ],
)
def test_import_by_a_door_or_downwards_keeps_the_contract(importer: str, imported: str) -> None:
    assert not broken(importer, imported)


def test_fingerprint_changes_with_content_and_with_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    first = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == first
    (tmp_path / "a").write_text("2")
    second = fingerprint(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, fingerprint(tmp_path)}) == 3


def test_build_runs_exactly_make_test() -> None:
    steps = (ROOT / ".ci" / "run").read_text()
    assert re.findall(r"^make .*$", steps, flags=re.M) == [
        "make test </dev/null 2>&1 | sed --unbuffered '/^make: \\*\\*\\* /d'"
    ]
