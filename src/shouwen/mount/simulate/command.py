"""`shouwen simulate payments | courier`: the arguments; what it takes to serve is imported when it runs."""

import argparse
from datetime import datetime
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `simulate` command; its parsers set `func(args) -> int`."""
    simulate = commands.add_parser("simulate", help="启动外部服务的模拟器 · start a stand-in for an outside service")
    which = simulate.add_subparsers(dest="which", required=True, metavar="WHICH")
    payments = which.add_parser("payments", help="支付渠道 · a payment provider")
    payment_arguments(payments)
    payments.set_defaults(func=_payments)
    courier = which.add_parser("courier", help="快递 · a courier")
    courier_arguments(courier)
    courier.set_defaults(func=_courier)


def payment_arguments(parser: argparse.ArgumentParser) -> None:
    """What the payment simulator may be told."""
    parser.add_argument("--folder", type=Path, required=True, help="密钥所在目录 · where the keys are")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="端口，默认任选 · the port, else any")
    parser.add_argument("--app-id", default="2021000000000001")
    parser.add_argument("--seller-id", default="2088000000000001")
    parser.add_argument(
        "--now", type=_instant, metavar="TIME", help="开始的时间 · the time it begins at, with its zone"
    )
    parser.add_argument("--quiet", action="store_true", help="通知不自行发出 · notifications wait for POST /deliver")
    parser.add_argument("--with-stdin", action="store_true", help="标准输入关闭即退出 · end when standard input ends")


def courier_arguments(parser: argparse.ArgumentParser) -> None:
    """What the courier simulator may be told."""
    parser.add_argument("--key", required=True, help="与客服台共用的密钥 · the key shared with the desk")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="端口，默认任选 · the port, else any")
    parser.add_argument("--with-stdin", action="store_true", help="标准输入关闭即退出 · end when standard input ends")


def _courier(arguments: argparse.Namespace) -> int:
    from shouwen.mount.simulate.courier.__main__ import run

    return run(arguments)


def _payments(arguments: argparse.Namespace) -> int:
    from shouwen.mount.simulate.payments.__main__ import run

    return run(arguments)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("2026-03-20T10:00:00+08:00")
    return at
