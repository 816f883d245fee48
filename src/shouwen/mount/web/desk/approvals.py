"""What waits for a second person (AUTH-1): the list, and each request with all it rests on before anybody agrees."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.disputes.rows import ClaimProposal, ClaimView
from shouwen.features.disputes.types import Look
from shouwen.features.disputes.use_cases import reading
from shouwen.features.disputes.use_cases.deciding import DecideClaim
from shouwen.kernel.actor import ROLE_ZH, Actor, Role, reaches
from shouwen.kernel.days import beijing_at
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ApprovalsView, ApprovalView, FactView, FigureView, LinkView
from shouwen.mount.web.desk.approval_views import ApprovalFindingView, ApprovalPageView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import actor_of, field, form, is_fragment, page, problem_view, run, see, words
from shouwen.mount.web.portal.claims import finding_compare
from shouwen.platform import approvals
from shouwen.platform.decode import decode

_DECIDERS = (Role.SPECIALIST, Role.SUPERVISOR)
_DONE = {
    "granted": "已批准并执行，租客已收到通知",
    "open": "已记下您的同意，还要另一位同事同意才会执行",
    "declined": "已拒绝，提交人看得到理由",
}
_CLAIM_ACTS = frozenset({"decide_claim", "withdraw_claim"})


def routes() -> list[Route]:
    """List, one request, answer."""
    return [
        page("GET", "/desk/approvals", waiting),
        page("GET", "/desk/approvals/{approval_ref}", one),
        page("POST", "/desk/approvals/{approval_ref}/answer", answer),
    ]


async def _open(request: Request) -> list[approvals.ApprovalRow]:
    """Open requests that the reader's role may answer, oldest first; an agent has none."""
    actor = actor_of(request)
    if actor.role is Role.AGENT:
        return []
    rows = await run(request, approvals.list_approvals, approvals.ListApprovals())
    return [row for row in rows if actor.role is Role.ADMIN or reaches(actor.role, Role(row.approver_role))]


async def waiting(request: Request) -> Response:
    """Open requests, oldest first; the owner sees those that nobody else can answer."""
    actor, t = actor_of(request), words(request)
    rows = tuple(_row(row, actor, t) for row in await _open(request))
    notice = t(_DONE.get(request.query_params.get("done", ""), ""))
    return await desk_html(request, ApprovalsView(waiting=rows, notice=notice))


def _row(row: approvals.ApprovalRow, actor: Actor, t: Words) -> ApprovalView:
    who = " · ".join(part for part in (row.requested_name, row.renter_name_masked) if part)
    return ApprovalView(
        ref=row.ref,
        title=row.summary,
        amount_fen=row.amount_fen or None,
        asked_by=who,
        asked_at=row.requested_at,
        reason=row.rule,
        limit=_limit(row, t),
        own=row.requested_by == actor.id,
        alone=_alone(row, t),
    )


def _limit(row: approvals.ApprovalRow, t: Words) -> str:
    """Who may agree: the role asked for and every one above it."""
    roles = [role for role in _DECIDERS if reaches(role, Role(row.approver_role))] or [Role(row.approver_role)]
    names = t("或").join(t(ROLE_ZH[role]) for role in roles)
    return t("除提交人外，还需 {n} 位{role}同意", n=row.people, role=names)


def _alone(row: approvals.ApprovalRow, t: Words) -> str:
    """AUTH-1 in a firm without a second person: what becomes of the request, and when."""
    if row.alone == "to_owner_or_outside":
        return t("没有可复核的第二人，已转负责人或外部复核人；决定会注明")
    if row.alone == "waits" and row.waits_until is not None:
        at = f"{beijing_at(row.waits_until):%m-%d %H:%M}"
        return t("没有可复核的第二人；{at} 后转负责人或外部复核人", at=at)
    return ""


async def one(request: Request) -> Response:
    """One request with what it rests on; absent once it is decided, or for who may not decide it."""
    return await _page(request, None, "")


