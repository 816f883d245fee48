"""RFC 3161 timestamps: a third party says that some bytes existed at a time. The port, and the verification.

The libraries are imported where they are used: reading a checkpoint must not load a certificate parser.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import msgspec

from shouwen.features.evidence.seals.errors import SealInvalid

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

LOCAL_DEMO_MARK = "Shouwen LOCAL DEMO TSA"
"""Part of the subject of every local authority, so that nobody takes it for an independent one."""


class TimestampAuthority(Protocol):
    """Somebody who answers time-stamp requests. Both calls block: run them off the event loop."""

    def stamp(self, message: bytes) -> bytes:
        """The DER of a granted TimeStampResp over SHA-256 of `message`; TimestampUnavailable otherwise."""
        ...

    def chain_pem(self) -> bytes:
        """The certificates that lead to its root, PEM."""
        ...


class TimestampUnavailable(Exception):
    """The authority cannot be reached, is not set up, or answered something else; ask again later."""


class Stamped(msgspec.Struct, frozen=True):
    """What a verified timestamp says. `authority` is the subject of the signing certificate.

    `roots_sha256` are the fingerprints (hex) of the roots it was trusted by: what one compares with the authority's.
    """

    at: datetime
    authority: str
    local_demo: bool
    roots_sha256: tuple[str, ...] = ()


class Query(msgspec.Struct, frozen=True):
    """A time-stamp query (DER) and the nonce its answer must repeat."""

    data: bytes
    nonce: int


def query_for(message: bytes) -> Query:
    """A fresh query over SHA-256 of `message` that asks for the signer's certificate."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    return Query(request.as_bytes(), request.nonce or 0)


def check_reply(reply: bytes, query: Query, message: bytes, chain_pem: bytes) -> bytes:
    """The reply when it answers this query and verifies; TimestampUnavailable otherwise."""
    try:
        verify_timestamp(reply, message, chain_pem, nonce=query.nonce)
    except SealInvalid as error:
        raise TimestampUnavailable(f"the authority's answer does not verify: {error.en}") from error
    return reply


def verify_timestamp(tsr: bytes, message: bytes, chain_pem: bytes, *, nonce: int | None = None) -> Stamped:
    """When and by whom `message` was stamped; SealInvalid unless the response is granted, over this message,
    and signed by a time-stamping certificate that leads to a self-issued root in `chain_pem` at that time."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    try:
        response = decode_timestamp_response(tsr)
        roots, others = _read_chain(chain_pem)
        signers = [cert for cert in others if _may_stamp(cert)]
        builder = VerifierBuilder(roots=roots, intermediates=[c for c in others if c not in signers])
        if signers:
            builder = builder.tsa_certificate(signers[0])
        if nonce is not None:
            builder = builder.nonce(nonce)
        builder.build().verify_message(response, message)
        name = _signer_name(response, [*signers, *others, *roots])
        trusted = tuple(root.fingerprint(SHA256()).hex() for root in roots)
        return Stamped(response.tst_info.gen_time, name, LOCAL_DEMO_MARK in name, trusted)
    except Exception as error:  # hostile bytes: the parsers below raise many unrelated types
        raise SealInvalid("timestamp_invalid", "时间戳不成立", f"the timestamp does not verify: {error}") from error


def _read_chain(chain_pem: bytes) -> tuple[list["Certificate"], list["Certificate"]]:
    from cryptography.x509 import load_pem_x509_certificates

    certificates = load_pem_x509_certificates(chain_pem)
    roots = [cert for cert in certificates if cert.issuer == cert.subject]
    return roots, [cert for cert in certificates if cert.issuer != cert.subject]


def _may_stamp(certificate: "Certificate") -> bool:
    from cryptography.x509 import BasicConstraints, ExtendedKeyUsage
    from cryptography.x509.oid import ExtendedKeyUsageOID

    values = [extension.value for extension in certificate.extensions]
    is_ca = any(isinstance(value, BasicConstraints) and value.ca for value in values)
    stamps = any(isinstance(v, ExtendedKeyUsage) and ExtendedKeyUsageOID.TIME_STAMPING in v for v in values)
    return stamps and not is_ca


def _signer_name(response: "TimeStampResponse", known: list["Certificate"]) -> str:
    from cryptography.x509 import load_der_x509_certificate

    embedded = [load_der_x509_certificate(der) for der in response.signed_data.certificates]
    (signer,) = response.signed_data.signer_infos
    for certificate in [*embedded, *known]:
        if certificate.issuer == signer.issuer and certificate.serial_number == signer.serial_number:
            return certificate.subject.rfc4514_string()
    raise ValueError("the signer's certificate is not known")
