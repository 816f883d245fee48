"""SQL of rents that rest because the phone is not there yet (PAUSE-1, reason `delivery`)."""

from datetime import date

from shouwen.platform.db import Conn

# Leases that wait are few and have an index by state; a rent rests from the beginning of its due day in Beijing.
REST_UNDELIVERED = """
WITH waiting AS (
  SELECT c.id, c.lease_id, c.amount_fen, c.due_on FROM leases l JOIN charges c ON c.lease_id = l.id
  WHERE l.state IN ('signed', 'preparing', 'shipped') AND l.id >= $2 AND l.id < $3
    AND c.kind = 'rent' AND c.settled_on IS NULL AND c.due_on <= $1::date AND c.outstanding_fen > 0),
paused AS (
  INSERT INTO collection_pauses (lease_id, charge_id, amount_fen, reason, started_at)
  SELECT lease_id, id, amount_fen, 'delivery', due_on::timestamp AT TIME ZONE 'Asia/Shanghai' FROM waiting
  ON CONFLICT (charge_id) WHERE reason = 'delivery' DO NOTHING
  RETURNING charge_id)
UPDATE late_accruals SET stale = true WHERE charge_id IN (SELECT charge_id FROM paused)
"""


async def rest_undelivered(conn: Conn, on: date, lease_from: int, lease_to: int) -> None:
    """What is due of leases (of a half-open range of ids) that are not handed over begins to rest, once a rent."""
    await conn.execute(REST_UNDELIVERED, on, lease_from, lease_to)


END_DELIVERY_RESTS = """
WITH ended AS (
  UPDATE collection_pauses SET ends_on = $2, end_reason = 'handed_over'
  WHERE lease_id = $1 AND reason = 'delivery' AND ends_on IS NULL RETURNING charge_id),
anew AS (UPDATE late_accruals SET stale = true WHERE charge_id IN (SELECT charge_id FROM ended))
SELECT count(*)::int FROM ended
"""


async def end_delivery_rests(conn: Conn, lease_id: int, ends_on: date) -> int:
    """What rests of a lease for the phone's sake rests through `ends_on`; how many rents."""
    return int(await conn.fetchval(END_DELIVERY_RESTS, lease_id, ends_on))
