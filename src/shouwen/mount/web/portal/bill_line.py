"""/my/leases/{ref}/bills/{line}: what a line is: clause, dates, sums, pauses, and every entry in words."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.leases.store.lines import LinePause
from shouwen.features.leases.types import AccruedLateFee
from shouwen.features.leases.use_cases.statement import BookLine, ReadBookLine, read_book_line
from shouwen.features.money.statement import BillEntry, BillLine
from shouwen.features.money.types import ChargeKind, EntryKind, FeeFigures
from shouwen.kernel.days import beijing_on
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClauseRefView, FactView, FigureView, LinkView, PillView
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.money_bits import is_loss, line_name, settled_pill
from shouwen.mount.web.portal.money_views import BillEntryView, PortalBillLineView
from shouwen.mount.web.portal.payments import lease_file, payments_of
from shouwen.platform.decode import decode

# What an entry did, by its kind: where it lessens what is open, and where it adds to it.
_LESS = {
    EntryKind.PAYMENT: "付款",
    EntryKind.CAPTURE: "从押金支付",
    EntryKind.ALLOCATION: "用余额抵付",
    EntryKind.WAIVER: "减免",
    EntryKind.WRITE_OFF: "核销，不再向您收取",
    EntryKind.ADJUSTMENT: "金额调低",
    EntryKind.RECOVERY: "付款",
    EntryKind.CLOSING: "并入买断或结算，这里不再收取",
    EntryKind.REVERSAL: "撤销一笔多记的金额",
}
_MORE = {
    EntryKind.ACCRUAL: "金额增加",
    EntryKind.RECOVERY: "已核销的重新记入",
    EntryKind.ADJUSTMENT: "减少后多付的转为余额",
    EntryKind.WAIVER: "已付的转为余额",
}
_UNDONE = {
    "payment": "撤销一笔付款，账单恢复为未付",
    "waiver": "撤销一笔减免，账单恢复",
    "write_off": "撤销一笔核销，账单恢复",
    "recovery": "撤销一笔收回",
    "credit": "撤销一笔余额抵付，账单恢复",
    "capture": "撤销一笔押金支付，账单恢复",
}
_REASONS = {"dispute": "您提出异议", "appeal": "您提出申诉", "loss": "您报了失", "delivery": "手机还没到"}
_OURS = "ZF-"


async def bill_line_page(request: Request) -> Response:
    """One line of a bill."""
    found = await run(request, read_book_line, decode(ReadBookLine, request.path_params, (), b""))
    file = await lease_file(request)
    now = await around(request)
    t = words(request)
    bill = found.bill
    tail = next((one for one in file.late_fees if bill.kind is ChargeKind.LATE_FEE and one.no == bill.no), None)
    entries = [_entry(entry, found, t) for entry in bill.entries if not _grew(bill, entry)]
    ref = found.lease_ref
    view = PortalBillLineView(
        human=now.human(t, lease_ref=ref, about="billing_question"),
        lease_ref=ref,
        model=found.model,
        label=line_name(bill, t),
        state=_pill(found, t),
        figure=FigureView(
            bill.outstanding_fen or bill.amount_fen, (), clause_refs(ref, (bill.clause,)),
            tuple(dict.fromkeys(entry.rule for entry in bill.entries if entry.rule)),
        ),
        figure_label=t("待付") if bill.outstanding_fen else t("这一笔一共"),
        sums=_sums(bill, t),
        due_on=bill.due_by,
        clause=ClauseRefView(bill.clause, f"/my/leases/{ref}/contract#c-{bill.clause}", found.clause_title)
        if bill.clause
        else None,
        clause_text=found.clause_text,
        fee=_fee(found.fee, tail, t),
        fee_said=_fee_said(found.fee, t),
        working=found.working,
        pauses=tuple(_pause(pause, t) for pause in found.pauses),
        entries=tuple(entries),
        daily=tuple(_entry(entry, found, t) for entry in bill.entries if _grew(bill, entry)),
        links=_links(found, t),
        pay_href=f"/my/leases/{ref}/pay?line={found.line}" if bill.outstanding_fen else "",
        by_transfer=bill.outstanding_fen > 0 and (await payments_of(request, ref)).agreement_signed_at is None,
    )  # fmt: skip
    return html(request, view, **now.counts())


def _pill(found: BookLine, t: Words) -> PillView:
    bill = found.bill
    if not bill.outstanding_fen:
        return settled_pill(bill, t)
    if _rests(found):
        return PillView(t("暂停催收"), "pine")
    if bill.state == "overdue" and bill.kind is not ChargeKind.LATE_FEE:
        return PillView(t("逾期 {n} 天", n=bill.days_overdue), "red")
    due = found.on is not None and bill.due_on <= found.on
    return PillView(t("待付"), "plain") if due else PillView(t("未到期"), "plain")


def _rests(found: BookLine) -> bool:
    on = found.on
    return on is not None and any(one.ends_on is None or one.ends_on >= on for one in found.pauses)


def _sums(bill: BillLine, t: Words) -> tuple[FactView, ...]:
    """amount = paid + waived + written off + outstanding, as rows."""
    rows = [FactView(t("应付"), format_fen(bill.amount_fen))]
    if bill.paid_fen:
        rows.append(FactView(t("已付"), f"− {plain_fen(bill.paid_fen)}"))
    if bill.waived_fen:
        rows.append(FactView(t("减免"), f"− {plain_fen(bill.waived_fen)}", tone="moss"))
    if bill.written_off_fen:
        rows.append(FactView(t("核销"), f"− {plain_fen(bill.written_off_fen)}"))
    rows.append(FactView(t("还要付"), f"＝ {format_fen(bill.outstanding_fen)}"))
    if is_loss(bill) and bill.pay_by is not None:
        rows.append(FactView(t("怎么定的价"), t("合同没有另写遗失价的，按结算那天的买断阶梯价"), "LOSS-1"))
        if bill.outstanding_fen:
            rows.append(FactView(t("押金"), t("{day} 前（含当天）没有付清的，从押金转付", day=bill.pay_by.isoformat())))
    return tuple(rows)


def _fee(fee: FeeFigures | None, tail: AccruedLateFee | None, t: Words) -> tuple[FactView, ...]:
    """Days, what the contract asks, its cap, the statutory limit, what is charged."""
    rows: list[FactView] = []
    if fee is not None:
        span = t("{first} 到 {last}", first=f"{fee.first_on:%m-%d}", last=f"{fee.through_on:%m-%d}")
        rows.append(FactView(t("计费天数"), t("{n} 天", n=fee.days), span))
        asked = t("每天 {rate}", rate=fee.rate) if fee.rate else t("每天固定金额")
        rows.append(FactView(t("按合同算"), format_fen(fee.ask_fen), asked))
        if fee.cap_fen is not None:
            rows.append(FactView(t("合同上限"), format_fen(fee.cap_fen), "LATE-2"))
        rows.append(FactView(t("法定上限"), format_fen(fee.gate_fen), t("签约时 LPR 四倍 · LATE-3")))
        rows.append(FactView(t("实际收取"), format_fen(fee.booked_fen), t("取最低"), tone="pine"))
    if tail is not None:
        figure = FigureView(tail.amount_fen, tail.working, (), tail.rules)
        rows.append(FactView(t("到今天另增"), figure=figure, tone="amber"))
    return tuple(rows)


def _fee_said(fee: FeeFigures | None, t: Words) -> str:
    if fee is None or not fee.gate_binds:
        return ""
    asked_fen = fee.ask_fen if fee.cap_fen is None else min(fee.ask_fen, fee.cap_fen)
    return t(
        "按合同应为 {asked}，超出签约时一年期 LPR 四倍的部分不收取，实收 {charged}。",
        asked=format_fen(asked_fen), charged=format_fen(fee.booked_fen),
    )  # fmt: skip


def _pause(pause: LinePause, t: Words) -> FactView:
    from_on = f"{beijing_on(pause.started_at):%m-%d}"
    span = t("{day} 起", day=from_on) if pause.ends_on is None else t(
        "{first} 到 {last}", first=from_on, last=f"{pause.ends_on:%m-%d}"
    )  # fmt: skip
    why = t(_REASONS.get(pause.reason, "您提出异议"))
    href = f"/my/cases/{pause.case_ref}" if pause.case_ref else ""
    return FactView(span, format_fen(pause.amount_fen), why, href=href, tone="pine")


def _grew(bill: BillLine, entry: BillEntry) -> bool:
    """The days of a late fee, one entry each."""
    return bill.kind is ChargeKind.LATE_FEE and entry.kind is EntryKind.ACCRUAL


def _entry(entry: BillEntry, found: BookLine, t: Words) -> BillEntryView:
    settles = entry.amount_fen > 0
    key = entry.key.partition("/")[0]
    kind, _, ref = key.partition(":")
    if entry.kind is EntryKind.REVERSAL and not settles:
        text = t(_UNDONE.get(ref.partition(":")[0], "撤销一笔入账，账单恢复"))
    elif settles:
        text = t(_LESS.get(entry.kind, "金额减少"))
    else:
        text = t(_MORE.get(entry.kind, "金额增加"))
    sign = "−" if settles else "+"
    paid = kind in ("payment", "recovery")
    notes = [entry.memo] if entry.kind is EntryKind.REVERSAL and entry.memo else []
    if paid and not ref.startswith(_OURS):
        notes.append(t("流水 {ref}", ref=ref))
    if entry.value_on is not None and entry.value_on != entry.booked_on:
        notes.append(t("{day} 入账", day=f"{entry.booked_on:%m-%d}"))
    return BillEntryView(
        on=entry.value_on or entry.booked_on, text=text, amount=f"{sign} {plain_fen(abs(entry.amount_fen))}",
        note=t("，").join(notes), rule=entry.rule,
        href=f"/my/leases/{found.lease_ref}/payments/{ref}" if paid and ref.startswith(_OURS) else "",
    )  # fmt: skip


def _links(found: BookLine, t: Words) -> tuple[LinkView, ...]:
    base = f"/my/leases/{found.lease_ref}"
    links = [LinkView(t("对这一笔有异议"), f"{base}/bills/{found.line}/dispute")]
    if found.bill.kind in (ChargeKind.LATE_FEE, ChargeKind.RENT) and found.bill.state == "overdue":
        links.insert(0, LinkView(t("申请减免或延后"), f"{base}/relief"))
    if _rests(found) and found.pauses[-1].case_ref:
        links[0 if len(links) == 1 else 1] = LinkView(t("看异议的进展"), f"/my/cases/{found.pauses[-1].case_ref}")
    links.append(LinkView(t("对账单"), f"{base}/statement"))
    return tuple(links)
