"""Once a day: uploads nobody finished, spent log-in links and old rate windows go away."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from shouwen.features.evidence import store
from shouwen.features.people.public import purge_expired
from shouwen.kernel.actor import SYSTEM
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case
from shouwen.platform.storage import Storage

ABANDONED = timedelta(days=1)  # an upload that old, not yet complete, is not coming any more


class Sweep(Struct, frozen=True, forbid_unknown_fields=True):
    """Clear what has had its time."""


class Swept(Struct, frozen=True):
    """How much went away."""

    uploads: int
    links: int
    windows: int


@use_case(Sweep, Swept, permission=Permission.SYSTEM, method="POST", path="/system/sweep")
async def sweep(ctx: Ctx, command: Sweep) -> Done[Swept]:
    """清理没有传完的上传、用过的登录链接和过期的限次记录
    Clear uploads nobody finished within a day, links that have expired since, and rate windows long past."""
    uploads = await store.drop_abandoned(ctx.conn, ctx.now - ABANDONED)
    links, windows = await purge_expired(ctx.conn, ctx.now)
    text = f"每日清理：未传完的上传 {uploads} 个，用过的登录链接 {links} 个，限次记录 {windows} 条"
    data: dict[str, object] = {"uploads": uploads, "links": links, "windows": windows}
    return Done(Swept(uploads, links, windows), Event(kind="sweep.done", text=text, data=data))


async def ask_for_sweep(conn: Conn, on: date, now: datetime) -> None:
    """A job for the sweep of the Beijing day `on`, unless it is asked for or done already."""
    await store.add_daily_job(conn, "sweep", sweep_key(on), on, SYSTEM, now)


def sweep_key(on: date) -> str:
    """Names the day's sweep, both as a job and at the door."""
    return f"sweep:{on.isoformat()}"


async def drop_files(conn: Conn, storage: Storage, now: datetime) -> int:
    """Remove incoming files untouched for a day that no open upload waits for; how many.

    Looks at the folder, not at what the sweep dropped: a crash between the two leaves nothing behind for ever.
    """
    until = (now - ABANDONED).timestamp()
    old = [path for path in (storage.folder / "incoming").iterdir() if path.stat().st_mtime < until]
    waited_for = await store.open_uploads(conn, [path.name for path in old])
    gone = [path for path in old if path.name not in waited_for]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
