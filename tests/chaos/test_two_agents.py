"""Two people at once, on two connections: one act happens, the other is told, nothing is lost or doubled."""

import asyncio
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "use_cases"))

from case_ground import NOW, open_desk

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.jobs import tick
from shouwen.features.cases.rows import CaseChanged, CaseOpened, ItemSent
from shouwen.features.cases.types import CaseType
from shouwen.kernel.errors import Refusal

ROUNDS = 12


@pytest.fixture
def desk(house):
    return open_desk(house)


def at_once(desk, *acts, at=NOW):
    """Run (actor, use case, command, key) truly side by side; results and refusals in order."""
    door = desk.house.door

    async def go():
        return await asyncio.gather(
            *(door.run(use_case, actor, command, at=at, key=key) for actor, use_case, command, key in acts),
            return_exceptions=True,
        )

    return desk.house.run(go())


def refusals(outcomes):
    return [outcome.code for outcome in outcomes if isinstance(outcome, Refusal)]


def test_take_case_two_agents_at_once_one_gets_it_the_other_learns_who_has_it(desk):
    for n in range(ROUNDS):
        ref = desk.open(CaseType.FAULT, f"11 月 {n + 1} 日起没有声音")
        take = cases.TakeCase(ref)
        outcomes = at_once(desk, (desk.agent, cases.take_case, take, ""), (desk.other, cases.take_case, take, ""))
        won = [outcome for outcome in outcomes if isinstance(outcome, CaseChanged)]
        lost = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
        assert (len(won), len(lost)) == (1, 1)
        assert lost[0].data["owner_name"] == won[0].owner_name == desk.case(ref)["owner_name"]
        assert desk.one("SELECT count(*) FROM journal WHERE kind = 'case.taken' AND subject = $1", f"case:{ref}") == 1
        desk.act(desk.renter, cases.close_case, cases.CloseCase(ref))


def test_reply_two_agents_at_once_the_renter_is_answered_once(desk):
    for n in range(ROUNDS):
        ref = desk.open(CaseType.FAULT, f"11 月 {n + 1} 日起没有声音")
        outcomes = at_once(
            desk,
            (desk.agent, cases.reply, cases.Reply(ref, "请先看一下防尘网", 1), ""),
            (desk.other, cases.reply, cases.Reply(ref, "麻烦拍一段故障视频", 1), ""),
        )
        assert sum(isinstance(outcome, ItemSent) for outcome in outcomes) == 1
        assert refusals(outcomes) in (["newer_messages"], ["already_owned"])
        said = "SELECT count(*) FROM messages m JOIN cases c ON c.id = m.case_id"
        assert desk.one(f"{said} WHERE c.ref = $1 AND m.author_role = 'agent'", ref) == 1
        desk.act(desk.renter, cases.close_case, cases.CloseCase(ref))


def test_reply_while_the_renter_writes_is_sent_before_or_refused_as_blind(desk):
    ref = desk.open()
    desk.take(ref)
    for n in range(ROUNDS):
        seen = desk.case(ref)["seq"]
        replied, said = at_once(
            desk,
            (desk.agent, cases.reply, cases.Reply(ref, f"第 {n} 次答复：请看一下防尘网", seen), ""),
            (desk.renter, cases.say, cases.Say(ref, f"第 {n} 次补充"), ""),
        )
        if isinstance(replied, Refusal):
            assert (replied.code, replied.data["seq"]) == ("newer_messages", said.seq)
        else:
            assert replied.seq < said.seq
    seqs = [row["seq"] for row in desk.house.sql("SELECT seq FROM messages ORDER BY seq")]
    assert seqs == list(range(1, desk.case(ref)["seq"] + 1))


def test_open_case_twice_at_once_without_a_key_is_one_case(desk):
    command = cases.OpenCase(CaseType.BILLING_QUESTION, desk.lease.ref, text="第 8 期租金为什么多 0.04 元")
    outcomes = at_once(desk, *[(desk.renter, cases.open_case, command, "")] * 6)
    assert all(isinstance(outcome, CaseOpened) for outcome in outcomes)
    assert len({outcome.case_ref for outcome in outcomes}) == 1
    assert sorted(outcome.joined for outcome in outcomes) == [False] + [True] * 5
    assert sorted(outcome.seq for outcome in outcomes) == [1, 2, 3, 4, 5, 6]


def test_reply_double_click_at_once_is_said_once_and_answered_the_same(desk):
    ref = desk.open()
    command = cases.Reply(ref, "请先看一下防尘网有没有被盖住", 1)
    outcomes = at_once(desk, *[(desk.agent, cases.reply, command, "double-click-1")] * 4)
    assert outcomes == [ItemSent(ref, 2)] * 4
    assert desk.one("SELECT count(*) FROM messages") == 2


def test_many_acts_on_many_cases_at_once_keep_the_counters_right(desk):
    refs = [
        desk.open(kind, "11 月 18 日起第 3 期", actor=desk.renter)
        for kind in (CaseType.FAULT, CaseType.BILLING_DISPUTE, CaseType.DEPOSIT_REFUND, CaseType.RETURN_TRACKING)
    ]
    for n in range(ROUNDS):
        acts = []
        for k, ref in enumerate(refs):
            agent = (desk.agent, desk.other)[(n + k) % 2]
            acts += [
                (agent, cases.reply, cases.Reply(ref, "我们正在核实这件事", 10_000), ""),
                (desk.renter, cases.say, cases.Say(ref, "好的"), ""),
            ]
        unexpected = [
            outcome
            for outcome in at_once(desk, *acts)
            if isinstance(outcome, BaseException) and not isinstance(outcome, Refusal)
        ]
        assert unexpected == []
    counted = {row["key"]: row["count"] for row in desk.house.sql("SELECT key, count FROM case_counts WHERE count > 0")}
    assert counted == recount(desk)


def recount(desk):
    """The counters from scratch."""
    rows = desk.house.sql(
        """
        SELECT key, count(*) AS count FROM cases c CROSS JOIN LATERAL (
          VALUES ('open'),
                 (CASE WHEN owner_id IS NULL THEN 'unowned' ELSE 'owner:' || owner_id || ':' || turn END),
                 (CASE WHEN turn = 'specialist' THEN 'specialist:' || specialist_id END)) k(key)
        WHERE c.state = 'open' AND key IS NOT NULL GROUP BY key
        """
    )
    return {row["key"]: row["count"] for row in rows}


def test_tick_by_two_workers_at_once_escalates_each_clock_once(desk):
    for kind in (CaseType.FAULT, CaseType.BILLING_DISPUTE, CaseType.DEPOSIT_REFUND):
        desk.open(kind, "11 月 18 日起第 3 期")
    late = NOW.replace(hour=3)

    async def both():
        await asyncio.gather(tick(desk.house.door, late), tick(desk.house.door, late))
        await tick(desk.house.door, late)

    desk.house.run(both())
    assert desk.one("SELECT count(*) FROM journal WHERE kind = 'clock.breached'") == 3
    assert desk.one("SELECT count(*) FROM case_clocks WHERE breached_at IS NOT NULL") == 3
