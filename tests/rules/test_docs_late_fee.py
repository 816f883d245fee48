"""docs/rules/late_fee.md says what the rules do: every block in it is run."""

import re
import tomllib
from datetime import date
from pathlib import Path

import msgspec
import pytest

from shouwen.features.money.rules.late_fee import late_fee
from shouwen.features.money.types import LateFeeFacts, LateFeeTerms

DOC = (Path(__file__).parents[2] / "docs" / "rules" / "late_fee.md").read_text("utf-8")
BLOCKS = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", DOC, re.S)]
FACTS = {"no": 1, "due_on": date(2026, 3, 1), "rent_fen": 50_000}
TERMS = {
    "grace_days": 3,
    "clause": "合同 6.2 条",
    "daily_rate": "0.0005",
    "cap_share": "0.2",
    "lpr_one_year": "0.030",
}


def test_page_has_its_examples():
    assert len(BLOCKS) == 8


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: str(block["facts"]["on"]))
def test_each_worked_example_gives_what_the_page_says(block):
    changed = dict(block.get("terms", {}))
    without = changed.pop("without", [])
    terms = {key: value for key, value in TERMS.items() if key not in without} | changed
    facts = msgspec.convert(FACTS | block["facts"], LateFeeFacts)
    fee = late_fee(facts, msgspec.convert(terms, LateFeeTerms)).outcome
    assert {name: getattr(fee, name) for name in block["expect"]} == block["expect"]
