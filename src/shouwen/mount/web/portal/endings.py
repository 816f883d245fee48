"""/my/leases/{ref}/ending: the ways the lease can end or go on, side by side: what each costs, until when."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import AcceptanceKind, AcceptanceState
from shouwen.features.endings.use_cases import AgreementLine, EndingWay, LeaseAgreements, LeaseEndings
from shouwen.features.leases.types import LeaseFile, LeaseState
from shouwen.kernel.days import end_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.ending_parts import AgreedView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClockView, FactView, PillView, ProblemView
from shouwen.mount.web.page import html, language, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.ending_bits import DAY_S, agreements_of, figure_of, is_open, lease_file, pay_clock
from shouwen.mount.web.portal.ending_views import EndingWayView, PortalEndingsView

_SOON_DAYS = 7
_TITLES = {
    "return": "到期归还",
    "buyout": "买断",
    "renewal": "续租",
    "rent_to_own": "租满归您",
    "early_return": "提前归还",
    "loss": "手机丢了",
}
_TEXTS = {
    "return": "到期那天或之前寄回，验机后解冻押金。",
    "buyout": "手机归您，剩下的租金不再付。",
    "renewal": "手机继续用，租金按期付。",
    "rent_to_own": "按期付完租金，手机就归您。",
    "early_return": "不想等到期，选一天寄回。",
    "loss": "报失后马上锁定手机、暂停扣款；找回全部冲销。",
}
_LAST_DAY = "到期那天寄回。想早几天，请走“提前归还”：没用的日子不收租金。"
_PAGES = {"return": "return", "buyout": "buyout", "renewal": "renewal", "rent_to_own": "buyout",
          "early_return": "early-return", "loss": "lost"}  # fmt: skip
_ACTIONS = {"return": "寄回手机", "buyout": "看买断价", "renewal": "看续租价", "rent_to_own": "看每期价格",
            "early_return": "选一天，看费用", "loss": "去报失"}  # fmt: skip
_AGREED = {
    AcceptanceKind.BUYOUT: ("买断已确认，等付款", "buyout"),
    AcceptanceKind.EARLY_RETURN: ("提前归还已约定，等寄出", "early-return"),
    AcceptanceKind.LOSS: ("遗失结算等付款", "lost"),
}


async def ending(request: Request) -> Response:
    """All ways of one lease."""
    file = await lease_file(request)
    if file.contract is None:
        return see(f"/my/leases/{file.lease.ref}")
    t = words(request)
    ref = file.lease.ref
    now = await around(request)
    found = await run(request, endings.read_endings, endings.ReadEndings(ref))
    agreed = await agreements_of(request)
    busy = _under_way(agreed, ref, t)
    cards = {way.way: _card(way, found, file, request, t, busy=busy is not None) for way in found.ways}
    options = [each for each in ("return", "buyout", "renewal", "rent_to_own") if each in cards]
    title, lead = _said(found, file, t)
    renting = file.lease.state is LeaseState.RENTING
    soon = renting and 0 <= found.days_left <= _SOON_DAYS
    clock = ClockView(t("剩"), end_of(found.ends_on), amber_below_s=3 * DAY_S) if soon else None
    view = PortalEndingsView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        model=file.lease.model,
        title=title,
        lead=lead,
        clock=clock,
        ways=tuple(cards[each] for each in options),
        others=tuple(cards[each] for each in ("early_return", "loss")),
        agreed=busy,
    )
    return html(request, view, **now.counts())


def _said(found: LeaseEndings, file: LeaseFile, t: Words) -> tuple[str, str]:
    day = found.ends_on.isoformat()
    if file.lease.state is not LeaseState.RENTING:
        return t("租期到 {day}", day=day), t("手机现在不在租用中，下面只供参考。")
    if found.days_left > 0:
        lead = t("租期到 {day}。每种办法要付多少、到哪天，都写在下面，您来选，不用现在定。", day=day)
        return t("还有 {n} 天到期", n=found.days_left), lead
    if found.days_left == 0:
        return t("租期今天到期"), t("选一种办理就好；有困难请转人工。")
    lead = t("{day} 到期，手机还在您这里。寄回、买断都可以，办好之前按合同计租；有困难请转人工。", day=day)
    return t("租期已经到了"), lead


def _card(
    way: EndingWay, found: LeaseEndings, file: LeaseFile, request: Request, t: Words, *, busy: bool
) -> EndingWayView:
    ref = file.lease.ref
    english = language(request) == "en"
    why = None
    if way.closed_zh:
        text = way.closed_en if english and way.closed_en else way.closed_zh
        why = ProblemView(text, way.remedy_en if english else way.remedy_zh, way.rule, way.clause)
    figure = figure_of(way.quote, ref, t) if way.quote and not why else None  # no price where it cannot be had
    lost = way.way == "loss" and file.lease.state is LeaseState.LOST  # reported already: its page says how it stands
    later = way.opens_on is not None and way.opens_on > found.on
    waits = busy and way.way != "loss"  # one agreement at a time; a loss is reported whatever is agreed
    opened = not why and not later and not waits
    closed = PillView(
        t("还没到时候") if later and not why else t("先办完上面的") if waits and not why else t("现在不能办")
    )
    return EndingWayView(
        title=t(_TITLES[way.way]),
        pill=PillView(t("已报失")) if lost else PillView(t("可以办"), "pine") if opened else closed,
        text=t(_LAST_DAY) if way.way == "return" and later and found.early_saves_fen else t(_TEXTS[way.way]),
        figure=figure,
        cost=_cost(way, t) if not why and figure is None else "",
        unit=_unit(way, t),
        facts=_facts(way, found, file, t),
        why=why,
        href=f"/my/leases/{ref}/{_PAGES[way.way]}" if opened or lost or way.way == "buyout" else "",
        action=_action(way, t, opened=opened, lost=lost),
    )


def _action(way: EndingWay, t: Words, *, opened: bool, lost: bool) -> str:
    if lost:
        return t("看报失进展")
    if opened:
        return t(_ACTIONS[way.way])
    return t("看为什么") if way.way == "buyout" else ""


def _cost(way: EndingWay, t: Words) -> str:
    return t("不另收费") if way.way == "return" else ""


def _unit(way: EndingWay, t: Words) -> str:
    """What the figure is of."""
    if way.quote is None:
        return ""
    units = {
        "renewal": t("每期"), "buyout": t("今天买断"), "early_return": t("今天寄回"), "loss": t("今天结算"),
        "rent_to_own": t("到租满还要付"),
    }  # fmt: skip
    return units.get(way.way, "")


def _facts(way: EndingWay, found: LeaseEndings, file: LeaseFile, t: Words) -> tuple[FactView, ...]:
    facts: list[FactView] = []
    if way.opens_on is not None and way.opens_on > found.on:
        facts.append(FactView(t("开始办理"), way.opens_on.isoformat()))
    if way.until_on is not None:
        facts.append(FactView(t("办理到"), way.until_on.isoformat()))
    if way.way == "buyout" and way.quote is not None:
        facts.append(FactView(t("办理到"), t("租期内随时；价格每期更新")))
        if file.ladder:
            facts.append(FactView(t("到期再买"), format_fen(file.ladder[-1].price_fen)))
    if way.way in ("return", "early_return") and file.hold is not None and file.hold.open_fen:
        facts.append(FactView(t("押金"), t("验机后解冻 {amount}", amount=format_fen(file.hold.open_fen))))
    credit_fen = int(way.quote.inputs.get("credit_fen", 0)) if way.quote else 0
    if credit_fen:
        facts.append(FactView(t("多付的租金"), t("退还 {amount}", amount=format_fen(credit_fen)), tone="moss"))
    if way.way == "renewal" and way.quote is not None:
        facts.append(FactView(t("租金"), t("不用一次付清")))
    return tuple(facts)


def _under_way(agreed: LeaseAgreements, ref: str, t: Words) -> AgreedView | None:
    """What is agreed already stands above the ways."""
    line: AgreementLine | None = next((one for one in agreed.agreements if is_open(one)), None)
    if line is None or line.kind not in _AGREED or line.state is not AcceptanceState.ACCEPTED:
        return None
    title, page = _AGREED[line.kind]
    return AgreedView(
        title=t(title),
        text=t("办完或失效之前，不能同时办另一种。"),
        clock=pay_clock(line, t),
        href=f"/my/leases/{ref}/{page}",
        action=t("去看进展"),
    )
