"""C2SP tlog-proof: one text file that shows offline that an entry stands in a log.

Version line, optional `extra` (base 64, not authenticated by the format), index, sibling hashes, blank line,
checkpoint.
"""

import msgspec

from shouwen.features.evidence.seals import base64s
from shouwen.features.evidence.seals.checkpoint import Checkpoint, open_checkpoint
from shouwen.features.evidence.seals.errors import SealInvalid
from shouwen.features.evidence.seals.merkle import HASH_BYTES, verify_inclusion
from shouwen.features.evidence.seals.note import VerifierKey

VERSION_LINE = "c2sp.org/tlog-proof@v1"
_MAX_HASHES, _MAX_BYTES = 63, 4_000_000


class TlogProof(msgspec.Struct, frozen=True):
    """A proof as it stands in its file; `checkpoint` is the signed note verbatim, `extra` absent rather than
    empty."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def data(self) -> bytes:
        """The file's bytes."""
        lines = [VERSION_LINE]
        if self.extra:
            lines.append(f"extra {base64s.encode(self.extra)}")
        lines += [f"index {self.index}", *map(base64s.encode, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


def parse_tlog_proof(raw: bytes) -> TlogProof:
    """The parts of a proof file; SealInvalid when any byte is out of form. Verifies nothing."""
    head, blank, checkpoint = raw[:_MAX_BYTES].partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        if len(raw) > _MAX_BYTES or not blank or lines.pop(0) != VERSION_LINE:
            raise _malformed("the first line or the blank line")
        extra = (
            base64s.decode(lines.pop(0).removeprefix("extra ")) if lines[:1] and lines[0].startswith("extra ") else b""
        )
        index_text = lines.pop(0).removeprefix("index ") if lines else ""
        if not index_text.isdigit() or len(index_text) > 19 or len(lines) > _MAX_HASHES:
            raise _malformed("the index, or too many hashes")
        proof = TlogProof(int(index_text), tuple(map(base64s.decode, lines)), checkpoint, extra)
    except SealInvalid:
        raise
    except ValueError as error:
        raise _malformed("a line is not base 64") from error
    if any(len(node) != HASH_BYTES for node in proof.hashes) or proof.data() != raw:
        raise _malformed("a hash, or a different spelling")
    return proof


def verify_tlog_proof(proof: TlogProof, leaf_hash: bytes, key: VerifierKey, *, only_log: bool = False) -> Checkpoint:
    """The checkpoint in which the leaf is included; SealInvalid when signature or inclusion fails."""
    head = open_checkpoint(proof.checkpoint, key, only_log=only_log)
    if not verify_inclusion(proof.index, head.size, leaf_hash, proof.hashes, head.root):
        raise SealInvalid("inclusion_invalid", "条目不在该日志的这个位置", "the entry is not in the log at this index")
    return head


def _malformed(why: str) -> SealInvalid:
    return SealInvalid("proof_malformed", "存证证明格式不对", f"not a tlog-proof: {why}")
