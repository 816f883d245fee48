"""What later features may ask of payments inside their own transaction. Amounts are whole fen."""

from shouwen.features.payments.asking import (
    ask_deduction,
    ask_payment,
    ask_refund,
    day_attempts,
    no_agreement,
    place_move,
    refundable_fen,
)
from shouwen.features.payments.booking import AFTER_PAYMENT
from shouwen.features.payments.hearing import withdraw

__all__ = [
    "AFTER_PAYMENT",
    "ask_deduction",
    "ask_payment",
    "ask_refund",
    "day_attempts",
    "no_agreement",
    "place_move",
    "refundable_fen",
    "withdraw",
]
