"""The late fees of a lease's overdue instalments on the day of its file."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from shouwen.features.contracts.types import Contract
from shouwen.features.leases.types import AccruedLateFee
from shouwen.features.money.public import accrued_late_fee, late_fee_terms
from shouwen.features.money.types import Pause, RentPayment
from shouwen.kernel.days import beijing_on
from shouwen.kernel.fen import plain_fen
from shouwen.platform.db import Row


class ChargeRow(Struct, frozen=True, array_like=True):
    """A charge as the file's statement aggregates it."""

    id: int
    kind: str
    no: int
    clause: str
    due_on: date
    amount_fen: int
    paid_fen: int
    waived_fen: int
    written_off_fen: int
    outstanding_fen: int
    settled_on: date | None


class _Payment(Struct, frozen=True, array_like=True):
    charge_id: int
    on: date
    amount_fen: int


class PauseOfRow(Struct, frozen=True, array_like=True):
    """A pause as the file's statement aggregates it."""

    charge_id: int
    amount_fen: int
    started_at: datetime
    ends_on: date | None
    reason: str


def late_fees_of(row: Row, contract: Contract, charges: Sequence[ChargeRow], on: date) -> tuple[AccruedLateFee, ...]:
    """What each overdue instalment has run up beyond the late fee booked already, where that is anything."""
    terms = late_fee_terms(contract)
    overdue = [c for c in charges if c.kind == "rent" and c.outstanding_fen and c.due_on < on]
    if terms is None or not overdue:
        return ()
    payments = msgspec.convert(row["payments"], list[_Payment])
    pauses = msgspec.convert(row["pauses"], list[PauseOfRow])
    booked_fen = dict(row["booked_late_fees"])
    found: list[AccruedLateFee] = []
    for charge in overdue:
        if charge.id in row["undone"]:
            continue
        decision = accrued_late_fee(
            terms,
            charge.no,
            charge.due_on,
            charge.amount_fen,
            on,
            [RentPayment(p.on, p.amount_fen) for p in payments if p.charge_id == charge.id],
            [Pause(beijing_on(p.started_at), p.ends_on, p.amount_fen) for p in pauses if p.charge_id == charge.id],
        )
        fee, before_fen = decision.outcome, booked_fen.get(charge.no, 0)
        working, tail_fen = decision.working, fee.charge_fen - before_fen
        if before_fen:
            working += (f"已入账 {plain_fen(before_fen)}，其后新增 {plain_fen(tail_fen)}",)
        if tail_fen > 0:
            found.append(
                AccruedLateFee(
                    no=charge.no,
                    amount_fen=tail_fen,
                    days=fee.days,
                    clause=terms.clause,
                    rules=decision.rules,
                    working=working,
                    statement=fee.statement_zh,
                )
            )
    return tuple(found)
