"""Queues, one case, its thread, one's own cases, search."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from shouwen.features.cases.acts import next_acts
from shouwen.features.cases.changes import queue_rank, turn_now
from shouwen.features.cases.counts import ESCALATED, OPEN, UNOWNED, against_key, owner_key, specialist_key
from shouwen.features.cases.ground import access_case, scope
from shouwen.features.cases.hiding import hidden_from, reader_id
from shouwen.features.cases.on_file import on_file
from shouwen.features.cases.rows import (
    CasePage,
    CaseQueue,
    CaseRow,
    CaseThread,
    ClockRow,
    HelpNow,
    MessageRow,
    PauseRow,
    PromiseRow,
    QueueCounts,
    QueueRow,
    RailCounts,
    SearchHit,
    SpecialistRow,
    TimelineRow,
)
from shouwen.features.cases.rules.checklist import checklist_for
from shouwen.features.cases.store import page
from shouwen.features.cases.store import queue as lists
from shouwen.features.cases.types import Statement, Turn
from shouwen.kernel.actor import Actor, Role, reaches
from shouwen.kernel.errors import Absent, BadInput
from shouwen.kernel.masking import mask_name
from shouwen.platform.db import Row, row_to, rows_to
from shouwen.platform.door import Ctx
from shouwen.platform.fields import MAX_ID, Ref, Seq
from shouwen.platform.permissions import Permission, may
from shouwen.platform.registry import use_case

_DECIDED = (Role.SPECIALIST, Role.SUPERVISOR)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PHONE = re.compile(r"(?:\+?86)?(1[0-9]{10})")


class ReadQueue(Struct, frozen=True, forbid_unknown_fields=True):
    """One tab; `after` is the key the page before gave."""

    tab: Literal["mine", "waiting", "unowned", "escalated", "all"] = "mine"
    after: Annotated[str, Meta(max_length=40, pattern=r"^([0-9]{1,17}\.[0-9]{1,18})?\Z")] = ""


@use_case(ReadQueue, CaseQueue, permission=Permission.QUEUE_READ, method="GET", path="/queue")
async def read_queue(ctx: Ctx, command: ReadQueue) -> CaseQueue:
    """工作台的会话列表与各栏数目
    A queue, 50 rows at a time, and what stands on the tabs."""
    rank, _, case_id = command.after.partition(".")
    after = (int(rank), int(case_id)) if command.after else (-1, 0)
    rows, more, counts = await lists.read_queue(ctx.conn, command.tab, ctx.actor.id, _decides(ctx.actor), after)
    following = f"{rows[-1].rank}.{rows[-1].id}" if more else ""
    return CaseQueue(command.tab, tuple(rows), _counts(counts, ctx.actor.id), following)


def _counts(counts: dict[str, int], staff_id: int) -> QueueCounts:
    by_turn = {turn: counts.get(owner_key(staff_id, turn), 0) for turn in Turn}
    active = sum(by_turn.values())
    return QueueCounts(
        mine=by_turn[Turn.DESK] + counts.get(specialist_key(staff_id), 0),
        waiting=active - by_turn[Turn.DESK],
        unowned=counts.get(UNOWNED, 0) - counts.get(against_key(UNOWNED, staff_id), 0),
        all=counts.get(OPEN, 0) - counts.get(against_key(OPEN, staff_id), 0),
        escalated=counts.get(ESCALATED, 0) - counts.get(against_key(ESCALATED, staff_id), 0),
        active=active,
        rail=RailCounts(counts["inspections"], counts["approvals"]),
    )


def _decides(actor: Actor) -> list[str]:
    """The roles whose requests this actor may answer (AUTH-1)."""
    return [str(role) for role in _DECIDED if reaches(actor.role, role)] if may(actor.role, Permission.APPROVE) else []


class ReadRail(Struct, frozen=True, forbid_unknown_fields=True):
    """The counts beside every page of the desk."""


@use_case(ReadRail, RailCounts, permission=Permission.INSPECTIONS_READ, method="GET", path="/rail")
async def read_rail(ctx: Ctx, command: ReadRail) -> RailCounts:
    """等待验机的手机数和等我审批的事项数
    How many phones wait for inspection and how many requests for the reader."""
    return row_to(RailCounts, await lists.read_rail(ctx.conn, ctx.actor.id, _decides(ctx.actor)))


class ReadHelp(Struct, frozen=True, forbid_unknown_fields=True):
    """What to expect who asks for a person now."""


@use_case(ReadHelp, HelpNow, permission=Permission.CASE_SPEAK, method="GET", path="/help")
async def read_help(ctx: Ctx, command: ReadHelp) -> HelpNow:
    """现在转人工要等多久、我的租约谁在负责
    What a renter who asks for a person can expect, and who is on their leases already."""
    ranks = (queue_rank(True, ctx.now), queue_rank(False, _EPOCH), queue_rank(False, ctx.now))
    return await lists.read_help(ctx.conn, ctx.actor.id, ranks)


class ListCases(Struct, frozen=True, forbid_unknown_fields=True):
    """`before` is the id of the last case of the page before."""

    before: Annotated[int, Meta(ge=1, le=MAX_ID)] = MAX_ID


@use_case(ListCases, list[QueueRow], permission=Permission.CASE_READ, method="GET", path="/cases")
async def list_cases(ctx: Ctx, command: ListCases) -> list[QueueRow]:
    """我的案件
    A renter's own cases, newest first; for staff, what they have in hand."""
    if ctx.actor.role is Role.RENTER:
        return await lists.list_renter_cases(ctx.conn, ctx.actor.id, command.before)
    return await lists.list_owned_cases(ctx.conn, ctx.actor.id)


