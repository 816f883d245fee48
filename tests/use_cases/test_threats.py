"""What has gone wrong in desks like ours, tried on this one: what a dossier tells, what a stranger can make of it."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from case_ground import open_desk
from claim_ground import open_claims
from lease_ground import add_renter, in_act
from msgspec.structs import replace

from shouwen.features.disputes.use_cases import deciding
from shouwen.features.dossiers import store
from shouwen.features.dossiers import use_cases as dossiers
from shouwen.features.dossiers.files import summary_pdf, thread_html
from shouwen.features.people import use_cases as people
from shouwen.features.people.passwords import hash_password
from shouwen.features.people.types import Session
from shouwen.kernel.actor import ANONYMOUS
from shouwen.kernel.errors import Absent, Refusal
from shouwen.mount.api import PREFIX
from shouwen.mount.web import live, page_routes, uploads
from shouwen.platform.live import Hint


@pytest.fixture
def claims(house):
    return open_claims(house)


def test_dossier_holds_no_entry_that_was_not_meant_for_both_sides(claims):
    case = claims.desk.case(claims.desk.open())
    inside = ["note.added", "reply.overridden", "specialist.asked", "claim.facts_marked", "kind.of.tomorrow"]

    async def add(ctx):
        for index, kind in enumerate([*inside, "reply.sent"]):
            await ctx.conn.execute(
                "INSERT INTO log_entries (index, journal_id, kind, subject, at, leaf, content, salt, case_id,"
                " sealed_at) VALUES ($1, $1, $2, '', now(), '', '{}', '', $3, now())",
                index, kind, case["id"],
            )  # fmt: skip

    in_act(claims.house, add)
    found = claims.house.run(store.entries_of(claims.house.door.reads, case["id"], None))
    assert [row["kind"] for row in found] == ["reply.sent"]


def test_dossier_before_the_decision_tells_nothing_of_what_a_specialist_marked(claims):
    ref = claims.contested()
    claim_id = claims.desk.one("SELECT id FROM claims WHERE ref = $1", ref)
    marks = (deciding.FindingMarks(1, seen_at_handover=False, market_repair_price_fen=1, market_repair_source="内部"),)
    claims.act(claims.specialist, deciding.mark_facts, deciding.MarkFacts(ref, marks))
    before = claims.house.run(store.claim_of(claims.house.door.reads, claim_id))["findings"][0]
    assert "price_fen" in before
    assert not {"seen_at_handover", "unmarked_before_courier", "market_repair_source"} & set(before)
    claims.decide(ref)
    after = claims.house.run(store.claim_of(claims.house.door.reads, claim_id))["findings"][0]
    assert after["seen_at_handover"] is False


def test_dossiers_of_one_case_are_limited_by_the_hour(house):
    desk = open_desk(house)
    command = dossiers.ExportDossier(desk.open())
    ended = "UPDATE dossiers SET state = 'ready'"
    for _ in range(dossiers.MOST_AN_HOUR):
        desk.act(desk.renter, dossiers.export_dossier, command)
        in_act(house, lambda ctx: ctx.conn.execute(ended))
    with pytest.raises(Refusal) as refused:
        desk.act(desk.renter, dossiers.export_dossier, command)
    assert (refused.value.code, refused.value.status) == ("too_many_dossiers", 429)


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "</p></title><h1>",
    '#panic("typst")', '#read("/etc/passwd")', "$ x $ `raw` *b* <label> @ref \\ #{", "= 标题\n- 列表", "😀👨‍👩‍👧",
]  # fmt: skip


def test_words_of_people_stay_words_in_page_and_pdf_of_a_dossier(claims):
    ref = claims.desk.open()
    for text in HOSTILE:
        claims.desk.say(ref, text)
    case = claims.desk.case(ref)
    thread = claims.house.run(store.thread_of(claims.house.door.reads, case["id"]))
    page = thread_html(HOSTILE[0], thread).decode()
    for tag in ("<script", "<img", "<svg", "</p></title>"):
        assert tag not in page
    request = {
        "title": HOSTILE[4], "case_ref": ref, "lease_ref": None, "model": HOSTILE[0], "storage": "", "colour": "",
        "renter_name_masked": HOSTILE[6], "owner_name": HOSTILE[5], "opened_at": case["opened_at"],
    }  # fmt: skip
    media = [{"ref": "ZJ-1", "purpose": "proof", "file_name": HOSTILE[5], "size_bytes": 1, "sha256": b"\x00"}]
    assert summary_pdf(request, thread, media, [], None).startswith(b"%PDF")


@pytest.mark.parametrize("who", ["renter", "agent", "supervisor"])
def test_words_of_people_stay_words_on_every_page_of_a_case(web, who):
    claims = open_claims(web.house)
    ref = claims.desk.open()
    claims.desk.reply(ref)
    for text in HOSTILE:
        claims.desk.say(ref, text)
    web.log_in(getattr(claims.desk, who))
    pages = ["/my", "/my/cases", f"/my/cases/{ref}", f"/my/cases/{ref}/thread"]
    if who != "renter":
        pages = [f"/desk/cases/{ref}{part}" for part in ("", "/thread", "/file", "/timeline", "/header")]
        pages += ["/desk", f"/desk/search?q={HOSTILE[1]}"]
    for path in pages:
        answer = web.get(path)
        assert answer.status_code == 200, path
        for tag in ("<script>alert", "<img src=x", "<svg onload", "</p></title><h1>"):
            assert tag not in answer.text, (path, tag)


def test_live_streams_of_one_session_are_limited(web, monkeypatch):
    claims = open_claims(web.house)
    web.log_in(claims.renter)
    monkeypatch.setattr(live.STREAMS, "limit", 0)
    case_ref = claims.desk.open()
    for path in ("/live/my", f"/live/case/{case_ref}"):
        answer = web.get(path, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_at_once")


def test_chunks_held_in_memory_for_one_session_are_limited(web, monkeypatch):
    claims = open_claims(web.house)
    web.log_in(claims.renter)
    body = {"file_name": "a.jpg", "purpose": "statement", "size": 10, "subject": claims.lease.ref}
    upload = web.post(f"{PREFIX}/uploads", body).json()["upload_ref"]
    headers = {"x-csrf-token": web.csrf, "upload-offset": "0"}
    with monkeypatch.context() as tight:
        tight.setattr(uploads.CHUNKS, "limit", 0)
        refused = web.send("PATCH", f"{PREFIX}/uploads/{upload}", content=b"0123456789", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    accepted = web.send("PATCH", f"{PREFIX}/uploads/{upload}", content=b"0123456789", headers=headers)
    assert accepted.json()["received"] == 10


class Busy:
    """A hub whose every topic always has something new."""

    def subscribe(self, *topics):
        return self

    async def next(self):
        await asyncio.sleep(0)
        return Hint("desk", 1)

    def close(self):
        pass


@pytest.mark.parametrize("stream", ["list", "case"])
def test_busy_live_stream_ends_with_the_session_it_was_opened_in(web, monkeypatch, stream):
    claims = open_claims(web.house)
    web.log_in(claims.renter)
    row = web.house.sql("SELECT id, csrf FROM sessions ORDER BY id DESC LIMIT 1")[0]
    session = Session(row["id"], row["csrf"], claims.renter.role, claims.renter.id, "x", datetime.now(UTC), False)
    app = SimpleNamespace(state=SimpleNamespace(hub=Busy(), door=web.house.door))
    request = SimpleNamespace(app=app, state=SimpleNamespace(session=session, actor=claims.renter))
    monkeypatch.setattr(live, "LOOK_EVERY_S", 0.0)
    case = claims.desk.case(claims.desk.open())
    streams = {
        "list": lambda: live._list_stream(request, "desk"),
        "case": lambda: live._case_stream(request, f"case:{case['id']}", case["ref"], case["id"]),
    }

    async def events(most):
        found = streams[stream]()
        heard = []
        async for piece in found:
            heard.append(piece)
            if len(heard) >= most:
                break
        await found.aclose()
        return len(heard)

    assert web.house.run(events(20)) == 20
    web.post(f"{PREFIX}/logout")
    assert web.house.run(events(20)) == 1


def test_log_in_tries_beyond_the_limit_write_nothing(house):
    command = people.LogInStaff("nobody", "wrong password", address="203.0.113.9")

    def attempt():
        with pytest.raises(Refusal) as refused:
            house.run(house.door.run(people.log_in_staff, ANONYMOUS, command))
        return refused.value.code

    codes = [attempt() for _ in range(9)]
    assert codes == ["wrong_login"] * 8 + ["too_many_tries"]
    counted = (
        "SELECT (SELECT count(*) FROM acts), (SELECT count(*) FROM journal), (SELECT sum(count) FROM rate_windows)"
    )
    before = tuple(house.sql(counted)[0])
    assert [attempt() for _ in range(5)] == ["too_many_tries"] * 5
    assert tuple(house.sql(counted)[0]) == before


def test_somebody_who_guesses_does_not_keep_the_owner_of_a_log_in_out(house):
    desk = open_desk(house)

    async def set_password(ctx):
        await ctx.conn.execute(
            "UPDATE staff SET password_hash = $2 WHERE id = $1", desk.agent.id, hash_password("right")
        )

    in_act(house, set_password)

    def attempt(password, address):
        command = people.LogInStaff("zhoumin", password, address=address)
        return house.run(house.door.run(people.log_in_staff, ANONYMOUS, command))

    for _ in range(9):
        with pytest.raises(Refusal):
            attempt("wrong", "203.0.113.9")
    assert attempt("right", "198.51.100.7").name == "周敏"


def test_one_click_log_in_and_shown_codes_exist_in_the_demo_only(house, monkeypatch):
    add_renter(house, 1, "陈*宇")
    real = replace(house.settings, demo=False)
    monkeypatch.setattr(house.door.services, "settings", real)
    with pytest.raises(Absent):
        house.run(house.door.run(people.log_in_demo, ANONYMOUS, people.LogInDemo("ZK-1")))
    sent = house.run(house.door.run(people.send_code, ANONYMOUS, people.SendCode("19900000001")))
    assert sent.demo_code == ""
    assert "/login/demo" not in {getattr(route, "path", "") for route in page_routes(real)}


def test_removing_a_row_never_removes_what_points_at_it(house):
    cascading = (
        "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confdeltype NOT IN ('a', 'r')"
    )
    assert [row[0] for row in house.sql(cascading)] == []
    assert house.sql("SELECT count(*) FROM pg_constraint WHERE contype = 'f'")[0][0] > 5
