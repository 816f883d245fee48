"""/desk/leases/{ref}/cancel: what cancelling gives back, then the button; or why it is not possible now."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.leases.types import LeaseFile, LeaseState
from shouwen.features.leases.use_cases.moving import CancelLease, cancel_lease
from shouwen.features.leases.use_cases.order import CancellationQuote, QuoteCancellation, quote_cancellation
from shouwen.kernel.errors import Absent, Refusal
from shouwen.mount.pages.form_views import FieldView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView
from shouwen.mount.web.acts import Tried, act, form_view
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.life_bits import clause_links
from shouwen.mount.web.desk.money_views import LeaseStepView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, problem_view, run, words

_HERE = "/desk/leases/{lease_ref}/cancel"


def routes() -> list[Route]:
    """The step and the act."""
    done = act(cancel_lease, CancelLease, cancel, "/desk/leases/{lease_ref}", "订单已取消，已付的全部退还，押金解冻")
    return [page("GET", _HERE, cancel), page("POST", _HERE, done)]


async def cancel(request: Request, tried: Tried | None = None) -> Response:
    """The amounts first, each with its working."""
    file = await lease_file(request)
    t, ref = words(request), file.lease.ref
    try:
        quote = await run(request, quote_cancellation, QuoteCancellation(ref))
    except Absent:
        raise
    except Refusal as refusal:
        return await desk_html(request, _refused(request, file, refusal, tried), tried.status if tried else 200)
    why = FieldView(name="why", label=t("为什么取消"), max_length=200)
    view = LeaseStepView(
        head=lease_head(request, file, "contract"),
        title=t("取消这笔订单"),
        back=f"/desk/leases/{ref}/contract",
        lead=t("取消后不能恢复；租客还想租，可以重新申请。"),
        form=form_view(
            "cancel_lease",
            f"/desk/leases/{ref}/cancel",
            "",
            t("取消订单"),
            (why,),
            tried=tried,
            main=True,
            folded=False,
        ),
        figure=FigureView(quote.credit_fen, quote.working, rules=quote.rules),
        figure_label=t("退给租客"),
        facts=_facts(quote, ref, t),
        follows=_follows(file, t),
        rule="CANCEL",
    )
    return await desk_html(request, view, tried.status if tried else 200)


def _refused(request: Request, file: LeaseFile, refusal: Refusal, tried: Tried | None) -> LeaseStepView:
    """Why not, and what is possible instead."""
    t, ref = words(request), file.lease.ref
    said = tried.problem if tried else problem_view(request, refusal)
    return LeaseStepView(
        head=lease_head(request, file, "contract"), title=t("现在不能取消这笔订单"), back=f"/desk/leases/{ref}",
        lead=t("{why}。{remedy}", why=said.text, remedy=said.remedy), form=None, rule=said.rule,
    )  # fmt: skip


def _follows(file: LeaseFile, t: Words) -> tuple[str, ...]:
    """What else comes of it."""
    phone = (t("配好的手机放回库存"),) if file.lease.imei and file.lease.state is not LeaseState.SHIPPED else ()
    return t("账单全部冲销，不再扣款"), *phone, t("租客的页面马上更新")


def _facts(quote: CancellationQuote, ref: str, t: Words) -> tuple[FactView, ...]:
    facts: list[FactView] = []
    for label, amount_fen, working, clauses in (
        (t("原路退回"), quote.by_provider_fen, (), ()),
        (t("银行转账"), quote.by_transfer_fen, (), ()),
        (t("押金解冻"), quote.released_fen, (t("押金只是冻结，没有扣款"),), quote.deposit_clauses),
    ):
        if amount_fen:
            figure = FigureView(amount_fen, working, clause_links(ref, clauses), quote.rules)
            facts.append(FactView(label, figure=figure))
    return tuple(facts)
