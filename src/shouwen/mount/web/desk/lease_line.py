"""One line of a lease's book: its clause, working and entries, the acts on it; taking an entry back; a refund."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.leases.by_hand import first_key
from shouwen.features.leases.use_cases import book as books
from shouwen.features.leases.use_cases import money, payments
from shouwen.features.leases.use_cases.book import BookLineActs, DeskBook
from shouwen.features.money.public import BillEntry, BillLine
from shouwen.features.money.types import CHARGE_ZH, ChargeKind, EntryKind
from shouwen.features.people.public import PowerAct
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView, LinkView
from shouwen.mount.web.acts import Tried, act, form_view, may
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.money_bits import (
    ENTRY_ZH,
    book_row,
    line_label,
    power_text,
    undo_href,
    who_of,
    why_of,
)
from shouwen.mount.web.desk.money_views import EntryRowView, LeaseLineView, LeaseStepView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words

_BASE = "/desk/leases/{lease_ref}/money"
_LINE = f"{_BASE}/lines/{{line}}"
_DAILY, _MOST_DAYS = EntryKind.ACCRUAL, 6
_BY_PART = (EntryKind.ADJUSTMENT, EntryKind.REVERSAL)
_PART_WORDS = ("超出应付的减免收回", "超出应付的核销转回", "撤销减免", "撤销核销", "转为余额")


def routes() -> list[Route]:
    """The line, what is done on it, and the two acts that have a page of their own."""
    return [
        page("GET", _LINE, line_page),
        page("POST", f"{_LINE}/waiver", act(money.waive, money.Waive, line_page, _LINE, "已减免，账单已更新")),
        page("POST", f"{_LINE}/write-off", act(
            money.write_off, money.WriteOff, line_page, _LINE, "已核销；以后收回的可以登记"
        )),
        page("POST", f"{_LINE}/recovery", act(money.recover, money.Recover, line_page, _LINE, "收回的款已入账")),
        page("GET", f"{_BASE}/undo", undo_page),
        page("POST", f"{_BASE}/undo", act(
            money.undo_entry, money.UndoEntry, undo_page, f"{_BASE}#hand", "这笔入账已撤销，账单恢复原状"
        )),
        page("GET", f"{_BASE}/refund", refund_page),
        page("POST", f"{_BASE}/refund", act(
            payments.refund_credit, payments.AskRefund, refund_page, f"{_BASE}#orders", "退款已发起，进度显示在付款单里"
        )),
    ]  # fmt: skip


async def line_page(request: Request, tried: Tried | None = None) -> Response:
    """What a line is, who did what to it, and what may be done."""
    file, t = await lease_file(request), words(request)
    ref, wanted = file.lease.ref, request.path_params["line"]
    book = await run(request, books.read_desk_book, books.ReadDeskBook(ref))
    pairs = zip(book.statement.lines, book.acts, strict=True)
    found = next(((line, can) for line, can in pairs if can.line == wanted), None)
    if found is None:
        raise Absent("账单", "bill line")
    line, can = found
    clause = next((one for one in book.clauses if one.no == line.clause), None)
    many = sum(one.kind is _DAILY for one in line.entries) > _MOST_DAYS
    view = LeaseLineView(
        head=lease_head(request, file, "money"),
        back=f"/desk/leases/{ref}/money",
        row=book_row(ref, line, t),
        clause_title="" if clause is None else clause.title,
        clause_text="" if clause is None else clause.text,
        working=can.working,
        entries=tuple(_entry(request, book, one, t) for one in line.entries if not many or one.kind is not _DAILY),
        daily=tuple(_entry(request, book, one, t) for one in line.entries if many and one.kind is _DAILY),
        acts=_acts(request, book, line, can, tried, t),
        links=_links(request, ref, line, can, t),
    )
    return await desk_html(request, view, tried.status if tried else 200)


def _entry(request: Request, book: DeskBook, one: BillEntry, t: Words) -> EntryRowView:
    by = next((row for row in book.booked if row.key == one.key), None)
    may_undo = may(request, money.undo_entry) and one.key in book.undoable
    return EntryRowView(
        booked_on=one.booked_on,
        value_on=one.value_on,
        what=t(one.word if one.kind in _BY_PART and one.word in _PART_WORDS else ENTRY_ZH[one.kind]),
        rule=one.rule,
        amount_fen=one.amount_fen,
        who="" if by is None else who_of(by, t),
        why=one.memo if by is None or not by.said else why_of(by),
        undone=by is not None and by.reversed,
        undo_href=undo_href(book.lease_ref, one.key) if may_undo else "",
    )


def _links(request: Request, ref: str, line: BillLine, can: BookLineActs, t: Words) -> tuple[LinkView, ...]:
    links = []
    if line.kind in (ChargeKind.RENT, ChargeKind.LATE_FEE) and (line.days_overdue or line.kind is ChargeKind.LATE_FEE):
        links.append(LinkView(t("看这一期的逾期与免责"), f"/desk/leases/{ref}/arrears#late-{line.no}"))
    if can.undo_key and may(request, money.undo_entry):
        links.append(LinkView(t("撤销这笔收费"), undo_href(ref, can.undo_key)))
    return tuple(links)


def _acts(
    request: Request, book: DeskBook, line: BillLine, can: BookLineActs, tried: Tried | None, t: Words
) -> tuple[FormView, ...]:  # fmt: skip
    base, found = f"/desk/leases/{book.lease_ref}/money/lines/{can.line}", list[FormView]()
    if can.waive_fen and may(request, money.waive):
        found.append(form_view(
            "waive", f"{base}/waiver", t("减免"), t("减免"), _amount_and_why(can.waive_fen, t, seen=True),
            tried=tried, lead=_power(book, PowerAct.LATE_FEE_WAIVER, t), main=True, folded=False,
        ))  # fmt: skip
    if can.recover_fen and may(request, money.recover):
        fields = (
            FieldView(name="amount_yuan", label=t("收回金额"), kind="yuan", value=plain_fen(can.recover_fen)),
            FieldView(name="payment_ref", label=t("流水号"), max_length=64),
        )
        lead = t("已核销 {amount}，收回的部分在这里登记。", amount=format_fen(can.recover_fen))
        found.append(
            form_view("recover", f"{base}/recovery", t("收回核销款"), t("登记"), fields, tried=tried, lead=lead)
        )
    if can.write_off_fen and may(request, money.write_off):
        found.append(form_view(
            "write_off", f"{base}/write-off", t("核销收不回的部分"), t("核销"),
            _amount_and_why(can.write_off_fen, t, seen=False), tried=tried,
            lead=f"{t('租客不再欠这一部分，以后收回仍可登记。')}{_power(book, PowerAct.WRITE_OFF, t)}",
        ))  # fmt: skip
    return tuple(found)


def _power(book: DeskBook, which: PowerAct, t: Words) -> str:
    return power_text(next(one for one in book.powers if one.act is which), t)


def _amount_and_why(most_fen: int, t: Words, *, seen: bool) -> tuple[FieldView, ...]:
    return (
        FieldView(
            name="amount_yuan", label=t("金额"), kind="yuan", value=plain_fen(most_fen).replace(",", ""),
            hint=t("最多 {amount}", amount=format_fen(most_fen)),
        ),
        FieldView(
            name="why", label=t("事由（租客看得到）") if seen else t("事由"), kind="area", max_length=500,
        ),
    )  # fmt: skip


async def undo_page(request: Request, tried: Tried | None = None) -> Response:
    """What taking an entry back does, before it is done."""
    file, t = await lease_file(request), words(request)
    ref = file.lease.ref
    typed = tried.typed.get("entry_key", [""])[0] if tried else ""
    key = first_key(typed or request.query_params.get("entry", ""))
    book = await run(request, books.read_desk_book, books.ReadDeskBook(ref))
    rows = [one for one in book.booked if first_key(one.key) == key]
    if not rows or not may(request, money.undo_entry):
        raise Absent("入账", "entry")
    entry = rows[-1]
    line_hit = next((one for one in book.acts if one.undo_key == key), None)
    possible = entry.key in book.undoable or line_hit is not None
    action = f"/desk/leases/{ref}/money/undo"
    fields = (
        FieldView(name="entry_key", kind="hidden", value=key),
        FieldView(name="why", label=t("为什么撤销"), kind="area", max_length=500),
    )
    form = form_view(
        "undo_entry", action, "", t("撤销这笔入账"), fields, tried=tried, main=True, folded=False
    ) if possible or tried else None  # fmt: skip
    view = LeaseStepView(
        head=lease_head(request, file, "money"),
        title=t("撤销一笔入账"),
        back=f"/desk/leases/{ref}/money",
        lead="" if possible else t("这笔入账已经撤销，或不在这里撤销。"),
        figure=FigureView(entry.amount_fen, rules=("REVERSAL",)),
        figure_label=t(ENTRY_ZH[entry.kind]),
        facts=(
            FactView(t("谁记的"), who_of(entry, t)), FactView(t("事由"), why_of(entry)), FactView(t("编号"), entry.key),
        ),
        lines=_touched(book, entry.key, t),
        follows=_follows(book, entry.kind, t),
        form=form,
        rule="REVERSAL",
    )  # fmt: skip
    return await desk_html(request, view, tried.status if tried else 200)


def _touched(book: DeskBook, key: str, t: Words) -> tuple[FactView, ...]:
    """Which lines the entry settled, each with how much."""
    facts = [
        FactView(line_label(line.kind, line.no, t), format_fen(entry.amount_fen))
        for line in book.statement.lines
        for entry in line.entries
        if entry.key == key
    ]
    made = next((line for line in book.statement.lines if f"charge:{line.charge_id}" == key), None)
    if made is not None:
        facts.append(FactView(t(CHARGE_ZH[made.kind]), format_fen(made.amount_fen)))
    return tuple(facts)


def _follows(book: DeskBook, kind: EntryKind, t: Words) -> tuple[str, ...]:
    follows = [t("原来的一笔不会删除，另记一笔相反的入账；上面的账单恢复到没有它时的样子。")]
    if kind is EntryKind.PAYMENT:
        follows.append(t("它结清过的账单重新待付，违约金按没有这笔款重算。"))
        follows.extend(_of_waivers(book, t))
    if kind in (EntryKind.WAIVER, EntryKind.WRITE_OFF):
        which = PowerAct.LATE_FEE_WAIVER if kind is EntryKind.WAIVER else PowerAct.WRITE_OFF
        follows.append(t("撤销要有作出时同样的权限。{power}", power=_power(book, which, t)))
    return tuple(follows)


def _of_waivers(book: DeskBook, t: Words) -> list[str]:
    """What taking a payment back does to waived late fees: they stand; what an earlier day took of them stays away."""
    said = []
    for line in book.statement.lines:
        if line.kind is not ChargeKind.LATE_FEE:
            continue
        name = line_label(line.kind, line.no, t)
        if line.waived_fen:
            amount = format_fen(line.waived_fen)
            said.append(t("{line}减免的 {amount} 照旧有效，重算后的其余部分待付。", line=name, amount=amount))
        for one in line.entries:
            if one.word == "超出应付的减免收回":
                amount = format_fen(-one.amount_fen)
                said.append(t("{line}收回的减免 {amount} 不会恢复，需要时请另行减免。", line=name, amount=amount))
    return said


async def refund_page(request: Request, tried: Tried | None = None) -> Response:
    """What giving the credit back does, before it is done."""
    file, t = await lease_file(request), words(request)
    ref = file.lease.ref
    book = await run(request, books.read_desk_book, books.ReadDeskBook(ref))
    credit_fen = book.statement.credit_fen
    fields = (
        FieldView(
            name="amount_yuan", label=t("退多少"), kind="yuan", value=plain_fen(credit_fen).replace(",", ""),
            hint=t("最多 {amount}", amount=format_fen(credit_fen)),
        ),
        FieldView(name="why", label=t("事由"), kind="area"),
        FieldView(
            name="bank_ref", label=t("银行转账流水号"), required=False, max_length=64,
            hint=t("不填则原路退回；已经用银行转账退了的，填转账流水号"),
        ),
    )  # fmt: skip
    form = form_view(
        "refund_credit", f"/desk/leases/{ref}/money/refund", "", t("发起退款"), fields, tried=tried, main=True,
        folded=False,
    ) if credit_fen or tried else None  # fmt: skip
    due_fen = book.statement.due_fen
    follows = [
        t("原路退回的钱由支付渠道退到付款账户，没有退成会回到余额。"),
        _power(book, PowerAct.CREDIT_REFUND, t),
    ]
    if due_fen:
        follows.insert(0, t("租客还有 {amount} 已到期未付，余额通常先抵付账单。", amount=format_fen(due_fen)))
    view = LeaseStepView(
        head=lease_head(request, file, "money"),
        title=t("退余额"),
        back=f"/desk/leases/{ref}/money",
        lead="" if credit_fen else t("这份租约没有余额可退。"),
        figure=FigureView(credit_fen),
        figure_label=t("余额"),
        follows=tuple(follows),
        form=form,
        rule="AUTH-1",
    )
    return await desk_html(request, view, tried.status if tried else 200)
