"""A case between renter and desk: access, ownership, threads, queues, ends."""

from datetime import timedelta
from hashlib import sha256

import pytest
from case_ground import NOW, open_desk
from lease_ground import in_act

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.jobs import tick
from shouwen.features.cases.public import NewCase, OfClaim, end_pause, open_case, start_pause
from shouwen.features.cases.types import CaseType, MoveReason, Statement, Turn
from shouwen.kernel.errors import Absent, Refusal


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def ref(desk):
    return desk.open()


def acts_on(ref):
    """Every act on a case, as (use case, command)."""
    due = NOW + timedelta(hours=2)
    return [
        (cases.read_case, cases.ReadCase(ref)),
        (cases.read_thread, cases.ReadThread(ref)),
        (cases.say, cases.Say(ref, "你好，我来补充")),
        (cases.hand_to_human, cases.HandToHuman(ref)),
        (cases.reply, cases.Reply(ref, "我们正在核实这件事", 99)),
        (cases.check_reply, cases.CheckReply(ref, "我们正在核实")),
        (cases.add_note, cases.AddNote(ref, "看一下")),
        (cases.take_case, cases.TakeCase(ref)),
        (cases.transfer_case, cases.TransferCase(ref, "limei", MoveReason.SHIFT_END)),
        (cases.ask_specialist, cases.AskSpecialist(ref, "lin")),
        (cases.insert_quote, cases.InsertQuote(ref)),
        (cases.save_draft, cases.SaveDraft(ref, "草稿")),
        (cases.mark_seen, cases.MarkSeen(ref, 1)),
        (cases.make_promise, cases.MakePromise(ref, "给您进展", due)),
        (cases.keep_promise, cases.KeepPromise(ref, 1)),
        (cases.resolve_case, cases.ResolveCase(ref, "已经处理好了", 10_000)),
        (cases.close_case, cases.CloseCase(ref)),
        (cases.rate_case, cases.RateCase(ref, 5)),
        (cases.wish_owner_change, cases.WishOwnerChange(ref)),
        (cases.call_specialist, cases.CallSpecialist(ref)),
        (cases.complain, cases.Complain(ref, "11 月 22 日说话不客气")),
        (cases.read_people, cases.ReadPeople(ref)),
        (cases.settle_escalation, cases.SettleEscalation(ref)),
        (cases.merge_case, cases.MergeCase(ref, "SW-bbbbbbbbbb", confirmed=True)),
        (cases.list_mergeable, cases.ListMergeable(ref)),
        (cases.read_merged, cases.ReadMerged(ref, ref)),
    ]


@pytest.mark.parametrize("who", ["stranger", "inspector", "admin"])
def test_every_act_on_somebody_elses_case_absent_and_nothing_changed(desk, ref, who):
    before = dict(desk.case(ref))
    for use_case, command in acts_on(ref):
        with pytest.raises(Refusal) as refused:
            desk.act(getattr(desk, who), use_case, command)
        assert refused.value.status == 404, use_case.name
    assert dict(desk.case(ref)) == before
    assert desk.one("SELECT count(*) FROM messages") == 1


def test_list_cases_of_stranger_and_search_find_nothing_of_others(desk, ref):
    assert desk.act(desk.stranger, cases.list_cases, cases.ListCases()) == []
    for typed in (ref, desk.lease.ref, "陈*宇", "陈思宇"):
        assert desk.act(desk.stranger, cases.search, cases.Search(typed)) == []


def test_search_by_desk_finds_by_case_lease_and_name(desk, ref):
    for typed in (ref, ref.upper().replace("SW-", "sw-"), desk.lease.ref, "陈*宇", "陈思宇"):
        assert ref in {hit.ref for hit in desk.act(desk.agent, cases.search, cases.Search(typed))}, typed
    assert [hit.ref for hit in desk.act(desk.renter, cases.search, cases.Search(ref))] == [ref]
    assert desk.act(desk.agent, cases.search, cases.Search("' OR 1=1 --")) == []


