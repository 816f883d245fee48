"""Worker processes killed with SIGKILL while they deduct over HTTP: the provider's books and ours say the same."""

import os
import random
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "use_cases"))

from payment_desk import NOW, RENT_FEN, Desk
from payment_ground import START, Process

from shouwen.mount.simulate.payments.commands import Fault, Forward, Script, SetAgreement, SetBuyer
from shouwen.mount.simulate.payments.state import Books

WORKER = Path(__file__).with_name("payment_worker.py")
LEASES, KILLS = 12, 5


@pytest.fixture
def provider(tmp_path):
    running = Process(tmp_path / "provider", quiet=True)
    with httpx.Client(trust_env=False) as web:
        running.tell = lambda command: web.post(
            running.control, content=msgspec.json.encode(command)
        ).raise_for_status()
        running.kept = lambda: msgspec.json.decode(web.get(running.books).content, type=Books)
        running.tell(Forward(seconds=int((NOW - START).total_seconds())))
        yield running
    assert running.stop() == 0


def worker(house, provider, folder, at):
    environ = {
        **os.environ,
        "SHOUWEN_DSN": house.dsn,
        "SHOUWEN_DATA": str(house.settings.data_dir),
        "SHOUWEN_PAYMENT_GATEWAY": provider.gateway,
        "SHOUWEN_PAYMENT_KEYS": str(folder / "provider"),
        "SHOUWEN_PAYMENT_APP_ID": "2021000000000001",
        "SHOUWEN_PAYMENT_SELLER_ID": "2088000000000001",
    }
    child = subprocess.Popen(
        [sys.executable, WORKER, at.isoformat()], env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdout.readline() == b"ready\n"
    return child


def test_workers_killed_while_deducting_lose_nothing_and_pay_nothing_twice(house, monkeypatch, provider, tmp_path):
    desk = Desk(house, monkeypatch)
    refs = {}
    for _ in range(LEASES):
        _, lease = desk.lease()
        provider.tell(SetBuyer(buyer_id=desk.buyer(lease), balance_fen=10 * RENT_FEN))
        provider.tell(SetAgreement(agreement_no=f"A{lease.id}", buyer_id=desk.buyer(lease)))
        refs[lease] = desk.deduct(lease, purpose=f"due:{lease.id}")
    provider.tell(Script(faults=(Fault.NONE, Fault.BROKEN_AFTER, Fault.SYSTEM_ERROR_BEFORE) * 6))
    at = NOW
    for _ in range(KILLS):
        child = worker(house, provider, tmp_path, at)
        with suppress(subprocess.TimeoutExpired):
            child.wait(random.uniform(0.02, 0.3))
        child.kill()
        child.wait(10)
        child.stdout.close()
        at += timedelta(hours=1)
    for _ in range(12):
        if not house.sql("SELECT 1 FROM payment_orders WHERE state = 'open'"):
            break
        child = worker(house, provider, tmp_path, at)
        assert child.wait(60) == 0
        child.stdout.close()
        at += timedelta(hours=1)
    books = provider.kept()
    for lease, ref in refs.items():
        moved = [move.amount_fen for move in books.moves if move.buyer_id == desk.buyer(lease)]
        assert (desk.order(ref)["state"], moved) == ("done", [RENT_FEN])
        assert desk.cash_fen(lease) == RENT_FEN
    assert books.merchant_fen == LEASES * RENT_FEN
