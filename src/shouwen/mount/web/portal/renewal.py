"""/my/leases/{ref}/renewal: what going on after the term costs, and agreeing to it."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.contracts.types import Quote
from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import AcceptanceKind
from shouwen.features.endings.use_cases import AgreementLine
from shouwen.features.leases.types import LeaseFile
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.ending_parts import AgreedView, BlockView
from shouwen.mount.pages.form_views import FieldView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, LinkView, PillView
from shouwen.mount.web.acts import Tried, form_view, said
from shouwen.mount.web.page import html, problem_view, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.ending_bits import (
    agreements_of,
    clause_card,
    instead_links,
    lease_file,
    newest,
    not_signed,
    priced,
    ways_of,
)
from shouwen.mount.web.portal.ending_views import PortalConfirmView, PortalRenewalView
from shouwen.platform.decode import decode

_OFFERED = ("1", "3", "6", "12")
_FIRST = "3"


async def renewal(request: Request) -> Response:
    """The price of so many more instalments."""
    file = await lease_file(request)
    t = words(request)
    ref = file.lease.ref
    now = await around(request)
    typed = request.query_params.get("periods", "")
    periods = typed or _FIRST
    quote, refusal = await _asked(request, periods)
    ways = await ways_of(request, file)
    line = newest(await agreements_of(request), AcceptanceKind.RENEWAL) if file.contract else None
    about_count = refusal is not None and refusal.field == "periods"
    offered = dict.fromkeys((*_OFFERED, *((periods,) if quote else ())))
    view = PortalRenewalView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        model=file.lease.model,
        ends_on=ways.ends_on.isoformat() if ways else "",
        picks=tuple(PickView(each, t("{n} 期", n=each), each == periods) for each in offered)
        if quote or about_count
        else (),
        quote=priced(t("续租 {n} 期，分期付", n=periods), quote, ref, t) if quote else None,
        after=_after(file, quote, t) if quote else (),
        done=_done(line, file, ways.ends_on if ways else None, t),
        problem=problem_view(request, refusal) if refusal and about_count else None,
        why_not=problem_view(request, refusal) if refusal and not about_count else None,
        clause=clause_card(file, (refusal.clause,)) if refusal and refusal.clause else None,
        instead=instead_links(ref, t) if refusal and not about_count else (),
        confirm_href=f"/my/leases/{ref}/renewal/agree?periods={periods}" if quote else "",
        said=said(request, t),
    )
    return html(request, view, 422 if typed and about_count else 200, **now.counts())


async def _asked(request: Request, periods: str) -> tuple[Quote | None, Refusal | None]:
    try:
        asked = decode(endings.QuoteRenewal, request.path_params, (("periods", periods),), b"")
        return await run(request, endings.quote_renewal, asked), None
    except Absent:
        return None, not_signed()
    except Refusal as refusal:
        return None, refusal


def _after(file: LeaseFile, quote: Quote, t: Words) -> tuple[FactView, ...]:
    """What a renewal changes, and what it leaves as it is."""
    facts = [
        FactView(t("每期租金"), format_fen(int(quote.inputs["rent_fen"]))),
        FactView(t("现在要付"), t("不用，每期到期时再付")),
        FactView(t("合同"), t("出新的一版，其余约定不变")),
    ]
    if file.hold is not None and file.hold.open_fen:
        amount = format_fen(file.hold.open_fen)
        facts.append(FactView(t("押金"), t("{amount} 继续冻结，不加收", amount=amount)))
    return tuple(facts)


def _done(line: AgreementLine | None, file: LeaseFile, ends_on: date | None, t: Words) -> AgreedView | None:
    """The renewal agreed last: the term as it is now."""
    if line is None or ends_on is None:
        return None
    ref = file.lease.ref
    return AgreedView(
        title=t("续租已办好"),
        text=t("租期到 {day}。还可以再续。", day=ends_on.isoformat()),
        pill=PillView(t("已生效"), "moss"),
        quote=priced(t("上次续租，分期付"), line.quote, ref, t),
        facts=(FactView(t("约定编号"), line.ref), FactView(t("确认于"), beijing_on(line.accepted_at).isoformat())),
        links=(LinkView(t("看新的一版合同"), f"/my/leases/{ref}/contract"), LinkView(t("看每期账单"), "/my/bills")),
    )


async def confirm(request: Request) -> Response:
    """GET …/renewal/agree?periods=…: the second step."""
    return await confirm_page(request, None)


async def confirm_page(request: Request, tried: Tried | None) -> Response:
    """What it comes to in all and each time, then the button."""
    file = await lease_file(request)
    t = words(request)
    ref = file.lease.ref
    periods = tried.typed.get("periods", [""])[0] if tried else request.query_params.get("periods", "")
    quote, _ = await _asked(request, periods)
    count = periods if quote else _FIRST
    if quote is None and tried is None:
        return see(f"/my/leases/{ref}/renewal")  # that page says why
    now = await around(request)
    fields = [FieldView(name="periods", kind="hidden", value=count)]
    if quote is not None:
        fields.append(FieldView(name="amount_fen", kind="hidden", value=str(quote.amount_fen)))
        fields.append(FieldView(name="valid_until", kind="hidden", value=quote.valid_until.isoformat()))
        fields.append(FieldView(name="contract_version", kind="hidden", value=str(quote.contract_version)))
    view = PortalConfirmView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        title=t("确认续租"),
        back_href=f"/my/leases/{ref}/renewal?periods={count}",
        lead=t("{model}，续租 {n} 期。每期到期时付款，不用现在付清。", model=file.lease.model, n=count),
        quote=priced(t("{n} 期租金合计", n=count), quote, ref, t) if quote else None,
        blocks=(BlockView(t("续租以后"), _after(file, quote, t)),) if quote else (),
        act=form_view(
            "accept_renewal", f"/my/leases/{ref}/renewal", "", t("确认续租 {n} 期", n=count), tuple(fields),
            tried=tried, main=True, folded=False,
        ),
    )  # fmt: skip
    return html(request, view, tried.status if tried else 200, **now.counts())
