"""/my/leases/{ref}/buyout: the price today with its working; accepting it opens the buyout for a person to finish."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import HeardAnswer
from shouwen.features.cases.types import TOPIC_ZH
from shouwen.features.cases.use_cases.hearing import HEARD_ABOUT
from shouwen.features.contracts.types import Quote
from shouwen.features.leases import use_cases as leases
from shouwen.features.leases.public import STATE_ZH
from shouwen.features.leases.types import LeaseAct, LeaseFile
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen, typed_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ContractClauseView,
    FactView,
    FigureView,
    HeardView,
    LadderView,
    LineView,
    OptionView,
    PortalBuyoutView,
)
from shouwen.mount.web.page import field, form, html, problem_view, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs, ladder_view, quote_figure
from shouwen.mount.web.portal.human import open_matter
from shouwen.platform.decode import decode


async def buyout(request: Request) -> Response:
    """Today's price."""
    return await _page(request, None)


async def accept(request: Request) -> Response:
    """The renter wants it at today's price: a case with the quote, owned by a person, money moves nowhere yet."""
    fields = await form(request)
    try:
        quote = await run(request, leases.quote_buyout, decode(leases.QuoteBuyout, request.path_params, (), b""))
        file = await run(request, leases.read_lease, decode(leases.ReadLease, request.path_params, (), b""))
        if not can_buy_out(file):
            raise _not_now(file)
        text = f"今天，按 {format_fen(quote.amount_fen)} 买断"
        opened = await open_matter(request, fields, "buyout", request.path_params["lease_ref"], ask="on", text=text)
    except Absent:
        raise
    except Refusal as refusal:
        return await _page(request, refusal)
    return see(f"/my/cases/{opened}")


async def heard(request: Request) -> Response:
    """GUARD-2: the figure the renter heard, beside the contract's; a refusal keeps what was typed."""
    fields = await form(request)
    try:
        told_fen = typed_fen(field(fields, "told"))
        if told_fen is None:
            raise BadInput(
                "told", "金额请写成数字，例如 2400 或 2400.50", "write the amount in digits, such as 2400 or 2400.50",
                remedy_zh="只写数字，单位是元", remedy_en="digits only, in yuan",
            )  # fmt: skip
        words = field(fields, "words").strip()
        body = msgspec.json.encode({"about": field(fields, "about"), "told_fen": told_fen, "words": words})
        asked = decode(cases.ReportHeard, request.path_params, (), body)
        answer = await run(request, cases.report_heard, asked, fields)
    except Absent:
        raise
    except Refusal as refusal:
        return await _page(request, None, fields=fields, heard_refusal=refusal)
    return await _page(request, None, answer=answer)


async def _page(
    request: Request, refusal: Refusal | None, *, fields: dict[str, list[str]] | None = None,
    heard_refusal: Refusal | None = None, answer: HeardAnswer | None = None,
) -> Response:  # fmt: skip
    file = await run(request, leases.read_lease, decode(leases.ReadLease, request.path_params, (), b""))
    now = await around(request)
    t = words(request)
    ref = file.lease.ref
    if file.buyout is None:
        refusal = refusal or await _why_not(request)
    elif not can_buy_out(file):
        refusal = refusal or _not_now(file)
    view = PortalBuyoutView(
        human=now.human(t, lease_ref=ref, about="buyout_question"),
        lease_ref=ref,
        model=file.lease.model,
        quote=quote_figure(file.buyout, ref, t) if file.buyout else _rung(file),
        ladder=_ladder(file, t),
        clause=_clause(file, refusal) if not file.ladder else None,
        lines=_lines(file.buyout, ref),
        after=_after(file, t) if can_buy_out(file) else (),
        topics=_topics(field(fields or {}, "about"), t) if file.contract else (),
        typed={name: values[0] for name, values in (fields or {}).items()},
        heard=None if answer is None else _heard(answer, ref),
        heard_problem=problem_view(request, heard_refusal) if heard_refusal else None,
        why_not=problem_view(request, refusal) if refusal else None,
    )
    status = heard_refusal.status if heard_refusal else 200
    if refusal and request.method == "POST" and answer is None:
        status = refusal.status
    return html(request, view, status, **now.counts())


