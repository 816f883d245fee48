"""SQL of leases: one statement each for a row, a list, the whole file."""

from collections.abc import Sequence
from datetime import date, datetime

from shouwen.features.leases.types import LeaseListRow, LeaseRow, LeaseState, NewLease
from shouwen.platform.db import Conn, Row, one, row_to

_COLUMNS = """
l.id, l.ref, l.renter_id, r.ref AS renter_ref, r.name_masked AS renter_name_masked, l.state, l.model, l.storage,
l.colour, l.condition_grade, l.imei, l.serial_no, l.applied_on, l.signed_on, l.handed_over_on, l.return_sent_on,
l.returned_on, l.closed_on, l.used_market_price_fen, l.screen_cover_deductible_fen
"""

# $2 narrows to one renter, $3 to some states; NULL does not narrow.
LEASE_BY_REF = f"""
SELECT {_COLUMNS} FROM leases l JOIN renters r ON r.id = l.renter_id
WHERE l.ref = $1 AND ($2::bigint IS NULL OR l.renter_id = $2) AND ($3::text[] IS NULL OR l.state = ANY($3))
"""  # noqa: S608 -- our own column list
LEASE_BY_REF_LOCKED = LEASE_BY_REF + "FOR UPDATE OF l"


async def find_lease(
    conn: Conn, ref: str, renter_id: int | None, states: Sequence[str] | None, *, lock: bool
) -> LeaseRow | None:
    """The lease of a reference within what the actor may see, locked for a change if asked."""
    row = await conn.fetchrow(LEASE_BY_REF_LOCKED if lock else LEASE_BY_REF, ref, renter_id, states)
    return None if row is None else row_to(LeaseRow, row)


LEASE_BY_ID = f"""
SELECT {_COLUMNS} FROM leases l JOIN renters r ON r.id = l.renter_id WHERE l.id = $1
"""  # noqa: S608 -- our own column list
LEASE_BY_ID_LOCKED = LEASE_BY_ID + "FOR UPDATE OF l"


async def lease_by_id(conn: Conn, lease_id: int, *, lock: bool) -> LeaseRow | None:
    """The lease of an id, for features that have checked access to what points at it."""
    row = await conn.fetchrow(LEASE_BY_ID_LOCKED if lock else LEASE_BY_ID, lease_id)
    return None if row is None else row_to(LeaseRow, row)


INSERT_LEASES = """
INSERT INTO leases (ref, renter_id, state, model, storage, colour, condition_grade, imei, serial_no, applied_on,
  signed_on, handed_over_on, return_sent_on, returned_on, closed_on, used_market_price_fen,
  screen_cover_deductible_fen, created_at)
SELECT ref, renter_id, state, model, storage, colour, condition_grade, imei, serial_no, applied_on,
  signed_on, handed_over_on, return_sent_on, returned_on, closed_on, market_fen, cover_fen, created_at
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::text[], $10::date[], $11::date[], $12::date[], $13::date[], $14::date[], $15::date[], $16::bigint[],
  $17::bigint[], $18::timestamptz[]) WITH ORDINALITY
  AS n(ref, renter_id, state, model, storage, colour, condition_grade, imei, serial_no, applied_on, signed_on,
  handed_over_on, return_sent_on, returned_on, closed_on, market_fen, cover_fen, created_at, no)
ORDER BY no
RETURNING id
"""


async def insert_leases(conn: Conn, new: Sequence[NewLease]) -> list[int]:
    """Write leases in one statement; their ids in the same order."""
    rows = await conn.fetch(
        INSERT_LEASES,
        [n.ref for n in new],
        [n.renter_id for n in new],
        [n.state for n in new],
        [n.model for n in new],
        [n.storage for n in new],
        [n.colour for n in new],
        [n.condition_grade for n in new],
        [n.imei for n in new],
        [n.serial_no for n in new],
        [n.applied_on for n in new],
        [n.signed_on for n in new],
        [n.handed_over_on for n in new],
        [n.return_sent_on for n in new],
        [n.returned_on for n in new],
        [n.closed_on for n in new],
        [n.used_market_price_fen for n in new],
        [n.screen_cover_deductible_fen for n in new],
        [n.created_at for n in new],
    )
    return [int(row["id"]) for row in rows]


