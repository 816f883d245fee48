"""/my/leases/{ref}/pay: choose what to pay (民法典 560), see where it goes, confirm, then the payment's own page."""

from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.use_cases.paying import Payable, PayableLine, PaymentPart
from shouwen.features.leases.use_cases.payments import PayBills, pay_bills
from shouwen.features.money.types import CHARGE_ZH
from shouwen.features.payments.types import LeasePayments, OrderKind, OrderState, OrderView
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import format_fen, plain_fen, typed_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClauseRefView, FactView, FigureView, LinkView, ProblemView
from shouwen.mount.web.page import field, form, html, problem_view, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.money_bits import due_figure, line_href, line_name, payable_of, payable_pill
from shouwen.mount.web.portal.money_views import PayLineView, PayPartView, PortalPayConfirmView, PortalPayView
from shouwen.mount.web.portal.payments import order_href, payments_of
from shouwen.mount.web.portal.transfer import transfer_facts
from shouwen.platform.decode import decode


async def choose_page(request: Request) -> Response:
    """What can be paid: what is due is chosen already, in the order the money would go by itself."""
    return await _choose(request, None)


async def _choose(request: Request, refusal: Refusal | None) -> Response:
    payable = await payable_of(request)
    ref = payable.lease_ref
    money = await payments_of(request, ref)
    now = await around(request)
    t = words(request)
    asked = request.query_params.getlist("line")
    blocked, links = _blocked(money, ref, t)
    unsigned = money.agreement_signed_at is None
    rows = [(line, _choice(line, ref, asked, t)) for line in payable.lines]
    view = PortalPayView(
        human=now.human(t, lease_ref=ref, about="billing_question"),
        lease_ref=ref,
        model=payable.model,
        due=due_figure(payable, t),
        now=tuple(view for line, view in rows if line.is_due),
        later=tuple(view for line, view in rows if not line.is_due),
        order_text=_order_text(payable, t),
        order_rule=payable.rule,
        order_clause=_clause(payable),
        part=request.query_params.get("part_yuan", ""),
        problem=None if refusal is None else problem_view(request, refusal),
        blocked=blocked,
        blocked_links=links,
        transfer=transfer_facts(request, ref, t) if unsigned and payable.lines else (),
        credit=FactView(t("余额"), format_fen(payable.credit_fen), t("账单到期时自动抵付"))
        if payable.credit_fen
        else None,
    )
    return html(request, view, 200 if refusal is None else refusal.status, **now.counts())


def _choice(line: PayableLine, ref: str, asked: list[str], t: Words) -> PayLineView:
    chosen = line.line in asked if asked else line.is_due and not line.contested_fen
    return PayLineView(
        line=line.line, label=line_name(line, t), due_on=line.due_by, amount_fen=line.amount_fen,
        chosen=chosen, pill=payable_pill(line, t), href=line_href(ref, line.line),
        note=t("有争议，可以先不付") if line.contested_fen else "",
    )  # fmt: skip


def _order_text(payable: Payable, t: Words) -> str:
    kinds = t("、").join(t(CHARGE_ZH[kind]) for kind in payable.order)
    if payable.by_instalment:
        return t("只付一部分时，从上往下结清：先最早一期，同一期按{kinds}。", kinds=kinds)
    return t("只付一部分时，从上往下结清：依次是{kinds}，同类先付最早到期的。", kinds=kinds)


def _clause(payable: Payable) -> ClauseRefView | None:
    refs = clause_refs(payable.lease_ref, (payable.clause,))
    return refs[0] if refs else None


def _under_way(money: LeasePayments) -> OrderView | None:
    return next((one for one in money.orders if one.state is OrderState.OPEN and one.kind is OrderKind.DEDUCT), None)


def _blocked(money: LeasePayments, ref: str, t: Words) -> tuple[str, tuple[LinkView, ...]]:
    """Why nothing can be paid here now, and where to go instead."""
    waits = _under_way(money)
    if waits is not None:
        said = t("上一笔 {amount} 还在处理中。为了不重复扣款，有结果后才能再付。", amount=format_fen(waits.amount_fen))
        return said, (LinkView(t("看这一笔"), order_href(ref, waits)),)
    if money.agreement_signed_at is None:
        said = t(
            "这份租约没有生效的代扣协议，这里暂时不能扣款。请用银行转账付款，到账后由我们登记，算作您转账那天付的。"
        )
        return said, (LinkView(t("代扣协议"), f"/my/leases/{ref}/agreement"),)
    return "", ()


async def confirm_page(request: Request) -> Response:
    """How much, to which bills, what stays open; nothing moves before the button."""
    chosen = [line for line in request.query_params.getlist("line") if line]
    try:
        part_fen = _part(request.query_params.get("part_yuan", ""))
        if not chosen:
            raise BadInput(
                "line", "还没有选要付的账单", "no bill is chosen",
                remedy_zh="至少勾选一笔", remedy_en="choose at least one",
            )  # fmt: skip
        shown = await _confirm(request, ",".join(chosen), part_fen, None)
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await _choose(request, refusal)
    lease_ref = request.path_params["lease_ref"]
    blocked, _ = _blocked(await payments_of(request, lease_ref), lease_ref, words(request))
    return see(f"/my/leases/{lease_ref}/pay") if blocked else shown


