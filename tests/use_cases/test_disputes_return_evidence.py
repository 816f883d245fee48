"""DMG-4: what was sealed before the courier came, on which phone, compared with what."""

from datetime import UTC, datetime, timedelta

import pytest
from claim_ground import NOW, open_claims
from lease_ground import in_act

from shouwen.features.disputes.types import FindingOutcome
from shouwen.features.disputes.use_cases import comparing, deciding
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.errors import Absent, BadInput, Refusal

DAY_BEFORE = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
SENT_DAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # ten in the morning in Beijing
COURIER_CAME = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
ANOTHER_IMEI = "490154203237518"


@pytest.fixture
def claims(house):
    return open_claims(house)


def confirm(claims, ref, media_ref, imei=None, actor=None):
    command = comparing.ConfirmImei(ref, media_ref, imei)
    return claims.act(actor or claims.specialist, comparing.confirm_imei, command)


def mark(claims, ref, unmarked=True):
    marks = (deciding.FindingMarks(1, seen_at_handover=False, unmarked_before_courier=unmarked),)
    return claims.act(claims.specialist, deciding.mark_facts, deciding.MarkFacts(ref, marks)).findings[0]


def dmg_4(finding):
    return next(look for look in finding.looked if look.rule == "DMG-4")


def pick_up(claims, at=COURIER_CAME, actor=None):
    command = leases.RecordPickup(claims.lease.ref, at, "SF199000010417")
    return claims.act(actor or claims.agent, leases.record_pickup, command)


def test_return_pictures_sealed_before_the_courier_with_the_imei_read_are_transit(claims):
    claims.sealed("return", "back", DAY_BEFORE)
    page = claims.sealed("return", "imei_page", DAY_BEFORE)
    ref = claims.contested()
    assert claims.proposal(ref).findings[0].to_mark == ("seen_at_handover", "unmarked_before_courier", "imei")
    marked = mark(claims, ref)
    assert (marked.outcome, marked.to_mark) == (FindingOutcome.CHARGED, ("imei",))
    assert dmg_4(marked).zh == "寄出前封存的影像没有核对上 IMEI：IMEI 页面照还没有人读过"

    assert confirm(claims, ref, page, claims.lease.imei).matches
    finding = claims.proposal(ref).findings[0]
    assert (finding.outcome, finding.to_mark) == (FindingOutcome.TRANSIT, ())
    assert dmg_4(finding).zh == (
        "归还前拍的背面照（2026-11-19）于 2026-11-19 17:00 封存，"
        "早于寄出当天零点；没有登记揽收时间，按最早计（2026-11-20 00:00）；"
        f"林专员在 IMEI 页面照上读出尾号 {claims.lease.imei[-4:]}，与租约登记的 IMEI 一致；"
        "影像显示这个部位完好；由平台向物流追偿"
    )
    assert page in dmg_4(finding).sources
    assert "claim.imei_read" in claims.kinds()


def test_charge_before_anybody_read_the_imei_page_refused_with_what_to_do(claims):
    claims.sealed("return", "back", DAY_BEFORE)
    claims.sealed("return", "imei_page", DAY_BEFORE)
    ref = claims.contested()
    with pytest.raises(Refusal) as refused:
        claims.decide(ref, claims.verdict(seen_at_handover=False, unmarked_before_courier=True))
    assert (refused.value.rule, refused.value.data) == ("DMG-4", {"to_mark": ["imei"]})


def test_pictures_of_the_sending_day_count_once_the_courier_is_known_to_have_come_later(claims):
    claims.sealed("return", "back", SENT_DAY)
    page = claims.sealed("return", "imei_page", SENT_DAY)
    ref = claims.contested()
    confirm(claims, ref, page, claims.lease.imei)
    before = mark(claims, ref)
    assert before.outcome == FindingOutcome.CHARGED
    assert dmg_4(before).zh == (
        "归还影像最早于 2026-11-20 10:00 封存，不早于寄出当天零点；没有登记揽收时间，按最早计（2026-11-20 00:00）"
    )
    pick_up(claims)
    after = claims.proposal(ref).findings[0]
    assert after.outcome == FindingOutcome.TRANSIT
    assert "早于快递揽收时间（2026-11-20 15:00）" in dmg_4(after).zh


