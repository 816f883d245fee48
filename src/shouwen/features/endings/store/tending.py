"""SQL of what must be looked after on a day: agreements, pauses, deposits."""

from datetime import date, datetime

from msgspec import Struct

from shouwen.platform.db import Conn, row_to

# A loss not paid in time, with something left to take out of the deposit: what is contested rests (PAUSE-1), and while
# a deduction is under way nobody knows yet what is unpaid. Once a settlement: a capture the provider refused is a
# person's matter.
_CAPTURABLE = """
  a.pay_by < $1::date
  AND EXISTS (SELECT FROM holds h WHERE h.lease_id = a.lease_id AND h.amount_fen > h.captured_fen + h.released_fen)
  AND EXISTS (
    SELECT FROM charges c WHERE c.id = ANY (a.charge_ids) AND c.kind = 'damage' AND c.outstanding_fen > 0
      AND NOT EXISTS (
        SELECT FROM collection_pauses p
        WHERE p.lease_id = c.lease_id AND p.charge_id = c.id AND coalesce(p.ends_on >= $1::date, true)))
  AND NOT EXISTS (SELECT FROM money_entries e WHERE e.key = 'capture:' || a.ref)
  AND NOT EXISTS (
    SELECT FROM payment_orders o WHERE o.lease_id = a.lease_id AND o.kind = 'deduct' AND o.state = 'open')
"""
# One job a lease and day. The deposit's day is the hold's own, else the contract's days after the phone was back.
TEND_DUE = f"""
INSERT INTO jobs (kind, key, payload, run_at)
SELECT 'tend_lease', 'tend_lease:' || due.lease_id || ':' || ($1::date)::text,
  jsonb_build_object('lease_id', due.lease_id), $4::timestamptz
FROM (
  SELECT a.lease_id FROM acceptances a
  WHERE a.state = 'accepted' AND a.lease_id >= $2 AND a.lease_id < $3
    AND CASE WHEN a.kind = 'loss' THEN {_CAPTURABLE} ELSE a.pay_by < $1::date END
  UNION
  SELECT o.lease_id FROM losses o
  WHERE o.pause_ended_on IS NULL AND o.found_on IS NULL AND o.lease_id >= $2 AND o.lease_id < $3
    AND o.paused_until < $1::date
  UNION
  SELECT h.lease_id FROM holds h
  JOIN leases l ON l.id = h.lease_id
  LEFT JOIN LATERAL (
    SELECT (c.contract -> 'terms' ->> 'deposit_release_days')::integer AS days
    FROM contracts c WHERE c.lease_id = h.lease_id ORDER BY c.version DESC LIMIT 1) k ON true
  WHERE h.amount_fen > h.captured_fen + h.released_fen AND h.lease_id >= $2 AND h.lease_id < $3
    AND l.returned_on IS NOT NULL AND coalesce(h.release_due_on, l.returned_on + k.days) < $1::date
    AND NOT EXISTS (
      SELECT FROM release_delays d WHERE d.lease_id = h.lease_id
        AND (d.stands = 'released' OR d.stands = 'claim' AND EXISTS (
          SELECT FROM claims x WHERE x.lease_id = h.lease_id AND x.state NOT IN ('settled', 'withdrawn'))
        OR d.stands = 'owed' AND EXISTS (
          SELECT FROM charges c WHERE c.lease_id = h.lease_id AND c.outstanding_fen > 0
            AND c.booked_on IS NOT NULL AND c.due_on <= $1::date)))
    AND NOT EXISTS (
      SELECT FROM other_phones o WHERE o.lease_id = h.lease_id
        AND NOT EXISTS (SELECT FROM inspections i WHERE i.lease_id = o.lease_id))
  UNION
  SELECT l.id FROM leases l
  WHERE l.state = 'settling' AND l.id >= $2 AND l.id < $3
    AND NOT EXISTS (SELECT FROM charges c WHERE c.lease_id = l.id AND c.outstanding_fen > 0)
    AND NOT EXISTS (SELECT FROM holds h WHERE h.lease_id = l.id AND h.amount_fen > h.captured_fen + h.released_fen)
    AND NOT EXISTS (SELECT FROM phone_holds p WHERE p.imei = l.imei AND p.released_at IS NULL)
  UNION
  SELECT l.id FROM leases l
  WHERE l.state = 'lost' AND l.id >= $2 AND l.id < $3
    AND EXISTS (
      SELECT FROM acceptances a WHERE a.lease_id = l.id AND a.kind = 'loss' AND a.state IN ('paid', 'written_off'))
    AND NOT EXISTS (SELECT FROM charges c WHERE c.lease_id = l.id AND c.outstanding_fen > 0)
    AND NOT EXISTS (SELECT FROM phone_holds p WHERE p.imei = l.imei AND p.released_at IS NULL)
  ) AS due
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608 -- our own condition


async def ask_to_tend(conn: Conn, on: date, lease_from: int, lease_to: int, now: datetime) -> int:
    """A job for each lease of a half-open range of ids that has something due; how many are new."""
    done = await conn.execute(TEND_DUE, on, lease_from, lease_to, now)
    return int(done.rpartition(" ")[2])


# A price is paid in full, not written off (a loss's may be); fees may be waived (`paid_up` of endings/buyout.py).
# Agreements that can be carried out or have lapsed; few are open at a time, all in one partial index.
LEASES_TO_TEND = f"""
SELECT a.lease_id FROM acceptances a JOIN leases l ON l.id = a.lease_id
WHERE a.state = 'accepted' AND CASE a.kind
  WHEN 'early_return' THEN l.return_sent_on IS NOT NULL OR a.pay_by < $1
  WHEN 'buyout' THEN a.pay_by < $1 OR l.state <> 'renting' OR NOT EXISTS (
    SELECT FROM charges c WHERE c.id = ANY (a.charge_ids)
      AND (c.outstanding_fen > 0 OR c.kind NOT IN ('fee', 'late_fee') AND c.paid_fen <> c.amount_fen))
  WHEN 'loss' THEN NOT EXISTS (SELECT FROM charges c WHERE c.id = ANY (a.charge_ids) AND c.outstanding_fen > 0)
    OR ({_CAPTURABLE})
  ELSE NOT EXISTS (
    SELECT FROM charges c WHERE c.id = ANY (a.charge_ids)
      AND (c.outstanding_fen > 0 OR c.kind NOT IN ('fee', 'late_fee') AND c.paid_fen <> c.amount_fen)) END
