"""CRE-3: a frozen account takes on no new lease. Whether it is frozen follows from its bills, so paying lifts it."""

from datetime import date, datetime

from msgspec import Struct

from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.db import Conn, row_to


class FreezeNow(Struct, frozen=True):
    """The freeze that holds: of which lease, why, how much it was about, and what is overdue there now."""

    lease_ref: str
    reason: str
    amount_fen: int
    frozen_at: datetime
    owed_fen: int


# It holds while something of its lease is past due that is not contested (PAUSE-1) and counts as late (LATE-5), and
# while a buyout that has taken such rents in waits to be paid.
FROZEN = """
SELECT l.ref AS lease_ref, f.reason, f.amount_fen, f.frozen_at, o.owed_fen
FROM freezes f JOIN leases l ON l.id = f.lease_id
CROSS JOIN LATERAL (
  SELECT sum(c.outstanding_fen - c.contested_fen)::bigint AS owed_fen FROM (
    SELECT d.id, d.outstanding_fen, least(d.outstanding_fen, coalesce((
      SELECT max(p.amount_fen) FROM collection_pauses p
      WHERE p.lease_id = d.lease_id AND p.charge_id = d.id AND (p.ends_on IS NULL OR p.ends_on >= $2)), 0))
      AS contested_fen
    FROM charges d
    WHERE d.lease_id = f.lease_id AND d.settled_on IS NULL AND d.booked_on IS NOT NULL
      AND (d.due_on < $2 OR d.kind = 'buyout')
      AND NOT EXISTS (SELECT FROM lateness_undone u WHERE u.charge_id = d.id)) c) o
WHERE f.renter_id = $1 AND f.lifted_at IS NULL AND o.owed_fen > 0
ORDER BY f.id LIMIT 1
"""


async def frozen_now(conn: Conn, renter_id: int, on: date) -> FreezeNow | None:
    """The freeze that holds for a renter on a Beijing day; None where they may do everything."""
    row = await conn.fetchrow(FROZEN, renter_id, on)
    return None if row is None else row_to(FreezeNow, row)


async def refuse_frozen(conn: Conn, renter_id: int, on: date) -> None:
    """Refusal `account_frozen` states the facts, the amount and how to lift it."""
    freeze = await frozen_now(conn, renter_id, on)
    if freeze is None:
        return
    raise Refusal(
        "account_frozen",
        f"订单 {freeze.lease_ref} 有 {format_fen(freeze.owed_fen)} 已到期未付（{freeze.reason}），新的租用申请暂停受理",
        f"{freeze.lease_ref} is overdue; new leases rest until it is paid",
        rule="CRE-3",
        remedy_zh="付清后立即恢复，无需再申请；对金额有异议，请在该订单里提出或转人工",
        remedy_en="paying lifts it at once; contest the amount there if it is wrong",
        data={"lease_ref": freeze.lease_ref, "owed_fen": freeze.owed_fen},
    )