async def _page(request: Request, refusal: Refusal | None, typed: str) -> Response:
    ref = request.path_params["approval_ref"]
    row = next((row for row in await _open(request) if row.ref == ref), None)
    if row is None:
        raise Absent("审批", "approval request")
    actor, t = actor_of(request), words(request)
    claim_ref = str(row.command.get("claim_ref", "")) if row.use_case in _CLAIM_ACTS else ""
    claim: ClaimView | None = None
    proposal: ClaimProposal | None = None
    if claim_ref and actor.role in _DECIDERS:  # an administrator sees no case content
        asked = reading.ReadClaim(claim_ref)
        claim = await run(request, reading.read_claim, asked)
        proposal = await run(request, reading.read_proposal, asked)
    view = ApprovalPageView(
        request=_row(row, actor, t),
        facts=_facts(row, claim, t),
        links=_links(row, claim_ref, t) if actor.role in _DECIDERS else (),
        findings=_findings(row, claim, proposal, t) if claim is not None and proposal is not None else (),
        typed=typed,
        problem=problem_view(request, refusal) if refusal else None,
    )
    return await desk_html(request, view, refusal.status if refusal else 200)


def _facts(row: approvals.ApprovalRow, claim: ClaimView | None, t: Words) -> tuple[FactView, ...]:
    facts = [FactView(t("提交"), f"{row.requested_name} {beijing_at(row.requested_at):%m-%d %H:%M}")]
    if row.renter_name_masked:
        facts.append(FactView(t("租客"), row.renter_name_masked))
    if claim is not None:
        facts.append(FactView(t("验机主张"), figure=FigureView(claim.claimed_fen)))
    elif row.amount_fen:
        facts.append(FactView(t("金额"), figure=FigureView(row.amount_fen)))
    said = [str(row.command[name]) for name in ("reason", "words", "why") if row.command.get(name)]
    if said:
        facts.append(FactView(t("提交人写明"), t("；").join(said)))
    facts.append(FactView(t("谁可以批"), _limit(row, t), row.rule))
    return tuple(facts)


def _links(row: approvals.ApprovalRow, claim_ref: str, t: Words) -> tuple[LinkView, ...]:
    lease_ref = str(row.command.get("lease_ref", "")) or row.case_lease_ref
    found = (
        (t("看定损和影像"), f"/desk/claims/{claim_ref}" if claim_ref else ""),
        (t("看会话"), f"/desk/cases/{row.case_ref}" if row.case_ref else ""),
        (t("看租约"), f"/desk/leases/{lease_ref}" if lease_ref else ""),
    )
    return tuple(LinkView(text, href) for text, href in found if href)


def _findings(
    row: approvals.ApprovalRow, claim: ClaimView, proposal: ClaimProposal, t: Words
) -> tuple[ApprovalFindingView, ...]:
    """What the decision would charge for each finding and why: its author's words, then the rules that spoke."""
    if row.use_case != "decide_claim":
        return ()
    verdicts = {one.no: one for one in msgspec.convert(row.command, DecideClaim).findings}
    outcomes = {"proposed": t("按规则的建议"), "not_charged": t("不收取"), "charge": t("专员另定金额")}
    said = {"accepted": t("租客已认可"), "contested": t("租客有异议")}
    views = []
    for found, proposed in zip(claim.findings, proposal.findings, strict=True):
        verdict = verdicts[found.no]
        given = {"not_charged": 0, "charge": verdict.amount_fen or 0}
        spoke = [f"{look.zh} [{look.rule}]" for look in proposed.looked if look.look is Look.SPOKE]
        views.append(
            ApprovalFindingView(
                title=f"{found.no}. {t(found.part_zh)} {t(found.kind_zh)} · {outcomes[verdict.outcome]}",
                claimed_fen=found.claimed_fen,
                charged_fen=given.get(verdict.outcome, proposed.charge_fen),
                why=t("；").join(part for part in (verdict.reason, *spoke) if part),
                said=said.get(found.answer, t("租客未回应")),
                compare=finding_compare(found, t),
            )
        )
    return tuple(views)


async def answer(request: Request) -> Response:
    """`answer` approve | refuse; a refusal needs a reason. What is wrong stands on the page of the request."""
    fields = await form(request)
    given, reason = field(fields, "answer"), field(fields, "reason").strip()[:200]
    try:
        if given not in ("approve", "refuse") or (given == "refuse" and not reason):
            raise BadInput(
                "reason", "拒绝时要写理由", "a refusal needs a reason",
                remedy_zh="写一句理由，提交人看得到", remedy_en="say why; its author reads it",
            )  # fmt: skip
        pairs = [("grant", "true" if given == "approve" else "false"), ("reason", reason)]
        asked = decode(approvals.DecideApproval, request.path_params, pairs, b"")
        done = await run(request, approvals.decide_approval, asked, fields)
    except Absent:
        raise
    except Refusal as refusal:
        if is_fragment(request) or refusal.status == 401:
            raise
        return await _page(request, refusal, reason)
    return see(f"/desk/approvals?done={done.state}")
