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


class _Pause(Struct, frozen=True, array_like=True):
    charge_id: int
    amount_fen: int
    started_at: datetime
    ends_on: date | None


def late_fees_of(row: Row, contract: Contract, charges: Sequence[ChargeRow], on: date) -> tuple[AccruedLateFee, ...]:
    """One for each overdue instalment that has run up anything and has no late fee booked yet."""
    terms = late_fee_terms(contract)
    overdue = [c for c in charges if c.kind == "rent" and c.outstanding_fen and c.due_on < on]
    if terms is None or not overdue:
        return ()
    payments = msgspec.convert(row["payments"], list[_Payment])
    pauses = msgspec.convert(row["pauses"], list[_Pause])
    booked = set(row["late_fee_nos"])
    found: list[AccruedLateFee] = []
    for charge in overdue:
        if charge.no in booked:
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
        fee = decision.outcome
        if fee.charge_fen:
            found.append(
                AccruedLateFee(
                    no=charge.no,
                    amount_fen=fee.charge_fen,
                    days=fee.days,
                    clause=terms.clause,
                    rules=decision.rules,
                    working=decision.working,
                    statement=fee.statement_zh,
                )
            )
    return tuple(found)
