"""An inspector's own report, to read: as it was filed, and what became of it."""

from typing import ClassVar

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.disputes.rows import InspectionReport, ReportFinding
from shouwen.features.disputes.types import FINDING_KIND_ZH, PART_ZH, SEVERITY_ZH, STATED_CAUSE_ZH, TRACE_ZH, ClaimState
from shouwen.features.disputes.use_cases.inspecting import ReadInspection, read_inspection
from shouwen.features.leases.public import INSPECTOR_STATES
from shouwen.kernel.days import beijing_at
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, MediaView, PillView
from shouwen.mount.web.desk.bits import claim_pill
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words
from shouwen.platform.decode import decode

_SIGHTS = {True: "看得见", False: "看不见，属于正常损耗", None: "不适用（功能问题）"}


class ReportMarkView(Struct, frozen=True, kw_only=True):
    """A mark of the report; `photo` while its inspector may still see it."""

    no: int
    facts: tuple[FactView, ...]
    words: str
    photo: MediaView | None = None


class ReportView(Struct, frozen=True, kw_only=True):
    """GET /desk/inspections/{inspection_ref}: one's own report, nothing to change."""

    template: ClassVar[str] = "disputes/inspection_report.html"
    model: str
    lease_ref: str
    state: PillView
    facts: tuple[FactView, ...]
    marks: tuple[ReportMarkView, ...]
    note: str = ""
    video: MediaView | None = None


def routes() -> list[Route]:
    """The one page; registered after `new`."""
    return [page("GET", "/desk/inspections/{inspection_ref}", report)]


async def report(request: Request) -> Response:
    """What one wrote oneself; anybody else's is absent."""
    found = await run(request, read_inspection, decode(ReadInspection, request.path_params, (), b""))
    return await desk_html(request, report_view(found, words(request)))


def report_view(found: InspectionReport, t: Words) -> ReportView:
    """The report in words; photos and video as long as the phone is being settled."""
    seen = found.lease_state in INSPECTOR_STATES
    shown = found.unboxing_ref if seen else None
    video = t("没有") if found.unboxing_ref is None else found.unboxing_ref
    return ReportView(
        model=found.model,
        lease_ref=found.lease_ref,
        state=claim_pill(ClaimState(found.claim_state), t)
        if found.claim_state
        else PillView(t("没有发现痕迹"), "moss"),
        facts=(
            FactView(t("签收"), found.received_on.isoformat()),
            FactView(t("提交时间"), f"{beijing_at(found.inspected_at):%Y-%m-%d %H:%M}"),
            FactView(t("所见 IMEI 末四位"), found.imei_seen[-4:]),
            FactView(
                t("开箱视频"), video, t("连续、没有剪辑") if found.unboxing_ref and found.unboxing_continuous else ""
            ),
        ),
        marks=tuple(_mark(one, t, seen=seen) for one in found.findings),
        note=found.note,
        video=MediaView(ref=shown, name=t("开箱视频"), kind="video") if shown else None,
    )


def _mark(one: ReportFinding, t: Words, *, seen: bool) -> ReportMarkView:
    names = t(PART_ZH[one.part]), t(FINDING_KIND_ZH[one.kind]), t(SEVERITY_ZH[one.severity])
    facts = [
        FactView(t("部位、种类、程度"), " · ".join(names)),
        FactView(t("原因（只写看到的）"), t(STATED_CAUSE_ZH[one.cause])),
        FactView(t("30 cm 自然光下"), t(_SIGHTS[one.visible_at_30cm])),
        FactView(t("价目表"), format_fen(one.price_fen)),
    ]
    if one.length_mm is not None:
        facts.append(FactView(t("长度"), f"{one.length_mm} mm"))
    if one.traces:
        facts.append(FactView(t("同处痕迹"), " · ".join(t(TRACE_ZH[trace]) for trace in one.traces)))
    photo = MediaView(ref=one.photo_ref, name=t("近照"), kind="image") if one.photo_ref and seen else None
    return ReportMarkView(no=one.no, facts=tuple(facts), words=one.words, photo=photo)
