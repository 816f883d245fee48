"""A case's dossiers for staff: ask for one, download it on record."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.cases import use_cases as cases
from shouwen.features.dossiers import use_cases as dossiers
from shouwen.features.dossiers.types import DossierRow
from shouwen.mount.pages.formats import moment_text, size_text
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import LinkView, ListRowView, PillView
from shouwen.mount.web.desk.bits import case_title
from shouwen.mount.web.desk.own_views import DeskDossiersView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import form, page, run, see, words
from shouwen.mount.web.portal.dossier import dossier_file
from shouwen.platform import clock
from shouwen.platform.decode import decode


def routes() -> list[Route]:
    """List, request, download."""
    base = "/desk/cases/{case_ref}/dossier"
    return [page("GET", base, listed), page("POST", base, ask), page("GET", "/desk/dossiers/{dossier_ref}", download)]


async def listed(request: Request) -> Response:
    """The dossiers of a case, newest first."""
    case = await run(request, cases.read_case, decode(cases.ReadCase, request.path_params, (), b""))
    found = await run(request, dossiers.list_dossiers, dossiers.ListDossiers(case.case.ref))
    t = words(request)
    view = DeskDossiersView(
        case_ref=case.case.ref,
        title=case_title(case.case.type, t),
        rows=tuple(_row(row, t) for row in found),
        back=LinkView(t("回到会话"), f"/desk/cases/{case.case.ref}"),
    )
    return await desk_html(request, view)


def _row(row: DossierRow, t: Words) -> ListRowView:
    href = f"/desk/dossiers/{row.ref}"
    ready = row.state == "ready"
    size = size_text(row.size_bytes) if ready else t("正在准备")
    return ListRowView(
        href=href if ready else f"/desk/cases/{row.case_ref}/dossier",
        title=row.ref,
        text=f"{moment_text(row.requested_at, clock.now(), t)} · {size}",
        pill=PillView(t("可下载"), "moss") if ready else PillView(t("准备中"), "amber"),
        action=LinkView(t("下载"), href, True) if ready else None,
    )


async def ask(request: Request) -> Response:
    """Have one prepared; asking twice joins the one under way."""
    fields = await form(request)
    asked = decode(dossiers.ExportDossier, request.path_params, (), b"")
    await run(request, dossiers.export_dossier, asked, fields)
    return see(f"/desk/cases/{asked.case_ref}/dossier")


async def download(request: Request) -> Response:
    """The file; the download is on record."""
    return await dossier_file(request)
