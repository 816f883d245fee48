"""Pieces that the pages of a lease's end share: a quote in large, its clause, where its payment stands."""

from starlette.requests import Request

from shouwen.features.contracts.types import Quote, QuoteLine
from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import AcceptanceKind, AcceptanceState
from shouwen.features.endings.use_cases import AgreementLine, LeaseAgreements, LeaseEndings
from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.leases.use_cases.payments import ReadPayments, read_payments
from shouwen.features.payments.types import LeasePayments, OrderKind, OrderState, OrderView
from shouwen.kernel.actor import Role
from shouwen.kernel.days import end_of
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.ending_parts import PricedView
from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ClockView,
    ContractClauseView,
    FactView,
    FigureView,
    LineView,
    LinkView,
    PillView,
)
from shouwen.mount.web.acts import Tried, form_view
from shouwen.mount.web.page import actor_of, run
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.transfer import transfer_facts
from shouwen.platform.decode import decode

DAY_S = 86_400


async def lease_file(request: Request) -> LeaseFile:
    """The lease of the page, as its renter sees it; absent for anybody else, staff have their own pages."""
    if actor_of(request).role is not Role.RENTER:
        raise Absent("租约", "lease")
    return await run(request, leases.read_lease, decode(leases.ReadLease, request.path_params, (), b""))


async def agreements_of(request: Request) -> LeaseAgreements:
    """What was agreed about its end."""
    return await run(request, endings.read_agreements, decode(endings.ReadAgreements, request.path_params, (), b""))


async def ways_of(request: Request, file: LeaseFile) -> LeaseEndings | None:
    """The ways its contract knows; None before there is one."""
    if file.contract is None:
        return None
    return await run(request, endings.read_endings, endings.ReadEndings(file.lease.ref))


async def payments_of(request: Request) -> LeasePayments:
    """What is under way at the payment provider."""
    return await run(request, read_payments, decode(ReadPayments, request.path_params, (), b""))


def figure_of(quote: Quote, lease_ref: str, t: Words) -> FigureView:
    """A quote of an ending with everything it rests on."""
    return FigureView(
        amount_fen=quote.amount_fen,
        working=quote.working,
        clauses=clause_refs(lease_ref, quote.clauses),
        rules=quote.rules,
        note=t("；").join(note.rstrip("。") for note in quote.notes),
        valid_until=end_of(quote.valid_until),
    )


def priced(label: str, quote: Quote, lease_ref: str, t: Words) -> PricedView:
    """A quote in large, its lines under it where there is more than one."""
    lines = tuple(_line(line, lease_ref, t) for line in quote.lines) if len(quote.lines) > 1 else ()
    return PricedView(label=label, figure=figure_of(quote, lease_ref, t), lines=lines)


def _line(line: QuoteLine, lease_ref: str, t: Words) -> LineView:
    clause = next(iter(clause_refs(lease_ref, line.clauses)), None)
    return LineView(t(line.label), line.amount_fen, line.rule, clause)


def clause_card(file: LeaseFile, nos: tuple[str, ...]) -> ContractClauseView | None:
    """The text of the first of these clauses that the contract has."""
    clauses = file.contract.clauses if file.contract else ()
    found = next((clause for no in nos for clause in clauses if clause.no == no), None)
    return None if found is None else ContractClauseView(found.no, found.title, found.text.strip())


def instead_links(lease_ref: str, t: Words) -> tuple[LinkView, ...]:
    """What is possible where this way is not."""
    return (
        LinkView(t("看看其他办法：归还、买断、续租"), f"/my/leases/{lease_ref}/ending"),
        LinkView(t("回到这份租约"), f"/my/leases/{lease_ref}"),
    )


def not_signed() -> Refusal:
    """Nothing of the end can be priced before there is a contract."""
    return Refusal(
        "not_signed", "这份租约还没有签约，还没有租期", "this lease is not signed yet, it has no term",
        remedy_zh="签约之前可以直接取消订单，全部退还", remedy_en="before signing the order can be cancelled",
    )  # fmt: skip


def newest(agreed: LeaseAgreements, kind: AcceptanceKind) -> AgreementLine | None:
    """The latest agreement of a kind."""
    return next((one for one in agreed.agreements if one.kind is kind), None)


def is_open(line: AgreementLine | None) -> bool:
    """Whether it waits to be carried out."""
    return line is not None and line.state is AcceptanceState.ACCEPTED


def state_pill(line: AgreementLine, t: Words) -> PillView:
    """How an agreement stands, in a word."""
    if line.state is AcceptanceState.ACCEPTED:
        return PillView(t("待付款") if line.open_fen else t("待办结"), "amber")
    if line.state is AcceptanceState.PAID:
        return PillView(t("已办结"), "moss")
    if line.state is AcceptanceState.WRITTEN_OFF:
        return PillView(t("已核销"), "moss")
    return PillView(t("已失效") if line.state is AcceptanceState.LAPSED else t("已冲销"))


def pay_clock(line: AgreementLine, t: Words) -> ClockView:
    """Until when it is to be carried out; amber through the last day."""
    return ClockView(t("剩"), end_of(line.pay_by), amber_below_s=DAY_S)


def order_of(line: AgreementLine, payments: LeasePayments) -> OrderView | None:
    """The newest payment asked for since it was agreed."""
    return next(
        (one for one in payments.orders if one.kind is OrderKind.DEDUCT and one.planned_at >= line.accepted_at), None
    )


def under_way(order: OrderView | None) -> bool:
    """Whether the provider has not answered yet; the page is looked at again then."""
    return order is not None and order.state is OrderState.OPEN


def order_fact(order: OrderView | None, t: Words) -> FactView | None:
    """Where that payment stands, in words that blame nobody."""
    if order is None:
        return None
    amount = format_fen(order.amount_fen)
    if order.state is OrderState.OPEN:
        return FactView(t("付款"), t("正在扣 {amount}，通常几分钟内有结果", amount=amount), tone="amber")
    if order.state is OrderState.DONE:
        return FactView(t("付款"), t("已扣 {amount}", amount=amount), tone="moss")
    said = t(order.said) or t("支付渠道没有扣成")
    return FactView(t("付款"), t("没有扣成：{why}。没有多扣，可以再付一次", why=said), tone="red")


def pay_form(
    name: str, line: AgreementLine, order: OrderView | None, payments: LeasePayments, action: str, t: Words,
    tried: Tried | None,
) -> tuple[FormView, ...]:  # fmt: skip
    """Pay what is open of an agreement now; nothing while a payment is under way, or none can be asked for."""
    if not line.pay or payments.agreement_signed_at is None or under_way(order):
        return ()
    amount = format_fen(line.open_fen)
    hidden = tuple(FieldView(name="lines", kind="hidden", value=no) for no in line.pay)
    fields = (*hidden, FieldView(name="amount_fen", kind="hidden", value=str(line.open_fen)))
    button = t("现在付 {amount}", amount=amount)
    return (form_view(name, action, "", button, fields, tried=tried, main=True, folded=False),)


def hand_paid(request: Request, lease_ref: str, payments: LeasePayments, t: Words) -> tuple[FactView, ...]:
    """How to pay where no deduction is agreed to."""
    if payments.agreement_signed_at is not None:
        return ()
    said = FactView(t("怎么付"), t("这份租约没有代扣协议，请用银行转账，算作您转账那天付的"))
    return (said, *transfer_facts(request, lease_ref, t))