# $4 names the date column the act sets, '' for none.
MOVE_LEASE = """
UPDATE leases SET state = $3,
  signed_on = CASE WHEN $4 = 'signed_on' THEN $5 ELSE signed_on END,
  handed_over_on = CASE WHEN $4 = 'handed_over_on' THEN $5 ELSE handed_over_on END,
  return_sent_on = CASE WHEN $4 = 'return_sent_on' THEN $5 ELSE return_sent_on END,
  returned_on = CASE WHEN $4 = 'returned_on' THEN $5 ELSE returned_on END,
  closed_on = CASE WHEN $4 = 'closed_on' THEN $5 WHEN $2 <> 'closed' THEN closed_on END
WHERE id = $1 AND state = $2
"""


async def move_lease(conn: Conn, lease_id: int, before: LeaseState, after: LeaseState, column: str, on: date) -> bool:
    """Change the state if it still is `before`, and set the date column the act sets; false where it has moved."""
    return await conn.execute(MOVE_LEASE, lease_id, before, after, column, on) == "UPDATE 1"


async def write_returned(conn: Conn, lease_id: int, on: date) -> None:
    """The day the phone came back, where what came before was another one."""
    await conn.execute("UPDATE leases SET returned_on = $2 WHERE id = $1", lease_id, on)


async def write_pickup(conn: Conn, lease_id: int, at: datetime) -> None:
    """When the courier took the returned phone."""
    await conn.execute("UPDATE leases SET return_picked_up_at = $2 WHERE id = $1", lease_id, at)


def rests_for_delivery(charge: str, on: str) -> str:
    """SQL: whether a rent rests on a day because its phone is not there, or came less than three days before."""
    return f"""EXISTS (SELECT FROM collection_pauses w
    WHERE w.charge_id = {charge}.id AND w.reason = 'delivery' AND coalesce(w.ends_on, 'infinity') >= {on})"""


_LIST = f"""
SELECT l.id, l.ref, r.name_masked AS renter_name_masked, l.state, l.model, l.storage, l.colour, l.signed_on,
  c.periods, c.settled, c.overdue, c.next_due_on, c.next_due_fen
FROM leases l JOIN renters r ON r.id = l.renter_id
CROSS JOIN LATERAL (
  SELECT count(*)::int AS periods, count(settled_on)::int AS settled,
    count(*) FILTER (WHERE settled_on IS NULL AND due_on < $1 AND l.state NOT IN ('signed', 'preparing', 'shipped')
      AND NOT {rests_for_delivery("charges", "$1")})::int AS overdue,
    min(due_on) FILTER (WHERE settled_on IS NULL) AS next_due_on,
    (array_agg(outstanding_fen ORDER BY no) FILTER (WHERE settled_on IS NULL))[1] AS next_due_fen
  FROM charges WHERE lease_id = l.id AND kind = 'rent' AND amount_fen > 0) c  -- 0: gone with an amendment
WHERE l.id < $2 AND ($3::text[] IS NULL OR l.state = ANY($3))
"""  # noqa: S608 -- our own fragment
_NEWEST = " ORDER BY l.id DESC LIMIT $4"
LIST_ALL = _LIST + _NEWEST
LIST_STATE = _LIST + "AND l.state = $5::text" + _NEWEST
LIST_RENTER = _LIST + "AND l.renter_id = $5::bigint" + _NEWEST
# A prefix of the reference, as a range so that a generic plan uses the index.
LIST_REF = _LIST + "AND l.ref ~>=~ $5::text AND l.ref ~<~ ($5::text || '~')" + _NEWEST
# Last digits of IMEI or reference: a prefix of the reversed text; ':' follows '9'.
_TAIL = """
AND l.id IN (
  (SELECT id FROM leases
   WHERE reverse(imei) ~>=~ reverse($5::text) AND reverse(imei) ~<~ (reverse($5::text) || ':') LIMIT 200)
  UNION
  (SELECT id FROM leases
   WHERE reverse(ref) ~>=~ reverse($5::text) AND reverse(ref) ~<~ (reverse($5::text) || ':') LIMIT 200))
"""
LIST_TAIL = _LIST + _TAIL + _NEWEST


