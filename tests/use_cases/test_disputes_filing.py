"""Filing an inspection: prices from the contract only, own media only, dates that can be; letters and messages."""

from datetime import date, timedelta

import msgspec
import pytest
from claim_ground import NOW, open_claims
from lease_ground import in_act
from msgspec.structs import replace

from shouwen.features.disputes import jobs
from shouwen.features.disputes.proposing import ladder_price_fen
from shouwen.features.disputes.rows import ClaimRegion
from shouwen.features.disputes.types import FindingOutcome
from shouwen.features.disputes.use_cases import inspecting, reading
from shouwen.features.leases.public import open_lease_file
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.decode import decode


@pytest.fixture
def claims(house):
    return open_claims(house)


def refused(claims, *findings, error=BadInput, **more):
    """Filing is refused and changes nothing; the refusal."""
    with pytest.raises(error) as refusal:
        claims.act(claims.inspector, inspecting.file_inspection, claims.command(*findings, **more))
    assert claims.desk.one("SELECT count(*) FROM inspections") == 0
    assert claims.lease_state() == "inspecting"
    return refusal.value


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("back.scratch.deep", "没有这一条"),
        ("frame_left.scratch.medium", "与所选的部位不一致"),
        ("nothing.at.all", "没有这一条"),
    ],
)
def test_file_inspection_price_not_of_the_list_or_of_another_part_refused(claims, price, said):
    finding = inspecting.NewClaimFinding(
        **{name: getattr(claims.finding(), name) for name in inspecting.NewClaimFinding.__struct_fields__}
        | {"price": price}
    )
    refusal = refused(claims, finding)
    assert refusal.field == "findings[0].price"
    assert "第 1 处" in refusal.zh
    assert said in refusal.zh


@pytest.mark.parametrize("body", [b'{"price_fen": 100}', b'{"findings": [{"price_fen": 1}]}'])
def test_file_inspection_typed_price_is_an_unknown_field(body):
    with pytest.raises(BadInput):
        decode(inspecting.FileInspection, {}, [], body)


@pytest.mark.parametrize("region", [(0.8, 0.1, 0.3, 0.1), (0.1, 0.8, 0.1, 0.3), (0.1, 0.1, 0.0, 0.1)])
def test_file_inspection_region_outside_the_photo_refused(claims, region):
    assert "region" in refused(claims, claims.finding(region=ClaimRegion(*region))).field


@pytest.mark.parametrize("x", ["-0.1", "1.1", "1e400", '"0.5"'])
def test_file_inspection_region_out_of_bounds_refused_at_the_edge(x):
    finding = (
        '{"part":"back","kind":"scratch","severity":"medium","cause":"renter_use","photo":"ZJ-1",'
        f'"region":{{"x":{x},"y":0,"w":0.1,"h":0.1}},"price":"back.scratch.medium"}}'
    )
    body = f'{{"lease_ref":"ZL-1","received_on":"2026-11-22","imei_seen":"1234","findings":[{finding}]}}'
    with pytest.raises(BadInput):
        decode(inspecting.FileInspection, {}, [], body.encode())


def test_file_inspection_21_findings_refused_at_the_edge_20_filed(claims):
    photo = claims.media("inspection", "back")
    many = [claims.finding(photo)] * 20
    filed = claims.act(claims.inspector, inspecting.file_inspection, claims.command(*many))
    assert filed.claimed_fen == 20 * 18_000
    body = msgspec.json.encode(claims.command(*many, claims.finding(photo)))
    with pytest.raises(BadInput):
        decode(inspecting.FileInspection, {}, [], body)


def test_file_inspection_with_another_leases_photo_absent(claims):
    other = claims.returned(claims.house, 7, claims.stranger)
    foreign = claims.media("inspection", "back", lease=other)
    refused(claims, claims.finding(foreign), error=Absent)
    refused(claims, claims.finding(claims.media("handover", "back")), error=Absent)
    refused(claims, unboxing_video=foreign, error=Absent)


