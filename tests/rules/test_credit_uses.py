"""Uses of a renter's credit are counted, not only told apart: two equal ones of a day are two."""

from datetime import date

import pytest

from shouwen.features.money.ledger import LiveCredit
from shouwen.features.money.settling import changed_uses
from shouwen.features.money.types import AllocatedPart, ChargeKind, CreditUse

ON = date(2026, 11, 20)
PART = AllocatedPart(7, ChargeKind.RENT, 100)


@pytest.mark.parametrize(("booked", "wanted"), [(0, 2), (1, 2), (2, 2), (2, 1), (2, 0)])
def test_equal_uses_of_one_day_are_booked_and_taken_back_one_by_one(booked, wanted):
    live = [LiveCredit(f"credit:7:{no}", ON, (PART,)) for no in range(booked)]
    back, fresh = changed_uses(live, [CreditUse(ON, PART)] * wanted)
    assert (len(back), len(fresh)) == (max(0, booked - wanted), max(0, wanted - booked))
