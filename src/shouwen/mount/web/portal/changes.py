"""/my/leases/{ref}/changes: what may still change before the phone is shipped; each change is quoted anew."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.amending import KIND_ZH, refuse_late
from shouwen.features.leases.types import LeaseAct, LeaseFile
from shouwen.features.leases.use_cases.amending import (
    AmendmentRecord,
    AmendmentView,
    ListAmendments,
    ProposeAmendment,
    list_amendments,
    propose_amendment,
)
from shouwen.features.leases.use_cases.order import ListOffers, Offer, Order, ReadOrder, list_offers, read_order
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, PillView, ProblemView, Tone
from shouwen.mount.web.acts import Tried, act, form_view, said
from shouwen.mount.web.page import html, problem_view, run, words
from shouwen.mount.web.portal.apply import stock_pill
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.lease_file import lease_file
from shouwen.mount.web.portal.life_part import can
from shouwen.mount.web.portal.life_views import ChangeOptionView, ChangeRowView, PortalChangesView

KINDS = ("address", "plan", "model", "colour")
_STATES: dict[str, tuple[str, Tone]] = {
    "proposed": ("等您确认", "amber"),
    "agreed": ("已同意", "moss"),
    "declined": ("没有同意", "plain"),
    "lapsed": ("当天没有确认，已作废", "plain"),
    "overtaken": ("已被新的变更取代", "plain"),
}
_ASKED = "租客在网页上提出"  # the reason on record of a change the renter asks for by themself


async def changes_page(request: Request, tried: Tried | None = None) -> Response:
    """What may change, what waits, what was changed; a refusal stands at the change it belongs to."""
    file = await lease_file(request)
    lease = file.lease
    order = await run(request, read_order, ReadOrder(lease.ref))
    records = await run(request, list_amendments, ListAmendments(lease.ref))
    now = await around(request)
    t = words(request)
    late = _late(request, file, "address")
    later = _late(request, file, "plan")
    offers = await run(request, list_offers, ListOffers()) if later is None else []
    waiting = next((one for one in records if one.state == "proposed"), None)
    view = PortalChangesView(
        human=now.human(t, lease_ref=lease.ref),
        lease_ref=lease.ref,
        model=lease.model,
        said=said(request, t),
        facts=_facts(file, order, t),
        waiting=_row(waiting, lease.ref, t) if waiting else None,
        address=_address(order, tried, t) if late is None and order.address_changes_left > 0 else None,
        address_note=_no_more(order, t) if late is None else "",
        plans=_plans(file, offers, t),
        colour=_colour(file, offers, tried, t),
        models=_models(file, offers, t),
        problem=tried.problem if tried and tried.name in (_PLAN, _MODEL) else None,
        problem_at=tried.name if tried else "",
        too_late=late or later,
        cancel_href=f"/my/leases/{lease.ref}/cancel" if can(file, LeaseAct.CANCEL) else "",
        history=tuple(_row(one, lease.ref, t) for one in records if one.state != "proposed"),
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def _late(request: Request, file: LeaseFile, kind: str) -> ProblemView | None:
    """Why a change of this kind is not possible in the lease's state; None where it is."""
    try:
        refuse_late(file.lease, kind)
    except Refusal as refusal:
        return problem_view(request, refusal)
    return None


def _facts(file: LeaseFile, order: Order, t: Words) -> tuple[FactView, ...]:
    lease = file.lease
    phone = " ".join(part for part in (lease.model, lease.storage, lease.colour) if part)
    facts = [FactView(t("手机"), phone)]
    if file.contract is not None:
        total = format_fen(file.contract.total_rent_fen)
        facts.append(FactView(t("方案"), t("{n} 期，共 {total}", n=file.contract.periods, total=total)))
    if order.address_masked:
        facts.append(FactView(t("收货地址"), order.address_masked))
    return tuple(facts)


def row_title(one: AmendmentRecord, t: Words) -> str:
    """`变更方案`."""
    return t("变更{what}", what=t(KIND_ZH.get(one.kind, one.kind)))


def state_pill(one: AmendmentRecord, t: Words) -> PillView:
    """Where a change stands."""
    text, tone = _STATES[one.state]
    return PillView(t(text), tone)


def _row(one: AmendmentRecord, lease_ref: str, t: Words) -> ChangeRowView:
    text = one.address if one.kind == "address" else one.quote.working[0]
    href = "" if one.kind == "address" and one.state != "proposed" else f"/my/leases/{lease_ref}/changes/{one.ref}"
    return ChangeRowView(row_title(one, t), text, state_pill(one, t), href)


def _no_more(order: Order, t: Words) -> str:
    if order.address_changes_left > 0:
        return ""
    return t("收货地址已经改过两次，不能再改（AMD-1）。可以联系快递改派，或取消订单后重新下单，已付的全部退还。")


