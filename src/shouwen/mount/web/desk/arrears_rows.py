"""The late instalments of a lease as rows: age, what is open, and the late fee with both its figures."""

from collections.abc import Iterable

from shouwen.features.arrears.use_cases.looking import Lateness, ReliefCheck
from shouwen.features.arrears.use_cases.reading import ArrearsView
from shouwen.features.leases.types import AccruedLateFee, LeaseFile
from shouwen.features.money.types import FeeFigures
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FigureView, LinkView, PillView
from shouwen.mount.web.desk.arrears_views import LateRowView
from shouwen.mount.web.desk.bits import clause_refs


def late_rows(
    file: LeaseFile, ages: ArrearsView, late: Lateness, *, relieves: bool, t: Words
) -> tuple[LateRowView, ...]:  # fmt: skip
    """Every instalment that is late, or was and bore a fee, by number."""
    aged = {one.no: one for one in ages.ages if one.days_past_due > 0}
    fees = {one.no: one for one in late.fees if one.booked_fen or one.days}
    tails = {one.no: one for one in file.late_fees}
    checks = {one.no: one for one in late.reliefs}
    due = {one.no: one for one in file.instalments}
    rows = []
    for no in sorted(aged.keys() | fees.keys() | tails.keys() | checks.keys()):
        rent, age, check = due[no], aged.get(no), checks.get(no)
        fee = fees.get(no)
        days = age.days_past_due if age else rent.days_overdue
        rows.append(
            LateRowView(
                no=no,
                label=t("第 {n} 期租金", n=no),
                href=f"/desk/leases/{file.lease.ref}/money/lines/rent-{no}",
                due_on=rent.due_on,
                age=_age(days, check, t),
                outstanding_fen=rent.outstanding_fen,
                fee_days=fee.days if fee else None,
                asked_fen=None if fee is None else _limited(fee),
                gate_fen=None if fee is None else fee.gate_fen,
                charged=_charged(fee, tails.get(no), late.fee_clause, t),
                gate_note=_gate_note(fee, t),
                relief=_relief_link(file.lease.ref, check, t) if relieves else None,
                relieved=t("已按 {rule} 免责", rule=check.relieved_by) if check and check.relieved_by else "",
            )
        )
    return tuple(rows)


def _age(days: int, check: ReliefCheck | None, t: Words) -> PillView:
    if days > 0:
        return PillView(t("逾期 {n} 天", n=days), "red" if days > 30 else "amber")
    late_days = check.late_days if check else 0
    return PillView(t("晚 {n} 天付清", n=late_days) if late_days else t("已结清"), "moss")


def _limited(fee: FeeFigures) -> int:
    """What the contract alone asks: its clause within its cap (LATE-1, LATE-2)."""
    return fee.ask_fen if fee.cap_fen is None else min(fee.ask_fen, fee.cap_fen)


def _charged(fee: FeeFigures | None, tail: AccruedLateFee | None, clause: str, t: Words) -> FigureView | None:
    """What the book charges, followed with a pencil; what today adds and is not booked yet stands with it."""
    if fee is None and tail is None:
        return None
    working = [*(() if fee is None else _working(fee, t))]
    rules = ["LATE-1", *(["LATE-2"] if fee and fee.cap_fen is not None and fee.cap_fen < fee.ask_fen else [])]
    rules += ["LATE-3"] if fee and fee.gate_binds else []
    if tail is not None:
        working.append(t("其后新增、尚未入账 {amount}", amount=plain_fen(tail.amount_fen)))
    booked_fen = fee.booked_fen if fee else 0
    return FigureView(booked_fen, tuple(working), clause_refs((clause,)), tuple(_once(rules)))


def _once(rules: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rules))


def _working(fee: FeeFigures, t: Words) -> tuple[str, ...]:
    lines = [t("计 {n} 天：{a} 至 {b}", n=fee.days, a=fee.first_on, b=fee.through_on)]
    if fee.daily_fen is None:
        lines.append(
            t(
                "合同：逐日合计 {sum} × {rate} = {amount}",
                sum=plain_fen(fee.fen_days), rate=fee.rate, amount=plain_fen(fee.ask_fen),
            )
        )  # fmt: skip
    else:
        lines.append(
            t(
                "合同：每天 {daily} × {n} = {amount}",
                daily=plain_fen(fee.daily_fen), n=fee.days, amount=plain_fen(fee.ask_fen),
            )
        )  # fmt: skip
    if fee.cap_fen is not None:
        lines.append(t("合同上限 {amount}", amount=plain_fen(fee.cap_fen)))
    lines.append(t("法定上限（签约时一年期 LPR 四倍）{amount}", amount=plain_fen(fee.gate_fen)))
    lines.append(t("取最低 = {amount}", amount=plain_fen(fee.booked_fen)))
    return tuple(lines)


def _gate_note(fee: FeeFigures | None, t: Words) -> str:
    """LATE-3: both figures, and why the lower is charged."""
    if fee is None or not fee.gate_binds:
        return ""
    return t(
        "合同算出 {asked}，超过法定上限的部分不收，实收 {charged}",
        asked=format_fen(_limited(fee)), charged=format_fen(fee.booked_fen),
    )  # fmt: skip


def _relief_link(ref: str, check: ReliefCheck | None, t: Words) -> LinkView | None:
    if check is None or check.relieved_by:
        return None
    text = t("可免责") if check.late4_holds or check.late5_holds else t("看免责条件")
    return LinkView(text, f"/desk/leases/{ref}/arrears/relief/rent-{check.no}")
