"""The simulated courier on a port of this machine: `/query` as a courier's, `/control` to tell it what happens."""

import asyncio

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.mount.simulate.courier.roads import AnswerFault, Command, Fail, Happen, Push, Roads, Travel
from shouwen.platform.courier.wire import Envelope, Question, WireReport, is_signed, seal

_SILENCE_S, _POST_S = 120.0, 5.0


class Server:
    """Serves the roads; pushes leave when told, and the answer says how each was received."""

    def __init__(self, roads: Roads) -> None:
        self._roads = roads
        self.app = Starlette(
            routes=[
                Route("/query", self._query, methods=["POST"]),
                Route("/control", self._control, methods=["POST"]),
            ]
        )

    async def _query(self, request: Request) -> Response:
        try:
            envelope = msgspec.json.decode(await request.body(), type=Envelope)
            question = msgspec.json.decode(envelope.param, type=Question)
        except (msgspec.MsgspecError, RecursionError):
            return Response("bad request", 400)
        if not is_signed(self._roads.key, envelope.param, envelope.sign):
            return Response("signature", 403)
        fault = self._roads.faults.popleft() if self._roads.faults else None
        answer = self._roads.answer(question.courier, question.waybill)
        if fault is not None:
            return await self._go_wrong(request, fault, question, answer)
        if answer is None:
            return Response("unknown parcel", 404)
        return _json(answer)

    async def _go_wrong(
        self, request: Request, fault: AnswerFault, question: Question, answer: Envelope | None
    ) -> Response:
        if fault == "silent":
            try:
                async with asyncio.timeout(_SILENCE_S):
                    while (await request.receive())["type"] != "http.disconnect":
                        pass
            except TimeoutError:
                pass
            return Response(status_code=499)
        if fault == "broken":
            return Response("<html>502 Bad Gateway</html>", 502, media_type="text/html")
        if fault == "garbage":
            return Response(b'{"param":"{\\"courier\\":', media_type="application/json")
        report = WireReport(question.courier, question.waybill)
        if fault == "other_parcel":
            return _json(seal(self._roads.key, WireReport(question.courier, f"{question.waybill}X")))
        return _json(Envelope((answer or seal(self._roads.key, report)).param, "0" * 64))

    async def _control(self, request: Request) -> Response:
        try:
            command = msgspec.json.decode(await request.body(), type=Command)
        except (msgspec.MsgspecError, RecursionError) as error:
            return Response(str(error), 400)
        if isinstance(command, Happen):
            self._roads.happen(command)
        elif isinstance(command, Travel):
            self._roads.travel(command)
        elif isinstance(command, Fail):
            self._roads.faults.extend(command.faults)
        else:
            return _json({"received": await self._push(command)})
        return _json({"received": []})

    async def _push(self, command: Push) -> list[int]:
        """Post one after the other; the status of each, 0 for no answer."""
        statuses: list[int] = []
        async with httpx.AsyncClient(timeout=_POST_S, trust_env=False) as client:
            for envelope in self._roads.pushes(command):
                try:
                    headers = {"content-type": "application/json"}
                    response = await client.post(command.url, content=msgspec.json.encode(envelope), headers=headers)
                    statuses.append(response.status_code)
                except httpx.HTTPError:
                    statuses.append(0)
        return statuses


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json; charset=utf-8")
