"""/my/cases/{ref}/dossier: one file with everything; opening the page has it prepared, the file is a download."""

import asyncio

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import CasePage
from shouwen.features.dossiers import use_cases as dossiers
from shouwen.features.dossiers.types import DossierRow
from shouwen.kernel.errors import Refusal
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import DossierView, FactView
from shouwen.mount.web.page import html, problem_view, run, words
from shouwen.mount.web.portal.around import around, case_human
from shouwen.mount.web.portal.titles import case_title
from shouwen.platform import clock
from shouwen.platform.decode import decode
from shouwen.platform.door import Door

_LOOKS, _PAUSE_S = 20, 0.3


async def dossier_page(request: Request) -> Response:
    """What is in it and the download; a newer one is prepared where the case went on since the last."""
    path = {"case_ref": request.path_params["case_ref"]}
    case = await run(request, cases.read_case, decode(cases.ReadCase, path, (), b""))
    ready = await _newest(request, case)
    now = await around(request)
    t = words(request)
    view = DossierView(
        human=case_human(case.case, clock.now(), t),
        case_ref=case.case.ref,
        title=case_title(case.case.title, case.case.type, t),
        download_href=f"/my/dossiers/{ready.ref}" if ready.state == "ready" else "",
        contents=_contents(case, t),
        size_bytes=ready.size_bytes,
        problem=None if ready.state == "ready" else problem_view(request, _not_ready()),
    )
    return html(request, view, **now.counts())


async def _newest(request: Request, case: CasePage) -> DossierRow:
    """The newest dossier that holds everything; prepared now if there is none, waited for a few seconds."""
    known = await run(request, dossiers.list_dossiers, dossiers.ListDossiers(case.case.ref))
    fresh = next((row for row in known if row.state == "ready" and row.requested_at >= case.case.last_at), None)
    if fresh is not None:
        return fresh
    asked = await run(request, dossiers.export_dossier, dossiers.ExportDossier(case.case.ref))
    for _ in range(_LOOKS):
        asked = await run(request, dossiers.read_dossier, dossiers.ReadDossier(asked.ref))
        if asked.state == "ready":
            break
        await asyncio.sleep(_PAUSE_S)
    return asked


def _not_ready() -> Refusal:
    return Refusal(
        "dossier_preparing",
        "证据包正在准备，内容多的话要半分钟",
        "the dossier is being prepared; a large one takes half a minute",
        remedy_zh="稍后刷新本页即可下载，不用重新申请",
        remedy_en="reload this page in a moment to download it",
        rule="EVI-5",
    )


def _contents(case: CasePage, t: Words) -> tuple[FactView, ...]:
    facts = [
        FactView(t("摘要"), t("一份可直接阅读的 PDF")),
        FactView(t("沟通记录"), t("全部消息，逐条封存")),
        FactView(t("照片、视频、报告"), t("原件，一个字节都不改")),
        FactView(t("封存证明"), t("存证日志、签名检查点、可信时间戳")),
        FactView(t("核验页"), "verify.html"),
    ]
    if case.lease_ref:
        facts.insert(1, FactView(t("合同"), t("签署版本全文"), href=f"/my/leases/{case.lease_ref}/contract"))
    return tuple(facts)


async def dossier_file(request: Request) -> Response:
    """GET /my/dossiers/{ref}: the file itself; the download is on record."""
    asked = decode(dossiers.ReadDossier, request.path_params, (), b"")
    found = await run(request, dossiers.open_dossier, asked)
    door: Door = request.app.state.door
    path = door.services.storage.path(bytes.fromhex(found.sha256))
    name = f"shouwen-{found.case_ref}-{found.ref}.zip"
    return FileResponse(path, media_type="application/zip", filename=name)
