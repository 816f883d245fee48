"""What later features may do with the money book inside their own transaction. Amounts are whole fen."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from shouwen.features.money import store
from shouwen.features.money.accrual import accrued_late_fee, allocation_terms, late_fee_terms
from shouwen.features.money.booking import (
    NewPayment,
    OfLease,
    PaymentReceived,
    book,
    book_charges,
    charge_rents,
    charge_rents_of,
    receive_payment,
    receive_payments,
    waive_charge,
    write_off_charge,
)
from shouwen.features.money.bringing_in import BroughtIn, bring_in
from shouwen.features.money.days import day_charges, day_credits, day_fees_exact, day_fees_fast
from shouwen.features.money.deposits import (
    NewHold,
    Settled,
    book_damage,
    capture_again,
    capture_deposit,
    capture_undone,
    close_deposit,
    hold_deposit,
    hold_deposits,
    kept_for_debts_fen,
    release_deposit,
    revise_settlement,
    settle_deposit,
)
from shouwen.features.money.lines import fee_figures, late_fee_working, statement_csv
from shouwen.features.money.paying import (
    PaymentTaken,
    apply_credit,
    book_due,
    book_refund,
    charge_by_hand,
    close_into,
    credit_of,
    recover,
    take_payment,
)
from shouwen.features.money.rules.ages import ages_of, lease_age
from shouwen.features.money.rules.allocation import allocate, in_order
from shouwen.features.money.rules.late_fee import decide_first_lateness, first_lateness_conditions, last_day_to_pay
from shouwen.features.money.rules.pause import contested_fen_on
from shouwen.features.money.scheduling import (
    ask_hold_move,
    book_day,
    close_book_through,
    put_fee_terms,
    reschedule_rents,
    schedule_rents,
    schedule_rents_of,
)
from shouwen.features.money.settling import FeeChanged, Settling, settle
from shouwen.features.money.statement import BillEntry, BillLine, BillStatement, statement_of, within
from shouwen.features.money.store import (
    Booking,
    Charge,
    Hold,
    NewCharge,
    agreed_charges,
    balances,
    lock_charges,
    lock_hold,
    set_release_due,
)
from shouwen.features.money.store.history import PauseRow
from shouwen.features.money.types import AllocationTerms, ChargeKind, EntryKind
from shouwen.features.money.undoing import GivenUp, Undone, given_up, undo
from shouwen.kernel.errors import BadInput
from shouwen.platform.db import Conn

REST_AFTER_HAND_OVER = timedelta(days=3)

__all__ = [
    "AllocationTerms",
    "BillEntry",
    "BillLine",
    "BillStatement",
    "Booking",
    "BroughtIn",
    "Charge",
    "ChargeKind",
    "EntryKind",
    "FeeChanged",
    "GivenUp",
    "Hold",
    "NewCharge",
    "NewHold",
    "NewPayment",
    "OfLease",
    "PauseRow",
    "PaymentReceived",
    "PaymentTaken",
    "Settled",
    "Settling",
    "Undone",
    "accrued_late_fee",
    "ages_of",
    "agreed_charges",
    "allocate",
    "allocation_terms",
    "apply_credit",
    "ask_hold_move",
    "balances",
    "bill_no_of",
    "book",
    "book_charges",
    "book_damage",
    "book_day",
    "book_due",
    "book_refund",
    "bring_in",
    "capture_again",
    "capture_deposit",
    "capture_undone",
    "charge_by_hand",
    "charge_of",
    "charge_rents",
    "charge_rents_of",
    "close_book_through",
    "close_deposit",
    "close_into",
    "contested_fen_on",
    "credit_of",
    "day_charges",
    "day_credits",
    "day_fees_exact",
    "day_fees_fast",
    "decide_first_lateness",
    "drop_scheduled_rents",
    "fee_figures",
    "fees_forgone_since_fen",
    "first_lateness_conditions",
    "given_up",
    "hold_deposit",
    "hold_deposits",
    "in_order",
    "kept_for_debts_fen",
    "last_day_to_pay",
    "late_fee_terms",
    "late_fee_working",
    "lease_age",
    "lock_charges",
    "lock_hold",
    "mark_fees_stale",
    "note_backdated",
    "pauses_of",
    "payments_by_word_of",
    "put_fee_terms",
    "read_statement",
    "receive_payment",
    "receive_payments",
    "recover",
    "refresh_late_fees",
    "refunded_since_fen",
    "release_deposit",
    "reschedule_rents",
    "rests_until_had",
    "revise_settlement",
    "schedule_rents",
    "schedule_rents_of",
    "set_release_due",
    "settle_deposit",
    "statement_csv",
    "take_payment",
    "undo",
    "undo_lateness",
    "used_12_months_fen",
    "waive_charge",
    "within",
    "write_off_charge",
    "written_off_since_fen",
]


async def read_statement(conn: Conn, lease_id: int, on: date) -> BillStatement:
    """Every charge and every entry of a lease as of a Beijing day, in one statement; access is the caller's."""
    return statement_of(await store.statement(conn, lease_id), on)


