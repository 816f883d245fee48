"""Build a dossier in two phases: plan its manifest, have that sealed, then assemble the zip (EVI-5).

    manifest = plan_manifest(parts)
    # seal an entry of kind MANIFEST_KIND with content manifest_content(manifest); wait for its checkpoint
    assemble(parts, manifest, manifest_seal, out)

The same parts and seal give the same bytes.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

import msgspec

from shouwen.features.evidence.dossier import format as shape
from shouwen.features.evidence.dossier.container import Source, chunks, write_container
from shouwen.features.evidence.dossier.readme import readme_text
from shouwen.features.evidence.seals.checkpoint import parse_checkpoint
from shouwen.features.evidence.seals.leaf import Leaf, content_hash, instant
from shouwen.features.evidence.seals.note import VerifierKey
from shouwen.features.evidence.seals.tlog_proof import TlogProof


class SealedEntry(msgspec.Struct, frozen=True):
    """A log entry with what its leaf commits to. `at` as in the leaf, `salt` 32 bytes, `proof` without
    extra."""

    id: str
    kind: str
    at: str
    salt: bytes
    content: Mapping[str, object]
    proof: TlogProof

    def leaf(self) -> Leaf:
        """The leaf as it stands in the log."""
        return Leaf(self.id, self.kind, self.at, content_hash(self.salt, self.content).hex())


class DossierFile(msgspec.Struct, frozen=True):
    """A file to hand over: bytes or a path. `entry_id` names the entry whose content has its `sha256`, if
    sealed."""

    path: str
    title_zh: str
    data: Source
    entry_id: str = ""


class Stamp(msgspec.Struct, frozen=True):
    """An RFC 3161 timestamp over a signed checkpoint of this log, and the authority's certificates."""

    checkpoint: bytes
    tsr: bytes
    chain_pem: bytes


class DossierParts(msgspec.Struct, frozen=True):
    """Everything a dossier holds but its manifest. `verify_page` is `verify_page.page()`."""

    case_ref: str
    title_zh: str
    made_at: datetime
    key: VerifierKey
    files: tuple[DossierFile, ...]
    entries: tuple[SealedEntry, ...]
    stamps: tuple[Stamp, ...]
    verify_page: bytes


class ManifestSeal(msgspec.Struct, frozen=True):
    """The entry that seals the manifest, and consistency proofs from each of `earlier_sizes(parts)` to its
    tree."""

    entry: SealedEntry
    consistency: Mapping[int, tuple[bytes, ...]]


def plan_manifest(parts: DossierParts) -> bytes:
    """The manifest's bytes, to be sealed. ValueError when a file claims an entry that does not hold its
    hash."""
    sealed = {entry.id: entry for entry in parts.entries}
    titles = {file.path: file for file in parts.files}
    listed = []
    for path, source in sorted(_all_files(parts)):
        digest, size = sha256(), 0
        for chunk in chunks(source):
            digest.update(chunk)
            size += len(chunk)
        file = titles.get(path)
        entry_id = file.entry_id if file else ""
        if entry_id and sealed[entry_id].content.get("sha256") != digest.hexdigest():
            raise ValueError(f"{path} is not what entry {entry_id} sealed")
        title = file.title_zh if file else _title_of(path)
        listed.append(shape.ListedFile(path, size, digest.hexdigest(), title, entry_id))
    entries = tuple(
        shape.ListedEntry(e.id, e.kind, e.at, e.proof.index, shape.entry_path(e.id), shape.proof_path(e.proof.index))
        for e in sorted(parts.entries, key=lambda e: e.proof.index)
    )
    sizes = sorted(parse_checkpoint(stamp.checkpoint).size for stamp in parts.stamps)
    stamps = tuple(shape.ListedTimestamp(size, *shape.timestamp_paths(size)) for size in sizes)
    made_at, origin = instant(parts.made_at), parts.key.name
    return shape.dump(
        shape.Manifest(shape.FORMAT, parts.case_ref, parts.title_zh, made_at, origin, tuple(listed), entries, stamps)
    )


def earlier_sizes(parts: DossierParts) -> tuple[int, ...]:
    """The tree sizes of the checkpoints in the dossier; the manifest's seal needs a consistency proof from
    each."""
    notes = [entry.proof.checkpoint for entry in parts.entries] + [stamp.checkpoint for stamp in parts.stamps]
    return tuple(sorted({parse_checkpoint(note).size for note in set(notes)}))


def assemble(parts: DossierParts, manifest: bytes, seal: ManifestSeal, out: BinaryIO) -> None:
    """Write the zip. The files must be those the manifest was planned from."""
    extra = shape.SealExtra(
        seal.entry.leaf(), seal.entry.salt.hex(), dict(seal.entry.content), shape.dump_hashes(seal.consistency)
    )
    proof = msgspec.structs.replace(seal.entry.proof, extra=shape.dump(extra)).data()
    own: list[tuple[str, Source]] = [(shape.MANIFEST, manifest), (shape.MANIFEST_PROOF, proof)]
    write_container([*own, *_all_files(parts)], out)


def build_dossier(parts: DossierParts, seal_manifest: Callable[[bytes], ManifestSeal]) -> bytes:
    """Both phases in memory: `seal_manifest` gets the manifest's bytes and returns its seal."""
    manifest, out = plan_manifest(parts), io.BytesIO()
    assemble(parts, manifest, seal_manifest(manifest), out)
    return out.getvalue()


def _all_files(parts: DossierParts) -> Iterator[tuple[str, Source]]:
    yield shape.README, readme_text(parts.case_ref, parts.title_zh, parts.key).encode()
    yield shape.VKEY, f"{parts.key.text()}\n".encode()
    yield shape.VERIFY_PAGE, parts.verify_page
    for file in parts.files:
        yield file.path, file.data
    for entry in parts.entries:
        content = shape.EntryFile(entry.id, entry.kind, entry.at, entry.salt.hex(), dict(entry.content))
        yield shape.entry_path(entry.id), shape.dump(content)
        yield shape.proof_path(entry.proof.index), entry.proof.data()
    for stamp in parts.stamps:
        paths = shape.timestamp_paths(parse_checkpoint(stamp.checkpoint).size)
        yield from zip(paths, (stamp.checkpoint, stamp.tsr, stamp.chain_pem), strict=True)


def _title_of(path: str) -> str:
    own = {shape.README: "使用说明", shape.VKEY: "日志公钥", shape.VERIFY_PAGE: "离线核验页面"}
    by_folder = {"entries": "存证条目", "proofs": "存证证明", "timestamps": "时间戳"}
    return own.get(path) or by_folder[path.partition("/")[0]]
