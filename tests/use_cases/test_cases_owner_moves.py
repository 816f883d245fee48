"""Who a case moves to, and why: the renter's wish, a complaint, a specialist at any time, a breached clock."""

from datetime import timedelta

import pytest
from case_ground import NOW, open_desk
from lease_ground import in_act

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.jobs import tick
from shouwen.features.cases.types import CaseType, MoveReason, WishReason
from shouwen.kernel.errors import Absent, BadInput, Refusal


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def ref(desk):
    """A case that 周敏 has answered."""
    ref = desk.open()
    desk.reply(ref)
    return ref


def wish(desk, ref, reason=WishReason.UNSAID, words="", actor=None, **more):
    return desk.act(actor or desk.renter, cases.wish_owner_change, cases.WishOwnerChange(ref, reason, words), **more)


def complain(desk, ref, text="11 月 22 日下午说话很不客气", against=None, actor=None, **more):
    command = cases.Complain(ref, text, against, more.pop("asked", ""), as_is=True)
    return desk.act(actor or desk.renter, cases.complain, command, **more)


def call(desk, ref, words="", actor=None, **more):
    return desk.act(actor or desk.renter, cases.call_specialist, cases.CallSpecialist(ref, words), **more)


def lines(desk, ref, actor=None):
    return [message.body for message in desk.read(ref, actor or desk.renter).messages if message.kind == "system"]


def moves_of(desk, ref):
    return desk.house.sql(
        "SELECT o.* FROM owner_moves o JOIN cases c ON c.id = o.case_id WHERE c.ref = $1 ORDER BY o.id", ref
    )


def retire(desk, *people):
    """They are not at the desk any more."""

    async def gone(ctx):
        await ctx.conn.execute("UPDATE staff SET active = false WHERE id = ANY($1)", [one.id for one in people])

    in_act(desk.house, gone)


def test_wish_of_renter_moves_case_to_another_agent_and_says_who_is_next(desk, ref):
    moved = wish(desk, ref, WishReason.SLOW, "两天没有回音")
    assert moved.owner_name == "李梅"
    assert lines(desk, ref)[-1] == "接下来由李梅负责，前面的内容和材料都已交接，您不用重复说明。"
    [row] = moves_of(desk, ref)
    assert (row["reason"], row["why"], row["words"]) == ("renter_wish", "slow", "两天没有回音")
    assert (row["from_id"], row["to_id"], row["by_role"]) == (desk.agent.id, desk.other.id, "renter")
    assert ref in {one.ref for one in desk.queue(actor=desk.other).rows}
    assert ref not in {one.ref for one in desk.queue(actor=desk.agent).rows}
    note = [message.body for message in desk.read(ref, desk.other).messages if message.kind == "note"]
    assert note == ["租客要求更换客服：回复太慢。两天没有回音"]
    told = desk.read(ref).timeline[-1]
    assert (told.kind, told.rule, told.text) == ("case.transferred", "OWN-2", "租客要求更换：由李梅接手")


def test_wish_hands_over_open_promises_and_resets_no_clock(desk, ref):
    due_at = NOW + timedelta(hours=2)
    desk.act(desk.agent, cases.make_promise, cases.MakePromise(ref, "给您进展", due_at), at=NOW)
    before = desk.house.sql("SELECT kind, started_at, due_at, stopped_at FROM case_clocks ORDER BY id")
    wish(desk, ref)
    assert desk.one("SELECT staff_id FROM promises") == desk.other.id
    assert desk.house.sql("SELECT kind, started_at, due_at, stopped_at FROM case_clocks ORDER BY id") == before
    assert desk.case(ref)["first_human_at"] is not None


def test_old_owner_after_the_wish_neither_takes_answers_nor_receives_the_case(desk, ref):
    wish(desk, ref)
    for use_case, command in (
        (cases.take_case, cases.TakeCase(ref)),
        (cases.reply, cases.Reply(ref, "我再看一下听筒的情况", desk.case(ref)["seq"])),
    ):
        with pytest.raises(Refusal) as refused:
            desk.act(desk.agent, use_case, command)
        assert refused.value.code == "asked_for_another"
    back = cases.TransferCase(ref, "zhoumin", MoveReason.TAKEOVER)
    with pytest.raises(Refusal) as refused:
        desk.act(desk.supervisor, cases.transfer_case, back)
    assert refused.value.code == "cannot_receive"
    assert not {"take_case", "reply"} & set(desk.read(ref).next_acts)


