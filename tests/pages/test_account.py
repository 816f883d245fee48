"""Coming in by the rental company's link, and one's own account: devices and password."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
from visitor import Site

# isort: split
from claim_ground import NOW, open_claims
from lease_ground import in_act

from shouwen.features.people.links import sign_link
from shouwen.features.people.use_cases import HireStaff, hire_staff
from shouwen.kernel.actor import Actor, Role
from shouwen.mount.pages.i18n import Words
from shouwen.mount.web.account import device_name
from shouwen.platform import clock

ADMIN = Actor(Role.ADMIN, 99, "管理员")
PHONE = "19900002210"
CHOSEN = "three green kettles"
KEY = "a-key-of-one-form"


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


@pytest.fixture
def claims(house):
    opened = open_claims(house)

    async def own_number(ctx):
        number = house.door.services.cipher.lookup(PHONE, "phone")
        await ctx.conn.execute("UPDATE renters SET phone_hash = $1 WHERE ref = 'ZK-1'", number)

    in_act(house, own_number)
    return opened


@pytest.fixture
def zhao(site):
    """The agent `zhao` as hired."""
    hired = site.house.run(site.house.door.run(hire_staff, ADMIN, HireStaff("zhao", "赵宁", "agent"), at=NOW))
    return hired


def link_of(*, key="a shared key of the test", nonce="n-1", life=timedelta(minutes=5)):
    """A signed link for renter 1."""
    return f"/login/link?token={quote(sign_link(key, PHONE, nonce, NOW + life))}&next=/my/bills"


def sessions(claims):
    return claims.desk.one("SELECT count(*) FROM sessions WHERE method = 'link'")


def fields_of(page):
    """What the form's button would send."""
    return {name: unescape(value) for name, value in re.findall(r'name="(token|next)" value="([^"]*)"', page.text)}


def test_link_shows_whose_it_is_logs_nobody_in_and_works_once(claims, site):
    path = link_of()
    for _ in range(2):  # the message's preview, then the renter
        visitor = site.visitor()
        page = visitor.get(path)
        assert (page.status, "shouwen_session" in visitor.cookies) == (200, False)
    assert visitor.send("HEAD", path).status == 200
    assert sessions(claims) == 0
    assert f"以 {claims.renter.name} 的身份继续" in page.said
    answer = visitor.post("/login/link", fields_of(page))
    assert (answer.status, answer.headers["location"], sessions(claims)) == (303, "/my/bills", 1)
    assert visitor.get("/my").status == 200
    for again in (site.visitor().post("/login/link", fields_of(page)), site.visitor().get(path)):
        assert (again.status, "这个登录链接已失效" in again.said) == (401, True)
    assert sessions(claims) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"key": "another key"}, {"life": timedelta(minutes=-1)}, {"life": timedelta(hours=1)}],
    ids=["foreign", "expired", "too long"],
)
def test_link_that_is_not_good_opens_nothing_either_way(claims, site, wrong):
    path = link_of(**wrong)
    token = path.partition("token=")[2].partition("&")[0]
    for answer in (site.visitor().get(path), site.visitor().post("/login/link", {"token": token, "next": ""})):
        assert (answer.status, "这个登录链接已失效" in answer.said, "获取验证码" in answer.said) == (401, True, True)
    assert sessions(claims) == 0


@pytest.mark.parametrize(
    "path", ["/login/link", "/login/link?token=", "/login/link?token=short", "/login/link?token=%00"]
)
def test_link_without_a_token_is_refused_on_the_log_in_page(claims, site, path):
    assert site.visitor().get(path).status in (401, 422)


def test_link_posted_from_another_site_is_refused(claims, site):
    page = site.visitor().get(link_of())
    answer = site.visitor().post("/login/link", fields_of(page), origin="https://elsewhere.test")
    assert (answer.status, sessions(claims)) == (403, 0)


def test_account_of_a_renter_lists_devices_and_logs_one_out(claims, site):
    here, there = site.visitor("ZK-1"), site.visitor("ZK-1")
    page = here.get("/account")
    assert (page.status, page.said.count("让它退出"), "修改密码" in page.said) == (200, 1, False)
    other = re.search(r"/account/sessions/(\d+)/revocation", page.text)[0]
    assert here.post(other, {"idempotency_key": KEY}).headers["location"] == "/account?done=session"
    assert there.get("/my").headers["location"] == "/login?next=/my"
    assert "让它退出" not in here.get("/account").said


def test_account_of_nobody_leads_to_the_log_in_and_foreign_devices_are_absent(claims, site):
    assert site.visitor().get("/account").headers["location"] == "/login?next=/account"
    other = site.visitor("ZK-2").get("/account")
    assert other.status == 200
    mine = claims.desk.one("SELECT max(id) FROM sessions WHERE actor_id = $1", claims.stranger.id)
    assert site.visitor("ZK-1").post(f"/account/sessions/{mine}/revocation", {}).status == 404


def test_account_of_staff_changes_the_password_once_it_is_good(claims, site, zhao):
    visitor = site.visitor()
    assert visitor.post("/login/staff", {"login": "zhao", "password": zhao.password}).status == 303
    assert "zhao" in visitor.get("/account").said
    form = {"password": zhao.password, "new_password": CHOSEN, "again": CHOSEN}
    for wrong, said in (
        ({"again": "something else"}, "两次输入的新密码不一样"),
        ({"new_password": "short", "again": "short"}, "密码太短"),
        ({"new_password": "Password2026", "again": "Password2026"}, "很容易被猜到"),
        ({"new_password": zhao.password, "again": zhao.password}, "以前用过"),
        ({"password": "not this one"}, "现在的密码不对"),
        ({"password": ""}, "请填写现在的密码和新密码"),
    ):
        answer = visitor.post("/account/password", form | wrong)
        assert (answer.status, said in answer.said) == (422, True), wrong
    assert visitor.post("/account/password", form).headers["location"] == "/account?done=password"
    assert "密码已修改" in visitor.get("/account?done=password").said
    assert site.visitor().post("/login/staff", {"login": "zhao", "password": CHOSEN}).status == 303
    assert site.visitor().post("/login/staff", {"login": "zhao", "password": zhao.password}).status == 401


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Mobile MicroMessenger/8.0", "iPhone · 微信"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36", "Android · Chrome"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Windows · Edge"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "Mac · Safari"),
        ("curl/8.5.0", "未知设备"),
        ("", "未知设备"),
    ],
)
def test_device_is_named_as_its_owner_knows_it(agent, name):
    assert device_name(agent, Words("zh")) == name
