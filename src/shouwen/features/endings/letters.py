"""Letters of endings, as they are written: the phone is yours; the loss is settled."""

from datetime import date

from shouwen.features.contracts.types import Quote
from shouwen.features.endings.types import Acceptance
from shouwen.features.leases.types import LeaseRow
from shouwen.features.papers.types import PaperSection, PaperText
from shouwen.kernel.fen import format_fen, plain_fen


def title_letter(lease: LeaseRow, acceptance: Acceptance, on: date, released_fen: int) -> PaperText:
    """The transfer of title: which phone, for what, since when."""
    phone = " ".join(part for part in (lease.model, lease.storage, lease.colour) if part)
    rest = [f"押金 {format_fen(released_fen)} 已申请解冻。"] if released_fen else []
    return PaperText(
        greeting=f"{lease.renter_name_masked}，您好：",
        summary=f"您于 {on} 付清买断款，{phone} 自当日起归您所有。",
        sections=(
            PaperSection("手机", (f"{phone}，IMEI {lease.imei}，序列号 {lease.serial_no or '见机身'}",)),
            PaperSection(
                "此后",
                ("租期内的租金义务到此结清，不再扣款。", "我们已申请解除设备锁，完成后会告诉您。", *rest),
                (f"买断编号 {acceptance.ref}；依据合同买断条款（BUY-1、BUY-5）。",),
            ),
        ),
        label="买断款",
        amount_fen=acceptance.amount_fen,
    )


def loss_letter(lease: LeaseRow, acceptance: Acceptance, quote: Quote, lost_on: date) -> PaperText:
    """The settlement of a lost phone, line by line, and what happens when it is found."""
    lines = tuple(f"{line.label} {plain_fen(line.amount_fen)} 元" for line in quote.lines)
    clauses = f"合同第 {'、'.join(quote.clauses)} 条" if quote.clauses else "合同约定"
    return PaperText(
        greeting=f"{lease.renter_name_masked}，您好：",
        summary=f"{lease.model} 于 {lost_on} 报失，按{clauses}结算如下，请在 {acceptance.pay_by} 前（含当天）付清。",
        sections=(
            PaperSection("怎么算的", (*lines, *quote.working), (f"结算编号 {acceptance.ref}（LOSS-1）",)),
            PaperSection(
                "押金",
                (
                    "付清后，押金在没有其他欠款时全部解冻。",
                    f"到 {acceptance.pay_by} 没有付清的，从押金转付遗失赔偿；有异议的部分等答复后再说。",
                ),
            ),
            PaperSection(
                "如果手机找回来",
                ("请告诉我们，这笔结算会全部冲销，已付的钱退还给您，租约照原来的安排继续。",),
            ),
        ),
        label="遗失结算",
        amount_fen=acceptance.amount_fen,
    )
