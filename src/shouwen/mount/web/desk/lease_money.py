"""GET /desk/leases/{ref}/money: the book of a lease, what came and went, and the acts on all of it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.leases import use_cases_book as books
from shouwen.features.leases import use_cases_money as money
from shouwen.features.leases import use_cases_payments as payments
from shouwen.features.leases import use_cases_statement as statements
from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases_book import DeskBook
from shouwen.features.money.public import BillStatement, bill_no_of
from shouwen.features.money.types import EntryKind
from shouwen.features.papers import use_cases_statement as letters
from shouwen.features.papers.types import PaperLine
from shouwen.features.payments.types import KIND_ZH, LeasePayments, OrderKind, OrderState, OrderView
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_at, beijing_on
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
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
from shouwen.mount.web.desk.money_views import BookRowView, HandRowView, LeaseMoneyView, OrderRowView, WaitingView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words
from shouwen.platform import clock

_BASE = "/desk/leases/{lease_ref}/money"
_BY_PEOPLE = (
    EntryKind.PAYMENT, EntryKind.WAIVER, EntryKind.WRITE_OFF, EntryKind.RECOVERY, EntryKind.REFUND, EntryKind.REVERSAL,
    EntryKind.CHARGE, EntryKind.CAPTURE,
)  # fmt: skip


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
            "POST", f"{_BASE}/orders/{{order_ref}}/retry",
            act(payments.retry_order, payments.RetryOrder, money_tab, f"{_BASE}#orders", "已换一个单号重新办理"),
        ),
        page(
            "POST", f"{_BASE}/orders/{{order_ref}}/settlement",
            act(payments.settle_order, payments.SettleOrder, money_tab, f"{_BASE}#orders", "核对结果已记入账本"),
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
        acts=_acts(request, book, paid, tried, t),
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
    due = [line for line in statement.lines if line.outstanding_fen and line.due_on <= statement.on]
    working = tuple(f"{line_label(line.kind, line.no, t)} {plain_fen(line.outstanding_fen)}" for line in due)
    clauses = clause_refs(line.clause for line in due)
    tail_fen = sum(fee.amount_fen for fee in file.late_fees)
    facts = [
        FactView(
            t("已到期未付"), figure=FigureView(statement.due_fen, working, clauses),
            tone="red" if statement.overdue_fen else "plain",
        ),
        FactView(t("未到期"), format_fen(statement.outstanding_fen - statement.due_fen)),
        FactView(t("余额"), format_fen(statement.credit_fen), tone="moss" if statement.credit_fen else "plain"),
    ]  # fmt: skip
    if tail_fen:
        lines = tuple(f"{line_label_fee(fee.no, t)} {plain_fen(fee.amount_fen)}" for fee in file.late_fees)
        rules = tuple(dict.fromkeys(rule for fee in file.late_fees for rule in fee.rules))
        figure = FigureView(tail_fen, lines, clause_refs(fee.clause for fee in file.late_fees), rules)
        facts.insert(1, FactView(t("未入账的违约金"), figure=figure))
    if statement.next_due_on is not None:
        facts.append(FactView(t("下一个应付日"), f"{statement.next_due_on:%m-%d}"))
    return tuple(facts)


def line_label_fee(no: int, t: Words) -> str:
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
    rows = [one for one in book.booked if one.kind in _BY_PEOPLE and one.role is not Role.SYSTEM]
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
                acts=_order_acts(request, ref, one, tried if here == one.order_ref else None, t),
            )
        )  # fmt: skip
    return tuple(rows)


def _order_acts(
    request: Request, ref: str, one: OrderView, tried: Tried | None, t: Words
) -> tuple[FormView, ...]:  # fmt: skip
    """Only where a person has to look: deductions are tried again by themselves."""
    stuck = one.state is OrderState.DISPUTED or (one.state is OrderState.NOT_DONE and one.kind is not OrderKind.DEDUCT)
    if not stuck or not may(request, payments.settle_order):
        return ()
    base = f"/desk/leases/{ref}/money/orders/{one.order_ref}"
    found = []
    if one.state is OrderState.NOT_DONE and one.kind in (OrderKind.CAPTURE, OrderKind.RELEASE):
        found.append(form_view("retry_order", f"{base}/retry", t("重新办理"), t("换一个单号再办一次"), tried=tried))
    books_it = one.state is OrderState.DISPUTED and one.kind is OrderKind.DEDUCT and bool(one.moved_fen)
    picks = (
        PickView("true", t("按渠道实际收到的 {amount} 入账", amount=format_fen(one.moved_fen))),
        PickView("false", t("不入账")),
    )
    fields = (
        FieldView(name="books", label=t("怎么处理"), kind="select", picks=picks if books_it else picks[1:]),
        FieldView(name="why", label=t("核对说明"), kind="area", placeholder=t("与支付渠道核对的结果")),
    )
    found.append(form_view("settle_order", f"{base}/settlement", t("核对并了结"), t("记下结果"), fields, tried=tried))
    return tuple(found)


def _agreement(paid: LeasePayments, t: Words) -> str:
    if paid.agreement_signed_at is None:
        return t("没有生效的代扣协议，账单由租客自己付")
    return t("代扣协议自 {day} 生效", day=f"{beijing_at(paid.agreement_signed_at):%Y-%m-%d}")


def _paper_act(ref: str, tried: Tried | None, t: Words) -> FormView:
    return form_view(
        "write_statement", f"/desk/leases/{ref}/money/statement", "", t("出具 PDF 对账单"), tried=tried, folded=False
    )


def _acts(
    request: Request, book: DeskBook, paid: LeasePayments, tried: Tried | None, t: Words
) -> tuple[FormView, ...]:  # fmt: skip
    base, found = f"/desk/leases/{book.lease_ref}/money", list[FormView]()
    if may(request, money.record_payment) and book.statement.lines:
        found.append(form_view(
            "record_payment", f"{base}/payments", t("登记收款"), t("登记收款"), _payment_fields(book, t), tried=tried,
            lead=t("按付款日生效；没有指定账单的，先付最早到期的租金，再付违约金和其他（民法典 560）。"),
        ))  # fmt: skip
    if may(request, money.book_charge) and book.chargeable:
        power = next(one for one in book.powers if one.act == "hand_charge")
        found.append(form_view(
            "book_charge", f"{base}/charges", t("登记收费"), t("登记收费"), _charge_fields(book, tried, t), tried=tried,
            lead=power_text(power, t),
        ))  # fmt: skip
    if may(request, payments.attempt_deduction) and paid.agreement_signed_at is not None:
        found.append(form_view(
            "attempt_deduction", f"{base}/deductions", t("现在扣一次款"), t("发起扣款"), tried=tried,
            lead=t("按代扣协议扣到期未付、没有争议的账单；争议中的不扣（PAUSE-1）。"),
        ))  # fmt: skip
    return tuple(found)


def _payment_fields(book: DeskBook, t: Words) -> tuple[FieldView, ...]:
    today = beijing_on(clock.now()).isoformat()
    picks = tuple(
        PickView(
            bill_no_of(line.kind, line.no), line_label(line.kind, line.no, t),
            note=t("待付 {amount}", amount=format_fen(line.outstanding_fen)),
        )
        for line in book.statement.lines
        if line.outstanding_fen
    )  # fmt: skip
    return (
        FieldView(name="amount_yuan", label=t("金额"), kind="yuan"),
        FieldView(name="payment_ref", label=t("流水号"), max_length=64, placeholder=t("银行回单或转账凭证上的编号")),
        FieldView(name="paid_on", label=t("付款日"), kind="date", value=today, high=today),
        FieldView(name="named", label=t("租客指定的账单"), kind="checks", picks=picks, required=False),
        FieldView(
            name="why", label=t("付款日的凭证"), required=False, max_length=500,
            hint=t("付款日早于今天、违约金因此减少时必填；减少的部分按减免违约金的权限办"),
        ),
    )  # fmt: skip


def _charge_fields(book: DeskBook, tried: Tried | None, t: Words) -> tuple[FieldView, ...]:
    today = beijing_on(clock.now()).isoformat()
    fields = [
        FieldView(
            name="kind", label=t("类别"), kind="select",
            picks=(PickView("fee", t("手续费")), PickView("addon", t("增值服务"))),
        ),
        FieldView(name="amount_yuan", label=t("金额"), kind="yuan"),
        FieldView(
            name="clause", label=t("依据的条款"), kind="select",
            picks=tuple(PickView(one.no, f"{one.no} {one.title}") for one in book.chargeable),
        ),
        FieldView(name="due_on", label=t("应付日"), kind="date", value=today, low=today),
        FieldView(name="why", label=t("事由（租客看得到）"), kind="area", max_length=500),
    ]  # fmt: skip
    if tried is not None and tried.name == "book_charge":
        label = t("今天已登记过同样的一笔，确实要再收一笔")
        fields.append(FieldView(name="again", label=label, kind="check", required=False))
    return tuple(fields)
