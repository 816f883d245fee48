"""One record of whose turn it is: what a case shows while people talk and its claim goes its way."""

import random
from datetime import timedelta

import pytest
from case_ground import find_case, turns_agree
from claim_ground import NOW, open_claims
from lease_ground import in_act

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.counts import count_keys
from shouwen.features.cases.public import Changing, case_by_id
from shouwen.features.cases.types import Turn
from shouwen.features.disputes.types import ClaimState
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import last_on
from shouwen.kernel.errors import Refusal
from shouwen.mount.pages.i18n import Words
from shouwen.mount.web.desk.bits import queue_clock

HOUR = timedelta(hours=1)
ANSWER = "裁定书第二页有每一处痕迹的计算过程，您可以先看一看。"


@pytest.fixture
def claims(house):
    return open_claims(house)


def turn(claims, case_ref):
    row = claims.desk.case(case_ref)
    return row["turn"], row["turn_until"]


def claim_until(claims):
    return claims.desk.one("SELECT turn_until FROM claims")


def tab(claims, name, actor=None):
    found = claims.desk.queue(name, actor)
    return [row.ref for row in found.rows], getattr(found.counts, name)


def test_reply_inside_the_days_to_appeal_leaves_the_day_of_the_appeal_in_the_queue(claims):
    ref = claims.contested()
    case_ref = claims.decide(ref).case_ref
    appeal_until = claim_until(claims)
    assert turn(claims, case_ref) == ("renter", appeal_until)
    claims.desk.say(case_ref, "划痕的金额是怎么算的？", at=NOW + HOUR)
    assert turn(claims, case_ref)[0] == "desk"  # the question is ours to answer, before the day of the appeal
    assert NOW + HOUR < turn(claims, case_ref)[1] < appeal_until
    assert tab(claims, "mine") == ([case_ref], 1)
    claims.desk.reply(case_ref, ANSWER, at=NOW + 2 * HOUR)
    assert turn(claims, case_ref) == ("renter", appeal_until)
    assert (tab(claims, "mine"), tab(claims, "waiting")) == (([], 0), ([case_ref], 1))
    [row] = claims.desk.queue("waiting").rows
    assert row.turn_until == appeal_until
    assert claims.desk.read(case_ref, claims.renter).case.turn_until == appeal_until


def test_greeting_and_colleagues_words_inside_the_days_to_appeal_keep_its_day(claims):
    ref = claims.contested()
    case_ref = claims.decide(ref).case_ref
    appeal_until = claim_until(claims)
    claims.desk.reply(case_ref, "您好", at=NOW + HOUR)
    claims.act(claims.agent, cases.add_note, cases.AddNote(case_ref, "已电话告知"))
    claims.desk.reply(case_ref, ANSWER, actor=claims.specialist, at=NOW + HOUR)
    assert turn(claims, case_ref) == ("renter", appeal_until)


def test_specialist_asked_a_question_inside_the_days_to_appeal_hands_back_by_a_note(claims):
    ref = claims.contested()
    case_ref = claims.decide(ref).case_ref
    appeal_until = claim_until(claims)
    claims.ask_in(case_ref)
    assert turn(claims, case_ref) == ("specialist", appeal_until)
    claims.act(claims.specialist, cases.add_note, cases.AddNote(case_ref, "计算无误"))
    assert turn(claims, case_ref) == ("desk", appeal_until)
    claims.desk.reply(case_ref, ANSWER)
    assert turn(claims, case_ref) == ("renter", appeal_until)


def test_renters_words_while_the_specialist_decides_are_answered_first_and_the_day_of_the_decision_stays(claims):
    ref = claims.contested()
    case_ref = claims.read(ref).case_ref
    due = ("specialist", claim_until(claims))
    assert turn(claims, case_ref) == due
    for asks in (cases.Say(case_ref, "还要等多久？"), cases.HandToHuman(case_ref)):
        act = cases.say if isinstance(asks, cases.Say) else cases.hand_to_human
        claims.act(claims.renter, act, asks, at=NOW + HOUR)
        assert turn(claims, case_ref)[0] == "desk"
        assert turn(claims, case_ref)[1] < due[1]
        assert tab(claims, "mine") == ([case_ref], 1)
        assert tab(claims, "mine", claims.specialist) == ([case_ref], 1)  # it is theirs to decide all the while
    [row] = claims.desk.queue("mine", claims.specialist).rows
    assert queue_clock(row, Words("zh"), mine=True, reader=claims.specialist.id).until == due[1]
    claims.desk.reply(case_ref, ANSWER, at=NOW + HOUR)
    claims.act(claims.specialist, cases.add_note, cases.AddNote(case_ref, "正在比对"))
    claims.act(claims.agent, cases.insert_quote, cases.InsertQuote(case_ref))
    assert turn(claims, case_ref) == due
    assert tab(claims, "mine", claims.specialist) == ([case_ref], 1)


