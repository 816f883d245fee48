"""The simulated provider on a port of this machine: `/gateway.do` as the real one, `/control` to tell it how to be."""

import asyncio
import re

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.mount.simulate.payments.commands import Cannot, Command
from shouwen.mount.simulate.payments.provider import How, Provider
from shouwen.platform.payment import rsa2
from shouwen.platform.payment.wire import Unreadable, read_form, seal_answer

_SILENCE_S, _POST_S = 120.0, 5.0
_METHOD = re.compile(r"[a-z.]{1,128}\Z")


class Server:
    """Serves a provider; `delivers` has each notification leave by itself as soon as it is due."""

    def __init__(self, provider: Provider, *, delivers: bool) -> None:
        self._provider, self._delivers = provider, delivers
        self._delivering = asyncio.Lock()
        self.app = Starlette(
            routes=[
                Route("/gateway.do", self._gateway, methods=["POST"]),
                Route("/control", self._control, methods=["POST"]),
                Route("/deliver", self._deliver_now, methods=["POST"]),
                Route("/books", self._books, methods=["GET"]),
            ]
        )

    async def _gateway(self, request: Request) -> Response:
        after = BackgroundTask(self._deliver) if self._delivers else None
        try:
            fields = read_form(await request.body())
        except Unreadable:
            return Response(b"bad request", 400)
        method, turned_away = fields.get("method", ""), self._turned_away(fields)
        if not _METHOD.match(method):
            return Response(b"bad request", 400)
        try:
            biz = msgspec.json.decode(fields.get("biz_content", ""), type=dict[str, object])
        except (msgspec.MsgspecError, RecursionError):
            turned_away = turned_away or "isv.invalid-parameter"
        if turned_away:
            body = {"code": "40002", "msg": "Invalid Arguments", "sub_code": turned_away}
            return _json(seal_answer(method, body, self._provider.key))
        reply = self._provider.handle(method, biz, fields.get("notify_url", ""))
        if reply.how is How.SILENT:
            await self._keep_silent(request)
            return Response(status_code=499, background=after)
        if reply.how is How.BROKEN:
            return Response(b"<html>502 Bad Gateway</html>", 502, media_type="text/html", background=after)
        if reply.how is How.GARBAGE:
            return Response(b'{"alipay_trade_pay_response":{"code":"10000"', background=after)
        key = self._provider.stranger_key if reply.how is How.FORGED else self._provider.key
        return _json(seal_answer(method, reply.body, key), after)

    def _turned_away(self, fields: dict[str, str]) -> str:
        if fields.get("app_id") != self._provider.app_id:
            return "isv.invalid-app-id"
        if fields.get("sign_type") != "RSA2" or fields.get("charset", "").lower() != "utf-8":
            return "isv.invalid-signature-type"
        signed = rsa2.signing_text(fields)
        return "" if rsa2.verify(self._provider.client_key, signed, fields.get("sign", "")) else "isv.invalid-signature"

    async def _keep_silent(self, request: Request) -> None:
        """Until the caller hangs up; notifications leave meanwhile, as they would."""
        if self._delivers:
            await self._deliver()
        try:
            async with asyncio.timeout(_SILENCE_S):
                while (await request.receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return

    async def _control(self, request: Request) -> Response:
        try:
            self._provider.control(msgspec.json.decode(await request.body(), type=Command))
        except (msgspec.MsgspecError, RecursionError, Cannot) as error:
            return Response(str(error), 400)
        now = msgspec.json.encode({"now": self._provider.now})
        return _json(now, BackgroundTask(self._deliver) if self._delivers else None)

    async def _deliver_now(self, request: Request) -> Response:
        return _json(msgspec.json.encode(await self._deliver()))

    async def _books(self, request: Request) -> Response:
        return _json(msgspec.json.encode(self._provider.books))

    async def _deliver(self) -> list[str]:
        """Send what is due, one after the other; what each receiver answered."""
        answers: list[str] = []
        async with self._delivering, httpx.AsyncClient(timeout=_POST_S, trust_env=False) as client:
            for envelope in self._provider.due():
                try:
                    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
                    response = await client.post(envelope.post.url, content=envelope.form, headers=headers)
                    answer = response.text.strip() if response.status_code == httpx.codes.OK else ""
                except httpx.HTTPError:
                    answer = ""
                self._provider.answered(envelope, answer == "success")
                answers.append(answer[:100])
        return answers


def _json(content: bytes, background: BackgroundTask | None = None) -> Response:
    return Response(content, media_type="application/json; charset=utf-8", background=background)
