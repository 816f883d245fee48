"""docs/rules/swap.md says what the rules do: every block in it is run."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from contract_story import POLICY, template_of

from shouwen.features.contracts.rules.proration import span_parts
from shouwen.features.contracts.rules.sign import sign
from shouwen.features.leases.rules.abatement import RentBill, RentShare, days_without_phone, split_abatement

DOC = (Path(__file__).parents[2] / "docs" / "rules" / "swap.md").read_text("utf-8")
BLOCKS = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", DOC, re.S)]
RENT_FEN = 50_000


def contract_of(block):
    terms = {"total_rent_fen": f"{RENT_FEN * 12}", "signed_value_fen": f"{RENT_FEN * 12}", "residual_price_fen": None}
    if "proration" in block:
        terms["proration"] = f'"{block["proration"]}"'
    return sign(template_of(**terms), date(2026, 1, 10), date(2026, 1, 15), POLICY)


def test_page_has_its_examples():
    assert len(BLOCKS) == 8


@pytest.mark.parametrize("block", BLOCKS, ids=range(1, len(BLOCKS) + 1))
def test_each_swap_takes_off_what_the_page_says(block):
    days = days_without_phone(block["reported_on"], block["new_phone_on"])
    shares = (
        [] if days is None else [RentShare(p.no, p.days, p.amount_fen) for p in span_parts(contract_of(block), *days)]
    )
    bills = {bill["no"]: RentBill(charge_id=bill["no"], amount_fen=RENT_FEN, **bill) for bill in block["bills"]}
    parts = split_abatement(shares, bills)
    assert {
        "amount_fen": sum(part.amount_fen for part in parts),
        "waived_fen": sum(part.waived_fen for part in parts),
        "credited_fen": sum(part.credited_fen for part in parts),
    } == block["expect"]
