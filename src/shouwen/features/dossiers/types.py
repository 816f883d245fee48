"""A dossier on request."""

from datetime import datetime

from msgspec import Struct


class DossierRow(Struct, frozen=True):
    """`state` is preparing, then ready; `sha256` (hex) names the finished file."""

    ref: str
    case_ref: str
    state: str
    requested_at: datetime
    sha256: str = ""
    size_bytes: int = 0
    ready_at: datetime | None = None
