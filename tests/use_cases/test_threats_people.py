"""A colleague who is complained about or no longer wanted, and an administrator: what each may not reach."""

import re
from datetime import UTC, date, datetime

import pytest
from case_ground import NOW, open_desk
from lease_ground import in_act, run

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import MoveReason
from shouwen.features.dossiers import store as dossiers
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.jobs import check_upload
from shouwen.features.evidence.public import Purpose, log_key
from shouwen.features.evidence.sequencer import read_frontier, sequence
from shouwen.features.leases.use_cases.swap import AskSwap, ask_swap
from shouwen.features.people import use_cases as people
from shouwen.kernel.actor import ANONYMOUS
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.demo.draw import LOOKS, View, draw_phone, encode_jpeg
from shouwen.mount.web.desk.reading import ReadCaseFile, read_case_file
from shouwen.platform.db import connect
from shouwen.platform.relay import drain

WORDS = "11 月 22 日下午说话很不客气"


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def ref(desk):
    """A case that 周敏 has answered."""
    ref = desk.open()
    desk.reply(ref)
    return ref


def complain(desk, ref, **more):
    return desk.act(desk.renter, cases.complain, cases.Complain(ref, WORDS, as_is=True, **more)).case_ref


def seal(house):
    """Everything so far stands in the log."""

    async def go():
        conn = await connect(house.dsn)
        try:
            await drain(conn)
            await sequence(conn, await read_frontier(conn), log_key(house.settings), NOW)
        finally:
            await conn.close()

    house.run(go())


def entries(desk, ref):
    """What the dossier of a case holds of the log."""
    case, conn = desk.case(ref), desk.house.door.reads
    return desk.house.run(dossiers.entries_of(conn, case["id"], case["lease_id"]))


def moved_by_complaint(desk, ref):
    complain(desk, ref)


def moved_by_supervisor(desk, ref):
    desk.act(desk.supervisor, cases.transfer_case, cases.TransferCase(ref, "limei", MoveReason.COMPLAINT))


@pytest.mark.parametrize("move", [moved_by_complaint, moved_by_supervisor])
def test_case_moved_by_a_complaint_tells_its_former_owner_no_reason(desk, ref, move):
    move(desk, ref)
    told = desk.read(ref).timeline[-1]
    assert (told.kind, told.text) == ("case.transferred", "负责人变更：由李梅接手")
    kept = desk.house.sql("SELECT data FROM journal WHERE kind = 'case.transferred'")[0]["data"]
    assert kept == {"from": desk.agent.id, "to": desk.other.id}
    assert desk.one("SELECT reason FROM owner_moves") == "complaint_against_owner"


def test_dossier_of_the_case_complained_from_holds_nothing_of_the_complaint(desk, ref):
    complaint = complain(desk, ref)
    desk.say(complaint, "录音里听得很清楚")
    seal(desk.house)
    assert {row["subject"] for row in entries(desk, complaint)} >= {f"case:{complaint}", f"case:{ref}"}
    shown = entries(desk, ref)
    assert {row["subject"] for row in shown} == {f"case:{ref}"}
    assert "投诉" not in str([row["content"] for row in shown])


def test_dossier_holds_what_other_cases_of_the_lease_tell(desk, ref):
    second = desk.open("billing_question", "第 8 期租金为什么多 0.04 元")
    seal(desk.house)
    assert f"case:{second}" in {row["subject"] for row in entries(desk, ref)}


def test_swap_asked_for_a_complaint_by_whom_it_is_about_finds_no_such_case(desk, ref):
    desk.act(desk.agent, cases.ask_specialist, cases.AskSpecialist(ref, "lin"))
    complaint = complain(desk, ref, against=desk.specialist.name)
    asked = AskSwap(desk.lease.ref, "屏幕不显示", date(2026, 11, 20), complaint)
    with pytest.raises(Absent):
        run(desk.house, ask_swap, desk.specialist, asked)
    assert desk.one("SELECT count(*) FROM swaps") == 0
    assert run(desk.house, ask_swap, desk.supervisor, asked).swap_ref


