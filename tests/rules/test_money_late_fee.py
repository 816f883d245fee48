"""LATE-1…4 and PAUSE-1 beyond the worked examples."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shouwen.features.money.rules.late_fee import decide_first_lateness, late_fee
from shouwen.features.money.rules.pause import contested_fen_on
from shouwen.features.money.types import (
    LateFeeFacts,
    LateFeeTerms,
    LatenessFacts,
    Pause,
    RentPayment,
)

TERMS = LateFeeTerms(3, "合同 6.2 条", daily_rate="0.0005", cap_share="0.2", lpr_one_year="0.03")
DUE = date(2026, 3, 1)
FACTS = LateFeeFacts(1, DUE, 50_000, date(2026, 3, 12))


def test_gate_that_binds_shows_both_figures():
    decision = late_fee(FACTS, TERMS)
    assert "¥1.75" in decision.outcome.statement_zh
    assert "¥1.15" in decision.outcome.statement_zh
    assert decision.rules == ("LATE-1", "LATE-3")
    assert decision.outcome.first_on == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("on", "days"),
    [((2026, 3, 1), 0), ((2026, 3, 4), 0), ((2026, 3, 5), 0), ((2026, 3, 6), 1), ((2027, 3, 5), 365)],
)
def test_days_run_from_after_the_grace_to_the_day_before(on, days):
    assert late_fee(replace(FACTS, on=date(*on)), TERMS).outcome.days == days


def test_paid_in_full_within_grace_bears_nothing():
    facts = replace(FACTS, on=date(2026, 12, 1), payments=(RentPayment(date(2026, 3, 5), 50_000),))
    assert late_fee(facts, TERMS).outcome.charge_fen == 0


def test_year_at_the_gate_is_four_times_lpr():
    facts = replace(FACTS, on=date(2027, 3, 5), rent_fen=1_000_000)
    assert late_fee(facts, replace(TERMS, cap_share=None)).outcome.charge_fen == 120_000


@pytest.mark.parametrize(
    "terms",
    [
        replace(TERMS, daily_rate=None),
        replace(TERMS, daily_fen=100),
        replace(TERMS, grace_days=-1),
        replace(TERMS, daily_rate=None, daily_fen=-1),
    ],
    ids=["neither", "both", "negative grace", "negative amount"],
)
def test_clause_that_cannot_be_is_a_bug(terms):
    with pytest.raises(ValueError, match="late-fee"):
        late_fee(FACTS, terms)


def test_lateness_of_more_than_ten_years_is_a_bug():
    with pytest.raises(ValueError, match="ten years"):
        late_fee(replace(FACTS, on=date(2050, 1, 1)), TERMS)


pauses = st.lists(
    st.tuples(st.integers(0, 60), st.none() | st.integers(0, 40), st.integers(0, 60_000)), max_size=4
).map(
    lambda rows: tuple(
        Pause(
            DUE + timedelta(days=start),
            None if length is None else DUE + timedelta(days=start + length),
            fen,
        )
        for start, length, fen in rows
    )
)
rates = st.decimals("0", "0.01", places=5).map(str)


@given(st.integers(0, 200), pauses, st.integers(0, 60_000), st.integers(0, 100), rates)
def test_charge_is_never_above_clause_cap_or_gate_and_pauses_only_lower_it(days, rests, paid_fen, after, rate):
    facts = replace(
        FACTS,
        on=DUE + timedelta(days=days),
        payments=(RentPayment(DUE + timedelta(days=after), paid_fen),),
    )
    terms = replace(TERMS, daily_rate=rate)
    plain, paused = late_fee(facts, terms).outcome, late_fee(replace(facts, pauses=rests), terms).outcome
    assert 0 <= paused.charge_fen <= plain.charge_fen
    assert plain.charge_fen == min(plain.ask_fen, plain.cap_fen, plain.gate_fen)


@given(st.integers(0, 300))
def test_fee_never_falls_as_days_pass(days):
    today, tomorrow = (replace(FACTS, on=DUE + timedelta(days=days + more)) for more in (0, 1))
    assert late_fee(today, TERMS).outcome.charge_fen <= late_fee(tomorrow, TERMS).outcome.charge_fen


def test_open_dispute_pauses_without_end():
    pauses = (Pause(date(2026, 3, 6), None, 50_000),)
    assert contested_fen_on(pauses, date(2030, 1, 1)) == 50_000
    assert contested_fen_on(pauses, date(2026, 3, 5)) == 0


def test_overlapping_pauses_count_the_larger_once():
    day = date(2026, 3, 6)
    assert contested_fen_on((Pause(day, day, 100), Pause(day, None, 300)), day) == 300


LATE = LatenessFacts(DUE, date(2026, 3, 8), date(2026, 3, 5))


@pytest.mark.parametrize(
    ("change", "waived"),
    [
        ({}, True),
        ({"paid_on": date(2026, 3, 9), "notice_on": date(2026, 3, 8)}, False),
        ({"notice_on": date(2026, 3, 4)}, False),
        ({"earlier_late_due_on": date(2025, 3, 2)}, False),
        ({"earlier_late_due_on": date(2025, 3, 1)}, True),
        ({"malicious": True}, False),
    ],
    ids=["first", "eight days", "four days after notice", "within a year", "a year ago", "malicious"],
)
def test_first_short_lateness_is_waived(change, waived):
    decision = decide_first_lateness(replace(LATE, **change))
    assert decision.outcome is waived
    assert decision.rules == ("LATE-4",)


@pytest.mark.parametrize(("paid_day", "waived"), [(6, True), (8, True), (9, False)])
def test_first_lateness_paid_before_any_notice_is_waived_within_its_days(paid_day, waived):
    facts = LatenessFacts(DUE, date(2026, 3, paid_day), None)
    assert decide_first_lateness(facts).outcome is waived
