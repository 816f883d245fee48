"""The demo's payment provider: the simulator as a process of its own, and some renters with agreements there.

It keeps its books in memory: every start tells it anew who has an account and an agreement. The demo never speaks to a
real provider, whatever its environment says.
"""

import asyncio
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import msgspec

from shouwen.features.leases.use_cases.payments import (
    AttemptDeduction,
    RecordAgreement,
    attempt_deduction,
    record_agreement,
)
from shouwen.features.payments.rules.attempt import Next
from shouwen.features.payments.use_cases import BeginSend, HearAnswer, begin_send, hear_answer
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.mount.demo.told import renter_of
from shouwen.mount.payments import NOTICES
from shouwen.mount.runtime import open_door, open_services
from shouwen.mount.simulate.payments.commands import Command, Fault, Script, SetAgreement, SetBuyer
from shouwen.mount.up import say
from shouwen.platform import clock
from shouwen.platform.door import Door
from shouwen.platform.payment.port import Answer, Outcome
from shouwen.platform.payment.port import Fault as PortFault
from shouwen.platform.settings import Settings

APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"
BALANCE_FEN = 1_000_000  # what each renter has in their account at the start
WITH_AGREEMENT = 60
UNDECIDED = 50  # calls
_GATEWAY = "SHOUWEN_PAYMENT_GATEWAY"
_WAIT_S = 20.0
BANK_ACCOUNT = "好租手机（演示） · 演示银行望江支行 · 0000 0000 2026 1123 008"  # of nobody
# Stories whose renters can pay by themselves; the first is late, what is due of it was tried today.
_LATE, _PAYING = "overdue", ("overdue", "buying", "loss_settled", "ending")

# Renters who pay in time, so that what the stories say of the others stays as it is.
_IN_TIME = """
SELECT l.ref FROM leases l
WHERE l.state = 'renting'
  AND NOT EXISTS (SELECT FROM charges c WHERE c.lease_id = l.id AND c.settled_on IS NULL AND c.due_on <= $1)
  AND EXISTS (SELECT FROM charges c WHERE c.lease_id = l.id AND c.kind = 'rent' AND c.settled_on IS NULL)
ORDER BY l.id LIMIT $2
"""

_STORY = "SELECT l.ref FROM leases l JOIN renters r ON r.id = l.renter_id WHERE r.ref = $1"

# Whose deduction has had no answer.
_UNANSWERED = """
SELECT a.payer_id FROM payment_orders o JOIN agreements a ON a.lease_id = o.lease_id AND a.ended_at IS NULL
WHERE o.kind = 'deduct' AND o.state = 'open' AND a.agreement_no LIKE 'DKGS%'
"""


