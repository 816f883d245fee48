"""Verify a dossier to the last byte, and name what is wrong with it (EVI-5).

The order is the chain of trust: the zip's own form, the seal on the manifest, the files against the
manifest, the entries against the log, the timestamps. Each part is checked whatever the others say, so that
one changed byte is reported where it is and not only where it hurts.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

from shouwen.features.evidence.dossier import format as shape
from shouwen.features.evidence.dossier.container import open_container
from shouwen.features.evidence.dossier.format import Problem
from shouwen.features.evidence.dossier.log_checks import LogChecks, SeenTimestamp
from shouwen.features.evidence.seals.errors import SealInvalid
from shouwen.features.evidence.seals.note import VerifierKey, parse_vkey


class Report(msgspec.Struct, frozen=True):
    """What was checked and what is wrong. `key_given` says whether the log's key came from the caller or the
    dossier.

    `checkpoint_size` counts the log's entries at the manifest's seal, `sealed_at` is when that was made
    (UTC).
    """

    ok: bool
    problems: tuple[Problem, ...]
    case: str = ""
    title_zh: str = ""
    files: int = 0
    entries: int = 0
    origin: str = ""
    key_fingerprint: str = ""
    key_given: bool = False
    checkpoint_size: int = 0
    sealed_at: str = ""
    timestamps: tuple[SeenTimestamp, ...] = ()


def verify_dossier(source: Path | bytes, vkey: str | None = None) -> Report:
    """Check a dossier file. `vkey` is the log key one already trusts; without it the dossier's own is used.

    OSError when the file cannot be read, SealInvalid when `vkey` is not a key; everything else is in the
    report.
    """
    given = parse_vkey(vkey) if vkey is not None else None
    with _bytes_of(source) as data:
        opened = open_container(data)
        contents: dict[str, memoryview] = {}
        for slot in opened.slots:
            contents.setdefault(slot.name, data[slot.at : slot.at + slot.size])
        try:
            return _verify(contents, list(opened.problems), given)
        finally:
            for view in contents.values():
                view.release()


def _verify(contents: dict[str, memoryview], problems: list[Problem], given: VerifierKey | None) -> Report:
    if not contents:
        return Report(False, tuple(problems))
    problems += [_problem(path, "missing") for path in shape.ALWAYS if path not in contents]
    key = _key(contents, given, problems)
    manifest = _manifest(contents, problems)
    log = LogChecks(contents, key, problems)
    log.check_manifest_seal()
    if manifest is not None:
        _check_files(contents, manifest, problems)
        log.check_entries(manifest)
        log.check_timestamps(manifest)
        log.check_growth()
        if key is not None and manifest.origin != key.name:
            problems.append(_problem(shape.MANIFEST, "origin_mismatch"))
    return Report(
        ok=not problems and manifest is not None and log.sealed_size > 0,
        problems=tuple(dict.fromkeys(problems)),
        case=manifest.case if manifest else "",
        title_zh=manifest.title_zh if manifest else "",
        files=len(contents),
        entries=log.entries_verified,
        origin=key.name if key else "",
        key_fingerprint=key.fingerprint() if key else "",
        key_given=given is not None,
        checkpoint_size=log.sealed_size,
        sealed_at=log.sealed_at,
        timestamps=tuple(log.timestamps),
    )


def _key(contents: dict[str, memoryview], given: VerifierKey | None, problems: list[Problem]) -> VerifierKey | None:
    raw = bytes(contents.get(shape.VKEY, b"")[:1000])
    try:
        text = raw.decode("ascii")
        own = parse_vkey(text.removesuffix("\n"))
        if not text.endswith("\n"):
            raise SealInvalid("key_malformed", "日志公钥格式不对", "the key file is out of form")
    except (UnicodeDecodeError, SealInvalid):
        if shape.VKEY in contents:
            problems.append(_problem(shape.VKEY, "key_malformed"))
        return given
    if given is not None and own != given:
        problems.append(_problem(shape.VKEY, "key_differs"))
    return given or own


def _manifest(contents: dict[str, memoryview], problems: list[Problem]) -> shape.Manifest | None:
    if shape.MANIFEST not in contents:
        return None
    try:
        manifest = shape.load_manifest(bytes(contents[shape.MANIFEST]))
    except SealInvalid as error:
        problems.append(Problem(shape.MANIFEST, error.code, error.zh, error.en))
        return None
    if manifest.format != shape.FORMAT:
        problems.append(_problem(shape.MANIFEST, "format_unknown"))
    return manifest


def _check_files(contents: dict[str, memoryview], manifest: shape.Manifest, problems: list[Problem]) -> None:
    listed = {file.path: file for file in manifest.files}
    owner_of = {file.sha256: file.path for file in manifest.files}
    problems += [_problem(path, "missing") for path in listed if path not in contents]
    for path, content in contents.items():
        if path in (shape.MANIFEST, shape.MANIFEST_PROOF):
            continue
        if path not in listed:
            problems.append(_problem(path, "unlisted"))
            continue
        digest = sha256(content).hexdigest()
        if digest == listed[path].sha256 and len(content) == listed[path].size:
            continue
        other = owner_of.get(digest)
        problems.append(_swapped(path, other) if other else _problem(path, "changed"))


@contextmanager
def _bytes_of(source: Path | bytes) -> Iterator[memoryview]:
    if isinstance(source, bytes):
        yield memoryview(source)
        return
    with source.open("rb") as file:
        if not source.stat().st_size:
            yield memoryview(b"")
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
            yield view


_SENTENCES = {
    "missing": ("文件不见了", "this file is missing"),
    "unlisted": ("清单里没有这个文件，是后来加进来的", "this file is not in the manifest: it was added"),
    "changed": ("内容被改动过", "the content was changed"),
    "key_malformed": ("日志公钥格式不对，可能被改动过", "the log key is out of form"),
    "key_differs": ("包内的日志公钥与您提供的不同", "the log key differs from the one you gave"),
    "format_unknown": ("不认识的证据包版本", "an unknown dossier version"),
    "origin_mismatch": ("清单写的日志与公钥不符", "the manifest names another log than the key"),
}


def _problem(path: str, code: str) -> Problem:
    return Problem(path, code, *_SENTENCES[code])


def _swapped(path: str, other: str) -> Problem:
    return Problem(path, "swapped", f"内容其实是 {other} 的", f"the content is that of {other}")
