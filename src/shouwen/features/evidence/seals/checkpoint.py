"""C2SP tlog-checkpoint: origin, tree size and root, each on its line, in a signed note."""

import msgspec

from shouwen.features.evidence.seals import base64s
from shouwen.features.evidence.seals.errors import SealInvalid
from shouwen.features.evidence.seals.merkle import HASH_BYTES
from shouwen.features.evidence.seals.note import SigningKey, VerifierKey, open_note, parse_note

_MAX_SIZE = 2**63 - 1


class Checkpoint(msgspec.Struct, frozen=True):
    """A tree head: `size` leaves, `root` 32 bytes. Extension lines are kept as they are."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The note text that is signed."""
        return "".join(
            f"{line}\n" for line in (self.origin, str(self.size), base64s.encode(self.root), *self.extensions)
        )


def sign_checkpoint(size: int, root: bytes, key: SigningKey) -> bytes:
    """The signed checkpoint of a tree; its origin is the key's name."""
    text = Checkpoint(key.name, size, root).text()
    parse_text(text)
    return key.sign(text)


def parse_text(text: str) -> Checkpoint:
    """The tree head in a note's text; SealInvalid when a line is missing, empty or spelled another way."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or "" in lines:
        raise _malformed("a line is missing or empty")
    origin, size_text, root_text, *extensions = lines
    if not size_text.isascii() or not size_text.isdigit() or len(size_text) > 19:
        raise _malformed("the size is not a number")
    try:
        root = base64s.decode(root_text)
    except ValueError as error:
        raise _malformed("the root is not base 64") from error
    head = Checkpoint(origin, int(size_text), root, tuple(extensions))
    if len(root) != HASH_BYTES or head.size > _MAX_SIZE or head.text() != text:
        raise _malformed("size or root")
    return head


def parse_checkpoint(raw: bytes) -> Checkpoint:
    """The tree head of a signed checkpoint, signatures not looked at."""
    return parse_text(parse_note(raw).text)


def open_checkpoint(raw: bytes, key: VerifierKey, *, only_log: bool = False) -> Checkpoint:
    """The tree head, signed by `key`, whose name is the origin.

    `only_log` also refuses further signature lines: then no byte of the checkpoint can change unnoticed.
    """
    note = open_note(raw, [key])
    head = parse_text(note.text)
    if head.origin != key.name:
        raise SealInvalid("origin_mismatch", "检查点不属于这个日志", f"the origin is not {key.name}")
    if only_log and len(note.signatures) != 1:
        raise _malformed("more signatures than the log's own")
    return head


def _malformed(why: str) -> SealInvalid:
    return SealInvalid("checkpoint_malformed", "检查点格式不对", f"not a checkpoint: {why}")
