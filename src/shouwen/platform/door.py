"""The one door: every change and every read of personal data goes through `run`.

A write is BEGIN · act · use case · one seal statement (journal, outbox, result) · COMMIT (house §2). A use case
declared `whole` reads without a lock and answers with its change: act, change and seal are then one statement, which
changes nothing where the row it rests on moved meanwhile; the second try holds the row's lock.
"""

import hashlib
from datetime import datetime
from typing import Any, TypeVar

import asyncpg
import msgspec
from msgspec import Struct

from shouwen.kernel.actor import Actor, Role, reaches
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform import approvals, clock
from shouwen.platform.db import Conn
from shouwen.platform.events import Done, Event, NeedsApproval, Refused
from shouwen.platform.permissions import may
from shouwen.platform.registry import UseCase
from shouwen.platform.services import Services

C = TypeVar("C", bound=Struct)
R = TypeVar("R")

_ACT = """
WITH act AS (
  INSERT INTO acts (at, actor_role, actor_id, use_case, channel, idempotency_key, body_hash)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (actor_role, actor_id, idempotency_key) DO NOTHING
  RETURNING id)
SELECT id, set_config('shouwen.act', id::text, true) FROM act
"""

_EARLIER = """
SELECT a.use_case, a.body_hash, r.status, r.body
FROM acts a JOIN act_results r ON r.act_id = a.id
WHERE a.actor_role = $1 AND a.actor_id = $2 AND a.idempotency_key = $3
"""

# The end of every write: events to journal and outbox, and the result, for the one row of `act`. Without a row in
# `moved` the status is missing, which act_results refuses: then nothing of the statement stays.
_SEALING = """
written AS (
  INSERT INTO journal (act_id, at, kind, text, rule, actor_role, actor_id, actor_name,
                       case_id, seq, lease_id, renter_id, subject, data)
  SELECT act.id, $1, e.kind, e.text, e.rule, $2, $3, $4, e.case_id, e.seq, e.lease_id, e.renter_id, e.subject, e.data
  FROM act, unnest($5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
                   $12::text[], $13::jsonb[]) WITH ORDINALITY
       AS e(kind, text, rule, case_id, seq, lease_id, renter_id, subject, data, no)
  ORDER BY e.no
  RETURNING id, seq),
hints AS (
  SELECT string_to_array(o.topics, ' ') AS topics, o.jobs, o.sealed, o.no
  FROM unnest($14::text[], $15::jsonb[], $16::boolean[]) WITH ORDINALITY AS o(topics, jobs, sealed, no)),
sent AS (
  INSERT INTO outbox (journal_id, seq, topics, jobs, sealed)
  SELECT w.id, w.seq, h.topics, h.jobs, h.sealed
  FROM (SELECT id, seq, row_number() OVER (ORDER BY id) AS no FROM written) w JOIN hints h USING (no))
INSERT INTO act_results (act_id, status, body)
SELECT act.id, (SELECT $17::smallint FROM moved), $18 FROM act
RETURNING act_id
"""

_SEAL = "WITH " + "act AS (SELECT $19::bigint AS id), moved AS (SELECT)," + _SEALING

# The whole act at once begins with its row; the use case's parts follow (from $23 on, one of them `moved`), then the
# sealing. Where the key was used before there is no row, and every part writes none.
_WHOLE_ACT = """
act AS (
  INSERT INTO acts (at, actor_role, actor_id, use_case, channel, idempotency_key, body_hash)
  SELECT $1, $2, $3, $19, $20, $21, $22 FROM set_config('shouwen.act', 'whole', true)
  ON CONFLICT (actor_role, actor_id, idempotency_key) DO NOTHING
  RETURNING id),
"""


class Ctx:
    """What a use case stands on: its connection, who acts, when, and the services of this installation."""

    __slots__ = (
        "act_id",
        "actor",
        "agreed",
        "agreed_fen",
        "alone",
        "approved_by",
        "approved_role",
        "channel",
        "conn",
        "lock",
        "now",
        "services",
    )

    def __init__(
        self,
        conn: Conn,
        actor: Actor,
        now: datetime,
        services: Services,
        *,
        act_id: int = 0,
        channel: str = "",
        approved_by: tuple[int, ...] = (),
        approved_role: Role = Role.ANONYMOUS,
        agreed: str = "",
        agreed_fen: int = 0,
        alone: str = "",
        lock: bool = True,
    ) -> None:
        self.conn, self.actor, self.now, self.services = conn, actor, now, services
        self.act_id, self.channel, self.approved_by = act_id, channel, approved_by
        self.approved_role = approved_role  # of the one who agreed; the role asked for where several had to
        self.agreed, self.agreed_fen = agreed, agreed_fen  # the summary they read, and its amount
        self.alone = alone  # AUTH-1 without a second person: `passes_marked` or `to_owner_or_outside`
        self.lock = lock  # False: a `whole` use case reads first, and its statement finds out whether the row moved

    def covers(self, need: NeedsApproval, *, as_read: bool = False, at_most: bool = False) -> bool:
        """Whether what was agreed to suffices for what the act needs now, which may be more than when it was asked.

        For acts whose outcome is worked out anew: `as_read` asks that not a word of what they read has changed,
        `at_most` that the amount has not grown.
        In a firm without a second person the marks of AUTH-1 stand for the number of people, the owner for any role.
        """
        if as_read and self.agreed not in ("", need.summary):
            return False
        if at_most and self.agreed and need.amount_fen > self.agreed_fen:
            return False
        if self.alone == "to_owner_or_outside":
            return True
        people = len(self.approved_by) >= need.people or bool(self.alone)
        return people and reaches(self.approved_role, Role(need.approver_role))


