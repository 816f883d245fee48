"""The structure's own tests: what every route does with strangers, other sites, and unreadable requests."""

import msgspec
import pytest
from starlette.routing import Route

from shouwen.features.evidence.public import log_key
from shouwen.kernel.actor import Actor, Role
from shouwen.mount.api import PREFIX, RAW
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import REGISTRY

RENTER = Actor(Role.RENTER, 1, "陈*宇")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
WRITES = [case for case in REGISTRY.values() if case.method in UNSAFE and case.permission is not Permission.SYSTEM]


def fill(path):
    """Any value for every `{name}` of a path."""
    for name in ("session_id", "approval_id"):
        path = path.replace(f"{{{name}}}", "1")
    return "/".join("SW-aaaaaaaaaa" if part.startswith("{") else part for part in path.split("/"))


def routes_of(web):
    found = []
    for route in web.application.routes():
        if isinstance(route, Route):
            found += [(method, route.path) for method in sorted(route.methods or ()) if method in UNSAFE]
    return found


def test_every_unsafe_route_refuses_a_session_without_its_token(web):
    web.log_in(RENTER)
    checked = 0
    for method, path in routes_of(web):
        for headers in ({}, {"x-csrf-token": "wrong"}):
            answer = web.send(method, fill(path), headers=headers, json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "cross_site"), (method, path)
            checked += 1
    assert checked > 2 * len(WRITES)
    assert web.house.sql("SELECT count(*) FROM acts")[0][0] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8788"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_every_unsafe_route_refuses_other_sites(web, headers):
    for method, path in routes_of(web):
        answer = web.send(method, fill(path), headers=headers, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site"), (method, path)


def test_log_in_from_own_page_accepted_without_session(web):
    answer = web.send("POST", "/login/code", data={"phone": "19900000001"}, headers={"origin": "http://127.0.0.1:8787"})
    assert answer.status_code == 200


@pytest.mark.parametrize("case", WRITES, ids=lambda case: case.name)
def test_write_by_nobody_asks_to_log_in(web, case):
    answer = web.send(case.method, PREFIX + fill(case.path), json={})
    if case.permission is Permission.PUBLIC or case.name in RAW:
        assert answer.status_code in (200, 401, 404, 409, 415, 422)
    else:
        assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/")


UNREADABLE = [
    b"{",
    b"[]",
    b'"text"',
    b"\xff\xfe{}",
    b'{"a": NaN}',
    b'{"phone": "\\u0000"}',
    b'{"phone": "\\ud800"}',
    b'{"phone": "1", "phone": "2"}',
    b'{"a":' * 200 + b"1" + b"}" * 200,
    b"[" * 100_000,
    b'{"phone": 1e999}',
]


@pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: repr(body[:14]))
def test_unreadable_body_refused_with_problem_details(web, body):
    answer = web.send("POST", f"{PREFIX}/login/code", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["title"]
    assert problem["title_en"]
    assert web.house.sql("SELECT count(*) FROM acts")[0][0] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "phone"),
        ({"phone": 19900000001}, "phone"),
        ({"phone": "１９９００００００１"}, "phone"),
        ({"phone": "199000000011"}, "phone"),
        ({"phone": "19900000001\n"}, "phone"),
        ({"phone": "19900000001", "admin": True}, "admin"),
    ],
)
def test_wrong_field_named_in_problem(web, body, field):
    answer = web.post(f"{PREFIX}/login/code", body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_query_given_twice_or_unknown_refused(web):
    web.log_in(Actor(Role.AGENT, 1, "周敏"))
    assert web.get(f"{PREFIX}/sessions?x=1&x=2").status_code == 400
    assert web.get(f"{PREFIX}/sessions?surprise=1").status_code == 422


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808", "abc", "1.5", "1e3"])
def test_id_out_of_range_refused(web, number):
    web.log_in(RENTER)
    answer = web.post(f"{PREFIX}/sessions/{number}/revocation")
    assert answer.status_code in (404, 422)


def test_body_above_limit_refused(web):
    answer = web.send("POST", f"{PREFIX}/login/code", content=b" " * 1_100_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("key", ["short", "x" * 101, "spaces in it", "中文中文中文中文"])
def test_bad_idempotency_key_refused(web, key):
    web.log_in(RENTER)
    answer = web.post(f"{PREFIX}/logout", headers={"idempotency-key": key.encode()})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_double_click_through_http_acts_once(web):
    web.log_in(RENTER)
    key = {"idempotency-key": "one-click-0001"}
    refused = web.post(f"{PREFIX}/sessions/999/revocation", headers=key)
    assert refused.status_code == 404  # a refusal keeps nothing, so the key stays free
    phone = {"phone": "19900000009"}
    answers = [web.post(f"{PREFIX}/login/code", phone, headers=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 422, 422]  # an answer with a secret is given once
    assert web.house.sql("SELECT count(*) FROM login_codes")[0][0] == 1
    assert web.post(f"{PREFIX}/logout", headers=key).status_code == 422  # the key belongs to the other act


def test_every_answer_carries_the_security_headers(web):
    for path in ("/login", "/nowhere", f"{PREFIX}/leases", "/healthz", "/static/none.js"):
        headers = web.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_page_unknown_is_a_page_and_api_unknown_is_a_problem(web):
    page = web.get("/nowhere", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"][:9]) == (404, "text/html")
    assert "没有找到" in page.text
    problem = web.get(f"{PREFIX}/nowhere")
    assert (problem.status_code, problem.json()["code"]) == (404, "not_found")


def test_expired_and_revoked_and_foreign_tokens_are_nobody(web):
    web.log_in(RENTER)
    assert web.get(f"{PREFIX}/sessions").status_code == 200
    web.post(f"{PREFIX}/logout")
    assert web.get(f"{PREFIX}/sessions").status_code == 401
    for token in ("", "x", "t" * 5000, "中文"):
        web.client.cookies.clear()
        answer = web.get(f"{PREFIX}/sessions", headers={"authorization": f"Bearer {token}".encode()})
        assert answer.status_code == 401


def test_logs_public_key_and_its_fingerprint_are_published_to_anybody(web):
    said = web.get("/log-key").text
    key = log_key(web.house.settings).verifier()
    assert key.text() in said
    assert key.fingerprint() in said


def test_health_ready_and_metrics_answer(web):
    assert web.get("/healthz").text == "ok"
    assert web.get("/readyz").status_code in (200, 503)
    web.get("/login")
    text = web.get("/metrics").text
    assert 'route="/login"' in text
    assert 'shouwen_waiting{what="jobs_given_up"} 0.0' in text


def test_openapi_document_is_valid_json(web):
    document = msgspec.json.decode(web.get(f"{PREFIX}/openapi.json").content)
    assert document["openapi"] == "3.1.0"
    assert len(document["paths"]) > 30


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/my\r\nx: y"]
)
def test_log_in_never_redirects_to_strangers(web, target):
    page = web.get("/login", params={"next": target})
    assert "evil.example" not in page.text
    answer = web.send("POST", "/lang", data={"lang": "en", "next": target})
    assert answer.headers["location"] == "/"