async def pauses_of(conn: Conn, lease_id: int) -> list[PauseRow]:
    """PAUSE-1: the pauses of a lease's charges, running and ended; access is the caller's."""
    return await store.pauses_of(conn, [lease_id])


async def rests_until_had(conn: Conn, lease_id: int, on: date) -> date | None:
    """PAUSE-1: what is due of a lease that is being handed over on `on` rests through this day; None: nothing is."""
    await store.rest_undelivered(conn, on, lease_id, lease_id + 1)
    ends_on = on + REST_AFTER_HAND_OVER
    return ends_on if await store.end_delivery_rests(conn, lease_id, ends_on) else None


async def refresh_late_fees(conn: Conn, act_id: int, lease: OfLease, on: date) -> tuple[FeeChanged, ...]:
    """Bring the late fees of a lease to what its whole history says as of `on`, by new entries; what changed."""
    return (await settle(conn, act_id, lease.id, on)).fee_changes


async def drop_scheduled_rents(conn: Conn, lease_id: int) -> None:
    """A contract that has ended makes no further rent due: what was only scheduled goes."""
    await store.drop_scheduled(conn, lease_id)


async def mark_fees_stale(conn: Conn, charge_ids: Sequence[int]) -> None:
    """A pause of these rents began or ended: their late fees are worked out anew with the next business day."""
    await store.mark_stale(conn, charge_ids)


async def undo_lateness(
    conn: Conn, act_id: int, lease: OfLease, charge: Charge, rule: str, ground: str, on: date, now: datetime
) -> Settling:
    """LATE-5: the lateness of this rent does not count; its fee becomes nothing, what was paid of it moves on."""
    await store.insert_undone(conn, lease.id, lease.renter_id, charge.id, rule, ground, now)
    return await settle(conn, act_id, lease.id, on, replays=True)


async def used_12_months_fen(conn: Conn, lease_id: int, rule_prefixes: Sequence[str], since: date) -> int:
    """What waivers by these rules (their beginnings) gave a lease since a day, less what was undone."""
    return await store.used_since(conn, lease_id, EntryKind.WAIVER, rule_prefixes, since)


async def fees_forgone_since_fen(conn: Conn, lease_id: int, since: date) -> int:
    """What the desk gave a lease of fees since a day: waivers (AUTH-1), and falls by payments recorded as earlier."""
    waived_fen = await store.used_since(conn, lease_id, EntryKind.WAIVER, ["AUTH-1"], since)
    return waived_fen + await store.backdated_since(conn, lease_id, since)


async def note_backdated(
    conn: Conn, act_id: int, lease_id: int, payment_ref: str, value_on: date, booked_on: date, fell_fen: int, why: str
) -> None:
    """A payment recorded by hand as of an earlier day took late fees back by this much; `why` says what proves it."""
    key = f"payment:{payment_ref}"
    await store.put_backdated(conn, key, lease_id, act_id, value_on, booked_on, fell_fen, why)


async def refunded_since_fen(conn: Conn, lease_id: int, since: date) -> int:
    """What credit of a lease went back since a day, less what came to nothing."""
    return await store.used_since(conn, lease_id, EntryKind.REFUND, [""], since)


async def payments_by_word_of(conn: Conn, lease_id: int, since: date) -> tuple[int, ...]:
    """On whose word alone, of the staff, a payment of this lease since a day rests: they recorded it by hand."""
    return tuple(await store.recorded_by(conn, lease_id, since))


async def written_off_since_fen(conn: Conn, lease_id: int, since: date) -> int:
    """What was written off of a lease since a day, less what was undone."""
    return await store.used_since(conn, lease_id, EntryKind.WRITE_OFF, [""], since)


def charge_of(charges: Sequence[Charge], bill_no: str) -> Charge:
    """The charge of a bill line's public number, `rent-3`; BadInput where the lease has none."""
    kind, _, no = bill_no.rpartition("-")
    for charge in charges:
        if charge.kind == kind and charge.no == int(no):
            return charge
    raise BadInput(
        "line",
        "没有这一行账单",
        "no such bill line",
        remedy_zh="请按账单上的编号填写",
        remedy_en="as the bill names it",
    )


def bill_no_of(kind: ChargeKind, no: int) -> str:
    """The public number of a bill line."""
    return f"{kind}-{no}"
