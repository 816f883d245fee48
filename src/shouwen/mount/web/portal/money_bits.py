"""Pieces that the renter's money pages share: names of bills, rows, pills, the lease they are of."""

from collections.abc import Sequence

from starlette.requests import Request

from shouwen.features.leases.use_cases.paying import Payable, PayableLine, ReadPayable, read_payable
from shouwen.features.money.statement import BillLine
from shouwen.features.money.types import CHARGE_ZH, ChargeKind
from shouwen.kernel.fen import plain_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FigureView, NeedView, PillView
from shouwen.mount.web.page import run
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.money_views import BillRowView
from shouwen.platform.decode import decode


def bill_name(kind: ChargeKind, no: int, t: Words) -> str:
    """`第 3 期租金`: a bill line in the reader's language."""
    if kind is ChargeKind.RENT:
        return t("第 {n} 期租金", n=no)
    if kind is ChargeKind.LATE_FEE:
        return t("第 {n} 期逾期违约金", n=no)
    return t(CHARGE_ZH[kind])


def line_name(line: BillLine | PayableLine, t: Words) -> str:
    """The same of a whole line: what is claimed with a day agreed for it is the settlement of a lost phone (LOSS-1)."""
    if is_loss(line):
        return t("遗失赔偿")
    return bill_name(line.kind, line.no, t)


def is_loss(line: BillLine | PayableLine) -> bool:
    """Whether a line is the settlement of a lost phone."""
    return line.kind is ChargeKind.DAMAGE and line.pay_by is not None


def line_href(lease_ref: str, line: str) -> str:
    """The page that says what a line is."""
    return f"/my/leases/{lease_ref}/bills/{line}"


def settled_pill(line: BillLine, t: Words) -> PillView:
    """A settled bill in a word: paid, waived or written off in whole."""
    if line.waived_fen == line.amount_fen > 0:
        return PillView(t("已减免"), "moss")
    return PillView(t("已结清"), "moss")


def payable_pill(line: PayableLine, t: Words) -> PillView:
    """An open bill in a word."""
    if line.contested_fen:
        return PillView(t("暂停催收"), "pine")
    if line.days_overdue and line.kind is not ChargeKind.LATE_FEE:
        return PillView(t("逾期 {n} 天", n=line.days_overdue), "red")
    return PillView(t("待付"), "plain") if line.is_due else PillView(t("未到期"), "plain")


def payable_row(line: PayableLine, lease_ref: str, whole_fen: int, t: Words) -> BillRowView:
    """An open bill in a list."""
    note = t("有争议的部分不催收，不计违约金") if line.contested_fen else ""
    if line.waits and line.contested_fen:
        note = t("手机还没到，这一期先不催收，不计违约金")
    return BillRowView(
        label=line_name(line, t), href=line_href(lease_ref, line.line), due_on=line.due_by,
        state=payable_pill(line, t), amount_fen=line.amount_fen, whole_fen=max(whole_fen, line.amount_fen), note=note,
    )  # fmt: skip


def settled_row(line: BillLine, lease_ref: str, t: Words) -> BillRowView:
    """A settled bill in a list."""
    return BillRowView(
        label=line_name(line, t), href=line_href(lease_ref, f"{line.kind}-{line.no}"), due_on=line.due_by,
        state=settled_pill(line, t), amount_fen=line.amount_fen, whole_fen=line.amount_fen,
    )  # fmt: skip


def due_figure(payable: Payable, t: Words) -> FigureView:
    """What is to pay now of a lease, line by line."""
    due = [line for line in payable.lines if line.is_due and line.amount_fen > line.contested_fen]
    working = tuple(f"{line_name(line, t)} {plain_fen(line.amount_fen - line.contested_fen)}" for line in due)
    total = (f"＝ {plain_fen(payable.due_fen)}",) if len(due) > 1 else ()
    return FigureView(
        payable.due_fen, (*working, *total), clause_refs(payable.lease_ref, [line.clause for line in due])
    )


def overdue_need(days: Sequence[int], lease_ref: str, t: Words) -> NeedView | None:
    """Rents that are so many days late: where everything about it is said."""
    if not days:
        return None
    said = t("最早一期已过应付日 {n} 天。付清、部分付款、申请减免或提出异议都可以，先看清楚再决定。", n=max(days))
    return NeedView(t("有 {n} 期租金逾期", n=len(days)), said, f"/my/leases/{lease_ref}/overdue", t("看怎么办"))


async def payable_of(request: Request, lines: str = "", part_fen: int | None = None) -> Payable:
    """What can be paid of the path's lease."""
    pairs = [("lines", lines)] if lines else []
    if part_fen is not None:
        pairs.append(("part_fen", str(part_fen)))
    path = {"lease_ref": request.path_params["lease_ref"]}
    return await run(request, read_payable, decode(ReadPayable, path, pairs, b""))
