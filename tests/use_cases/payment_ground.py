"""Two worlds with a payment provider: the simulator as its own process, and its books in ours; used in one way."""

import asyncio
import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import msgspec

from shouwen.mount.simulate.payments.commands import Command, LetGo, Script, SetAgreement, SetBuyer
from shouwen.mount.simulate.payments.memory import memory_payments
from shouwen.mount.simulate.payments.state import Books
from shouwen.platform.payment import rsa2
from shouwen.platform.payment.alipay import Alipay
from shouwen.platform.payment.http_gateway import HttpGateway
from shouwen.platform.payment.port import Answer, Payments
from shouwen.platform.payment.wire import Account

START = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
TIMEOUT_S = 0.5


class World:
    """A provider, a desk's port to it, and one renter with an agreement and ¥1,000."""

    payments: Payments
    buyer, agreement, code = "", "", ""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()

    def settle_in(self, name: str, balance_fen: int = 100_000) -> None:
        """A renter of one's own, so that tests share a process without sharing anything else."""
        self.buyer, self.agreement, self.code = f"2088{name}", f"A{name}", f"28{name}"
        self.set_buyer(balance_fen)
        self.control(SetAgreement(agreement_no=self.agreement, buyer_id=self.buyer))

    def set_buyer(self, balance_fen: int, is_blocked: bool = False) -> None:
        self.control(SetBuyer(buyer_id=self.buyer, balance_fen=balance_fen, is_blocked=is_blocked, auth_code=self.code))

    def script(self, *faults, method: str = "") -> None:
        self.control(Script(faults=faults, buyer_id=self.buyer, method=method))

    def do(self, ask: Callable[[Payments], Awaitable[Answer]]) -> Answer:
        async def asking() -> Answer:
            return await ask(self.payments)

        return self.runner.run(asking())

    def moved(self, number: str) -> list[tuple[str, int]]:
        """Every movement of money under one number, as the provider booked it."""
        return [(move.kind, move.amount_fen) for move in self.books().moves if move.number == number]

    def balance_fen(self) -> int:
        return self.books().buyers[self.buyer].balance_fen

    def control(self, command: Command) -> None:
        raise NotImplementedError

    def books(self) -> Books:
        raise NotImplementedError

    def forms(self, answer: str = "success") -> list[bytes]:
        """Notifications that arrive now, each answered like that."""
        raise NotImplementedError

    def cut_line(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self.runner.close()


class MemoryWorld(World):
    """The books themselves: what tests of use cases stand on."""

    def __init__(self) -> None:
        super().__init__()
        self.payments, self.provider, self._gateway = memory_payments(START)

    def control(self, command: Command) -> None:
        self.provider.control(command)

    def books(self) -> Books:
        return self.provider.books

    def forms(self, answer: str = "success") -> list[bytes]:
        due = self.provider.due()
        for envelope in due:
            self.provider.answered(envelope, answer == "success")
        return [envelope.form for envelope in due]

    def cut_line(self) -> None:
        self._gateway.is_down = True


class Receiver:
    """Where the simulator posts its notifications."""

    def __init__(self) -> None:
        self.answer, self.bodies, self._came = "success", deque[bytes](), threading.Semaphore(0)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(receiver.answer.encode())
                receiver._came.release()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/notifications"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def next(self) -> bytes:
        """The next notification, as soon as it is there."""
        assert self._came.acquire(timeout=10)
        return self.bodies.popleft()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Process:
    """The simulator as its own process, with its keys in a folder; it ends when we do."""

    def __init__(self, folder: Path, *, quiet: bool = True) -> None:
        command = [sys.executable, "-m", "shouwen.mount.simulate.payments", "--folder", folder, "--with-stdin"]
        self._process = subprocess.Popen(
            [*command, "--now", START.isoformat(), *(["--quiet"] if quiet else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        says = json.loads(self._process.stdout.readline())
        self.gateway, self.control, self.books = says["gateway"], says["control"], says["books"]
        self.deliver = self.control.replace("/control", "/deliver")
        self.private_key = rsa2.private_key((folder / "client_private.pem").read_text())
        self.provider_key = rsa2.public_key((folder / "provider_public.pem").read_text())

    def stop(self) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        code = self._process.wait(10)
        self._process.stdout.close()
        return code


class ProcessWorld(World):
    """The real adapter over HTTP to the simulator's process."""

    def __init__(self, process: Process, receiver: Receiver, *, private_key=None) -> None:
        super().__init__()
        self._process, self._receiver = process, receiver
        self._account = Account(
            app_id="2021000000000001",
            seller_id="2088000000000001",
            private_key=private_key or process.private_key,
            provider_key=process.provider_key,
            notify_url=receiver.url,
        )
        self._web, self.now = httpx.Client(trust_env=False), START
        self._connect(process.gateway)

    def _connect(self, url: str) -> None:
        self._gateway = HttpGateway(url, self._account, lambda: self.now, timeout_s=TIMEOUT_S)
        self.payments = Alipay(self._account, self._gateway, lambda: self.now)

    def control(self, command: Command) -> None:
        response = self._web.post(self._process.control, content=msgspec.json.encode(command))
        assert response.status_code == 200, response.text
        self.now = datetime.fromisoformat(response.json()["now"])

    def books(self) -> Books:
        return msgspec.json.decode(self._web.get(self._process.books).content, type=Books)

    def forms(self, answer: str = "success") -> list[bytes]:
        self._receiver.answer = answer
        self._web.post(self._process.deliver)
        arrived = list(self._receiver.bodies)
        self._receiver.bodies.clear()
        return arrived

    def cut_line(self) -> None:
        self.runner.run(self._gateway.aclose())
        self._connect("http://127.0.0.1:9/gateway.do")

    def close(self) -> None:
        self.control(LetGo())
        self.forms()
        self.runner.run(self._gateway.aclose())
        self._web.close()
        super().close()