def _topics(chosen: str, t: Words) -> tuple[OptionView, ...]:
    """What a figure heard may be about."""
    return tuple(OptionView(str(one), t(TOPIC_ZH[one]), chosen=str(one) == chosen) for one in HEARD_ABOUT)


def _heard(answer: HeardAnswer, lease_ref: str) -> HeardView:
    found = answer.heard
    right = None
    if found.right_fen is not None:
        nos = found.clause.removeprefix("合同 ").removesuffix(" 条").split("、")
        right = FigureView(found.right_fen, found.working, clause_refs(lease_ref, nos), (found.rule,))
    href = f"/my/cases/{answer.case_ref}" if answer.case_ref else ""
    return HeardView(found.zh, found.told_fen, right, href)


def can_buy_out(file: LeaseFile) -> bool:
    """Whether buying out is an act of this lease now; a price may be known when it no longer is."""
    return file.buyout is not None and any(act.act is LeaseAct.BUY_OUT for act in file.next_acts)


def _not_now(file: LeaseFile) -> Refusal:
    return Refusal(
        "buyout_not_now",
        f"这笔租约现在是“{STATE_ZH[file.lease.state]}”，不能直接买断",
        "this lease cannot be bought out in its present state",
        remedy_zh="如果想留下这台手机，请转人工，我们来安排",
        remedy_en="if you want to keep the phone, ask a person",
        rule="BUY-1",
    )


async def _why_not(request: Request) -> Refusal | None:
    """The refusal the quote gives, with its clause and remedy."""
    try:
        await run(request, leases.quote_buyout, decode(leases.QuoteBuyout, request.path_params, (), b""))
    except Refusal as refusal:
        return refusal
    return None


def _ladder(file: LeaseFile, t: Words) -> LadderView | None:
    now_fen = file.buyout.lines[0].amount_fen if file.buyout else None
    return ladder_view(file.ladder, file.settled, now_fen, t) if file.ladder else None


def _clause(file: LeaseFile, refusal: Refusal | None) -> ContractClauseView | None:
    """What the contract says instead of a price."""
    if file.contract is None or refusal is None:
        return None
    found = next((clause for clause in file.contract.clauses if clause.no == refusal.clause), None)
    return None if found is None else ContractClauseView(found.no, found.title, found.text.strip())


def _rung(file: LeaseFile) -> FigureView | None:
    if not file.ladder:
        return None
    rung = file.ladder[min(file.settled, len(file.ladder) - 1)]
    return FigureView(rung.price_fen, rules=("BUY-1",))


def _lines(quote: Quote | None, lease_ref: str) -> tuple[LineView, ...]:
    if quote is None or len(quote.lines) < 2:
        return ()
    return tuple(
        LineView(
            line.label, line.amount_fen, line.rule,
            next(iter(clause_refs(lease_ref, line.clauses)), None),
        )
        for line in quote.lines
    )  # fmt: skip


def _after(file: LeaseFile, t: Words) -> tuple[FactView, ...]:
    """What follows once it is paid."""
    facts = [FactView(t("所有权"), t("手机归您，转让书可下载"))]
    if file.hold is not None and file.hold.open_fen:
        facts.insert(0, FactView(t("付款后"), t("解除押金预授权 {amount}", amount=format_fen(file.hold.open_fen))))
    unpaid_fen = sum(i.outstanding_fen for i in file.instalments)
    if unpaid_fen:
        facts.append(FactView(t("剩余租金"), t("{amount} 已含在买断价里，不再扣", amount=format_fen(unpaid_fen))))
    return tuple(facts)