def _part(typed: str) -> int | None:
    if not typed.strip():
        return None
    fen = typed_fen(typed)
    if not fen:
        raise BadInput(
            "part_yuan", "金额请写成数字，例如 12 或 12.50", "write the amount in digits, such as 12 or 12.50",
            remedy_zh="只写数字，单位是元；付全部就不用填", remedy_en="digits only, in yuan; leave it empty to pay all",
        )  # fmt: skip
    return fen


async def _confirm(request: Request, lines: str, part_fen: int | None, refusal: Refusal | None) -> Response:
    payable = await payable_of(request, lines, part_fen)
    plan = payable.plan
    if plan is None:
        raise BadInput("lines", "还没有选要付的账单", "no bill is chosen")
    ref = payable.lease_ref
    now = await around(request)
    t = words(request)
    named = lines.split(",")
    amount_fen = plan.amount_fen
    if refusal is not None and isinstance(moved := refusal.data.get("amount_fen"), int):
        amount_fen = moved  # what the book says, fees of this minute in it
    back = [("line", line) for line in named]
    back += [("part_yuan", plain_fen(part_fen).replace(",", ""))] if part_fen is not None else []
    whole = part_fen is None
    parts = tuple(part for part in plan.parts if part.amount_fen or not whole)
    by_no = {line.line: line for line in payable.lines}
    figure = FigureView(
        amount_fen if whole else plan.pay_fen, _working(parts, by_no, plan.pay_fen, t),
        clause_refs(ref, [by_no[line].clause for line in named]), (payable.rule,),
    )  # fmt: skip
    view = PortalPayConfirmView(
        human=now.human(t, lease_ref=ref, about="billing_question"),
        lease_ref=ref,
        model=payable.model,
        pay=figure,
        parts=tuple(
            PayPartView(label=line_name(by_no[part.line], t), amount_fen=part.amount_fen, left_fen=part.left_fen)
            for part in plan.parts
        ),
        left_fen=plan.left_fen,
        amount_fen=amount_fen,
        part_fen=part_fen,
        lines=tuple(named),
        facts=(
            FactView(t("从哪里付"), t("代扣协议的付款账户")),
            FactView(t("多久有结果"), t("通常几秒，最多几分钟")),
            FactView(t("重复点击"), t("只会付一次")),
        ),
        back_href=f"/my/leases/{ref}/pay?{urlencode(back)}",
        problem=None if refusal is None else _problem(request, refusal),
    )
    return html(request, view, 200 if refusal is None else refusal.status, **now.counts())


def _working(parts: tuple[PaymentPart, ...], by_no: dict[str, PayableLine], pay_fen: int, t: Words) -> tuple[str, ...]:
    rows = tuple(f"{line_name(by_no[part.line], t)} {plain_fen(part.amount_fen)}" for part in parts if part.amount_fen)
    return (*rows, f"＝ {plain_fen(pay_fen)}") if len(rows) > 1 else rows


def _problem(request: Request, refusal: Refusal) -> ProblemView:
    """A figure that moved meanwhile stands on this page anew: it can be confirmed here."""
    problem = problem_view(request, refusal)
    if "amount_fen" in refusal.data:
        return replace(problem, remedy=words(request)("金额已更新，确认后再付；刚才没有扣款"))
    return problem


async def pay(request: Request) -> Response:
    """POST: the order is written once, however often the button is pressed; its page says how it stands."""
    fields = await form(request)
    path = {"lease_ref": request.path_params["lease_ref"]}
    lines = tuple(line for line in fields.get("line", []) if line)
    pairs = [(name, field(fields, name)) for name in ("amount_fen", "part_fen") if field(fields, name)]
    try:
        asked = decode(PayBills, path, pairs, msgspec.json.encode({"lines": lines}))
        made = await run(request, pay_bills, asked, fields)
    except Refusal as refusal:
        if refusal.status in (401, 404):
            raise
        return await _again(request, lines, field(fields, "part_fen"), refusal)
    return see(f"/my/leases/{made.lease_ref}/payments/{made.order_ref}")


async def _again(request: Request, lines: tuple[str, ...], part: str, refusal: Refusal) -> Response:
    """The confirmation with why it was refused; the choice anew where what was chosen is not there any more."""
    part_fen = int(part) if part.isascii() and part.isdigit() and len(part) < 12 else None
    try:
        return await _confirm(request, ",".join(lines), part_fen, refusal)
    except Refusal as gone:
        if gone.status in (401, 404):
            raise
        return await _choose(request, refusal)
