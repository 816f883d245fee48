"""Base 64 with one spelling: RFC 4648 §4, padded, no stray bits, so that a changed character is always
noticed."""

import base64
import binascii


def encode(data: bytes) -> str:
    """Standard padded base 64."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str) -> bytes:
    """The bytes; ValueError for any spelling `encode` would not write."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("not base 64") from error
    if encode(data) != text:
        raise ValueError("base 64 with stray bits")
    return data