def test_second_wish_goes_to_the_supervisors_and_a_third_says_so(desk, ref):
    wish(desk, ref)
    again = wish(desk, ref, WishReason.UNSOLVED)
    assert again.owner_name == "李梅"
    assert "请主管来看" in lines(desk, ref)[-1]
    assert [row.ref for row in desk.queue("escalated", desk.supervisor).rows] == [ref]
    assert desk.queue("mine", desk.supervisor).counts.escalated == 1
    with pytest.raises(Refusal) as refused:
        wish(desk, ref)
    assert (refused.value.code, refused.value.rule) == ("with_supervisor", "OWN-2")
    moved = cases.TransferCase(ref, "gu", MoveReason.RENTER_WISH)
    desk.act(desk.supervisor, cases.transfer_case, moved)
    assert desk.case(ref)["escalated_at"] is None
    assert [row["to_id"] for row in moves_of(desk, ref)] == [desk.other.id, desk.other.id, desk.supervisor.id]


def test_wish_with_nobody_else_there_waits_with_the_supervisors(desk, ref):
    retire(desk, desk.other, desk.specialist)
    assert wish(desk, ref).owner_name == ""
    assert "已请主管安排" in lines(desk, ref)[-1]
    assert [row.ref for row in desk.queue("escalated", desk.supervisor).rows] == [ref]
    assert desk.queue("unowned", desk.supervisor).counts.unowned == 1
    desk.take(ref, desk.supervisor)
    assert desk.queue("escalated", desk.supervisor).counts.escalated == 0


def test_wish_before_anybody_has_the_case_or_after_its_end_says_what_to_do(desk):
    ref = desk.open()
    with pytest.raises(Refusal) as refused:
        wish(desk, ref)
    assert refused.value.code == "not_owned"
    desk.reply(ref)
    desk.act(desk.renter, cases.close_case, cases.CloseCase(ref))
    with pytest.raises(Refusal) as refused:
        wish(desk, ref)
    assert refused.value.code == "case_closed"


def test_wish_sent_twice_with_one_key_moves_once(desk, ref):
    first = wish(desk, ref, key="wish-once-1")
    assert wish(desk, ref, key="wish-once-1") == first
    assert len(moves_of(desk, ref)) == 1


@pytest.mark.parametrize("who", ["stranger", "agent", "supervisor"])
def test_wish_complaint_and_call_of_anybody_else_refused(desk, ref, who):
    for act in (wish, complain, call):
        with pytest.raises(Refusal) as refused:
            act(desk, ref, actor=getattr(desk, who))
        assert refused.value.status == 404
    assert desk.one("SELECT count(*) FROM owner_moves") == 0
    assert desk.one("SELECT count(*) FROM cases") == 1


def test_complaint_about_the_owner_opens_a_case_and_moves_the_old_one(desk, ref):
    opened = complain(desk, ref, asked="请换一位客服并书面答复")
    row = desk.case(opened.case_ref)
    assert (row["type"], row["complaint_against_id"], row["channel"]) == ("complaint", desk.agent.id, "complaint_box")
    assert desk.read(opened.case_ref, desk.renter).statement.request == "请换一位客服并书面答复。"
    assert "周敏看不到这里的内容" in lines(desk, opened.case_ref)[-1]
    assert desk.case(ref)["owner_name"] == "李梅"
    assert [row["reason"] for row in moves_of(desk, ref)] == ["complaint_against_owner"]
    assert [one.ref for one in desk.queue("escalated", desk.supervisor).rows] == [opened.case_ref]


def test_person_complained_about_finds_nothing_of_the_complaint(desk, ref):
    complaint = complain(desk, ref).case_ref
    seq = desk.case(complaint)["seq"]
    due_at = NOW + timedelta(hours=2)
    for use_case, command in (
        (cases.read_case, cases.ReadCase(complaint)),
        (cases.read_thread, cases.ReadThread(complaint)),
        (cases.read_timeline, cases.ReadCase(complaint)),
        (cases.take_case, cases.TakeCase(complaint)),
        (cases.reply, cases.Reply(complaint, "我们正在核实这件事", seq)),
        (cases.check_reply, cases.CheckReply(complaint, "我们正在核实")),
        (cases.add_note, cases.AddNote(complaint, "不是这样的")),
        (cases.save_draft, cases.SaveDraft(complaint, "草稿")),
        (cases.mark_seen, cases.MarkSeen(complaint, 1)),
        (cases.insert_quote, cases.InsertQuote(complaint)),
        (cases.make_promise, cases.MakePromise(complaint, "给您进展", due_at)),
        (cases.ask_specialist, cases.AskSpecialist(complaint, "lin")),
        (cases.transfer_case, cases.TransferCase(complaint, "limei", MoveReason.SHIFT_END)),
        (cases.resolve_case, cases.ResolveCase(complaint, "已经处理好了", 10_000)),
        (cases.close_case, cases.CloseCase(complaint)),
    ):
        with pytest.raises(Absent):
            desk.act(desk.agent, use_case, command)
    for tab in ("mine", "waiting", "unowned", "escalated", "all"):
        queue = desk.queue(tab, desk.agent)
        assert complaint not in {row.ref for row in queue.rows}, tab
        assert (queue.counts.unowned, queue.counts.escalated, queue.counts.all) == (0, 0, 1)
    for typed in (complaint, desk.lease.ref, "陈*宇"):
        found = {hit.ref for hit in desk.act(desk.agent, cases.search, cases.Search(typed))}
        assert complaint not in found, typed
    assert complaint in {row.ref for row in desk.queue("unowned", desk.supervisor).rows}
    assert "投诉" not in "".join(message.body for message in desk.read(ref, desk.agent).messages)


