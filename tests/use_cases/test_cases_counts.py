"""The counters on the tabs are what a recount says, after any history."""

import random

import pytest
from case_ground import NOW, open_desk

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.counts import count_deltas, count_keys
from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.types import CaseState, CaseType, Channel, MoveReason, Turn
from shouwen.kernel.errors import Refusal

RECOUNT = """
SELECT key, count(*) AS count FROM cases c CROSS JOIN LATERAL (
  VALUES ('open'),
         (CASE WHEN escalated_at IS NOT NULL THEN 'escalated' END),
         ('open:against:' || complaint_against_id),
         (CASE WHEN owner_id IS NULL THEN 'unowned:against:' || complaint_against_id END),
         (CASE WHEN escalated_at IS NOT NULL THEN 'escalated:against:' || complaint_against_id END),
         (CASE WHEN owner_id IS NULL THEN 'unowned' ELSE 'owner:' || owner_id || ':' || turn END),
         (CASE WHEN turn IN ('specialist', 'desk') AND (talk_turn = 'specialist' OR claim_turn = 'specialist')
                AND NOT (turn = 'desk' AND owner_id IS NOT DISTINCT FROM specialist_id)
          THEN 'specialist:' || specialist_id END)) k(key)
WHERE c.state = 'open' AND key IS NOT NULL GROUP BY key
"""
KINDS = (CaseType.FAULT, CaseType.BILLING_DISPUTE, CaseType.DEPOSIT_REFUND, CaseType.COMPLAINT, CaseType.BUYOUT)


@pytest.fixture
def desk(house):
    return open_desk(house)


def counted(desk, query):
    return {row["key"]: row["count"] for row in desk.house.sql(query)}


def any_act(desk, chance, refs):
    """One random act by a random person, as a click would be; most are refused somewhere on the way."""
    if not refs or chance.random() < 0.15:
        kind = chance.choice(KINDS)
        return desk.renter, cases.open_case, cases.OpenCase(kind, desk.lease.ref, text="11 月 18 日起第 3 期")
    ref = chance.choice(refs)
    staff = chance.choice([desk.agent, desk.other, desk.specialist, desk.supervisor])
    login = chance.choice(["zhoumin", "limei", "lin", "gu"])
    return chance.choice(
        [
            (staff, cases.take_case, cases.TakeCase(ref)),
            (staff, cases.reply, cases.Reply(ref, "我们正在核实这件事", 10_000)),
            (staff, cases.reply, cases.Reply(ref, "您好", 10_000)),
            (staff, cases.add_note, cases.AddNote(ref, "看一下")),
            (staff, cases.ask_specialist, cases.AskSpecialist(ref, login)),
            (staff, cases.transfer_case, cases.TransferCase(ref, login, chance.choice(list(MoveReason)))),
            (staff, cases.resolve_case, cases.ResolveCase(ref, "已经处理好了", 10_000)),
            (staff, cases.close_case, cases.CloseCase(ref)),
            (desk.renter, cases.say, cases.Say(ref, "好的")),
            (desk.renter, cases.hand_to_human, cases.HandToHuman(ref)),
            (desk.renter, cases.call_specialist, cases.CallSpecialist(ref)),
            (desk.renter, cases.wish_owner_change, cases.WishOwnerChange(ref)),
            (desk.renter, cases.complain, cases.Complain(ref, "11 月 22 日说话不客气")),
            (staff, cases.settle_escalation, cases.SettleEscalation(ref)),
            (desk.renter, cases.close_case, cases.CloseCase(ref)),
        ]
    )


@pytest.mark.parametrize("seed", range(4))
def test_counts_after_a_random_history_equal_a_recount(desk, seed):
    chance = random.Random(seed)
    happened = 0
    for _ in range(120):
        refs = [row["ref"] for row in desk.house.sql("SELECT ref FROM cases")]
        actor, use_case, command = any_act(desk, chance, refs)
        try:
            desk.act(actor, use_case, command)
        except Refusal:
            continue
        happened += 1
        assert counted(desk, "SELECT key, count FROM case_counts WHERE count > 0") == counted(desk, RECOUNT)
    assert happened > 40


def a_case(state, owner_id, turn, specialist_id):
    nothing = dict.fromkeys(CaseRow.__struct_fields__)
    fixed = {"type": CaseType.FAULT, "channel": Channel.PORTAL, "opened_at": NOW, "last_at": NOW}
    stands = {"state": state, "owner_id": owner_id, "turn": turn, "specialist_id": specialist_id}
    return CaseRow(**(nothing | fixed | stands))


STATES = [
    a_case(state, owner_id, turn, specialist_id)
    for state in CaseState
    for owner_id in (None, 1, 2)
    for turn in Turn
    for specialist_id in (None, 2)
]


def test_count_deltas_between_any_two_states_lead_from_one_to_the_other():
    for before in STATES:
        for after in STATES:
            totals = dict.fromkeys(count_keys(before), 1)
            for key, delta in count_deltas(before, after).items():
                totals[key] = totals.get(key, 0) + delta
            assert {key for key, count in totals.items() if count} == set(count_keys(after))
            assert all(count in (0, 1) for count in totals.values())


def test_count_keys_of_an_ended_case_are_none():
    assert all(count_keys(case) == () for case in STATES if case.state is not CaseState.OPEN)
