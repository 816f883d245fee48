"""/my/leases/{ref}/agreement: deductions agreed to, when the next is tried and by which rule, how to end them."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases.payments import EndAgreement, end_lease_agreement
from shouwen.features.money.statement import BillStatement
from shouwen.features.payments.types import LeasePayments, OrderKind, OrderState
from shouwen.kernel.days import beijing_at
from shouwen.kernel.fen import plain_fen
from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView, LinkView, PillView
from shouwen.mount.web.acts import Tried, act, form_view, said
from shouwen.mount.web.page import html, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.money_bits import bill_name
from shouwen.mount.web.portal.payment_views import PortalAgreementView
from shouwen.mount.web.portal.payments import lease_file, order_href, payments_of, statement_of


async def agreement_page(request: Request) -> Response:
    """Whether deductions are agreed to, and the next one."""
    return await _page(request, ending=False, tried=None)


async def end_page(request: Request) -> Response:
    """What ending means, then the button."""
    file = await lease_file(request)
    await around(request)  # absent for whoever is no renter
    if (await payments_of(request, file.lease.ref)).agreement_signed_at is None:
        return see(f"/my/leases/{file.lease.ref}/agreement")
    return await _page(request, ending=True, tried=None)


async def _again(request: Request, tried: Tried | None) -> Response:
    return await _page(request, ending=True, tried=tried)


async def _page(request: Request, *, ending: bool, tried: Tried | None) -> Response:
    file = await lease_file(request)
    ref = file.lease.ref
    money = await payments_of(request, ref)
    statement = await statement_of(request, ref)
    now = await around(request)
    t = words(request)
    signed_at = money.agreement_signed_at
    view = PortalAgreementView(
        human=now.human(t, lease_ref=ref, about="billing_question"),
        lease_ref=ref,
        model=file.lease.model,
        state=PillView(t("生效中"), "moss") if signed_at else PillView(t("没有生效的协议"), "plain"),
        facts=_facts(file, money, t),
        next=_next(money, statement, t),
        next_text=_next_text(money, t),
        rules=_rules(t) if signed_at else (),
        links=_links(money, ref, t),
        end_href="" if signed_at is None or ending else f"/my/leases/{ref}/agreement/end",
        end=_end_form(ref, tried, t) if ending and (signed_at or tried) else None,
        after=_after(t) if ending else (),
        said=said(request, t),
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def _facts(file: LeaseFile, money: LeasePayments, t: Words) -> tuple[FactView, ...]:
    facts = [FactView(t("租约"), file.lease.ref, file.lease.model, href=f"/my/leases/{file.lease.ref}")]
    if money.agreement_signed_at is not None:
        facts.append(FactView(t("签署时间"), f"{beijing_at(money.agreement_signed_at):%Y-%m-%d %H:%M}"))
        facts.append(FactView(t("只用来付"), t("这份租约到期的租金和违约金")))
    return tuple(facts)


def _next(money: LeasePayments, statement: BillStatement, t: Words) -> FigureView | None:
    """The next deduction with the bills it is for."""
    attempt = money.next_attempt
    if attempt is None:
        return None
    lines = [line for line in statement.lines if line.charge_id in attempt.covers]
    working = tuple(f"{bill_name(line.kind, line.no, t)} {plain_fen(line.outstanding_fen)}" for line in lines)
    return FigureView(attempt.amount_fen, (*working, attempt.why), (), ("DEDUCT-1",))


def _next_text(money: LeasePayments, t: Words) -> str:
    if money.next_attempt is not None:
        at = beijing_at(money.next_attempt.at)
        return t("{at} 起扣款；之前付清就不会再扣", at=f"{at:%m-%d %H:%M}")
    return t("近期没有要扣的账单") if money.agreement_signed_at else t("不会再自动扣款")


def _rules(t: Words) -> tuple[str, ...]:
    return (
        t("只扣已经到期、没有争议的金额；有争议的部分等裁定后再说。"),
        t("一天最多扣一次；余额不足时，下一次先扣最早的一笔。"),
        t("每一次扣款都有单号，超时或重试都不会重复扣。"),
    )


def _links(money: LeasePayments, ref: str, t: Words) -> tuple[LinkView, ...]:
    links = [LinkView(t("付款和余额"), f"/my/leases/{ref}/payments")]
    waits = next((one for one in money.orders if one.state is OrderState.OPEN and one.kind is OrderKind.DEDUCT), None)
    if waits is not None:
        links.insert(0, LinkView(t("有一笔扣款正在处理"), order_href(ref, waits)))
    return tuple(links)


def _end_form(ref: str, tried: Tried | None, t: Words) -> FormView:
    return form_view(
        "end_lease_agreement", f"/my/leases/{ref}/agreement/end", "", t("确认终止代扣"), tried=tried, main=True,
        folded=False,
    )  # fmt: skip


def _after(t: Words) -> tuple[str, ...]:
    return (
        t("以后不再自动扣款；已经安排、还没发出的扣款会取消。"),
        t("账单照常到期，需要您自己付：联系我们登记银行转账，或重新签署协议后在这里付。"),
        t("到期没有付的，会按合同计逾期违约金。"),
        t("租约的其他约定不变。"),
    )


end = act(
    end_lease_agreement, EndAgreement, _again, "/my/leases/{lease_ref}/agreement", "代扣协议已终止，不会再自动扣款"
)
