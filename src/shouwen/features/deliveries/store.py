"""SQL of what went wrong on the way and became a case."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.cases.types import CaseState
from shouwen.platform.db import Conn, rows_to

KNOWN = "SELECT subject FROM parcel_cases WHERE subject = ANY($1::text[])"


async def known_subjects(conn: Conn, subjects: Sequence[str]) -> set[str]:
    """Those that have had their case."""
    return {row["subject"] for row in await conn.fetch(KNOWN, subjects)}


async def insert_parcel_case(conn: Conn, subject: str, lease_id: int, case_id: int, now: datetime) -> None:
    """This trouble has its case."""
    await conn.execute(
        "INSERT INTO parcel_cases (subject, lease_id, case_id, opened_at) VALUES ($1, $2, $3, $4)",
        subject, lease_id, case_id, now,
    )  # fmt: skip


class ParcelCase(Struct, frozen=True):
    """The case of a trouble on the way; `subject` is `late:…`, `parcel:<shipment>:<kind>` or `swap:<ref>`."""

    subject: str
    case_ref: str
    title: str
    state: CaseState
    opened_at: datetime


# Cases belong to another feature and are only read here.
PARCEL_CASES = """
SELECT p.subject, c.ref AS case_ref, c.title, c.state, p.opened_at FROM parcel_cases p JOIN cases c ON c.id = p.case_id
WHERE p.lease_id = $1 ORDER BY p.opened_at DESC, p.subject LIMIT 50
"""


async def parcel_cases(conn: Conn, lease_id: int) -> list[ParcelCase]:
    """What went wrong on the way of a lease and became a case, newest first."""
    return rows_to(ParcelCase, await conn.fetch(PARCEL_CASES, lease_id))


ASK_TO_LOOK = """
INSERT INTO jobs (kind, key, payload, run_at)
SELECT 'look_after_parcels', 'look_after_parcels:' || lease_id || ':' || $2::date,
  jsonb_build_object('lease_id', lease_id), $3
FROM unnest($1::bigint[]) AS l(lease_id)
ON CONFLICT (key) DO NOTHING
"""


async def ask_to_look(conn: Conn, lease_ids: Sequence[int], on: date, now: datetime) -> int:
    """A job for each lease, once a day; how many are new."""
    done = await conn.execute(ASK_TO_LOOK, lease_ids, on, now)
    return int(done.rpartition(" ")[2])


# A parcel under way whose courier is no longer asked (given up, or asked as often as the policy says) is asked again.
ASK_ANEW = """
INSERT INTO jobs (kind, key, payload, run_at)
SELECT 'ask_courier', 'ask_courier:' || s.ref || ':' || $3::date,
  jsonb_build_object('shipment_ref', s.ref, 'courier', s.courier, 'waybill', s.waybill, 'nth', $5::integer), $4
FROM shipments s
WHERE s.lease_id >= $1 AND s.lease_id < $2 AND s.state NOT IN ('signed', 'lost', 'refused')
  AND (s.state <> 'signed' OR (s.disputed_at IS NOT NULL AND s.outcome = ''))
  AND NOT EXISTS (SELECT FROM jobs j WHERE j.kind = 'ask_courier' AND j.failed_at IS NULL
                  AND j.payload ->> 'shipment_ref' = s.ref)
ON CONFLICT (key) DO NOTHING
"""


async def ask_anew(conn: Conn, lease_from: int, lease_to: int, on: date, now: datetime, nth: int) -> int:
    """Ask once about each parcel of an id range under way that nobody asks about any more; how many."""
    done = await conn.execute(ASK_ANEW, lease_from, lease_to, on, now, nth)
    return int(done.rpartition(" ")[2])
