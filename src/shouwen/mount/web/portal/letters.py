"""/my/leases/{ref}/papers and /my/papers/{ref}: letters and statements on file, to read and to download."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.arrears.use_cases import ReadAges, read_ages
from shouwen.features.papers.types import PAPER_ZH, PaperLine, PaperView
from shouwen.features.papers.use_cases import ReadNamedPaper, read_paper
from shouwen.mount.pages.formats import size_text
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, LinkView, PillView
from shouwen.mount.web.acts import said
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.payment_views import PaperRowView, PaperSectionView, PortalPapersView, PortalPaperView
from shouwen.mount.web.portal.payments import lease_file
from shouwen.platform.decode import decode


async def papers_page(request: Request) -> Response:
    """The letters of one lease, the newest first."""
    file = await lease_file(request)
    ref = file.lease.ref
    papers = () if file.contract is None else (await run(request, read_ages, ReadAges(ref))).papers
    now = await around(request)
    t = words(request)
    links = [LinkView(t("生成一份对账单"), f"/my/leases/{ref}/statement")]
    if file.contract is not None:
        links.insert(0, LinkView(t("合同"), f"/my/leases/{ref}/contract"))
    view = PortalPapersView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        model=file.lease.model,
        rows=tuple(_row(paper, t) for paper in papers),
        links=tuple(links),
    )
    return html(request, view, **now.counts())


def _row(paper: PaperLine, t: Words) -> PaperRowView:
    return PaperRowView(
        title=t(PAPER_ZH[paper.kind]), href=f"/my/papers/{paper.ref}", at=paper.written_at,
        state=_state(t, printed=paper.printed),
    )  # fmt: skip


def _state(t: Words, *, printed: bool) -> PillView:
    return PillView(t("可下载"), "moss") if printed else PillView(t("正在排版"), "amber")


async def paper_page(request: Request) -> Response:
    """One letter: its words at once, its PDF as soon as it is printed."""
    path = {"paper_ref": request.path_params["paper_ref"]}
    paper = await run(request, read_paper, decode(ReadNamedPaper, path, (), b""))
    now = await around(request)
    t = words(request)
    view = PortalPaperView(
        human=now.human(t, lease_ref=paper.lease_ref),
        back_href=f"/my/leases/{paper.lease_ref}/papers",
        title=t(PAPER_ZH[paper.kind]),
        state=_state(t, printed=bool(paper.pdf_sha256)),
        greeting=paper.text.greeting,
        summary=paper.text.summary,
        figure_label=paper.text.label,
        amount_fen=paper.text.amount_fen,
        sections=tuple(PaperSectionView(one.title, one.lines, one.small) for one in paper.text.sections),
        facts=_facts(paper, t),
        download=f"/papers/{paper.ref}.pdf" if paper.pdf_sha256 else "",
        said=said(request, t),
    )
    return html(request, view, **now.counts())


def _facts(paper: PaperView, t: Words) -> tuple[FactView, ...]:
    facts = [
        FactView(t("编号"), paper.ref),
        FactView(t("租约"), paper.lease_ref, href=f"/my/leases/{paper.lease_ref}"),
        FactView(t("内容指纹"), f"{paper.text_sha256[:16]}…", "SHA-256"),
    ]
    if paper.case_ref:
        facts.append(FactView(t("相关的事"), paper.case_ref, href=f"/my/cases/{paper.case_ref}"))
    if paper.pdf_sha256:
        facts.append(FactView("PDF", size_text(paper.size_bytes), t("打开会留下查看记录")))
    return tuple(facts)
