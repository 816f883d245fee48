"""GET /desk/leases: every lease, newest first; by number or state, fifty a page."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.leases.public import STATE_ZH
from shouwen.features.leases.types import LeaseListRow, LeaseState
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.errors import BadInput
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ChoiceView, DeskLeasesView, ListRowView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, problem_view, run, words
from shouwen.mount.web.portal.bits import lease_pill
from shouwen.platform.decode import decode

NUMBER = re.compile(r"[0-9]{4,40}|[Zz][Ll]-[0-9-]{0,37}")
_MOST = 40


def routes() -> list[Route]:
    """One page."""
    return [page("GET", "/desk/leases", listed)]


async def listed(request: Request) -> Response:
    """A number that is none is said beside the field, and nothing else is lost."""
    t, params = words(request), request.query_params
    q = params.get("q", "").strip().replace("\x00", "")[:_MOST]
    state = next((one for one in LeaseState if one == params.get("state")), None)
    pairs = [("q", q), ("after", params.get("after", "")), ("state", state or "")]
    found, problem = None, None
    try:
        if q and not NUMBER.fullmatch(q):
            raise _no_number()
        asked = decode(leases.ListLeases, {}, [(name, value) for name, value in pairs if value], b"")
        found = await run(request, leases.list_leases, asked)
    except BadInput as refusal:
        problem = problem_view(request, refusal)
    more = ""
    if found is not None and found.next_after is not None:
        more = f"/desk/leases?state={state or ''}&q={q}&after={found.next_after}"
    view = DeskLeasesView(
        q=q,
        state=state or "",
        states=tuple(ChoiceView(str(one), t(STATE_ZH[one])) for one in LeaseState),
        rows=tuple(lease_row(row, t) for row in found.rows) if found else (),
        more_href=more,
        problem=problem,
    )
    return await desk_html(request, view, 422 if problem else 200)


def _no_number() -> BadInput:
    return BadInput(
        "q", "这不是租约号，也不是末四位数字", "this is no lease number and no last four digits",
        remedy_zh="按姓名或手机号查找，请用“查找”", remedy_en="use Find for names and phone numbers",
    )  # fmt: skip


def lease_row(row: LeaseListRow, t: Words) -> ListRowView:
    """A lease in a list of the desk: who, which phone, how far, what is late."""
    paid = t("已付 {k} / {n} 期", k=row.settled, n=row.periods) if row.periods else t("还没有签约")
    late = t("逾期 {n} 期", n=row.overdue) if row.overdue else ""
    return ListRowView(
        href=f"/desk/leases/{row.ref}",
        title=f"{row.renter_name_masked} · {row.model}",
        text=" · ".join(part for part in (row.storage, row.colour, paid, late) if part),
        ref=row.ref,
        pill=lease_pill(row.state, t),
    )