def test_chat_before_a_specialist_is_asked_counts_to_the_answer_then_to_the_decision(claims):
    moved = claims.answer(claims.file().claim_ref, "contest")
    first_due = claims.desk.one("SELECT due_at FROM case_clocks WHERE kind = 'first_answer'")
    assert turn(claims, moved.case_ref) == ("desk", first_due)
    claims.desk.reply(moved.case_ref, "已收到您的照片，我们正在逐处比对出库影像。")
    assert turn(claims, moved.case_ref) == ("desk", moved.turn_until)
    claims.desk.say(moved.case_ref, "我再补充一句", at=NOW + HOUR)
    assert turn(claims, moved.case_ref)[0] == "desk"
    assert turn(claims, moved.case_ref)[1] < moved.turn_until
    claims.ask_in(moved.case_ref)
    assert turn(claims, moved.case_ref) == ("specialist", moved.turn_until)


def test_appeal_is_ours_until_its_decision_and_the_last_word_waits_for_nobody(claims):
    ref = claims.contested()
    case_ref = claims.decide(ref).case_ref
    claims.desk.say(case_ref, "我不认可", at=NOW + HOUR)
    appealed = claims.appeal(ref, at=NOW + HOUR)
    claims.desk.reply(case_ref, "已收到申诉，会请另一位同事复核。", at=NOW + HOUR)
    assert turn(claims, case_ref) == ("desk", appealed.turn_until)
    verdict = claims.verdict(1, "charge", amount_fen=5_000, reason="按部分责任核减")
    claims.decide(ref, verdict, actor=claims.supervisor, at=NOW + HOUR)
    assert turn(claims, case_ref) == ("nobody", None)
    claims.desk.say(case_ref, "什么时候解冻？", at=NOW + 2 * HOUR)
    assert turn(claims, case_ref)[0] == "desk"
    assert claims.desk.case(case_ref)["claim_turn"] == "nobody"


def test_settled_claim_gives_the_turn_back_to_the_conversation(claims):
    ref = claims.contested()
    case_ref = claims.decide(ref).case_ref
    claims.desk.say(case_ref, "好的，押金什么时候解冻？", at=NOW + HOUR)
    asked = turn(claims, case_ref)
    assert claims.accept(ref, at=NOW + HOUR).state == ClaimState.SETTLED
    assert turn(claims, case_ref) == asked
    claims.desk.reply(case_ref, "今天已经解冻，银行一般当日到账。", at=NOW + HOUR)
    assert turn(claims, case_ref) == ("renter", None)
    claims.act(claims.agent, cases.close_case, cases.CloseCase(case_ref))
    assert turn(claims, case_ref) == ("nobody", None)


def test_settled_claim_nobody_spoke_about_waits_for_nobody(claims):
    ref = claims.contested()
    case_ref = claims.decide(ref).case_ref
    claims.accept(ref)
    assert turn(claims, case_ref) == ("nobody", None)
    assert tab(claims, "mine") == ([], 0)


def test_silent_renters_case_is_ours_until_the_decision_and_takes_a_late_word(claims):
    ref = claims.file().claim_ref
    for days in (8, 11, 14):
        claims.advance(ref, NOW + timedelta(days=days))
    case_ref = claims.read(ref).case_ref
    shown = turn(claims, case_ref)
    assert shown[0] == "desk"
    assert NOW + timedelta(days=14) < shown[1] <= claim_until(claims)
    claims.desk.reply(case_ref, "我们正在按现有材料审理，您随时可以补充。", at=NOW + timedelta(days=14))
    assert turn(claims, case_ref) == ("desk", claim_until(claims))
    late = claims.answer(ref, "contest", at=NOW + timedelta(days=14))
    assert late.turn_until == claim_until(claims)
    assert claims.desk.one("SELECT count(*) FROM case_clocks WHERE kind = 'decision' AND stopped_at IS NULL") == 1


