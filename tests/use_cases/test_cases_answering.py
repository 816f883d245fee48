"""The desk answers: owned, seen, guarded, and the clocks told the truth."""

from datetime import timedelta

import pytest
from case_ground import NOW, open_desk
from lease_ground import in_act
from msgspec.structs import replace

from shouwen.features.cases import guarding
from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.public import append_item, case_by_id
from shouwen.features.cases.types import CaseType
from shouwen.features.money.public import receive_payment
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform import door as door_module


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def ref(desk):
    return desk.open()


def test_reply_on_unowned_case_takes_it_and_waits_for_the_renter(desk, ref):
    sent = desk.reply(ref)
    row = desk.case(ref)
    assert (sent.seq, row["owner_id"], row["turn"], row["renter_unread"]) == (2, desk.agent.id, "renter", 1)
    assert [one.kind for one in desk.read(ref).timeline] == ["case.opened", "case.taken", "reply.sent"]


def test_reply_by_colleague_who_does_not_own_it_refused_with_the_owners_name(desk, ref):
    desk.take(ref)
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, actor=desk.other)
    assert (refused.value.code, refused.value.rule) == ("already_owned", "OWN-1")
    assert "周敏" in refused.value.zh
    assert refused.value.data["owner_name"] == "周敏"
    assert refused.value.data["owned_at"] == NOW


def test_reply_by_specialist_asked_in_is_marked_and_moves_no_owner(desk, ref):
    desk.take(ref)
    desk.act(desk.agent, cases.ask_specialist, cases.AskSpecialist(ref, "lin", "请看划痕"))
    desk.reply(ref, "我已比对出库影像，左上边框的细线出库时就有。", desk.specialist)
    row = desk.house.sql("SELECT extra FROM messages ORDER BY seq DESC LIMIT 1")[0]
    assert row["extra"] == {"within": "specialist"}
    assert desk.case(ref)["owner_id"] == desk.agent.id


def test_reply_by_specialist_not_asked_in_refused(desk, ref):
    desk.take(ref)
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, actor=desk.specialist)
    assert refused.value.code == "already_owned"


def test_reply_blind_after_renter_wrote_refused_then_sent_again(desk, ref):
    desk.take(ref)
    seen = desk.case(ref)["seq"]
    newer = desk.say(ref).seq
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, seen_seq=seen)
    assert (refused.value.code, refused.value.status, refused.value.data["seq"]) == ("newer_messages", 409, newer)
    assert desk.reply(ref, seen_seq=newer).seq == newer + 1


def test_reply_blind_after_colleagues_note_refused(desk, ref):
    desk.take(ref)
    seen = desk.case(ref)["seq"]
    desk.act(desk.other, cases.add_note, cases.AddNote(ref, "我昨天和他通过电话"))
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, seen_seq=seen)
    assert refused.value.code == "newer_messages"


def test_reply_after_own_reply_with_old_seq_is_sent(desk, ref):
    desk.reply(ref)
    assert desk.reply(ref, "补充一句：听筒有两处防尘网。", seen_seq=1).seq == 3


def test_reply_double_click_is_said_once(desk, ref):
    first = desk.reply(ref, seen_seq=1, key="reply-once")
    assert desk.reply(ref, seen_seq=1, key="reply-once") == first
    assert desk.one("SELECT count(*) FROM messages WHERE author_role = 'agent'") == 1


def test_reply_wrong_price_refused_with_the_right_one_and_nothing_said(desk, ref):
    desk.take(ref)
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, "如果现在买断，需要支付 ¥2,400，付款后手机归您所有。")
    finding = refused.value.data["findings"][0]
    assert (refused.value.code, refused.value.status, refused.value.rule) == ("guard", 409, "GUARD-1")
    assert finding["said"] == "¥2,400"
    assert finding["clause"]
    assert finding["working"]
    assert finding["replacement"] == finding["right_text"]
    assert desk.one("SELECT count(*) FROM guard_checks") == 0
    # the offered figure passes
    desk.reply(ref, f"如果现在买断，需要支付 {finding['replacement']}，付款后手机归您所有。")
    row = desk.house.sql("SELECT amounts_checked, mismatches, overridden FROM guard_checks")[0]
    assert tuple(row) == (1, 0, False)


