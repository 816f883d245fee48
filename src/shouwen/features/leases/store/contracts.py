"""SQL of applications, delivery addresses and amendments."""

from datetime import date, datetime

from msgspec import Struct

from shouwen.features.contracts.types import Contract, Quote
from shouwen.platform.db import Conn, Row, row_to


class Application(Struct, frozen=True):
    """Which template a renter asked for; `decided_at` None: not answered yet."""

    lease_id: int
    template_ref: str
    decided_at: datetime | None


async def insert_application(conn: Conn, lease_id: int, renter_id: int, template_ref: str, now: datetime) -> None:
    """What was asked for."""
    await conn.execute(
        "INSERT INTO applications (lease_id, renter_id, template_ref, applied_at) VALUES ($1, $2, $3, $4)",
        lease_id, renter_id, template_ref, now,
    )  # fmt: skip


async def find_application(conn: Conn, lease_id: int) -> Application | None:
    """The application of a lease; None for leases brought in from elsewhere."""
    row = await conn.fetchrow(
        "SELECT lease_id, template_ref, decided_at FROM applications WHERE lease_id = $1", lease_id
    )
    return None if row is None else row_to(Application, row)


APPLIED_SINCE = """
SELECT count(*) FROM leases l JOIN applications a ON a.lease_id = l.id
WHERE l.renter_id = $1 AND (l.state = 'applied' OR a.applied_at > $2)
"""


async def applied_since(conn: Conn, renter_id: int, since: datetime) -> int:
    """How many applications of a renter wait for an answer or were made since then."""
    return int(await conn.fetchval(APPLIED_SINCE, renter_id, since))


async def decide_application(conn: Conn, lease_id: int, why: str, now: datetime) -> None:
    """When and why it was answered; the state of the lease says how."""
    await conn.execute("UPDATE applications SET decided_at = $2, why = $3 WHERE lease_id = $1", lease_id, now, why)


INSERT_ADDRESS = """
INSERT INTO lease_addresses (lease_id, no, address_cipher, masked, set_at)
SELECT $1, (SELECT count(*) FROM lease_addresses WHERE lease_id = $1), $2, $3, $4
"""


async def insert_address(conn: Conn, lease_id: int, cipher: bytes, masked: str, now: datetime) -> None:
    """The next address of a lease whose row is locked: the first as ordered, then the changes."""
    await conn.execute(INSERT_ADDRESS, lease_id, cipher, masked, now)


async def address_changes(conn: Conn, lease_id: int) -> int:
    """How often the address was changed since the order."""
    counted = await conn.fetchval("SELECT count(*) FROM lease_addresses WHERE lease_id = $1 AND no > 0", lease_id)
    return int(counted)


async def renter_id_of(conn: Conn, renter_ref: str) -> int | None:
    """The id behind a renter's public reference."""
    found = await conn.fetchval("SELECT id FROM renters WHERE ref = $1", renter_ref)
    return None if found is None else int(found)


async def lease_ref_taken(conn: Conn, ref: str) -> bool:
    """Whether a reference is in use."""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM leases WHERE ref = $1)", ref))


IN_STOCK = """
SELECT EXISTS (SELECT FROM device_units u WHERE u.model = $1 AND u.storage = $2 AND ($3 = '' OR u.colour = $3)
  AND u.state = 'in_stock'
  AND NOT EXISTS (SELECT FROM phone_holds h WHERE h.imei = u.imei AND h.released_at IS NULL))
"""


async def phone_in_stock(conn: Conn, model: str, storage: str, colour: str) -> bool:
    """Whether a phone like this is free; one kept as it is for a claim is not (QUAR-1)."""
    return bool(await conn.fetchval(IN_STOCK, model, storage, colour))


class AmendmentRow(Struct, frozen=True):
    """A proposed change of a contract. `contract` is the whole new version, None for an address or a cancellation."""

    id: int
    ref: str
    lease_id: int
    renter_id: int
    base_version: int
    kind: str
    contract: Contract | None
    quote: Quote
    address_cipher: bytes | None
    reason: str
    proposed_by_role: str
    valid_until: date
    state: str


INSERT_AMENDMENT = """
INSERT INTO amendments (ref, lease_id, renter_id, base_version, kind, contract, quote, address_cipher, reason,
  proposed_by_role, proposed_by, proposed_at, valid_until, state, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
  CASE WHEN $14 <> 'proposed' THEN $12::timestamptz END)
"""


async def insert_amendment(
    conn: Conn, ref: str, lease_id: int, renter_id: int, base_version: int, kind: str, contract: Contract | None,
    quote: Quote, address_cipher: bytes | None, reason: str, role: str, by: int, now: datetime, valid_until: date,
    state: str,
) -> None:  # fmt: skip
    """A change proposed, or done at once by the renter's own word."""
    await conn.execute(
        INSERT_AMENDMENT, ref, lease_id, renter_id, base_version, kind, contract, quote, address_cipher, reason, role,
        by, now, valid_until, state,
    )  # fmt: skip


_AMENDMENT = """
SELECT id, ref, lease_id, renter_id, base_version, kind, contract::text AS contract, quote::text AS quote,
  address_cipher, reason, proposed_by_role, valid_until, state FROM amendments
"""
AMENDMENT_BY_REF = _AMENDMENT + "WHERE ref = $1 AND ($2::bigint IS NULL OR renter_id = $2)"
AMENDMENTS_OF = _AMENDMENT + "WHERE lease_id = $1 ORDER BY id DESC LIMIT 50"


async def find_amendment(conn: Conn, ref: str, renter_id: int | None) -> Row | None:
    """The columns of AmendmentRow, contract and quote as JSON text; narrowed to one renter where given."""
    return await conn.fetchrow(AMENDMENT_BY_REF, ref, renter_id)


async def amendments_of(conn: Conn, lease_id: int) -> list[Row]:
    """The amendments of a lease, newest first."""
    return await conn.fetch(AMENDMENTS_OF, lease_id)


async def decide_amendment(conn: Conn, amendment_id: int, state: str, now: datetime) -> bool:
    """Answer an open amendment; false where it was answered before."""
    done = await conn.execute(
        "UPDATE amendments SET state = $2, decided_at = $3 WHERE id = $1 AND state = 'proposed'",
        amendment_id, state, now,
    )  # fmt: skip
    return done == "UPDATE 1"


async def overtake_amendments(conn: Conn, lease_id: int, now: datetime) -> None:
    """Close what a newer proposal, or a version signed meanwhile, takes the place of."""
    await conn.execute(
        "UPDATE amendments SET state = 'overtaken', decided_at = $2 WHERE lease_id = $1 AND state = 'proposed'",
        lease_id, now,
    )  # fmt: skip


# The phone set aside before is no longer the lease's.
SET_PHONE = """
UPDATE leases SET model = $2, storage = $3, colour = $4, condition_grade = $5, imei = '', serial_no = '' WHERE id = $1
"""


async def set_phone(conn: Conn, lease_id: int, model: str, storage: str, colour: str, grade: str) -> None:
    """What is to be shipped."""
    await conn.execute(SET_PHONE, lease_id, model, storage, colour, grade)
