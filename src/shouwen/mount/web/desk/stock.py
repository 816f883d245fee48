"""GET /desk/stock: the phones, by state or by the last digits of the IMEI; taking them in and moving them."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.stock import use_cases as stock
from shouwen.features.stock.rules.unit import UNIT_LIFE, WAREHOUSE_ACTS
from shouwen.features.stock.types import UNIT_ACT_ZH, UNIT_STATE_ZH, UnitState
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import PillView, Tone
from shouwen.mount.web.acts import DONE, Tried, act, form_view, said
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.desk.work_shell import work_tabs
from shouwen.mount.web.desk.work_views import StockView, UnitRowView
from shouwen.mount.web.page import field, form, page, problem_view, run, see, words
from shouwen.platform.decode import decode

_TONE: dict[UnitState, Tone] = {
    UnitState.IN_STOCK: "moss", UnitState.RESERVED: "pine", UnitState.INSPECTING: "amber", UnitState.LOST: "red",
}  # fmt: skip
_COLUMNS = ("imei", "model", "storage", "colour", "condition_grade", "serial_no")


def routes() -> list[Route]:
    """The list, taking in, moving."""
    DONE[_REGISTERED] = "已登记入库"
    return [
        page("GET", "/desk/stock", listed),
        page("POST", "/desk/stock", register),
        page(
            "POST", "/desk/stock/{unit_ref}/moves", act(stock.move_unit, stock.MoveUnit, moved, "/desk/stock", "已办理")
        ),
    ]


_REGISTERED = "register_units"


async def listed(request: Request) -> Response:
    """Fifty a page, newest first."""
    return await _page(request, None)


async def moved(request: Request, tried: Tried | None) -> Response:
    """A move that was refused: the phone it was about stands first, with what is wrong."""
    return await _page(request, tried)


async def register(request: Request) -> Response:
    """One phone a line, as a spreadsheet gives it: IMEI, model, storage, colour, grade, serial number."""
    fields = await form(request)
    try:
        units = _lines(field(fields, "lines"))
        asked = decode(stock.RegisterUnits, {}, (), msgspec.json.encode({"units": units}))
        await run(request, stock.register_units, asked, fields)
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await _page(request, Tried(_REGISTERED, fields, problem_view(request, refusal), refusal.status))
    return see(f"/desk/stock?done={_REGISTERED}")


def _lines(text: str) -> list[dict[str, str]]:
    """The lines as phones; a line that has too few or too many cells is named by its number."""
    found = []
    for no, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.replace("，", ",").replace("\t", ",").split(",")]
        if not 2 <= len(cells) <= len(_COLUMNS) or not all(cells[:2]):
            raise BadInput(
                "lines", f"第 {no} 行要有 IMEI 和型号，最多六项，用逗号或制表符隔开",
                f"line {no} needs an IMEI and a model, at most six cells",
                remedy_zh="例如：356938035643809,iPhone 15 Pro,256G,原色,A 级,F2LXK1", remedy_en="see the example",
            )  # fmt: skip
        found.append(dict(zip(_COLUMNS, cells, strict=False)))
    if not found:
        raise BadInput("lines", "还没有写手机", "no phone is given", remedy_zh="每行一台", remedy_en="one a line")
    return found


async def _page(request: Request, tried: Tried | None) -> Response:
    t, params = words(request), request.query_params
    q, state, problem, found = params.get("q", "").strip(), params.get("state", ""), None, None
    pairs = [(name, value) for name, value in (("q", q), ("state", state), ("after", params.get("after", ""))) if value]
    try:
        found = await run(request, stock.list_units, decode(stock.ListUnits, {}, pairs, b""))
    except BadInput as refusal:
        problem = problem_view(request, refusal)
    if found is not None and tried is not None and tried.name == "move_unit":
        found = await run(request, stock.list_units, stock.ListUnits())
    rows = () if found is None else tuple(_row(unit, tried, request, t) for unit in found.rows)
    view = StockView(
        title=t("库存"),
        tabs=work_tabs(request, "stock"),
        said=said(request, t),
        q=q,
        states=tuple(PickView(str(one), t(UNIT_STATE_ZH[one]), str(one) == state) for one in UnitState),
        rows=rows,
        register=_register(tried, t),
        more_href=""
        if found is None or found.next_after is None
        else f"/desk/stock?q={q}&state={state}&after={found.next_after}",
        problem=problem,
    )
    status = tried.status if tried else 422 if problem else 200
    return await desk_html(request, view, status)


def _register(tried: Tried | None, t: Words) -> FormView:
    hint = t("每行一台：IMEI, 型号, 容量, 颜色, 成色, 序列号。可以从表格里整块粘贴；已在册的不会改动。")
    lines = FieldView(name="lines", label=t("手机"), kind="area", hint=hint, max_length=60_000)
    return form_view(_REGISTERED, "/desk/stock", t("登记入库"), t("登记入库"), (lines,), tried=tried, main=True)


def _row(unit: stock.UnitLine, tried: Tried | None, request: Request, t: Words) -> UnitRowView:
    mine = tried if tried is not None and request.path_params.get("unit_ref") == unit.ref else None
    possible = [one for one in UNIT_LIFE[unit.state] if one in WAREHOUSE_ACTS]
    move = None
    if possible:
        fields = (
            FieldView(
                name="act", label=t("怎样处理"), kind="select",
                picks=tuple(PickView(str(one), t(UNIT_ACT_ZH[one])) for one in possible),
            ),
            FieldView(name="why", label=t("说明"), required=False),
        )  # fmt: skip
        action = f"/desk/stock/{unit.ref}/moves"
        move = form_view("move_unit", action, t("处理"), t("办理"), fields, tried=mine)
    return UnitRowView(
        ref=unit.ref,
        model=" ".join(part for part in (unit.model, unit.storage, unit.colour, unit.condition_grade) if part),
        imei=unit.imei,
        serial_no=unit.serial_no,
        state=PillView(t(unit.state_zh), _TONE.get(unit.state, "plain")),
        since=unit.since,
        held=t("争议中，保持原状（{subject}）", subject=unit.held_for) if unit.held_for else "",
        form=move,
    )
