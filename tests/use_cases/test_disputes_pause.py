"""PAUSE-1: start and end of a pause on record, and no second one for the same charge."""

from datetime import date, timedelta

import pytest
from claim_ground import NOW, open_claims

from shouwen.features.disputes.use_cases import asking

DAY = timedelta(days=1)


@pytest.fixture
def claims(house):
    return open_claims(house)


def pauses(claims):
    rows = claims.house.sql(
        "SELECT amount_fen, reason, started_at, ends_on, end_reason FROM collection_pauses ORDER BY id"
    )
    return [tuple(row) for row in rows]


def ask(claims, ref, at=NOW):
    claims.act(claims.specialist, asking.ask_renter, asking.AskRenter(ref, "请补一张后盖照片"), at=at)


def accepted_after_contesting(claims):
    """Contested, asked, then accepted; the amount waits for a person, and the pause has its last day."""
    ref = claims.contested(claims.finding(market_repair_price_fen=None))
    ask(claims, ref)
    claims.answer(ref, "accept", at=NOW + DAY)
    assert pauses(claims) == [(18_000, "dispute", NOW, date(2026, 11, 27), "agreed")]
    return ref


def test_pause_records_start_reason_and_end_three_days_after_the_decision(claims):
    ref = claims.contested()
    assert pauses(claims) == [(18_000, "dispute", NOW, None, "")]
    claims.decide(ref, at=NOW + DAY)
    assert pauses(claims) == [(18_000, "dispute", NOW, date(2026, 11, 27), "decided")]
    rows = claims.house.sql("SELECT kind, rule, data FROM journal WHERE kind LIKE 'pause.%' ORDER BY id")
    assert [(row["kind"], row["rule"], row["data"]["reason"]) for row in rows] == [
        ("pause.started", "PAUSE-1", "dispute"), ("pause.ended", "PAUSE-1", "decided"),
    ]  # fmt: skip


def test_one_appeal_pauses_again_what_was_decided(claims):
    ref = claims.contested()
    claims.decide(ref)
    claims.appeal(ref, at=NOW + DAY)
    assert pauses(claims)[1:] == [(15_000, "appeal", NOW + DAY, None, "")]
    claims.decide(ref, claims.verdict(), actor=claims.supervisor, at=NOW + 2 * DAY)
    assert pauses(claims)[1:] == [(15_000, "appeal", NOW + DAY, date(2026, 11, 28), "decided")]


def test_answering_a_question_about_a_charge_that_rests_pauses_nothing_twice(claims):
    ref = claims.contested()
    ask(claims, ref)
    claims.answer(ref, "contest", at=NOW + DAY)
    assert pauses(claims) == [(18_000, "dispute", NOW, None, "")]


def test_same_charge_contested_again_without_new_evidence_does_not_pause_again(claims):
    ref = accepted_after_contesting(claims)
    moved = claims.answer(ref, "contest", at=NOW + 5 * DAY)
    assert len(pauses(claims)) == 1
    said = [one for one in claims.desk.read(moved.case_ref).messages if "不再暂停催收" in one.body]
    assert len(said) == 1
    assert claims.kinds().count("pause.not_again") == 1


def test_same_charge_contested_again_with_new_evidence_pauses_again(claims):
    ref = accepted_after_contesting(claims)
    old = claims.media("statement", "back", role="renter", at=NOW - DAY)
    new = claims.media("statement", "back", role="renter", at=NOW + 4 * DAY)
    claims.answer(ref, "contest", media=(old, new), at=NOW + 5 * DAY)
    assert pauses(claims)[1:] == [(18_000, "dispute", NOW + 5 * DAY, None, "")]