class DemoProvider:
    """`with DemoProvider() as provider:` … `provider.start(folder)` … `provider.settle_in(settings, dsn)`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()

    def __enter__(self) -> Self:
        os.environ.pop(_GATEWAY, None)
        os.environ["SHOUWEN_BANK_ACCOUNT"] = os.environ.get("SHOUWEN_BANK_ACCOUNT") or BANK_ACCOUNT
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, folder: Path) -> None:
        """Start the process; it ends with us, however we end."""
        self._folder = folder
        command = [sys.executable, "-m", "shouwen.mount.simulate.payments", "--folder", str(folder), "--with-stdin"]
        numbers = ["--app-id", APP_ID, "--seller-id", SELLER_ID]
        self._process = subprocess.Popen(  # noqa: S603 -- our own module, no shell
            [*command, *numbers],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def settle_in(self, settings: Settings, dsn: str) -> bool:
        """Tell it who its customers are, and the desk where it is; false where it could not be started."""
        line = b"" if self._process is None or self._process.stdout is None else self._process.stdout.readline()
        try:
            says = msgspec.json.decode(line, type=dict[str, str])
            asyncio.run(_furnish(settings, dsn, says["control"]))
        except (msgspec.DecodeError, httpx.HTTPError):
            say("支付渠道模拟器没有启动，演示里不会扣款 · the payment simulator did not start, nothing is deducted")
            return False
        os.environ |= {
            _GATEWAY: says["gateway"],
            "SHOUWEN_PAYMENT_KEYS": str(self._folder),
            "SHOUWEN_PAYMENT_APP_ID": APP_ID,
            "SHOUWEN_PAYMENT_SELLER_ID": SELLER_ID,
            "SHOUWEN_PAYMENT_NOTIFY_URL": f"http://127.0.0.1:{settings.port}{NOTICES}",
        }
        return True

    def stop(self) -> int:
        """End the process; its exit code."""
        if self._process is None:
            return 0
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._process = None
        return code


async def _furnish(settings: Settings, dsn: str, control: str) -> None:
    async with (
        open_door(dsn, open_services(settings), min_size=0, max_size=2) as door,
        httpx.AsyncClient(trust_env=False, timeout=_WAIT_S) as web,
    ):
        await _agree(door, beijing_on(clock.now()))
        rows = await door.reads.fetch("SELECT agreement_no, payer_id FROM agreements WHERE ended_at IS NULL")
        for row in rows:
            await _tell(web, control, SetBuyer(buyer_id=row["payer_id"], balance_fen=BALANCE_FEN))
            await _tell(web, control, SetAgreement(agreement_no=row["agreement_no"], buyer_id=row["payer_id"]))
        for asked in await door.reads.fetch(_UNANSWERED):
            # what is asked again goes undecided, so that a person has something to look into
            faults = (Fault.UNDECIDED,) * UNDECIDED
            await _tell(web, control, Script(faults=faults, buyer_id=asked["payer_id"], method="alipay.trade.pay"))


async def _agree(door: Door, on: date) -> None:
    """Some renters sign an agreement, once; the stories tell of others who did."""
    if await door.reads.fetchval("SELECT EXISTS (SELECT FROM agreements WHERE agreement_no = $1)", f"DK{1:012d}"):
        return
    for no, row in enumerate(await door.reads.fetch(_IN_TIME, on, WITH_AGREEMENT), start=1):
        signed = RecordAgreement(row["ref"], f"DK{no:012d}", f"2088{no:012d}")
        await door.run(record_agreement, SYSTEM, signed, key=f"demo-agreement-{no}", channel="demo")
    for no, key in enumerate(_PAYING, start=1):
        ref = await door.reads.fetchval(_STORY, renter_of(key))
        if ref is not None:
            signed = RecordAgreement(ref, f"DKZF{no:010d}", f"20888{no:011d}")
            await door.run(record_agreement, SYSTEM, signed, key=f"demo-agreement-{key}", channel="demo")
            if key == _LATE:
                await _tried(door, ref)


async def _tried(door: Door, ref: str) -> None:
    """Today's deduction found too little, so that the story stays late until its renter pays."""
    asked = await door.run(attempt_deduction, SYSTEM, AttemptDeduction(ref), key=f"demo-tried-{ref}", channel="demo")
    await door.run(begin_send, SYSTEM, BeginSend(asked.order_ref, 1), channel="demo")
    short = Answer(
        outcome=Outcome.REFUSED, code="ACQ.BUYER_BALANCE_NOT_ENOUGH", fault=PortFault.BALANCE, said="买家余额不足"
    )
    closed = Answer(outcome=Outcome.CLOSED, code="10000")
    for step, answer in ((Next.SEND, short), (Next.CLOSE, closed)):
        heard = HearAnswer(asked.order_ref, step, 1, clock.now(), answer)
        await door.run(hear_answer, SYSTEM, heard, channel="demo")


async def _tell(web: httpx.AsyncClient, control: str, command: Command) -> None:
    response = await web.post(control, content=msgspec.json.encode(command))
    response.raise_for_status()
