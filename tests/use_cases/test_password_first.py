"""With a password that somebody else chose nothing is done before it is changed: hired or reset, by API or page."""

import pytest
from lease_ground import NOW, run

from shouwen.features.people import use_cases as people
from shouwen.features.people.public import find_session
from shouwen.kernel.actor import ANONYMOUS, Actor, Role
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform import clock
from shouwen.platform.approvals import ListApprovals, list_approvals
from shouwen.platform.registry import REGISTRY
from shouwen.platform.secrets import token_hash

ADMIN = Actor(Role.ADMIN, 99, "管理员")
CHOSEN = "three green kettles"


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def hired(house, role="supervisor"):
    return run(house, people.hire_staff, ADMIN, people.HireStaff("gu", "顾主管", role)).password


def log_in(house, password):
    return run(house, people.log_in_staff, ANONYMOUS, people.LogInStaff("gu", password))


def actor_of(house, logged_in):
    return house.run(find_session(house.door.reads, token_hash(logged_in.token), NOW)).actor()


def test_only_three_acts_go_before_the_password():
    assert {one.name for one in REGISTRY.values() if not one.password_first} == {
        "change_password", "log_out", "read_own_account",
    }  # fmt: skip


@pytest.mark.parametrize("reset", [False, True], ids=["hired", "reset"])
def test_logged_in_with_a_password_of_the_administrator_all_else_is_refused_until_it_is_changed(house, reset):
    given = hired(house)
    if reset:
        given = run(house, people.reset_password, ADMIN, people.ResetPassword("gu")).password
    logged_in = log_in(house, given)
    me = actor_of(house, logged_in)
    assert (logged_in.password_reset, me.must_change) == (True, True)
    for use_case, command in (
        (list_approvals, ListApprovals()),
        (people.list_sessions, people.ListSessions()),
        (people.revoke_session, people.RevokeSession(me.session_id)),
    ):
        with pytest.raises(Refusal) as refused:
            run(house, use_case, me, command)
        assert (refused.value.code, refused.value.status, bool(refused.value.remedy_zh)) == (
            "password_first",
            403,
            True,
        )
    assert run(house, people.read_own_account, me, people.ReadOwnAccount()).password_reset_by == "管理员"
    with pytest.raises(BadInput):  # the very password they were given is none of their own
        run(house, people.change_password, me, people.ChangePassword(given, given))
    run(house, people.change_password, me, people.ChangePassword(given, CHOSEN))
    me = actor_of(house, logged_in)
    assert me.must_change is False
    assert run(house, list_approvals, me, ListApprovals()) == []
    assert actor_of(house, log_in(house, CHOSEN)).must_change is False


def test_log_out_with_a_password_of_the_administrator_ends_the_session(house):
    logged_in = log_in(house, hired(house))
    run(house, people.log_out, actor_of(house, logged_in), people.LogOut())
    assert house.run(find_session(house.door.reads, token_hash(logged_in.token), NOW)) is None


def test_who_may_not_call_it_at_all_is_told_the_same_as_ever(house):
    me = actor_of(house, log_in(house, hired(house, "inspector")))
    with pytest.raises(Refusal) as refused:
        run(house, list_approvals, me, ListApprovals())
    assert refused.value.code == "not_found"


@pytest.mark.parametrize("path", ["/api/v1/approvals", "/api/v1/sessions", "/live/desk"])
def test_api_answers_password_first_and_pages_lead_to_the_account(web, path):
    logged_in = log_in(web.house, hired(web.house))
    headers = {"authorization": f"Bearer {logged_in.token}", "accept": "application/json"}
    answer = web.get(path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "password_first")
    assert web.get("/api/v1/me", headers=headers).json()["password_reset_by"] == "管理员"
