"""What is left until a rent-to-own phone is the renter's: the rents to come and the last price, to the fen."""

from datetime import date

import pytest

from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.public import sign
from shouwen.features.endings.rules.rent_to_own import quote_rent_to_own

SIGNED_ON, FIRST_DUE_ON, TODAY = date(2026, 5, 10), date(2026, 5, 15), date(2026, 11, 23)


def contract_of(name):
    return sign(sample_templates()[name], SIGNED_ON, FIRST_DUE_ON, contract_policy_on(SIGNED_ON))


@pytest.mark.parametrize("settled", [0, 7, 23])
def test_rents_to_come_and_last_price_add_up_to_the_amount(settled):
    contract = contract_of("rent_to_own_24")
    quote = quote_rent_to_own(contract, settled, 0, TODAY)
    assert quote.amount_fen == sum(contract.rents_fen[settled:]) + contract.ladder_fen[-1]
    assert quote.amount_fen == sum(line.amount_fen for line in quote.lines)
    assert quote.valid_until == contract.due_on[-1]


def test_part_of_a_rent_paid_is_taken_off_once():
    contract = contract_of("rent_to_own_24")
    whole, part = (quote_rent_to_own(contract, 7, paid_fen, TODAY) for paid_fen in (0, 12_345))
    assert whole.amount_fen - part.amount_fen == 12_345
    assert "− 已付 123.45" in part.working[0]


def test_every_rent_paid_leaves_only_the_last_price():
    contract = contract_of("rent_to_own_24")
    quote = quote_rent_to_own(contract, 24, 0, TODAY)
    assert (quote.amount_fen, [line.kind for line in quote.lines]) == (0, ["buyout_price"])


def test_contract_that_ends_otherwise_has_no_such_quote():
    assert quote_rent_to_own(contract_of("early_buyout_12"), 7, 0, TODAY) is None
