"""docs/rules/{buyout_acceptance,loss,deposit_release,renewal}.md say what the rules do: every block in them is run."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from contract_story import POLICY, template_of

from shouwen.features.contracts.rules.quote import quote_buyout
from shouwen.features.contracts.rules.schedule import due_dates, ends_on
from shouwen.features.contracts.rules.sign import sign
from shouwen.features.endings.policy import ending_policy_on
from shouwen.features.endings.rules.buyout_curve import curve_of
from shouwen.features.endings.rules.loss import pause_until, quote_loss
from shouwen.features.endings.rules.release_clock import decide_release
from shouwen.features.endings.rules.renewal import quote_renewal, renew
from shouwen.features.endings.types import ReleaseFacts
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import plain_fen

DOCS = Path(__file__).parents[2] / "docs" / "rules"
PAUSE_DAYS = ending_policy_on(date(2026, 11, 23)).loss_pause_days


def blocks(name, act):
    text = (DOCS / name).read_text("utf-8")
    found = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", text, re.S)]
    chosen = [pytest.param(block, id=f"{name}-{no}") for no, block in enumerate(found, start=1) if act in block]
    assert chosen
    return chosen


def contract_of(said):
    """Twelve rents of 500.00; what the block says comes on top, an empty text leaves a term out."""
    terms = {
        "total_rent_fen": "600_000", "signed_value_fen": "600_000", "residual_price_fen": None,
        "buyout_formula": '"signed_value_minus_paid"', "early_buyout_fee_fen": "10_000",
    }  # fmt: skip
    options = said.get("end_of_term")
    said = {key: value for key, value in said.items() if key != "end_of_term"}
    if options:
        terms["end_of_term"] = str(options).replace("'", '"')
    for key, value in said.items():
        terms[key] = str(value) if isinstance(value, int) else f'"{value}"' if value else None
    if terms["buyout_formula"] is None:
        terms |= {"early_buyout_fee_fen": None, "end_of_term": '["return"]'}
    return sign(template_of(**terms), date(2026, 1, 10), date(2026, 1, 15), POLICY, imported=True)


def said_of(point):
    line = f"第 {point.settled} 期后 {point.on} {plain_fen(point.price_fen)} + {plain_fen(point.fee_fen)}"
    if point.when != "future":
        return line
    return f"{line}，之前租金 {plain_fen(point.rents_fen)}，共多付 {plain_fen(point.more_than_now_fen)}"


@pytest.mark.parametrize("block", blocks("buyout_acceptance.md", "curve"))
def test_curve_in_the_page(block):
    said, contract = block["curve"], contract_of(block.get("contract", {}))
    points = curve_of(contract, quote_buyout(contract, said["settled"], said.get("partly_paid_fen", 0), 0, said["on"]))
    assert len(points) == 13
    assert said_of(next(point for point in points if point.when == "now")) == block["expect"]["now"]
    future = [point for point in points if point.when == "future"]
    assert said_of(future[0]) == block["expect"]["next"]
    assert said_of(future[-1]) == block["expect"]["last"]


@pytest.mark.parametrize("block", blocks("loss.md", "rest"))
def test_rest_in_the_page(block):
    said = block["rest"]
    until = pause_until(said["reported_on"], PAUSE_DAYS, said.get("police_on"), said.get("rested", ()))
    assert until == block["expect"]["until"]


@pytest.mark.parametrize("block", blocks("loss.md", "loss"))
def test_loss_in_the_page(block):
    said, contract, expected = block["loss"], contract_of(block.get("contract", {})), block["expect"]
    late_fen = said.get("late_fees_fen", 0)
    buyout = quote_buyout(contract, said["settled"], 0, late_fen, said["on"]) if contract.ladder_fen else None
    if "refused" in expected:
        with pytest.raises(Refusal) as caught:
            quote_loss(contract, buyout, late_fen, said["on"])
        assert caught.value.code == expected["refused"]
        return
    quoted = quote_loss(contract, buyout, late_fen, said["on"])
    assert quoted.amount_fen == expected["amount_fen"] == sum(line.amount_fen for line in quoted.lines)
    assert [f"{line.label} {plain_fen(line.amount_fen)}" for line in quoted.lines] == expected["lines"]
    assert list(quoted.working) == expected["working"]
    assert quoted.clauses == ("9.1",)


@pytest.mark.parametrize("block", blocks("deposit_release.md", "release"))
def test_release_in_the_page(block):
    said, expected = dict(block["release"]), block["expect"]
    on = said.pop("on")
    facts = {"due_on": date(2026, 11, 20), "open_fen": 300_000, "owed_fen": 0, "claim_open": False} | said
    decision = decide_release(ReleaseFacts(**facts), on)
    assert (decision.outcome.late, decision.outcome.release_fen) == (expected["late"], expected["release_fen"])
    assert list(decision.working) == expected.get("working", list(decision.working))
    if expected["late"]:
        assert decision.outcome.stands == expected["stands"]


@pytest.mark.parametrize("block", blocks("renewal.md", "renewal"))
def test_renewal_in_the_page(block):
    said, contract, expected = block["renewal"], contract_of(block["contract"]), block["expect"]
    policy = ending_policy_on(said["on"])
    days, most = policy.renewal_opens_days, policy.renewal_most_periods

    def quoted():
        return quote_renewal(contract, said["periods"], ends_on(contract), said["on"], days, most)

    if "refused" in expected:
        with pytest.raises(Refusal) as caught:
            quoted()
        assert caught.value.code == expected["refused"]
        return
    due_on = due_dates(contract.due_on[0], 12 + said["periods"], contract.terms.due_day)
    after = renew(contract, due_on, ends_on(contract), said["on"], ())
    assert quoted().amount_fen == expected["amount_fen"]
    assert list(quoted().working) == expected["working"]
    assert list(after.due_on[12:]) == expected["due_on"]
    assert [plain_fen(price_fen) for price_fen in after.ladder_fen[12:]] == expected["prices"]
    assert after.ladder_fen[:13] == contract.ladder_fen
    for settled, price_fen in enumerate(after.ladder_fen):  # the rule written down gives the prices frozen
        assert quote_buyout(after, settled, 0, 0, after.due_on[-1]).lines[0].amount_fen == price_fen
    assert after.clauses[-1].no == expected["clause"]