def test_appraisal_stops_the_decision_clock_and_chat_moves_nothing(claims):
    ref = claims.contested()
    case_ref = claims.read(ref).case_ref
    case_id, report_until = claims.desk.case(case_ref)["id"], NOW + timedelta(days=15)

    async def hand_over(ctx):
        changing = Changing(await case_by_id(ctx.conn, case_id), SYSTEM, ctx.now)
        changing.claim(Turn.APPRAISER, report_until)
        await changing.write(ctx.conn)
        await ctx.conn.execute("UPDATE claims SET state = 'appraisal', turn = 'appraiser', turn_until = $1",
                               report_until)  # fmt: skip

    in_act(claims.house, hand_over)
    claims.desk.say(case_ref, "检测要多久？", at=NOW + HOUR)
    claims.desk.reply(case_ref, ANSWER, at=NOW + HOUR)
    assert turn(claims, case_ref) == ("appraiser", report_until)
    assert claims.desk.one("SELECT count(*) FROM case_clocks WHERE kind = 'decision' AND stopped_at IS NULL") == 0


def test_case_without_a_claim_keeps_the_conversations_turn(claims):
    desk = claims.desk
    ref = desk.open()
    desk.reply(ref)
    assert turn(claims, ref) == ("renter", None)
    desk.say(ref, at=NOW + HOUR)
    asked = turn(claims, ref)
    assert asked[0] == "desk"
    assert asked[1] > NOW + HOUR
    desk.act(desk.agent, cases.resolve_case, cases.ResolveCase(ref, "听筒已经更换，请您确认。", 10_000))
    assert turn(claims, ref) == ("renter", None)
    desk.say(ref, "又没有声音了", at=NOW + 2 * HOUR)
    assert turn(claims, ref)[0] == "desk"
    assert turns_agree(claims.house)


def test_queue_row_says_when_to_decide_and_until_when_the_renter_may_appeal(claims):
    moved = claims.answer(claims.file().claim_ref, "contest")
    claims.desk.take(moved.case_ref)
    assert clock(claims, "mine") == "回复"  # the first answer is due before the decision
    claims.desk.reply(moved.case_ref, ANSWER)
    assert clock(claims, "mine") == f"{last_on(moved.turn_until):%m-%d} 前裁定"
    claims.ask_in(moved.case_ref)
    assert clock(claims, "waiting") == f"等高级专员 · {last_on(moved.turn_until):%m-%d} 前"
    decided = claims.decide(claims.desk.one("SELECT ref FROM claims"))
    assert clock(claims, "waiting") == f"等租客 · {last_on(decided.turn_until):%m-%d} 前"


def clock(claims, tab):
    [row] = claims.desk.queue(tab).rows
    return queue_clock(row, Words("zh"), mine=tab == "mine").label


def any_act(claims, chance, ref, case_ref, at):
    """One random act of the talk or of the claim, as a click would be; many are refused."""
    staff = chance.choice([claims.agent, claims.specialist, claims.supervisor])
    return chance.choice(
        [
            lambda: claims.desk.say(case_ref, "还有一句话", at=at),
            lambda: claims.act(claims.renter, cases.hand_to_human, cases.HandToHuman(case_ref), at=at),
            lambda: claims.desk.reply(case_ref, chance.choice(["您好", ANSWER]), actor=staff, at=at),
            lambda: claims.act(staff, cases.add_note, cases.AddNote(case_ref, "看一下"), at=at),
            lambda: claims.act(staff, cases.ask_specialist, cases.AskSpecialist(case_ref, "lin"), at=at),
            lambda: claims.act(claims.agent, cases.resolve_case, cases.ResolveCase(case_ref, "办好了", 10_000), at=at),
            lambda: claims.act(claims.renter, cases.close_case, cases.CloseCase(case_ref), at=at),
            lambda: claims.decide(ref, claims.verdict(1, "not_charged", reason="影像不清"), actor=staff, at=at),
            lambda: claims.appeal(ref, at=at),
            lambda: claims.accept(ref, at=at),
            lambda: claims.advance(ref, at),
        ]
    )


@pytest.mark.parametrize("seed", range(6))
def test_turns_agree_after_a_random_history_of_talk_and_claim(claims, seed):
    chance, at, happened = random.Random(seed), NOW, 0
    ref = claims.file().claim_ref
    case_ref = claims.answer(ref, "contest").case_ref
    claims.desk.take(case_ref)
    for _ in range(50):
        at += chance.choice([timedelta(minutes=10), HOUR, timedelta(days=1)])
        try:
            any_act(claims, chance, ref, case_ref, at)()
        except Refusal:
            continue
        happened += 1
        counts = {key: count for key, count in claims.house.sql("SELECT key, count FROM case_counts") if count}
        assert counts == dict.fromkeys(count_keys(find_case(claims.house, case_ref)), 1)
    assert happened > 15