def test_tracking_of_the_return_parcel_says_when_the_courier_came_before_any_record(claims):
    async def track(ctx):
        await ctx.conn.execute(
            "WITH parcel AS (INSERT INTO shipments (ref, lease_id, renter_id, direction, courier, waybill, booked_at)"
            " VALUES ('BG-1', $1, $2, 'back', 'sf', 'SF199000010417', $3) RETURNING id)"
            " INSERT INTO tracking_events (shipment_id, event_id, at, code, received_at)"
            " SELECT id, 'e1', $3, 'picked_up', $3 FROM parcel",
            claims.lease.id, claims.renter.id, COURIER_CAME,
        )  # fmt: skip

    in_act(claims.house, track)
    ref = claims.contested()
    assert claims.read(ref).return_picked_up_at == COURIER_CAME
    pick_up(claims, COURIER_CAME + timedelta(hours=2))
    assert claims.read(ref).return_picked_up_at == COURIER_CAME


def test_picture_uploaded_before_but_sealed_after_the_courier_does_not_count(claims):
    claims.media("return", "back", role="renter", at=DAY_BEFORE)  # it claims to be early and has no receipt
    page = claims.sealed("return", "imei_page", DAY_BEFORE)
    ref = claims.contested()
    confirm(claims, ref, page, claims.lease.imei)
    finding = mark(claims, ref)
    assert finding.outcome == FindingOutcome.CHARGED
    assert dmg_4(finding).zh.startswith("归还影像还没有封存回执")


def test_imei_page_of_another_phone_or_unreadable_does_not_match(claims):
    claims.sealed("return", "back", DAY_BEFORE)
    page = claims.sealed("return", "imei_page", DAY_BEFORE)
    ref = claims.contested()
    assert not confirm(claims, ref, page, ANOTHER_IMEI).matches
    other = mark(claims, ref)
    assert other.outcome == FindingOutcome.CHARGED
    assert "尾号 7518，与租约登记的 IMEI 不一致" in dmg_4(other).zh
    assert confirm(claims, ref, page).tail == ""
    assert "号码看不清" in dmg_4(claims.proposal(ref).findings[0]).zh
    assert confirm(claims, ref, page, claims.lease.imei, claims.inspector).matches  # the newest reading counts
    assert claims.proposal(ref).findings[0].outcome == FindingOutcome.TRANSIT


def test_confirm_imei_misread_digit_another_picture_or_stranger_refused(claims):
    page = claims.sealed("return", "imei_page", DAY_BEFORE)
    back = claims.sealed("return", "back", DAY_BEFORE)
    ref = claims.contested()
    with pytest.raises(BadInput):
        confirm(claims, ref, page, ANOTHER_IMEI[:-1] + "9")
    with pytest.raises(Absent):
        confirm(claims, ref, back, claims.lease.imei)
    for actor in (claims.renter, claims.stranger):
        with pytest.raises(Refusal):
            confirm(claims, ref, page, claims.lease.imei, actor)
    assert "claim.imei_read" not in claims.kinds()


def test_confirm_imei_after_the_decision_refused(claims):
    page = claims.sealed("return", "imei_page", NOW - timedelta(hours=1))
    ref = claims.contested()
    claims.decide(ref)
    with pytest.raises(Refusal) as refused:
        confirm(claims, ref, page, claims.lease.imei)
    assert refused.value.code == "claim_decided"


@pytest.mark.parametrize(
    "at", [datetime(2026, 11, 19, 15, 0, tzinfo=UTC), datetime(2026, 11, 22, 17, 0, tzinfo=UTC)], ids=["early", "late"]
)
def test_record_pickup_outside_sending_and_arrival_refused(claims, at):
    with pytest.raises(BadInput):
        pick_up(claims, at)


def test_record_pickup_by_the_renter_or_of_a_phone_in_use_refused(claims):
    with pytest.raises(Refusal):
        pick_up(claims, actor=claims.renter)
    claims.lease = claims.returned(claims.house, 10, claims.renter, return_sent_on=None, returned_on=None)
    with pytest.raises(Refusal) as refused:
        pick_up(claims)
    assert refused.value.code == "not_sent_back"
