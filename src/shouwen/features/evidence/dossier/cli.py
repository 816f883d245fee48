"""`shouwen dossier verify FILE [--json] [--vkey KEY]`: 0 it is whole, 1 something is wrong, 2 it cannot be
read."""

import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

import msgspec

from shouwen.features.evidence.dossier.verify import Report, verify_dossier
from shouwen.features.evidence.seals.errors import SealInvalid

_WHY: dict[type[OSError | SealInvalid], tuple[str, str]] = {
    FileNotFoundError: ("没有这个文件", "there is no such file"),
    IsADirectoryError: ("这是一个文件夹", "it is a folder"),
    PermissionError: ("没有读取权限", "not permitted"),
}


def register(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Add the `dossier` command to the command line."""
    dossier = subparsers.add_parser("dossier", help="证据包 · dossiers")
    actions = dossier.add_subparsers(required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="离线核验一个证据包 · check a dossier offline")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--json", action="store_true", help="机器可读的结果 · machine-readable result")
    verify.add_argument("--vkey", metavar="KEY", help="您信任的日志公钥 · the log key you trust")
    verify.set_defaults(func=run_verify)


def run_verify(args: Namespace) -> int:
    """Verify the file and print the outcome; returns the exit code."""
    path: Path = args.file
    try:
        report = verify_dossier(path, args.vkey)
    except (OSError, SealInvalid) as error:
        return _cannot_read(path, error, as_json=args.json)
    if args.json:
        print(msgspec.json.encode(report).decode())
    else:
        print("\n".join(map(_printable, _lines(path, report))))
    return 0 if report.ok else 1


def _cannot_read(path: Path, error: OSError | SealInvalid, *, as_json: bool) -> int:
    if isinstance(error, SealInvalid):
        zh, en = f"--vkey：{error.zh}", f"--vkey: {error.en}"
    else:
        why_zh, why_en = _WHY.get(type(error), ("读取出错", error.strerror or "read error"))
        zh, en = f"无法读取 {path}：{why_zh}", f"cannot read it: {why_en}"
    if as_json:
        print(msgspec.json.encode({"ok": False, "error": {"zh": zh, "en": en}}).decode())
    else:
        print(_printable(f"{zh} · {en}"), file=sys.stderr)
    return 2


def _lines(path: Path, report: Report) -> list[str]:
    if report.ok:
        lines = [f"✓ 完整无改动 · whole and unchanged: {path.name}", f"  {report.case} {report.title_zh}"]
    else:
        lines = [f"✗ 核验未通过 · verification failed: {path.name}"]
        lines += [f"  ✗ {p.path}: {p.zh} · {p.en} [{p.code}]" for p in report.problems]
    if report.origin:
        source = "由您提供 given by you" if report.key_given else "取自证据包，请与公布的指纹比对 from the dossier"
        lines += [
            f"  文件 files {report.files} · 存证条目 entries {report.entries}",
            f"  日志 log {report.origin} · 大小 size {report.checkpoint_size} · 封存于 sealed {report.sealed_at}",
            f"  公钥指纹 key {report.key_fingerprint}（{source}）",
        ]
    for stamp in report.timestamps:
        demo = "（本机演示，非独立机构 local demo, not independent）" if stamp.local_demo else ""
        lines.append(f"  时间戳 timestamp {stamp.at} · {stamp.authority}{demo}")
        lines += [f"    根证书指纹 root {fingerprint}" for fingerprint in stamp.roots_sha256]
    return lines


def _printable(line: str) -> str:
    """A hostile name or title must not drive the terminal."""
    return "".join(char if char.isprintable() else "\ufffd" for char in line)
