"""What a line of the bill is: how a late fee came about, in sums a pencil can follow; the statement as a file."""

import csv
import io
from collections.abc import Sequence
from fractions import Fraction

from shouwen.features.money import store
from shouwen.features.money.accrual import plain_rate
from shouwen.features.money.statement import BillLine, BillStatement
from shouwen.features.money.types import FeeFigures
from shouwen.kernel.fen import plain_fen
from shouwen.platform.db import Conn, Row

_STATE_ZH = {"paid": "已结清", "open": "未到期", "overdue": "已到期未付"}
_HEADS = ("编号", "名称", "条款", "到期日", "应付", "已付", "减免", "核销", "未付", "结清日", "状态")


async def late_fee_working(conn: Conn, lease_id: int, no: int) -> tuple[str, ...]:
    """How the late fee of an instalment came to what is booked; nothing where the book has run none."""
    row = await store.fee_sums(conn, lease_id, no)
    if row is None:
        return ()
    fen_days, days = int(row["fen_days"]), int(row["days"])
    span = f"{row['first_on']} 起，算到 {row['through_on']}" if days else "起算前已付清"
    lines = [f"计费 {days} 天：{span}（付款前一天止，争议部分不计）"]
    if row["rate_num"] is not None:
        rate = plain_rate(Fraction(row["rate_num"], row["rate_den"]))
        ask_fen = int(fen_days * Fraction(row["rate_num"], row["rate_den"]))
        lines.append(f"合同：逾期租金逐日合计 {plain_fen(fen_days)} × {rate} = {plain_fen(ask_fen)}")
    else:
        ask_fen = row["daily_fen"] * days
        lines.append(f"合同：每天 {plain_fen(row['daily_fen'])} × {days} 天 = {plain_fen(ask_fen)}")
    if row["cap_fen"] is not None:
        lines.append(f"合同上限：{plain_fen(row['cap_fen'])}")
    gate_fen = int(fen_days * Fraction(row["gate_num"], row["gate_den"]))
    lines.append(f"法定上限（签约时一年期 LPR 四倍）：{plain_fen(gate_fen)}")
    lines.append(f"取最低 = {plain_fen(row['booked_fen'])}")
    return tuple(lines)


async def fee_figures(conn: Conn, lease_id: int) -> tuple[FeeFigures, ...]:
    """Both figures of every late fee the book has run for a lease (LATE-3), by instalment."""
    return tuple(_figures(row) for row in await store.fee_sums_of(conn, lease_id))


def _figures(row: Row) -> FeeFigures:
    fen_days, days = int(row["fen_days"]), int(row["days"])
    rate = None if row["rate_num"] is None else Fraction(row["rate_num"], row["rate_den"])
    ask_fen = int(fen_days * rate) if rate is not None else (row["daily_fen"] or 0) * days
    gate_fen = int(fen_days * Fraction(row["gate_num"], row["gate_den"]))
    cap_fen = row["cap_fen"]
    return FeeFigures(
        no=row["no"], first_on=row["first_on"], through_on=row["through_on"], days=days, fen_days=fen_days,
        rate="" if rate is None else plain_rate(rate), daily_fen=row["daily_fen"] if rate is None else None,
        ask_fen=ask_fen, cap_fen=cap_fen, gate_fen=gate_fen, booked_fen=row["booked_fen"],
        gate_binds=gate_fen < (ask_fen if cap_fen is None else min(ask_fen, cap_fen)), stopped_on=row["stopped_on"],
    )  # fmt: skip


def statement_csv(statement: BillStatement, lease_ref: str) -> str:
    """The statement as CSV text for a spreadsheet: amounts like 1234.56, no cell that a spreadsheet would compute."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("订单", _cell(lease_ref), "截至", statement.on.isoformat()))
    writer.writerow(_HEADS)
    for line in statement.lines:
        writer.writerow(_row(line))
    credit = _amount(statement.credit_fen)
    writer.writerow(("合计未付", "", "", "", "", "", "", "", _amount(statement.outstanding_fen), "余额", credit))
    return "\ufeff" + out.getvalue()


def _row(line: BillLine) -> Sequence[str]:
    return (
        f"{line.kind}-{line.no}",
        _cell(line.label),
        _cell(line.clause),
        line.due_on.isoformat(),
        _amount(line.amount_fen),
        _amount(line.paid_fen),
        _amount(line.waived_fen),
        _amount(line.written_off_fen),
        _amount(line.outstanding_fen),
        "" if line.settled_on is None else line.settled_on.isoformat(),
        _STATE_ZH[line.state],
    )


def _amount(amount_fen: int) -> str:
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def _cell(text: str) -> str:
    """A spreadsheet takes text that begins so for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
