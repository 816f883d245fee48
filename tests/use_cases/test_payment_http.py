"""The way to the provider: whatever a server or a line does, the answer is a value and never more than is proven."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time

import httpx
import pytest
from payment_ground import START, TIMEOUT_S, Process, ProcessWorld, Receiver

from shouwen.mount import cli
from shouwen.platform.payment import codes, rsa2
from shouwen.platform.payment.alipay import Alipay
from shouwen.platform.payment.http_gateway import HttpGateway
from shouwen.platform.payment.port import Deduction, Fault, Freeze, Outcome, Refund
from shouwen.platform.payment.reading import (
    read_answer,
    read_closing,
    read_hold,
    read_pay,
    read_refund_query,
    read_trade,
)
from shouwen.platform.payment.wire import Account, seal_answer

KEY, CLIENT = rsa2.new_key(), rsa2.new_key()
ACCOUNT = Account(
    app_id="1", seller_id="2088000000000001", private_key=CLIENT, provider_key=KEY.public_key(), notify_url=""
)
ORDER = Deduction(out_trade_no="D1", agreement_no="A1", amount_fen=54183, subject="租金")
PAID = {
    "code": "10000", "out_trade_no": "D1", "trade_no": "T1", "total_amount": "541.83",
    "gmt_payment": "2026-03-20 10:00:00",
}  # fmt: skip


def http(body, status="200 OK", more=""):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


def asked(*pieces, pause_s=0.0):
    """The answer of one deduction where the server sends these bytes and hangs up."""

    finished = asyncio.Event()

    async def serve(reader, writer):
        with contextlib.suppress(ConnectionError):  # the caller may have had enough
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_s)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        finished.set()

    async def go():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/gateway.do"
        async with server, HttpGateway(url, ACCOUNT, lambda: START, timeout_s=TIMEOUT_S) as gateway:
            answer = await Alipay(ACCOUNT, gateway, lambda: START).deduct(ORDER)
            await finished.wait()
            return answer

    return asyncio.run(go())


def test_signed_answer_is_believed():
    answer = asked(http(seal_answer("alipay.trade.pay", PAID, KEY)))
    assert (answer.outcome, answer.amount_fen, answer.provider_no) == (Outcome.DONE, 54183, "T1")


WHOLE = seal_answer("alipay.trade.pay", PAID, KEY)


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ([], "line"),
        ([http(WHOLE)[:-20]], "line"),
        ([b"SSH-2.0-OpenSSH\r\n"], "line"),
        ([http(b"", "302 Found", "Location: http://127.0.0.1:9/\r\n")], "http_302"),
        ([http(WHOLE, "500 Internal Server Error")], "http_500"),
        ([http(b"")], "body"),
        ([http(b"<html>")], "body"),
        ([http(b'{"x":1}' + b" " * 300_000)], "too_large"),
        ([http(WHOLE.replace(b"541.83", b"541.82"))], "signature"),
        ([http(seal_answer("alipay.trade.pay", PAID, CLIENT))], "signature"),
        ([http(seal_answer("alipay.trade.query", PAID, KEY))], "body"),
        ([http(b"no gzip", more="Content-Encoding: gzip\r\n")], "line"),
    ],
)
def test_answer_that_proves_nothing_is_unknown_and_says_why(pieces, code):
    answer = asked(*pieces)
    assert (answer.outcome, answer.code, answer.fault) == (Outcome.UNKNOWN, code, Fault.PLATFORM)


def test_unsigned_error_of_the_gateway_decides_nothing_but_can_be_read():
    answer = asked(http(b'{"error_response":{"code":"40002","sub_code":"isv.invalid-app-id"}}'))
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "signature")
    assert "isv.invalid-app-id" in answer.said


def test_answer_that_drips_is_cut_off_at_the_deadline():
    started = time.monotonic()
    answer = asked(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 30, pause_s=0.1)
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, "timeout")
    assert time.monotonic() - started < 4 * TIMEOUT_S


@pytest.mark.parametrize(
    "url",
    ["http://pay.example/gateway.do", "https://user:pw@pay.example/", "ftp://pay.example/", "http://127.0.0.1.pay.example/"],
)  # fmt: skip
def test_address_that_would_send_orders_in_the_clear_is_refused(url):
    with pytest.raises(ValueError, match="https"):
        HttpGateway(url, ACCOUNT, lambda: START)


def read(body, reader=read_pay, act=True):
    return read_answer(body, {"out_trade_no": "D1"}, reader, act=act)


@pytest.mark.parametrize(
    "change",
    [{"out_trade_no": "D2"}, {"out_trade_no": ""}, {"total_amount": ""}, {"total_amount": "-1"}, {"total_amount": "0"},
     {"total_amount": ["541.83"]}, {"total_amount": True}, {"gmt_payment": "soon"}, {"code": "10001"}, {"code": ""},
     {"code": "20000"}, {"code": "40004", "sub_code": "ACQ.A_CODE_OF_TOMORROW"}, {"code": "40004"}],
)  # fmt: skip
def test_success_that_does_not_hold_together_is_unknown(change):
    assert read({**PAID, **change}).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("reader", "body"),
    [(read_trade, {"trade_status": "ODD"}), (read_trade, {}), (read_hold, {"status": "ODD"}), (read_hold, {})],
)
def test_state_that_is_not_known_is_unknown(reader, body):
    assert read({"code": "10000", "out_trade_no": "D1", **body}, reader, act=False).outcome is Outcome.UNKNOWN


def test_refund_query_with_another_status_waits():
    body = {"code": "10000", "refund_status": "REFUND_PROCESSING"}
    assert read(body, read_refund_query, act=False).outcome is Outcome.WAITING


def test_closing_without_our_number_is_unknown():
    assert read({"code": "10000"}, read_closing, act=False).outcome is Outcome.UNKNOWN


def test_every_listed_code_is_final_or_asked_about_and_never_both():
    assert not codes.REFUSED.keys() & codes.ASK.keys()
    assert not codes.ABSENT & (codes.REFUSED.keys() | codes.ASK.keys())
    for sub_code, fault in codes.REFUSED.items():
        answer = read({"code": "40004", "sub_code": sub_code})
        assert (answer.outcome, answer.fault) == (Outcome.REFUSED, fault)
    for sub_code in codes.ASK:
        assert read({"code": "40004", "sub_code": sub_code}).outcome is Outcome.UNKNOWN
    for sub_code in codes.REFUSED:  # to a question, a business failure says nothing of the money
        assert read({"code": "40004", "sub_code": sub_code}, read_trade, act=False).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("amount_fen", [0, -1, 1_000_000_001])
def test_order_of_no_sensible_amount_cannot_be_made(amount_fen):
    with pytest.raises(ValueError, match="no amount"):
        Refund(out_trade_no="D1", out_request_no="R1", amount_fen=amount_fen, reason="")


@pytest.mark.parametrize("number", ["", "D-1", "租", "D" * 65, "D1\n"])
def test_order_under_a_number_the_provider_would_not_take_cannot_be_made(number):
    with pytest.raises(ValueError, match="no order number"):
        Freeze(out_order_no=number, out_request_no="F1", amount_fen=1, title="")


def test_simulator_delivers_by_itself_unless_told_not_to(tmp_path):
    receiver, process = Receiver(), Process(tmp_path, quiet=False)
    world = ProcessWorld(process, receiver)
    world.settle_in("000000000001")
    order = Deduction(out_trade_no="D1", agreement_no=world.agreement, amount_fen=1, subject="租金")
    assert world.do(lambda payments: payments.deduct(order)).outcome is Outcome.DONE
    assert world.payments.read_notification(receiver.next()).number == "D1"
    assert (tmp_path / "client_private.pem").stat().st_mode & 0o777 == 0o600
    world.close()
    assert process.stop() == 0
    receiver.close()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"do":"rob"}', b'{"do":"buyer","buyer_id":"1","balance_fen":-1}', b'{"do":"forward","seconds":1.5}',
     b'{"do":"agreement","agreement_no":"A","buyer_id":"nobody"}', b'{"do":"decide","number":"D9","yes":true}',
     b'{"do":"confirm","order":"x","buyer_id":"1"}', b"[" * 5000],
)  # fmt: skip
def test_command_that_makes_no_sense_is_refused_and_the_simulator_lives(body, running):
    assert httpx.post(running.control, content=body, trust_env=False).status_code == 400
    assert httpx.get(running.books, trust_env=False).status_code == 200


@pytest.mark.parametrize("body", [b"", b"a", b"method=%E6%96%B9", b"method=a&method=a", b"\xff"])
def test_call_that_is_no_form_is_refused(body, running):
    assert httpx.post(running.gateway, content=body, trust_env=False).status_code == 400


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    process = Process(tmp_path_factory.mktemp("provider"))
    yield process
    assert process.stop() == 0


def test_shouwen_simulate_payments_is_the_same_simulator(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["simulate", "payments", "--help"])
    assert ended.value.code == 0
    assert "--folder" in capsys.readouterr().out
    command = [sys.executable, "-m", "shouwen.mount.cli", "simulate", "payments", "--folder", tmp_path, "--with-stdin"]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["gateway"].endswith("/gateway.do")