@pytest.mark.parametrize("typed", ["19900001234", "+86 199-0000-1234", "8619900001234"])
def test_search_by_whole_phone_number_is_for_staff_and_leaves_no_number_behind(desk, ref, typed):
    async def set_phone(ctx):
        hashed = ctx.services.cipher.lookup("19900001234", "phone")
        await ctx.conn.execute("UPDATE renters SET phone_hash = $1 WHERE id = $2", hashed, desk.renter.id)

    in_act(desk.house, set_phone)
    found = desk.act(desk.agent, cases.search, cases.Search(typed))
    assert [(hit.kind, hit.ref) for hit in found] == [("case", ref), ("lease", desk.lease.ref)]
    assert desk.act(desk.renter, cases.search, cases.Search(typed)) == []
    assert desk.act(desk.agent, cases.search, cases.Search("19900001235")) == []
    assert desk.one("SELECT count(*) FROM acts WHERE use_case = 'search'") == 0


def test_take_case_twice_by_two_agents_one_has_it_the_other_is_told(desk, ref):
    assert desk.take(ref).owner_name == "周敏"
    with pytest.raises(Refusal) as refused:
        desk.take(ref, desk.other)
    assert refused.value.data["owner_name"] == "周敏"
    assert desk.case(ref)["owner_id"] == desk.agent.id
    assert desk.take(ref).owner_name == "周敏"  # the owner clicking again is told it is theirs


def test_take_complaint_by_agent_refused_supervisor_takes_it(desk):
    ref = desk.open(CaseType.COMPLAINT, "11 月 20 日客服没有按约定回电话")
    with pytest.raises(Refusal) as refused:
        desk.take(ref)
    assert refused.value.rule == "OWN-2"
    assert desk.take(ref, desk.supervisor).owner_name == "顾主管"


def test_add_note_is_never_visible_to_the_renter(desk, ref):
    desk.take(ref)
    desk.act(desk.agent, cases.add_note, cases.AddNote(ref, "他上个月也报过同样的故障"))
    renters = desk.read(ref, desk.renter)
    assert "上个月" not in str(renters)
    assert "备注" not in str(renters.timeline)
    assert all(one.kind != "note" for one in renters.messages)
    thread = desk.act(desk.renter, cases.read_thread, cases.ReadThread(ref, after=0))
    assert "上个月" not in str(thread)
    row = desk.act(desk.renter, cases.list_cases, cases.ListCases())[0]
    assert "上个月" not in row.preview
    assert row.renter_unread == 0
    assert any(one.kind == "note" for one in desk.read(ref).messages)
    topics = desk.house.sql(
        "SELECT o.topics FROM outbox o JOIN journal j ON j.id = o.journal_id WHERE j.kind = 'note.added'"
    )
    assert not any(topic.startswith("renter:") for row in topics for topic in row["topics"])


def test_draft_is_shown_to_its_writer_only_and_leaves_no_trace_on_the_timeline(desk, ref):
    desk.take(ref)
    desk.act(desk.agent, cases.save_draft, cases.SaveDraft(ref, "您好，关于听筒"))
    assert desk.read(ref).draft == "您好，关于听筒"
    assert desk.read(ref, desk.other).draft == ""
    assert desk.read(ref, desk.renter).draft == ""
    assert "draft.saved" not in {one.kind for one in desk.read(ref).timeline}
    with pytest.raises(Refusal):
        desk.act(desk.other, cases.save_draft, cases.SaveDraft(ref, "我来"))


def test_answer_sent_clears_the_draft_of_its_writer_and_leaves_a_colleagues_alone(desk, ref):
    desk.take(ref)
    desk.act(desk.agent, cases.save_draft, cases.SaveDraft(ref, "您好，关于听筒"))
    desk.reply(ref, "我来看一下听筒的情况", actor=desk.supervisor)
    assert desk.read(ref).draft == "您好，关于听筒"
    desk.reply(ref, "您好，关于听筒，我们正在核实")
    assert (desk.read(ref).draft, desk.read(ref).draft_at) == ("", None)


def test_transfer_case_at_shift_end_tells_the_renter_and_resets_no_clock(desk, ref):
    desk.take(ref)
    before = desk.house.sql("SELECT kind, started_at, due_at, stopped_at FROM case_clocks ORDER BY id")
    moved = desk.act(
        desk.agent, cases.transfer_case, cases.TransferCase(ref, "limei", MoveReason.SHIFT_END, "他晚上方便接电话")
    )
    assert moved.owner_name == "李梅"
    assert desk.house.sql("SELECT kind, started_at, due_at, stopped_at FROM case_clocks ORDER BY id") == before
    renters = desk.read(ref, desk.renter)
    assert "李梅" in renters.messages[-1].body
    assert "晚上方便" not in str(renters)
    entry = desk.house.sql("SELECT rule, data FROM journal WHERE kind = 'case.transferred'")[0]
    assert (entry["rule"], entry["data"]["reason"]) == ("OWN-2", "shift_end")


