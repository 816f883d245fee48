"""Personal numbers at rest, keyed look-up hashes, and signed links."""

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class FieldCipher:
    """AES-256-GCM for single fields and HMAC-SHA-256 for finding them again; both keys come from one file."""

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise ValueError("the field key must have 32 bytes")
        self._aead = AESGCM(hashlib.sha256(b"shouwen field" + master).digest())
        self._mac_key = hashlib.sha256(b"shouwen lookup" + master).digest()

    def encrypt(self, text: str, purpose: str) -> bytes:
        """Nonce + ciphertext, bound to `purpose`: a phone cannot be pasted where an id number stands."""
        nonce = os.urandom(12)
        return nonce + self._aead.encrypt(nonce, text.encode(), purpose.encode())

    def decrypt(self, cipher: bytes, purpose: str) -> str:
        """The inverse; raises cryptography.exceptions.InvalidTag for a foreign key or purpose."""
        return self._aead.decrypt(cipher[:12], cipher[12:], purpose.encode()).decode()

    def lookup(self, text: str, purpose: str) -> bytes:
        """The keyed hash of `text`: equal texts can be found, guessing needs the key."""
        return hmac.digest(self._mac_key, f"{purpose}\0{text}".encode(), "sha256")


def token_hash(token: str) -> bytes:
    """What is stored of a random token."""
    return hashlib.sha256(token.encode()).digest()


def load_or_create_key(path: Path) -> bytes:
    """32 random bytes in a 0600 file; created once, never overwritten, safe with two processes at once."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) != 32:
            raise ValueError(f"{path} should hold 32 bytes; restore it from your backup") from None
        return key
    with os.fdopen(handle, "wb") as file:
        key = os.urandom(32)
        file.write(key)
    return key
