"""QUAR-1: phones that stay as they are. While a hold runs, no act may take the phone into use or out of the lease."""

from datetime import datetime

from msgspec import Struct

from shouwen.features.leases.rules.life import ACT_ZH
from shouwen.features.leases.types import LeaseAct, LeaseRow
from shouwen.kernel.errors import Refusal
from shouwen.platform.db import Conn

# Preparing and shipping put the phone into a new lease; closing hands it back to the warehouse to be worked on.
MOVES_PHONE = frozenset({LeaseAct.PREPARE, LeaseAct.SHIP, LeaseAct.CLOSE})

_HOLD = """
INSERT INTO phone_holds (lease_id, imei, subject, held_at) SELECT id, imei, $2, $3 FROM leases WHERE id = $1
ON CONFLICT (subject) WHERE released_at IS NULL DO UPDATE SET told_at = NULL, releases_at = NULL
"""
_HELD = "SELECT subject, releases_at FROM phone_holds WHERE imei = $1 AND released_at IS NULL ORDER BY id LIMIT 1"


class PhoneHold(Struct, frozen=True):
    """A running hold: what it serves, and from when it may end (None: with a decision)."""

    subject: str
    releases_at: datetime | None


async def hold_phone(conn: Conn, lease_id: int, subject: str, now: datetime) -> None:
    """Keep the lease's phone as it is for `subject`; one that is held already starts anew, untold."""
    await conn.execute(_HOLD, lease_id, subject, now)


async def tell_release(conn: Conn, subject: str, told_at: datetime, releases_at: datetime) -> None:
    """The renter knows since `told_at` that the phone is released at `releases_at`."""
    await conn.execute(
        "UPDATE phone_holds SET told_at = $2, releases_at = $3 WHERE subject = $1 AND released_at IS NULL",
        subject, told_at, releases_at,
    )  # fmt: skip


async def release_phone(conn: Conn, subject: str, now: datetime, why: str) -> bool:
    """End the hold; false where none ran."""
    done = await conn.execute(
        "UPDATE phone_holds SET released_at = $2, why = $3 WHERE subject = $1 AND released_at IS NULL",
        subject, now, why,
    )  # fmt: skip
    return done == "UPDATE 1"


async def phone_held(conn: Conn, imei: str) -> PhoneHold | None:
    """The hold on a phone, whichever lease it comes from; None where it is free."""
    row = await conn.fetchrow(_HELD, imei)
    return None if row is None else PhoneHold(**row)


async def refuse_held(conn: Conn, lease: LeaseRow, act: LeaseAct) -> None:
    """Refusal `phone_held` where the act would move a phone that must stay as it is."""
    if act not in MOVES_PHONE:
        return
    held = await phone_held(conn, lease.imei)
    if held is not None:
        raise Refusal(
            "phone_held",
            f"这台手机在争议中，要保持原状，不能{ACT_ZH[act]}（{held.subject}）",
            f"this phone is kept as it is for {held.subject}",
            rule="QUAR-1",
            remedy_zh="裁定后，或告知租客的日子到了，就可以处理；出租请换一台手机",
            remedy_en="after the decision, or on the day the renter was told; rent out another phone",
            data={"subject": held.subject},
        )
