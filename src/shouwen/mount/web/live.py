"""Server-sent events: `seq` is the truth, the stream only says how far a case has come.

A stream starts with where things stand, so whatever happened while the connection was lost is fetched once by
the page's "after n" request: nothing is missed and nothing is doubled.
"""

from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import StreamingResponse

from shouwen.features.cases.public import access_case
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent
from shouwen.mount import metrics
from shouwen.platform.live import Hint, Hub

_SEQ = "SELECT seq FROM cases WHERE id = $1"
_HEADERS = {"x-accel-buffering": "no", "cache-control": "no-store"}


async def live_case(request: Request) -> StreamingResponse:
    """`/live/case/{ref}`: `{"case": ref, "seq": n}` at once and whenever the case moves."""
    ref = request.path_params["ref"]
    door = request.app.state.door
    async with door.reads.acquire() as conn:
        case = await access_case(conn, request.state.actor, ref)
        topic = f"case:{case.id}"
        stream = _case_stream(request, topic, ref, case.id)
    return StreamingResponse(stream, media_type="text/event-stream", headers=_HEADERS)


async def _case_stream(request: Request, topic: str, ref: str, case_id: int) -> AsyncIterator[bytes]:
    hub: Hub = request.app.state.hub
    door = request.app.state.door
    hints = hub.subscribe(topic)
    try:
        with metrics.STREAMS.track_inprogress():
            # subscribed before looking: what happens in between is told twice, never missed
            seq = await door.reads.fetchval(_SEQ, case_id)
            while True:
                yield b"id: %d\nevent: case\ndata: %s\n\n" % (seq, msgspec.json.encode({"case": ref, "seq": seq}))
                while (hint := await hints.next()) is None:
                    yield b": still here\n\n"
                seq = hint.seq or await door.reads.fetchval(_SEQ, case_id)
    finally:
        hints.close()


async def live_desk(request: Request) -> StreamingResponse:
    """`/live/desk` for staff, `/live/my` for the renter: an event whenever a list may have changed."""
    actor = request.state.actor
    if request.url.path.endswith("/my"):
        if actor.role is not Role.RENTER:
            raise Absent()
        topic = f"renter:{actor.id}"
    elif actor.role in (Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR, Role.INSPECTOR):
        topic = "desk"
    else:
        raise Absent()
    return StreamingResponse(_list_stream(request, topic), media_type="text/event-stream", headers=_HEADERS)


async def _list_stream(request: Request, topic: str) -> AsyncIterator[bytes]:
    hub: Hub = request.app.state.hub
    hints = hub.subscribe(topic)
    try:
        with metrics.STREAMS.track_inprogress():
            hint: Hint | None = Hint(topic, 0)
            while True:
                yield b": still here\n\n" if hint is None else b"event: list\ndata: {}\n\n"
                hint = await hints.next()
    finally:
        hints.close()