def test_reply_wrong_price_with_reason_is_sent_and_on_record(desk, ref):
    desk.reply(ref, "买断价您说的是 ¥2,400 吧。", guard_reason="复述租客的话")
    row = desk.house.sql("SELECT mismatches, overridden, reason FROM guard_checks")[0]
    assert tuple(row) == (1, True, "复述租客的话")
    assert desk.house.sql("SELECT rule FROM journal WHERE kind = 'reply.overridden'")[0]["rule"] == "GUARD-1"


def test_reply_threat_about_credit_record_blocked_even_with_reason(desk, ref):
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, "再不还款就把您上报征信，影响您贷款。", guard_reason="催收")
    assert refused.value.data["blocked"] is True
    assert desk.one("SELECT count(*) FROM messages") == 1


def test_reply_about_credit_records_of_a_firm_that_really_reports_is_sent(desk, ref):
    services = desk.house.door.services
    services.settings = replace(services.settings, reports_to_bureau=True)
    desk.reply(ref, "逾期满 90 天会报送征信，事先会书面通知您。")
    assert desk.one("SELECT count(*) FROM guard_checks") == 0  # nothing to compare, nothing overridden
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, "再不还款，芝麻征信就花了。", guard_reason="催收")
    assert refused.value.data["blocked"] is True


def test_reply_after_a_payment_knows_the_new_price(desk, ref):
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, "现在买断要 ¥1.23。")
    before = refused.value.data["findings"][0]["right_fen"]

    async def pay(ctx):
        charge_id = await ctx.conn.fetchval("SELECT id FROM charges WHERE settled_on IS NULL ORDER BY no LIMIT 1")
        await receive_payment(
            ctx.conn, ctx.act_id, desk.lease, 50_000, "late-payment", NOW.date(), named=[charge_id]
        )  # fmt: skip

    in_act(desk.house, pay)
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, "现在买断要 ¥1.23。")
    assert refused.value.data["findings"][0]["right_fen"] == before - 50_000


def test_check_reply_shows_findings_and_sends_nothing(desk, ref):
    found = desk.act(desk.agent, cases.check_reply, cases.CheckReply(ref, "买断要 ¥2,400。"))
    assert [one.said for one in found.findings] == ["¥2,400"]
    assert desk.case(ref)["seq"] == 1


def test_insert_quote_puts_the_contracts_figure_into_the_thread(desk, ref):
    quoted = desk.act(desk.agent, cases.insert_quote, cases.InsertQuote(ref))
    row = desk.house.sql("SELECT amount_fen, case_id, contract_id FROM quotes WHERE ref = $1", quoted.quote_ref)[0]
    assert (row["amount_fen"], quoted.seq) == (quoted.amount_fen, 2)
    assert desk.read(ref).messages[-1].kind == "quote"
    assert desk.reply(ref, quoted.sentence).seq == 3  # what the quote says passes the guard


def test_insert_quote_in_colleagues_case_refused(desk, ref):
    desk.take(ref)
    with pytest.raises(Refusal):
        desk.act(desk.other, cases.insert_quote, cases.InsertQuote(ref))
    assert desk.one("SELECT count(*) FROM quotes") == 0


def test_reply_greeting_stops_the_first_clock_only(desk, ref):
    desk.reply(ref, "您好，我是周敏，请稍等。")
    running = {r["kind"] for r in desk.house.sql("SELECT kind FROM case_clocks WHERE stopped_at IS NULL")}
    assert running == {"substantive_answer", "decision"}
    assert desk.case(ref)["turn"] == "desk"
    desk.reply(ref, at=NOW + timedelta(seconds=40))
    running = {r["kind"] for r in desk.house.sql("SELECT kind FROM case_clocks WHERE stopped_at IS NULL")}
    assert running == {"decision"}


