"""GET /desk/days: the business days, and how far one of them is, step by step."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.business_day import use_cases as days
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import PillView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.desk.work_shell import work_tabs
from shouwen.mount.web.desk.work_views import DayRowView, DaysView, StepRowView
from shouwen.mount.web.page import page, run, words
from shouwen.platform.decode import decode


def routes() -> list[Route]:
    """The newest day, or a day."""
    return [page("GET", "/desk/days", newest), page("GET", "/desk/days/{on_day}", one)]


async def newest(request: Request) -> Response:
    """The newest day, with the list."""
    return await _page(request, "")


async def one(request: Request) -> Response:
    """A day, with the list."""
    return await _page(request, str(request.path_params["on_day"]))


async def _page(request: Request, on_day: str) -> Response:
    t = words(request)
    lines = await run(request, days.list_business_days, days.ListBusinessDays())
    chosen = on_day or (lines[0].on_day.isoformat() if lines else "")
    steps: tuple[StepRowView, ...] = ()
    on = None
    if chosen:
        path = {"on_day": chosen}
        report = await run(request, days.read_business_day, decode(days.ReadBusinessDay, path, (), b""))
        on = report.on_day
        steps = tuple(
            StepRowView(name=t(s.name_zh), parts=s.parts, done=s.parts_done, made=s.made, spared=s.spared)
            for s in report.steps
        )
    view = DaysView(
        title=t("业务日"),
        tabs=work_tabs(request, "days"),
        days=tuple(
            DayRowView(
                on=line.on_day,
                href=f"/desk/days/{line.on_day.isoformat()}",
                state=_pill(line, t),
                started_at=line.started_at,
                finished_at=line.finished_at,
                here=line.on_day == on,
            )
            for line in lines
        ),
        steps=steps,
        on=on,
    )
    return await desk_html(request, view)


def _pill(line: days.BusinessDayLine, t: Words) -> PillView:
    return PillView(t("已完成"), "moss") if line.finished_at else PillView(t("进行中"), "amber")