def _hidden(**values: str) -> tuple[FieldView, ...]:
    known = {"reason": _ASKED} | values
    return tuple(FieldView(name=name, kind="hidden", value=value) for name, value in known.items())


def _address(order: Order, tried: Tried | None, t: Words) -> FormView:
    field = FieldView(
        name="address", label=t("新的收货地址"), placeholder=t("省、市、区、街道和门牌号"),
        hint=t("还能改 {n} 次，发货前有效；改地址不收费", n=order.address_changes_left),
    )  # fmt: skip
    return form_view(
        _ADDRESS, f"/my/leases/{order.lease_ref}/changes/address", t("改收货地址"), t("改成这个地址"),
        (*_hidden(kind="address"), field), tried=tried,
    )  # fmt: skip


def _same_phone(file: LeaseFile, offer: Offer) -> bool:
    return (offer.model, offer.storage) == (file.lease.model, file.lease.storage)


def _plans(file: LeaseFile, offers: list[Offer], t: Words) -> tuple[ChangeOptionView, ...]:
    """Other plans of the same phone; which is dearer or cheaper is said by its quote."""
    if file.contract is None:
        return ()
    others = [one for one in offers if _same_phone(file, one) and one.periods != file.contract.periods]
    return tuple(
        ChangeOptionView(
            title=t("{n} 期", n=one.periods),
            text=_price(one, t),
            form=form_view(
                f"plan-{one.template_ref}", f"/my/leases/{file.lease.ref}/changes/plan", "", t("看新报价"),
                _hidden(kind="plan", periods=str(one.periods), template_ref=one.template_ref), folded=False,
            ),
        )
        for one in others
    )  # fmt: skip


def _price(offer: Offer, t: Words) -> str:
    each, total = format_fen(offer.first_rent_fen), format_fen(offer.total_rent_fen)
    return t("每期 {each}，共 {total}", each=each, total=total)


def _colour(file: LeaseFile, offers: list[Offer], tried: Tried | None, t: Words) -> FormView | None:
    """Another colour of the same phone that is free."""
    free = dict.fromkeys(colour for one in offers if _same_phone(file, one) for colour in one.colours)
    picks = tuple(PickView(colour, colour) for colour in free if colour != file.lease.colour)
    if not picks or any(_same_phone(file, one) and one.colour for one in offers):
        return None
    field = FieldView(name="colour", label=t("换成"), kind="select", picks=picks, hint=t("只列有现货的颜色"))
    return form_view(
        _COLOUR, f"/my/leases/{file.lease.ref}/changes/colour", t("换颜色"), t("看新报价"),
        (*_hidden(kind="colour"), field), tried=tried,
    )  # fmt: skip


def _models(file: LeaseFile, offers: list[Offer], t: Words) -> tuple[ChangeOptionView, ...]:
    """Other phones with their plans; what is not in stock is said, not hidden."""
    options = []
    for one in offers:
        if _same_phone(file, one):
            continue
        form = None
        if one.in_stock:
            picks = tuple(PickView(colour, colour) for colour in one.colours)
            colour = FieldView(name="colour", label=t("颜色"), kind="select", picks=picks)
            fixed = _hidden(kind="model", template_ref=one.template_ref)
            form = form_view(
                f"model-{one.template_ref}", f"/my/leases/{file.lease.ref}/changes/model", "", t("看新报价"),
                (*fixed, *((colour,) if picks and not one.colour else ())), folded=False,
            )  # fmt: skip
        title = " ".join(part for part in (one.model, one.storage, t("{n} 期", n=one.periods)) if part)
        options.append(ChangeOptionView(title=title, text=_price(one, t), form=form, stock=stock_pill(one.in_stock, t)))
    return tuple(options)


def _to_quote(request: Request, answer: AmendmentView) -> str:
    return f"/my/leases/{answer.lease_ref}/changes/{answer.ref}"


_ADDRESS, _PLAN, _MODEL, _COLOUR = "change_address", "change_plan", "change_model", "change_colour"
_QUOTED = "已按今天的条件重新报价，确认后才生效"
change_address = act(
    propose_amendment,
    ProposeAmendment,
    changes_page,
    "/my/leases/{lease_ref}/changes",
    "收货地址已更新",
    name=_ADDRESS,
)
change_plan = act(propose_amendment, ProposeAmendment, changes_page, _to_quote, _QUOTED, name=_PLAN)
change_model = act(propose_amendment, ProposeAmendment, changes_page, _to_quote, _QUOTED, name=_MODEL)
change_colour = act(propose_amendment, ProposeAmendment, changes_page, _to_quote, _QUOTED, name=_COLOUR)
