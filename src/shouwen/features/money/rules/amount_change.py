"""A charge gets another amount: what happens to what was paid, waived or written off of it."""

from shouwen.features.money.types import AmountChange, ChargeAmounts


def decide_amount_change(booked: ChargeAmounts, total_fen: int) -> AmountChange:
    """From the booked amount to `total_fen` (not negative).

    Less comes off what is outstanding first, then takes back what was written off, then gives back what was paid as the
    renter's credit; a waiver was promised and goes only where less is charged than was waived. So the charge adds up at
    every moment and nobody pays what is not owed.
    """
    if total_fen < 0:
        raise ValueError("a charge is never less than nothing")
    over_fen = max(0, booked.amount_fen - booked.outstanding_fen - total_fen)
    unwrite_fen = min(over_fen, booked.written_off_fen)
    to_credit_fen = min(over_fen - unwrite_fen, booked.paid_fen)
    return AmountChange(
        accrue_fen=max(0, total_fen - booked.amount_fen),
        reduce_fen=max(0, booked.amount_fen - total_fen),
        unwaive_fen=min(over_fen - unwrite_fen - to_credit_fen, booked.waived_fen),
        unwrite_fen=unwrite_fen,
        to_credit_fen=to_credit_fen,
    )