def test_transfer_case_of_a_colleague_or_without_power_refused(desk, ref):
    desk.take(ref)
    for actor, reason in ((desk.other, MoveReason.SHIFT_END), (desk.agent, MoveReason.TAKEOVER)):
        with pytest.raises(Refusal):
            desk.act(actor, cases.transfer_case, cases.TransferCase(ref, "limei", reason))
    with pytest.raises(Absent):
        desk.act(desk.supervisor, cases.transfer_case, cases.TransferCase(ref, "nobody", MoveReason.TAKEOVER))
    with pytest.raises(Refusal):
        desk.act(desk.supervisor, cases.transfer_case, cases.TransferCase(ref, "he", MoveReason.TAKEOVER))
    assert desk.case(ref)["owner_id"] == desk.agent.id


def test_ask_specialist_keeps_the_owner_and_puts_it_in_the_specialists_queue(desk, ref):
    desk.take(ref)
    desk.act(desk.agent, cases.ask_specialist, cases.AskSpecialist(ref, "lin", "请比对出库视频"))
    page = desk.read(ref)
    assert (page.case.owner_id, page.case.turn, page.specialists[0].staff_name) == (
        desk.agent.id,
        "specialist",
        "林专员",
    )
    mine = desk.queue("mine", desk.specialist)
    assert ([row.ref for row in mine.rows], mine.counts.mine) == ([ref], 1)
    assert desk.queue("waiting").counts.waiting == 1
    assert "比对出库视频" not in str(desk.read(ref, desk.renter))
    desk.act(desk.specialist, cases.add_note, cases.AddNote(ref, "已比对，同一处"))
    assert desk.case(ref)["turn"] == "desk"


def test_ask_specialist_an_agent_or_by_a_colleague_refused(desk, ref):
    desk.take(ref)
    with pytest.raises(Refusal):
        desk.act(desk.agent, cases.ask_specialist, cases.AskSpecialist(ref, "limei"))
    with pytest.raises(Refusal):
        desk.act(desk.other, cases.ask_specialist, cases.AskSpecialist(ref, "lin"))


def test_hand_to_human_is_an_act_at_once_and_asking_again_resets_no_clock(desk, ref):
    desk.act(desk.renter, cases.hand_to_human, cases.HandToHuman(ref))
    row = desk.case(ref)
    assert (row["human_asked_at"], row["turn"]) == (NOW, "desk")
    due = desk.one("SELECT due_at FROM case_clocks WHERE kind = 'first_answer'")
    later = NOW + timedelta(minutes=1)
    desk.act(desk.renter, cases.hand_to_human, cases.HandToHuman(ref), at=later)
    assert desk.one("SELECT due_at FROM case_clocks WHERE kind = 'first_answer'") == due
    assert desk.case(ref)["human_asked_at"] == NOW
    assert desk.one("SELECT rule FROM journal WHERE kind = 'case.human_asked' LIMIT 1") == "BOT-1"
    assert desk.queue("unowned").rows[0].ref == ref


def test_hand_to_human_on_a_closed_case_opens_it_again_for_its_owner(desk, ref):
    desk.reply(ref)
    desk.act(desk.renter, cases.close_case, cases.CloseCase(ref))
    desk.act(desk.renter, cases.hand_to_human, cases.HandToHuman(ref))
    assert (desk.case(ref)["state"], desk.case(ref)["owner_id"]) == ("open", desk.agent.id)


def test_say_on_a_resolved_case_reopens_it_with_a_new_measure(desk, ref):
    desk.reply(ref)
    desk.act(desk.agent, cases.resolve_case, cases.ResolveCase(ref, "已为您换好听筒", 10_000))
    assert desk.case(ref)["turn"] == "renter"
    later = NOW + timedelta(days=1)
    desk.say(ref, at=later)
    row = desk.case(ref)
    assert (row["state"], row["owner_id"], row["first_human_at"], row["staff_unread"]) == (
        "open",
        desk.agent.id,
        None,
        1,
    )
    clock = desk.house.sql("SELECT started_at FROM case_clocks WHERE kind = 'first_answer' AND stopped_at IS NULL")
    assert clock[0]["started_at"] == later


def test_say_on_a_closed_case_beside_a_newer_one_points_there(desk, ref):
    desk.act(desk.renter, cases.close_case, cases.CloseCase(ref))
    newer = desk.open()
    assert newer != ref
    with pytest.raises(Refusal) as refused:
        desk.say(ref)
    assert refused.value.data == {"case_ref": newer}


