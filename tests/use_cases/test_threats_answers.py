"""Answers are on record whichever act carries them: taking, looking first, a figure against the contract."""

from datetime import timedelta

import pytest
from case_ground import NOW, open_desk
from lease_ground import in_act

from shouwen.features.cases import use_cases as cases
from shouwen.kernel.errors import Refusal


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def ref(desk):
    return desk.open()


def kinds(desk):
    return [row["kind"] for row in desk.house.sql("SELECT kind FROM journal ORDER BY id")]


def test_promise_on_an_unowned_case_takes_it_on_record(desk, ref):
    promise = cases.MakePromise(ref, "答复您", NOW + timedelta(hours=6))
    desk.act(desk.supervisor, cases.make_promise, promise)
    assert desk.case(ref)["owner_id"] == desk.supervisor.id
    assert kinds(desk)[-2:] == ["case.taken", "promise.made"]


def test_resolution_that_has_not_seen_the_renters_last_words_is_refused(desk, ref):
    desk.take(ref)
    seen = desk.case(ref)["seq"]
    desk.say(ref, "不是这样的，请先别处理")
    with pytest.raises(Refusal) as blind:
        desk.act(desk.agent, cases.resolve_case, cases.ResolveCase(ref, "已经办好了", seen))
    assert blind.value.code == "newer_messages"
    assert desk.case(ref)["state"] == "open"


def test_resolution_with_a_figure_against_the_contract_is_on_record_with_its_reason(desk, ref):
    desk.take(ref)
    text = "买断价是 ¥2,400.00，已为您登记。"
    desk.act(desk.agent, cases.resolve_case, cases.ResolveCase(ref, text, 10_000, "电话里说好的"))
    kept = desk.house.sql("SELECT data, rule FROM journal WHERE kind = 'reply.overridden'")
    assert [(row["rule"], row["data"]["reason"]) for row in kept] == [("GUARD-1", "电话里说好的")]


def test_resolution_that_asks_for_what_is_on_file_is_counted(desk, ref):
    desk.take(ref)
    row = desk.house.sql("SELECT lease_id, renter_id FROM cases WHERE ref = $1", ref)[0]

    async def hand_over(ctx):
        await ctx.conn.execute(
            "INSERT INTO media (ref, lease_id, renter_id, purpose, part, file_name, mime, size_bytes, sha256, checks,"
            " uploaded_role, uploaded_by, uploaded_at) VALUES ('ZJ-ANSWER', $1, $2, 'handover', 'screen', 'a.jpg',"
            " 'image/jpeg', 9, sha256('x'), '[]', 'agent', 1, $3)",
            row["lease_id"], row["renter_id"], NOW,
        )  # fmt: skip

    in_act(desk.house, hand_over)
    desk.act(desk.agent, cases.resolve_case, cases.ResolveCase(ref, "麻烦您再发一下签收时的开箱视频。", 10_000))
    assert "reply.asked_twice" in kinds(desk)


def test_renter_who_has_seen_all_they_may_read_has_nothing_unread(desk, ref):
    desk.take(ref)
    last = desk.reply(ref)
    desk.act(desk.agent, cases.add_note, cases.AddNote(ref, "只给同事看"))
    desk.act(desk.renter, cases.mark_seen, cases.MarkSeen(ref, last.seq))
    assert desk.case(ref)["renter_unread"] == 0
