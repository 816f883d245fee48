"""What of a renter's leases waits for them: read once for their first page, however many leases they have."""

from datetime import date
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.contracts.public import contract_in_force, ends_on
from shouwen.features.leases.store.leases import rests_for_delivery
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.days import beijing_on
from shouwen.platform.db import rows_to
from shouwen.platform.door import Ctx
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

SOON_DAYS = 30
_MOST_ENDING = 3  # contracts opened for their last day


class LeaseTodo(Struct, frozen=True, kw_only=True):
    """One lease. `settled`: rents paid or waived, not those that ended in a buyout or a settlement.

    `overdue_fen` is rent only, `fees_fen` late fees as booked. `agreed_fen` is open of what was `agreed` until `pay_by`
    (sent back, for an early return). `to_freeze_fen` of the deposit waits for the renter's word at the provider.
    `ends_on` where the term of a phone in use ends within 30 days. `inspect_by`: the last day to inspect it (INSP-1).
    """

    lease_ref: str
    state: LeaseState
    settled: int
    overdue_fen: int
    fees_fen: int
    agreed: Literal["", "buyout", "early_return", "loss", "renewal"]
    agreed_fen: int
    pay_by: date | None
    to_freeze_fen: int
    change_ref: str
    change_until: date | None
    old_phone_by: date | None
    ends_on: date | None = None
    inspect_by: date | None = None


class _Read(LeaseTodo, frozen=True, kw_only=True):
    lease_id: int
    last_due_on: date | None


# Agreements, changes, swaps and rests belong to other features: they are only read here, by index, because a first page
# that leaves them out would say that nothing waits.
TODO = f"""
SELECT l.id AS lease_id, l.ref AS lease_ref, l.state,
  c.settled - coalesce((SELECT sum(cardinality(d.closed_keys)) FROM acceptances d
    WHERE d.lease_id = l.id AND d.state IN ('accepted', 'paid', 'written_off')), 0)::int AS settled,
  c.overdue_fen, c.fees_fen, c.last_due_on, coalesce(a.kind, '') AS agreed, a.pay_by,
  coalesce((SELECT sum(outstanding_fen) FROM charges WHERE lease_id = l.id AND id = ANY(a.charge_ids)), 0)::bigint
    AS agreed_fen,
  CASE WHEN l.state IN ('signed', 'preparing') THEN coalesce((
    SELECT m.amount_fen FROM holds h JOIN hold_moves m ON m.entry_key = 'hold:' || h.ref AND m.kind = 'freeze'
    WHERE h.lease_id = l.id AND NOT EXISTS (
      SELECT FROM provider_holds p WHERE p.lease_id = l.id AND p.frozen_fen >= m.amount_fen)), 0) ELSE 0 END
    AS to_freeze_fen,
  coalesce(m.ref, '') AS change_ref, m.valid_until AS change_until,
  (SELECT s.back_by FROM swaps s WHERE s.lease_id = l.id AND s.state = 'received') AS old_phone_by,
  CASE WHEN l.state = 'inspecting' AND NOT EXISTS (SELECT FROM other_phones WHERE lease_id = l.id) THEN l.returned_on
    + (SELECT (contract->'terms'->>'inspection_days')::integer FROM contracts
       WHERE lease_id = l.id ORDER BY version DESC LIMIT 1) END AS inspect_by
FROM leases l
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE kind = 'rent' AND settled_on IS NOT NULL AND written_off_fen = 0)::int AS settled,
    coalesce(sum(outstanding_fen) FILTER (WHERE kind = 'rent' AND due_on < $1
      AND l.state NOT IN ('signed', 'preparing', 'shipped') AND NOT {rests_for_delivery("charges", "$1")}), 0)::bigint
      AS overdue_fen,
    coalesce(sum(outstanding_fen) FILTER (WHERE kind = 'late_fee'), 0)::bigint AS fees_fen,
    max(due_on) FILTER (WHERE kind = 'rent') AS last_due_on
  FROM charges WHERE lease_id = l.id AND amount_fen > 0) c
LEFT JOIN acceptances a ON a.lease_id = l.id AND a.state = 'accepted'
LEFT JOIN amendments m ON m.lease_id = l.id AND m.state = 'proposed' AND m.valid_until >= $1
WHERE l.renter_id = $2 ORDER BY l.id DESC LIMIT 50
"""  # noqa: S608 -- our own fragment


class ReadTodo(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter's newest 50 leases."""


@use_case(ReadTodo, list[LeaseTodo], permission=Permission.CLAIM_ANSWER, method="GET", path="/my/todo")
async def read_todo(ctx: Ctx, command: ReadTodo) -> list[LeaseTodo]:
    """我的每份租约有什么在等我
    What waits for the renter in each of their leases."""
    on = beijing_on(ctx.now)
    rows = rows_to(_Read, await ctx.conn.fetch(TODO, on, ctx.actor.id))
    ending = sorted((row for row in rows if _ends_soon(row, on)), key=lambda row: row.last_due_on or on)
    last_on: dict[int, date] = {}
    for row in ending[-_MOST_ENDING:]:
        _, contract = await contract_in_force(ctx.conn, row.lease_id)
        last_on[row.lease_id] = ends_on(contract)
    freezes = ctx.services.payments is not None
    return [_todo(row, last_on.get(row.lease_id), on, freezes=freezes) for row in rows]


def _ends_soon(row: _Read, on: date) -> bool:
    if row.state is not LeaseState.RENTING or row.agreed or row.overdue_fen or row.last_due_on is None:
        return False
    return (row.last_due_on - on).days <= SOON_DAYS


def _todo(row: _Read, last_on: date | None, on: date, *, freezes: bool) -> LeaseTodo:
    values = {name: getattr(row, name) for name in LeaseTodo.__struct_fields__}
    found = LeaseTodo(**values)
    soon = last_on is not None and (last_on - on).days <= SOON_DAYS
    return replace(found, ends_on=last_on if soon else None, to_freeze_fen=row.to_freeze_fen if freezes else 0)
