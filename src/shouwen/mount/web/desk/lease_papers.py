"""GET /desk/leases/{ref}/papers/{paper_ref}: a letter of a lease to read; its PDF lies under /papers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.papers.use_cases import ReadNamedPaper, read_paper
from shouwen.kernel.errors import Absent
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.money_views import LeasePaperView, PaperPartView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words


def routes() -> list[Route]:
    """One page."""
    return [page("GET", "/desk/leases/{lease_ref}/papers/{paper_ref}", paper_page)]


async def paper_page(request: Request) -> Response:
    """The letter as it was written, with its hash and its PDF once it is printed."""
    file, t = await lease_file(request), words(request)
    paper = await run(request, read_paper, ReadNamedPaper(request.path_params["paper_ref"]))
    if paper.lease_ref != file.lease.ref:
        raise Absent("函件", "letter")
    view = LeasePaperView(
        head=lease_head(request, file, "money"),
        back=f"/desk/leases/{paper.lease_ref}/money#papers",
        title=t(paper.title),
        ref=paper.ref,
        at=paper.written_at,
        greeting=paper.text.greeting,
        summary=paper.text.summary,
        label=paper.text.label,
        amount_fen=paper.text.amount_fen,
        sections=tuple(PaperPartView(one.title, one.lines, one.small) for one in paper.text.sections),
        sha256=paper.text_sha256,
        pdf_href=f"/papers/{paper.ref}.pdf" if paper.pdf_sha256 else "",
        case_href=f"/desk/cases/{paper.case_ref}" if paper.case_ref else "",
    )
    return await desk_html(request, view)