class Door:
    """Runs use cases. One a process; holds the two pools."""

    def __init__(self, writes: asyncpg.Pool, reads: asyncpg.Pool, services: Services) -> None:
        self.writes, self.reads, self.services = writes, reads, services

    async def run(
        self,
        use_case: UseCase[C, R],
        actor: Actor,
        command: C,
        *,
        key: str = "",
        channel: str = "web",
        at: datetime | None = None,
    ) -> R:
        """Run a use case as `actor`; raises Refusal. `key` makes a write happen once however often it is sent.

        `at` overrides the clock for replays of demo history and for tests; edges never pass it.
        """
        refuse_unadmitted(use_case, actor)
        now = at or clock.now()
        if use_case.writes:
            return await self._write(use_case, actor, command, key, channel, now)
        async with self.reads.acquire() as conn:
            ctx = Ctx(conn, actor, now, self.services, channel=channel)
            if not use_case.snapshot:
                return await use_case.fn(ctx, command)  # type: ignore[no-any-return]
            async with conn.transaction(isolation="repeatable_read", readonly=True):
                return await use_case.fn(ctx, command)  # type: ignore[no-any-return]

    async def _write(
        self, use_case: UseCase[C, R], actor: Actor, command: C, key: str, channel: str, now: datetime
    ) -> R:
        # a command that leads to a secret may hold one (a password): not even its hash is kept, nor is it replayed
        body = b"" if use_case.secret_result else msgspec.json.encode(command, enc_hook=_plain)
        body_hash = hashlib.sha256(body).digest()
        if not key or actor.role is Role.ANONYMOUS:
            key = clock.random_token()
        if use_case.whole:
            return await self._write_whole(use_case, actor, command, key, channel, now, body_hash)
        async with self.writes.acquire() as conn:
            outcome: R | Refusal | None = None
            async with conn.transaction():
                act_id = await open_act(conn, use_case.name, actor, channel, key, body_hash, now)
                if act_id is not None:
                    ctx = Ctx(conn, actor, now, self.services, act_id=act_id, channel=channel)
                    outcome = await _perform(ctx, use_case, command)
            if act_id is None:
                return await _replay(conn, use_case, actor, key, body_hash)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome  # type: ignore[return-value]

    async def _write_whole(
        self, use_case: UseCase[C, R], actor: Actor, command: C, key: str, channel: str, now: datetime, body_hash: bytes
    ) -> R:
        act = (use_case.name, channel, key, body_hash)
        async with self.writes.acquire() as conn:
            ctx = Ctx(conn, actor, now, self.services, channel=channel, lock=False)
            try:
                try:
                    done = await _perform_whole(ctx, use_case, command, act)
                except asyncpg.NotNullViolationError:  # the row moved between reading and writing
                    ctx.lock = True
                    async with conn.transaction():
                        done = await _perform_whole(ctx, use_case, command, act)
            except Refusal:  # perhaps because this very act has happened already: then its answer stands
                if not await conn.fetchrow(_EARLIER, actor.role, actor.id, key):
                    raise
                done = None
            if done is None:
                return await _replay(conn, use_case, actor, key, body_hash)
        return done.result


def refuse_unadmitted(use_case: UseCase[C, R], actor: Actor) -> None:
    """Who may not call it at all; edges ask before they read what was sent, so that strangers learn no field of it."""
    if not may(actor.role, use_case.permission):
        raise _forbidden(actor)
    if use_case.password_first:
        refuse_unchanged_password(actor)