async def list_leases(
    conn: Conn, query: str, on: date, before_id: int, states: Sequence[str] | None, limit: int, *more: object
) -> list[tuple[int, LeaseListRow]]:
    """(id, row) newest first by one of the LIST_ queries; `states` narrows to what the actor may see."""
    rows = await conn.fetch(query, on, before_id, states, limit, *more)
    return [(int(row["id"]), row_to(LeaseListRow, row)) for row in rows]


# What the guards of an act look at; amendments belong to the contract's life and are only read here, by index.
_GUARD_COLUMNS = """
  coalesce((SELECT subject FROM phone_holds WHERE imei = l.imei AND released_at IS NULL ORDER BY id LIMIT 1), '')
    AS held_for,
  EXISTS (SELECT FROM amendments WHERE lease_id = l.id AND state = 'proposed') AS amendment_open,
  EXISTS (SELECT FROM swaps WHERE lease_id = l.id AND state IN ('asked', 'sent')) AS swap_open,
  EXISTS (SELECT FROM losses WHERE lease_id = l.id AND found_on IS NULL) AS lost,
  (SELECT json_build_object('state', state, 'contested', disputed_at IS NOT NULL AND outcome = '')
   FROM shipments WHERE lease_id = l.id AND direction = 'out' ORDER BY id DESC LIMIT 1) AS parcel
"""
GUARD_FACTS = f"""
SELECT l.imei, coalesce(h.amount_fen, 0) AS held_fen,
  coalesce(h.amount_fen - h.captured_fen - h.released_fen, 0) AS hold_open_fen,
  (SELECT coalesce(sum(outstanding_fen), 0)::bigint FROM charges WHERE lease_id = l.id) AS outstanding_fen,
  (SELECT (contract -> 'terms' ->> 'deposit_fen')::bigint FROM contracts WHERE lease_id = l.id
   ORDER BY version DESC LIMIT 1) AS deposit_due_fen,
  EXISTS (SELECT FROM hold_moves m WHERE m.entry_key = 'hold:' || h.ref AND m.kind = 'freeze' AND NOT EXISTS (
    SELECT FROM provider_holds p WHERE p.lease_id = l.id AND p.frozen_fen >= m.amount_fen)) AS freeze_waits,
{_GUARD_COLUMNS}
FROM leases l LEFT JOIN holds h ON h.lease_id = l.id WHERE l.id = $1
"""  # noqa: S608 -- our own column list


async def guard_facts(conn: Conn, lease_id: int) -> Row:
    """What the guards look at, of one lease."""
    return one(await conn.fetchrow(GUARD_FACTS, lease_id))


async def write_phone(conn: Conn, lease_id: int, imei: str, serial_no: str) -> None:
    """Which phone the lease has; '' for none."""
    await conn.execute("UPDATE leases SET imei = $2, serial_no = $3 WHERE id = $1", lease_id, imei, serial_no)


_CONTRACT_COLUMNS = """
  c.id AS contract_id, c.contract_sha256, CASE WHEN c.contract_sha256 <> $3 THEN c.contract::text END AS contract"""
