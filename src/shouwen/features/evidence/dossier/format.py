"""What stands in a dossier: names, the manifest's shape, the entries' shape, and how a problem is said.

`manifest.json` lists every other file by SHA-256, except `manifest.tlog-proof`, which seals the manifest's
own hash and is strict to the byte. Both and every `entries/<id>.json` are canonical JSON (RFC 8785).
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeVar

import msgspec

from shouwen.features.evidence.seals import base64s
from shouwen.features.evidence.seals.canonical import canonical, parse_canonical
from shouwen.features.evidence.seals.errors import SealInvalid
from shouwen.features.evidence.seals.leaf import Leaf

FORMAT = "shouwen-dossier@v1"
MANIFEST, MANIFEST_PROOF = "manifest.json", "manifest.tlog-proof"
README, VKEY, VERIFY_PAGE = "README.txt", "log.vkey", "verify.html"
ALWAYS = (MANIFEST, MANIFEST_PROOF, README, VKEY, VERIFY_PAGE)
MANIFEST_KIND = "dossier.manifest"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_NAME_MAX = 200
_Shape = TypeVar("_Shape", bound=msgspec.Struct)


class ListedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One file of the dossier. `size` in bytes; `entry` is the log entry whose content holds this SHA-256."""

    path: str
    size: int
    sha256: str
    title_zh: str
    entry: str = ""


class ListedEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One log entry: `file` holds its content and salt, `proof` its inclusion at `index`."""

    id: str
    kind: str
    at: str
    index: int
    file: str
    proof: str


class ListedTimestamp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An RFC 3161 timestamp (`tsr`) over the signed checkpoint of a tree of `size`, and its certificates."""

    size: int
    checkpoint: str
    tsr: str
    chain: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list of everything. `case` is the public reference, `made_at` UTC as in leaves, `origin` the log's
    name."""

    format: str
    case: str
    title_zh: str
    made_at: str
    origin: str
    files: tuple[ListedFile, ...]
    entries: tuple[ListedEntry, ...]
    timestamps: tuple[ListedTimestamp, ...]


class EntryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry's content with its salt (64 hex digits): what its leaf commits to (EVI-2)."""

    id: str
    kind: str
    at: str
    salt: str
    content: dict[str, object]


class SealExtra(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The extra line of `manifest.tlog-proof`: the sealed leaf opened, and that the log only grew since.

    `consistency` maps the size of every earlier checkpoint in the dossier to its proof, base 64 hashes.
    """

    leaf: Leaf
    salt: str
    content: dict[str, object]
    consistency: dict[str, tuple[str, ...]]


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong: the file it concerns (or the zip itself), a stable code, and a sentence."""

    path: str
    code: str
    zh: str
    en: str


def manifest_content(manifest: bytes) -> dict[str, object]:
    """The content of the log entry that seals a manifest (kind MANIFEST_KIND)."""
    return {"manifest_sha256": sha256(manifest).hexdigest()}


def entry_path(entry_id: str) -> str:
    """Where an entry's content lies."""
    return f"entries/{entry_id}.json"


def proof_path(index: int) -> str:
    """Where an entry's proof lies."""
    return f"proofs/{index}.tlog-proof"


def timestamp_paths(size: int) -> tuple[str, str, str]:
    """Where the checkpoint, its timestamp and the timestamp's certificates lie."""
    return f"timestamps/{size}.checkpoint", f"timestamps/{size}.tsr", f"timestamps/{size}.chain.pem"


def is_good_name(name: str) -> bool:
    """Plain ASCII parts, no `..`, no leading dot or slash, nothing a file system could read another way."""
    return len(name) <= _NAME_MAX and _NAME.fullmatch(name) is not None


def dump(value: msgspec.Struct) -> bytes:
    """A manifest, entry file or extra line as canonical JSON."""
    return canonical(msgspec.to_builtins(value))


def load_manifest(data: bytes) -> Manifest:
    """The manifest; SealInvalid when it is not exactly in form."""
    return _load(data, Manifest)


def load_entry(data: bytes) -> EntryFile:
    """An entry file; SealInvalid when it is not exactly in form."""
    return _load(data, EntryFile)


def load_extra(data: bytes) -> SealExtra:
    """The extra line of the manifest's proof; SealInvalid when it is not exactly in form."""
    return _load(data, SealExtra)


def dump_hashes(proofs: Mapping[int, tuple[bytes, ...]]) -> dict[str, tuple[str, ...]]:
    """Consistency proofs as the extra line writes them."""
    return {str(size): tuple(map(base64s.encode, hashes)) for size, hashes in sorted(proofs.items())}


def load_salt(text: str) -> bytes:
    """The bytes of a salt; SealInvalid unless lower-case hex."""
    if re.fullmatch(r"[0-9a-f]{64}", text) is None:
        raise _malformed("a salt is not 64 hex digits")
    return bytes.fromhex(text)


def _load(data: bytes, kind: type[_Shape]) -> _Shape:
    try:
        value = msgspec.convert(parse_canonical(data), kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise _malformed(str(error)) from error
    if dump(value) != data:  # an optional field spelled out, or a number in another form
        raise _malformed("a different spelling")
    return value


def _malformed(why: str) -> SealInvalid:
    return SealInvalid("malformed", "文件格式不对，可能被改动过", f"out of form: {why}")
