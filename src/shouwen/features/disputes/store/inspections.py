"""SQL of inspections: the report, the claim that follows from it, what waits and what was filed."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.disputes.rows import FiledRow, InspectionReport, WaitingRow
from shouwen.kernel.errors import Absent
from shouwen.platform.db import Conn, one, row_to, rows_to


class NewInspection(Struct, frozen=True, kw_only=True):
    """An inspection report about to be written."""

    ref: str
    lease_id: int
    inspector_id: int
    inspector_name: str
    received_on: date
    inspected_at: datetime
    imei_seen: str
    imei_matches: bool
    unboxing_media_id: int | None
    unboxing_continuous: bool
    note: str


async def insert_inspection(conn: Conn, new: NewInspection) -> int | None:
    """The report's id; None where this return was inspected already."""
    names = NewInspection.__struct_fields__
    slots = ", ".join(f"${no}" for no in range(1, len(names) + 1))
    row = await conn.fetchrow(
        f"INSERT INTO inspections ({', '.join(names)}) VALUES ({slots})"  # noqa: S608 -- our own column names
        " ON CONFLICT (lease_id) DO NOTHING RETURNING id",
        *(getattr(new, name) for name in names),
    )
    return None if row is None else int(row["id"])


class NewFinding(Struct, frozen=True, kw_only=True):
    """A finding about to be written; `price_fen` was read from the contract's list under `price_key`."""

    no: int
    part: str
    kind: str
    severity: str
    length_mm: int | None
    visible_at_30cm: bool | None
    cause: str
    traces: tuple[str, ...]
    words: str
    media_id: int
    region: dict[str, float]
    price_key: str
    price_fen: int
    market_repair_price_fen: int | None
    market_repair_source: str


INSERT_CLAIM = """
WITH claim AS (
  INSERT INTO claims (ref, lease_id, renter_id, inspection_id, state, claimed_fen, turn, turn_until, filed_at, state_at)
  VALUES ($1, $2, $3, $4, 'awaiting_renter', $5, 'renter', $6, $7, $7) RETURNING id),
found AS (
  INSERT INTO findings (claim_id, no, part, kind, severity, length_mm, visible_at_30cm, cause, traces, words, media_id,
    region, price_key, price_fen, market_repair_price_fen, market_repair_source)
  SELECT claim.id, f.no, f.part, f.kind, f.severity, f.length_mm, f.visible_at_30cm, f.cause, f.traces, f.words,
    f.media_id, f.region, f.price_key, f.price_fen, f.market_repair_price_fen, f.market_repair_source
  FROM claim, jsonb_to_recordset($8::jsonb) AS f(no integer, part text, kind text, severity text, length_mm integer,
    visible_at_30cm boolean, cause text, traces text[], words text, media_id bigint, region jsonb, price_key text,
    price_fen bigint, market_repair_price_fen bigint, market_repair_source text))
SELECT id FROM claim
"""


async def insert_claim(
    conn: Conn, *, ref: str, lease_id: int, renter_id: int, inspection_id: int, claimed_fen: int,
    until: datetime, now: datetime, findings: Sequence[NewFinding],
) -> int:  # fmt: skip
    """A claim that waits for the renter, with its findings."""
    row = one(
        await conn.fetchrow(
            INSERT_CLAIM, ref, lease_id, renter_id, inspection_id, claimed_fen, until, now, list(findings)
        )
    )
    return int(row["id"])


WAITING = """
SELECT l.ref AS lease_ref, l.model, l.storage, l.colour, l.state, l.return_sent_on, l.returned_on,
  CASE WHEN NOT EXISTS (SELECT FROM other_phones WHERE lease_id = l.id) THEN l.returned_on + c.days END AS due_on
FROM leases l
LEFT JOIN LATERAL (SELECT (contract->'terms'->>'inspection_days')::integer AS days FROM contracts
                   WHERE lease_id = l.id ORDER BY version DESC LIMIT 1) c ON true
WHERE l.state IN ('inspecting', 'returning')
ORDER BY due_on NULLS LAST, l.id LIMIT 100
"""


async def waiting_leases(conn: Conn) -> list[WaitingRow]:
    """Phones on their way back or on the table, the first due on top; due as many days after arrival as agreed."""
    return rows_to(WaitingRow, await conn.fetch(WAITING))


FILED = """
SELECT i.ref AS inspection_ref, l.ref AS lease_ref, l.model, i.inspector_id, i.inspector_name, i.inspected_at,
  c.ref AS claim_ref, c.state AS claim_state,
  (SELECT count(*)::int FROM findings f WHERE f.claim_id = c.id) AS findings
FROM inspections i JOIN leases l ON l.id = i.lease_id LEFT JOIN claims c ON c.inspection_id = i.id
ORDER BY i.id DESC LIMIT 50
"""


async def filed_inspections(conn: Conn) -> list[FiledRow]:
    """The newest reports with what became of them."""
    return rows_to(FiledRow, await conn.fetch(FILED))


REPORT = """
SELECT i.ref AS inspection_ref, l.ref AS lease_ref, l.state AS lease_state, l.model, i.received_on, i.inspected_at,
  i.imei_seen, v.ref AS unboxing_ref, i.unboxing_continuous, i.note, c.state AS claim_state,
  (SELECT coalesce(json_agg(json_build_object('no', f.no, 'part', f.part, 'kind', f.kind, 'severity', f.severity,
      'length_mm', f.length_mm, 'visible_at_30cm', f.visible_at_30cm, 'cause', f.cause, 'traces', f.traces,
      'words', f.words, 'photo_ref', p.ref, 'price_fen', f.price_fen) ORDER BY f.no), '[]')
   FROM findings f LEFT JOIN media p ON p.id = f.media_id WHERE f.claim_id = c.id) AS findings
FROM inspections i JOIN leases l ON l.id = i.lease_id LEFT JOIN claims c ON c.inspection_id = i.id
LEFT JOIN media v ON v.id = i.unboxing_media_id
WHERE i.ref = $1 AND i.inspector_id = $2
"""


async def own_report(conn: Conn, inspection_ref: str, inspector_id: int) -> InspectionReport:
    """A report its inspector filed; Absent for anybody else's."""
    row = await conn.fetchrow(REPORT, inspection_ref, inspector_id)
    if row is None:
        raise Absent("验机报告", "inspection report")
    return row_to(InspectionReport, row)


PUT_OTHER_PHONE = """
INSERT INTO other_phones (lease_id, case_id, imei_tail, received_on, seen_at, seen_by) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (lease_id) DO UPDATE SET case_id = excluded.case_id, imei_tail = excluded.imei_tail,
  received_on = excluded.received_on, seen_at = excluded.seen_at, seen_by = excluded.seen_by
"""


async def put_other_phone(
    conn: Conn, lease_id: int, case_id: int, imei_tail: str, received_on: date, now: datetime, by: int
) -> None:
    """Another phone than the one of the lease came back."""
    await conn.execute(PUT_OTHER_PHONE, lease_id, case_id, imei_tail, received_on, now, by)


async def other_phone_on_record(conn: Conn, lease_id: int) -> bool:
    """Whether another phone came back for this lease."""
    return await conn.fetchrow("SELECT lease_id FROM other_phones WHERE lease_id = $1", lease_id) is not None
