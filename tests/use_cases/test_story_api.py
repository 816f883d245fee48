"""The story of one dispute through the JSON API alone, with relay, sequencer and jobs run by hand."""

import asyncio
import hashlib
import html
import io
import json
import zipfile
from datetime import timedelta

import pytest
from lease_ground import add_lease, add_renter, in_act

from shouwen.features.evidence.dossier.verify import verify_dossier
from shouwen.features.evidence.jobs import take_in
from shouwen.features.evidence.seals.local_authority import LocalAuthority
from shouwen.features.evidence.sequencer import log_key, read_frontier, sequence, stamp_newest
from shouwen.features.evidence.types import Purpose
from shouwen.features.evidence.use_cases import ImportMedia, import_media
from shouwen.features.leases.types import LeaseState
from shouwen.features.people.passwords import hash_password
from shouwen.kernel.actor import SYSTEM, Role
from shouwen.kernel.days import beijing_on
from shouwen.mount.demo.draw import LOOKS, View, draw_phone, draw_video, encode_jpeg
from shouwen.platform.clock import now
from shouwen.platform.db import connect
from shouwen.platform.jobs import run_next
from shouwen.platform.relay import drain

PHONE, PASSWORD = "19900002210", "correct horse battery"
STAFF = {
    "he": Role.INSPECTOR, "zhou": Role.AGENT, "li": Role.AGENT, "lin": Role.SPECIALIST, "ling": Role.SPECIALIST,
}  # fmt: skip
LOOK = next(iter(LOOKS.values()))


@pytest.fixture(scope="module")
def photo():
    return encode_jpeg(draw_phone(View.BACK, LOOK, size_px=(800, 600)), now())


@pytest.fixture(scope="module")
def video():
    return draw_video(LOOK, seconds=1.0, fps=8, size_px=(640, 480))


class Client:
    """Somebody at the API with a token of their own."""

    def __init__(self, web, token):
        self.web, self.headers = web, {"authorization": f"Bearer {token}"}

    def ask(self, method, path, body=None, *, expect=200, **headers):
        more = {"json": body} if body is not None else {}
        answer = self.web.send(method, f"/api/v1{path}", headers={**self.headers, **headers}, **more)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body if body is not None else {}, **more)

    def upload(self, lease, purpose, name, data, part=""):
        """Send a file in two pieces and have it checked and sealed; its media reference."""
        wanted = {"subject": lease, "purpose": purpose, "file_name": name, "size": len(data), "part": part}
        path = f"/api/v1/uploads/{self.post('/uploads', wanted)['upload_ref']}"
        half = len(data) // 2
        for start, chunk in ((0, data[:half]), (half, data[half:])):
            headers = {**self.headers, "upload-offset": str(start)}
            assert self.web.send("PATCH", path, headers=headers, content=chunk).status_code == 200
        work(self.web.house)
        return self.get(path.removeprefix("/api/v1"))["media_ref"]


def work(house):
    """What the worker does until nothing is due: relay and sequencer beside the jobs."""

    async def go():
        async def keep_sealing():
            conn = await connect(house.dsn)
            try:
                while True:
                    await drain(conn)
                    await sequence(conn, await read_frontier(conn), log_key(house.settings), now())
                    await asyncio.sleep(0.02)
            finally:
                await conn.close()

        sealing = asyncio.create_task(keep_sealing())
        try:
            while await _busy(house):
                await run_next(house.door, house.door.writes)
                await asyncio.sleep(0.01)
        finally:
            sealing.cancel()
            await asyncio.gather(sealing, return_exceptions=True)

    house.run(go())


async def _busy(house):
    row = await house.door.reads.fetchrow(
        "SELECT EXISTS (SELECT FROM outbox) OR EXISTS (SELECT FROM log_pending) OR EXISTS"
        " (SELECT FROM jobs WHERE run_at <= $1 AND failed_at IS NULL) AS busy",
        now(),
    )
    failed = await house.door.reads.fetchval("SELECT last_error FROM jobs WHERE last_error <> '' LIMIT 1")
    assert failed is None, failed
    return row["busy"]


@pytest.fixture
def lease(web):
    """A phone that came back today, and the people of the story."""
    house = web.house
    renter = add_renter(house, 1, "陈*宇")
    cipher = house.door.services.cipher

    async def people(ctx):
        await ctx.conn.execute(
            "UPDATE renters SET phone_cipher = $2, phone_hash = $3 WHERE id = $1",
            renter.id, cipher.encrypt(PHONE, "phone"), cipher.lookup(PHONE, "phone"),
        )  # fmt: skip
        for login, role in STAFF.items():
            await ctx.conn.execute(
                "INSERT INTO staff (login, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
                login, f"{login}·{role}", str(role), hash_password(PASSWORD), ctx.now,
            )  # fmt: skip

    in_act(house, people)
    today = beijing_on(now())
    return add_lease(
        house, renter, no=9, paid=12, state=LeaseState.INSPECTING, handed_over_on=today - timedelta(days=200),
        return_sent_on=today - timedelta(days=2), returned_on=today, used_market_price_fen=300_000,
    )  # fmt: skip


