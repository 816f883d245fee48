"""/my/apply: the phones and plans to rent now, and the application for one."""

from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.use_cases.contracts import ApplyLease, LeaseApplied, apply_lease
from shouwen.features.leases.use_cases.order import ListOffers, Offer, list_offers
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClauseRefView, FactView, FigureView, PillView
from shouwen.mount.web.acts import Tried, act, form_view
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.contract import END_ZH
from shouwen.mount.web.portal.life_views import (
    OfferView,
    PhoneOffersView,
    PortalApplyView,
    PortalOffersView,
)
from shouwen.platform.decode import decode

_NAME = "my_apply"


async def offers_page(request: Request) -> Response:
    """Every phone with its plans."""
    offers = await run(request, list_offers, ListOffers())
    now = await around(request)
    t = words(request)
    phones = [
        PhoneOffersView(model=model, spec=" ".join(part for part in (storage, grade) if part), offers=tuple(
            _offer(one, t) for one in of_phone))
        for (model, storage, grade), of_phone in groupby(offers, key=_phone)
    ]  # fmt: skip
    return html(request, PortalOffersView(human=now.human(t), phones=tuple(phones)), **now.counts())


def _phone(offer: Offer) -> tuple[str, str, str]:
    return offer.model, offer.storage, offer.condition_grade


def _offer(offer: Offer, t: Words) -> OfferView:
    return OfferView(
        href=f"/my/apply/{offer.template_ref}",
        title=t("{n} 期", n=offer.periods),
        rent_fen=offer.first_rent_fen,
        total=FigureView(offer.total_rent_fen, offer.working),
        stock=stock_pill(offer.in_stock, t),
    )


def stock_pill(in_stock: bool, t: Words) -> PillView:
    """Whether a phone is there."""
    return PillView(t("有现货"), "moss") if in_stock else PillView(t("暂时没有现货"), "plain")


async def apply_page(request: Request, tried: Tried | None = None) -> Response:
    """One plan with the form of its application."""
    ref = request.path_params["template_ref"]
    found = await run(request, list_offers, decode(ListOffers, {}, [("template_ref", ref)], b""))
    if not found:
        raise Absent("方案", "plan")
    offer = found[0]
    now = await around(request)
    t = words(request)
    view = PortalApplyView(
        human=now.human(t),
        model=offer.model,
        spec=" ".join(part for part in (offer.storage, offer.condition_grade) if part),
        stock=stock_pill(offer.in_stock, t),
        rent_fen=offer.first_rent_fen,
        periods=offer.periods,
        facts=_facts(offer, t),
        form=_form(offer, tried, t),
        after=(
            FactView(t("第一步"), t("提交申请，我们审核")),
            FactView(t("第二步"), t("通过后看合同全文，再签署")),
            FactView(t("第三步"), t("冻结押金后发货")),
            FactView(t("没通过"), t("写明原因，可以请人复核"), "CRE-2"),
        ),
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def _facts(offer: Offer, t: Words) -> tuple[FactView, ...]:
    """Every amount with the clause of the plan that governs it; the clauses are read whole before signing."""
    total = FigureView(offer.total_rent_fen, offer.working, _clauses(offer.clauses), note=t("{n} 期", n=offer.periods))
    deposit = FigureView(
        offer.deposit_fen,
        (t("签约时冻结，不扣款；归还或买断后解冻"),) if offer.deposit_fen else (),
        _clauses(offer.deposit_clauses),
        note=t("预授权冻结") if offer.deposit_fen else t("免押金"),
    )
    facts = [FactView(t("总租金"), figure=total), FactView(t("押金"), figure=deposit)]
    if offer.last_rent_fen != offer.first_rent_fen:
        facts.insert(1, FactView(t("最后一期"), format_fen(offer.last_rent_fen)))
    if offer.residual_price_fen is not None:
        facts.append(FactView(t("到期买断价"), format_fen(offer.residual_price_fen), t("想留下手机时才付")))
    facts.append(FactView(t("到期可选"), t("、").join(t(END_ZH[option]) for option in offer.end_of_term)))
    if offer.ship_by_days is not None:
        facts.append(FactView(t("发货"), t("签约后 {n} 天内", n=offer.ship_by_days)))
    return tuple(facts)


def _clauses(nos: tuple[str, ...]) -> tuple[ClauseRefView, ...]:
    return tuple(ClauseRefView(no) for no in nos)


def _form(offer: Offer, tried: Tried | None, t: Words) -> FormView:
    fields = [
        FieldView(
            name="address",
            label=t("收货地址"),
            placeholder=t("省、市、区、街道和门牌号"),
            hint=t("只有寄送时用到；发货前可以改两次"),
        )
    ]
    if offer.colour:
        fields.insert(0, FieldView(name="colour", kind="hidden", value=offer.colour))
    elif offer.colours:
        picks = tuple(PickView(colour, colour) for colour in offer.colours)
        fields.insert(0, FieldView(name="colour", label=t("颜色"), kind="select", picks=picks))
    return form_view(
        _NAME, f"/my/apply/{offer.template_ref}", t("申请租用"), t("提交申请"), tuple(fields),
        tried=tried, main=True, folded=False,
        lead=t("提交申请不收钱，也不算签约：通过后您会看到合同全文，看过再决定签不签。")
        + ("" if offer.in_stock else t("现在没有现货，可以先申请；签约前会再告诉您。")),
    )  # fmt: skip


def _back(request: Request, answer: LeaseApplied) -> str:
    return f"/my/leases/{answer.lease_ref}"


apply_for = act(apply_lease, ApplyLease, apply_page, _back, "申请已提交，有结果会告诉您", name=_NAME)
