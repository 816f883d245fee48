"""/my/leases/{ref}/draft and /signature: the contract as it would be signed today, then the renter's word."""

from datetime import timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.contracts.types import Contract
from shouwen.features.leases.signing import LATEST_FIRST_DUE, Draft
from shouwen.features.leases.use_cases.contracts import ReadDraft, SignLease, read_draft, sign_lease
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ClauseRefView,
    FactView,
    FigureView,
    LadderPointView,
    LadderView,
    ProblemView,
    RuleRowView,
)
from shouwen.mount.web.acts import Tried, act
from shouwen.mount.web.page import html, problem_view, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.contract import MARKS, clause_views, share_text
from shouwen.mount.web.portal.lease_file import absent_to_staff, lease_path
from shouwen.mount.web.portal.life_views import DueRowView, PortalDraftView, PortalSignView
from shouwen.platform import clock
from shouwen.platform.decode import decode

_NOT_NOW = "act_not_possible"


async def draft_page(request: Request, tried: Tried | None = None) -> Response:
    """Everything that would be signed; after a refused signature the draft as it is now, and why."""
    absent_to_staff(request)
    ref = request.path_params["lease_ref"]
    typed = tried.typed.get("first_due_on", [""])[0] if tried else request.query_params.get("first_due_on", "")
    date_problem: ProblemView | None = None
    try:
        draft = await _draft(request, typed)
    except BadInput as wrong:
        date_problem = problem_view(request, wrong)
        draft = await _draft(request, "")
    except Refusal as refusal:
        if refusal.code != _NOT_NOW:
            raise
        return see(f"/my/leases/{ref}")  # signed already, or not approved yet: the lease says which
    now = await around(request)
    t = words(request)
    contract, today = draft.contract, beijing_on(clock.now())
    here = f"/my/leases/{ref}/draft"
    status = tried.status if tried else 422 if date_problem else 200
    view = PortalDraftView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        title=contract.title,
        facts=_facts(contract, here, t),
        schedule=tuple(
            DueRowView(no, on, fen)
            for no, (on, fen) in enumerate(zip(contract.due_on, contract.rents_fen, strict=True), start=1)
        ),
        total=_total(contract, here),
        ladder=_ladder(contract, t),
        clauses=clause_views(contract, t),
        warnings=tuple(RuleRowView(MARKS[m][0], t(MARKS[m][1]), "hit") for m in contract.marks if m in MARKS),
        first_due_on=contract.due_on[0],
        low=today,
        high=today + LATEST_FIRST_DUE,
        sha256=draft.sha256,
        sign_href=f"/my/leases/{ref}/signature?{urlencode({'first_due_on': contract.due_on[0].isoformat()})}",
        problem=tried.problem if tried else None,
        date_problem=None if tried else date_problem,
    )
    return html(request, view, status, **now.counts())


async def _draft(request: Request, first_due_on: str) -> Draft:
    given = [("first_due_on", first_due_on)] if first_due_on else []
    return await run(request, read_draft, decode(ReadDraft, lease_path(request), given, b""))


async def sign_page(request: Request) -> Response:
    """The last look: what is signed, what follows; the form names the draft by its hash."""
    absent_to_staff(request)
    ref = request.path_params["lease_ref"]
    try:
        draft = await _draft(request, request.query_params.get("first_due_on", ""))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return see(f"/my/leases/{ref}/draft")
    now = await around(request)
    t = words(request)
    contract = draft.contract
    here = f"/my/leases/{ref}/draft?first_due_on={contract.due_on[0].isoformat()}"
    view = PortalSignView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        title=contract.title,
        facts=_facts(contract, here, t),
        after=_after(contract, here, t),
        draft_href=here,
        sha256=draft.sha256,
        fields=(
            ("template_ref", draft.template_ref),
            ("template_version", str(draft.template_version)),
            ("first_due_on", contract.due_on[0].isoformat()),
            ("agreed_sha256", draft.sha256),
        ),
    )
    return html(request, view, **now.counts())


def _ref(no: str, here: str) -> ClauseRefView:
    return ClauseRefView(no, f"{here}#c-{no}")


def _figure(
    fen: int, contract: Contract, here: str, *keys: str, working: tuple[str, ...] = (), rules: tuple[str, ...] = ()
) -> FigureView:
    return FigureView(fen, working, tuple(_ref(no, here) for no in contract.clauses_for(*keys)), rules)


