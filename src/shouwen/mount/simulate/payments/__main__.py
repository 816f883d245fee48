"""`python -m shouwen.mount.simulate.payments --folder F`: the provider on a port of this machine.

Keys of both sides are made in the folder on first use (`client_private.pem` is what a desk is given). One JSON line
on standard output says where it listens; it ends with its caller's standard input where `--with-stdin` is given.
"""

import argparse
import os
import sys
import threading
from pathlib import Path

import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa

from shouwen.mount.simulate.command import payment_arguments
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
    payment_arguments(parser)
    return run(parser.parse_args(argv))


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


if __name__ == "__main__":
    sys.exit(main())