def test_read_thread_after_a_lost_connection_misses_and_doubles_nothing(desk, ref):
    desk.reply(ref)
    for n in range(120):
        desk.say(ref, f"第 {n} 句")
    seen, after = [], 1
    while True:
        thread = desk.act(desk.renter, cases.read_thread, cases.ReadThread(ref, after=after))
        seen += [one.seq for one in thread.messages]
        if not thread.more:
            break
        after = seen[-1]
    assert seen == list(range(2, desk.case(ref)["seq"] + 1))
    last = desk.read(ref)
    assert ([one.seq for one in last.messages], last.more_messages) == (seen[-50:], True)
    earlier = desk.act(desk.agent, cases.read_thread, cases.ReadThread(ref, before=last.messages[0].seq))
    assert [one.seq for one in earlier.messages] == seen[-100:-50]


def test_mark_seen_by_owner_clears_unread_by_onlooker_does_not(desk, ref):
    desk.take(ref)
    desk.say(ref)
    seq = desk.case(ref)["seq"]
    desk.act(desk.other, cases.mark_seen, cases.MarkSeen(ref, seq))
    assert desk.case(ref)["staff_unread"] == 2
    desk.act(desk.agent, cases.mark_seen, cases.MarkSeen(ref, seq))
    assert (desk.case(ref)["staff_unread"], desk.case(ref)["staff_seen_seq"]) == (0, seq)
    desk.reply(ref)
    desk.act(desk.renter, cases.mark_seen, cases.MarkSeen(ref, 2**62))
    assert (desk.case(ref)["renter_unread"], desk.case(ref)["renter_seen_seq"]) == (0, seq + 1)


def test_close_case_by_renter_then_rate_once(desk, ref):
    desk.reply(ref)
    with pytest.raises(Refusal):
        desk.act(desk.renter, cases.rate_case, cases.RateCase(ref, 5))
    desk.act(desk.renter, cases.close_case, cases.CloseCase(ref))
    assert desk.one("SELECT count(*) FROM case_clocks WHERE stopped_at IS NULL") == 0
    desk.act(desk.renter, cases.rate_case, cases.RateCase(ref, 5, "很耐心"))
    assert desk.case(ref)["rating"] == 5
    with pytest.raises(Refusal):
        desk.act(desk.renter, cases.rate_case, cases.RateCase(ref, 1))


def test_close_case_by_colleague_refused_by_owner_done(desk, ref):
    desk.take(ref)
    with pytest.raises(Refusal):
        desk.act(desk.other, cases.close_case, cases.CloseCase(ref))
    assert desk.act(desk.agent, cases.close_case, cases.CloseCase(ref)).state == "closed"
    with pytest.raises(Refusal):
        desk.act(desk.agent, cases.close_case, cases.CloseCase(ref))


def test_close_case_while_its_claim_is_open_refused(desk):
    async def claim(ctx):
        new = NewCase(
            type=CaseType.DAMAGE_DISPUTE, renter_id=desk.renter.id, renter_name_masked="陈*宇", says=desk.renter,
            statement=Statement("情况", "", "", "情况"), lease_id=desk.lease.id, lease_title="iPhone",
            claim=OfClaim(7, Turn.RENTER, NOW + timedelta(days=7)),
        )  # fmt: skip
        case, opened, events = await open_case(ctx, new)
        started = await start_pause(ctx, case, amount_fen=32_000, claim_id=7)
        ended = await end_pause(ctx, case, NOW.date() + timedelta(days=3))
        return opened, (*events, started, ended)

    opened, events = in_act(desk.house, claim)
    assert [event.rule for event in events] == ["SAY-1", "PAUSE-1", "PAUSE-1"]
    with pytest.raises(Refusal) as refused:
        desk.act(desk.renter, cases.close_case, cases.CloseCase(opened.case_ref))
    assert refused.value.code == "claim_open"
    page = desk.read(opened.case_ref)
    assert (page.pauses[0].amount_fen, page.pauses[0].ends_on) == (32_000, NOW.date() + timedelta(days=3))
    assert {str(one.kind) for one in page.clocks} == {"first_answer", "substantive_answer"}


