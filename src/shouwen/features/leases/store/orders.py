"""SQL of what a renter reads of their order: the phones that are free, the answer, the addresses, what was abated."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from shouwen.platform.db import Conn, Row, row_to, rows_to


class FreePhone(Struct, frozen=True):
    """A model in a colour of which at least one is free."""

    model: str
    storage: str
    colour: str


# one step along the index for each colour, however many phones there are
FREE_COLOURS = """
WITH RECURSIVE wanted AS (SELECT DISTINCT m AS model, s AS storage FROM unnest($1::text[], $2::text[]) AS w(m, s)),
found AS (
  SELECT w.model, w.storage, (SELECT min(u.colour) FROM device_units u
    WHERE u.state = 'in_stock' AND u.model = w.model AND u.storage = w.storage) AS colour FROM wanted w
  UNION ALL
  SELECT f.model, f.storage, (SELECT min(u.colour) FROM device_units u
    WHERE u.state = 'in_stock' AND u.model = f.model AND u.storage = f.storage AND u.colour > f.colour)
  FROM found f WHERE f.colour IS NOT NULL)
SELECT f.model, f.storage, f.colour FROM found f
WHERE f.colour IS NOT NULL AND EXISTS (SELECT FROM device_units u
  WHERE u.state = 'in_stock' AND u.model = f.model AND u.storage = f.storage AND u.colour = f.colour
    AND NOT EXISTS (SELECT FROM phone_holds h WHERE h.imei = u.imei AND h.released_at IS NULL))
ORDER BY 1, 2, 3
"""


async def free_colours(conn: Conn, phones: Sequence[tuple[str, str]]) -> list[FreePhone]:
    """The colours of which a phone is free, for each (model, storage); one kept for a claim is not (QUAR-1)."""
    models, storages = [model for model, _ in phones], [storage for _, storage in phones]
    return rows_to(FreePhone, await conn.fetch(FREE_COLOURS, models, storages))


class OrderFacts(Struct, frozen=True):
    """What stands beside a lease before it is shipped; empty and None where it came from elsewhere."""

    template_ref: str
    decided_at: datetime | None
    why: str
    address_masked: str
    address_changes: int
    versions: int
    printed: bool
    to_freeze_fen: int


ORDER_FACTS = """
SELECT coalesce(a.template_ref, '') AS template_ref, a.decided_at, coalesce(a.why, '') AS why,
  coalesce((SELECT d.masked FROM lease_addresses d WHERE d.lease_id = l.id ORDER BY d.no DESC LIMIT 1), '')
    AS address_masked,
  (SELECT count(*) FROM lease_addresses d WHERE d.lease_id = l.id AND d.no > 0) AS address_changes,
  coalesce((SELECT max(c.version) FROM contracts c WHERE c.lease_id = l.id), 0) AS versions,
  EXISTS (SELECT FROM contracts c JOIN contract_papers p ON p.contract_id = c.id WHERE c.lease_id = l.id) AS printed,
  coalesce((SELECT m.amount_fen FROM holds h JOIN hold_moves m ON m.entry_key = 'hold:' || h.ref AND m.kind = 'freeze'
    WHERE h.lease_id = l.id AND NOT EXISTS (
      SELECT FROM provider_holds p WHERE p.lease_id = l.id AND p.frozen_fen >= m.amount_fen)), 0) AS to_freeze_fen
FROM leases l LEFT JOIN applications a ON a.lease_id = l.id WHERE l.id = $1
"""


async def order_facts(conn: Conn, lease_id: int) -> OrderFacts:
    """Of a lease the caller has found."""
    row = await conn.fetchrow(ORDER_FACTS, lease_id)
    assert row is not None
    return row_to(OrderFacts, row)


PAID_FEN = "SELECT coalesce(sum(paid_fen), 0)::bigint FROM charges WHERE lease_id = $1"


async def paid_fen(conn: Conn, lease_id: int) -> int:
    """What the bills of a lease have been paid, together."""
    return int(await conn.fetchval(PAID_FEN, lease_id))


ABATEMENTS_OF = """
SELECT a.ref, a.from_on, a.to_on, a.why, a.working, a.booked_on, coalesce(s.ref, '') AS swap_ref
FROM abatements a LEFT JOIN swaps s ON s.id = a.swap_id WHERE a.lease_id = $1 ORDER BY a.from_on LIMIT 200
"""


class AbatementRow(Struct, frozen=True):
    """Rent once taken off; whether it stands is said by its entries."""

    ref: str
    from_on: date
    to_on: date
    why: str
    working: tuple[str, ...]
    booked_on: date
    swap_ref: str


async def abatements_of(conn: Conn, lease_id: int) -> list[AbatementRow]:
    """Every abatement of a lease, those that were taken back too."""
    return [_abatement(row) for row in await conn.fetch(ABATEMENTS_OF, lease_id)]


def _abatement(row: Row) -> AbatementRow:
    return row_to(AbatementRow, dict(row) | {"working": tuple(row["working"])})