def test_complaint_is_the_supervisors_and_never_goes_to_the_person_complained_about(desk, ref):
    complaint = complain(desk, ref).case_ref
    with pytest.raises(Refusal) as refused:
        desk.take(complaint, desk.other)
    assert refused.value.code == "complaint_is_the_supervisors"
    assert "take_case" not in desk.read(complaint, desk.other).next_acts
    desk.take(complaint, desk.supervisor)
    for to in ("zhoumin", "limei"):
        with pytest.raises(Refusal) as refused:
            desk.act(desk.supervisor, cases.transfer_case, cases.TransferCase(complaint, to, MoveReason.TAKEOVER))
        assert refused.value.code == "cannot_receive"


def test_complaint_about_a_specialist_chosen_by_name_leaves_the_owner(desk, ref):
    desk.act(desk.agent, cases.ask_specialist, cases.AskSpecialist(ref, "lin"))
    people = desk.act(desk.renter, cases.read_people, cases.ReadPeople(ref))
    assert [(one.name, one.owner) for one in people] == [("周敏", True), ("林专员", False)]
    complaint = complain(desk, ref, against="林专员").case_ref
    assert desk.case(complaint)["complaint_against_id"] == desk.specialist.id
    assert desk.case(ref)["owner_name"] == "周敏"
    with pytest.raises(Refusal) as refused:
        desk.act(desk.agent, cases.ask_specialist, cases.AskSpecialist(ref, "lin"))
    assert refused.value.code == "cannot_decide"


def test_complaints_about_two_people_are_two_cases(desk, ref):
    first = complain(desk, ref).case_ref
    assert complain(desk, ref, "又打来电话催促，11 月 23 日", against="周敏").case_ref == first
    desk.reply(ref, "我接着看这件事，今天给您答复。", actor=desk.other)
    second = complain(desk, ref).case_ref
    assert second != first
    assert desk.case(second)["complaint_against_id"] == desk.other.id
    assert desk.read(first, desk.other).case.ref == first
    with pytest.raises(Absent):
        desk.read(second, desk.other)


@pytest.mark.parametrize(
    ("against", "text", "status"), [("刘某", "11 月 22 日说话不客气", 404), (None, "  ", 422), ("何检", "很慢", 404)]
)
def test_complaint_without_words_or_about_a_stranger_to_the_case_refused(desk, ref, against, text, status):
    with pytest.raises(Refusal) as refused:
        complain(desk, ref, text, against)
    assert refused.value.status == status
    assert desk.one("SELECT count(*) FROM cases") == 1


def test_complaint_before_anybody_has_the_case_asks_whom_it_is_about(desk):
    ref = desk.open()
    with pytest.raises(BadInput) as refused:
        complain(desk, ref)
    assert refused.value.field == "against"


def test_call_for_a_specialist_asks_one_in_and_keeps_the_owner(desk, ref):
    called = call(desk, ref, "想请专员看听筒是不是人为")
    assert (called.turn, called.owner_name) == ("specialist", "周敏")
    page = desk.read(ref, desk.renter)
    assert "已请高级专员林专员来看" in lines(desk, ref)[-1]
    assert "周敏仍是您的联系人" in lines(desk, ref)[-1]
    assert "specialist_answer" in {clock.kind for clock in page.clocks if clock.stopped_at is None}
    assert "call_specialist" not in page.next_acts
    assert [row.ref for row in desk.queue(actor=desk.specialist).rows] == [ref]
    with pytest.raises(Refusal) as refused:
        call(desk, ref)
    assert refused.value.code == "specialist_asked"


def test_specialist_who_was_called_answers_and_the_clock_stops(desk, ref):
    call(desk, ref)
    desk.reply(ref, "我先核对一下听筒的型号和日期。", actor=desk.agent)
    assert desk.case(ref)["turn"] == "specialist"
    desk.reply(ref, "听筒是内部故障，按合同免费维修。", actor=desk.specialist)
    stopped = "SELECT stopped_at FROM case_clocks WHERE kind = 'specialist_answer'"
    assert desk.one(stopped) is not None
    assert desk.case(ref)["turn"] == "renter"
    assert desk.case(ref)["owner_name"] == "周敏"


