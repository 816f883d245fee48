"""/my/leases/{ref}/buyout: the price today with its working and its curve; the figure heard on the phone beside it."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.rows import HeardAnswer
from shouwen.features.cases.types import TOPIC_ZH
from shouwen.features.cases.use_cases.hearing import HEARD_ABOUT
from shouwen.features.contracts.types import TERMS_INCONSISTENT, Quote
from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import CurvePoint
from shouwen.features.endings.use_cases import BuyoutCurve
from shouwen.features.leases.public import STATE_ZH
from shouwen.features.leases.types import LeaseFile, LeaseState
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen, plain_fen, typed_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.portal_views import BuyoutRowView
from shouwen.mount.pages.views import (
    ContractClauseView,
    FactView,
    FigureView,
    HeardView,
    LadderView,
    LineView,
    LinkView,
    OptionView,
    PortalBuyoutView,
    RuleRowView,
)
from shouwen.mount.web.acts import Tried, said
from shouwen.mount.web.page import field, form, html, problem_view, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs, ladder_view, quote_figure
from shouwen.mount.web.portal.buying import agreed_view, can_buy_out, confirm_page, lapsed_text
from shouwen.mount.web.portal.ending_bits import agreements_of, lease_file
from shouwen.platform.decode import decode

_ENDED = (LeaseState.CLOSED, LeaseState.BOUGHT_OUT, LeaseState.CANCELLED, LeaseState.REFUSED)


async def buyout(request: Request) -> Response:
    """Today's price."""
    return await _page(request, None)


async def shown(request: Request, tried: Tried | None) -> Response:
    """The page again after a payment that was refused."""
    return await _page(request, None, tried=tried)


async def again(request: Request, tried: Tried | None) -> Response:
    """After an agreement that was refused: its own page where there still is a price to agree to, else this one."""
    file = await lease_file(request)
    return await (confirm_page if can_buy_out(file) else shown)(request, tried)


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
    heard_refusal: Refusal | None = None, answer: HeardAnswer | None = None, tried: Tried | None = None,
) -> Response:  # fmt: skip
    file = await lease_file(request)
    now = await around(request)
    t = words(request)
    ref = file.lease.ref
    known = await agreements_of(request) if file.contract else None
    agreed = await agreed_view(request, file, known, t, tried) if known else None
    ended = agreed is None and file.lease.state in _ENDED
    if agreed is None and file.buyout is None:
        refusal = refusal or await _why_not(request)
    elif agreed is None and not can_buy_out(file):
        refusal = refusal or (_over() if ended else _not_now(file))
    open_to = file.buyout is not None and agreed is None and can_buy_out(file)
    curve: BuyoutCurve | None = None
    if open_to:
        curve = await run(request, endings.read_curve, endings.ReadCurve(ref))
    problem = problem_view(request, refusal) if refusal else None
    if tried is not None and tried.name == "accept_buyout":
        problem = tried.problem
    view = PortalBuyoutView(
        human=now.human(t, lease_ref=ref, about="buyout_question"),
        lease_ref=ref,
        model=file.lease.model,
        quote=None if ended else quote_figure(file.buyout, ref, t) if file.buyout else None if agreed else _rung(file),
        ladder=None if agreed or ended else _ladder(file, t),
        clause=_clause(file, refusal) if not file.ladder else None,
        lines=() if ended else _lines(file.buyout, ref),
        after=_after(file, t) if can_buy_out(file) else (),
        topics=_topics(field(fields or {}, "about"), t) if file.contract else (),
        typed={name: values[0] for name, values in (fields or {}).items()},
        heard=None if answer is None else _heard(answer, ref),
        heard_problem=problem_view(request, heard_refusal) if heard_refusal else None,
        why_not=problem,
        wait=_wait(curve, ref, t) if curve else (),
        periods=tuple(map(_row, curve.points)) if curve else (),
        warnings=_conflict(file, t) if open_to else (),
        agreed=agreed,
        lapsed=lapsed_text(known, t) if known and agreed is None else "",
        said=said(request, t),
    )
    refused = heard_refusal or tried
    status = refused.status if refused else 200
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


def _row(point: CurvePoint) -> BuyoutRowView:
    return BuyoutRowView(point.settled, point.on, point.when, point.total_fen, point.rents_fen, point.more_than_now_fen)


def _wait(curve: BuyoutCurve, ref: str, t: Words) -> tuple[FactView, ...]:
    """What one more instalment changes: the rent until then, the price then, both against today's price."""
    then = curve.next
    now = next((point for point in curve.points if point.when == "now"), None)
    if then is None or now is None or then.rents_fen is None or then.more_than_now_fen is None:
        return ()
    more_fen = then.more_than_now_fen
    rents, price, today = (plain_fen(fen) for fen in (then.rents_fen, then.total_fen, now.total_fen))
    sign = "−" if more_fen < 0 else ""
    work = (f"{rents} + {price} − {today} = {sign}{plain_fen(abs(more_fen))}",)
    label = t("比今天买断多付") if more_fen > 0 else t("比今天买断少付") if more_fen < 0 else t("合计比今天")
    value = t("一样多") if not more_fen else ""
    figure = None if not more_fen else FigureView(abs(more_fen), work, rules=("BUY-1",))
    facts = [
        FactView(t("先付第 {n} 期租金", n=then.settled), format_fen(then.rents_fen)),
        FactView(t("{day} 起买断价", day=f"{then.on:%m-%d}"), format_fen(then.total_fen)),
        FactView(label, value, figure=figure, note="" if more_fen else work[0], tone="plain"),
    ]
    if curve.late_fees_fen:
        fees = format_fen(curve.late_fees_fen)
        facts.append(FactView(t("已有的违约金"), fees, t("现在买或以后买都要付，不在上面的比较里")))
    return tuple(facts)


def _conflict(file: LeaseFile, t: Words) -> tuple[RuleRowView, ...]:
    """BUY-4: why one of several prices is quoted; the contract's own reading against who wrote it."""
    if file.contract is None or TERMS_INCONSISTENT not in file.contract.marks:
        return ()
    ref = file.lease.ref
    return (
        RuleRowView("BUY-4", t("这份合同有几条价格约定，算出来不一样。合同是我们拟的，按对您有利的算。"), "hit"),
        RuleRowView(
            "BUY-4", t("依据民法典 498 条，按最低的一种报。也可以转人工，重新签一份没有矛盾的合同。"), "hit",
            sources=(LinkView(t("看合同条款"), f"/my/leases/{ref}/contract"),),
        ),
    )  # fmt: skip


def _not_now(file: LeaseFile) -> Refusal:
    return Refusal(
        "buyout_not_now",
        f"这笔租约现在是“{STATE_ZH[file.lease.state]}”，不能直接买断",
        "this lease cannot be bought out in its present state",
        remedy_zh="如果想留下这台手机，请转人工，我们来安排",
        remedy_en="if you want to keep the phone, ask a person",
        rule="BUY-1",
    )


def _over() -> Refusal:
    return Refusal(
        "buyout_over", "这笔租约已结束，不再有买断价", "this lease has ended: there is no buyout price any more",
        remedy_zh="想再租或买一台，请转人工", remedy_en="for another phone, ask a person",
        rule="BUY-1",
    )  # fmt: skip


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
