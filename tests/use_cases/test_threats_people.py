"""A colleague who is complained about or no longer wanted, and an administrator: what each may not reach."""

from datetime import date

import pytest
from case_ground import NOW, open_desk
from lease_ground import run

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import MoveReason
from shouwen.features.dossiers import store as dossiers
from shouwen.features.evidence.public import log_key
from shouwen.features.evidence.sequencer import read_frontier, sequence
from shouwen.features.leases.use_cases_swap import AskSwap, ask_swap
from shouwen.kernel.errors import Absent
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
