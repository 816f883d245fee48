"""What other features may use of evidence, inside their own transaction."""

from collections.abc import Sequence

from shouwen.features.evidence.dossier.build import (
    DossierFile,
    DossierParts,
    ManifestSeal,
    SealedEntry,
    Stamp,
    assemble,
    earlier_sizes,
    plan_manifest,
)
from shouwen.features.evidence.dossier.format import MANIFEST_KIND, manifest_content
from shouwen.features.evidence.dossier.verify_page import page as verify_page
from shouwen.features.evidence.receipts import receipt_of
from shouwen.features.evidence.seals.canonical import canonical
from shouwen.features.evidence.seals.leaf import parse_leaf
from shouwen.features.evidence.seals.note import SigningKey
from shouwen.features.evidence.seals.tlog_proof import TlogProof
from shouwen.features.evidence.seals.tree import plan_consistency, plan_inclusion
from shouwen.features.evidence.sequencer import authority, entry_id, log_key
from shouwen.features.evidence.store import (
    LIST_MEDIA,
    find_entry,
    find_media,
    newest_checkpoint,
    read_nodes,
)
from shouwen.features.evidence.sweeping import ask_for_sweep
from shouwen.features.evidence.types import MediaRow, Purpose, Receipt
from shouwen.kernel.errors import Absent
from shouwen.platform.db import Conn, rows_to

__all__ = [
    "LIST_MEDIA", "MANIFEST_KIND", "DossierFile", "DossierParts", "ManifestSeal", "MediaRow", "Purpose", "Receipt",
    "SealedEntry",
    "SigningKey", "Stamp", "TlogProof", "ask_for_sweep", "assemble", "authority", "canonical", "claim_media",
    "earlier_sizes", "entry_id", "find_entry", "find_media", "log_key", "manifest_content",
    "media_of_lease", "newest_checkpoint", "parse_leaf", "plan_consistency", "plan_inclusion", "plan_manifest",
    "read_nodes", "receipt_of", "verify_page",
]  # fmt: skip


async def media_of_lease(conn: Conn, lease_id: int, refs: Sequence[str], *purposes: Purpose) -> list[MediaRow]:
    """These pieces, in this order, all of this lease and of one of these purposes; Absent for any other."""
    rows = await conn.fetch(
        """
        SELECT m.id, m.ref, m.lease_id, m.renter_id, m.purpose, m.part, m.file_name, m.mime, m.size_bytes, m.sha256,
               m.width, m.height, m.duration_ms, m.taken_at, m.checks, m.uploaded_role, m.uploaded_at, m.claim_id,
               m.finding_no
        FROM media m WHERE m.ref = ANY($1::text[]) AND m.lease_id = $2 AND m.purpose = ANY($3::text[])
          AND m.erased_at IS NULL
        """,
        list(refs), lease_id, [str(purpose) for purpose in purposes or Purpose],
    )  # fmt: skip
    found = {row.ref: row for row in rows_to(MediaRow, rows)}
    if any(ref not in found for ref in refs):
        raise Absent("证据", "evidence")
    return [found[ref] for ref in dict.fromkeys(refs)]


async def claim_media(conn: Conn, claim_id: int, media_ids: Sequence[int], finding_no: int | None = None) -> None:
    """Tie pieces to a claim (and a finding): a dispute also places a legal hold on them (EVI-3)."""
    await conn.execute(
        """
        UPDATE media SET claim_id = $1, finding_no = coalesce($3, finding_no), legal_hold_until = 'infinity'
        WHERE id = ANY($2::bigint[])
        """,
        claim_id,
        list(media_ids),
        finding_no,
    )
