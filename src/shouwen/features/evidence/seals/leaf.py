"""An entry's leaf commits to salted content (EVI-2): erasing content and salt leaves the log valid and says
nothing.

`content_hash = SHA-256(salt ‖ JCS(content))`, 32 bytes of salt; leaf data = JCS of {v, id, kind, at,
content_hash}.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from shouwen.features.evidence.seals import merkle
from shouwen.features.evidence.seals.canonical import canonical, parse_canonical
from shouwen.features.evidence.seals.errors import SealInvalid

SALT_BYTES = 32
VERSION = 1
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_KIND = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_HASH = re.compile(r"[0-9a-f]{64}")


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One log entry as others see it. `at` is UTC to the microsecond, `content_hash` 64 hex digits."""

    id: str
    kind: str
    at: str
    content_hash: str
    v: int = VERSION

    def data(self) -> bytes:
        """The leaf's bytes in the log; SealInvalid when a field is not in its form."""
        _require(self.v == VERSION, "v")
        _require(_ID.fullmatch(self.id) is not None, "id")
        _require(_KIND.fullmatch(self.kind) is not None, "kind")
        _require(_AT.fullmatch(self.at) is not None, "at")
        _require(_HASH.fullmatch(self.content_hash) is not None, "content_hash")
        # every field is plain ASCII by the checks above, so this is the RFC 8785 form (a test compares)
        return (
            f'{{"at":"{self.at}","content_hash":"{self.content_hash}",'
            f'"id":"{self.id}","kind":"{self.kind}","v":{self.v}}}'
        ).encode()

    def hash(self) -> bytes:
        """The RFC 6962 leaf hash, 32 bytes."""
        return merkle.leaf_hash(self.data())

    def commits_to(self, salt: bytes, content: Mapping[str, object]) -> bool:
        """Whether this leaf was made from exactly this salt and content."""
        return len(salt) == SALT_BYTES and content_hash(salt, content).hex() == self.content_hash


def content_hash(salt: bytes, content: Mapping[str, object]) -> bytes:
    """SHA-256(salt ‖ canonical content), 32 bytes; ValueError unless the salt has 32 bytes."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return sha256(salt + canonical(content)).digest()


def make_leaf(entry_id: str, kind: str, at: datetime, salt: bytes, content: Mapping[str, object]) -> Leaf:
    """The leaf of one entry (EVI-2). `entry_id` is the public id, `at` an aware instant."""
    return Leaf(entry_id, kind, instant(at), content_hash(salt, content).hex())


def parse_leaf(data: bytes) -> Leaf:
    """The leaf from its bytes in the log; SealInvalid unless they are exactly what `Leaf.data` writes."""
    try:
        leaf = msgspec.convert(parse_canonical(data), Leaf)
    except msgspec.ValidationError as error:
        raise _not_a_leaf(str(error)) from error
    _require(leaf.data() == data, "v")
    return leaf


def instant(at: datetime) -> str:
    """An aware instant as the log writes it: `2026-11-18T06:02:11.000000Z`."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime is not an instant")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _require(holds: bool, field: str) -> None:
    if not holds:
        raise _not_a_leaf(f"field {field}")


def _not_a_leaf(why: str) -> SealInvalid:
    return SealInvalid("leaf_malformed", "存证条目格式不对", f"not a log entry: {why}")
