"""A folder for the server's Unix socket: short, private, and plain enough for the setting that names it."""

import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

PORT = 5432
# sockaddr_un holds 107 bytes and an end mark on Linux; the BSDs hold 103
_LONGEST_PATH_BYTES = 103
_SOCKET_NAME = f"/.s.PGSQL.{PORT}"
# unix_socket_directories is a list: a comma splits it, spaces and quotes need care we need not take
_PLAIN = re.compile(r"[A-Za-z0-9_./+-]+")


def fits(folder: Path) -> bool:
    """Whether a socket can live in `folder` (length and characters)."""
    text = os.fspath(folder)
    return len(os.fsencode(text)) + len(_SOCKET_NAME) <= _LONGEST_PATH_BYTES and bool(_PLAIN.fullmatch(text))


def socket_folder(data_dir: Path, owner_uid: int) -> Path:
    """`data_dir/run` where that is short and plain, else a folder under /tmp; 0700, of `owner_uid`."""
    inside = data_dir / "run"
    if fits(inside) and os.stat(data_dir).st_uid == owner_uid:
        inside.mkdir(mode=0o700, exist_ok=True)
        if _private(inside, owner_uid):
            return inside
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    base = Path("/tmp")  # noqa: S108 (checked below: ours, 0700, no link)
    if not base.is_dir():
        base = Path(tempfile.gettempdir())
    shared = base / f"shouwen-{owner_uid}-{mark}"
    try:
        shared.mkdir(mode=0o700)
        os.chown(shared, owner_uid, -1)
    except FileExistsError:
        pass
    if _private(shared, owner_uid):
        return shared
    # somebody else sits on our name: take a folder nobody could have foreseen
    other = Path(tempfile.mkdtemp(prefix="shouwen-", dir=base))
    os.chown(other, owner_uid, -1)
    return other


def _private(folder: Path, owner_uid: int) -> bool:
    found = os.lstat(folder)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner_uid and stat.S_IMODE(found.st_mode) == 0o700