def test_say_by_assistant_or_system_line_stops_no_clock(desk, ref):
    case_id = desk.case(ref)["id"]

    async def bot(ctx):
        case = await case_by_id(ctx.conn, case_id)
        await append_item(ctx, case, "text", "请看帮助：听筒清洁", by=Actor(Role.ASSISTANT, 0, "小首"))

    in_act(desk.house, bot)
    assert desk.one("SELECT count(*) FROM case_clocks WHERE stopped_at IS NOT NULL") == 0
    assert desk.case(ref)["first_human_at"] is None


@pytest.mark.parametrize("who", ["renter", "inspector", "admin", "stranger"])
def test_reply_by_others_refused(desk, ref, who):
    with pytest.raises(Refusal):
        desk.reply(ref, actor=getattr(desk, who))


def test_reply_to_absent_case_absent(desk):
    with pytest.raises(Absent):
        desk.reply("SW-nosuchcase", seen_seq=0)


def test_reply_blank_refused(desk, ref):
    with pytest.raises(BadInput):
        desk.reply(ref, "  \n ")


def test_reply_to_closed_case_refused(desk, ref):
    desk.act(desk.renter, cases.close_case, cases.CloseCase(ref))
    with pytest.raises(Refusal) as refused:
        desk.reply(ref)
    assert refused.value.code == "case_closed"


def test_reply_takes_two_statements_even_with_figures(desk, ref, monkeypatch):
    desk.reply(ref, "本期租金是 ¥500.00，明天扣款。")  # warms the figures of this lease
    said = []
    real = door_module.Ctx

    def counting(conn, *args, **more):
        return real(_Counting(conn, said), *args, **more)

    monkeypatch.setattr(door_module, "Ctx", counting)
    desk.reply(ref, "本期租金是 ¥500.00，明天上午扣款。")
    assert len(said) == 2  # read the case; act, change and seal in one
    assert desk.one("SELECT amounts_checked FROM guard_checks ORDER BY id DESC LIMIT 1") == 1


def moved_meanwhile(desk, monkeypatch, change):
    """`change` happens once, between a reply's reading and its writing."""
    real, left = guarding.load_reply, [change]

    async def load_reply(conn, *args, **more):
        ground = await real(conn, *args, **more)
        while left:
            await left.pop()()
        return ground

    monkeypatch.setattr(guarding, "load_reply", load_reply)


def test_reply_while_the_renter_writes_is_refused_and_changes_nothing(desk, ref, monkeypatch):
    desk.reply(ref)
    before = desk.one("SELECT count(*) FROM acts")

    async def renter_writes():
        await desk.house.door.run(cases.say, desk.renter, cases.Say(ref, "还有一件事"))

    moved_meanwhile(desk, monkeypatch, renter_writes)
    with pytest.raises(Refusal) as refused:
        desk.reply(ref, "请把手机寄回来。", seen_seq=desk.case(ref)["seq"])
    assert refused.value.code == "newer_messages"
    assert desk.one("SELECT count(*) FROM acts") == before + 1  # the renter's; nothing is left of the reply
    assert desk.one("SELECT body FROM messages ORDER BY seq DESC LIMIT 1") == "还有一件事"


def test_reply_while_a_note_is_written_goes_out_after_it(desk, ref, monkeypatch):
    desk.reply(ref)

    async def seen():
        await desk.house.door.run(cases.mark_seen, desk.renter, cases.MarkSeen(ref, 99))

    moved_meanwhile(desk, monkeypatch, seen)
    sent = desk.reply(ref, "请把手机寄回来。")
    assert desk.one("SELECT body FROM messages WHERE seq = $1", sent.seq) == "请把手机寄回来。"
    assert desk.one("SELECT renter_seen_seq FROM cases") == sent.seq - 1  # neither change ate the other