ORDER BY a.id LIMIT $2
"""  # noqa: S608 -- our own condition


async def leases_to_tend(conn: Conn, on: date, most: int) -> list[int]:
    """Leases whose open agreement has come to its end, the oldest agreement first."""
    return [int(row["lease_id"]) for row in await conn.fetch(LEASES_TO_TEND, on, most)]


class ReleaseRow(Struct, frozen=True):
    """The hold of a returned phone, as far as the release clock looks at it."""

    release_due_on: date | None
    open_fen: int
    owed_fen: int
    claim_open: bool
    inspected: bool
    told_case_id: int | None
    told_stands: str | None
    other_phone: bool


RELEASE_ROW = """
SELECT h.release_due_on, h.amount_fen - h.captured_fen - h.released_fen AS open_fen,
  (SELECT coalesce(sum(outstanding_fen), 0)::bigint FROM charges
   WHERE lease_id = $1 AND booked_on IS NOT NULL AND due_on <= $2) AS owed_fen,
  EXISTS (SELECT FROM claims WHERE lease_id = $1 AND state NOT IN ('settled', 'withdrawn')) AS claim_open,
  EXISTS (SELECT FROM inspections WHERE lease_id = $1) AS inspected,
  d.case_id AS told_case_id, d.stands AS told_stands,
  EXISTS (SELECT FROM other_phones WHERE lease_id = $1)
    AND NOT EXISTS (SELECT FROM inspections WHERE lease_id = $1) AS other_phone
FROM holds h LEFT JOIN release_delays d ON d.lease_id = h.lease_id WHERE h.lease_id = $1
"""


async def release_row(conn: Conn, lease_id: int, on: date) -> ReleaseRow | None:
    """What the release clock looks at; None without a hold."""
    row = await conn.fetchrow(RELEASE_ROW, lease_id, on)
    return None if row is None else row_to(ReleaseRow, row)


URGENT_RELEASE = """
SELECT c.ref FROM release_delays d JOIN cases c ON c.id = d.case_id WHERE d.lease_id = $1
"""


async def urgent_release(conn: Conn, lease_id: int) -> str:
    """The urgent case of a deposit that was not released in time; empty where there is none."""
    return str(await conn.fetchval(URGENT_RELEASE, lease_id) or "")


PUT_RELEASE_DELAY = """
INSERT INTO release_delays AS d (lease_id, case_id, due_on, told_at, released_fen, stands)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (lease_id) DO UPDATE SET released_fen = d.released_fen + excluded.released_fen, stands = excluded.stands
"""


async def put_release_delay(
    conn: Conn, lease_id: int, case_id: int, due_on: date, now: datetime, released_fen: int, stands: str
) -> None:
    """The desk was told of a late deposit, once; later what has become of it."""
    await conn.execute(PUT_RELEASE_DELAY, lease_id, case_id, due_on, now, released_fen, stands)
