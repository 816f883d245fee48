"""Acts above somebody's limit wait for whoever may (AUTH-1); nobody approves their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shouwen.kernel.actor import Actor, Role, reaches
from shouwen.kernel.days import beijing_at
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn, Row, rows_to
from shouwen.platform.events import Done, Event, Job, NeedsApproval, Refused
from shouwen.platform.fields import Line, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import REGISTRY, use_case

if TYPE_CHECKING:
    from shouwen.platform.door import Ctx


ALONE_ZH = {
    "passes_marked": "公司没有足够的人复核，结果对租客有利，予以通过",
    "to_owner_or_outside": "公司没有可复核的第二人，由负责人或外部人员复核",
}
_ELIGIBLE = "SELECT count(*) FROM staff WHERE active AND role = ANY($1::text[]) AND id <> ALL($2::bigint[])"
_GONE = "SELECT EXISTS (SELECT FROM staff WHERE id = $1 AND NOT (active AND role = $2))"
_INSERT = """
INSERT INTO approvals (ref, use_case, command, requested_by, requested_role, requested_name, requested_at,
                       approver_role, people, amount_fen, rule, summary, case_id, waits_until, barred, alone, state,
                       decided_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""


async def eligible_others(conn: Conn, approver_role: str, but: Sequence[int]) -> int:
    """How many active colleagues of the staff table may agree to a request for that role, without those named."""
    roles = [str(role) for role in Role if reaches(role, Role(approver_role))]
    return int(await conn.fetchval(_ELIGIBLE, roles, list(but)))


async def request(ctx: "Ctx", name: str, command: Struct, need: NeedsApproval) -> Refused | Done[Any]:
    """Keep the command until it is decided, which answers 202 and is no error.

    In a firm with too few eligible people (AUTH-1) an act in the renter's favour happens at once, marked, if its
    author has the role; the colleagues there are must still agree. Others wait for the owner or an outside reviewer.
    """
    actor, ref = ctx.actor, random_ref("SP")
    eligible = await eligible_others(ctx.conn, need.approver_role, [actor.id, *need.barred])
    able = reaches(actor.role, Role(need.approver_role))
    people, alone, state = need.people, "", "open"
    if eligible < need.people:
        favour = need.passes_alone and (eligible > 0 or able)
        alone = "passes_marked" if favour else "waits"
        people = max(1, eligible) if favour else need.people
        state = "granted" if favour and not eligible else "open"
    await ctx.conn.execute(
        _INSERT, ref, name, msgspec.to_builtins(command), actor.id, actor.role, actor.name, ctx.now,
        need.approver_role, people, need.amount_fen, need.rule, need.summary, need.case_id, need.waits_until,
        list(need.barred), alone, state, ctx.now if state == "granted" else None,
    )  # fmt: skip
    if state == "granted":
        return await _pass_alone(ctx, name, command, need, ref)
    waiting = Refusal(
        "approval_requested",
        "已提交审批，通过后自动执行",
        "sent for approval; it happens by itself once granted",
        status=202,
        rule=need.rule,
        remedy_zh="您可以在“审批”里看到进度" + (_waits_zh(need.waits_until) if alone == "waits" else ""),
        remedy_en="follow it under Approvals",
        data={"approval_ref": ref, "approver_role": need.approver_role, "people": people, "alone": alone},
    )
    event = _event(
        "requested", f"{actor.name}提交审批：{need.summary}", need.rule, need.case_id, ref,
        {"use_case": name, "amount_fen": need.amount_fen, "alone": alone},
    )  # fmt: skip
    later = Job(
        kind="hand_on_approval", key=f"hand_on_approval:{ref}", payload={"approval_ref": ref}, run_at=need.waits_until
    )
    return Refused(waiting, replace(event, jobs=(later,)))


def _waits_zh(until: datetime) -> str:
    return f"；公司没有可复核的第二人，{beijing_at(until):%m-%d %H:%M} 后转负责人或外部复核人"


async def _pass_alone(ctx: "Ctx", name: str, command: Struct, need: NeedsApproval, ref: str) -> Done[Any]:
    """AUTH-1: in the renter's favour, and nobody there to agree: it happens now, and says so."""
    alone = type(ctx)(
        ctx.conn, ctx.actor, ctx.now, ctx.services, act_id=ctx.act_id, channel=ctx.channel, alone="passes_marked",
        approved_role=Role(need.approver_role),
    )  # fmt: skip
    done = await REGISTRY[name].fn(alone, command)
    if not isinstance(done, Done):
        raise RuntimeError(f"{name} asks for a second person whom the firm has not")
    text = f"{ctx.actor.name}：{need.summary}。{ALONE_ZH['passes_marked']}"
    data: dict[str, object] = {"use_case": name, "amount_fen": need.amount_fen}
    event = _event("passed_alone", text, need.rule, need.case_id, ref, data)
    return Done(done.result, event, *done.events)


def _event(kind: str, text: str, rule: str, case_id: int | None, ref: str, data: dict[str, object]) -> Event:
    topics = ("desk",) if case_id is None else ("desk", f"case:{case_id}")
    return Event(kind=f"approval.{kind}", text=text, rule=rule, case_id=case_id, subject=ref, data=data, topics=topics)


class ApprovalRow(Struct, frozen=True):
    """One request as the approvals page shows it.

    `command` is what is asked for; `case_*` and the masked name are empty where it is about no case.
    `alone` marks a firm without enough second people: `waits` until `waits_until`, then `to_owner_or_outside`.
    """

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
    alone: str
    waits_until: datetime | None
    command: dict[str, object]
    case_ref: str
    case_lease_ref: str
    renter_name_masked: str


class ListApprovals(Struct, frozen=True, forbid_unknown_fields=True):
    """Open requests, oldest first; the owner sees those that nobody else can decide."""


@use_case(ListApprovals, list[ApprovalRow], permission=Permission.APPROVE, method="GET", path="/approvals")
async def list_approvals(ctx: "Ctx", command: ListApprovals) -> list[ApprovalRow]:
    """待审批的事项
    Requests that wait for a second person."""
    rows = await ctx.conn.fetch(
        """
        SELECT a.ref, a.use_case, a.requested_by, a.requested_name, a.requested_at, a.approver_role, a.people,
               a.amount_fen, a.rule, a.summary, a.state, a.alone, a.waits_until, a.command,
               coalesce(c.ref, '') AS case_ref, coalesce(l.ref, '') AS case_lease_ref,
               coalesce(c.renter_name_masked, '') AS renter_name_masked
        FROM (SELECT * FROM approvals WHERE state = 'open' AND (NOT $1 OR alone = 'to_owner_or_outside')
              ORDER BY requested_at LIMIT 200) a
        LEFT JOIN cases c ON c.id = a.case_id LEFT JOIN leases l ON l.id = c.lease_id
        ORDER BY a.requested_at
        """,
        ctx.actor.role is Role.ADMIN,
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


def _may_decide(actor: Actor, row: Row) -> bool:
    """Colleagues of the role; the owner once the request was handed on because the firm has no second person."""
    handed_on = actor.role is Role.ADMIN and row["alone"] == "to_owner_or_outside"
    return handed_on or reaches(actor.role, Role(row["approver_role"]))


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
    if row is None or not _may_decide(ctx.actor, row):
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
    if ctx.actor.id in row["barred"]:
        raise Refusal(
            "not_your_own", "作出原裁定或出具报告的人不能做第二人", "nobody reviews their own work", rule="AUTH-1",
            remedy_zh="请另一位同事审批", remedy_en="ask another colleague",
        )  # fmt: skip
    if command.grant:
        granted_by.append(ctx.actor.id)
    enough = len(granted_by) >= row["people"] or ctx.actor.role is Role.ADMIN
    state = "declined" if not command.grant else "granted" if enough else "open"
    await ctx.conn.execute(
        "UPDATE approvals SET state = $2, granted_by = $3, decided_at = $4, reason = $5 WHERE id = $1",
        row["id"], state, granted_by, ctx.now, command.reason,
    )  # fmt: skip
    mark = ALONE_ZH.get(row["alone"], "") if state == "granted" else ""
    text = f"{ctx.actor.name}{'同意' if command.grant else '退回'}：{row['summary']}" + (f"（{mark}）" if mark else "")
    data: dict[str, object] = {"reason": command.reason, **({"alone": row["alone"]} if mark else {})}
    event = _event(state, text, row["rule"], row["case_id"], row["ref"], data)
    performed: tuple[Event, ...] = ()
    if state == "granted":
        performed = await _perform(ctx, row["use_case"], row["command"], row, tuple(granted_by))
    return Done(ApprovalDecided(command.approval_ref, state, bool(performed)), event, *performed)


async def _perform(
    ctx: "Ctx", name: str, stored: dict[str, Any], row: Row, granted_by: tuple[int, ...]
) -> tuple[Event, ...]:
    declared = REGISTRY[name]
    requester = Actor(Role(row["requested_role"]), row["requested_by"], row["requested_name"])
    if requester.is_staff and await ctx.conn.fetchval(_GONE, requester.id, requester.role):
        raise Refusal(
            "requester_gone",
            f"提交人{requester.name}已离职或换了岗位，不能再以其名义执行",
            "who asked has left or changed roles; nothing is done in their name",
            rule="AUTH-1",
            remedy_zh="请退回，由现在负责的同事重新发起",
            remedy_en="decline it and let whoever is in charge now ask again",
        )
    approved = type(ctx)(
        ctx.conn,
        requester,
        ctx.now,
        ctx.services,
        act_id=ctx.act_id,
        channel=ctx.channel,
        approved_by=granted_by,
        approved_role=ctx.actor.role if len(granted_by) == 1 else Role(row["approver_role"]),
        agreed=row["summary"],
        agreed_fen=row["amount_fen"],
        alone=row["alone"] if row["alone"] in ALONE_ZH else "",
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


class HandOnApproval(Struct, frozen=True, forbid_unknown_fields=True):
    """A request whose hours are over."""

    approval_ref: Ref


class ApprovalHandedOn(Struct, frozen=True):
    """Where it stands: `alone` is empty where colleagues have come who may decide it."""

    ref: str
    alone: str


@use_case(
    HandOnApproval, ApprovalHandedOn, permission=Permission.SYSTEM, method="POST",
    path="/system/approvals/{approval_ref}/handing-on",
)  # fmt: skip
async def hand_on_approval(ctx: "Ctx", command: HandOnApproval) -> Done[ApprovalHandedOn]:
    """等满时限仍没有第二人的审批，转负责人或外部复核人
    After the hours of AUTH-1 a request without eligible people goes to the owner or an outside reviewer, marked."""
    row = await ctx.conn.fetchrow(
        "SELECT * FROM approvals WHERE ref = $1 AND state = 'open' FOR UPDATE", command.approval_ref
    )
    if row is None or row["alone"] == "to_owner_or_outside" or (row["waits_until"] and ctx.now < row["waits_until"]):
        raise Refusal("not_due", "没有要转的", "nothing is due", rule="AUTH-1", remedy_zh="到时自动处理")
    granted_by = list(row["granted_by"])
    free = await eligible_others(ctx.conn, row["approver_role"], [row["requested_by"], *row["barred"], *granted_by])
    enough = free + len(granted_by) >= row["people"]
    alone = "" if enough else "to_owner_or_outside"
    await ctx.conn.execute("UPDATE approvals SET alone = $2 WHERE id = $1", row["id"], alone)
    text = f"{row['summary']}：" + ("等候同事复核" if enough else "没有可复核的第二人，时限已到，转负责人或外部复核人")
    event = _event("still_open" if enough else "handed_on", text, row["rule"], row["case_id"], row["ref"], {})
    return Done(ApprovalHandedOn(row["ref"], alone), event)
