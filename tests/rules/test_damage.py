"""DMG-1…8: order, reasons, charge."""

from datetime import UTC, date, datetime

import pytest
from damage_ground import INSPECTION, POLICY, SCRATCH, TERMS
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shouwen.features.disputes.rules.damage import propose_claim, propose_finding
from shouwen.features.disputes.rules.inspection import inspection_due_on
from shouwen.features.disputes.types import (
    FINDING_KIND_ZH,
    OUTCOME_ZH,
    PART_ZH,
    SEVERITY_ZH,
    STATED_CAUSE_ZH,
    TRACE_ZH,
    CoverFacts,
    FindingKind,
    FindingOutcome,
    HandoverEvidence,
    Look,
    Part,
    PriceInput,
    ReturnEvidence,
    Seen,
    Severity,
    Side,
    StatedCause,
    Trace,
)

RULES = ["INSP-1", *(f"DMG-{number}" for number in range(1, 9))]


def outcome(facts, terms=TERMS):
    return propose_finding(facts, terms, POLICY).outcome


def test_propose_full_case_charges_the_lowest_and_shows_the_working():
    decision = propose_finding(SCRATCH, TERMS, POLICY)
    assert decision.outcome.charge_fen == 26_000
    assert decision.rules == ("DMG-8",)
    assert decision.working[-1] == "取最低 = 260.00"
    assert decision.policy == "test-1"
    assert "询价 3 家" in decision.reasons[0].sources


def test_propose_leaves_a_line_for_every_rule_in_order():
    looked = outcome(SCRATCH).looked
    assert [look.rule for look in looked] == RULES
    assert all(look.zh and look.en for look in looked)


def test_first_rule_that_applies_decides_and_later_ones_are_shown_as_also():
    facts = replace(SCRATCH, length_mm=4, handover=(HandoverEvidence("ZJ-9", Side.RENTER, Seen.MARKED, "00:41"),))
    proposal = outcome(facts)
    by_rule = {look.rule: look for look in proposal.looked}
    assert proposal.outcome is FindingOutcome.PRE_EXISTING
    assert by_rule["DMG-2"].look is Look.SPOKE
    assert by_rule["DMG-2"].sources == ("ZJ-9", "合同 8.3 条")
    assert by_rule["DMG-3"].look is Look.WOULD_ALSO
    assert by_rule["DMG-6"].look is Look.WOULD_ALSO
    assert by_rule["DMG-8"].look is Look.NOT_NEEDED


@pytest.mark.parametrize(
    ("inspected_on", "spoke"),
    [
        (date(2026, 11, 18), False),
        (date(2026, 11, 21), False),
        (date(2026, 11, 22), True),
        (date(2026, 11, 17), True),
    ],
)
def test_inspection_counts_days_after_delivery(inspected_on, spoke):
    proposal = outcome(replace(SCRATCH, inspection=replace(INSPECTION, inspected_on=inspected_on)))
    assert (proposal.looked[0].look is Look.SPOKE) is spoke
    assert (proposal.outcome is FindingOutcome.NOT_CHARGED_UNPROVEN) is spoke


def test_inspection_due_without_days_is_the_day_of_delivery():
    assert inspection_due_on(date(2026, 11, 18), 0) == date(2026, 11, 18)
    with pytest.raises(ValueError, match="negative"):
        inspection_due_on(date(2026, 11, 18), -1)


@pytest.mark.parametrize(
    "lacking",
    [
        {"close_photo_ref": ""},
        {"close_photo_taken_at": None},
        {"imei_matches": False},
        {"unboxing_video_ref": ""},
        {"unboxing_continuous": False},
    ],
    ids=lambda change: next(iter(change)),
)
def test_report_without_a_required_proof_is_unproven(lacking):
    proposal = outcome(replace(SCRATCH, inspection=replace(INSPECTION, **lacking)))
    assert proposal.outcome is FindingOutcome.NOT_CHARGED_UNPROVEN
    assert proposal.charge_fen == 0


def test_blurred_handover_shot_of_the_lessor_counts_as_none():
    facts = replace(SCRATCH, handover=(HandoverEvidence("ZJ-1", Side.LESSOR, Seen.UNCLEAR),))
    assert outcome(facts).outcome is FindingOutcome.LESSOR_BEARS_DOUBT


