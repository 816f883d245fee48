"""SQL of what lateness leads to: freezes, credit notices, reliefs, demands, hold-over."""

from datetime import date, datetime

from msgspec import Struct

from shouwen.features.arrears.types import CreditNoticeState
from shouwen.platform.db import Conn, rows_to


class Freeze(Struct, frozen=True):
    """A frozen account (CRE-3); `lifted_at` None while nobody has recorded its end."""

    id: int
    lease_id: int
    reason: str
    amount_fen: int
    frozen_at: datetime
    lifted_at: datetime | None
    lifted_why: str


async def insert_freeze(
    conn: Conn, lease_id: int, renter_id: int, reason: str, amount_fen: int, now: datetime
) -> int | None:
    """Freeze; its id, or None where the lease has a running one."""
    found: int | None = await conn.fetchval(
        """
        INSERT INTO freezes (lease_id, renter_id, reason, amount_fen, frozen_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (lease_id) WHERE lifted_at IS NULL DO NOTHING RETURNING id
        """,
        lease_id, renter_id, reason, amount_fen, now,
    )  # fmt: skip
    return found


async def lift_freeze(conn: Conn, lease_id: int, why: str, now: datetime) -> int | None:
    """End the running freeze of a lease; its id, or None where there is none."""
    found: int | None = await conn.fetchval(
        "UPDATE freezes SET lifted_at = $2, lifted_why = $3 WHERE lease_id = $1 AND lifted_at IS NULL RETURNING id",
        lease_id, now, why,
    )  # fmt: skip
    return found


FREEZES_OF = """
SELECT id, lease_id, reason, amount_fen, frozen_at, lifted_at, lifted_why FROM freezes
WHERE lease_id = $1 ORDER BY id DESC LIMIT 20
"""


async def freezes_of(conn: Conn, lease_id: int) -> list[Freeze]:
    """The freezes of a lease, the newest first."""
    return rows_to(Freeze, await conn.fetch(FREEZES_OF, lease_id))


class CreditNotice(Struct, frozen=True):
    """A notice before a credit report (CRE-4)."""

    id: int
    charge_id: int
    asked_at: datetime
    paper_ref: str
    notified_on: date | None
    earliest_report_on: date | None
    state: CreditNoticeState
    ended_at: datetime | None


async def insert_credit_notice(
    conn: Conn, lease_id: int, renter_id: int, charge_id: int, paper_ref: str, now: datetime
) -> int | None:
    """A notice, waiting to be delivered; its id, or None where one of this line runs."""
    found: int | None = await conn.fetchval(
        """
        INSERT INTO credit_notices (lease_id, renter_id, charge_id, asked_at, paper_ref, state)
        VALUES ($1, $2, $3, $4, $5, 'sending') ON CONFLICT (charge_id) WHERE ended_at IS NULL DO NOTHING RETURNING id
        """,
        lease_id, renter_id, charge_id, now, paper_ref,
    )  # fmt: skip
    return found


CREDIT_NOTICES_OF = """
SELECT id, charge_id, asked_at, paper_ref, notified_on, earliest_report_on, state, ended_at FROM credit_notices
WHERE lease_id = $1 ORDER BY id DESC LIMIT 20
"""


async def credit_notices_of(conn: Conn, lease_id: int) -> list[CreditNotice]:
    """The credit notices of a lease, the newest first."""
    return rows_to(CreditNotice, await conn.fetch(CREDIT_NOTICES_OF, lease_id))


async def move_credit_notice(conn: Conn, notice_id: int, state: CreditNoticeState, ended_at: datetime | None) -> None:
    """Where a notice stands now; `ended_at` once nothing more can follow from it."""
    await conn.execute("UPDATE credit_notices SET state = $2, ended_at = $3 WHERE id = $1", notice_id, state, ended_at)


async def deliver_credit_notice(conn: Conn, notice_id: int, on: date, earliest_on: date) -> None:
    """The renter has been told: the wait begins."""
    await conn.execute(
        "UPDATE credit_notices SET notified_on = $2, earliest_report_on = $3, state = 'waiting'"
        " WHERE id = $1 AND ended_at IS NULL",
        notice_id, on, earliest_on,
    )  # fmt: skip


class NewRelief(Struct, frozen=True, kw_only=True):
    """A lateness relieved; `facts` is what was decided on."""

    ref: str
    lease_id: int
    renter_id: int
    charge_id: int
    case_id: int | None
    rule: str
    relieved_fen: int
    decided_role: str
    decided_by: int
    decided_at: datetime
    facts: dict[str, object]
    paper_ref: str