@pytest.fixture
def staff(web, lease):
    """Everybody of the desk, logged in with their password."""

    def log_in(login):
        answer = web.send("POST", "/api/v1/login/staff", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Client(web, answer.json()["token"])

    return {login: log_in(login) for login in STAFF}


def log_in_renter(web):
    sent = web.send("POST", "/api/v1/login/code", json={"phone": PHONE}).json()
    answer = web.send("POST", "/api/v1/login/renter", json={"phone": PHONE, "code": sent["demo_code"]})
    assert answer.status_code == 200, answer.text
    return Client(web, answer.json()["token"])


def keep_handover(house, lease, photo):
    """What the warehouse photographed before the phone left, as the rental company's own system hands it over."""
    path = house.door.services.storage.incoming("handover")
    path.write_bytes(photo)
    sha256, measured = take_in(house.door.services.storage, path, len(photo), None)
    command = ImportMedia(
        lease_ref=lease.ref, purpose=Purpose.HANDOVER, part="back", file_name="出库.jpg", size_bytes=len(photo),
        sha256=sha256, measured=measured, uploaded_role=Role.INSPECTOR, uploaded_by=1,
    )  # fmt: skip
    house.run(house.door.run(import_media, SYSTEM, command, at=now() - timedelta(days=201)))
    work(house)


def rules_of(case):
    return {row["rule"] for row in case["timeline"]}


def test_story_by_the_api_from_inspection_to_a_dossier_that_proves_itself(web, lease, staff, photo, video):
    inspector, agent, other, specialist = staff["he"], staff["zhou"], staff["li"], staff["lin"]
    # 1: handover media, then the inspection with its finding
    keep_handover(web.house, lease, photo)
    close = inspector.upload(lease.ref, "inspection", "近照.jpg", photo, "back")
    film = inspector.upload(lease.ref, "inspection", "拆包.mp4", video, "unboxing")
    finding = {
        "part": "back", "kind": "scratch", "severity": "medium", "cause": "renter_use", "photo": close,
        "region": {"x": 0.2, "y": 0.2, "w": 0.1, "h": 0.2}, "price": "back.scratch.medium", "length_mm": 12,
        "visible_at_30cm": True, "words": "后盖左上一道划痕",
    }  # fmt: skip
    report = {
        "lease_ref": lease.ref, "received_on": str(beijing_on(now())), "imei_seen": lease.imei[-4:],
        "unboxing_video": film, "unboxing_continuous": True, "findings": [finding],
    }  # fmt: skip
    claim = inspector.post("/inspections", report)["claim_ref"]
    work(web.house)
    # 2: the renter reads it, with what can be done and until when
    renter = log_in_renter(web)
    seen = renter.get(f"/claims/{claim}")
    assert {act["act"] for act in seen["next_acts"]} >= {"accept", "contest"}
    assert seen["turn"] == "renter"
    assert seen["turn_until"]
    assert len(seen["findings"][0]["handover"]) == 1
    # 3: vague words are asked back about; the statement with its evidence is sealed
    mine = renter.upload(lease.ref, "statement", "开箱.jpg", photo)
    receipt = renter.get(f"/evidence/{mine}/receipt")
    assert hashlib.sha256(photo).hexdigest() in str(receipt)
    choices = [{"ask": "since", "options": ["at_handover"]}, {"ask": "request", "options": ["compare"]}]
    contest = {
        "findings": [{"no": 1, "answer": "contest"}], "media": [mine],
        "choices": choices,
    }  # fmt: skip
    vague = contest | {"choices": [*choices, {"ask": "more", "text": "手机有问题"}]}
    asked = renter.post(f"/claims/{claim}/answer", vague, expect=422)
    assert (asked["code"], asked["words"]) == ("vague", "手机有问题")
    case = renter.post(f"/claims/{claim}/answer", contest)["case_ref"]
    # 4: a case with its checklist, clocks and the pause
    opened = renter.get(f"/cases/{case}")
    assert opened["case"]["type"] == "damage_dispute"
    assert {"handover_media", "return_media"} <= {item["kind"] for item in opened["checklist"]}
    assert [pause["ends_on"] for pause in opened["pauses"]] == [None]
    assert opened["clocks"]
    # 5: one agent has it, the other is told who
    assert case in [row["ref"] for row in agent.get("/queue?tab=unowned")["rows"]]
    agent.post(f"/cases/{case}/ownership")
    refused = other.post(f"/cases/{case}/ownership", expect=409)
    assert "zhou" in str(refused)
    answer = {"text": "您好，我是周敏，我先对照签收影像。", "seen_seq": _seq(agent, case)}
    sent = agent.post(f"/cases/{case}/replies", answer)
    heard = renter.get(f"/cases/{case}/thread?after={sent['seq'] - 1}")["messages"]
    assert "我先对照签收影像" in heard[0]["body"]
    # 6: a wrong price never leaves; the right one comes from the contract
    quote = agent.get(f"/leases/{lease.ref}/buyout-quote")
    wrong = {"text": "今天的买断价是 ¥1,111.00。", "seen_seq": _seq(agent, case)}
    stopped = agent.post(f"/cases/{case}/replies", wrong, expect=409)
    assert str(quote["amount_fen"]) in str(stopped)
    given = agent.post(f"/cases/{case}/quotes")
    assert given["amount_fen"] == quote["amount_fen"]
    # 7, 8: the specialist is asked, sees the proposal, decides; the letter is printed, the deposit released
    agent.post(f"/cases/{case}/specialists", {"login": "lin", "question": "请对照出库影像"})
    assert specialist.get(f"/claims/{claim}/proposal")["findings"][0]["to_mark"]
    _decide(specialist, claim, "签收时就有。")
    work(web.house)
    decision = renter.get(f"/claims/{claim}/decision")
    assert (decision["decided_fen"], bool(decision["letter_ref"]), decision["can_appeal"]) == (0, True, True)
    assert "DMG-2" in str(decision["detail"]["findings"])
    # 9: one appeal, to somebody else; a second is refused; the matter ends with a rating
    renter.post(f"/claims/{claim}/appeal", {"text": "请写明划痕的位置"})
    specialist.post(f"/claims/{claim}/decision", _verdict("不变"), expect=409)
    agent.post(f"/cases/{case}/specialists", {"login": "ling", "question": "复核"})
    _decide(staff["ling"], claim, "复核维持。")
    work(web.house)
    renter.post(f"/claims/{claim}/appeal", {"text": "再申诉一次"}, expect=409)
    renter.post(f"/claims/{claim}/acceptance")
    renter.post(f"/cases/{case}/closure")
    renter.post(f"/cases/{case}/rating", {"stars": 5, "words": "讲得清楚"})
    hold = web.house.sql("SELECT amount_fen, released_fen FROM holds WHERE lease_id = $1", lease.id)[0]
    assert hold["released_fen"] == hold["amount_fen"]
    # 10, 11: the dossier verifies offline; one changed byte is named
    work(web.house)
    web.house.run(stamp_newest(web.house.door.writes, LocalAuthority(web.house.settings.keys_dir / "local-tsa"), now()))
    dossier = renter.post(f"/cases/{case}/dossier")["ref"]
    work(web.house)
    whole = web.send("GET", f"/my/dossiers/{dossier}", headers=renter.headers).content
    assert verify_dossier(whole).problems == ()
    assert verify_dossier(whole).ok
    with zipfile.ZipFile(io.BytesIO(whole)) as pack:  # what was signed and decided can be read without a program
        contract = pack.read("contract-v1.html").decode()
        clauses = json.loads(pack.read("contract-v1.json"))["clauses"]
        assert all(html.escape(clause["text"]) in contract for clause in clauses)
        assert [pack.read(f"decision-{no}.pdf")[:5] for no in (1, 2)] == [b"%PDF-", b"%PDF-"]
        assert "/log-key" in pack.read("README.txt").decode()
    at = whole.find(photo) + len(photo) // 2
    damaged = verify_dossier(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert any(problem.path.startswith("originals/") for problem in damaged.problems)
    # 12: every step stands on the timeline with its rule
    told = agent.get(f"/cases/{case}")
    assert {"SAY-1", "PAUSE-1", "OWN-1", "OWN-3", "DMG-2"} <= rules_of(told)
    assert all(row["at"] and row["text"] for row in told["timeline"])


def _seq(client, case):
    return client.get(f"/cases/{case}/thread")["seq"]


def _verdict(words):
    return {"findings": [{"no": 1, "outcome": "proposed", "seen_at_handover": True}], "words": words}


def _decide(specialist, claim, words):
    assert specialist.post(f"/claims/{claim}/decision", _verdict(words))["decided_fen"] == 0
