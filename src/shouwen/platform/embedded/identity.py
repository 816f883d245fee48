"""As whom the server runs. PostgreSQL refuses root: then in a user namespace, else as another user."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
# loaded once here: between fork and exec nothing may be imported or looked up
_LIBC = ctypes.CDLL(None, use_errno=True)


class Identity(msgspec.Struct, frozen=True):
    """`uid` and `gid` own the files; with `namespace_uid` they are shown to the server as that number."""

    uid: int
    gid: int
    namespace_uid: int | None = None
    namespace_gid: int | None = None

    @property
    def changes_user(self) -> bool:
        return self.uid != os.geteuid()

    def prepare(self, folder: Path, death_signal: int = signal.SIGKILL) -> Callable[[], None]:
        """What the child does between fork and exec: become this identity, enter `folder`, die with us.

        The order matters: a change of credentials clears the death signal, so it comes last; and the parent
        may have died before it was set.
        """
        parent = os.getpid()

        def become() -> None:
            os.umask(0o077)
            if self.namespace_uid is not None:
                _enter_namespace(self)
            elif self.changes_user:
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
            os.chdir(folder)
            if sys.platform == "linux":
                _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
                if os.getppid() != parent:
                    os._exit(1)

        return become

    def can_run(self, program: Path, folder: Path) -> bool:
        """Whether this identity may run `program` with `folder` as its working folder."""
        try:
            done = subprocess.run(  # noqa: S603 -- a fixed program, arguments made here
                [program, "--version"],
                preexec_fn=self.prepare(folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0


def own_identity() -> Identity:
    return Identity(os.geteuid(), os.getegid())


def namespace_identity() -> Identity:
    """Root outside, an ordinary account inside: files stay root's, and nobody else can reach them.

    The number inside must stand in the passwd file, because initdb looks its own name up.
    """
    account = next(entry for entry in pwd.getpwall() if entry.pw_uid != 0)
    return Identity(os.geteuid(), os.getegid(), account.pw_uid, account.pw_gid or account.pw_uid)


def service_identity() -> Identity:
    """The account `shouwen` where the operator made one, else `nobody`."""
    for name in ("shouwen", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(account.pw_uid, account.pw_gid)
    return Identity(65534, 65534)


def _enter_namespace(identity: Identity) -> None:
    if _LIBC.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{identity.namespace_uid} {identity.uid} 1")
    Path("/proc/self/gid_map").write_text(f"{identity.namespace_gid} {identity.gid} 1")