async def _perform_whole(
    ctx: Ctx, use_case: UseCase[C, R], command: C, act: tuple[str, str, str, bytes]
) -> Done[R] | None:
    """The use case, then act, change and seal in one statement; None where the key was used before.

    Raises NotNullViolationError where the row the change rests on is not as it was read.
    """
    done: Done[R] = await use_case.fn(ctx, command)
    writing = done.writing
    if writing is None or not done.events:
        raise RuntimeError(f"{use_case.name} is declared whole: it answers with its change and an event")
    sql = "WITH " + _WHOLE_ACT + writing.parts + "," + _SEALING
    args = _sealing_args(ctx, done.events, 200, msgspec.json.encode(done.result))
    landed = await ctx.conn.fetchval(sql, *args, *act, *writing.args)
    return None if landed is None else done


async def _perform(ctx: Ctx, use_case: UseCase[C, R], command: C) -> R | Refusal:
    outcome = await use_case.fn(ctx, command)
    if isinstance(outcome, NeedsApproval):
        outcome = await approvals.request(ctx, use_case.name, command, outcome)
    if not outcome.events:
        raise RuntimeError(f"{use_case.name} changed things and told nobody: a write returns an event")
    if isinstance(outcome, Refused):
        body = msgspec.json.encode(refusal_to_json(outcome.refusal))
        await seal(ctx, outcome.events, outcome.refusal.status, body)
        return outcome.refusal
    body = b"" if use_case.secret_result else msgspec.json.encode(outcome.result)
    await seal(ctx, outcome.events, 200, body)
    return outcome.result  # type: ignore[no-any-return]


async def open_act(
    conn: Conn, name: str, actor: Actor, channel: str, key: str, body_hash: bytes, now: datetime
) -> int | None:
    """Write the act row, which licenses this transaction's changes; None where the key was used before.

    A second sender of the same key waits here until the first has committed.
    """
    row = await conn.fetchrow(_ACT, now, actor.role, actor.id, name, channel, key, body_hash)
    return None if row is None else int(row["id"])


async def seal(ctx: Ctx, events: tuple[Event, ...], status: int, body: bytes) -> None:
    """Append the events to journal and outbox and keep the result, in one statement."""
    await ctx.conn.execute(_SEAL, *_sealing_args(ctx, events, status, body), ctx.act_id)


def _sealing_args(ctx: Ctx, events: tuple[Event, ...], status: int, body: bytes) -> tuple[object, ...]:
    actor = ctx.actor
    return (
        ctx.now,
        actor.role,
        actor.id,
        actor.name,
        [e.kind for e in events],
        [e.text for e in events],
        [e.rule for e in events],
        [e.case_id for e in events],
        [e.seq for e in events],
        [e.lease_id for e in events],
        [e.renter_id for e in events],
        [e.subject for e in events],
        [e.data for e in events],
        [" ".join(e.topics) for e in events],
        [e.jobs for e in events],
        [e.sealed for e in events],
        status,
        body,
    )


async def _replay(conn: Conn, use_case: UseCase[C, R], actor: Actor, key: str, body_hash: bytes) -> R:
    row = await conn.fetchrow(_EARLIER, actor.role, actor.id, key)
    if row is None or row["use_case"] != use_case.name or row["body_hash"] != body_hash or not row["body"]:
        raise Refusal(
            "key_reused",
            "这个操作编号已用于另一项内容",
            "this idempotency key was used for something else",
            status=422,
            remedy_zh="请刷新页面后再操作一次",
            remedy_en="reload the page and try again",
            field="Idempotency-Key",
        )
    if row["status"] != 200:
        raise refusal_from_json(msgspec.json.decode(row["body"], type=dict[str, Any]))
    return msgspec.json.decode(row["body"], type=use_case.result)


def refusal_to_json(refusal: Refusal) -> dict[str, object]:
    """Everything of a refusal, for storing it with its act."""
    return {name: getattr(refusal, name) for name in _REFUSAL_FIELDS}


def refusal_from_json(stored: dict[str, Any]) -> Refusal:
    """The refusal a replayed act gave."""
    return Refusal(stored.pop("code"), stored.pop("zh"), stored.pop("en"), **stored)


_REFUSAL_FIELDS = ("code", "zh", "en", "status", "remedy_zh", "remedy_en", "rule", "clause", "field", "data")


def refuse_unchanged_password(actor: Actor) -> None:
    """Who logged in with a password that somebody else chose does nothing before it is changed."""
    if actor.must_change:
        raise Refusal(
            "password_first",
            "您的密码是别人设置的，请先改成自己的密码",
            "your password was set by somebody else: choose your own first",
            status=403,
            remedy_zh="在“我的账号”里修改后即可继续",
            remedy_en="change it in your account, then go on",
        )


def _forbidden(actor: Actor) -> Refusal:
    if actor.role is Role.ANONYMOUS:
        return Refusal(
            "login_needed",
            "请先登录",
            "please log in",
            status=401,
            remedy_zh="登录后会回到这里",
            remedy_en="you will come back here after logging in",
        )
    return Absent()


def _plain(value: object) -> object:
    raise TypeError(f"a command cannot carry {type(value).__name__}")
