"""One Shouwen to a data folder: a lock that the kernel gives back when its holder dies, however it dies."""

import fcntl
import os
from pathlib import Path

from shouwen.platform.embedded.errors import AlreadyRunning


class FolderLock:
    """Holds `data_dir/lock` from construction to `release`; raises AlreadyRunning when somebody else does."""

    def __init__(self, data_dir: Path) -> None:
        self._file = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 20, 0).decode(errors="replace").strip() or "?"
            os.close(self._file)
            raise AlreadyRunning(
                f"另一个首问（进程 {holder}）正在使用数据目录 {data_dir}。请直接使用它，或先停止它"
                f"（Ctrl-C 或 kill {holder}），或换一个数据目录。",
                f"Another Shouwen (process {holder}) is using the data folder {data_dir}. Use that one, or "
                f"stop it first (Ctrl-C, or kill {holder}), or choose another data folder.",
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
