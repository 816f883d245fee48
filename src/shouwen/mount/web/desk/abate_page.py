"""/desk/leases/{ref}/abatements?from_on=&to_on=: the rent of some days with its working, then the button."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.leases.use_cases.abating import (
    AbatementQuote,
    AbateRent,
    QuoteAbatement,
    abate_rent,
    quote_abatement,
)
from shouwen.kernel.errors import Refusal
from shouwen.mount.pages.form_views import FieldView
from shouwen.mount.pages.views import FigureView
from shouwen.mount.web.acts import Show, Tried, act, form_view
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.life_bits import clause_links
from shouwen.mount.web.desk.money_views import LeaseStepView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import Edge, form, page, problem_view, run, see, words
from shouwen.platform.decode import decode

DAYS = "abate_days"
_HERE = "/desk/leases/{lease_ref}/abatements"
_ASKED = ("from_on", "to_on")


def routes_with(show: Show) -> list[Route]:
    """The question from the page `show`, where a refusal of the days stands; the step; the act."""
    done = act(abate_rent, AbateRent, _step, "/desk/leases/{lease_ref}/phone#abated", "已减租", name=DAYS)
    asked = page("POST", "/desk/leases/{lease_ref}/abatement-days", _asking(show))
    return [asked, page("GET", _HERE, _stepping(show)), page("POST", _HERE, done)]


def _asking(show: Show) -> Edge:
    async def ask(request: Request) -> Response:
        typed = await form(request)
        try:
            found = await _quote(request, {name: (typed.get(name) or [""])[0].strip() for name in _ASKED})
        except Refusal as refusal:
            return await _again(request, show, typed, refusal)
        days = urlencode({"from_on": found.from_on.isoformat(), "to_on": found.to_on.isoformat()})
        return see(f"/desk/leases/{found.lease_ref}/abatements?{days}")

    return ask


def _stepping(show: Show) -> Edge:
    async def step(request: Request) -> Response:
        try:
            return await _step(request, None)
        except Refusal as refusal:
            return await _again(request, show, {name: [request.query_params.get(name, "")] for name in _ASKED}, refusal)

    return step


async def _again(request: Request, show: Show, typed: dict[str, list[str]], refusal: Refusal) -> Response:
    if refusal.status in (401, 404):
        raise refusal
    return await show(request, Tried(DAYS, typed, problem_view(request, refusal), refusal.status))


async def _quote(request: Request, days: dict[str, str]) -> AbatementQuote:
    given = [(name, value) for name, value in days.items() if value]
    asked = decode(QuoteAbatement, {"lease_ref": request.path_params["lease_ref"]}, given, b"")
    return await run(request, quote_abatement, asked)


async def _step(request: Request, tried: Tried | None) -> Response:
    source = request.query_params if tried is None else {name: (tried.typed.get(name) or [""])[0] for name in _ASKED}
    file, t = await lease_file(request), words(request)
    ref = file.lease.ref
    back = f"/desk/leases/{ref}/phone#abated"
    try:
        quote = await _quote(request, {name: str(source.get(name, "")) for name in _ASKED})
    except Refusal:
        if tried is None:
            raise
        view = LeaseStepView(
            head=lease_head(request, file, "phone"), title=t("现在不能减租"), back=back, form=None,
            lead=t("{why}。{remedy}", why=tried.problem.text, remedy=tried.problem.remedy),
        )  # fmt: skip
        return await desk_html(request, view, tried.status)
    fields = (
        FieldView(name="from_on", kind="hidden", value=quote.from_on.isoformat()),
        FieldView(name="to_on", kind="hidden", value=quote.to_on.isoformat()),
        FieldView(name="why", label=t("原因"), kind="area", max_length=500, placeholder=t("租客看得到这句话")),
    )
    view = LeaseStepView(
        head=lease_head(request, file, "phone"),
        title=t("没有手机可用的日子减租"),
        back=back,
        lead=t("{a} 到 {b}，{n} 天", a=quote.from_on, b=quote.to_on, n=(quote.to_on - quote.from_on).days + 1),
        form=form_view(
            DAYS, f"/desk/leases/{ref}/abatements", "", t("减租"), fields, tried=tried, main=True, folded=False
        ),
        figure=FigureView(quote.amount_fen, quote.working, clause_links(ref, quote.clauses), quote.rules),
        figure_label=t("这几天的租金"),
        follows=(
            t("未付的从账单减，已付的转为余额；这几天以前减免过的不再减"),
            t("超出您的权限会转审批（AUTH-1）"),
            t("买断阶梯不变：减的租金算已付（BUY-1）"),
        ),
        rule="ABATE-1",
    )  # fmt: skip
    return await desk_html(request, view, tried.status if tried else 200)
