"""The inspector's pages: phones that wait, the report form, what was filed."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.disputes.public import price_rows
from shouwen.features.disputes.rows import FiledRow, WaitingRow
from shouwen.features.disputes.types import FINDING_KIND_ZH, PART_ZH, SEVERITY_ZH, STATED_CAUSE_ZH, TRACE_ZH, ClaimState
from shouwen.features.disputes.use_cases import inspecting
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import MediaRow, Purpose
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import end_of
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ChoiceView,
    ClockView,
    FactView,
    InspectFormView,
    InspectionsView,
    LinkView,
    ListRowView,
    PillView,
    PriceChoiceView,
    ProblemView,
    UploadView,
)
from shouwen.mount.web.desk.bits import claim_pill, media_tile
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import actor_of, field, form, page, problem_view, run, see, words
from shouwen.platform.decode import decode

Fields = dict[str, list[str]]
_SIGHTS = {"yes": "看得见", "no": "看不见，属于正常损耗", "na": "不适用（功能问题）"}
_FILED = {"1": "已提交，租客已收到通知", "none": "已提交，押金已解冻，没有产生索赔"}
_LONGEST_MM = 1_000
_VIDEO = "video/mp4,video/quicktime,video/webm"
_PHOTO = "image/jpeg,image/png,image/webp"


def routes() -> list[Route]:
    """List, form, filing."""
    return [
        page("GET", "/desk/inspections", inspections),
        page("GET", "/desk/inspections/new", new),
        page("POST", "/desk/inspections", file),
    ]


async def inspections(request: Request) -> Response:
    """What waits, the most urgent first, and what was filed."""
    found = await run(request, inspecting.list_inspections, inspecting.ListInspections())
    t, actor = words(request), actor_of(request)
    view = InspectionsView(
        waiting=tuple(_waiting(row, actor.role, t) for row in found.waiting if row.state == LeaseState.INSPECTING),
        coming=tuple(_waiting(row, actor.role, t) for row in found.waiting if row.state != LeaseState.INSPECTING),
        filed=tuple(_filed(row, actor, t) for row in found.filed),
        notice=t(_FILED.get(request.query_params.get("filed", ""), "")),
    )
    return await desk_html(request, view)


def _waiting(row: WaitingRow, role: Role, t: Words) -> ListRowView:
    href = f"/desk/inspections/new?lease={row.lease_ref}"
    spec = " ".join(part for part in (row.model, row.storage, row.colour) if part)
    here = t("{day} 签收", day=f"{row.returned_on:%m-%d}") if row.returned_on else t("归还途中")
    inspector, arrived = role is Role.INSPECTOR, row.state == LeaseState.INSPECTING
    return ListRowView(
        href=href if inspector else f"/desk/leases/{row.lease_ref}",
        title=spec,
        text=here,
        ref=row.lease_ref,
        clock=ClockView(t("{day} 前验机", day=f"{row.due_on:%m-%d}"), end_of(row.due_on), "amber", fixed=True)
        if row.due_on
        else None,
        action=LinkView(t("验机"), href) if inspector and arrived else None,
    )


def _filed(row: FiledRow, actor: Actor, t: Words) -> ListRowView:
    inspector = actor.role is Role.INSPECTOR
    href = f"/desk/claims/{row.claim_ref}" if row.claim_ref and not inspector else ""
    if inspector and row.inspector_id == actor.id:
        href = f"/desk/inspections/{row.inspection_ref}"
    found = t("{n} 处痕迹", n=row.findings) if row.findings else t("没有发现痕迹")
    pill = claim_pill(ClaimState(row.claim_state), t) if row.claim_state else PillView(t("已解冻押金"), "moss")
    return ListRowView(
        href=href or "/desk/inspections", title=row.model, text=f"{row.inspector_name} · {found}", ref=row.lease_ref,
        pill=pill,
    )  # fmt: skip


async def new(request: Request) -> Response:
    """The report form of one returned phone."""
    return await _form_page(request, request.query_params.get("lease", ""), {}, None)


async def _form_page(request: Request, lease_ref: str, typed: Fields, refusal: Refusal | None) -> Response:
    if actor_of(request).role not in (Role.INSPECTOR, Role.ANONYMOUS):
        raise Absent("页面", "page")
    path = {"lease_ref": lease_ref}
    phone = await run(request, leases.read_phone, decode(leases.ReadPhone, path, (), b""))
    media = await run(request, evidence.list_evidence, decode(evidence.ListEvidence, path, (), b""))
    t = words(request)
    prices = tuple(
        PriceChoiceView(row.key, " ".join((_name(row.part), _name(row.kind), _name(row.severity))), row.price_fen,
                        row.part, row.kind)
        for row in price_rows(phone.damage_prices)
    )  # fmt: skip
    view = _view(phone, media, prices, typed, t, problem_view(request, refusal) if refusal else None)
    return await desk_html(request, view, refusal.status if refusal else 200)


_NAMES: dict[str, str] = {
    **{str(key): zh for key, zh in PART_ZH.items()},
    **{str(key): zh for key, zh in FINDING_KIND_ZH.items()},
    **{str(key): zh for key, zh in SEVERITY_ZH.items()},
}


def _name(key: str) -> str:
    return _NAMES.get(key, key)


def _model(phone: leases.LeasedPhone) -> str:
    return " ".join(part for part in (phone.model, phone.storage, phone.colour) if part)


def _view(
    phone: leases.LeasedPhone, media: list[MediaRow], prices: tuple[PriceChoiceView, ...], typed: Fields, t: Words,
    problem: ProblemView | None,
) -> InspectFormView:  # fmt: skip
    due_on, received_on = phone.inspect_by_on, phone.returned_on or phone.on
    soon = ClockView(t("尽快验机") if phone.returned_on else t("归还途中"))
    mine = [row for row in media if row.purpose == Purpose.INSPECTION]
    photos = tuple(media_tile(row, t) for row in mine if row.mime.startswith("image/"))
    videos = tuple(media_tile(row, t) for row in mine if row.mime.startswith("video/"))
    return InspectFormView(
        lease_ref=phone.lease_ref,
        model=_model(phone),
        received_on=received_on,
        due=ClockView(t("{day} 前验机", day=f"{due_on:%m-%d}"), end_of(due_on), "amber", fixed=True)
        if due_on
        else soon,
        facts=(
            FactView(t("机型"), _model(phone)),
            FactView(t("成色"), phone.condition_grade),
            FactView(t("交付"), f"{phone.handed_over_on:%Y-%m-%d}" if phone.handed_over_on else ""),
            FactView(t("签收"), f"{received_on:%Y-%m-%d}" if phone.returned_on else t("还没有签收")),
        ),
        parts=_choices(PART_ZH, t),
        kinds=_choices(FINDING_KIND_ZH, t),
        severities=_choices(SEVERITY_ZH, t),
        causes=_choices(STATED_CAUSE_ZH, t),
        prices=prices,
        checks=(ChoiceView("unboxing_continuous", t("开箱视频连续、没有剪辑")),),
        sights=_choices(_SIGHTS, t),
        traces=_choices(TRACE_ZH, t),
        photos=UploadView(
            Purpose.INSPECTION, phone.lease_ref, photos, t("近照"), t("每处痕迹至少一张"), _PHOTO, "photos"
        ),
        video=UploadView(
            Purpose.INSPECTION,
            phone.lease_ref,
            videos,
            t("开箱视频"),
            t("从拆封到开机，一镜到底"),
            _VIDEO,
            "video_ref",
            1,
        ),
        handover=tuple(media_tile(row, t) for row in media if row.purpose == Purpose.HANDOVER),
        problem=problem,
        typed=_typed(typed),
        checked=tuple(typed.get("checks", ())),
        findings=max(1, len(_numbers(typed))),
    )


def _typed(fields: Fields) -> dict[str, str]:
    """What stood in the form, its findings numbered from 0."""
    kept = {"imei_last4": field(fields, "imei_last4"), "found": field(fields, "found")}
    for at, no in enumerate(_numbers(fields)):
        for name, values in fields.items():
            if name.startswith(f"finding.{no}."):
                kept[f"finding.{at}.{name.split('.', 2)[2]}"] = values[0]
    return kept


def _choices(names: Mapping[Any, str], t: Words) -> tuple[ChoiceView, ...]:
    return tuple(ChoiceView(str(value), t(label)) for value, label in names.items())


async def file(request: Request) -> Response:
    """File the report; what was typed stays where it is refused."""
    fields = await form(request)
    lease_ref = field(fields, "lease_ref")
    try:
        phone = await run(request, leases.read_phone, decode(leases.ReadPhone, {"lease_ref": lease_ref}, (), b""))
        body: dict[str, object] = {
            "lease_ref": lease_ref,
            "received_on": (phone.returned_on or phone.on).isoformat(),
            "imei_seen": field(fields, "imei_last4").strip(),
            "unboxing_video": field(fields, "video_ref") or None,
            "unboxing_continuous": "unboxing_continuous" in fields.get("checks", []),
            "findings": _findings(fields),
        }
        asked = decode(inspecting.FileInspection, {}, (), msgspec.json.encode(body))
        done = await run(request, inspecting.file_inspection, asked, fields)
    except Absent:
        raise
    except Refusal as refusal:
        if refusal.status == 401:
            raise
        return await _form_page(request, lease_ref, fields, refusal)
    return see(f"/desk/inspections?filed={'1' if done.claim_ref else 'none'}")


def _findings(fields: Fields) -> list[dict[str, object]]:
    """What was found. None only where the inspector says so: an empty form is no phone without marks."""
    if field(fields, "found") == "none":
        return []
    found = [_finding(fields, no) for no in _numbers(fields)]
    if not found:
        raise BadInput(
            "found", "还没有写任何痕迹", "no mark is described yet",
            remedy_zh="填写痕迹，或选“没有发现痕迹”", remedy_en="describe the marks, or choose that there are none",
        )  # fmt: skip
    return found


def _numbers(fields: Fields) -> list[str]:
    """The findings of the form that say anything, in its order."""
    found: dict[str, None] = {}
    for name, values in fields.items():
        parts = name.split(".")
        if len(parts) == 3 and parts[0] == "finding" and any(value.strip() for value in values):
            found[parts[1]] = None
    return list(found)


def _finding(fields: Fields, no: str) -> dict[str, object]:
    def said(name: str) -> str:
        return field(fields, f"finding.{no}.{name}").strip()

    return {
        "part": said("part"),
        "kind": said("kind"),
        "severity": said("severity"),
        "cause": said("cause"),
        "photo": said("photo_ref"),
        "region": _region(said("region"), f"finding.{no}.region"),
        "price": said("price"),
        "words": said("words"),
        "length_mm": _millimetres(said("length_mm"), f"finding.{no}.length_mm"),
        "visible_at_30cm": {"yes": True, "no": False}.get(said("visible")),
        "traces": [trace for trace in TRACE_ZH if said(f"trace_{trace}")],
    }


def _millimetres(text: str, name: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:5]) <= _LONGEST_MM):
        raise BadInput(
            name, f"长度应是 0 到 {_LONGEST_MM:,} 的整数毫米", f"a length is 0 to {_LONGEST_MM} whole millimetres",
            remedy_zh="量不出就留空", remedy_en="leave it empty where it cannot be measured",
        )  # fmt: skip
    return int(text)


def _region(text: str, name: str) -> dict[str, float]:
    try:
        x, y, w, h = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(
            name, "还没有在照片上框出痕迹", "the mark is not drawn on a photo yet",
            remedy_zh="选一张近照，拖动框出痕迹", remedy_en="choose a photo and drag a frame around the mark",
        ) from None  # fmt: skip
    return {"x": x, "y": y, "w": w, "h": h}
