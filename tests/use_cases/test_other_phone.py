"""Another phone came back: it is on record, the renter is asked, and the deposit waits for the right one."""

from datetime import date, timedelta

import pytest
from claim_ground import NOW, open_claims
from lease_ground import in_act, run
from money_ground import at

from shouwen.features.cases import use_cases as cases
from shouwen.features.disputes.use_cases import inspecting
from shouwen.features.endings.public import day_endings
from shouwen.features.endings.use_cases import TendLease, tend_lease
from shouwen.features.endings.use_cases.reading import ReadRelease, read_release
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import BadInput, Refusal

OTHER = "490154203237518"
LATER = date(2026, 12, 20)
EVERY = 1 << 60


@pytest.fixture
def claims(house):
    """A phone that came back on 22 November; the inspector finds another one in the box."""
    return open_claims(house)


def refuse(claims, **more):
    with pytest.raises(Refusal, match=r"^another_phone:") as refused:
        claims.act(claims.inspector, inspecting.file_inspection, claims.command(imei_seen=OTHER), **more)
    return refused.value


def release(claims, on):
    return run(claims.house, read_release, claims.renter, ReadRelease(claims.lease.ref), at=at(on))


def test_another_phone_is_on_record_and_the_renter_is_asked(claims):
    refused = refuse(claims)
    row = claims.house.sql("SELECT o.imei_tail, o.received_on, c.ref, c.type, c.urgent FROM other_phones o JOIN cases c"
                           " ON c.id = o.case_id")[0]  # fmt: skip
    assert tuple(row) == ("7518", date(2026, 11, 22), refused.data["case_ref"], "return_tracking", False)
    thread = run(claims.house, cases.read_thread, claims.renter, cases.ReadThread(row["ref"]))
    assert "不是同一台" in str(thread)
    assert "押金等原机" in str(thread)
    assert claims.hold()[2] == 0


@pytest.mark.parametrize(("imei_seen", "kept"), [("1234", 0), (OTHER, 1)])
def test_marks_on_another_phone_are_no_claim_and_a_typo_is_asked_back(claims, imei_seen, kept):
    command = claims.command(claims.finding(), imei_seen=imei_seen)
    with pytest.raises(Refusal, match=r"^another_phone:") as refused:
        claims.act(claims.inspector, inspecting.file_inspection, command)
    assert "完整的 15 位 IMEI" in refused.value.remedy_zh or kept
    assert claims.house.sql("SELECT 1 FROM claims") == []
    assert claims.house.sql("SELECT count(*) FROM other_phones")[0][0] == kept
    assert claims.file().claim_ref  # read again, the report goes in as it was


def test_deposit_waits_for_the_renter_and_nothing_is_urgent(claims):
    refuse(claims)
    assert in_act(claims.house, lambda ctx: day_endings(ctx, LATER, 0, EVERY), at=at(LATER)) == 0
    with pytest.raises(Refusal, match=r"^nothing_due:"):
        run(claims.house, tend_lease, SYSTEM, TendLease(claims.lease.id), at=at(LATER))
    told = release(claims, LATER)
    assert (told.stands, told.late, told.open_fen, told.case_ref) == ("other_phone", False, 300_000, "")
    assert told.reasons == ("寄回的不是租用的那台手机，押金等原机寄到并验机",)
    assert not claims.house.sql("SELECT 1 FROM cases WHERE type = 'deposit_refund'")


def test_right_phone_that_comes_later_is_inspected_and_its_days_begin_then(claims):
    refuse(claims)
    came_on = LATER - timedelta(days=1)
    claims.act(
        claims.inspector, inspecting.file_inspection, claims.command(received_on=came_on), at=at(LATER)
    )  # fmt: skip
    returned = claims.house.sql("SELECT returned_on FROM leases WHERE id = $1", claims.lease.id)[0][0]
    held_fen, _, released_fen = claims.hold()
    assert (returned, released_fen) == (came_on, held_fen)


def test_another_phone_twice_is_one_matter(claims):
    first, second = refuse(claims), refuse(claims, key="another-look")
    assert first.data["case_ref"] == second.data["case_ref"]
    assert claims.house.sql("SELECT count(*) FROM other_phones")[0][0] == 1


def test_marks_on_the_right_phone_after_another_one_make_a_claim_that_holds_the_deposit(claims):
    refuse(claims)
    claims.file(claims.finding(), received_on=date(2026, 11, 23))
    assert release(claims, LATER).stands == "claim"


def test_day_after_the_one_on_record_is_refused_where_no_other_phone_came(claims):
    with pytest.raises(BadInput):
        claims.act(
            claims.inspector, inspecting.file_inspection, claims.command(received_on=date(2026, 11, 23)), at=NOW
        )  # fmt: skip