async def insert_relief(conn: Conn, new: NewRelief) -> bool:
    """Write one; false where this rule has relieved the instalment before."""
    done = await conn.execute(
        """
        INSERT INTO reliefs (ref, lease_id, renter_id, charge_id, case_id, rule, relieved_fen, decided_role, decided_by,
          decided_at, facts, paper_ref)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (charge_id, rule) DO NOTHING
        """,
        new.ref, new.lease_id, new.renter_id, new.charge_id, new.case_id, new.rule, new.relieved_fen, new.decided_role,
        new.decided_by, new.decided_at, new.facts, new.paper_ref,
    )  # fmt: skip
    return done == "INSERT 0 1"


class ReliefLine(Struct, frozen=True):
    """A relief as the lease's file shows it."""

    ref: str
    no: int
    rule: str
    relieved_fen: int
    decided_at: datetime
    paper_ref: str


RELIEFS_OF = """
SELECT r.ref, c.no, r.rule, r.relieved_fen, r.decided_at, r.paper_ref
FROM reliefs r JOIN charges c ON c.id = r.charge_id WHERE r.lease_id = $1 ORDER BY r.id DESC LIMIT 20
"""


async def reliefs_of(conn: Conn, lease_id: int) -> list[ReliefLine]:
    """The reliefs of a lease, the newest first."""
    return rows_to(ReliefLine, await conn.fetch(RELIEFS_OF, lease_id))


class Demand(Struct, frozen=True):
    """A demand in writing (DEF-1); `state` open until it is paid, withdrawn or acted on."""

    id: int
    lease_id: int
    renter_id: int
    case_id: int
    amount_fen: int
    for_return: bool
    asked_on: date
    days: int
    paper_ref: str
    delivered_on: date | None
    until_on: date | None
    state: str
    offered_at: datetime | None


_DEMAND = """
id, lease_id, renter_id, case_id, amount_fen, for_return, asked_on, days, paper_ref, delivered_on, until_on, state,
offered_at
"""


async def insert_demand(
    conn: Conn,
    lease_id: int,
    renter_id: int,
    case_id: int,
    amount_fen: int,
    on: date,
    days: int,
    paper_ref: str,
    *,
    for_return: bool,
) -> int | None:
    """A demand; its id, or None where one is open."""
    found: int | None = await conn.fetchval(
        """
        INSERT INTO demands (lease_id, renter_id, case_id, amount_fen, asked_on, days, paper_ref, for_return)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (lease_id) WHERE ended_at IS NULL DO NOTHING RETURNING id
        """,
        lease_id, renter_id, case_id, amount_fen, on, days, paper_ref, for_return,
    )  # fmt: skip
    return found


DEMANDS_OF = f"""
SELECT {_DEMAND} FROM demands WHERE lease_id = $1 ORDER BY id DESC LIMIT 20
"""  # noqa: S608 -- our own column list


async def demands_of(conn: Conn, lease_id: int) -> list[Demand]:
    """The demands of a lease, the newest first."""
    return rows_to(Demand, await conn.fetch(DEMANDS_OF, lease_id))


async def deliver_demand(conn: Conn, demand_id: int, on: date, until_on: date) -> None:
    """The letter has reached the renter: their days begin tomorrow."""
    await conn.execute(
        "UPDATE demands SET delivered_on = $2, until_on = $3 WHERE id = $1 AND delivered_on IS NULL",
        demand_id, on, until_on,
    )  # fmt: skip


async def end_demand(conn: Conn, demand_id: int, state: str, now: datetime) -> None:
    """What became of a demand."""
    await conn.execute("UPDATE demands SET state = $2, ended_at = $3 WHERE id = $1", demand_id, state, now)


async def offer_demand(conn: Conn, demand_id: int, now: datetime) -> None:
    """The supervisor has been told that the next step is possible."""
    await conn.execute("UPDATE demands SET offered_at = $2 WHERE id = $1", demand_id, now)


