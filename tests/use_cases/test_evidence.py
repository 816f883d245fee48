"""Uploads become evidence: checked, hashed, kept byte for byte, sealed, and seen only by who may."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from evidence_story import (
    ADMIN,
    AGENT,
    INSPECTOR,
    LEASE,
    NOW,
    RENTER,
    STRANGER,
    act,
    seal_everything,
    upload,
)

from shouwen.features.evidence import jobs
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.seals.leaf import parse_leaf
from shouwen.features.evidence.seals.note import parse_vkey
from shouwen.features.evidence.seals.tlog_proof import parse_tlog_proof, verify_tlog_proof
from shouwen.features.evidence.sweeping import ABANDONED
from shouwen.features.evidence.types import Purpose
from shouwen.features.evidence.use_cases import uploads
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform import jobs as queue
from shouwen.platform.db import connect


def test_upload_photo_becomes_sealed_evidence_byte_for_byte(leased, photo):
    done = upload(leased, photo, sha256=hashlib.sha256(photo).hexdigest())
    assert (done.state, done.refusal_zh) == ("accepted", "")
    seal_everything(leased)
    receipt = act(leased, evidence.read_receipt, evidence.ReadReceipt(done.media_ref))
    proof = parse_tlog_proof(receipt.proof.encode())
    leaf = parse_leaf(receipt.leaf.encode())
    head = verify_tlog_proof(proof, leaf.hash(), parse_vkey(receipt.vkey))
    assert head.size >= 1
    assert leaf.commits_to(bytes.fromhex(receipt.salt_hex), receipt.content)
    assert receipt.content["sha256"] == hashlib.sha256(photo).hexdigest()
    media = act(leased, evidence.list_evidence, evidence.ListEvidence(LEASE))[0]
    assert leased.door.services.storage.read(media.sha256) == photo
    assert media.taken_at == datetime(2026, 11, 18, 6, 2, 11, tzinfo=UTC)
    assert {check.name: check.ok for check in media.checks} == dict.fromkeys(
        ("sharpness", "exposure", "size", "taken_at"), True
    )


def test_log_grows_entries_keep_their_proofs(leased, photo):
    first = upload(leased, photo)
    seal_everything(leased)
    for number in range(3):
        upload(leased, photo, name=f"{number}.jpg")
        seal_everything(leased)
    receipt = act(leased, evidence.read_receipt, evidence.ReadReceipt(first.media_ref))
    proof = parse_tlog_proof(receipt.proof.encode())
    assert verify_tlog_proof(proof, parse_leaf(receipt.leaf.encode()).hash(), parse_vkey(receipt.vkey)).size == 4


def test_read_receipt_before_sealing_says_wait(leased, photo):
    done = upload(leased, photo)
    with pytest.raises(Refusal) as refused:
        act(leased, evidence.read_receipt, evidence.ReadReceipt(done.media_ref))
    assert refused.value.code == "not_sealed_yet"


PNG_BOMB = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00" + bytes(64)
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"hello, I am no photo", "not_media"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not_media"),
        (b"<html><body onload=alert(1)>", "not_media"),
        (b"%PDF-1.7 not a photo", "not_media"),
        (b"PK\x03\x04" + bytes(100), "not_media"),
        (PNG_BOMB, "too_many_pixels"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "heic"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(100), "broken_media"),
        (b"\x89PNG\r\n\x1a\n", "broken_media"),
    ],
)
def test_upload_something_else_refused_with_reason_and_remedy(leased, data, code):
    done = upload(leased, data)
    assert done.state == "refused"
    assert done.refusal_zh
    assert done.remedy_zh
    assert leased.sql("SELECT data->>'code' AS code FROM journal WHERE kind = 'upload.refused'")[0]["code"] == code
    assert leased.sql("SELECT count(*) FROM media")[0][0] == 0


def test_upload_truncated_photo_refused(leased, photo):
    assert upload(leased, photo[: len(photo) // 2]).state == "refused"


def test_upload_other_bytes_than_announced_refused(leased, photo):
    done = upload(leased, photo, sha256=hashlib.sha256(b"another photo").hexdigest())
    assert (done.state, done.refusal_zh) == ("refused", "上传途中内容有变化")


@pytest.mark.parametrize(("size", "status"), [(0, 422), (10**12, 413)])
def test_start_upload_empty_or_huge_refused(leased, size, status):
    with pytest.raises(BadInput) as refused:
        act(leased, evidence.start_upload, evidence.StartUpload(LEASE, Purpose.STATEMENT, "a.jpg", size))
    assert (refused.value.status, refused.value.field) == (status, "size")


def test_record_chunk_at_wrong_offset_refused_and_nothing_counted(leased):
    started = act(leased, evidence.start_upload, evidence.StartUpload(LEASE, Purpose.STATEMENT, "a.jpg", 100))
    act(leased, evidence.record_chunk, evidence.RecordChunk(started.upload_ref, 0, 40))
    for offset, length in ((0, 40), (50, 10), (40, 61)):
        with pytest.raises(Refusal) as refused:
            act(leased, evidence.record_chunk, evidence.RecordChunk(started.upload_ref, offset, length))
        assert refused.value.code == "offset_mismatch"
    assert act(leased, evidence.read_upload, evidence.ReadUpload(started.upload_ref)).received_bytes == 40


@pytest.mark.parametrize(
    ("actor", "purpose"),
    [
        (STRANGER, Purpose.STATEMENT),
        (RENTER, Purpose.INSPECTION),
        (INSPECTOR, Purpose.STATEMENT),
        (AGENT, Purpose.HANDOVER),
        (ADMIN, Purpose.PROOF),
    ],
)
def test_start_upload_by_stranger_or_for_other_side_absent(leased, actor, purpose):
    with pytest.raises(Absent):
        act(leased, evidence.start_upload, evidence.StartUpload(LEASE, purpose, "a.jpg", 10), actor)


def test_evidence_seen_by_its_renter_and_the_desk_only(leased, photo):
    ref = upload(leased, photo, purpose=Purpose.RETURN).media_ref
    for actor in (RENTER, AGENT, INSPECTOR):
        assert act(leased, evidence.read_media, evidence.ReadMedia(ref), actor).ref == ref
    for actor in (STRANGER, ADMIN):
        for use_case in (evidence.read_media, evidence.read_preview, evidence.read_receipt):
            command = evidence.ReadReceipt(ref) if use_case is evidence.read_receipt else evidence.ReadMedia(ref)
            with pytest.raises(Absent):
                act(leased, use_case, command, actor)
    views = leased.sql("SELECT actor_name FROM journal WHERE kind = 'evidence.viewed' ORDER BY id")
    assert [view["actor_name"] for view in views] == ["陈*宇", "周敏", "何波"]


@pytest.mark.parametrize("purpose", [Purpose.STATEMENT, Purpose.PROOF])
def test_inspector_sees_pictures_of_the_phone_and_no_case_content(leased, photo, purpose):
    ref = upload(leased, photo, purpose=purpose).media_ref
    seen = upload(leased, photo, purpose=Purpose.RETURN).media_ref
    for use_case, command in (
        (evidence.read_media, evidence.ReadMedia(ref)),
        (evidence.read_preview, evidence.ReadMedia(ref)),
        (evidence.read_receipt, evidence.ReadReceipt(ref)),
    ):
        with pytest.raises(Absent):
            act(leased, use_case, command, INSPECTOR)
    listed = act(leased, evidence.list_evidence, evidence.ListEvidence(LEASE), INSPECTOR)
    assert [media.ref for media in listed] == [seen]


def test_start_upload_after_many_files_refused_so_that_the_other_sides_are_still_found(leased, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FILES", 3)
    fill = """
        INSERT INTO media (ref, lease_id, renter_id, purpose, part, file_name, mime, size_bytes, sha256, checks,
                           uploaded_role, uploaded_by, uploaded_at)
        SELECT 'ZJ-' || n, 1, 1, 'proof', '', 'a.jpg', 'image/jpeg', 1, '\\x00', '[]', 'renter', 1, $1
        FROM generate_series(1, 3) n
    """
    leased.run(put(leased, fill, NOW))
    command = evidence.StartUpload(LEASE, Purpose.PROOF, "a.jpg", 10)
    with pytest.raises(Refusal) as refused:
        act(leased, evidence.start_upload, command)
    assert refused.value.code == "too_many_files"
    inspection = evidence.StartUpload(LEASE, Purpose.INSPECTION, "a.jpg", 10)
    assert act(leased, evidence.start_upload, inspection, INSPECTOR).received == 0


def test_start_upload_not_barred_for_ever_by_uploads_left_behind(leased, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_OPEN_UPLOADS", 2)
    command = evidence.StartUpload(LEASE, Purpose.PROOF, "a.jpg", 10)
    for _ in range(2):
        act(leased, evidence.start_upload, command)
    with pytest.raises(Refusal) as refused:
        act(leased, evidence.start_upload, command)
    assert refused.value.code == "too_many_uploads"
    tomorrow = NOW + ABANDONED + timedelta(seconds=1)
    started = leased.run(leased.door.run(evidence.start_upload, RENTER, command, at=tomorrow))
    assert started.received == 0


async def put(house, query, *args):
    conn = await connect(house.dsn)
    async with conn.transaction():
        await conn.execute("SELECT set_config('shouwen.act', '1', true)")
        await conn.execute(query, *args)
    await conn.close()


def test_upload_that_no_worker_survives_is_refused_and_its_sender_told(leased, photo):
    started = act(leased, evidence.start_upload, evidence.StartUpload(LEASE, Purpose.STATEMENT, "a.jpg", len(photo)))
    incoming = leased.door.services.storage.incoming(started.upload_ref)
    incoming.write_bytes(photo)
    act(leased, evidence.record_chunk, evidence.RecordChunk(started.upload_ref, 0, len(photo)))
    enqueue = "INSERT INTO jobs (kind, key, payload, run_at, attempts) SELECT 'check_upload', 'c', $1, now(), $2"
    upload_id = leased.sql("SELECT id FROM uploads")[0]["id"]
    leased.run(put(leased, enqueue, {"upload_id": upload_id}, queue.MAX_ATTEMPTS))
    assert leased.run(queue.run_next(leased.door, leased.door.writes))
    told = act(leased, evidence.read_upload, evidence.ReadUpload(started.upload_ref))
    assert (told.state, told.refusal_zh) == ("refused", "这个文件无法检查")
    assert not incoming.exists()


def test_read_upload_of_somebody_else_absent(leased):
    started = act(leased, evidence.start_upload, evidence.StartUpload(LEASE, Purpose.STATEMENT, "a.jpg", 10))
    with pytest.raises(Absent):
        act(leased, evidence.read_upload, evidence.ReadUpload(started.upload_ref), STRANGER)
    with pytest.raises(Refusal):
        act(leased, evidence.record_chunk, evidence.RecordChunk(started.upload_ref, 0, 10), STRANGER)


def test_check_upload_twice_after_crash_recorded_once(leased, photo):
    done = upload(leased, photo)
    upload_id = leased.sql("SELECT id FROM uploads")[0]["id"]
    leased.run(jobs.check_upload(leased.door, {"upload_id": upload_id}))
    assert leased.sql("SELECT count(*) FROM media")[0][0] == 1
    assert done.media_ref
