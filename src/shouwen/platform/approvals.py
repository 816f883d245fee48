"""Acts above somebody's limit wait for whoever may (AUTH-1); nobody approves their own."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from shouwen.kernel.actor import Actor, Role, reaches
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn, Row, rows_to
from shouwen.platform.events import Done, Event, NeedsApproval, Refused
from shouwen.platform.fields import Line, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import REGISTRY, use_case

if TYPE_CHECKING:
    from shouwen.platform.door import Ctx


async def request(conn: Conn, actor: Actor, now: datetime, name: str, command: Struct, need: NeedsApproval) -> Refused:
    """Keep the command until it is decided; answers 202, which is no error."""
    ref = random_ref("SP")
    await conn.execute(
        """
        INSERT INTO approvals (ref, use_case, command, requested_by, requested_role, requested_name, requested_at,
                               approver_role, people, amount_fen, rule, summary, case_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        ref, name, msgspec.to_builtins(command), actor.id, actor.role, actor.name, now,
        need.approver_role, need.people, need.amount_fen, need.rule, need.summary, need.case_id,
    )  # fmt: skip
    waiting = Refusal(
        "approval_requested",
        "已提交审批，通过后自动执行",
        "sent for approval; it happens by itself once granted",
        status=202,
        rule=need.rule,
        remedy_zh="您可以在“审批”里看到进度",
        remedy_en="follow it under Approvals",
        data={"approval_ref": ref, "approver_role": need.approver_role, "people": need.people},
    )
    event = Event(
        kind="approval.requested",
        text=f"{actor.name}提交审批：{need.summary}",
        rule=need.rule,
        case_id=need.case_id,
        subject=ref,
        data={"use_case": name, "amount_fen": need.amount_fen},
        topics=("desk",) if need.case_id is None else ("desk", f"case:{need.case_id}"),
    )
    return Refused(waiting, event)


class ApprovalRow(Struct, frozen=True):
    """One request as the approvals page shows it."""

    ref: str
    use_case: str
    requested_by: int
    requested_name: str
    requested_at: datetime
    approver_role: str
    people: int
    amount_fen: int
    rule: str
    summary: str
    state: str


class ListApprovals(Struct, frozen=True, forbid_unknown_fields=True):
    """Open requests, oldest first."""


@use_case(ListApprovals, list[ApprovalRow], permission=Permission.APPROVE, method="GET", path="/approvals")
async def list_approvals(ctx: "Ctx", command: ListApprovals) -> list[ApprovalRow]:
    """待审批的事项
    Requests that wait for a second person."""
    rows = await ctx.conn.fetch(
        """
        SELECT ref, use_case, requested_by, requested_name, requested_at, approver_role, people, amount_fen, rule,
               summary, state
        FROM approvals WHERE state = 'open' ORDER BY requested_at LIMIT 200
        """
    )
    return rows_to(ApprovalRow, rows)


class DecideApproval(Struct, frozen=True, forbid_unknown_fields=True):
    """Grant or decline one request, with a reason."""

    approval_ref: Ref
    grant: bool
    reason: Line


class ApprovalDecided(Struct, frozen=True):
    """`performed` is true once enough people agreed and the act was carried out."""

    ref: str
    state: str
    performed: bool


@use_case(
    DecideApproval,
    ApprovalDecided,
    permission=Permission.APPROVE,
    method="POST",
    path="/approvals/{approval_ref}/decision",
)
async def decide_approval(ctx: "Ctx", command: DecideApproval) -> Done[ApprovalDecided]:
    """同意或退回一项审批
    Grant or decline a request; a granted one is carried out at once."""
    row = await ctx.conn.fetchrow(
        "SELECT * FROM approvals WHERE ref = $1 AND state = 'open' FOR UPDATE", command.approval_ref
    )
    if row is None or not reaches(ctx.actor.role, Role(row["approver_role"])):
        raise Absent("审批", "approval request")
    granted_by = list(row["granted_by"])
    if ctx.actor.id == row["requested_by"] or ctx.actor.id in granted_by:
        raise Refusal(
            "own_request",
            "不能审批自己提交或已同意过的事项",
            "nobody approves their own request",
            rule="AUTH-1",
            remedy_zh="请另一位同事审批",
            remedy_en="ask another colleague",
        )
    if command.grant:
        granted_by.append(ctx.actor.id)
    state = "declined" if not command.grant else "granted" if len(granted_by) >= row["people"] else "open"
    await ctx.conn.execute(
        "UPDATE approvals SET state = $2, granted_by = $3, decided_at = $4, reason = $5 WHERE id = $1",
        row["id"], state, granted_by, ctx.now, command.reason,
    )  # fmt: skip
    event = Event(
        kind=f"approval.{state}",
        text=f"{ctx.actor.name}{'同意' if command.grant else '退回'}：{row['summary']}",
        rule=row["rule"],
        case_id=row["case_id"],
        subject=row["ref"],
        data={"reason": command.reason},
        topics=("desk",) if row["case_id"] is None else ("desk", f"case:{row['case_id']}"),
    )
    performed: tuple[Event, ...] = ()
    if state == "granted":
        performed = await _perform(ctx, row["use_case"], row["command"], row, tuple(granted_by))
    return Done(ApprovalDecided(command.approval_ref, state, bool(performed)), event, *performed)


async def _perform(
    ctx: "Ctx", name: str, stored: dict[str, Any], row: Row, granted_by: tuple[int, ...]
) -> tuple[Event, ...]:
    declared = REGISTRY[name]
    requester = Actor(Role(row["requested_role"]), row["requested_by"], row["requested_name"])
    approved = type(ctx)(
        ctx.conn,
        requester,
        ctx.now,
        ctx.services,
        act_id=ctx.act_id,
        channel=ctx.channel,
        approved_by=granted_by,
    )
    outcome = await declared.fn(approved, msgspec.convert(stored, declared.command))
    if not isinstance(outcome, Done):
        raise Refusal(
            "approval_stale",
            "情况已变化，这项审批不能再执行",
            "things have changed since; this request can no longer be carried out",
            remedy_zh="请退回，由提交人重新发起",
            remedy_en="decline it and let it be requested again",
        )
    return outcome.events