FRONT = HandoverEvidence("ZJ-9", Side.LESSOR, Seen.MARKED, "2025-12-03", "正面照")


@pytest.mark.parametrize(
    ("shots", "said"),
    [
        ((FRONT,), "交机时拍的正面照（2025-12-03）里，"),
        ((FRONT, replace(FRONT, media_ref="ZJ-8", name_zh="亮屏照")), "交机时拍的正面照、亮屏照（2025-12-03）里，"),
        ((FRONT, replace(FRONT, media_ref="ZJ-8")), "交机时拍的正面照（2025-12-03）里，"),
        (
            (FRONT, replace(FRONT, by=Side.RENTER, at_zh="2025-12-05")),
            "交机时拍的正面照（2025-12-03）；签收时拍的正面照（2025-12-05）里，",
        ),
    ],
    ids=["one", "two of a day", "the same twice", "both sides"],
)
def test_reason_names_the_pictures_and_keeps_their_references_beside_it(shots, said):
    look = next(one for one in outcome(replace(SCRATCH, handover=shots)).looked if one.rule == "DMG-2")
    assert look.zh.startswith(said)
    assert look.sources[: len(shots)] == tuple(shot.media_ref for shot in shots)


def test_no_reason_holds_a_reference_in_its_sentence():
    facts = replace(SCRATCH, handover=(FRONT,), returned=(SEALED,), courier_took_at=TOOK_AT)
    for look in outcome(facts).looked:
        assert "ZJ-" not in look.zh
        assert "YJ-" not in look.zh


TOOK_AT = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
SEALED = ReturnEvidence("ZJ-R", datetime(2026, 11, 16, 2, 0, tzinfo=UTC), True, Seen.UNMARKED)


@pytest.mark.parametrize(
    ("shot", "took_at", "then"),
    [
        (SEALED, TOOK_AT, FindingOutcome.TRANSIT),
        (replace(SEALED, sealed_at=TOOK_AT), TOOK_AT, FindingOutcome.CHARGED),
        (replace(SEALED, imei_matches=False), TOOK_AT, FindingOutcome.CHARGED),
        (replace(SEALED, seen=Seen.UNCLEAR), TOOK_AT, FindingOutcome.CHARGED),
        (replace(SEALED, seen=Seen.MARKED), TOOK_AT, FindingOutcome.CHARGED),
        (SEALED, None, FindingOutcome.CHARGED),
    ],
    ids=["sound", "sealed too late", "no imei", "unclear", "marked", "no courier time"],
)
def test_return_evidence_counts_only_when_sealed_before_the_courier(shot, took_at, then):
    proposal = outcome(replace(SCRATCH, returned=(shot,), courier_took_at=took_at))
    assert proposal.outcome is then
    assert proposal.courier_claim is (then is FindingOutcome.TRANSIT)


@pytest.mark.parametrize(
    ("kind", "traces", "then"),
    [
        (FindingKind.NO_FUNCTION, set(), FindingOutcome.NOT_CHARGED_UNPROVEN),
        (FindingKind.NO_FUNCTION, {Trace.DROP}, FindingOutcome.CHARGED),
        (FindingKind.LIQUID, {Trace.DROP}, FindingOutcome.NOT_CHARGED_UNPROVEN),
        (FindingKind.LIQUID, {Trace.LIQUID}, FindingOutcome.CHARGED),
        (FindingKind.OPENED, {Trace.OPENING}, FindingOutcome.CHARGED),
        (FindingKind.BATTERY_WORN, set(), FindingOutcome.NOT_CHARGED_UNPROVEN),
        (FindingKind.CRACK, set(), FindingOutcome.CHARGED),
    ],
)
def test_internal_fault_needs_its_own_trace(kind, traces, then):
    assert outcome(replace(SCRATCH, kind=kind, traces=frozenset(traces))).outcome is then


def test_factory_cause_is_never_the_renters():
    proposal = outcome(replace(SCRATCH, kind=FindingKind.BEND, stated_cause=StatedCause.FACTORY))
    assert proposal.outcome is FindingOutcome.NOT_CHARGED_UNPROVEN


