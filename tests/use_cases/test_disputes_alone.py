"""AUTH-1 in a firm without an eligible second person: favours pass marked, others wait a day for the owner."""

from datetime import timedelta

import pytest
from claim_ground import NOW, open_claims
from lease_ground import in_act

from shouwen.features.disputes.types import ClaimState
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import Absent, Refusal
from shouwen.mount import jobs
from shouwen.platform import approvals

DAY = timedelta(hours=24)
OWNER_MARK = approvals.ALONE_ZH["to_owner_or_outside"]


@pytest.fixture
def claims(house):
    return open_claims(house)


@pytest.fixture
def alone(claims):
    """A claim of more than ¥1,000 in a firm whose only decider is the specialist."""
    claims.media("handover", "front", role="agent")
    ref = claims.contested(claims.finding(price="screen.crack.severe"))
    staff(claims, "UPDATE staff SET active = false WHERE login = 'gu'")
    return ref


def staff(claims, statement):
    async def work(ctx):
        return await ctx.conn.fetchval(statement)

    return in_act(claims.house, work)


def hire_reviewer(claims):
    staff_id = staff(
        claims,
        "INSERT INTO staff (login, name, role, password_hash, created_at)"
        " VALUES ('wai', '外部复核人', 'specialist', 'x', '2026-11-23') RETURNING id",
    )
    return Actor(Role.SPECIALIST, staff_id, "外部复核人")


def ask(claims, ref):
    """The specialist decides; the request that follows."""
    with pytest.raises(Refusal) as waiting:
        claims.decide(ref)
    return waiting.value


def hand_on(claims, approval_ref, at=NOW + DAY):
    return claims.act(SYSTEM, approvals.hand_on_approval, approvals.HandOnApproval(approval_ref), at=at)


def grant(claims, actor, approval_ref, at=NOW + DAY):
    command = approvals.DecideApproval(approval_ref, True, "看过影像和报告，同意")
    return claims.act(actor, approvals.decide_approval, command, at=at)


def listed(claims, actor):
    rows = claims.act(actor, approvals.list_approvals, approvals.ListApprovals())
    return [(row.ref, row.alone) for row in rows]


def test_decision_that_charges_waits_a_day_then_passes_to_the_owner_marked(claims, alone):
    waiting = ask(claims, alone)
    assert (waiting.status, waiting.data["alone"]) == (202, "waits")
    assert "没有可复核的第二人，11-24 10:00 后转负责人" in waiting.remedy_zh
    ref = waiting.data["approval_ref"]
    assert ("hand_on_approval", {"approval_ref": ref}) in claims.jobs()
    assert (listed(claims, claims.specialist), listed(claims, claims.desk.admin)) == ([(ref, "waits")], [])
    with pytest.raises(Absent):
        grant(claims, claims.desk.admin, ref)
    with pytest.raises(Refusal, match="not_due"):
        hand_on(claims, ref, NOW + DAY - timedelta(seconds=1))

    assert hand_on(claims, ref).alone == "to_owner_or_outside"
    assert listed(claims, claims.desk.admin) == [(ref, "to_owner_or_outside")]
    assert claims.read(alone).state == ClaimState.CONTESTED
    assert grant(claims, claims.desk.admin, ref).performed
    view = claims.decision(alone)
    assert (view.decided_fen, view.detail.second_person_name, view.detail.mark) == (15_000, "管理员", OWNER_MARK)
    assert OWNER_MARK in view.letter.signature
    row = claims.house.sql("SELECT text, data FROM journal WHERE kind = 'approval.granted'")[0]
    assert (OWNER_MARK in row["text"], row["data"]["alone"]) == (True, "to_owner_or_outside")


def test_decision_that_charges_nothing_passes_alone_at_once_marked(claims, alone):
    verdict = claims.verdict(outcome="not_charged", reason="出库影像不能证明", seen_at_handover=False)
    assert claims.decide(alone, verdict).state == ClaimState.DECIDED
    view = claims.decision(alone)
    assert (view.decided_fen, view.detail.mark) == (0, approvals.ALONE_ZH["passes_marked"])
    assert view.detail.second_person_name == ""
    row = claims.house.sql("SELECT state, alone, granted_by FROM approvals")[0]
    assert (row["state"], row["alone"], row["granted_by"]) == ("granted", "passes_marked", [])
    assert claims.kinds().count("approval.passed_alone") == 1
    assert listed(claims, claims.specialist) == []


def test_decision_that_charges_nothing_still_waits_where_there_is_a_second_person(claims):
    claims.media("handover", "front", role="agent")
    ref = claims.contested(claims.finding(price="screen.crack.severe"))
    verdict = claims.verdict(outcome="not_charged", reason="出库影像不能证明", seen_at_handover=False)
    with pytest.raises(Refusal) as waiting:
        claims.decide(ref, verdict)
    assert (waiting.value.status, waiting.value.data["alone"]) == (202, "")


def test_author_never_passes_their_own_request_on_even_after_it_was_handed_on(claims, alone):
    ref = ask(claims, alone).data["approval_ref"]
    hand_on(claims, ref)
    with pytest.raises(Refusal) as own:
        grant(claims, claims.specialist, ref)
    assert own.value.code == "own_request"
    for actor in (claims.agent, claims.inspector, claims.renter):
        with pytest.raises(Refusal):
            grant(claims, actor, ref)
    assert claims.read(alone).state == ClaimState.CONTESTED


def test_outside_reviewer_with_an_account_decides_what_was_handed_on_marked(claims, alone):
    ref = ask(claims, alone).data["approval_ref"]
    hand_on(claims, ref)
    assert grant(claims, hire_reviewer(claims), ref).performed
    detail = claims.decision(alone).detail
    assert (detail.second_person_name, detail.mark) == ("外部复核人", OWNER_MARK)


def test_colleague_who_comes_within_the_day_is_an_ordinary_second_person(claims, alone):
    ref = ask(claims, alone).data["approval_ref"]
    colleague = hire_reviewer(claims)
    assert hand_on(claims, ref).alone == ""
    with pytest.raises(Absent):
        grant(claims, claims.desk.admin, ref)
    assert grant(claims, colleague, ref).performed
    assert claims.decision(alone).detail.mark == ""


def test_second_person_who_left_after_the_request_is_noticed_by_the_job(claims):
    claims.media("handover", "front", role="agent")
    ref = ask(claims, claims.contested(claims.finding(price="screen.crack.severe"))).data["approval_ref"]
    assert listed(claims, claims.specialist) == [(ref, "")]
    staff(claims, "UPDATE staff SET active = false WHERE login = 'gu'")
    assert hand_on(claims, ref).alone == "to_owner_or_outside"


def test_first_decider_does_not_count_as_a_second_person_on_appeal(claims):
    claims.media("handover", "front", role="agent")
    ref = claims.contested(claims.finding(price="screen.crack.severe"))
    grant(claims, claims.supervisor, ask(claims, ref).data["approval_ref"], at=NOW)
    claims.appeal(ref)
    with pytest.raises(Refusal) as waiting:
        claims.decide(ref, claims.verdict(), actor=claims.supervisor)
    assert waiting.value.data["alone"] == "waits"


def test_hand_on_job_of_a_decided_request_does_nothing(claims, alone):
    ref = ask(claims, alone).data["approval_ref"]
    hand_on(claims, ref)
    grant(claims, claims.desk.admin, ref)
    before = claims.kinds()
    claims.house.run(jobs.hand_on_approval(claims.house.door, {"approval_ref": ref}))
    assert claims.kinds() == before
