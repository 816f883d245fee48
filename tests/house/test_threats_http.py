"""Requests nobody's browser would send: odd headers, odd keys, hidden characters, addresses of other machines."""

import pytest

from shouwen.kernel.actor import Actor, Role
from shouwen.mount.api import PREFIX
from shouwen.mount.web.page import local_path

RENTER = Actor(Role.RENTER, 1, "陈*宇")


@pytest.mark.parametrize("origin", ["http://[", "http://", "://", "[", "http://127.0.0.1:8787@evil.example", "null"])
def test_origin_that_is_no_address_is_another_site(web, origin):
    answer = web.send("POST", "/login/code", data={"phone": "19900000001"}, headers={"origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("host", ["evil.example", "[", "[::", "a@b", "127.0.0.1:8787/x", "x" * 5000])
def test_host_header_never_becomes_an_address_of_ours(web, host):
    for path in ("/login", "/my", "/nowhere"):
        answer = web.get(path, headers={"host": host})
        assert answer.status_code in (200, 303, 404)
        assert len(host) < 5 or host not in answer.text
        assert answer.headers.get("location", "/login").startswith("/login")


@pytest.mark.parametrize("target", ["//[", "//[::", "/\\", "/%5c", "/a\\b", "/\tevil.example", "http://[", ""])
def test_path_to_go_on_to_is_a_path_or_nothing(web, target):
    assert web.get("/login", params={"next": target}).status_code == 200
    assert local_path(target, "/") in ("/", "/%5c")


@pytest.mark.parametrize("key", ["k" * 9000, "\x00" * 9, "中文中文中文中文", "a b c d e f g", "<script>x</script>"])
def test_form_with_a_key_out_of_form_refused_and_nothing_done(web, key):
    web.log_in(RENTER)
    answer = web.send("POST", "/logout", data={"csrf": web.csrf, "idempotency_key": key})
    assert answer.status_code in (400, 422)
    assert web.house.sql("SELECT count(*) FROM acts")[0][0] == 0
    assert web.get(f"{PREFIX}/sessions").status_code == 200


HIDDEN = ["\x07", "\x1b[31m", "\x7f", "\x85", "\u202e", "\u2066", "\u2028", "\x0b"]


@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda one: f"U+{ord(one[0]):04X}")
def test_hidden_character_in_a_command_refused(web, hidden):
    web.log_in(RENTER)
    body = {"type": "complaint", "text": f"请看{hidden}这里 2026-11-20"}
    answer = web.post(f"{PREFIX}/cases", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert web.get(f"{PREFIX}/search", params={"q": hidden}).status_code == 400
    assert web.house.sql("SELECT count(*) FROM acts")[0][0] == 0


def test_name_with_a_line_end_refused(web):
    web.log_in(Actor(Role.ADMIN, 1, "管理"))
    for name in ("周\n敏", "周\r敏", "周\t敏"):
        answer = web.post(f"{PREFIX}/staff", {"login": "zhoumin", "name": name, "role": "agent"})
        assert (answer.status_code, answer.json()["field"]) == (422, "name")


def test_metrics_are_for_this_machine_only(house, web):
    import httpx

    transport = httpx.ASGITransport(web.application, client=("203.0.113.9", 5000))
    stranger = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8787")
    answer = house.run(stranger.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}))
    house.run(stranger.aclose())
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["..%2f..%2fcli.py", "../../cli.py", "%2e%2e/env.py", "%00", "a" * 3000, "/etc/hosts"])
def test_static_files_are_those_in_their_folder(web, path):
    assert web.get(f"/static/{path}").status_code == 404
