"""`python -m shouwen.mount.simulate.payments --folder F`: the provider on a port of this machine.

Keys of both sides are made in the folder on first use (`client_private.pem` is what a desk is given). One JSON line
on standard output says where it listens; it ends with its caller's standard input where `--with-stdin` is given.
"""

import argparse
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from shouwen.mount.simulate.command import payment_arguments
from shouwen.mount.simulate.payments.provider import Provider
from shouwen.mount.simulate.payments.server import Server
from shouwen.mount.simulate.serving import serve
from shouwen.platform import clock
from shouwen.platform.payment import rsa2


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
    says = {"gateway": "/gateway.do", "control": "/control", "books": "/books"}
    return serve(server.app, arguments.port, says, with_stdin=arguments.with_stdin)


def _key(path: Path) -> rsa.RSAPrivateKey:
    if not path.exists():
        pem = rsa2.private_pem(rsa2.new_key()).encode("ascii")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    return rsa2.private_key(path.read_text(encoding="ascii"))


if __name__ == "__main__":
    sys.exit(main())
