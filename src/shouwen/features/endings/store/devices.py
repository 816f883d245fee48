"""SQL of requests to lock or unlock a phone."""

from datetime import datetime
from typing import Literal

from shouwen.features.endings.types import DeviceRequest
from shouwen.platform.db import Conn, row_to, rows_to

ASK_DEVICE = """
INSERT INTO device_requests (lease_id, renter_id, imei, kind, asked_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (lease_id, kind) WHERE answered_at IS NULL DO NOTHING
"""


async def ask_device(
    conn: Conn, lease_id: int, renter_id: int, imei: str, kind: Literal["lock", "unlock"], now: datetime
) -> None:
    """Ask once; one that waits stays as it is."""
    await conn.execute(ASK_DEVICE, lease_id, renter_id, imei, kind, now)


ANSWER_REQUEST = """
UPDATE device_requests SET answered_at = $3, outcome = $4, said = $5
WHERE lease_id = $1 AND kind = $2 AND answered_at IS NULL
RETURNING kind, asked_at, answered_at, outcome, said
"""


async def answer_request(
    conn: Conn, lease_id: int, kind: str, now: datetime, outcome: str, said: str
) -> DeviceRequest | None:
    """What came of the waiting request; None where none waits."""
    row = await conn.fetchrow(ANSWER_REQUEST, lease_id, kind, now, outcome, said)
    return None if row is None else row_to(DeviceRequest, row)


REQUESTS_OF = """
SELECT kind, asked_at, answered_at, outcome, said FROM device_requests WHERE lease_id = $1 ORDER BY id DESC LIMIT 20
"""


async def requests_of(conn: Conn, lease_id: int) -> list[DeviceRequest]:
    """The requests of a lease, the newest first."""
    return rows_to(DeviceRequest, await conn.fetch(REQUESTS_OF, lease_id))
