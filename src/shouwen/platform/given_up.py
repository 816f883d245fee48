"""Jobs that every try of failed: they stay with their error until an administrator has them tried again."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.kernel.errors import Absent
from shouwen.platform.db import rows_to
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

LIST_GIVEN_UP = """
SELECT id AS job_id, kind, attempts, last_error, failed_at FROM jobs WHERE failed_at IS NOT NULL ORDER BY id LIMIT 200
"""
TRY_AGAIN = """
UPDATE jobs SET failed_at = NULL, attempts = 0, run_at = $2 WHERE id = $1 AND failed_at IS NOT NULL RETURNING kind
"""


class ListGivenUp(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to say."""


class GivenUpJob(Struct, frozen=True):
    """One job; what it was about is in the log of the worker, not here."""

    job_id: int
    kind: str
    attempts: int
    last_error: str
    failed_at: datetime


@use_case(ListGivenUp, list[GivenUpJob], permission=Permission.STAFF_MANAGE, method="GET", path="/jobs/given-up")
async def list_given_up(ctx: Ctx, command: ListGivenUp) -> list[GivenUpJob]:
    """反复失败、已停下的后台任务
    Background jobs that were given up."""
    return rows_to(GivenUpJob, await ctx.conn.fetch(LIST_GIVEN_UP))


class TryAgain(Struct, frozen=True, forbid_unknown_fields=True):
    """Which job."""

    job_id: Annotated[int, Meta(ge=1, le=MAX_ID)]


class TriedAgain(Struct, frozen=True):
    """It is due now."""

    job_id: int
    kind: str


@use_case(TryAgain, TriedAgain, permission=Permission.STAFF_MANAGE, method="POST", path="/jobs/{job_id}/retry")
async def try_again(ctx: Ctx, command: TryAgain) -> Done[TriedAgain]:
    """让一个停下的后台任务重新开始
    Have a job that was given up tried again, from its first try on."""
    kind = await ctx.conn.fetchval(TRY_AGAIN, command.job_id, ctx.now)
    if kind is None:
        raise Absent("后台任务", "job")
    text = f"{ctx.actor.name}让后台任务 {kind} 重新开始"
    event = Event(kind="job.tried_again", text=text, subject=f"job:{command.job_id}")
    return Done(TriedAgain(command.job_id, str(kind)), event)