@pytest.mark.parametrize(
    ("change", "wear"),
    [
        ({"length_mm": 5}, True),
        ({"length_mm": 6}, False),
        ({"length_mm": None}, False),
        ({"length_mm": 3, "part": Part.SCREEN}, False),
        ({"length_mm": 3, "severity": Severity.MEDIUM}, False),
        ({"stated_cause": StatedCause.WEAR}, True),
        ({"visible_at_30cm": False}, True),
        ({"kind": FindingKind.CRACK, "visible_at_30cm": False}, False),
    ],
)
def test_wear_is_table_law_or_invisible(change, wear):
    assert (outcome(replace(SCRATCH, **change)).outcome is FindingOutcome.ORDINARY_WEAR) is wear


def test_report_silent_on_visibility_is_a_missing_input():
    proposal = outcome(replace(SCRATCH, visible_at_30cm=None))
    assert proposal.outcome is FindingOutcome.MISSING_INPUT
    assert proposal.missing == ("30 厘米肉眼可见性记录",)


@pytest.mark.parametrize(
    ("cover", "then", "charge_fen"),
    [
        (CoverFacts("碎屏险", True, 9_900), FindingOutcome.COVER_DEDUCTIBLE, 9_900),
        (CoverFacts("碎屏险", True, 0), FindingOutcome.COVER_DEDUCTIBLE, 0),
        (CoverFacts("碎屏险", True, 99_900), FindingOutcome.COVER_DEDUCTIBLE, 26_000),
        (CoverFacts("碎屏险", True, None), FindingOutcome.MISSING_INPUT, 0),
        (CoverFacts("碎屏险", False, 9_900), FindingOutcome.CHARGED, 26_000),
    ],
)
def test_cover_leaves_the_deductible_only(cover, then, charge_fen):
    proposal = outcome(replace(SCRATCH, cover=cover))
    assert (proposal.outcome, proposal.charge_fen) == (then, charge_fen)


@pytest.mark.parametrize("name", ["price_list", "market_repair", "ladder_price", "used_market"])
def test_any_missing_price_means_no_charge_and_is_named(name):
    proposal = outcome(replace(SCRATCH, **{name: None}))
    assert (proposal.outcome, proposal.charge_fen) == (FindingOutcome.MISSING_INPUT, 0)
    assert len(proposal.missing) == 1
    assert proposal.missing[0] in proposal.looked[-1].zh


def test_contract_without_cap_charges_nothing():
    proposal = outcome(SCRATCH, replace(TERMS, damage_cap_fen=None))
    assert proposal.missing == ("合同赔偿上限",)


@pytest.mark.parametrize("bad", [PriceInput(-1)])
def test_negative_price_is_a_bug(bad):
    with pytest.raises(ValueError, match="never negative"):
        outcome(replace(SCRATCH, price_list=bad))


def test_claim_of_several_findings_never_exceeds_cap_or_value():
    findings = [replace(SCRATCH, no=number) for number in range(1, 6)]
    charges = [decision.outcome.charge_fen for decision in propose_claim(findings, TERMS, POLICY)]
    assert charges == [26_000, 26_000, 26_000, 2_000, 0]


amounts = st.integers(0, 5_000_000)


@given(amounts, amounts, amounts, amounts, amounts, st.none() | amounts)
def test_charge_is_never_above_any_limit(listed, market, ladder, used, cap, invoice):
    facts = replace(
        SCRATCH,
        price_list=PriceInput(listed),
        market_repair=PriceInput(market),
        ladder_price=PriceInput(ladder),
        used_market=PriceInput(used),
        procured_repair=invoice is not None,
        invoice=None if invoice is None else PriceInput(invoice),
    )
    limits = [listed, market, ladder, used, cap] + ([] if invoice is None else [invoice])
    assert outcome(facts, replace(TERMS, damage_cap_fen=cap)).charge_fen == min(limits)


@pytest.mark.parametrize(
    ("enum", "words"),
    [
        (Part, PART_ZH),
        (FindingKind, FINDING_KIND_ZH),
        (Severity, SEVERITY_ZH),
        (Trace, TRACE_ZH),
        (StatedCause, STATED_CAUSE_ZH),
        (FindingOutcome, OUTCOME_ZH),
    ],
)
def test_every_value_has_its_word(enum, words):
    assert set(words) == set(enum)


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize("part", Part)
def test_every_kind_on_every_part_is_decided(kind, part):
    decision = propose_finding(replace(SCRATCH, kind=kind, part=part), TERMS, POLICY)
    assert len(decision.outcome.looked) == 9
    assert decision.rules
