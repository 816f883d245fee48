"""Entry of the processes `shouwen up` starts: `python -m shouwen.mount.child web FD | worker`."""

import asyncio
import ctypes
import os
import signal
import sys

import uvicorn
import uvloop
from starlette.types import ASGIApp

from shouwen.mount.app import Application
from shouwen.mount.worker import work
from shouwen.platform.logs import set_up_logs
from shouwen.platform.settings import load_settings

_PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Serve pages on an inherited socket, or do the background work, until the parent ends."""
    _die_with_parent()
    set_up_logs()
    settings, dsn = load_settings(), os.environ["SHOUWEN_DSN"]
    if argv[0] == "worker":
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work(settings, dsn))
        return
    uvicorn.Server(serving(Application(settings, dsn), int(argv[1]), settings.trusted_proxies)).run()


def serving(application: ASGIApp, fd: int, trusted_proxies: str) -> uvicorn.Config:
    """How a web process serves: on the inherited socket; where a request comes from is told by those proxies alone."""
    return uvicorn.Config(
        application,
        fd=fd,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=65_536,
        proxy_headers=True,
        forwarded_allow_ips=trusted_proxies,
    )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(os.environ["SHOUWEN_PARENT"]):
            sys.exit(1)  # it was gone before we asked to be told


if __name__ == "__main__":
    main(sys.argv[1:])
