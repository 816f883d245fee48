"""/my/leases/{ref}/early-return: what giving the phone back on a day costs, agreeing on it, getting the phone ready."""

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.contracts.types import Quote
from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import AcceptanceKind, AcceptanceState
from shouwen.features.endings.use_cases import AgreementLine, LeaseEndings
from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases.moving import ReadReturnList, read_return_list
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.ending_parts import AgreedView, BlockView
from shouwen.mount.pages.form_views import FieldView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ContractClauseView, FactView, LinkView, PillView
from shouwen.mount.web.acts import Tried, form_view, said
from shouwen.mount.web.page import html, language, problem_view, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.ending_bits import (
    agreements_of,
    clause_card,
    instead_links,
    is_open,
    lease_file,
    newest,
    not_signed,
    pay_clock,
    priced,
    ways_of,
)
from shouwen.mount.web.portal.ending_views import PortalConfirmView, PortalEarlyReturnView, PrepView
from shouwen.platform.decode import decode

_SUGGESTED_DAYS = 7  # a week to pack the phone, where the term still has one
_ABOUT_THE_DAY = ("back_on", "not_early")


async def early_return(request: Request) -> Response:
    """The price of a day, or where the day agreed on stands."""
    file = await lease_file(request)
    t = words(request)
    ref = file.lease.ref
    now = await around(request)
    agreed = await agreements_of(request)
    line = newest(agreed, AcceptanceKind.EARLY_RETURN)
    steps = await _steps(request, file)
    if line is not None and line.state in (AcceptanceState.ACCEPTED, AcceptanceState.PAID):
        view = PortalEarlyReturnView(
            human=now.human(t, lease_ref=ref), lease_ref=ref, model=file.lease.model, back_on="", low="", high="",
            can_choose=False, agreed=_agreed(line, file, t), steps=steps if is_open(line) else (),
            said=said(request, t),
        )  # fmt: skip
        return html(request, view, **now.counts())
    ways = await ways_of(request, file)
    typed = request.query_params.get("back_on", "")
    day = typed or _suggested(ways, file)
    quote, refusal = await _asked(request, day)
    about_day = refusal is not None and (refusal.field == "back_on" or refusal.code in _ABOUT_THE_DAY)
    view = PortalEarlyReturnView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        model=file.lease.model,
        back_on=day,
        low=file.on.isoformat(),
        high=(ways.ends_on - timedelta(days=1)).isoformat() if ways else "",
        can_choose=quote is not None or about_day,
        quote=priced(t("{day} 寄回，一共要付", day=day), quote, ref, t) if quote else None,
        clause=_clause(file, quote, refusal),
        after=_after(file, quote, t) if quote else (),
        steps=steps if quote else (),
        past=_past(line, t),
        problem=problem_view(request, refusal) if refusal and about_day else None,
        why_not=problem_view(request, refusal) if refusal and not about_day else None,
        instead=instead_links(ref, t) if refusal else (),
        confirm_href=f"/my/leases/{ref}/early-return/agree?back_on={day}" if quote else "",
        said=said(request, t),
    )
    return html(request, view, 422 if refusal and typed and about_day else 200, **now.counts())


def _suggested(ways: LeaseEndings | None, file: LeaseFile) -> str:
    day = file.on + timedelta(days=_SUGGESTED_DAYS)
    last_on = ways.ends_on - timedelta(days=1) if ways else day
    return max(file.on, min(day, last_on)).isoformat()


async def _asked(request: Request, day: str) -> tuple[Quote | None, Refusal | None]:
    try:
        asked = decode(endings.QuoteEarlyReturn, request.path_params, (("back_on", day),), b"")
        return await run(request, endings.quote_early_return, asked), None
    except Absent:
        return None, not_signed()
    except Refusal as refusal:
        return None, refusal


async def _steps(request: Request, file: LeaseFile) -> tuple[PrepView, ...]:
    """The preparation list; none before there is a contract."""
    if file.contract is None:
        return ()
    found = await run(request, read_return_list, ReadReturnList(file.lease.ref))
    if language(request) == "en":
        return tuple(PrepView(step.en, step.why_en, step.needed) for step in found.steps)
    return tuple(PrepView(step.zh, step.why_zh, step.needed) for step in found.steps)


def _clause(file: LeaseFile, quote: Quote | None, refusal: Refusal | None) -> ContractClauseView | None:
    """The clause that sets the fee, or the one that the refusal rests on."""
    if quote is None:
        return clause_card(file, (refusal.clause,) if refusal and refusal.clause else ())
    fee = next((line for line in quote.lines if line.kind == "early_return_fee"), None)
    return clause_card(file, fee.clauses) if fee else None


