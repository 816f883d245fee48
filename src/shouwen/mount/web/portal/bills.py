"""/my/bills: what is due, by lease; each line leads to what it is; what is settled, under way, held."""

from collections.abc import Container
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.disputes import mine
from shouwen.features.disputes.rows import ClaimListRow
from shouwen.features.disputes.types import ENDED, ClaimState
from shouwen.features.leases.types import LeaseListRow
from shouwen.features.leases.use_cases import payments as acts
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.leases.use_cases.paying import Payable, ReadPayable, read_payable
from shouwen.features.money.statement import BillLine, BillStatement
from shouwen.features.money.types import ChargeKind
from shouwen.features.payments.types import LeasePayments, OrderKind, OrderState
from shouwen.kernel.days import beijing_at
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import BillView, FactView, FigureView, LinkView, PillView
from shouwen.mount.web.acts import said
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.money_bits import due_figure, line_href, overdue_need, payable_row, settled_row
from shouwen.mount.web.portal.money_views import BillGroupView, PortalBillsView
from shouwen.mount.web.portal.payments import order_href


async def bills(request: Request) -> Response:
    """All leases' bills on one page, by lease, what is due first."""
    now = await around(request)
    t = words(request)
    resting = await resting_leases(request)
    groups = [await _group(request, row, resting.get(row.ref), t) for row in now.leases if row.signed_on]
    groups.sort(key=lambda group: (not group.due.amount_fen, not group.later))
    open_groups = [group for group in groups if group.due.amount_fen]
    working = tuple(line for group in open_groups for line in group.due.working if not line.startswith("＝"))
    amount_fen = sum(group.due.amount_fen for group in open_groups)
    total = (f"＝ {plain_fen(amount_fen)}",) if len(working) > 1 else ()
    coming = [row.due_on for group in groups for row in group.later]
    view = PortalBillsView(
        human=now.human(t, about="billing_question"),
        outstanding=FigureView(amount_fen, (*working, *total)),
        groups=tuple(groups),
        next_due_on=None if amount_fen else min(coming, default=None),
        said=said(request, t),
    )
    return html(request, view, **now.counts())


async def _group(request: Request, row: LeaseListRow, claim: ClaimListRow | None, t: Words) -> BillGroupView:
    """One lease: what can be paid to the fen, what is settled, what is under way."""
    ref = row.ref
    statement = (await run(request, leases.read_bills, leases.ReadBills(ref))).statement
    payable: Payable | None = None
    if statement.outstanding_fen:
        payable = await run(request, read_payable, ReadPayable(ref))
    money = await run(request, acts.read_payments, acts.ReadPayments(ref))
    whole_fen = {f"{line.kind}-{line.no}": line.amount_fen for line in statement.lines}
    lines = () if payable is None else payable.lines
    rows = [(line, payable_row(line, ref, whole_fen.get(line.line, 0), t)) for line in lines]
    settled = [line for line in statement.lines if not line.outstanding_fen]
    late = [line for line in lines if line.days_overdue and line.kind is ChargeKind.RENT and not line.contested_fen]
    waits = next((one for one in money.orders if one.state is OrderState.OPEN and one.kind is OrderKind.DEDUCT), None)
    return BillGroupView(
        model=row.model,
        lease_ref=ref,
        due=FigureView(0) if payable is None else due_figure(payable, t),
        now=tuple(view for line, view in rows if line.is_due),
        later=tuple(view for line, view in rows if not line.is_due),
        settled=tuple(settled_row(line, ref, t) for line in reversed(settled)),
        facts=(*_money_facts(statement, money, t), *deposit_facts(statement, t, claim=claim)),
        links=_links(statement, ref, t),
        pay_href=f"/my/leases/{ref}/pay" if lines else "",
        by_transfer=money.agreement_signed_at is None,
        overdue=overdue_need([line.days_overdue for line in late], ref, t),
        under_way=None
        if waits is None
        else LinkView(t("一笔 {amount} 的付款正在处理", amount=format_fen(waits.amount_fen)), order_href(ref, waits)),
    )


def _money_facts(statement: BillStatement, money: LeasePayments, t: Words) -> list[FactView]:
    facts = []
    if statement.credit_fen:
        facts.append(FactView(t("余额"), format_fen(statement.credit_fen), t("账单到期时自动抵付")))
    if money.next_attempt is not None:
        at = beijing_at(money.next_attempt.at)
        facts.append(
            FactView(t("下次自动扣款"), t("{at} 起", at=f"{at:%m-%d %H:%M}"), format_fen(money.next_attempt.amount_fen))
        )
    return facts


