"""What later features may ask of payments inside their own transaction. Amounts are whole fen."""

from shouwen.features.payments.acting import (
    Handed,
    agreement_of,
    deduct_due,
    end_agreement,
    hand_over_freeze,
    last_failure,
    order_by_ref,
    payment_trouble,
    payments_of,
    retry_move,
    settle_trouble,
    sign_agreement,
)
from shouwen.features.payments.asking import (
    ask_deduction,
    ask_payment,
    ask_refund,
    day_attempts,
    no_agreement,
    place_move,
    refundable_fen,
    under_way,
)
from shouwen.features.payments.booking import AFTER_PAYMENT, CAPTURE_FAILED
from shouwen.features.payments.hearing import withdraw

__all__ = [
    "AFTER_PAYMENT",
    "CAPTURE_FAILED",
    "Handed",
    "agreement_of",
    "ask_deduction",
    "ask_payment",
    "ask_refund",
    "day_attempts",
    "deduct_due",
    "end_agreement",
    "hand_over_freeze",
    "last_failure",
    "no_agreement",
    "order_by_ref",
    "payment_trouble",
    "payments_of",
    "place_move",
    "refundable_fen",
    "retry_move",
    "settle_trouble",
    "sign_agreement",
    "under_way",
    "withdraw",
]