def upload(desk, data, purpose=Purpose.PROOF):
    """A file the renter sends; its reference."""
    started = desk.act(
        desk.renter, evidence.start_upload, evidence.StartUpload(desk.lease.ref, purpose, "IMG_1.jpg", len(data))
    ).upload_ref
    desk.house.door.services.storage.incoming(started).write_bytes(data)
    desk.act(desk.renter, evidence.record_chunk, evidence.RecordChunk(started, 0, len(data)))
    desk.house.run(check_upload(desk.house.door, {"upload_id": desk.one("SELECT max(id) FROM uploads")}))
    return desk.act(desk.renter, evidence.read_upload, evidence.ReadUpload(started)).media_ref


@pytest.fixture
def sent(desk, ref):
    """The case, a complaint about 周敏 from it, a file sent in the complaint alone, and one sent in both."""
    complaint = complain(desk, ref)
    picture = draw_phone(View.BACK, next(iter(LOOKS.values())))
    private, shared = (upload(desk, encode_jpeg(picture, datetime(2026, 11, 18, 6, 2, n, tzinfo=UTC))) for n in (1, 2))
    desk.act(desk.renter, cases.say, cases.Say(complaint, "聊天截图", (private, shared)))
    desk.act(desk.renter, cases.say, cases.Say(ref, "听筒的照片", (shared,)))
    return ref, complaint, private, shared


def listed(desk, actor):
    return {one.ref for one in desk.act(actor, evidence.list_evidence, evidence.ListEvidence(desk.lease.ref))}


def test_files_of_a_complaint_are_not_there_for_whom_it_is_about(desk, sent):
    ref, _, private, shared = sent
    assert listed(desk, desk.agent) == {shared}
    file = desk.act(desk.agent, read_case_file, ReadCaseFile(ref))
    assert {one.ref for one in file.media} == {shared}
    for use_case, command in (
        (evidence.read_media, evidence.ReadMedia(private)),
        (evidence.read_preview, evidence.ReadMedia(private)),
        (evidence.read_receipt, evidence.ReadReceipt(private)),
    ):
        with pytest.raises(Absent):
            desk.act(desk.agent, use_case, command)
    assert desk.act(desk.agent, evidence.read_media, evidence.ReadMedia(shared)).ref == shared


@pytest.mark.parametrize("who", ["renter", "other", "supervisor"])
def test_files_of_a_complaint_are_there_for_everybody_else(desk, sent, who):
    _, _, private, shared = sent
    assert listed(desk, getattr(desk, who)) == {private, shared}
    assert desk.act(getattr(desk, who), evidence.read_media, evidence.ReadMedia(private)).ref == private


def test_files_of_a_complaint_are_in_its_own_dossier_alone(desk, sent):
    ref, complaint, private, shared = sent
    seal(desk.house)
    for of, files in ((ref, {shared}), (complaint, {private, shared})):
        case, conn = desk.case(of), desk.house.door.reads
        media = desk.house.run(dossiers.media_of(conn, case["id"], case["lease_id"]))
        assert {row["ref"] for row in media} == files
        assert {row["subject"] for row in entries(desk, of) if row["kind"] == "evidence.added"} == files


def test_complaint_about_one_of_two_of_a_name_reaches_the_one_chosen(desk, ref):
    desk.act(desk.agent, cases.ask_specialist, cases.AskSpecialist(ref, "lin"))
    in_act(desk.house, lambda ctx: ctx.conn.execute("UPDATE staff SET name = '周敏' WHERE login = 'lin'"))
    shown = desk.act(desk.renter, cases.read_people, cases.ReadPeople(ref))
    assert [(one.id, one.name) for one in shown] == [(desk.agent.id, "周敏"), (desk.specialist.id, "周敏")]
    with pytest.raises(BadInput) as refused:
        complain(desk, ref, against="周敏")
    assert refused.value.field == "against"
    complaint = complain(desk, ref, against_id=desk.specialist.id)
    assert desk.case(complaint)["complaint_against_id"] == desk.specialist.id