def _links(statement: BillStatement, ref: str, t: Words) -> tuple[LinkView, ...]:
    base = f"/my/leases/{ref}"
    links = [
        LinkView(t("对账单，可下载"), f"{base}/statement"),
        LinkView(t("付款和余额"), f"{base}/payments"),
        LinkView(t("代扣协议"), f"{base}/agreement"),
        LinkView(t("函件"), f"{base}/papers"),
    ]
    if statement.deposit is not None:
        links.append(LinkView(t("押金"), f"{base}/deposit"))
    return tuple(links)


async def resting_leases(request: Request) -> dict[str, ClaimListRow]:
    """The damage claims that are not settled, by lease: their charge is not collected meanwhile (PAUSE-1)."""
    return open_claims(await run(request, mine.list_my_claims, mine.ListMyClaims()))


def open_claims(claims: list[ClaimListRow]) -> dict[str, ClaimListRow]:
    """Those not settled, by lease."""
    return {claim.lease_ref: claim for claim in claims if claim.state not in ENDED}


def release_text(claim: ClaimListRow | None, due_on: date | None, t: Words) -> str:
    """When the deposit goes back. An open claim decides that, so then no day is named that it would contradict."""
    if claim is None:
        return t("最晚 {day} 解冻", day=due_on.isoformat()) if due_on else ""
    amount = format_fen(claim.claimed_fen)
    if claim.state is ClaimState.AWAITING_RENTER:
        return t("验机主张 {amount}，等您确认；处理完后解冻其余", amount=amount)
    if claim.state is ClaimState.ACCEPTED:
        return t("您已认可 {amount} 的定损，核定后解冻其余", amount=amount)
    if claim.state is ClaimState.DECIDED:
        return t("裁定已出，申诉期过后结清：按裁定扣除的不超过这一笔，其余退回")
    if claim.state is ClaimState.APPEALED:
        return t("申诉中，复核裁定后结清，期间不扣款")
    return t("{amount} 有争议，裁定并过申诉期后解冻其余", amount=amount)


def rests(line: BillLine, lease: LeaseListRow, resting: Container[str]) -> bool:
    """Whether collection of this charge is paused."""
    return line.kind == ChargeKind.DAMAGE and lease.ref in resting and line.outstanding_fen > 0


def bill_view(line: BillLine, lease: LeaseListRow, t: Words, resting: Container[str] = frozenset()) -> BillView:
    """One charge as the renter sees it."""
    paused = rests(line, lease, resting)
    return BillView(
        label=t(line.label),
        due_on=line.due_by,
        state=PillView(t("暂停催收"), "pine") if paused else _pill(line, t),
        amount_fen=line.amount_fen,
        paid_fen=line.paid_fen,
        waived_fen=line.waived_fen,
        written_off_fen=line.written_off_fen,
        outstanding_fen=line.outstanding_fen,
        working=line.working,
        clauses=clause_refs(lease.ref, (line.clause,)),
        rules=tuple(dict.fromkeys([entry.rule for entry in line.entries if entry.rule] + ["PAUSE-1"] * paused)),
        lease_ref=lease.ref,
        lease_title=lease.model,
        href=line_href(lease.ref, f"{line.kind}-{line.no}"),
        paused=t("争议结束前不催收，不计违约金") if paused else "",
    )


def _pill(line: BillLine, t: Words) -> PillView:
    if line.state == "paid":
        return PillView(t("已结清"), "moss")
    if line.state == "overdue" and line.kind is not ChargeKind.LATE_FEE:
        return PillView(t("逾期 {n} 天", n=line.days_overdue), "red")
    return PillView(t("待付"), "plain")


def deposit_facts(
    statement: BillStatement, t: Words, *, title: str = "", claim: ClaimListRow | None = None
) -> tuple[FactView, ...]:
    """The deposit hold: frozen, taken, given back, and when or after what the rest goes back."""
    hold = statement.deposit
    if hold is None:
        return ()
    facts = [FactView(t("押金预授权"), format_fen(hold.amount_fen), title)]
    if hold.captured_fen:
        facts.append(FactView(t("已转支付"), format_fen(hold.captured_fen)))
    if hold.released_fen:
        facts.append(FactView(t("已解冻"), format_fen(hold.released_fen), tone="moss"))
    if hold.open_fen:
        facts.append(FactView(t("仍冻结"), format_fen(hold.open_fen), release_text(claim, hold.release_due_on, t)))
    return tuple(facts)
