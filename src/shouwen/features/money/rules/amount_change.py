"""A charge gets another amount: what happens to what was paid, waived or written off of it."""

from shouwen.features.money.types import AmountChange, ChargeAmounts


def decide_amount_change(booked: ChargeAmounts, total_fen: int) -> AmountChange:
    """From the booked amount to `total_fen` (not negative).

    Less comes off what is outstanding first, then takes back what was waived and what was written off, and last gives
    back what was paid as the renter's credit; so the charge adds up at every moment and nobody pays what is not owed.
    """
    if total_fen < 0:
        raise ValueError("a charge is never less than nothing")
    over_fen, taken = max(0, booked.amount_fen - booked.outstanding_fen - total_fen), []
    for settled_fen in (booked.waived_fen, booked.written_off_fen, booked.paid_fen):
        taken.append(min(over_fen, settled_fen))
        over_fen -= taken[-1]
    return AmountChange(max(0, total_fen - booked.amount_fen), max(0, booked.amount_fen - total_fen), *taken)