_OVERDUE = """
FROM charges c
  WHERE c.lease_id = x.lease_id AND c.settled_on IS NULL AND c.booked_on IS NOT NULL AND c.due_on < $1
    AND c.outstanding_fen > coalesce((
      SELECT max(p.amount_fen) FROM collection_pauses p
      WHERE p.lease_id = c.lease_id AND p.charge_id = c.id AND (p.ends_on IS NULL OR p.ends_on >= $1)), 0)
"""
# Running marks of which something follows: a freeze with nothing overdue behind it, a notice before a report that has
# been stopped or has waited long enough, a demand that is paid or whose days are over. Nothing follows from a buyout
# that was agreed to and is not paid: it has only taken the rents in, and gives them back if it lapses.
TO_FOLLOW = f"""
SELECT y.lease_id FROM (
SELECT x.lease_id FROM freezes x
WHERE x.lifted_at IS NULL AND NOT EXISTS (SELECT {_OVERDUE}
    AND NOT EXISTS (SELECT FROM lateness_undone u WHERE u.charge_id = c.id))
UNION
SELECT x.lease_id FROM credit_notices x JOIN charges k ON k.id = x.charge_id
WHERE x.ended_at IS NULL AND (k.settled_on IS NOT NULL OR (x.state = 'waiting' AND x.earliest_report_on <= $1)
  OR EXISTS (SELECT FROM lateness_undone u WHERE u.charge_id = k.id)
  OR EXISTS (SELECT FROM collection_pauses p
             WHERE p.lease_id = k.lease_id AND p.charge_id = k.id AND (p.ends_on IS NULL OR p.ends_on >= $1)))
UNION
SELECT x.lease_id FROM demands x
WHERE x.ended_at IS NULL AND ((x.until_on < $1 AND x.offered_at IS NULL) OR (NOT EXISTS (SELECT {_OVERDUE})
    AND NOT (x.for_return AND EXISTS (SELECT FROM leases l WHERE l.id = x.lease_id AND l.state = 'renting'))))
) y
WHERE NOT EXISTS (
  SELECT FROM acceptances a WHERE a.lease_id = y.lease_id AND a.state = 'accepted' AND a.kind = 'buyout')
LIMIT $2
"""  # noqa: S608 -- our own fragment


async def is_buying(conn: Conn, lease_id: int) -> bool:
    """Whether a buyout was agreed to and waits to be paid."""
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT FROM acceptances WHERE lease_id = $1 AND state = 'accepted' AND kind = 'buyout')",
            lease_id,
        )
    )


async def leases_to_follow(conn: Conn, on: date, limit: int) -> list[int]:
    """Leases of which something has changed since they were frozen, notified or demanded of."""
    return [int(row["lease_id"]) for row in await conn.fetch(TO_FOLLOW, on, limit)]


class KeptPhone(Struct, frozen=True):
    """A phone kept after termination; `given_back_on` the day it was handed over for return."""

    lease_id: int
    renter_id: int
    case_id: int
    from_on: date
    daily_num: int
    daily_den: int
    cap_fen: int
    clause: str
    charge_id: int | None
    booked_fen: int
    through_on: date | None
    given_back_on: date | None


async def insert_hold_over(
    conn: Conn,
    lease_id: int,
    renter_id: int,
    case_id: int,
    from_on: date,
    daily_num: int,
    daily_den: int,
    cap_fen: int,
    clause: str,
) -> None:
    """From this day on, what a kept phone costs a day, and its limit."""
    await conn.execute(
        """
        INSERT INTO hold_overs (lease_id, renter_id, case_id, from_on, daily_num, daily_den, cap_fen, clause)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        lease_id, renter_id, case_id, from_on, daily_num, daily_den, cap_fen, clause,
    )  # fmt: skip


# A phone that is lost, or whose lease was closed, is settled otherwise: its days end with what is booked.
KEPT_PHONES = """
SELECT h.lease_id, h.renter_id, h.case_id, h.from_on, h.daily_num, h.daily_den, h.cap_fen, h.clause, h.charge_id,
  h.booked_fen, h.through_on,
  CASE WHEN l.state IN ('lost', 'closed', 'bought_out')
    THEN coalesce(l.return_sent_on, h.through_on + 1, h.from_on)
    ELSE coalesce(l.return_sent_on, l.returned_on) END AS given_back_on
FROM hold_overs h JOIN leases l ON l.id = h.lease_id
WHERE h.ended_on IS NULL AND h.lease_id >= $1 AND h.lease_id < $2
ORDER BY h.lease_id FOR UPDATE OF h
"""


async def kept_phones(conn: Conn, lease_from: int, lease_to: int) -> list[KeptPhone]:
    """The running hold-overs of a range of leases, locked."""
    return rows_to(KeptPhone, await conn.fetch(KEPT_PHONES, lease_from, lease_to))


async def move_hold_over(
    conn: Conn, lease_id: int, charge_id: int | None, booked_fen: int, through_on: date, ended_on: date | None
) -> None:
    """Counted through a day; `ended_on` where no further day counts."""
    await conn.execute(
        "UPDATE hold_overs SET charge_id = $2, booked_fen = $3, through_on = $4, ended_on = $5 WHERE lease_id = $1",
        lease_id, charge_id, booked_fen, through_on, ended_on,
    )  # fmt: skip
