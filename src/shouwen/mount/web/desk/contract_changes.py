"""Changes of a contract before shipping as the desk sees them: what waits for the renter, and what may be proposed."""

from starlette.requests import Request

from shouwen.features.leases.amending import KIND_ZH, refuse_late
from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases.amending import AmendmentRecord
from shouwen.features.leases.use_cases.order import ListOffers, Offer, Order, list_offers
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FigureView, PillView, ProblemView, Tone
from shouwen.mount.web.acts import Tried, form_view
from shouwen.mount.web.desk.life_bits import clause_links, day_clock
from shouwen.mount.web.desk.life_views import ChangeRowView
from shouwen.mount.web.page import problem_view, run, words

_STATES: dict[str, tuple[str, Tone]] = {
    "proposed": ("等租客确认", "amber"),
    "agreed": ("已同意", "moss"),
    "declined": ("没有同意", "plain"),
    "lapsed": ("当天没有确认，已作废", "plain"),
    "overtaken": ("已被新的变更取代", "plain"),
}


def change_row(one: AmendmentRecord, file: LeaseFile, t: Words) -> ChangeRowView:
    """A change with what it costs today; an address has no versions to compare."""
    text, tone = _STATES[one.state]
    ref, quote, waits = file.lease.ref, one.quote, one.state == "proposed"
    priced = one.kind != "address"
    here = f"/desk/leases/{ref}/contract/versions?amendment_ref={one.ref}"
    return ChangeRowView(
        ref=one.ref,
        title=t("变更{what}", what=t(KIND_ZH.get(one.kind, one.kind))),
        state=PillView(t(text), tone),
        reason=t("{reason}，改为 {address}", reason=one.reason, address=one.address) if one.address else one.reason,
        working=() if priced else quote.working,
        pay=FigureView(quote.amount_fen, quote.working, clause_links(ref, quote.clauses), quote.rules)
        if priced
        else None,
        until=day_clock(one.valid_until, file.on, t) if waits else None,
        href=here if priced else "",
    )


def too_late(request: Request, file: LeaseFile) -> ProblemView | None:
    """Why nothing can be changed in this state; None where at least the address can."""
    try:
        refuse_late(file.lease, "address")
    except Refusal as refusal:
        return problem_view(request, refusal)
    return None


async def change_forms(request: Request, file: LeaseFile, order: Order, tried: Tried | None) -> tuple[FormView, ...]:
    """What may be proposed for the renter now; each is quoted anew and waits for their word."""
    t = words(request)
    forms = []
    if order.address_changes_left > 0:
        field = FieldView(
            name="address", label=t("新的收货地址"), placeholder=t("省、市、区、街道和门牌号"),
            hint=t("还能改 {n} 次（AMD-1）", n=order.address_changes_left),
        )  # fmt: skip
        forms.append(_form(file, "address", t("变更收货地址"), (field,), t, tried))
    try:
        refuse_late(file.lease, "plan")
    except Refusal:
        return tuple(forms)
    offers = await run(request, list_offers, ListOffers())
    mine = [one for one in offers if (one.model, one.storage) == (file.lease.model, file.lease.storage)]
    for kind, title, fields in (
        ("plan", t("变更方案"), _plan(file, mine, t)),
        ("colour", t("变更颜色"), _colour(file, mine, t)),
        ("model", t("变更型号"), _model([one for one in offers if one not in mine], t)),
    ):
        if fields:
            forms.append(_form(file, kind, title, fields, t, tried))
    return tuple(forms)


def _form(
    file: LeaseFile, kind: str, title: str, fields: tuple[FieldView, ...], t: Words, tried: Tried | None
) -> FormView:
    fixed = FieldView(name="kind", kind="hidden", value=kind)
    reason = FieldView(name="reason", label=t("租客为什么要变更"), max_length=200)
    return form_view(
        f"change_{kind}_for", f"/desk/leases/{file.lease.ref}/changes/{kind}", title, t("报价并请租客确认"),
        (fixed, *fields, reason), tried=tried, lead=t("今天内有效，由租客自己确认；不确认合同照旧。"),
    )  # fmt: skip


def _plan(file: LeaseFile, offers: list[Offer], t: Words) -> tuple[FieldView, ...]:
    now = file.contract.periods if file.contract else 0
    by_periods = {one.periods: one for one in offers if one.periods != now}
    picks = tuple(PickView(str(n), t("{n} 期", n=n), note=_price(one, t)) for n, one in sorted(by_periods.items()))
    return (FieldView(name="periods", label=t("改为"), kind="select", picks=picks),) if picks else ()


def _price(offer: Offer, t: Words) -> str:
    each, total = format_fen(offer.first_rent_fen), format_fen(offer.total_rent_fen)
    return t("每期 {each}，共 {total}", each=each, total=total)


def _colour(file: LeaseFile, offers: list[Offer], t: Words) -> tuple[FieldView, ...]:
    """Another colour of the same phone that is free, where the plan does not fix it."""
    if any(one.colour for one in offers):
        return ()
    free = dict.fromkeys(colour for one in offers for colour in one.colours if colour != file.lease.colour)
    picks = tuple(PickView(colour, colour) for colour in free)
    return (FieldView(name="colour", label=t("改为"), kind="select", picks=picks),) if picks else ()


def _model(offers: list[Offer], t: Words) -> tuple[FieldView, ...]:
    """Another phone that is in stock, by a plan of it."""
    picks = tuple(PickView(one.template_ref, _name(one, t), note=_price(one, t)) for one in offers if one.in_stock)
    if not picks:
        return ()
    free = tuple(dict.fromkeys(colour for one in offers if not one.colour for colour in one.colours))
    colours = (PickView("", t("按方案")), *(PickView(colour, colour) for colour in free))
    fields = (FieldView(name="template_ref", label=t("改为"), kind="select", picks=picks),)
    if not free:
        return fields
    return (*fields, FieldView(name="colour", label=t("颜色"), kind="select", picks=colours, required=False))


def _name(offer: Offer, t: Words) -> str:
    return " ".join(part for part in (offer.model, offer.storage, offer.colour, t("{n} 期", n=offer.periods)) if part)
