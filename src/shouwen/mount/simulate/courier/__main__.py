"""`python -m shouwen.mount.simulate.courier --key K`: the courier on a port of this machine.

One JSON line on standard output says where it listens; it ends with its caller's standard input where `--with-stdin`
is given.
"""

import argparse
import sys

from shouwen.mount.simulate.command import courier_arguments
from shouwen.mount.simulate.courier.roads import Roads
from shouwen.mount.simulate.courier.server import Server
from shouwen.mount.simulate.serving import serve


def main(argv: list[str] | None = None) -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="shouwen simulate courier", description="快递模拟器 · a courier")
    courier_arguments(parser)
    return run(parser.parse_args(argv))


def run(arguments: argparse.Namespace) -> int:
    """Serve as the arguments say."""
    server = Server(Roads(arguments.key))
    says = {"query": "/query", "control": "/control"}
    return serve(server.app, arguments.port, says, with_stdin=arguments.with_stdin)


if __name__ == "__main__":
    sys.exit(main())
