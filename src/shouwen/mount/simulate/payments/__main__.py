"""`python -m shouwen.mount.simulate.payments --folder F`: the provider on a port of this machine.

Keys of both sides are made in the folder on first use (`client_private.pem` is what a desk is given). One JSON line
on standard output says where it listens; it ends with its caller's standard input where `--with-stdin` is given.
"""

import argparse
import os
import sys
import threading
from datetime import datetime
from pathlib import Path

import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa

from shouwen.mount.simulate.payments.provider import Provider
from shouwen.mount.simulate.payments.server import Server
from shouwen.platform import clock
from shouwen.platform.payment import rsa2

_HOME = "127.0.0.1"  # anybody who reaches it may command it


def main(argv: list[str] | None = None) -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(
        prog="shouwen simulate payments", description="支付渠道模拟器 · a payment provider"
    )
    register(parser)
    return run(parser.parse_args(argv))


def register(parser: argparse.ArgumentParser) -> None:
    """The arguments, for this module and for the `shouwen` command."""
    parser.add_argument("--folder", type=Path, required=True, help="密钥所在目录 · where the keys are")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="端口，默认任选 · the port, else any")
    parser.add_argument("--app-id", default="2021000000000001")
    parser.add_argument("--seller-id", default="2088000000000001")
    parser.add_argument(
        "--now", type=_instant, metavar="TIME", help="开始的时间 · the time it begins at, with its zone"
    )
    parser.add_argument("--quiet", action="store_true", help="通知不自行发出 · notifications wait for POST /deliver")
    parser.add_argument("--with-stdin", action="store_true", help="标准输入关闭即退出 · end when standard input ends")


def run(arguments: argparse.Namespace) -> int:
    """Serve as the arguments say."""
    folder: Path = arguments.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, client_key = _key(folder / "provider_private.pem"), _key(folder / "client_private.pem")
    (folder / "provider_public.pem").write_text(rsa2.public_pem(key.public_key()), encoding="ascii")
    now = arguments.now or clock.now()
    provider = Provider(arguments.app_id, arguments.seller_id, key, client_key.public_key(), now)
    server = Server(provider, delivers=not arguments.quiet)
    config = uvicorn.Config(
        server.app, _HOME, arguments.port, log_level="warning", access_log=False, timeout_graceful_shutdown=1
    )
    listener = config.bind_socket()
    listener.listen(128)  # callers may come as soon as they read where
    address = f"http://{_HOME}:{listener.getsockname()[1]}"
    says = {"gateway": f"{address}/gateway.do", "control": f"{address}/control", "books": f"{address}/books"}
    print(msgspec.json.encode(says).decode("ascii"), flush=True)
    serving = uvicorn.Server(config)
    if arguments.with_stdin:
        threading.Thread(target=_end_with_stdin, args=(serving,), daemon=True).start()
    serving.run(sockets=[listener])
    return 0


def _end_with_stdin(serving: uvicorn.Server) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    serving.should_exit = True


def _key(path: Path) -> rsa.RSAPrivateKey:
    if not path.exists():
        pem = rsa2.private_pem(rsa2.new_key()).encode("ascii")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    return rsa2.private_key(path.read_text(encoding="ascii"))


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("2026-03-20T10:00:00+08:00")
    return at


if __name__ == "__main__":
    sys.exit(main())