def test_file_inspection_video_as_photo_or_photo_as_video_refused(claims):
    video = claims.media("inspection", "back", "video/mp4")
    photo = claims.media("inspection", "back")
    assert "photo" in refused(claims, claims.finding(video)).field
    assert refused(claims, unboxing_video=photo).field == "unboxing_video"


@pytest.mark.parametrize("on", [date(2026, 11, 19), date(2026, 11, 23), date(2027, 1, 1)])
def test_file_inspection_received_on_a_day_that_cannot_be_refused(claims, on):
    assert refused(claims, received_on=on).field == "received_on"


@pytest.mark.parametrize("who", ["renter", "agent", "specialist", "supervisor"])
def test_file_inspection_by_anyone_but_an_inspector_refused(claims, who):
    with pytest.raises(Refusal):
        claims.act(getattr(claims, who), inspecting.file_inspection, claims.command())
    assert claims.desk.one("SELECT count(*) FROM inspections") == 0


def test_file_inspection_of_a_lease_in_use_absent(claims):
    with pytest.raises(Absent):
        claims.act(claims.inspector, inspecting.file_inspection, claims.command(lease_ref=claims.desk.lease.ref))


def test_file_inspection_twice_refused(claims):
    claims.file()
    with pytest.raises(Refusal):
        claims.act(claims.inspector, inspecting.file_inspection, claims.command(claims.finding()))
    assert claims.desk.one("SELECT count(*) FROM claims") == 1


def test_file_inspection_of_a_phone_still_on_its_way_receives_it_too(claims):
    lease = claims.returned(claims.house, 5, claims.stranger, state=LeaseState.RETURNING, returned_on=None)
    claims.act(
        claims.inspector, inspecting.file_inspection,
        claims.command(
            lease_ref=lease.ref, unboxing_video=None, received_on=date(2026, 11, 23), imei_seen=lease.imei
        ),
    )  # fmt: skip
    assert claims.desk.one("SELECT state FROM leases WHERE id = $1", lease.id) == "settling"


# What the rules say of reports


@pytest.mark.parametrize(
    "report",
    [
        {"unboxing_video": None},
        {"unboxing_continuous": False},
        {"received_on": date(2026, 11, 20)},  # 3 days allowed, inspected on the 23rd: on time, but see below
    ],
)
def test_read_proposal_report_without_its_proofs_charges_nothing(claims, report):
    ref = claims.file(**report).claim_ref
    late = "received_on" in report
    finding = claims.proposal(ref).findings[0]
    expected = FindingOutcome.CHARGED if late else FindingOutcome.NOT_CHARGED_UNPROVEN
    assert finding.outcome == expected


def test_read_proposal_late_inspection_charges_nothing(claims):
    claims.lease = claims.returned(claims.house, 4, claims.renter, returned_on=date(2026, 11, 20))
    ref = claims.act(
        claims.inspector, inspecting.file_inspection, claims.command(claims.finding(), received_on=date(2026, 11, 20)),
        at=NOW + timedelta(days=1),
    ).claim_ref  # fmt: skip
    finding = claims.proposal(ref).findings[0]
    assert (finding.charge_fen, finding.looked[0].rule) == (0, "INSP-1")


def test_read_proposal_part_without_handover_picture_charges_nothing(claims):
    ref = claims.file(claims.finding(price="frame_left.scratch.medium")).claim_ref
    assert claims.proposal(ref).findings[0].outcome == FindingOutcome.LESSOR_BEARS_DOUBT


def test_read_proposal_guided_shots_cover_the_parts_they_show(claims):
    claims.media("handover", "left_edge", role="agent")
    ref = claims.file(claims.finding(price="frame_left.scratch.medium")).claim_ref
    finding = claims.proposal(ref).findings[0]
    assert finding.outcome == FindingOutcome.CHARGED
    assert len(finding.handover_refs) == 1


def test_read_proposal_by_renter_refused(claims):
    ref = claims.file().claim_ref
    with pytest.raises(Refusal):
        claims.proposal(ref, claims.renter)


