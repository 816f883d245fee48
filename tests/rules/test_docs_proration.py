"""docs/rules/proration.md and early_return.md say what the rules do: every block in them is run."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from contract_story import POLICY, template_of

from shouwen.features.contracts.rules.early_return import quote_early_return
from shouwen.features.contracts.rules.proration import prorate_span
from shouwen.features.contracts.rules.sign import sign
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import plain_fen

DOCS = Path(__file__).parents[2] / "docs" / "rules"
SIGNED_ON = date(2026, 1, 10)


def blocks(name):
    text = (DOCS / name).read_text("utf-8")
    found = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", text, re.S)]
    return [pytest.param(block, id=f"{name}-{no}") for no, block in enumerate(found, start=1)]


def contract_of(said):
    terms = dict(said)
    first_due_on, rent_fen = terms.pop("first_due_on", date(2026, 1, 15)), terms.pop("rent_fen", 50_000)
    as_toml = {key: value if isinstance(value, int) else repr(value).replace("'", '"') for key, value in terms.items()}
    total = {"total_rent_fen": str(rent_fen * 12), "signed_value_fen": str(rent_fen * 12), "residual_price_fen": None}
    return sign(template_of(**total, **as_toml), SIGNED_ON, first_due_on, POLICY)


@pytest.mark.parametrize("block", blocks("proration.md"))
def test_each_part_of_a_period_costs_what_the_page_says(block):
    contract, expected = contract_of(block["contract"]), block["expect"]
    decided = prorate_span(contract, block["span"]["from_on"], block["span"]["to_on"])
    assert decided.outcome == expected["amount_fen"]
    assert list(decided.working) == expected.get("working", list(decided.working))
    assert list(contract.due_on[:4]) == expected.get("due_on", list(contract.due_on[:4]))


@pytest.mark.parametrize("block", blocks("early_return.md"))
def test_each_early_return_costs_what_the_page_says(block):
    contract, asked = contract_of(block["contract"]), block["return"]

    def quoted():
        return quote_early_return(
            contract, asked["settled"], asked.get("partly_paid_fen", 0), asked.get("open_late_fees_fen", 0),
            asked["back_on"], asked.get("on", date(2026, 6, 20)),
        )  # fmt: skip

    if "refused" in block:
        with pytest.raises(Refusal) as refused:
            quoted()
        assert {name: getattr(refused.value, name) for name in block["refused"]} == block["refused"]
        return
    quote, expected = quoted(), block["expect"]
    assert quote.amount_fen == expected["amount_fen"]
    assert [f"{line.label} {plain_fen(line.amount_fen)}" for line in quote.lines] == expected["lines"]
    assert quote.inputs["credit_fen"] == expected.get("credit_fen", quote.inputs["credit_fen"])
    assert list(quote.working) == expected.get("working", list(quote.working))


def test_pages_have_their_examples():
    assert (len(blocks("proration.md")), len(blocks("early_return.md"))) == (11, 9)
