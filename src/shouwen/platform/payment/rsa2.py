"""RSA2 as the provider means it: SHA256withRSA, PKCS#1 v1.5, over sorted `key=value` pairs, in base64."""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

MIN_KEY_BITS = 2048


class BadKey(ValueError):
    """A key that cannot be read, is not RSA or is too short."""


def signing_text(
    params: Mapping[str, str], leave_out: tuple[str, ...] = ("sign",), *, keep_empty: bool = False
) -> bytes:
    """What is signed: pairs sorted by key, joined by `&`, values as they are (not URL-encoded), empty ones left out.

    A request leaves out `sign` only; a notification leaves out `sign` and `sign_type`.
    """
    kept = sorted((key, value) for key, value in params.items() if (value or keep_empty) and key not in leave_out)
    return "&".join(f"{key}={value}" for key, value in kept).encode("utf-8")


def sign(key: rsa.RSAPrivateKey, message: bytes) -> str:
    """The signature in base64."""
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), SHA256())).decode("ascii")


def verify(key: rsa.RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether `signature` (base64) is the key owner's over exactly these bytes."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def private_key(text: str) -> rsa.RSAPrivateKey:
    """Our key as PEM, or as the bare base64 that the provider's own tool writes. Raises BadKey."""
    try:
        data = text.strip().encode("ascii")
        key = load_pem_private_key(data, None) if b"-----" in data else load_der_private_key(_bare(data), None)
    except (ValueError, TypeError) as error:
        raise BadKey("the private key cannot be read") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < MIN_KEY_BITS:
        raise BadKey(f"the private key must be RSA of {MIN_KEY_BITS} bits or more")
    return key


def public_key(text: str) -> rsa.RSAPublicKey:
    """The provider's key as PEM or bare base64. Raises BadKey."""
    try:
        data = text.strip().encode("ascii")
        key = load_pem_public_key(data) if b"-----" in data else load_der_public_key(_bare(data))
    except (ValueError, TypeError) as error:
        raise BadKey("the public key cannot be read") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        raise BadKey(f"the public key must be RSA of {MIN_KEY_BITS} bits or more")
    return key


def new_key() -> rsa.RSAPrivateKey:
    """A fresh key pair, for the simulator and for tests."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=MIN_KEY_BITS)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """PKCS#8, not encrypted: keep it in a file only its owner may read."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def public_pem(key: rsa.RSAPublicKey) -> str:
    """The public half in PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _bare(data: bytes) -> bytes:
    return base64.b64decode(b"".join(data.split()), validate=True)
