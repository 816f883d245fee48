"""/my/leases/{ref}/statement: the statement by month or all; as a file for a spreadsheet, as a letter to keep."""

from datetime import date
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.leases.use_cases.statement import ExportStatement, export_statement
from shouwen.features.money.statement import BillLine, BillStatement
from shouwen.features.money.types import ChargeKind
from shouwen.features.papers.use_cases_statement import StatementWritten, WriteStatement, write_statement
from shouwen.kernel.days import add_months
from shouwen.kernel.errors import BadInput
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, PillView
from shouwen.mount.web.acts import Tried, act, form_view
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.money_bits import line_href, line_name, settled_pill
from shouwen.mount.web.portal.money_views import BillRowView, PeriodView, PortalStatementPageView
from shouwen.platform.decode import decode

_FORM = "own_statement"


async def statement_page(request: Request) -> Response:
    """Every line of a month, or of the whole lease."""
    return await _page(request, None)


def _asked(request: Request) -> dict[str, str]:
    return {name: request.query_params[name] for name in ("from_on", "until_on") if request.query_params.get(name)}


async def _page(request: Request, tried: Tried | None) -> Response:
    path, span = {"lease_ref": request.path_params["lease_ref"]}, _asked(request)
    if tried is not None:
        span = {name: tried.typed[name][0] for name in ("from_on", "until_on") if tried.typed.get(name, [""])[0]}
    whole = await run(request, leases.read_bills, decode(leases.ReadBills, path, (), b""))
    try:
        command = decode(leases.ReadBills, path, tuple(span.items()), b"")
    except BadInput:
        if tried is None:
            raise
        command, span = decode(leases.ReadBills, path, (), b""), {}
    found = whole if not span else await run(request, leases.read_bills, command)
    now = await around(request)
    t = words(request)
    base = f"/my/leases/{found.lease_ref}"
    query = f"?{urlencode(span)}" if span else ""
    view = PortalStatementPageView(
        human=now.human(t, lease_ref=found.lease_ref, about="billing_question"),
        lease_ref=found.lease_ref,
        model=found.model,
        on=found.statement.on,
        periods=_periods(whole.statement, command.from_on, base, t),
        sums=_sums(found.statement, t),
        rows=tuple(_row(line, found.lease_ref, found.statement.on, t) for line in found.statement.lines),
        csv_href=f"{base}/statement.csv{query}",
        letter=_letter(base, span, tried, t),
        papers_href=f"{base}/papers",
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def _periods(whole: BillStatement, from_on: date | None, base: str, t: Words) -> tuple[PeriodView, ...]:
    """All, then each month that has a bill."""
    months = sorted({line.due_on.replace(day=1) for line in whole.lines})
    spans = [PeriodView(t("全部"), f"{base}/statement", from_on is None)]
    for first_on in months:
        last_on = date.fromordinal(add_months(first_on, 1).toordinal() - 1)
        query = urlencode({"from_on": first_on.isoformat(), "until_on": last_on.isoformat()})
        spans.append(PeriodView(f"{first_on:%Y-%m}", f"{base}/statement?{query}", from_on == first_on))
    return tuple(spans)


def _sums(statement: BillStatement, t: Words) -> tuple[FactView, ...]:
    sums = statement.sums
    facts = [FactView(t("应付"), format_fen(sums.amount_fen)), FactView(t("已付"), format_fen(sums.paid_fen))]
    if sums.waived_fen:
        facts.append(FactView(t("减免"), format_fen(sums.waived_fen)))
    if sums.written_off_fen:
        facts.append(FactView(t("核销"), format_fen(sums.written_off_fen)))
    facts.append(FactView(t("未付"), format_fen(sums.outstanding_fen), t("应付 − 已付 − 减免 − 核销")))
    if statement.credit_fen:
        facts.append(FactView(t("余额"), format_fen(statement.credit_fen), t("账单到期时自动抵付")))
    return tuple(facts)


def _row(line: BillLine, lease_ref: str, on: date, t: Words) -> BillRowView:
    if not line.outstanding_fen:
        state = settled_pill(line, t)
    elif line.state == "overdue" and line.kind is not ChargeKind.LATE_FEE:
        state = PillView(t("逾期 {n} 天", n=line.days_overdue), "red")
    else:
        state = PillView(t("待付"), "plain") if line.due_on <= on else PillView(t("未到期"), "plain")
    return BillRowView(
        label=line_name(line, t), href=line_href(lease_ref, f"{line.kind}-{line.no}"), due_on=line.due_by,
        state=state, amount_fen=line.outstanding_fen, whole_fen=line.amount_fen,
        note=t("合同 {no} 条", no=line.clause) if line.clause else "",
    )  # fmt: skip


def _letter(base: str, span: dict[str, str], tried: Tried | None, t: Words) -> FormView:
    fields = tuple(FieldView(name=name, kind="hidden", value=value) for name, value in span.items())
    return form_view(
        _FORM, f"{base}/statement", "", t("生成 PDF 对账单"), fields, tried=tried, folded=False,
        lead=t("会封存一份，几秒后可以下载，以后也能在函件里找到。"),
    )  # fmt: skip


def _written(request: Request, answer: StatementWritten) -> str:
    return f"/my/papers/{answer.paper_ref}"


write_letter = act(write_statement, WriteStatement, _page, _written, "对账单已生成并封存", name=_FORM)


async def statement_file(request: Request) -> Response:
    """The same as CSV."""
    path = {"lease_ref": request.path_params["lease_ref"]}
    found = await run(request, export_statement, decode(ExportStatement, path, tuple(_asked(request).items()), b""))
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"}
    return Response(found.text, media_type=found.media_type, headers=headers)
