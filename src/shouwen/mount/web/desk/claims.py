"""A claim on the specialist's screen: findings beside the pictures, the proposal, facts to mark, the decision."""

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import CasePage
from shouwen.features.disputes.rows import ClaimProposal, ClaimView
from shouwen.features.disputes.use_cases import deciding, reading
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.actor import Role
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import typed_fen
from shouwen.mount.pages.views import MessageView
from shouwen.mount.web.desk import claim_acts
from shouwen.mount.web.desk.claim_view import Typed, claim_page_view, decider_of
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.desk.thread_view import Read, desk_messages
from shouwen.mount.web.page import actor_of, field, form, is_fragment, page, problem_view, run, see, words
from shouwen.platform.decode import decode

Fields = dict[str, list[str]]
_MARKS = {"yes": True, "no": False}


def routes() -> list[Route]:
    """The claim, what its pictures show, and its decision."""
    base = "/desk/claims/{claim_ref}"
    return [
        page("GET", base, claim),
        page("POST", f"{base}/facts", facts),
        page("POST", f"{base}/decision", decision),
        page("POST", f"{base}/imei", _act(claim_acts.read_imei)),
        page("POST", f"{base}/pickup", _act(claim_acts.record_pickup)),
        page("POST", f"{base}/question", _act(claim_acts.ask_renter)),
        page("POST", f"{base}/withdrawal", _act(claim_acts.withdraw)),
        page("GET", f"{base}/letter", claim_acts.letter),
    ]


def _act(act: Callable[[Request, Fields], Awaitable[None]]) -> Callable[[Request], Awaitable[Response]]:
    """An edge that does one act of a form and leads back to the claim, with what was typed where it was refused."""

    async def edge(request: Request) -> Response:
        fields = await form(request)
        try:
            await act(request, fields)
        except Refusal as refusal:
            return await _refused(request, refusal, fields)
        return see(f"/desk/claims/{request.path_params['claim_ref']}")

    return edge


async def claim(request: Request) -> Response:
    """The claim as the desk reads it; deciders see the proposal too."""
    return await _page(request, {}, None)


async def _page(request: Request, typed: Fields, refusal: Refusal | None) -> Response:
    actor = actor_of(request)
    asked = decode(reading.ReadClaim, request.path_params, (), b"")
    found: ClaimView = await run(request, reading.read_claim, asked)
    proposal: ClaimProposal | None = None
    if actor.role in (Role.SPECIALIST, Role.SUPERVISOR):
        proposal = await run(request, reading.read_proposal, asked)
    lease = await run(request, leases.read_lease, leases.ReadLease(found.lease_ref))
    case: CasePage | None = None
    if found.case_ref:
        case = await run(request, cases.read_case, cases.ReadCase(found.case_ref))
    said = _statement(request, found, case)
    problem = problem_view(request, refusal) if refusal else None
    view = claim_page_view(
        found, proposal, lease, said, Typed(typed, problem), words(request), decider_of(found, proposal, case, actor)
    )
    return await desk_html(request, view, refusal.status if refusal else 200)


def _statement(request: Request, claim: ClaimView, case: CasePage | None) -> MessageView | None:
    """What the renter said to the claim, from its case."""
    if case is None:
        return None
    said = [row for row in case.messages if row.kind == "statement"][-1:]
    found = desk_messages(said, {}, Read(), claim.case_ref, claim.claim_ref, words(request))
    return found[0] if found else None


async def facts(request: Request) -> Response:
    """What the pictures show: `seen.<no>`, `unmarked.<no>` yes | no; what a repair costs: `market.<no>` in yuan with
    its `market_source.<no>`. The proposal follows."""
    fields = await form(request)
    try:
        marks = [
            {
                "no": no,
                **_mark(fields, f"seen.{no}", "seen_at_handover"),
                **_unmarked(fields, no),
                **_market(fields, no),
            }
            for no in _numbers(fields, ("seen", "unmarked", "market"))
        ]
        body = msgspec.json.encode({"findings": marks})
        await run(request, deciding.mark_facts, decode(deciding.MarkFacts, request.path_params, (), body), fields)
    except Refusal as refusal:
        return await _refused(request, refusal, fields)
    return see(f"/desk/claims/{request.path_params['claim_ref']}")


def _unmarked(fields: Fields, no: int) -> dict[str, bool]:
    return _mark(fields, f"unmarked.{no}", "unmarked_before_courier")


def _market(fields: Fields, no: int) -> dict[str, object]:
    """The market repair price that DMG-8 asks for, where it was typed."""
    typed = field(fields, f"market.{no}").strip()
    if not typed:
        return {}
    found: dict[str, object] = {"market_repair_price_fen": _amount(typed, f"market.{no}")}
    source = field(fields, f"market_source.{no}").strip()
    return found | {"market_repair_source": source} if source else found


def _mark(fields: Fields, name: str, key: str) -> dict[str, bool]:
    given = _MARKS.get(field(fields, name))
    return {} if given is None else {key: given}


def _numbers(fields: Fields, prefixes: tuple[str, ...]) -> list[int]:
    """The numbers of the findings a form speaks of, in order."""
    found: set[int] = set()
    for name in fields:
        prefix, _, no = name.partition(".")
        if prefix in prefixes and no.isascii() and no.isdigit() and len(no) < 4:
            found.add(int(no))
    return sorted(found)


async def decision(request: Request) -> Response:
    """`outcome.<no>`, `amount.<no>` in yuan, `reason.<no>`, words. Above the limit it waits for a second person."""
    fields = await form(request)
    try:
        findings = [_decided(fields, no) for no in _numbers(fields, ("outcome",))]
        body = msgspec.json.encode({"findings": findings, "words": field(fields, "words")})
        asked = decode(deciding.DecideClaim, request.path_params, (), body)
        await run(request, deciding.decide_claim, asked, fields)
    except Refusal as refusal:
        return await _refused(request, refusal, fields)
    return see(f"/desk/claims/{request.path_params['claim_ref']}")


def _decided(fields: Fields, no: int) -> dict[str, object]:
    outcome = field(fields, f"outcome.{no}")
    decided: dict[str, object] = {"no": no, "outcome": outcome, "reason": field(fields, f"reason.{no}").strip()}
    if outcome == "charge":
        decided["amount_fen"] = _amount(field(fields, f"amount.{no}"), f"amount.{no}")
    return decided | _mark(fields, f"seen.{no}", "seen_at_handover") | _unmarked(fields, no)


def _amount(text: str, name: str) -> int:
    amount_fen = typed_fen(text)
    if amount_fen is None:
        raise BadInput(
            name, "金额应是元，最多两位小数", "an amount in yuan with at most two decimals",
            remedy_zh="例如 320.00", remedy_en="for example 320.00",
        )  # fmt: skip
    return amount_fen


async def _refused(request: Request, refusal: Refusal, fields: Fields) -> Response:
    if refusal.status in (401, 404) or is_fragment(request):
        raise refusal
    return await _page(request, fields, refusal)
