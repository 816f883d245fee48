"""Dated data: the version in force on a day applies, and is named."""

from datetime import date
from fractions import Fraction

import pytest

from shouwen.features.contracts.policy import contract_policy_on
from shouwen.features.contracts.rules.rates import format_percent, parse_rate
from shouwen.kernel.errors import Refusal
from shouwen.platform.policies import Policy, PolicyVersion, load_policy


@pytest.mark.parametrize(
    ("on", "rate", "version"),
    [
        (date(2019, 8, 20), "0.0425", "lpr-2019-08-20"),
        (date(2019, 9, 19), "0.0425", "lpr-2019-08-20"),
        (date(2022, 8, 22), "0.0365", "lpr-2022-08-22"),
        (date(2025, 5, 19), "0.031", "lpr-2024-10-21"),
        (date(2025, 5, 20), "0.03", "lpr-2025-05-20"),
        (date(2026, 11, 23), "0.03", "lpr-2025-05-20"),
    ],
)
def test_contract_policy_on_a_day_uses_that_days_lpr(on: date, rate: str, version: str) -> None:
    policy = contract_policy_on(on)
    assert (policy.lpr_one_year, policy.lpr_version) == (Fraction(rate), version)
    assert policy.price_limit_share == Fraction("1.3")


def test_contract_policy_on_a_day_before_the_first_lpr_refuses_with_a_remedy() -> None:
    with pytest.raises(Refusal) as refused:
        contract_policy_on(date(2019, 8, 19))
    assert refused.value.code == "no_policy_in_force"
    assert "lpr.toml" in refused.value.remedy_zh


def test_in_force_after_the_last_versions_end_refuses() -> None:
    version = PolicyVersion("v1", date(2025, 1, 1), {}, effective_to=date(2025, 12, 31))
    policy = Policy("x", (version,), {})
    assert policy.in_force(date(2025, 12, 31)) is version
    with pytest.raises(Refusal):
        policy.in_force(date(2026, 1, 1))


def test_lpr_versions_stand_in_order_with_source_and_id() -> None:
    versions = load_policy("lpr").versions
    days = [version.effective_from for version in versions]
    assert days == sorted(set(days))
    assert all(version.source and version.id.endswith(str(version.effective_from)) for version in versions)


@pytest.mark.parametrize("name", ["../lpr", "", "LPR", "lpr.toml", "a/b"])
def test_load_policy_by_a_path_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a policy name"):
        load_policy(name)


@pytest.mark.parametrize(
    ("text", "rate"), [("0.0003", "0.0003"), ("0.03%", "0.0003"), ("0.03％", "0.0003"), ("1", "1"), ("20%", "0.2")]
)
def test_parse_rate_of_decimals_and_percent_is_exact(text: str, rate: str) -> None:
    assert parse_rate(text) == Fraction(rate)


def test_format_percent_cuts_and_drops_trailing_zeros() -> None:
    shown = [format_percent(Fraction(value)) for value in ("0.0003", "0.3", "0", "1")]
    assert shown == ["0.03%", "30%", "0%", "100%"]
    assert format_percent(Fraction("0.12") / 365) == "0.0328%"