def test_tick_breached_clock_escalates_once_and_marks_urgent(desk, ref):
    late = NOW + timedelta(seconds=301)
    assert desk.house.run(tick(desk.house.door, NOW)) == 0
    assert desk.house.run(tick(desk.house.door, late)) == 1
    assert desk.house.run(tick(desk.house.door, late)) == 0
    assert desk.case(ref)["urgent"] is True
    entry = desk.house.sql("SELECT rule, actor_role FROM journal WHERE kind = 'clock.breached'")
    assert [tuple(row) for row in entry] == [("ESC-1", "system")]
    assert "超时" not in str(desk.read(ref, desk.renter).timeline)


def test_tick_answered_in_time_breaches_nothing(desk, ref):
    desk.reply(ref)
    assert desk.house.run(tick(desk.house.door, NOW + timedelta(hours=3))) == 0


def test_tick_due_promise_reminds_its_owner_once(desk, ref):
    desk.reply(ref)
    desk.act(desk.agent, cases.make_promise, cases.MakePromise(ref, "给您进展", NOW + timedelta(hours=1)))
    later = NOW + timedelta(hours=2)
    assert desk.house.run(tick(desk.house.door, later)) == 1
    assert desk.house.run(tick(desk.house.door, later)) == 0
    assert desk.read(ref).messages[-1].kind == "note"


@pytest.mark.parametrize("who", ["agent", "supervisor", "renter"])
def test_system_acts_by_people_refused(desk, ref, who):
    with pytest.raises(Refusal):
        desk.act(getattr(desk, who), cases.breach_clock, cases.BreachClock(1))


def test_read_queue_urgent_first_then_by_clock_and_pages_by_key(desk):
    late = desk.open(at=NOW)
    soon = desk.open(CaseType.BILLING_QUESTION, "第 8 期租金为什么多 0.04 元", at=NOW - timedelta(minutes=2))
    urgent = desk.open(CaseType.DEVICE_LOST, "昨晚在地铁 2 号线丢了", at=NOW)
    shown = desk.queue("unowned")
    assert [row.ref for row in shown.rows] == [urgent, soon, late]
    assert (shown.counts.unowned, shown.counts.all, shown.after) == (3, 3, "")
    first = shown.rows[0]
    rest = desk.queue("all", after=f"{first.rank}.{first.id}")
    assert [row.ref for row in rest.rows] == [soon, late]


def test_read_queue_empty_still_shows_the_counts(desk):
    shown = desk.queue("mine")
    assert (shown.rows, shown.counts.all) == ((), 0)


def test_read_queue_moves_a_case_from_mine_to_waiting_and_back(desk, ref):
    desk.take(ref)
    assert [row.ref for row in desk.queue("mine").rows] == [ref]
    desk.reply(ref)
    shown = desk.queue("waiting")
    assert ([row.ref for row in shown.rows], shown.counts.mine, shown.counts.waiting) == ([ref], 0, 1)
    desk.say(ref)
    shown = desk.queue("mine")
    assert (shown.rows[0].staff_unread, shown.counts.mine, shown.counts.active) == (1, 1, 1)


@pytest.mark.parametrize("who", ["renter", "inspector", "admin"])
def test_read_queue_by_others_refused(desk, who):
    with pytest.raises(Refusal):
        desk.queue("all", getattr(desk, who))


def test_read_case_next_acts_say_what_this_person_may_do(desk, ref):
    assert "take_case" in desk.read(ref).next_acts
    desk.take(ref)
    assert "reply" in desk.read(ref).next_acts
    assert "reply" not in desk.read(ref, desk.other).next_acts
    assert "reply" in desk.read(ref, desk.supervisor).next_acts
    assert set(desk.read(ref, desk.renter).next_acts) == {
        "say", "hand_to_human", "close_case", "complain", "wish_owner_change", "call_specialist",
    }  # fmt: skip


def test_messages_are_sealed_by_hash_without_their_words(desk, ref):
    text = "您好，听筒没有声音的话，请先看一下防尘网有没有被贴膜盖住。"
    desk.reply(ref, text)
    entry = desk.house.sql("SELECT text, data FROM journal WHERE kind = 'reply.sent'")[0]
    assert entry["data"] == {"seq": 2, "body_sha256": sha256(text.encode()).hexdigest()}
    assert "防尘网" not in entry["text"]
    sealed = desk.house.sql(
        "SELECT o.sealed FROM outbox o JOIN journal j ON j.id = o.journal_id WHERE j.kind = 'reply.sent'"
    )
    assert [row["sealed"] for row in sealed] == [True]
