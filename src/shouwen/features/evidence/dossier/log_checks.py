"""The half of the verification that concerns the log: the manifest's seal, the entries, the timestamps, the
growth."""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from shouwen.features.evidence.dossier import format as shape
from shouwen.features.evidence.dossier.format import Problem
from shouwen.features.evidence.seals import base64s
from shouwen.features.evidence.seals.checkpoint import Checkpoint, open_checkpoint
from shouwen.features.evidence.seals.errors import SealInvalid
from shouwen.features.evidence.seals.leaf import Leaf, content_hash, instant
from shouwen.features.evidence.seals.merkle import verify_consistency
from shouwen.features.evidence.seals.note import VerifierKey
from shouwen.features.evidence.seals.timestamp import verify_timestamp
from shouwen.features.evidence.seals.tlog_proof import parse_tlog_proof, verify_tlog_proof


class SeenTimestamp(msgspec.Struct, frozen=True):
    """A timestamp that verifies: the log had at least `size` entries at `at` (UTC), says `authority`."""

    size: int
    at: str
    authority: str
    local_demo: bool
    roots_sha256: tuple[str, ...] = ()


class LogChecks:
    """Checks one dossier's contents against the log's key; appends to `problems`. Without a key it checks
    the form."""

    def __init__(self, contents: Mapping[str, memoryview], key: VerifierKey | None, problems: list[Problem]) -> None:
        self._contents, self._key, self._problems = contents, key, problems
        self._sealed: Checkpoint | None = None
        self._growth: dict[str, tuple[str, ...]] = {}
        self._heads: dict[int, tuple[str, Checkpoint]] = {}
        self.entries_verified = 0
        self.timestamps: list[SeenTimestamp] = []
        self.sealed_at = ""

    @property
    def sealed_size(self) -> int:
        """The size of the tree in which the manifest is sealed; 0 when that does not verify."""
        return self._sealed.size if self._sealed else 0

    def check_manifest_seal(self) -> None:
        """The proof stands by itself, then the manifest against it, so that the right one of the two is
        named."""
        raw = self._read(shape.MANIFEST_PROOF)
        manifest = self._read(shape.MANIFEST)
        if raw is None or self._key is None:
            return
        try:
            proof = parse_tlog_proof(raw)
            extra = shape.load_extra(proof.extra)
            _require_commitment(extra.leaf, extra.salt, extra.content)
            if extra.leaf.kind != shape.MANIFEST_KIND or set(extra.content) != {"manifest_sha256"}:
                raise SealInvalid("seal_of_another_kind", "封存的不是清单", "the seal is not a manifest's")
            self._sealed = verify_tlog_proof(proof, extra.leaf.hash(), self._key, only_log=True)
        except SealInvalid as error:
            self._fail(shape.MANIFEST_PROOF, error)
            return
        self._growth, self.sealed_at = extra.consistency, extra.leaf.at
        if manifest is not None and extra.content["manifest_sha256"] != sha256(manifest).hexdigest():
            self._problems.append(
                Problem(
                    shape.MANIFEST,
                    "changed",
                    "清单与封存时的不同，被改动过",
                    "the manifest is not the one that was sealed",
                )
            )

    def check_entries(self, manifest: shape.Manifest) -> None:
        """Every entry's content and salt against its leaf, the leaf against the log, sealed files against
        entries."""
        contents: dict[str, Mapping[str, object]] = {}
        for listed in manifest.entries:
            try:
                contents[listed.id] = self._check_entry(listed)
            except SealInvalid as error:
                self._fail(listed.file, error)
        known = {listed.id for listed in manifest.entries}
        for file in manifest.files:
            if file.entry and file.entry not in known:
                self._fail(file.path, SealInvalid("entry_missing", "缺少它的存证条目", "its log entry is missing"))
            elif file.entry in contents and contents[file.entry].get("sha256") != file.sha256:
                self._fail(file.path, SealInvalid("not_as_sealed", "与封存的原件不同", "not what its log entry sealed"))

    def check_timestamps(self, manifest: shape.Manifest) -> None:
        """Every timestamp against the signed checkpoint it is over."""
        for listed in manifest.timestamps:
            files = [self._read(path) for path in (listed.checkpoint, listed.tsr, listed.chain)]
            checkpoint, tsr, chain = files
            if checkpoint is None or tsr is None or chain is None or self._key is None:
                continue
            path = listed.checkpoint
            try:
                head = open_checkpoint(checkpoint, self._key, only_log=True)
                if head.size != listed.size:
                    raise SealInvalid("size_mismatch", "检查点的大小不符", "the checkpoint has another size")
                self._remember(path, head)
                path = listed.tsr
                stamped = verify_timestamp(tsr, checkpoint, chain)
            except SealInvalid as error:
                self._fail(path, error)
                continue
            at = instant(stamped.at)
            seen = SeenTimestamp(head.size, at, stamped.authority, stamped.local_demo, stamped.roots_sha256)
            self.timestamps.append(seen)

    def check_growth(self) -> None:
        """Every checkpoint in the dossier is an earlier state of the tree in which the manifest is sealed."""
        if self._sealed is None:
            return
        if set(self._growth) != {str(size) for size in self._heads}:
            self._fail(shape.MANIFEST_PROOF, _growth_invalid())
            return
        for size, (path, head) in self._heads.items():
            try:
                hashes = [base64s.decode(text) for text in self._growth[str(size)]]
            except ValueError:
                hashes = [b""]
            if not verify_consistency(size, self._sealed.size, hashes, head.root, self._sealed.root):
                self._fail(path, _growth_invalid())
                self._fail(shape.MANIFEST_PROOF, _growth_invalid())

    def _check_entry(self, listed: shape.ListedEntry) -> Mapping[str, object]:
        raw, raw_proof = self._read(listed.file), self._read(listed.proof)
        if raw is None:
            raise SealInvalid("missing", "文件不见了", "this file is missing")
        entry = shape.load_entry(raw)
        leaf = _leaf_of(entry)
        if (entry.id, entry.kind, entry.at) != (listed.id, listed.kind, listed.at):
            raise SealInvalid("entry_differs", "存证条目与清单不符", "the entry is not the one in the manifest")
        if raw_proof is not None and self._key is not None:
            try:
                proof = parse_tlog_proof(raw_proof)
                if proof.index != listed.index or proof.extra:
                    raise SealInvalid("entry_differs", "证明与清单不符", "the proof is not the manifest's")
                self._remember(listed.proof, verify_tlog_proof(proof, leaf.hash(), self._key, only_log=True))
                self.entries_verified += 1
            except SealInvalid as error:
                self._fail(listed.proof, error)
        return entry.content

    def _remember(self, path: str, head: Checkpoint) -> None:
        known = self._heads.setdefault(head.size, (path, head))[1]
        if known.root != head.root:
            raise SealInvalid("log_forked", "日志出现了两个版本", "the log shows two histories")

    def _read(self, path: str) -> bytes | None:
        content = self._contents.get(path)
        return None if content is None else bytes(content)

    def _fail(self, path: str, error: SealInvalid) -> None:
        self._problems.append(Problem(path, error.code, error.zh, error.en))


def _leaf_of(entry: shape.EntryFile) -> Leaf:
    made = Leaf(entry.id, entry.kind, entry.at, content_hash(shape.load_salt(entry.salt), entry.content).hex())
    made.data()
    return made


def _require_commitment(leaf: Leaf, salt: str, content: Mapping[str, object]) -> None:
    leaf.data()
    if not leaf.commits_to(shape.load_salt(salt), content):
        raise SealInvalid("commitment_invalid", "内容与封存的承诺不符", "the content is not what the leaf commits to")


def _growth_invalid() -> SealInvalid:
    return SealInvalid("growth_invalid", "日志不是只增不改的", "the log did not only grow between these checkpoints")
