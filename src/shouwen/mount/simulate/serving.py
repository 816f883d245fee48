"""How a stand-in is served: on this machine only, saying where on standard output, ending with its caller."""

import os
import sys
import threading
from collections.abc import Mapping

import msgspec
import uvicorn
from starlette.types import ASGIApp

_HOME = "127.0.0.1"  # anybody who reaches it may command it


def serve(app: ASGIApp, port: int, says: Mapping[str, str], *, with_stdin: bool) -> int:
    """Serve until stopped. `says` are names of paths; they are printed as one JSON line of addresses.

    `with_stdin` ends it with its caller's standard input.
    """
    config = uvicorn.Config(app, _HOME, port, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    listener = config.bind_socket()
    listener.listen(128)  # callers may come as soon as they read where
    address = f"http://{_HOME}:{listener.getsockname()[1]}"
    print(msgspec.json.encode({name: address + path for name, path in says.items()}).decode("ascii"), flush=True)
    serving = uvicorn.Server(config)
    if with_stdin:
        threading.Thread(target=_end_with_stdin, args=(serving,), daemon=True).start()
    serving.run(sockets=[listener])
    return 0


def _end_with_stdin(serving: uvicorn.Server) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    serving.should_exit = True