def _total(contract: Contract, here: str) -> FigureView:
    rents = contract.rents_fen
    adds_up = " + ".join(f"{plain_fen(fen)} × {rents.count(fen)}" for fen in dict.fromkeys(rents))
    total_fen = contract.terms.total_rent_fen
    return _figure(
        total_fen, contract, here, "total_rent_fen", "rents_fen", working=(f"{adds_up} = {plain_fen(total_fen)}",)
    )


def _facts(contract: Contract, here: str, t: Words) -> tuple[FactView, ...]:
    """The figures of the contract, each with its clause; what it costs to be late is among them."""
    terms = contract.terms
    phone = " ".join(part for part in (terms.sku, terms.storage, terms.colour, terms.condition_grade) if part)
    facts = [FactView(t("手机"), phone)] if phone else []
    facts.append(FactView(t("总租金"), figure=_total(contract, here)))
    facts.append(FactView(t("每期"), format_fen(contract.rents_fen[0]), t("共 {n} 期", n=terms.periods)))
    facts.append(FactView(t("第一笔应付"), contract.due_on[0].isoformat()))
    if terms.deposit_fen:
        held = t("只冻结，不扣款")
        if terms.deposit_release_days is not None:
            held = t("只冻结，不扣款；收到归还的手机后 {n} 天内解冻", n=terms.deposit_release_days)
        note = (held,)
        facts.append(
            FactView(t("押金"), figure=_figure(terms.deposit_fen, contract, here, "deposit_fen", working=note))
        )
    else:
        facts.append(FactView(t("押金"), t("免押金")))
    if contract.ladder_fen:
        facts.append(
            FactView(
                t("签约时的买断价"),
                figure=_figure(
                    contract.ladder_fen[0], contract, here, "signed_value_fen", "buyout_formula", rules=("BUY-1",)
                ),
            )
        )
        facts.append(
            FactView(
                t("租满后的买断价"),
                figure=_figure(
                    contract.ladder_fen[-1], contract, here, "residual_price_fen", "buyout_formula", rules=("BUY-1",)
                ),
            )
        )
    facts += _late(contract, here, t)
    return tuple(facts)


def _late(contract: Contract, here: str, t: Words) -> list[FactView]:
    terms = contract.terms
    nos = contract.clauses_for("late_fee_daily_rate", "late_fee_daily_fen")
    if terms.late_fee_daily_fen is not None:
        said = t("每天 {amount}", amount=format_fen(terms.late_fee_daily_fen))
    elif terms.late_fee_daily_rate is not None:
        said = t("每天逾期租金的 {rate}", rate=share_text(terms.late_fee_daily_rate, t))
    else:
        return [FactView(t("晚付"), t("不收违约金"))]
    href = f"{here}#c-{nos[0]}" if nos else ""
    return [FactView(t("晚付"), said, t("宽限 {n} 天", n=terms.grace_days) if terms.grace_days else "", href)]


def _after(contract: Contract, here: str, t: Words) -> tuple[FactView, ...]:
    """What follows the signature, with its days."""
    terms = contract.terms
    facts = [FactView(t("生效"), t("签署后立即生效，合同文件几分钟内可以下载"))]
    if terms.deposit_fen:
        facts.append(FactView(t("押金"), t("冻结 {amount}，冻结成功后发货", amount=format_fen(terms.deposit_fen))))
    if terms.ship_by_days is not None:
        by = contract.signed_on + timedelta(days=terms.ship_by_days)
        nos = contract.clauses_for("ship_by_days")
        clause = t("合同 {no} 条", no=nos[0]) if nos else ""
        facts.append(FactView(t("发货"), t("{day} 前（含当天）", day=by.isoformat()), clause))
    facts.append(FactView(t("反悔"), t("发货前都可以取消，已付的全部退还")))
    facts.append(FactView(t("变更"), t("发货前可以改地址、方案、型号和颜色，重新报价后由您确认")))
    return tuple(facts)


def _ladder(contract: Contract, t: Words) -> LadderView | None:
    """The ladder as it would be frozen; the lease stands at its beginning."""
    if not contract.ladder_fen:
        return None
    points = tuple(
        LadderPointView(k, fen, contract.due_on[k - 1] if k else None) for k, fen in enumerate(contract.ladder_fen)
    )
    note = t("签约后不再变：每付一期，买断价按这张表往下走。")
    return LadderView(points, contract.ladder_fen[0], 0, note)


sign = act(
    sign_lease, SignLease, draft_page, "/my/leases/{lease_ref}", "合同已签署。等押金冻结后安排发货", name="my_sign"
)
