"""Who was given a password comes to their account, and nowhere else, until they have chosen one of their own."""

import pytest
from visitor import Site

# isort: split
from lease_ground import NOW

from shouwen.features.people.use_cases import HireStaff, hire_staff
from shouwen.kernel.actor import Actor, Role
from shouwen.platform import clock

ADMIN = Actor(Role.ADMIN, 99, "管理员")
CHOSEN = "three green kettles"


@pytest.fixture
def site(house, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    opened = Site(house)
    yield opened
    opened.close()


def logged_in(site, role="agent"):
    """Somebody hired just now; they and the password they were given."""
    house = site.house
    given = house.run(house.door.run(hire_staff, ADMIN, HireStaff("zhao", "赵宁", role), at=NOW)).password
    visitor = site.visitor()
    answer = visitor.post("/login/staff", {"login": "zhao", "password": given, "next": "/desk/approvals"})
    assert (answer.status, answer.headers["location"]) == (303, "/account")
    assert visitor.get("/account").status == 200
    return visitor, given


@pytest.mark.parametrize("path", ["/desk", "/desk/approvals", "/desk/leases"])
def test_every_page_leads_to_the_account_until_the_password_is_changed(site, path):
    visitor, given = logged_in(site)
    answer = visitor.get(path)
    assert (answer.status, answer.headers["location"]) == (303, "/account")
    page = visitor.get("/account")
    assert (page.status, "设置了您现在的密码" in page.said, "已登录的设备" in page.said) == (200, True, False)
    wrong = {"password": given, "new_password": "short", "again": "short"}
    assert visitor.post("/account/password", wrong).status == 422
    good = {"password": given, "new_password": CHOSEN, "again": CHOSEN}
    assert visitor.post("/account/password", good).headers["location"] == "/account?done=password"
    page = visitor.get("/account")
    assert ("设置了您现在的密码" in page.said, "已登录的设备" in page.said) == (False, True)
    assert visitor.get("/desk").status == 200


def test_an_act_of_a_page_changes_nothing_and_leads_to_the_account(site):
    visitor, _ = logged_in(site)
    before = site.house.sql("SELECT count(*) FROM acts")[0][0]
    answer = visitor.post("/account/sessions/1/revocation", {})
    assert (answer.status, answer.headers["location"]) == (303, "/account")
    assert site.house.sql("SELECT count(*) FROM acts")[0][0] == before


def test_log_out_works_before_the_password_is_changed(site):
    visitor, _ = logged_in(site)
    assert visitor.post("/logout", {}).headers["location"] == "/login"
    assert visitor.get("/account").headers["location"].startswith("/login")
