"""What waits for a second person (AUTH-1)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.kernel.actor import ROLE_ZH, Actor, Role, reaches
from shouwen.kernel.days import beijing_at
from shouwen.kernel.errors import BadInput
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ApprovalsView, ApprovalView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import actor_of, field, form, page, run, see, words
from shouwen.platform import approvals
from shouwen.platform.decode import decode

_DECIDERS = (Role.SPECIALIST, Role.SUPERVISOR)


def routes() -> list[Route]:
    """List and answer."""
    return [
        page("GET", "/desk/approvals", waiting),
        page("POST", "/desk/approvals/{approval_ref}/answer", answer),
    ]


async def waiting(request: Request) -> Response:
    """Open requests, oldest first; an agent has none to answer, the owner those that nobody else can."""
    actor = actor_of(request)
    if actor.role is Role.AGENT:
        return await desk_html(request, ApprovalsView())
    rows = await run(request, approvals.list_approvals, approvals.ListApprovals())
    mine = [row for row in rows if actor.role is Role.ADMIN or reaches(actor.role, Role(row.approver_role))]
    t = words(request)
    view = ApprovalsView(waiting=tuple(_row(row, actor, t) for row in mine))
    return await desk_html(request, view)


def _row(row: approvals.ApprovalRow, actor: Actor, t: Words) -> ApprovalView:
    role = t(ROLE_ZH[Role(row.approver_role)])
    return ApprovalView(
        ref=row.ref,
        title=row.summary,
        amount_fen=row.amount_fen or None,
        asked_by=row.requested_name,
        asked_at=row.requested_at,
        reason=row.rule,
        limit=t("需要 {n} 位{role}同意", n=row.people, role=role),
        own=row.requested_by == actor.id,
        alone=_alone(row, t),
    )


def _alone(row: approvals.ApprovalRow, t: Words) -> str:
    """AUTH-1 in a firm without a second person: what becomes of the request, and when."""
    if row.alone == "to_owner_or_outside":
        return t("没有可复核的第二人，已转负责人或外部复核人；决定会注明")
    if row.alone == "waits" and row.waits_until is not None:
        at = f"{beijing_at(row.waits_until):%m-%d %H:%M}"
        return t("没有可复核的第二人；{at} 后转负责人或外部复核人", at=at)
    return ""


async def answer(request: Request) -> Response:
    """`answer` approve | refuse; a refusal needs a reason."""
    fields = await form(request)
    given, reason = field(fields, "answer"), field(fields, "reason").strip()[:200]
    if given not in ("approve", "refuse") or (given == "refuse" and not reason):
        raise BadInput(
            "reason", "拒绝时要写理由", "a refusal needs a reason",
            remedy_zh="返回上一页，写一句理由", remedy_en="go back and say why",
        )  # fmt: skip
    pairs = [("grant", "true" if given == "approve" else "false"), ("reason", reason)]
    await run(
        request, approvals.decide_approval, decode(approvals.DecideApproval, request.path_params, pairs, b""), fields
    )
    return see("/desk/approvals")