# What the buyout price and the late fees of a day rest on.
_BOOK_COLUMNS = """
  (SELECT coalesce(json_agg(json_build_array(id, kind, no, clause, due_on, amount_fen, paid_fen, waived_fen,
      written_off_fen, outstanding_fen, settled_on) ORDER BY due_on, kind, no), '[]')
   FROM charges WHERE lease_id = l.id AND amount_fen > 0 AND (kind = 'rent' OR settled_on IS NULL)) AS charges,
  (SELECT coalesce(json_agg(json_build_array(t.charge_id, coalesce(e.value_on, e.booked_on), t.amount_fen)), '[]')
   FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id
   WHERE e.lease_id = l.id AND t.credit_account = 'rent_receivable' AND e.kind <> 'reversal'
     AND NOT EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id) AND t.charge_id IN (
     SELECT id FROM charges WHERE lease_id = l.id AND kind = 'rent' AND settled_on IS NULL)) AS payments,
  (SELECT coalesce(json_agg(json_build_array(charge_id, amount_fen, started_at, ends_on, reason)), '[]')
   FROM collection_pauses WHERE lease_id = l.id AND charge_id IS NOT NULL) AS pauses,
  (SELECT coalesce(json_agg(json_build_array(no, amount_fen)), '[]')
   FROM charges WHERE lease_id = l.id AND kind = 'late_fee') AS booked_late_fees,
  array(SELECT charge_id FROM lateness_undone WHERE lease_id = l.id) AS undone,
  (SELECT coalesce(sum(t.amount_fen), 0)::bigint FROM money_entries e JOIN money_transfers t ON t.entry_id = e.id
   WHERE e.lease_id = l.id AND e.kind = 'closing' AND t.credit_account = 'rent_receivable'
     AND NOT EXISTS (SELECT FROM money_entries r WHERE r.reverses_entry_id = e.id)) AS closed_fen,
  (SELECT json_build_array(kind, ref, pay_by) FROM acceptances
   WHERE lease_id = l.id AND state = 'accepted') AS agreed"""
_NEWEST_CONTRACT = """
LEFT JOIN LATERAL (SELECT id, contract_sha256, contract FROM contracts WHERE lease_id = l.id
                   ORDER BY version DESC LIMIT 1) c ON true"""
# Everything of a lease in one statement. $2 is the business day, $3 the hash of the contract already known.
# Counts across the renter's leases are bounded. Claims and pauses belong to later features: they are only read here,
# by index, because a file that leaves them out would show a debt that rests (PAUSE-1).
LEASE_FILE = f"""
SELECT {_COLUMNS}, r.phone_masked, r.verified,
{_CONTRACT_COLUMNS},{_BOOK_COLUMNS},
{_GUARD_COLUMNS},
  h.ref AS hold_ref, h.amount_fen AS hold_fen, h.captured_fen, h.released_fen, h.held_on, h.release_due_on,
  (SELECT count(*)::int FROM (SELECT FROM leases WHERE renter_id = l.renter_id LIMIT 100) few) AS lease_count,
  (SELECT count(*)::int FROM (SELECT FROM charges WHERE renter_id = l.renter_id AND settled_on IS NULL
     AND due_on < $2 AND kind = 'rent' AND NOT {rests_for_delivery("charges", "$2")} LIMIT 100) few)
    AS overdue_count,
  (SELECT count(*)::int FROM (SELECT FROM leases o JOIN charges x ON x.lease_id = o.id AND x.kind = 'rent'
     WHERE o.renter_id = l.renter_id AND x.due_on < least($2, x.settled_on)
       AND NOT {rests_for_delivery("x", "least($2, x.settled_on)")}
       AND NOT EXISTS (SELECT FROM lateness_undone u WHERE u.charge_id = x.id) LIMIT 100) few) AS late_count,
  (SELECT count(*)::int FROM (SELECT FROM claims WHERE renter_id = l.renter_id
     AND state NOT IN ('drafted', 'awaiting_renter', 'accepted', 'withdrawn') LIMIT 100) few) AS dispute_count
FROM leases l JOIN renters r ON r.id = l.renter_id {_NEWEST_CONTRACT}
LEFT JOIN holds h ON h.lease_id = l.id
WHERE l.id = $1
"""  # noqa: S608 -- our own column list


BUYOUT_FACTS = f"""
SELECT {_CONTRACT_COLUMNS.replace("$3", "$2")},{_BOOK_COLUMNS}
FROM leases l {_NEWEST_CONTRACT}
WHERE l.id = $1
"""  # noqa: S608 -- our own column list


async def buyout_facts(conn: Conn, lease_id: int, known_sha256: bytes) -> Row | None:
    """Of the file's columns those that a buyout price rests on."""
    return await conn.fetchrow(BUYOUT_FACTS, lease_id, known_sha256)