def test_call_before_anybody_answered_starts_the_clocks_of_a_person(desk):
    ref = desk.open()
    call(desk, ref)
    case = desk.case(ref)
    assert case["human_asked_at"] is not None
    assert case["owner_id"] is None
    first = desk.one("SELECT due_at FROM case_clocks WHERE kind = 'first_answer' AND stopped_at IS NULL")
    assert (case["turn"], case["turn_until"]) == ("desk", first)  # who asked for a specialist still waits for a person
    assert ref in {row.ref for row in desk.queue("unowned").rows}
    assert [row.ref for row in desk.queue(actor=desk.specialist).rows] == [ref]


def test_call_in_a_case_nobody_has_keeps_its_place_in_the_queue_and_lands_with_whoever_takes_it(desk):
    ref = desk.open()
    later = desk.open(CaseType.DEPOSIT_REFUND, "11 月 20 日归还，押金还没有退", at=NOW + timedelta(minutes=1))
    call(desk, ref)
    desk.say(ref, "有人吗？？？")
    assert [row.ref for row in desk.queue("unowned").rows] == [ref, later]
    desk.take(ref)
    found = desk.queue()
    assert ([row.ref for row in found.rows], found.counts.mine, found.counts.waiting) == ([ref], 1, 0)
    desk.reply(ref, "您好，听筒没有声音的话，请先看一下防尘网有没有被贴膜盖住。")
    due_at = desk.one("SELECT due_at FROM case_clocks WHERE kind = 'specialist_answer' AND stopped_at IS NULL")
    case = desk.case(ref)
    assert (case["turn"], case["turn_until"]) == ("specialist", due_at)
    assert [row.ref for row in desk.queue("waiting").rows] == [ref]


def test_call_with_no_specialist_there_goes_to_the_supervisors(desk, ref):
    retire(desk, desk.specialist)
    call(desk, ref)
    assert "已请主管为您安排高级专员" in lines(desk, ref)[-1]
    assert [row.ref for row in desk.queue("escalated", desk.supervisor).rows] == [ref]


def test_breached_answer_clock_stands_with_the_supervisors_once_and_tells_the_renter(desk):
    ref = desk.open()
    late = NOW + timedelta(seconds=301)
    assert [desk.house.run(tick(desk.house.door, late)) for _ in range(2)] == [1, 0]
    assert [row.ref for row in desk.queue("escalated", desk.supervisor).rows] == [ref]
    assert desk.queue("mine", desk.supervisor).counts.escalated == 1
    assert [line for line in lines(desk, ref) if "已交给主管优先安排" in line] == lines(desk, ref)
    assert desk.one("SELECT count(*) FROM journal WHERE kind = 'clock.breached'") == 1


def test_escalation_settled_by_a_supervisor_leaves_the_list_and_nobody_else_may(desk, ref):
    wish(desk, ref)
    wish(desk, ref)
    settle = cases.SettleEscalation(ref, "已打电话说明，由李梅继续")
    for who in (desk.agent, desk.other, desk.specialist, desk.renter):
        with pytest.raises(Refusal) as refused:
            desk.act(who, cases.settle_escalation, settle)
        assert refused.value.status in (403, 404)
    assert "settle_escalation" in desk.read(ref, desk.supervisor).next_acts
    desk.act(desk.supervisor, cases.settle_escalation, settle)
    assert desk.queue("escalated", desk.supervisor).rows == ()
    with pytest.raises(Refusal) as refused:
        desk.act(desk.supervisor, cases.settle_escalation, settle)
    assert refused.value.code == "not_escalated"


def test_what_a_specialist_was_called_for_stays_theirs_while_the_renter_writes_or_asks_for_another(desk, ref):
    call(desk, ref)
    until = desk.case(ref)["turn_until"]
    desk.say(ref, "补充：外放是正常的")
    assert wish(desk, ref).owner_name == "李梅"
    case = desk.case(ref)
    assert (case["turn"], case["staff_unread"], case["turn_until"] < until) == ("desk", 1, True)
    assert [row.ref for row in desk.queue(actor=desk.specialist).rows] == [ref]
    assert [row.ref for row in desk.queue("mine", desk.other).rows] == [ref]
    desk.reply(ref, "外放正常，听筒防尘网可能堵住了，专员会看。", actor=desk.other)
    case = desk.case(ref)
    assert (case["turn"], case["turn_until"]) == ("specialist", until)
    assert [row.ref for row in desk.queue("waiting", desk.other).rows] == [ref]


def test_call_in_a_complaint_asks_a_supervisor_who_is_not_complained_about(desk, ref):
    complaint = complain(desk, ref).case_ref
    call(desk, complaint)
    assert desk.case(complaint)["specialist_id"] == desk.supervisor.id
    assert "已请主管顾主管来看" in lines(desk, complaint)[-1]
