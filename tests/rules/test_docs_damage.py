"""docs/rules/damage.md says what the rules do: every block in it is run."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest
from damage_ground import POLICY, SCRATCH, TERMS

from shouwen.features.disputes.rules.damage import propose_finding
from shouwen.features.disputes.types import FindingFacts, Look

DOC = (Path(__file__).parents[2] / "docs" / "rules" / "damage.md").read_text("utf-8")
BLOCKS = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", DOC, re.S)]


def merged(ground, change):
    whole = dict(ground)
    for name in change.pop("without", []):
        whole[name] = None
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(whole.get(key), dict)
        whole[key] = merged(whole[key], dict(value)) if both else value
    return whole


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["expect"]["rule"])
def test_each_worked_example_gives_what_the_page_says(block):
    ground = msgspec.to_builtins(SCRATCH)
    facts = msgspec.convert(merged(ground, dict(block.get("facts", {}))), FindingFacts)
    decision = propose_finding(facts, TERMS, POLICY)
    expect = block["expect"]
    assert decision.outcome.outcome == expect["outcome"]
    assert decision.outcome.charge_fen == expect["charge_fen"]
    assert [look.rule for look in decision.outcome.looked if look.look is Look.SPOKE][-1] == expect["rule"]
    assert list(decision.outcome.missing) == expect.get("missing", [])


def test_the_page_has_an_example_for_every_rule():
    assert {block["expect"]["rule"] for block in BLOCKS} == {f"DMG-{number}" for number in range(1, 9)}