def test_complaint_about_a_colleague_of_another_case_by_id_refused(desk, ref):
    with pytest.raises(Absent):
        complain(desk, ref, against_id=desk.other.id)
    assert desk.one("SELECT count(*) FROM cases") == 1


@pytest.fixture
def unwanted(desk, ref):
    """周敏's two cases; the renter wants another agent for the first and nobody is free, so nobody has it."""
    second = desk.open("billing_question", "第 8 期租金为什么多 0.04 元")
    desk.reply(second, "我核对一下第 8 期的账单。")
    absent = "UPDATE staff SET active = false WHERE login IN ('limei', 'lin')"
    in_act(desk.house, lambda ctx: ctx.conn.execute(absent))
    desk.act(desk.renter, cases.wish_owner_change, cases.WishOwnerChange(ref))
    assert desk.case(ref)["owner_id"] is None
    return ref, second


@pytest.mark.parametrize("who", ["agent", "supervisor"])
def test_case_the_renter_took_from_somebody_does_not_come_back_to_them_by_merging(desk, unwanted, who):
    ref, second = unwanted
    actor = getattr(desk, who)
    with pytest.raises(Refusal) as refused:
        desk.act(actor, cases.merge_case, cases.MergeCase(ref, second, confirmed=True))
    assert (refused.value.code, refused.value.rule) == ("asked_for_another", "OWN-2")
    assert desk.case(ref)["state"] == "open"
    assert desk.act(actor, cases.list_mergeable, cases.ListMergeable(ref)) == []
    assert "merge_case" not in desk.read(ref, desk.agent).next_acts


def test_who_was_barred_from_a_merged_case_stays_barred_in_the_kept_one(desk, unwanted):
    ref, _ = unwanted
    third = desk.open("deposit_refund", "押金什么时候退")
    desk.act(desk.supervisor, cases.merge_case, cases.MergeCase(ref, third, confirmed=True))
    assert desk.case(third)["barred_ids"] == [desk.agent.id]
    with pytest.raises(Refusal) as refused:
        desk.take(third)
    assert refused.value.code == "asked_for_another"


def test_administrator_does_not_reset_their_own_password(desk):
    before = desk.one("SELECT password_hash FROM staff WHERE login = 'adm'")
    with pytest.raises(Refusal) as refused:
        run(desk.house, people.reset_password, desk.admin, people.ResetPassword("adm"))
    assert (refused.value.code, bool(refused.value.remedy_zh)) == ("own_account", True)
    assert desk.one("SELECT password_hash FROM staff WHERE login = 'adm'") == before


def test_reset_password_is_told_at_log_in_and_in_the_account_until_another_is_chosen(web):
    desk = open_desk(web.house)
    given = run(web.house, people.reset_password, desk.admin, people.ResetPassword("gu")).password

    def log_in(password):
        command = people.LogInStaff("gu", password)
        return web.house.run(web.house.door.run(people.log_in_staff, ANONYMOUS, command))

    assert log_in(given).password_reset
    own = run(web.house, people.read_own_account, desk.supervisor, people.ReadOwnAccount())
    assert (own.password_reset_by, own.password_reset_at) == ("管理员", NOW)
    web.log_in(desk.supervisor)
    assert re.search("管理员在 .{5,20} 设置了您现在的密码", web.get("/account").text)
    chosen = "今天的风吹过三座山头"
    run(web.house, people.change_password, desk.supervisor, people.ChangePassword(given, chosen))
    assert not log_in(chosen).password_reset
    assert "设置了您现在的密码" not in web.get("/account").text
