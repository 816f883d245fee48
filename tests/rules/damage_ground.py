"""The common ground of the damage examples: a scratch that everything proves (docs/rules/damage.md)."""

from datetime import UTC, date, datetime

from shouwen.features.disputes.types import (
    DamagePolicy,
    DamageTerms,
    FindingFacts,
    FindingKind,
    HandoverEvidence,
    InspectionEvidence,
    Part,
    PriceInput,
    Seen,
    Severity,
    Side,
    StatedCause,
    WearAllowance,
)

POLICY = DamagePolicy(version="test-1")
TERMS = DamageTerms(
    inspection_days=3,
    damage_cap_fen=80_000,
    wear=(WearAllowance(FindingKind.SCRATCH, 5, frozenset({Part.FRAME_LEFT, Part.FRAME_RIGHT})),),
    clauses={
        "inspection": "8.1",
        "evidence": "8.5",
        "handover": "8.3",
        "wear": "8.4",
        "damage": "8.2",
        "cap": "8.6",
        "cover": "10.1",
        "repair": "7.1",
    },
)
INSPECTION = InspectionEvidence(
    report_ref="YJ-1",
    delivered_on=date(2026, 11, 18),
    inspected_on=date(2026, 11, 19),
    close_photo_ref="ZJ-CLOSE",
    close_photo_taken_at=datetime(2026, 11, 19, 3, 0, tzinfo=UTC),
    imei_matches=True,
    unboxing_video_ref="ZJ-UNBOX",
    unboxing_continuous=True,
)
SCRATCH = FindingFacts(
    no=1,
    part=Part.FRAME_LEFT,
    kind=FindingKind.SCRATCH,
    severity=Severity.LIGHT,
    inspection=INSPECTION,
    place_zh="左上边框",
    stated_cause=StatedCause.RENTER_USE,
    length_mm=12,
    visible_at_30cm=True,
    handover=(HandoverEvidence("ZJ-OUT-0", Side.LESSOR, Seen.UNMARKED),),
    price_list=PriceInput(32_000, "价目表 2026-10"),
    market_repair=PriceInput(26_000, "询价 3 家"),
    ladder_price=PriceInput(204_600, "合同 9.1 条"),
    used_market=PriceInput(310_000, "二手行情 2026-11-18"),
)
