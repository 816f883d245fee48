"""What later features (credit, disputes …) may do with cases inside their own transaction.

Each function that changes a case takes it locked (`access_case(…, lock=True)` or `case_by_id`) and gives back the
case as it now stands; use that one for the next call. To change several things in one statement, use `Changing`.
Who moves a claim tells its case with `Changing.claim` (or `NewCase.claim`) in the same act.
"""

from datetime import date, datetime
from typing import Literal

from shouwen.features.cases.changes import Changing, case_topics
from shouwen.features.cases.ground import access_case, event
from shouwen.features.cases.opening import NewCase, OfClaim, body_data, open_or_join
from shouwen.features.cases.rows import CaseOpened, CaseRow
from shouwen.features.cases.rules.clocks import decision_due_at
from shouwen.features.cases.rules.statement import build_statement
from shouwen.features.cases.rules.vague import ask_back, vague
from shouwen.features.cases.service_time import calendar, service_clocks
from shouwen.features.cases.store import deadlines, load
from shouwen.features.cases.types import CaseType
from shouwen.features.money.public import mark_fees_stale
from shouwen.kernel.actor import Actor
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event

__all__ = [
    "CaseOpened",
    "CaseRow",
    "Changing",
    "NewCase",
    "OfClaim",
    "access_case",
    "append_item",
    "append_system",
    "body_data",
    "build_statement",
    "calendar",
    "case_by_id",
    "case_topics",
    "decision_until",
    "end_pause",
    "open_case",
    "start_pause",
    "statement_said",
]


async def case_by_id(conn: Conn, case_id: int) -> CaseRow:
    """The case under its row lock: for callers that have checked access to what points at it."""
    return await load.lock_case_by_id(conn, case_id)


async def statement_said(conn: Conn, case_id: int | None) -> str:
    """What the renter said when they opened a case; empty without a case."""
    return "" if case_id is None else await load.statement_text(conn, case_id)


async def open_case(ctx: Ctx, new: NewCase) -> tuple[CaseRow, CaseOpened, tuple[Event, ...]]:
    """Open a case or join the open one of the same renter, type, lease and claim; return the events too."""
    changing, opened, events = await open_or_join(ctx.conn, ctx.now, new)
    return await changing.write(ctx.conn), opened, events


async def append_item(
    ctx: Ctx, case: CaseRow, kind: str, body: str, *, extra: dict[str, object] | None = None, by: Actor | None = None
) -> CaseRow:
    """A thread item (`text`, `decision`, `evidence`, `quote`, `note`) by the actor or `by`; its seq is `case.seq`."""
    changing = Changing(case, ctx.actor, ctx.now)
    changing.add(kind, body, extra=extra, by=by)
    return await changing.write(ctx.conn)


async def append_system(ctx: Ctx, case: CaseRow, body: str, *, extra: dict[str, object] | None = None) -> CaseRow:
    """A line said by the desk itself, seen by both sides; its seq is `case.seq`."""
    changing = Changing(case, ctx.actor, ctx.now)
    changing.system_line(body, **(extra or {}))
    return await changing.write(ctx.conn)


def decision_until(case_type: CaseType, begins_at: datetime) -> datetime:
    """When a decision is due whose clock begins now (for damage: when the evidence is complete)."""
    return decision_due_at(case_type, begins_at, service_clocks(begins_at), calendar())


async def start_pause(
    ctx: Ctx, case: CaseRow, *, amount_fen: int, reason: str = "dispute", claim_id: int | None = None,
    charge_id: int | None = None,
) -> Event:  # fmt: skip
    """PAUSE-1: collection and late fees rest on `amount_fen` from now; `reason` is dispute, appeal or loss."""
    if case.lease_id is None:
        raise ValueError("a case without a lease has nothing to collect")
    await deadlines.insert_pause(
        ctx.conn, case_id=case.id, lease_id=case.lease_id, claim_id=claim_id, charge_id=charge_id,
        amount_fen=amount_fen, reason=reason, now=ctx.now,
    )  # fmt: skip
    await mark_fees_stale(ctx.conn, [] if charge_id is None else [charge_id])
    what = "" if reason == "loss" else "争议金额 "
    text = f"已暂停{what}{format_fen(amount_fen)} 的催收与违约金"
    data: dict[str, object] = {"amount_fen": amount_fen, "reason": reason}
    return event(case, "pause.started", text, rule="PAUSE-1", sealed=True, data=data)


async def end_pause(
    ctx: Ctx, case: CaseRow, ends_on: date, reason: Literal["decided", "agreed", "withdrawn"] = "decided"
) -> Event:
    """PAUSE-1: every running pause of the case lasts through `ends_on` (three days after the decision)."""
    ended = await deadlines.end_pauses(ctx.conn, case.id, ends_on, reason)
    await mark_fees_stale(ctx.conn, await deadlines.paused_charges(ctx.conn, case.id))
    text = f"催收与违约金暂停至 {ends_on.isoformat()}，不追溯收费"
    data: dict[str, object] = {"ends_on": str(ends_on), "ended": ended, "reason": reason}
    return event(case, "pause.ended", text, rule="PAUSE-1", sealed=True, data=data)


def asked_back(text: str, kind: CaseType, *, as_is: bool) -> Refusal | None:
    """SAY-2: the one question back about vague words, as a refusal; None where they say enough or go as they are."""
    question = ask_back(text, kind, asked_before=as_is)
    return None if question is None else vague(question)
