"""GET /desk/arrears: leases in arrears by the age of their oldest open rent, the oldest first."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.arrears.use_cases import reading as arrears
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.lease_views import LeaseTabLinkView
from shouwen.mount.pages.views import LinkView, PillView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.desk.work_shell import work_tabs
from shouwen.mount.web.desk.work_views import ArrearsListView, ArrearsRowView
from shouwen.mount.web.page import page, run, words
from shouwen.mount.web.portal.bits import lease_pill
from shouwen.platform.decode import decode


def routes() -> list[Route]:
    """One page."""
    return [page("GET", "/desk/arrears", listed)]


async def listed(request: Request) -> Response:
    """Fifty a page; an age band narrows."""
    t, params = words(request), request.query_params
    bucket = params.get("bucket", "")
    pairs = [(name, params[name]) for name in ("bucket", "after") if params.get(name)]
    found = await run(request, arrears.list_arrears, decode(arrears.ListArrears, {}, pairs, b""))
    bands = (("", t("全部")), ("1", t("1–30 天")), ("31", t("31–60 天")), ("61", t("61–90 天")), ("91", t("90 天以上")))
    view = ArrearsListView(
        title=t("逾期租约"),
        tabs=work_tabs(request, "arrears"),
        on=found.on,
        bands=tuple(
            LeaseTabLinkView(label, f"/desk/arrears?bucket={key}" if key else "/desk/arrears", key == bucket)
            for key, label in bands
        ),
        rows=tuple(_row(row, t) for row in found.rows),
        more_href=f"/desk/arrears?bucket={bucket}&after={found.next_after}" if found.next_after else "",
    )
    return await desk_html(request, view)


def _row(row: arrears.ArrearsRow, t: Words) -> ArrearsRowView:
    lease = row.lease
    marks = [lease_pill(lease.state, t)]
    if lease.frozen:
        marks.append(PillView(t("已冻结"), "amber"))
    if lease.demanded:
        marks.append(PillView(t("已催告"), "red"))
    return ArrearsRowView(
        href=f"/desk/leases/{lease.lease_ref}/arrears",
        title=f"{lease.renter_name_masked} · {lease.model}",
        ref=lease.lease_ref,
        days=row.days,
        oldest=t("第 {no} 期起，共 {n} 期", no=lease.oldest_no, n=lease.instalments),
        oldest_due_on=lease.oldest_due_on,
        overdue_fen=lease.overdue_fen,
        marks=tuple(marks),
        case=LinkView(lease.case_ref, f"/desk/cases/{lease.case_ref}") if lease.case_ref else None,
    )
