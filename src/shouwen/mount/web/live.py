"""Server-sent events: `seq` is the truth, the stream only says how far a case has come.

A stream starts with where things stand, so whatever happened while the connection was lost is fetched once by
the page's "after n" request: nothing is missed and nothing is doubled.
"""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import StreamingResponse

from shouwen.features.cases.public import access_case
from shouwen.features.people.public import is_live
from shouwen.features.people.types import Session
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import Absent
from shouwen.mount import metrics
from shouwen.mount.web.limits import AtMost
from shouwen.platform import clock
from shouwen.platform.door import Door, refuse_unchanged_password
from shouwen.platform.live import Hint, Hub

_SEQ = "SELECT seq FROM cases WHERE id = $1"
_LIST_EVENT = b"event: list\ndata: {}\n\n"
LOOK_EVERY_S = 15.0
_HEADERS = {"x-accel-buffering": "no", "cache-control": "no-store"}
# a browser with many windows, not a script
STREAMS = AtMost(
    30, "打开的页面太多，请关掉一些", "too many live pages are open", "其余页面照常可用，刷新即可看到新内容",
    "pages still work; reload to see what is new",
)  # fmt: skip


async def live_case(request: Request) -> StreamingResponse:
    """`/live/case/{ref}`: `{"case": ref, "seq": n}` at once and whenever the case moves."""
    refuse_unchanged_password(request.state.actor)
    ref = request.path_params["ref"]
    STREAMS.check(request)
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
        with metrics.STREAMS.track_inprogress(), STREAMS.held(request):
            # subscribed before looking: what happens in between is told twice, never missed
            seq = await door.reads.fetchval(_SEQ, case_id)
            yield _case_event(ref, seq)
            reader = Reader(request)
            while await reader.is_still_here(hint := await hints.next()):
                if hint is None:
                    yield b": still here\n\n"
                else:
                    seq = hint.seq or await door.reads.fetchval(_SEQ, case_id)
                    yield _case_event(ref, seq)
    finally:
        hints.close()


def _case_event(ref: str, seq: int) -> bytes:
    return b"id: %d\nevent: case\ndata: %s\n\n" % (seq, msgspec.json.encode({"case": ref, "seq": seq}))


async def live_desk(request: Request) -> StreamingResponse:
    """`/live/desk` for staff, `/live/my` for the renter: an event whenever a list may have changed."""
    actor = request.state.actor
    refuse_unchanged_password(actor)
    STREAMS.check(request)
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
        with metrics.STREAMS.track_inprogress(), STREAMS.held(request):
            yield _LIST_EVENT
            reader = Reader(request)
            while await reader.is_still_here(hint := await hints.next()):
                yield b": still here\n\n" if hint is None else _LIST_EVENT
    finally:
        hints.close()


class Reader:
    """Who listens: whoever logged out, or was, hears nothing more, however busy the stream."""

    def __init__(self, request: Request) -> None:
        self._door: Door = request.app.state.door
        self._session: Session = request.state.session
        self._looked_at = -LOOK_EVERY_S

    async def is_still_here(self, hint: Hint | None) -> bool:
        """Looked up when the stream has been quiet (no `hint`), and otherwise every LOOK_EVERY_S seconds."""
        now = asyncio.get_running_loop().time()
        if hint is not None and now - self._looked_at < LOOK_EVERY_S:
            return True
        self._looked_at = now
        async with self._door.reads.acquire() as conn:
            return await is_live(conn, self._session.id, clock.now())
