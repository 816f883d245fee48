"""GET /desk/leases/{ref}: what can be done now and is under way; a lease with its bills, ladder, cases and pictures."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import CASE_STATE_ZH, CaseState
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.money.public import BillStatement, bill_no_of
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import BillView, DeskLeaseView, LineView, ListRowView, PillView, Tone
from shouwen.mount.web.desk.bits import clause_refs, media_tile
from shouwen.mount.web.desk.lease_now import next_rows, under_way
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.lease_view import lease_view, renter_view
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words

_BILL: dict[str, tuple[str, Tone]] = {
    "paid": ("已结清", "moss"),
    "open": ("未到期", "plain"),
    "overdue": ("逾期", "red"),
}


def routes() -> list[Route]:
    """One page."""
    return [page("GET", "/desk/leases/{lease_ref}", lease)]


async def lease(request: Request) -> Response:
    """Everything of one lease that the desk may see."""
    file = await lease_file(request)
    bills = await run(request, leases.read_bills, leases.ReadBills(file.lease.ref))
    hits = await run(request, cases.search, cases.Search(file.lease.ref))
    media = await run(request, evidence.list_evidence, evidence.ListEvidence(file.lease.ref))
    t = words(request)
    view = DeskLeaseView(
        head=lease_head(request, file, ""),
        lease=lease_view(file, t),
        now=next_rows(request, file),
        waits=await under_way(request, file),
        renter=renter_view(file.renter, t),
        bills=_bills(file.lease.ref, bills.statement, t),
        ladder_lines=_ladder(file, t),
        cases=tuple(
            ListRowView(
                href=f"/desk/cases/{hit.ref}", title=hit.title, text=t(CASE_STATE_ZH[CaseState(hit.state)]), ref=hit.ref
            )
            for hit in hits
            if hit.kind == "case"
        ),
        media=tuple(media_tile(row, t) for row in media),
    )
    return await desk_html(request, view)


def _bills(lease_ref: str, statement: BillStatement, t: Words) -> tuple[BillView, ...]:
    return tuple(
        BillView(
            label=t("第 {n} 期租金", n=line.no) if line.kind == "rent" else t(line.label),
            due_on=line.due_by,
            state=PillView(t(_BILL[line.state][0]), _BILL[line.state][1]),
            amount_fen=line.amount_fen,
            paid_fen=line.paid_fen,
            waived_fen=line.waived_fen,
            written_off_fen=line.written_off_fen,
            outstanding_fen=line.outstanding_fen,
            working=line.working,
            clauses=clause_refs((line.clause,)),
            href=f"/desk/leases/{lease_ref}/money/lines/{bill_no_of(line.kind, line.no)}",
        )
        for line in statement.lines
    )


def _ladder(file: LeaseFile, t: Words) -> tuple[LineView, ...]:
    return tuple(
        LineView(
            t("已付 {k} 期", k=point.settled) + (t("（现在）") if point.settled == file.settled else ""),
            point.price_fen,
        )
        for point in file.ladder
    )