def _after(file: LeaseFile, quote: Quote, t: Words) -> tuple[FactView, ...]:
    """What comes of it, beyond the price."""
    facts = [FactView(t("什么时候入账"), t("手机寄出后；之前不收一分钱"))]
    credit_fen = int(quote.inputs.get("credit_fen", 0))
    if credit_fen:
        facts.append(FactView(t("多付的租金"), t("退还 {amount}", amount=format_fen(credit_fen)), tone="moss"))
    if file.hold is not None and file.hold.open_fen:
        amount = format_fen(file.hold.open_fen)
        facts.append(FactView(t("押金"), t("{amount}，验机后按合同解冻", amount=amount)))
    facts.append(FactView(t("改主意了"), t("到那天不寄出，约定自动失效，租约照旧")))
    return tuple(facts)


def _agreed(line: AgreementLine, file: LeaseFile, t: Words) -> AgreedView:
    ref = file.lease.ref
    day = f"{line.back_on or line.pay_by:%m-%d}"
    if is_open(line):
        return AgreedView(
            title=t("已约定 {day} 前寄回", day=day),
            text=t("含当天。按清单准备好再寄，寄出后才入账；到期没有寄出就自动失效，不收费。"),
            pill=PillView(t("等您寄出"), "amber"),
            clock=pay_clock(line, t),
            quote=priced(t("约定的费用"), line.quote, ref, t),
            facts=(FactView(t("约定编号"), line.ref), FactView(t("想换一天"), t("等这次失效后重新约定，或转人工"))),
            href=f"/my/leases/{ref}/return",
            action=t("准备好了，登记寄回"),
        )
    return AgreedView(
        title=t("手机已按约定寄出"),
        text=t("提前归还已入账，之后的租金不再收取。多付的会退还。"),
        pill=PillView(t("已办结"), "moss"),
        quote=priced(t("约定的费用"), line.quote, ref, t),
        facts=(FactView(t("约定编号"), line.ref),),
        links=(
            LinkView(t("看包裹到哪了"), f"/my/leases/{ref}/return"),
            LinkView(t("账单里看每一笔"), "/my/bills"),
            LinkView(t("押金什么时候解冻"), f"/my/leases/{ref}/deposit"),
        ),
    )


def _past(line: AgreementLine | None, t: Words) -> AgreedView | None:
    """The last agreement lapsed: nothing was charged."""
    if line is None or line.state is not AcceptanceState.LAPSED:
        return None
    return AgreedView(
        title=t("上次约定的归还没有寄出"),
        text=t(
            "约定 {day} 前寄回，到期没有寄出，已失效；租约照旧，没有收费。可以重新选一天。", day=line.pay_by.isoformat()
        ),
    )


async def confirm(request: Request) -> Response:
    """GET …/early-return/agree?back_on=…: the second step."""
    return await confirm_page(request, None)


async def confirm_page(request: Request, tried: Tried | None) -> Response:
    """The figure of the day, what follows, then the button."""
    file = await lease_file(request)
    t = words(request)
    ref = file.lease.ref
    day = tried.typed.get("back_on", [""])[0] if tried else request.query_params.get("back_on", "")
    quote, _ = await _asked(request, day)
    if quote is None and tried is None:
        return see(f"/my/leases/{ref}/early-return?back_on={_plain(day)}")  # that page says why
    now = await around(request)
    fields = [FieldView(name="back_on", kind="hidden", value=_plain(day))]
    if quote is not None:
        fields.append(FieldView(name="amount_fen", kind="hidden", value=str(quote.amount_fen)))
        fields.append(FieldView(name="valid_until", kind="hidden", value=quote.valid_until.isoformat()))
    view = PortalConfirmView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        title=t("约定提前归还"),
        back_href=f"/my/leases/{ref}/early-return?back_on={_plain(day)}",
        lead=t(
            "{model}，{day} 前（含当天）寄回。寄出后才会入账，之前不收一分钱。", model=file.lease.model, day=_plain(day)
        ),
        quote=priced(t("一共要付"), quote, ref, t) if quote else None,
        blocks=(BlockView(t("接下来"), _after(file, quote, t)),) if quote else (),
        act=form_view(
            "accept_early_return", f"/my/leases/{ref}/early-return", "", t("约定 {day} 前寄回", day=_plain(day)),
            tuple(fields), tried=tried, main=True, folded=False,
        ),
    )  # fmt: skip
    return html(request, view, tried.status if tried else 200, **now.counts())


def _plain(day: str) -> str:
    """The day as it may stand in an address; empty where it is none."""
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return ""
