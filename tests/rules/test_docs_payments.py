"""The examples of docs/rules/payments.md come out as they say."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from shouwen.features.payments.asking import attempt_policy_on
from shouwen.features.payments.rules.deducting import decide_attempt
from shouwen.features.payments.types import Attempt, DueDebt, LastAttempt

TEXT = (Path(__file__).parents[2] / "docs/rules/payments.md").read_text("utf-8")
BLOCKS = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", TEXT, re.S)]


@pytest.mark.parametrize("block", BLOCKS)
def test_example_of_the_document_comes_out_as_written(block):
    facts, expect = block["facts"], block["expect"]
    debts = msgspec.convert(facts["debts"], list[DueDebt])
    last = msgspec.convert(facts.get("last"), LastAttempt | None)
    made = decide_attempt(debts, facts["on"], last, attempt_policy_on(facts["on"])).outcome or Attempt(0, (), "")
    assert (made.amount_fen, list(made.covers)) == (expect["amount_fen"], expect["covers"])


def test_document_has_its_examples():
    assert len(BLOCKS) == 4
