"""GET /desk/leases/{ref}/money: the book of a lease, what came and went, and the acts on all of it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases import book as books
from shouwen.features.leases.use_cases import money, payments
from shouwen.features.leases.use_cases import statement as statements
from shouwen.features.leases.use_cases.book import DeskBook
from shouwen.features.money.public import BillLine, BillStatement
from shouwen.features.money.types import ChargeKind, EntryKind
from shouwen.features.papers import use_cases_statement as letters
from shouwen.features.papers.types import PaperLine
from shouwen.features.payments.types import KIND_ZH, LeasePayments, OrderState
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_at
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView, PillView
from shouwen.mount.web.acts import Tried, act, form_view, may
from shouwen.mount.web.desk.bits import clause_refs
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.money_bits import (
    ENTRY_ZH,
    FAULT,
    ORDER_STATE,
    approvers,
    book_row,
    line_label,
    paper_row,
    power_text,
    undo_href,
    who_of,
    why_of,
)
from shouwen.mount.web.desk.money_forms import book_acts, order_acts
from shouwen.mount.web.desk.money_views import BookRowView, HandRowView, LeaseMoneyView, OrderRowView, WaitingView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words

_BASE = "/desk/leases/{lease_ref}/money"
_BY_PEOPLE = (
    EntryKind.PAYMENT, EntryKind.WAIVER, EntryKind.WRITE_OFF, EntryKind.RECOVERY, EntryKind.REFUND, EntryKind.REVERSAL,
    EntryKind.CAPTURE,
)  # fmt: skip
_CHARGED_BY_PEOPLE = (ChargeKind.ADDON, ChargeKind.FEE)  # a rent paid early is booked by whoever records it


def routes() -> list[Route]:
    """The tab, its file, and the acts on the whole book."""
    return [
        page("GET", _BASE, money_tab),
        page("GET", f"{_BASE}/statement.csv", statement_csv),
        page(
            "POST", f"{_BASE}/statement",
            act(
                letters.write_statement, letters.WriteStatement, money_tab, f"{_BASE}#papers",
                "对账单已出具，几秒后可以下载",
            ),
        ),
        page(
            "POST", f"{_BASE}/payments",
            act(money.record_payment, money.RecordPayment, money_tab, _BASE, "收款已入账，账单已按付款日更新"),
        ),
        page(
            "POST", f"{_BASE}/charges",
            act(money.book_charge, money.BookCharge, money_tab, _BASE, "收费已入账，租客会在账单里看到条款和事由"),
        ),
        page(
            "POST", f"{_BASE}/deductions",
            act(
                payments.attempt_deduction, payments.AttemptDeduction, money_tab, f"{_BASE}#orders",
                "已向支付渠道发起扣款，结果会显示在付款单里",
            ),
        ),
        page(
            "POST", f"{_BASE}/agreement",
            act(
                payments.record_agreement, payments.RecordAgreement, money_tab, f"{_BASE}#orders",
                "代扣协议已登记，到期账单会自动扣款", name="agreement_of_lease",
            ),
        ),
        page(
            "POST", f"{_BASE}/agreement/end",
            act(
                payments.end_lease_agreement, payments.EndAgreement, money_tab, f"{_BASE}#orders",
                "代扣协议已终止，账单改为租客自己付", name="agreement_end_of_lease",
            ),
        ),
        page(
            "POST", f"{_BASE}/orders/{{order_ref}}/retry",
            act(
                payments.retry_order, payments.RetryOrder, money_tab, f"{_BASE}#orders", "已换一个单号重新办理",
                name="retry_of_lease",
            ),
        ),
        page(
            "POST", f"{_BASE}/orders/{{order_ref}}/settlement",
            act(
                payments.settle_order, payments.SettleOrder, money_tab, f"{_BASE}#orders", "核对结果已记入账本",
                name="finding_of_lease",
            ),
        ),
    ]  # fmt: skip


async def statement_csv(request: Request) -> Response:
    """The statement for a spreadsheet."""
    found = await run(
        request, statements.export_statement, statements.ExportStatement(request.path_params["lease_ref"])
    )
    headers = {"content-disposition": f'attachment; filename="{found.name}"'}
    return Response(found.text.encode(), media_type=found.media_type, headers=headers)


async def money_tab(request: Request, tried: Tried | None = None) -> Response:
    """The whole tab, with what was refused a moment ago where it was tried."""
    file, t = await lease_file(request), words(request)
    ref = file.lease.ref
    book = await run(request, books.read_desk_book, books.ReadDeskBook(ref))
    paid = await run(request, payments.read_payments, payments.ReadPayments(ref))
    papers: tuple[PaperLine, ...] = ()
    if file.contract is not None:
        papers = (await run(request, arrears.read_ages, arrears.ReadAges(ref))).papers
    view = LeaseMoneyView(
        head=lease_head(request, file, "money"),
        rows=tuple(book_row(ref, line, t) for line in book.statement.lines),
        total=_total(book.statement, t) if book.statement.lines else None,
        owed=_owed(book.statement, file, t),
        deposit=_deposit(file, paid, t),
        powers=tuple(FactView(t(power.name), power_text(power, t)) for power in book.powers),
        waiting=_waiting(book, t),
        hand=_hand(book, may(request, money.undo_entry), t),
        orders=_orders(request, ref, paid, tried, t),
        agreement=_agreement(paid, t),
        papers=tuple(paper_row(ref, one, t) for one in papers),
        acts=book_acts(request, book, paid, tried, t),
        csv_href=f"/desk/leases/{ref}/money/statement.csv",
        paper_act=_paper_act(ref, tried, t) if book.statement.lines else None,
        refund_href=f"/desk/leases/{ref}/money/refund" if book.statement.credit_fen else "",
    )
    return await desk_html(request, view, tried.status if tried else 200)


def _total(statement: BillStatement, t: Words) -> BookRowView:
    lines = statement.lines
    return BookRowView(
        label=t("合计"), href="", state=PillView(""), due_on=statement.on, clause="",
        amount_fen=sum(line.amount_fen for line in lines), paid_fen=sum(line.paid_fen for line in lines),
        waived_fen=sum(line.waived_fen for line in lines), written_off_fen=sum(line.written_off_fen for line in lines),
        outstanding_fen=statement.outstanding_fen,
    )  # fmt: skip


def _owed(statement: BillStatement, file: LeaseFile, t: Words) -> tuple[FactView, ...]:
    open_lines = [line for line in statement.lines if line.outstanding_fen]
    due = [line for line in open_lines if line.due_on <= statement.on]
    tail_fen = sum(fee.amount_fen for fee in file.late_fees)
    facts = [
        FactView(
            t("已到期未付"), figure=_sum_of(due, t), tone="red" if statement.overdue_fen else "plain",
        ),
        FactView(t("未到期"), figure=_sum_of([one for one in open_lines if one.due_on > statement.on], t)),
        FactView(t("余额"), format_fen(statement.credit_fen), tone="moss" if statement.credit_fen else "plain"),
    ]  # fmt: skip
    if tail_fen:
        lines = tuple(f"{_fee_label(fee.no, t)} {plain_fen(fee.amount_fen)}" for fee in file.late_fees)
        rules = tuple(dict.fromkeys(rule for fee in file.late_fees for rule in fee.rules))
        figure = FigureView(tail_fen, lines, clause_refs(fee.clause for fee in file.late_fees), rules)
        facts.insert(1, FactView(t("未入账的违约金"), figure=figure))
    if statement.next_due_on is not None:
        facts.append(FactView(t("下一个应付日"), f"{statement.next_due_on:%m-%d}"))
    return tuple(facts)


def _sum_of(lines: Sequence[BillLine], t: Words) -> FigureView:
    """What these lines owe together, line by line."""
    working = tuple(f"{line_label(line.kind, line.no, t)} {plain_fen(line.outstanding_fen)}" for line in lines)
    owed_fen = sum(line.outstanding_fen for line in lines)
    return FigureView(owed_fen, working, clause_refs(line.clause for line in lines))


def _fee_label(no: int, t: Words) -> str:
    """`第 3 期违约金`."""
    return t("第 {n} 期违约金", n=no)


def _deposit(file: LeaseFile, paid: LeasePayments, t: Words) -> tuple[FactView, ...]:
    hold = file.hold
    if hold is None:
        return ()
    facts = [
        FactView(t("冻结"), figure=FigureView(hold.amount_fen, clauses=clause_refs((hold.clause,)))),
        FactView(t("转为支付"), format_fen(hold.captured_fen)),
        FactView(t("已解冻"), format_fen(hold.released_fen)),
        FactView(t("仍冻结"), format_fen(hold.open_fen)),
    ]
    if paid.frozen_fen is not None and paid.frozen_fen != hold.open_fen:
        facts.append(FactView(t("渠道上冻结"), format_fen(paid.frozen_fen), tone="amber"))
    if hold.open_fen and hold.release_due_on is not None:
        facts.append(FactView(t("解冻期限"), f"{hold.release_due_on:%Y-%m-%d}"))
    return tuple(facts)


def _waiting(book: DeskBook, t: Words) -> tuple[WaitingView, ...]:
    return tuple(
        WaitingView(
            one.summary, one.requested_name, one.requested_at,
            t("等{who}同意", who=approvers(one.approver_role, one.people - one.agreed, t)),
        )
        for one in book.waiting
    )  # fmt: skip


def _hand(book: DeskBook, may_undo: bool, t: Words) -> tuple[HandRowView, ...]:
    """What people booked, the newest first; the nightly book stands at its lines."""
    by_hand = {f"charge:{line.charge_id}" for line in book.statement.lines if line.kind in _CHARGED_BY_PEOPLE}
    rows = [
        one for one in book.booked if one.role is not Role.SYSTEM and (one.kind in _BY_PEOPLE or one.key in by_hand)
    ]
    return tuple(
        HandRowView(
            at=one.at, what=t(ENTRY_ZH[one.kind]), amount_fen=one.amount_fen, who=who_of(one, t), why=why_of(one),
            undone=one.reversed,
            undo_href=undo_href(book.lease_ref, one.key) if may_undo and one.key in book.undoable else "",
        )
        for one in reversed(rows)
    )  # fmt: skip


def _orders(
    request: Request, ref: str, paid: LeasePayments, tried: Tried | None, t: Words
) -> tuple[OrderRowView, ...]:  # fmt: skip
    here = request.path_params.get("order_ref", "")
    rows = []
    for one in paid.orders:
        text, tone = ORDER_STATE[one.state]
        moved = ""
        if one.state is OrderState.DISPUTED and one.moved_fen:
            moved = t("渠道实际收到 {amount}", amount=format_fen(one.moved_fen))
        rows.append(
            OrderRowView(
                ref=one.order_ref, what=t(KIND_ZH[one.kind]), at=one.decided_at or one.planned_at,
                amount_fen=one.amount_fen, state=PillView(t(text), tone),
                said=moved or (t(FAULT[one.fault]) if one.fault in FAULT else ""),
                code=one.code if one.state is not OrderState.DONE else "", provider_no=one.provider_no,
                acts=order_acts(request, ref, one, tried if here == one.order_ref else None, t),
            )
        )  # fmt: skip
    return tuple(rows)


def _agreement(paid: LeasePayments, t: Words) -> str:
    if paid.agreement_signed_at is None:
        return t("没有生效的代扣协议，账单由租客自己付")
    return t("代扣协议自 {day} 生效", day=f"{beijing_at(paid.agreement_signed_at):%Y-%m-%d}")


def _paper_act(ref: str, tried: Tried | None, t: Words) -> FormView:
    return form_view(
        "write_statement", f"/desk/leases/{ref}/money/statement", "", t("出具 PDF 对账单"), tried=tried, folded=False
    )
