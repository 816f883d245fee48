"""/my/leases/{ref}/changes/{amendment}: old beside new, what is to pay today, agree or not; versions side by side."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.contracts.types import Quote
from shouwen.features.leases.use_cases.amending import (
    AgreeAmendment,
    AmendmentRecord,
    CompareVersions,
    DeclineAmendment,
    ListAmendments,
    VersionsCompared,
    agree_amendment,
    compare_versions,
    decline_amendment,
    list_amendments,
)
from shouwen.kernel.days import end_of
from shouwen.kernel.errors import Absent
from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClockView, FactView, FigureView, LinkView
from shouwen.mount.web.acts import Tried, act, form_view, said
from shouwen.mount.web.page import html, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.changes import KINDS, row_title, state_pill
from shouwen.mount.web.portal.lease_file import lease_path
from shouwen.mount.web.portal.life_views import PortalChangeView, PortalVersionsView
from shouwen.mount.web.portal.side_by_side import clauses_beside, figures_beside
from shouwen.platform.decode import decode

_AGREE, _DECLINE = "my_agree", "my_decline"


async def change_page(request: Request, tried: Tried | None = None) -> Response:
    """One change: the figures that differ first, then the clauses; the renter's word while it is good."""
    ref, change_ref = request.path_params["lease_ref"], request.path_params["amendment_ref"]
    if change_ref in KINDS:  # a reload after a refused proposal
        return see(f"/my/leases/{ref}/changes")
    records = await run(request, list_amendments, decode(ListAmendments, lease_path(request), (), b""))
    one = next((record for record in records if record.ref == change_ref), None)
    if one is None:
        raise Absent("变更", "amendment")
    compared: VersionsCompared | None = None
    if one.kind != "address":
        compared = await run(request, compare_versions, CompareVersions(ref, amendment_ref=change_ref))
    now = await around(request)
    t = words(request)
    waits = one.state == "proposed"
    changed, same = (
        clauses_beside(compared.differences, compared.before.contract, compared.after.contract, t)
        if compared
        else ((), ())
    )
    view = PortalChangeView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        title=row_title(one, t),
        state=state_pill(one, t),
        until=ClockView(t("有效"), end_of(one.valid_until), amber_below_s=4 * 3600) if waits else None,
        lead=_lead(one, t),
        versus=figures_beside(compared.before.contract, compared.after.contract, t) if compared else (),
        before_name=t("现在（第 {n} 版）", n=one.base_version) if compared else "",
        after_name=t("改成（第 {n} 版）", n=compared.after.version) if compared else "",
        pay=_pay(one.quote, ref) if compared else None,
        pay_lines=_pay_lines(one.quote, t) if compared else (),
        clauses=changed,
        same=len(same),
        address=one.address if one.kind == "address" else "",
        agree=_agree(one, ref, tried, t) if waits else None,
        decline=_decline(one, ref, tried, t) if waits else None,
        problem=tried.problem if tried and not waits else None,
        said=said(request, t),
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def _lead(one: AmendmentRecord, t: Words) -> str:
    if one.state == "proposed":
        return t("今天内有效。同意后新的一版立即生效；不同意或不答复，合同照旧。")
    if one.state == "agreed":
        return t("已同意，新的一版在用。")
    return t("合同照旧。还想变更，可以再提出，会按当天的条件报价。")


def _pay(quote: Quote, ref: str) -> FigureView:
    """What today asks for under the new version, with everything it rests on."""
    clauses, until = clause_refs(ref, quote.clauses), end_of(quote.valid_until)
    return FigureView(quote.amount_fen, quote.working, clauses, quote.rules, valid_until=until)


def _pay_lines(quote: Quote, t: Words) -> tuple[FactView, ...]:
    lines = [FactView(line.label, figure=FigureView(line.amount_fen, rules=(line.rule,))) for line in quote.lines]
    return (*lines, *(FactView(t("余额"), note) for note in quote.notes))


def _agree(one: AmendmentRecord, ref: str, tried: Tried | None, t: Words) -> FormView:
    hidden = FieldView(name="agreed_sha256", kind="hidden", value=one.agreed_sha256)
    button = t("同意改成这个地址") if one.kind == "address" else t("同意，按新的一版")
    return form_view(
        _AGREE, f"/my/leases/{ref}/changes/{one.ref}/agreement", "", button, (hidden,), tried=tried,
        main=True, folded=False,
    )  # fmt: skip


def _decline(one: AmendmentRecord, ref: str, tried: Tried | None, t: Words) -> FormView:
    why = FieldView(name="why", label=t("原因（可不写）"), required=False)
    return form_view(
        _DECLINE, f"/my/leases/{ref}/changes/{one.ref}/refusal", t("不同意"), t("不同意，合同照旧"),
        (why,), tried=tried,
    )  # fmt: skip


agree = act(
    agree_amendment,
    AgreeAmendment,
    change_page,
    "/my/leases/{lease_ref}/changes",
    "变更已生效，账单已经更新",
    name=_AGREE,
)
decline = act(
    decline_amendment,
    DeclineAmendment,
    change_page,
    "/my/leases/{lease_ref}/changes",
    "好的，合同照旧",
    name=_DECLINE,
)


async def versions_page(request: Request) -> Response:
    """Two versions in force one after the other; `before` and `after` choose which."""
    ref = request.path_params["lease_ref"]
    given = [(name, request.query_params[name]) for name in ("before", "after") if name in request.query_params]
    compared = await run(request, compare_versions, decode(CompareVersions, lease_path(request), given, b""))
    newest = compared
    if given:
        newest = await run(request, compare_versions, CompareVersions(ref))
    now = await around(request)
    t = words(request)
    before, after = compared.before, compared.after
    changed, same = clauses_beside(compared.differences, before.contract, after.contract, t)
    view = PortalVersionsView(
        human=now.human(t, lease_ref=ref),
        lease_ref=ref,
        picks=_picks(ref, newest.after.version, before.version, t),
        versus=figures_beside(before.contract, after.contract, t),
        before_name=_name(before.version, before.contract.signed_on.isoformat(), t),
        after_name=_name(after.version, after.contract.signed_on.isoformat(), t),
        clauses=changed,
        same=same,
        papers=tuple(
            LinkView(t("第 {n} 版 PDF", n=n), f"/my/leases/{ref}/contract.pdf?version={n}", True)
            for n in dict.fromkeys((before.version, after.version))
        ),
    )
    return html(request, view, **now.counts())


def _name(version: int, on: str, t: Words) -> str:
    return t("第 {n} 版，{day} 签", n=version, day=on)


def _picks(ref: str, newest: int, shown: int, t: Words) -> tuple[LinkView, ...]:
    """The other steps from one version to the next, where there are more than two."""
    return tuple(
        LinkView(
            t("第 {a} 版 → 第 {b} 版", a=n, b=n + 1), f"/my/leases/{ref}/contract/versions?before={n}&after={n + 1}"
        )
        for n in range(1, newest)
        if n != shown and newest > 2
    )
