"""SQL of notices: written with their instant, taken in small batches, recorded as sent, failed or dropped."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.features.arrears.types import NoticeKind
from shouwen.platform.db import Conn, rows_to


async def put_notice(
    conn: Conn, lease_id: int, renter_id: int, kind: NoticeKind, step: str, text: str, send_at: datetime
) -> bool:
    """A message about a lease, once for each `step`; false where it was written before."""
    done = await conn.execute(
        """
        INSERT INTO notices (lease_id, renter_id, kind, step, text, send_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (lease_id, step) WHERE charge_id IS NULL DO NOTHING
        """,
        lease_id, renter_id, kind, step, text, send_at,
    )  # fmt: skip
    return done == "INSERT 0 1"


class TakenNotice(Struct, frozen=True):
    """A notice in hand, with its instalment as it stands (none: it is about the lease)."""

    id: int
    lease_id: int
    lease_ref: str
    renter_id: int
    charge_id: int | None
    kind: NoticeKind
    step: str
    text: str
    model: str
    no: int
    due_on: date | None
    outstanding_fen: int
    contested_fen: int
    undone: bool
    asked_relief: bool
    demanded: bool


# What is taken and not known to be sent is due again after 90 seconds: two workers never send the same at once.
TAKE = """
WITH taken AS (
  UPDATE notices SET taken_at = $1, tries = tries + 1, send_at = $1::timestamptz + interval '90 seconds'
  WHERE id IN (
    SELECT id FROM notices
    WHERE send_at <= $1 AND sent_at IS NULL AND failed_at IS NULL AND dropped_at IS NULL
    ORDER BY send_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING id, lease_id, renter_id, charge_id, kind, step, text)
SELECT t.id, t.lease_id, l.ref AS lease_ref, t.renter_id, t.charge_id, t.kind, t.step, t.text, l.model,
  coalesce(c.no, 0) AS no, c.due_on, coalesce(c.outstanding_fen, 0) AS outstanding_fen,
  least(coalesce(c.outstanding_fen, 0), coalesce((
    SELECT max(p.amount_fen) FROM collection_pauses p
    WHERE p.lease_id = t.lease_id AND p.charge_id = t.charge_id AND (p.ends_on IS NULL OR p.ends_on >= $3)), 0))
    AS contested_fen,
  EXISTS (SELECT FROM lateness_undone u WHERE u.charge_id = t.charge_id) AS undone,
  EXISTS (SELECT FROM cases k WHERE k.lease_id = t.lease_id AND k.type = 'overdue_relief' AND k.state = 'open')
    AS asked_relief,
  EXISTS (SELECT FROM demands d WHERE d.lease_id = t.lease_id AND d.ended_at IS NULL) AS demanded
FROM taken t JOIN leases l ON l.id = t.lease_id LEFT JOIN charges c ON c.id = t.charge_id
ORDER BY t.id
"""


async def take_notices(conn: Conn, now: datetime, on: date, limit: int) -> list[TakenNotice]:
    """Due notices, taken in hand by this act."""
    return rows_to(TakenNotice, await conn.fetch(TAKE, now, limit, on))


DUE = """
SELECT EXISTS (
  SELECT FROM notices WHERE send_at <= $1 AND sent_at IS NULL AND failed_at IS NULL AND dropped_at IS NULL) AS due
"""


async def any_due(conn: Conn, now: datetime) -> bool:
    """Whether a notice is due."""
    return bool(await conn.fetchval(DUE, now))


async def drop_notices(conn: Conn, dropped: Sequence[tuple[int, str]], now: datetime) -> None:
    """Not said after all, and why."""
    await conn.execute(
        """
        UPDATE notices n SET dropped_at = $3, dropped_why = d.why
        FROM unnest($1::bigint[], $2::text[]) AS d(id, why) WHERE n.id = d.id
        """,
        [one for one, _ in dropped], [why for _, why in dropped], now,
    )  # fmt: skip


async def drop_unsent(conn: Conn, lease_id: int, step: str, why: str, now: datetime) -> bool:
    """A message about a lease that has no more to say; false where it is out, or on its way."""
    done = await conn.execute(
        """
        UPDATE notices SET dropped_at = $4, dropped_why = $3
        WHERE lease_id = $1 AND step = $2 AND charge_id IS NULL AND sent_at IS NULL AND dropped_at IS NULL
          AND (taken_at IS NULL OR send_at <= $4)
        """,
        lease_id, step, why, now,
    )  # fmt: skip
    return done == "UPDATE 1"


async def set_texts(conn: Conn, texts: Sequence[tuple[int, str]]) -> None:
    """The words that are being sent."""
    await conn.execute(
        "UPDATE notices n SET text = t.text FROM unnest($1::bigint[], $2::text[]) AS t(id, text) WHERE n.id = t.id",
        [one for one, _ in texts],
        [text for _, text in texts],
    )


class SentNotice(Struct, frozen=True):
    """A notice whose sending ended: `sent`, or `failed` for good; neither: it is tried again."""

    id: int
    lease_id: int
    lease_ref: str
    renter_id: int
    kind: NoticeKind
    step: str
    text: str
    sent: bool
    failed: bool


RECORD_SENT = """
WITH done AS (
  UPDATE notices SET sent_at = CASE WHEN id = ANY($1::bigint[]) THEN $3::timestamptz END,
    failed_at = CASE WHEN id <> ALL($1::bigint[]) AND tries >= $5 THEN $3 END,
    send_at = CASE WHEN id = ANY($1::bigint[]) THEN send_at ELSE $4 END
  WHERE (id = ANY($1::bigint[]) OR id = ANY($2::bigint[])) AND sent_at IS NULL AND failed_at IS NULL
  RETURNING id, lease_id, renter_id, kind, step, text, sent_at IS NOT NULL AS sent, failed_at IS NOT NULL AS failed)
SELECT d.id, d.lease_id, l.ref AS lease_ref, d.renter_id, d.kind, d.step, d.text, d.sent, d.failed
FROM done d JOIN leases l ON l.id = d.lease_id ORDER BY d.id
"""


async def record_sent(
    conn: Conn, sent: Sequence[int], failed: Sequence[int], now: datetime, again_at: datetime, most_tries: int
) -> list[SentNotice]:
    """What became of notices in hand; a failure is tried again at `again_at`, up to `most_tries` times."""
    return rows_to(SentNotice, await conn.fetch(RECORD_SENT, sent, failed, now, again_at, most_tries))


class NoticeLine(Struct, frozen=True):
    """A notice of a lease as its file shows it."""

    kind: NoticeKind
    step: str
    text: str
    send_at: datetime
    sent_at: datetime | None
    failed_at: datetime | None
    dropped_why: str


NOTICES_OF = """
SELECT kind, step, text, send_at, sent_at, failed_at, dropped_why FROM notices
WHERE lease_id = $1 ORDER BY id DESC LIMIT 50
"""


async def notices_of(conn: Conn, lease_id: int) -> list[NoticeLine]:
    """The newest notices of a lease."""
    return rows_to(NoticeLine, await conn.fetch(NOTICES_OF, lease_id))
