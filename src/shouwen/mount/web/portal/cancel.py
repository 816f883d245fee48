"""/my/leases/{ref}/cancel: what cancelling gives back, then the renter's word; or why it is not possible now."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseState
from shouwen.features.leases.use_cases.moving import CancelLease, cancel_lease
from shouwen.features.leases.use_cases.order import CancellationQuote, QuoteCancellation, quote_cancellation
from shouwen.kernel.errors import Absent, Refusal
from shouwen.mount.pages.form_views import FieldView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView, LinkView
from shouwen.mount.web.acts import Tried, act, form_view
from shouwen.mount.web.page import html, problem_view, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.lease_file import lease_file
from shouwen.mount.web.portal.life_part import next_act
from shouwen.mount.web.portal.life_views import PortalCancelView

_NAME = "my_cancel"
_WHY = ("不需要了", "想换机型或方案", "等得太久", "信息填错了", "其他原因")


async def cancel_page(request: Request, tried: Tried | None = None) -> Response:
    """The amounts first, each with its working."""
    file = await lease_file(request)
    ref = file.lease.ref
    quote, refusal = None, None
    try:
        quote = await run(request, quote_cancellation, QuoteCancellation(ref))
    except Absent:
        raise
    except Refusal as why:
        refusal = why
    now = await around(request)
    t = words(request)
    picks = tuple(PickView(t(why), t(why)) for why in _WHY)
    form = form_view(
        _NAME, f"/my/leases/{ref}/cancel", "", t("取消这笔订单"),
        (FieldView(name="why", label=t("为什么取消"), kind="select", picks=picks),), tried=tried, main=True,
        folded=False, lead=t("取消后不能恢复；还想租可以重新申请。"),
    )  # fmt: skip
    view = PortalCancelView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        model=file.lease.model,
        back=None if quote is None else FigureView(quote.credit_fen, quote.working, rules=quote.rules),
        facts=() if quote is None else _facts(quote, ref, t),
        form=form if quote else None,
        why_not=problem_view(request, refusal) if refusal else None,
        instead=_instead(file, t) if refusal else (),
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def _facts(quote: CancellationQuote, ref: str, t: Words) -> tuple[FactView, ...]:
    facts: list[FactView] = []
    if quote.by_provider_fen:
        figure = FigureView(quote.by_provider_fen, rules=quote.rules)
        facts.append(FactView(t("原路退回"), figure=figure, note=t("怎么付的怎么退，一般 1 到 3 个工作日")))
    if quote.by_transfer_fen:
        figure = FigureView(quote.by_transfer_fen, rules=quote.rules)
        facts.append(FactView(t("银行转账"), figure=figure, note=t("我们联系您确认账号后转账")))
    if quote.released_fen:
        figure = FigureView(
            quote.released_fen, (t("押金只是冻结，没有扣款"),), clause_refs(ref, quote.deposit_clauses), quote.rules
        )
        facts.append(FactView(t("押金解冻"), figure=figure))
    facts.append(FactView(t("账单"), t("全部冲销，不再扣款")))
    return tuple(facts)


def _instead(file: LeaseFile, t: Words) -> tuple[LinkView, ...]:
    """Where the same wish can still be met."""
    ref = file.lease.ref
    if file.lease.state is LeaseState.SHIPPED:
        return (LinkView(t("看包裹到哪了"), f"/my/leases/{ref}/parcels"),)
    if next_act(file, LeaseAct.SEND_BACK) is not None:
        return (LinkView(t("归还这台手机"), f"/my/leases/{ref}/return"),)
    return (LinkView(t("回到租约"), f"/my/leases/{ref}"),)


cancel = act(cancel_lease, CancelLease, cancel_page, "/my/leases/{lease_ref}", "订单已取消，已付的全部退还", name=_NAME)
