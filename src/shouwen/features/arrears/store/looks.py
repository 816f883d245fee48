"""SQL of what the desk looks at before it acts on arrears: pauses, demands with their cases, kept phones, cases."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from shouwen.features.cases.types import CaseType
from shouwen.features.money.types import ChargeKind
from shouwen.platform.db import Conn, row_to, rows_to


class PauseLine(Struct, frozen=True):
    """PAUSE-1: a contested amount that rests, of which line (None: of none yet), by which case; `ends_on` None: open.

    `reason` is the dispute, its appeal, or a lost phone.
    """

    kind: ChargeKind | None
    no: int | None
    amount_fen: int
    reason: Literal["dispute", "appeal", "loss"]
    started_at: datetime
    ends_on: date | None
    case_ref: str


PAUSES_OF = """
SELECT c.kind, c.no, p.amount_fen, p.reason, p.started_at, p.ends_on, k.ref AS case_ref
FROM collection_pauses p JOIN cases k ON k.id = p.case_id LEFT JOIN charges c ON c.id = p.charge_id
WHERE p.lease_id = $1 ORDER BY p.id DESC LIMIT 50
"""


async def pauses_of(conn: Conn, lease_id: int) -> list[PauseLine]:
    """The pauses of a lease, the newest first."""
    return rows_to(PauseLine, await conn.fetch(PAUSES_OF, lease_id))


class DemandLine(Struct, frozen=True):
    """A demand in writing (DEF-1) with the case to answer it in; `state` open, paid, withdrawn, terminated, …"""

    asked_on: date
    days: int
    amount_fen: int
    for_return: bool
    delivered_on: date | None
    until_on: date | None
    state: str
    paper_ref: str
    case_ref: str


DEMANDS_WITH_CASES = """
SELECT d.asked_on, d.days, d.amount_fen, d.for_return, d.delivered_on, d.until_on, d.state, d.paper_ref,
  k.ref AS case_ref
FROM demands d JOIN cases k ON k.id = d.case_id WHERE d.lease_id = $1 ORDER BY d.id DESC LIMIT 20
"""


async def demand_lines(conn: Conn, lease_id: int) -> list[DemandLine]:
    """The demands of a lease, the newest first."""
    return rows_to(DemandLine, await conn.fetch(DEMANDS_WITH_CASES, lease_id))


class KeptLine(Struct, frozen=True):
    """A phone kept after termination: since when, at how much a day (a fraction), up to how much, what is booked."""

    from_on: date
    daily_num: int
    daily_den: int
    cap_fen: int
    clause: str
    booked_fen: int
    through_on: date | None
    ended_on: date | None


KEPT_LINE = """
SELECT from_on, daily_num, daily_den, cap_fen, clause, booked_fen, through_on, ended_on
FROM hold_overs WHERE lease_id = $1
"""


async def kept_line(conn: Conn, lease_id: int) -> KeptLine | None:
    """What the kept phone of a lease costs; None where none is kept."""
    row = await conn.fetchrow(KEPT_LINE, lease_id)
    return None if row is None else row_to(KeptLine, row)


class AskingCase(Struct, frozen=True):
    """An open case in which a lateness may have been written about."""

    ref: str
    type: CaseType


OPEN_CASES = """
SELECT ref, type FROM cases
WHERE lease_id = $1 AND state = 'open' AND type IN ('overdue_relief', 'billing_dispute', 'credit_record_objection')
ORDER BY id DESC LIMIT 10
"""


async def open_cases(conn: Conn, lease_id: int) -> list[AskingCase]:
    """The cases of a lease in which relief may be asked for, the newest first."""
    return rows_to(AskingCase, await conn.fetch(OPEN_CASES, lease_id))