def test_list_inspections_waiting_with_last_day_then_filed(claims):
    before = claims.act(claims.inspector, inspecting.list_inspections, inspecting.ListInspections())
    assert [(row.lease_ref, row.due_on) for row in before.waiting] == [(claims.lease.ref, date(2026, 11, 25))]
    ref = claims.file().claim_ref
    after = claims.act(claims.inspector, inspecting.list_inspections, inspecting.ListInspections())
    assert after.waiting == ()
    assert [(row.claim_ref, row.findings) for row in after.filed] == [(ref, 1)]


def test_list_claims_broken_page_key_refused(claims):
    for key in ("x", "2026-11-23_1", "2026-11-23T00:00:00Z_99999999999999999999", "2026-11-23T00:00:00Z_-1"):
        with pytest.raises(BadInput):
            claims.act(claims.specialist, reading.list_claims, reading.ListClaims(after=key))


# Messages and letters


class Recorder:
    """A text-message port that keeps what it was given."""

    def __init__(self):
        self.sent = []

    async def send(self, phone, text):
        self.sent.append((phone, text))


def test_claim_notice_goes_to_the_renter_links_to_the_claim_and_names_nobody(claims):
    ref = claims.file().claim_ref
    [payload] = [payload for kind, payload in claims.jobs() if kind == "claim_notice"]
    services, recorder = claims.house.door.services, Recorder()
    cipher = services.cipher.encrypt("19900002210", "phone")
    in_act(
        claims.house,
        lambda ctx: ctx.conn.execute("UPDATE renters SET phone_cipher = $2 WHERE id = $1", claims.renter.id, cipher),
    )
    services.sms = recorder
    claims.house.run(jobs.claim_notice(claims.house.door, payload))
    [(phone, text)] = recorder.sent
    assert phone == "19900002210"
    assert f"/my/claims/{ref}" in text
    assert "11 月 30 日前" in text
    assert not any(word in text for word in ("陈", "199", "¥", "iPhone"))


def test_render_letter_prints_once_in_a_chinese_font_and_on_record(claims):
    ref = claims.contested()
    claims.decide(ref)
    payload = {"claim_ref": ref, "round": 1}
    claims.house.run(jobs.render_letter(claims.house.door, payload))
    claims.house.run(jobs.render_letter(claims.house.door, payload))
    [row] = claims.house.sql("SELECT ref, sha256, size_bytes FROM documents")
    letter = claims.act(claims.renter, reading.read_letter, reading.ReadLetter(ref))
    assert letter.document_ref == row["ref"]
    pdf = claims.house.door.services.storage.read(row["sha256"])
    assert (pdf[:5], len(pdf)) == (b"%PDF-", row["size_bytes"])
    assert b"NotoSans" in pdf  # the Chinese font is inside: no glyph was dropped for want of one
    entry = claims.house.sql("SELECT data FROM journal WHERE kind = 'letter.printed'")[0]
    assert entry["data"]["sha256"] == bytes(row["sha256"]).hex()
    with pytest.raises(Absent):
        claims.act(claims.stranger, reading.read_letter, reading.ReadLetter(ref))


def test_read_letter_before_a_decision_absent(claims):
    ref = claims.file().claim_ref
    with pytest.raises(Absent):
        claims.act(claims.renter, reading.read_letter, reading.ReadLetter(ref))


def test_rent_paid_after_the_phone_came_back_does_not_lower_its_value_on_that_day(claims):
    lease = claims.returned(claims.house, 31, claims.renter, paid=6)
    back_on = date(2026, 11, 22)

    async def look(ctx):
        return await open_lease_file(ctx.conn, lease.id, back_on)

    opened = in_act(claims.house, look)
    file = opened.file
    assert file.settled == 6
    then_fen = ladder_price_fen(opened, back_on)
    assert then_fen == file.ladder[6].price_fen

    def paid(on):
        late = replace(file.instalments[6], settled_on=on)
        return replace(
            opened, file=replace(file, settled=7, instalments=(*file.instalments[:6], late, *file.instalments[7:]))
        )

    assert ladder_price_fen(paid(back_on + timedelta(days=3)), back_on) == then_fen
    assert ladder_price_fen(paid(back_on), back_on) == file.ladder[7].price_fen
