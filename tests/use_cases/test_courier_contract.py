"""The real adapter against a courier in its own process that goes wrong in every way; and its pushes at our door."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from payment_ground import Receiver
from stock_ground import KEY, WAYBILL, shipped_lease

from shouwen.mount.simulate.courier.roads import Fail, Happen, Push, Travel
from shouwen.platform.courier.http_courier import HttpCourier
from shouwen.platform.courier.port import PushRefused
from shouwen.platform.courier.wire import open_report, sign_text
from shouwen.platform.door import Door

BEGAN = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


class Roadside:
    """The simulator as its own process; it ends when we do."""

    def __init__(self):
        command = [sys.executable, "-m", "shouwen.mount.simulate.courier", "--key", KEY, "--with-stdin"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        says = json.loads(self._process.stdout.readline())
        self.query, self.control = says["query"], says["control"]
        self._web = httpx.Client(trust_env=False)

    def tell(self, command):
        response = self._web.post(self.control, content=msgspec.json.encode(command))
        assert response.status_code == 200, response.text
        return response.json()["received"]

    def courier(self, key=KEY):
        return HttpCourier(self.query, key, timeout_s=0.5)

    def stop(self):
        self._web.close()
        self._process.stdin.close()
        code = self._process.wait(10)
        self._process.stdout.close()
        return code


@pytest.fixture(scope="module")
def roadside():
    opened = Roadside()
    yield opened
    assert opened.stop() == 0


@pytest.fixture
def receiver():
    opened = Receiver()
    yield opened
    opened.close()


def ask(courier, waybill, firm="sf"):
    return asyncio.run(courier.track(firm, waybill))


def test_parcel_on_its_way_is_answered_line_by_line(roadside):
    roadside.tell(Travel("sf", "W-usual-1", BEGAN, "out_for_delivery"))
    report = ask(roadside.courier(), "W-usual-1")
    assert [line.code for line in report.lines] == ["picked_up", "in_transit", "out_for_delivery"]
    assert report.lines[0].at == BEGAN
    roadside.tell(Travel("sf", "W-usual-1", BEGAN))
    assert [line.code for line in ask(roadside.courier(), "W-usual-1").lines][-1] == "signed"


def test_parcel_the_courier_does_not_know_is_no_answer(roadside):
    assert ask(roadside.courier(), "W-nobody-1") is None
    roadside.tell(Travel("sf", "W-of-sf", BEGAN))
    assert ask(roadside.courier(), "W-of-sf", firm="jd") is None


@pytest.mark.parametrize("fault", ["silent", "broken", "garbage", "forged", "other_parcel"])
def test_answer_that_cannot_be_trusted_is_no_answer_and_the_next_one_is(roadside, fault):
    roadside.tell(Travel("sf", "W-fault", BEGAN))
    roadside.tell(Fail((fault,)))
    assert ask(roadside.courier(), "W-fault") is None
    assert ask(roadside.courier(), "W-fault") is not None


def test_question_under_another_key_gets_nothing(roadside):
    roadside.tell(Travel("sf", "W-key", BEGAN))
    assert ask(roadside.courier("another key"), "W-key") is None


def test_courier_that_is_not_there_is_no_answer():
    assert ask(HttpCourier("http://127.0.0.1:9/query", KEY, timeout_s=0.5), "W-1") is None


@pytest.mark.parametrize("url", ["http://courier.example/query", "ftp://127.0.0.1/", "https://u:p@courier.example/"])
def test_address_that_would_send_parcels_in_the_clear_is_refused(url):
    with pytest.raises(ValueError, match="https"):
        HttpCourier(url, KEY)
    with pytest.raises(ValueError, match="key"):
        HttpCourier("https://courier.example/", "")


def pushed(roadside, receiver, how):
    """The bodies a push puts on the wire."""
    count = len(roadside.tell(Push("sf", "W-push", receiver.url, how, seed=7)))
    return [json.loads(receiver.next()) for _ in range(count)]


@pytest.mark.parametrize(("how", "why"), [("forged", "signature"), ("unreadable", "form")])
def test_push_that_is_forged_or_unreadable_is_refused(roadside, receiver, how, why):
    roadside.tell(Travel("sf", "W-push", BEGAN))
    for body in pushed(roadside, receiver, how):
        with pytest.raises(PushRefused) as refused:
            roadside.courier().read_push(body["param"], body["sign"])
        assert refused.value.why == why


@pytest.mark.parametrize("how", ["none", "repeated", "one_by_one", "shuffled"])
def test_pushes_through_the_open_door_bring_the_parcel_to_the_same_place(roadside, receiver, web, how):
    house = web.house
    house.door.services.courier = None
    renter, lease, _ = shipped_lease(house)
    web.application._inner.state.door.services.courier = roadside.courier()
    roadside.tell(Happen("sf", WAYBILL, ()))
    roadside.tell(Travel("sf", WAYBILL, BEGAN))
    count = len(roadside.tell(Push("sf", WAYBILL, receiver.url, how, seed=3)))
    answers = [web.post("/api/v1/courier/events", json.loads(receiver.next())) for _ in range(count)]
    assert [answer.status_code for answer in answers] == [200] * count
    web.log_in(renter)
    parcels = web.get(f"/api/v1/leases/{lease.ref}/shipments").json()["parcels"]
    assert (parcels[0]["state"], len(parcels[0]["events"])) == ("signed", 4)


def test_push_through_the_open_door_unsigned_or_unknown_changes_nothing(roadside, receiver, web):
    house = web.house
    renter, lease, _ = shipped_lease(house)
    web.application._inner.state.door.services.courier = roadside.courier()
    roadside.tell(Travel("sf", WAYBILL, BEGAN))
    for how, status in (("forged", 403), ("unreadable", 400), ("unknown_waybill", 200)):
        roadside.tell(Push("sf", WAYBILL, receiver.url, how))
        assert web.post("/api/v1/courier/events", json.loads(receiver.next())).status_code == status
    web.log_in(renter)
    assert web.get(f"/api/v1/leases/{lease.ref}/shipments").json()["parcels"][0]["state"] == "booked"


def test_push_unsigned_opens_no_act_and_an_unknown_one_repeated_is_one_line(roadside, receiver, web, monkeypatch):
    house = web.house
    shipped_lease(house)
    web.application._inner.state.door.services.courier = roadside.courier()
    roadside.tell(Travel("sf", WAYBILL, BEGAN))

    ran, run = [], Door.run

    async def recorded(door, use_case, *args, **more):
        ran.append(use_case)
        return await run(door, use_case, *args, **more)

    monkeypatch.setattr(Door, "run", recorded)
    for how, status in (("forged", 403), ("unreadable", 400)):
        roadside.tell(Push("sf", WAYBILL, receiver.url, how))
        body = json.loads(receiver.next())
        assert [web.post("/api/v1/courier/events", body).status_code for _ in range(3)] == [status] * 3
    assert ran == []
    roadside.tell(Push("sf", WAYBILL, receiver.url, "unknown_waybill"))
    body = json.loads(receiver.next())
    answers = [web.post("/api/v1/courier/events", body).json() for _ in range(3)]
    assert answers == [{"outcome": "unknown"}] * 3
    assert house.sql("SELECT count(*) AS n FROM acts WHERE use_case = 'take_tracking'")[0]["n"] == 1


def test_line_without_a_zone_is_refused():
    param = '{"courier":"sf","waybill":"W-1","lines":[{"id":"1","at":"2026-11-21T10:00:00","code":"signed"}]}'
    with pytest.raises(PushRefused) as refused:
        open_report(KEY, param, sign_text(KEY, param))
    assert refused.value.why == "form"