class ReadCase(Struct, frozen=True, forbid_unknown_fields=True):
    """Which case."""

    case_ref: Ref


@use_case(ReadCase, CasePage, permission=Permission.CASE_READ, method="GET", path="/cases/{case_ref}", snapshot=True)
async def read_case(ctx: Ctx, command: ReadCase) -> CasePage:
    """一个案件的全部内容
    Everything of one case: thread, timeline, checklist, clocks, what can be done next."""
    row = await page.read_page(ctx.conn, command.case_ref, scope(ctx.actor))
    if row is None:
        raise Absent("案件", "case")
    case = row_to(CaseRow, row)
    if hidden_from(case, ctx.actor):
        raise Absent("案件", "case")
    return _page(case, row, ctx.actor)


def _page(case: CaseRow, row: Row, actor: Actor) -> CasePage:
    messages = rows_to(MessageRow, row["messages"])
    specialists = tuple(rows_to(SpecialistRow, row["specialists"]))
    timeline = rows_to(TimelineRow, row["timeline"])
    held, received = on_file(case, row["media"])
    own_draft = actor.is_staff and case.draft_by == actor.id
    return CasePage(
        case=msgspec.convert(case, QueueRow, from_attributes=True),
        turn_reason=turn_now(case).reason.zh,
        lease_id=case.lease_id,
        lease_ref=row["lease_ref"],
        merged_into=row["merged_into"],
        claim_id=case.claim_id,
        renter_id=case.renter_id,
        owned_at=case.owned_at,
        specialist_id=case.specialist_id,
        escalated_at=case.escalated_at if actor.is_staff else None,
        human_asked_at=case.human_asked_at,
        first_human_at=case.first_human_at,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        rating=case.rating,
        rating_text=case.rating_text,
        renter_seen_seq=case.renter_seen_seq,
        staff_seen_seq=case.staff_seen_seq,
        statement=None if row["statement"] is None else row_to(Statement, row["statement"]),
        messages=tuple(messages[-page.THREAD_ROWS :]),
        more_messages=len(messages) > page.THREAD_ROWS,
        timeline=tuple(timeline[-page.TIMELINE_ROWS :]),
        more_timeline=len(timeline) > page.TIMELINE_ROWS,
        checklist=checklist_for(case.type, held, received),
        clocks=tuple(rows_to(ClockRow, row["clocks"])),
        specialists=specialists,
        promises=tuple(rows_to(PromiseRow, row["promises"])),
        pauses=tuple(rows_to(PauseRow, row["pauses"])),
        draft=case.draft if own_draft else "",
        draft_at=case.draft_at if own_draft else None,
        next_acts=next_acts(case, actor, asked_in=any(one.staff_id == actor.id for one in specialists)),
    )


@use_case(ReadCase, list[TimelineRow], permission=Permission.CASE_READ, method="GET", path="/cases/{case_ref}/timeline")
async def read_timeline(ctx: Ctx, command: ReadCase) -> list[TimelineRow]:
    """案件的完整时间线：每一步、谁、依据哪条规则、存证回执
    Every step of a case: when, who, by which rule, with its seal."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref)
    return await page.read_timeline(ctx.conn, case.id, staff=ctx.actor.role is not Role.RENTER)


class ReadThread(Struct, frozen=True, forbid_unknown_fields=True):
    """Items after `after`, or the 50 before `before`."""

    case_ref: Ref
    after: Seq | None = None
    before: Seq | None = None


@use_case(
    ReadThread, CaseThread, permission=Permission.CASE_READ, method="GET", path="/cases/{case_ref}/thread",
    snapshot=True,
)  # fmt: skip
async def read_thread(ctx: Ctx, command: ReadThread) -> CaseThread:
    """会话内容，从第几条之后或之前
    The thread after or before a place in it."""
    if command.after is not None and command.before is not None:
        raise BadInput("before", "之前和之后只能选一个", "after or before, not both")
    case = await access_case(ctx.conn, ctx.actor, command.case_ref)
    notes = ctx.actor.role is not Role.RENTER
    if command.before is not None:
        messages, more = await page.messages_before(ctx.conn, case.id, command.before, notes=notes)
    else:
        messages, more = await page.messages_after(ctx.conn, case.id, command.after or 0, notes=notes)
    return CaseThread(case.ref, case.seq, tuple(messages), more)


class Search(Struct, frozen=True, forbid_unknown_fields=True):
    """A case or lease reference, a renter's name, or (for staff) the whole phone number, with or without +86."""

    q: Annotated[str, Meta(min_length=1, max_length=60)]


@use_case(Search, list[SearchHit], permission=Permission.CASE_READ, method="GET", path="/search")
async def search(ctx: Ctx, command: Search) -> list[SearchHit]:
    """按案件号、租约号、租客姓名或完整手机号查找
    Find by case, lease or renter; a renter finds only their own."""
    typed = command.q.strip()
    phone = _PHONE.fullmatch(re.sub(r"[ -]", "", typed))
    if phone is not None and ctx.actor.is_staff:
        number = ctx.services.cipher.lookup(phone[1], "phone")
        found = await lists.search_phone(ctx.conn, number, reader_id(ctx.actor))
        return rows_to(SearchHit, found)
    names = [] if ctx.actor.role is Role.RENTER else list({typed, mask_name(typed)})
    rows = await lists.search(ctx.conn, typed, scope(ctx.actor), names, reader_id(ctx.actor))
    return list({hit.ref: hit for hit in rows_to(SearchHit, rows)}.values())
