"""The ways a lease can end or go on as the desk reads them out: what each costs, and for another day or term."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.requests import Request

from shouwen.features.contracts.types import Quote
from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import ACCEPTANCE_ZH, AcceptanceState
from shouwen.features.endings.use_cases import AgreementLine, EndingWay, LeaseEndings
from shouwen.features.leases.types import LeaseFile
from shouwen.kernel.days import beijing_on, end_of
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView, PillView, ProblemView, Tone
from shouwen.mount.web.desk.life_bits import clause_links, day_clock
from shouwen.mount.web.desk.life_views import DeskAgreedView, DeskWayView
from shouwen.mount.web.page import problem_view, run, words
from shouwen.platform.decode import decode

_TITLES = {
    "return": "到期归还",
    "buyout": "买断",
    "renewal": "续租",
    "early_return": "提前归还",
    "rent_to_own": "租满归租客",
}
_UNITS = {
    "buyout": "今天买断",
    "renewal": "续租 1 期",
    "early_return": "今天寄回",
    "rent_to_own": "到租满还要付",
}
_LONGEST = timedelta(days=400)
_STATES: dict[AcceptanceState, tuple[str, Tone]] = {
    AcceptanceState.ACCEPTED: ("办理中", "amber"),
    AcceptanceState.PAID: ("已办结", "moss"),
    AcceptanceState.WRITTEN_OFF: ("已核销", "plain"),
    AcceptanceState.LAPSED: ("已失效", "plain"),
    AcceptanceState.REVERSED: ("已冲销", "plain"),
}


def figure_of(quote: Quote, lease_ref: str) -> FigureView:
    """A quote with everything it rests on, its clauses on the desk's contract page."""
    clauses = clause_links(lease_ref, quote.clauses)
    return FigureView(quote.amount_fen, quote.working, clauses, quote.rules, valid_until=end_of(quote.valid_until))


def lines_of(quote: Quote, t: Words) -> tuple[FactView, ...]:
    """The lines of a quote where there are several."""
    if len(quote.lines) < 2:
        return ()
    return tuple(FactView(t(line.label), format_fen(line.amount_fen), note=line.rule) for line in quote.lines)


async def way_views(request: Request, file: LeaseFile, found: LeaseEndings) -> tuple[DeskWayView, ...]:
    """Every way but the loss of the phone, which has its own card; the renter alone agrees to any of them."""
    t = words(request)
    shown = []
    for way in found.ways:
        if way.way == "loss":
            continue
        view = _way(way, file, found, t)
        if way.way == "early_return":
            view = await _another(request, file, view, "back_on", _early)
        if way.way == "renewal":
            view = await _another(request, file, view, "periods", _renewed)
        shown.append(view)
    return tuple(shown)


def _way(way: EndingWay, file: LeaseFile, found: LeaseEndings, t: Words) -> DeskWayView:
    if way.closed_zh:  # its remedies are the renter's: the desk is the person they ask
        text = way.closed_en if t.lang == "en" and way.closed_en else way.closed_zh
        why = ProblemView(text, "", way.rule, way.clause)
        return DeskWayView(title=t(_TITLES[way.way]), state=PillView(t("不能办")), why=why)
    later = way.opens_on is not None and way.opens_on > found.on
    pill = PillView(t("还没到时候")) if later else PillView(t("可以办"), "pine")
    facts = [] if way.opens_on is None or not later else [FactView(t("开始办理"), way.opens_on.isoformat())]
    if way.until_on is not None:
        facts.append(FactView(t("办理到"), way.until_on.isoformat()))
    if way.clause:
        facts.append(FactView(t("条款"), way.clause, href=clause_links(file.lease.ref, (way.clause,))[0].href))
    return DeskWayView(
        title=t(_TITLES[way.way]),
        state=pill,
        unit=t(_UNITS[way.way]) if way.quote is not None and way.way in _UNITS else "",
        figure=None if way.quote is None else figure_of(way.quote, file.lease.ref),
        lines=() if way.quote is None else lines_of(way.quote, t),
        facts=tuple(facts),
        ask=_field(way, found, t),
    )


def _field(way: EndingWay, found: LeaseEndings, t: Words) -> FieldView | None:
    """What else may be asked of this way."""
    if way.quote is None:
        return None
    if way.way == "early_return":
        low, high = found.on, found.on + _LONGEST
        return FieldView(name="back_on", label=t("换一天寄回"), kind="date", value=low.isoformat(),
                         low=low.isoformat(), high=high.isoformat())  # fmt: skip
    if way.way == "renewal":
        return FieldView(name="periods", label=t("续几期"), kind="number", value="1", max_length=2)
    return None


async def _early(request: Request, ref: str, typed: str) -> Quote:
    asked = decode(endings.QuoteEarlyReturn, {"lease_ref": ref}, [("back_on", typed)], b"")
    return await run(request, endings.quote_early_return, asked)


async def _renewed(request: Request, ref: str, typed: str) -> Quote:
    asked = decode(endings.QuoteRenewal, {"lease_ref": ref}, [("periods", typed)], b"")
    return await run(request, endings.quote_renewal, asked)


Ask = Callable[[Request, str, str], Awaitable[Quote]]


async def _another(request: Request, file: LeaseFile, view: DeskWayView, name: str, ask: Ask) -> DeskWayView:
    """The same way for the day or the term typed; what was wrong with it stands beside it."""
    typed = request.query_params.get(name, "").strip()
    if view.ask is None or not typed:
        return view
    t = words(request)
    field = FieldView(
        name=name, label=view.ask.label, kind=view.ask.kind, value=typed[:10], low=view.ask.low, high=view.ask.high,
        max_length=view.ask.max_length,
    )  # fmt: skip
    try:
        quote = await ask(request, file.lease.ref, typed)
    except Refusal as refusal:
        return DeskWayView(
            title=view.title, state=view.state, unit=view.unit, figure=view.figure, lines=view.lines,
            facts=view.facts, ask=field, problem=problem_view(request, refusal),
        )  # fmt: skip
    unit = t("{day} 寄回", day=typed) if name == "back_on" else t("续租 {n} 期", n=typed)
    return DeskWayView(
        title=view.title, state=view.state, unit=unit, figure=figure_of(quote, file.lease.ref),
        lines=lines_of(quote, t), facts=view.facts, ask=field,
    )  # fmt: skip


def agreed_view(one: AgreementLine, file: LeaseFile, t: Words) -> DeskAgreedView:
    """An agreement at its quote, what is open of it, and until when."""
    text, tone = _STATES.get(one.state, ("已核销", "plain"))
    facts = [FactView(t("约定于"), beijing_on(one.accepted_at).isoformat())]
    if one.ended_on is None:
        facts.append(FactView(t("待付"), format_fen(one.open_fen), tone="amber" if one.open_fen else "moss"))
    else:
        facts.append(FactView(t("了结于"), one.ended_on.isoformat()))
    if one.back_on is not None:
        facts.append(FactView(t("寄回"), t("{day} 前", day=one.back_on.isoformat())))
    return DeskAgreedView(
        ref=one.ref,
        title=t(ACCEPTANCE_ZH[one.kind]),
        state=PillView(t(text), tone),
        figure=figure_of(one.quote, file.lease.ref),
        facts=tuple(facts),
        until=day_clock(one.back_on or one.pay_by, file.on, t) if one.ended_on is None else None,
    )
