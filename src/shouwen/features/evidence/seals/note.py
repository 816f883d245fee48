"""C2SP signed notes with Ed25519: text, a blank line, then `— name base64(key id ‖ signature)` lines.

Parsing is strict: what is parsed is written again and compared, so every byte of a note means something.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from shouwen.features.evidence.seals import base64s
from shouwen.features.evidence.seals.errors import SealInvalid

ED25519 = b"\x01"
_MAX_BYTES, _MAX_SIGNATURES = 1_000_000, 100
_KEY_ID_BYTES, _PUBLIC_BYTES, _SIGNATURE_BYTES = 4, 32, 64


class VerifierKey(msgspec.Struct, frozen=True):
    """A log's public key under its name. `public` is the raw Ed25519 key, 32 bytes."""

    name: str
    public: bytes

    def key_id(self) -> bytes:
        """Four bytes that pick the key: they commit to the name and the key, they do not prove anything."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:_KEY_ID_BYTES]

    def text(self) -> str:
        """The vkey string `name+hex key id+base64(type ‖ key)`."""
        return f"{self.name}+{self.key_id().hex()}+{base64s.encode(ED25519 + self.public)}"

    def fingerprint(self) -> str:
        """SHA-256 of the vkey string in hex: what two people compare to know they mean the same key."""
        return sha256(self.text().encode()).hexdigest()

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the key signed the message."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class SigningKey(msgspec.Struct, frozen=True):
    """A log's private key under its name. `seed` is the raw Ed25519 private key, 32 bytes; it never leaves
    the log."""

    name: str
    seed: bytes

    def verifier(self) -> VerifierKey:
        """The public half."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return new_key(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The signed note over `text`, which ends in a newline; Ed25519 is deterministic, so is the note."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        blob = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        signed = Note(text, (Signature(self.name, self.verifier().key_id(), blob),))
        return parse_note(signed.data()).data()

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r})"  # never the seed, not even in a traceback


class Signature(msgspec.Struct, frozen=True):
    """One signature line; `blob` is the signature without its key id (64 bytes for Ed25519)."""

    name: str
    key_id: bytes
    blob: bytes


class Note(msgspec.Struct, frozen=True):
    """A parsed note, not yet verified. `text` ends in a newline."""

    text: str
    signatures: tuple[Signature, ...]

    def data(self) -> bytes:
        """The note's bytes."""
        lines = [f"— {s.name} {base64s.encode(s.key_id + s.blob)}\n" for s in self.signatures]
        return (self.text + "\n" + "".join(lines)).encode()


def new_key(name: str, public: bytes) -> VerifierKey:
    """A key under a name; SealInvalid when the name has blanks or `+`, or the key is not 32 bytes."""
    if not _valid_name(name) or len(public) != _PUBLIC_BYTES:
        raise _bad_key("name or length")
    return VerifierKey(name, public)


def parse_vkey(text: str) -> VerifierKey:
    """The key of a vkey string; SealInvalid for another type, a wrong key id or any other spelling."""
    try:
        name, _, encoded = text.split("+", 2)
        raw = base64s.decode(encoded)
    except ValueError as error:
        raise _bad_key("not name+id+key") from error
    if raw[:1] != ED25519:
        raise _bad_key("not an Ed25519 key")
    key = new_key(name, raw[1:])
    if key.text() != text:
        raise _bad_key("the key id does not belong to the key")
    return key


def parse_note(raw: bytes) -> Note:
    """Text and signature lines of a note; SealInvalid when any byte is out of form. Verifies nothing."""
    if len(raw) > _MAX_BYTES:
        raise _malformed("too long")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("not UTF-8") from error
    if any(char < " " and char != "\n" for char in whole):
        raise _malformed("a control character")
    head, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise _malformed("no signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise _malformed("too many signatures")
    note = Note(head + "\n", tuple(_parse_signature(line) for line in lines))
    if note.data() != raw:
        raise _malformed("a different spelling")
    return note


def open_note(raw: bytes, keys: Sequence[VerifierKey]) -> Note:
    """The note when at least one of `keys` signed it; a bad signature under a known key is refused outright.

    Signatures under other keys (witnesses, other types) are left alone, as C2SP asks.
    """
    note = parse_note(raw)
    known = {(key.name, key.key_id()): key for key in keys}
    verified = False
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if len(signature.blob) != _SIGNATURE_BYTES or not key.verify(note.text.encode(), signature.blob):
            raise SealInvalid("signature_invalid", "签名不成立", f"the signature of {key.name} does not verify")
        verified = True
    if not verified:
        raise SealInvalid("signature_missing", "没有该日志密钥的签名", "no signature by the expected key")
    return note


def _parse_signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        raw = base64s.decode(encoded)
    except ValueError as error:
        raise _malformed("a signature is not base 64") from error
    if dash != "—" or not _valid_name(name) or len(raw) <= _KEY_ID_BYTES:
        raise _malformed("a signature line")
    return Signature(name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])


def _valid_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() or char < " " for char in name)


def _malformed(why: str) -> SealInvalid:
    return SealInvalid("note_malformed", "签名文本格式不对", f"not a signed note: {why}")


def _bad_key(why: str) -> SealInvalid:
    return SealInvalid("key_malformed", "日志公钥格式不对", f"not a verifier key: {why}")
