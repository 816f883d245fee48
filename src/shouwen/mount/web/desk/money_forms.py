"""The forms of a lease's book: record a payment, charge, deduct now; look into an order that is stuck."""

from starlette.requests import Request

from shouwen.features.leases.use_cases import money, payments
from shouwen.features.leases.use_cases.book import DeskBook
from shouwen.features.money.public import bill_no_of
from shouwen.features.payments.types import LeasePayments, OrderKind, OrderState, OrderView
from shouwen.features.people.public import PowerAct
from shouwen.kernel.days import beijing_on
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.web.acts import Tried, form_view, may
from shouwen.mount.web.desk.money_bits import line_label, power_text
from shouwen.platform import clock


def order_acts(
    request: Request, ref: str, one: OrderView, tried: Tried | None, t: Words
) -> tuple[FormView, ...]:  # fmt: skip
    """Only where a person has to look: deductions are tried again by themselves."""
    stuck = one.state is OrderState.DISPUTED or (one.state is OrderState.NOT_DONE and one.kind is not OrderKind.DEDUCT)
    if not stuck or not may(request, payments.settle_order):
        return ()
    base = f"/desk/leases/{ref}/money/orders/{one.order_ref}"
    found = []
    if one.state is OrderState.NOT_DONE and one.kind in (OrderKind.CAPTURE, OrderKind.RELEASE):
        found.append(form_view("retry_of_lease", f"{base}/retry", t("重新办理"), t("换一个单号再办一次"), tried=tried))
    books_it = one.state is OrderState.DISPUTED and one.kind is OrderKind.DEDUCT and bool(one.moved_fen)
    picks = (
        PickView("true", t("按渠道实际收到的 {amount} 入账", amount=format_fen(one.moved_fen))),
        PickView("false", t("不入账")),
    )
    fields = (
        FieldView(name="books", label=t("怎么处理"), kind="select", picks=picks if books_it else picks[1:]),
        FieldView(name="why", label=t("核对说明"), kind="area", placeholder=t("与支付渠道核对的结果")),
    )
    found.append(
        form_view("finding_of_lease", f"{base}/settlement", t("核对并了结"), t("记下结果"), fields, tried=tried)
    )
    return tuple(found)


def book_acts(
    request: Request, book: DeskBook, paid: LeasePayments, tried: Tried | None, t: Words
) -> tuple[FormView, ...]:  # fmt: skip
    """The acts on the whole book that this reader may try."""
    base, found = f"/desk/leases/{book.lease_ref}/money", list[FormView]()
    if may(request, money.record_payment) and book.statement.lines:
        found.append(form_view(
            "record_payment", f"{base}/payments", t("登记收款"), t("登记收款"), _payment_fields(book, t), tried=tried,
            lead=t("按付款日生效；没有指定账单的，先付最早到期的租金，再付违约金和其他（民法典 560）。"),
        ))  # fmt: skip
    if may(request, money.book_charge) and book.chargeable:
        power = next(one for one in book.powers if one.act is PowerAct.HAND_CHARGE)
        found.append(form_view(
            "book_charge", f"{base}/charges", t("登记收费"), t("登记收费"), _charge_fields(book, tried, t), tried=tried,
            lead=power_text(power, t),
        ))  # fmt: skip
    if may(request, payments.attempt_deduction) and paid.agreement_signed_at is not None:
        found.append(form_view(
            "attempt_deduction", f"{base}/deductions", t("现在扣一次款"), t("发起扣款"), tried=tried,
            lead=t("按代扣协议扣到期未付、没有争议的账单；争议中的不扣（PAUSE-1）。"),
        ))  # fmt: skip
    found += _agreement_acts(request, base, paid, tried, t)
    return tuple(found)


def _agreement_acts(
    request: Request, base: str, paid: LeasePayments, tried: Tried | None, t: Words
) -> list[FormView]:  # fmt: skip
    """Record the agreement the renter signed at the provider, or end the one in force."""
    if paid.agreement_signed_at is not None:
        if not may(request, payments.end_lease_agreement):
            return []
        return [form_view(
            "agreement_end_of_lease", f"{base}/agreement/end", t("终止代扣协议"), t("终止协议"), tried=tried,
            lead=t("以后不再自动扣款，正在办理的扣款一并撤回；到期账单由租客自己付。"),
        )]  # fmt: skip
    if not may(request, payments.record_agreement):
        return []
    fields = (
        FieldView(name="agreement_no", label=t("协议号"), max_length=64, placeholder=t("支付渠道上的代扣协议号")),
        FieldView(name="payer_id", label=t("租客在渠道的编号"), max_length=64),
    )
    return [form_view(
        "agreement_of_lease", f"{base}/agreement", t("登记代扣协议"), t("登记"), fields, tried=tried,
        lead=t("租客在支付渠道签署后登记；登记后到期账单按扣款日自动扣。"),
    )]  # fmt: skip


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
