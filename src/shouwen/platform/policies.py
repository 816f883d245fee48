"""Dated data (law, LPR, industry rules) lives in `policies/*.toml`; the version in force on a day applies."""

import re
import tomllib
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from msgspec import Struct

from shouwen.kernel.errors import Refusal
from shouwen.kernel.in_force import in_force

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class PolicyVersion(Struct, frozen=True):
    """One dated version; decisions record `id`. `values` holds the keys of the version as TOML gives them."""

    id: str
    effective_from: date
    values: dict[str, object]
    effective_to: date | None = None
    source: str = ""

    def text(self, key: str) -> str:
        """A value that must be a string (rates and shares are); a file without it is broken."""
        value = self.values.get(key)
        if not isinstance(value, str):
            raise ValueError(f"policy version {self.id} has no text value {key!r}")
        return value


class Policy(Struct, frozen=True):
    """A policy file: its versions by date, and the whole `document` for files with a shape of their own."""

    name: str
    versions: tuple[PolicyVersion, ...]
    document: dict[str, object]

    def in_force(self, on: date) -> PolicyVersion:
        """The version in force on a business date; Refusal where there is none."""
        version = in_force(self.versions, on)
        if version is not None:
            return version
        raise Refusal(
            "no_policy_in_force",
            f"{on.isoformat()} 没有生效的政策数据：{self.name}",
            f"policy {self.name} has no version in force on {on.isoformat()}",
            status=422,
            remedy_zh=f"请在 policies/{self.name}.toml 中补上这一天适用的版本",
            remedy_en=f"add the version for that day to policies/{self.name}.toml",
        )


def policies_folder() -> Traversable:
    """The policies inside an installed package, or those of the source tree when run from it."""
    packaged = files("shouwen") / "policies"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "policies"


def load_policy(name: str) -> Policy:
    """Read `policies/<name>.toml`; a missing or broken file is FileNotFoundError or ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a policy name: {name!r}")
    document = tomllib.loads((policies_folder() / f"{name}.toml").read_text("utf-8"))
    entries = document.get("versions", [])
    versions = sorted((_version(entry) for entry in entries), key=lambda version: version.effective_from)
    return Policy(name=name, versions=tuple(versions), document=document)


def _version(entry: dict[str, object]) -> PolicyVersion:
    from_on, to_on = entry.get("effective_from"), entry.get("effective_to")
    if not isinstance(from_on, date) or not (to_on is None or isinstance(to_on, date)):
        raise ValueError(f"policy version without dates: {entry.get('id')!r}")
    return PolicyVersion(
        id=str(entry["id"]),
        effective_from=from_on,
        effective_to=to_on,
        source=str(entry.get("source", "")),
        values=entry,
    )