def test_reply_to_a_case_a_colleague_takes_meanwhile_is_told_who_has_it(desk, ref, monkeypatch):
    async def other_takes():
        await desk.house.door.run(cases.take_case, desk.other, cases.TakeCase(ref))

    moved_meanwhile(desk, monkeypatch, other_takes)
    with pytest.raises(Refusal) as refused:
        desk.reply(ref)
    assert refused.value.code == "already_owned"
    assert desk.one("SELECT count(*) FROM messages WHERE author_role = 'agent'") == 0


class _Counting:
    """A connection that notes every statement."""

    def __init__(self, conn, said):
        self._conn, self._said = conn, said

    def __getattr__(self, name):
        method = getattr(self._conn, name)
        if name in ("fetch", "fetchrow", "fetchval", "execute"):

            def noted(query, *args):
                self._said.append(query)
                return method(query, *args)

            return noted
        return method


def test_make_promise_is_told_recorded_and_kept(desk, ref):
    desk.take(ref)
    due = NOW + timedelta(hours=6)
    desk.act(desk.agent, cases.make_promise, cases.MakePromise(ref, "给您换机进展", due))
    page = desk.read(ref, desk.renter)
    assert page.promises[0].due_at == due
    assert "承诺" in page.messages[-1].body
    desk.act(desk.agent, cases.keep_promise, cases.KeepPromise(ref, page.promises[0].id))
    assert desk.read(ref).promises[0].kept_at == NOW
    with pytest.raises(Absent):
        desk.act(desk.agent, cases.keep_promise, cases.KeepPromise(ref, page.promises[0].id))


def test_make_promise_in_the_past_or_by_a_colleague_refused(desk, ref):
    desk.take(ref)
    with pytest.raises(BadInput):
        desk.act(desk.agent, cases.make_promise, cases.MakePromise(ref, "给您进展", NOW - timedelta(hours=1)))
    with pytest.raises(Refusal):
        desk.act(desk.other, cases.make_promise, cases.MakePromise(ref, "给您进展", NOW + timedelta(hours=1)))


def test_make_promise_with_wrong_amount_refused(desk, ref):
    desk.take(ref)
    with pytest.raises(Refusal) as refused:
        desk.act(desk.agent, cases.make_promise, cases.MakePromise(ref, "买断 ¥2,400", NOW + timedelta(hours=1)))
    assert refused.value.code == "guard"


def test_billing_question_bill_line_is_said_right(desk):
    ref = desk.open(CaseType.BILLING_QUESTION, "第 8 期租金为什么多 0.04 元")
    assert desk.reply(ref, "每期租金 500 元，合同里写明了。").seq == 2


def test_reply_asking_for_what_is_on_file_is_shown_before_and_counted_after(desk, ref):
    async def handed_over(ctx):
        await ctx.conn.execute(
            "INSERT INTO media (ref, lease_id, renter_id, purpose, part, file_name, mime, size_bytes, sha256, checks,"
            " uploaded_role, uploaded_by, uploaded_at)"
            " VALUES ('ZJ-1', $1, $2, 'handover', 'front', 'a.jpg', 'image/jpeg', 1, 'x', '{}', 'agent', 1, $3)",
            desk.lease.id, desk.renter.id, NOW,
        )  # fmt: skip

    in_act(desk.house, handed_over)
    text = "麻烦您再发一下签收时的开箱视频。"
    assert desk.act(desk.agent, cases.check_reply, cases.CheckReply(ref, text)).on_file == ("handover_media",)
    desk.reply(ref, text)
    entry = desk.house.sql("SELECT data FROM journal WHERE rule = 'OWN-5'")
    assert [row["data"]["kinds"] for row in entry] == [["handover_media"]]
    assert "索要" not in str(desk.read(ref, desk.renter).timeline)
