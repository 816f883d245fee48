"""Which debts a payment settles: those the renter names, then by the default order (民法典 560, 561)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from shouwen.features.money.types import DEFAULT_ORDER, AllocatedPart, Allocation, ChargeKind, OpenDebt
from shouwen.kernel.decision import Decision, Reason
from shouwen.kernel.errors import BadInput
from shouwen.kernel.fen import format_fen


def allocate(
    payment_fen: int,
    debts: Sequence[OpenDebt],
    on: date,
    named: Sequence[int] = (),
    order: Sequence[ChargeKind] = DEFAULT_ORDER,
    by: Literal["kind", "due"] = "kind",
) -> Decision[Allocation]:
    """Split a payment over debts: the named ones in the order named, then what is due by `on`, oldest rent
    first.

    Debts not yet due and contested debts are settled only when named; what is left over is the renter's credit.
    `order` is the contract's own, if it has one; `by` "due" goes from instalment to instalment, each with its late fee.
    Raises BadInput on a payment of nothing or a named debt that is not open.
    """
    if payment_fen <= 0:
        raise BadInput("amount_fen", "付款金额必须大于 0", "a payment is more than nothing")
    by_id = {debt.charge_id: debt for debt in debts}
    if any(charge_id not in by_id for charge_id in named):
        raise BadInput("named", "指定的账单不存在或已结清", "a named charge is not open")
    rest = in_order([debt for debt in debts if debt.due_on <= on and debt.charge_id not in named], order, by)
    rooms = [(by_id[charge_id], by_id[charge_id].outstanding_fen) for charge_id in dict.fromkeys(named)]
    rooms += [(debt, _uncontested_fen(debt)) for debt in rest]
    left_fen = payment_fen
    parts: list[AllocatedPart] = []
    for debt, room_fen in rooms:
        amount_fen = min(left_fen, room_fen)
        if amount_fen > 0:
            parts.append(AllocatedPart(debt.charge_id, debt.kind, amount_fen))
            left_fen -= amount_fen
    reasons = []
    if named:
        reasons.append(Reason("CIVIL-560", "先结清您指定的账单", "named debts first", ("民法典 560",)))
    if rest:
        own = tuple(order) != DEFAULT_ORDER or by != "kind"
        zh = "其余按合同约定的顺序结清" if own else "其余先结清最早到期的租金，再违约金，再其他"
        reasons.append(Reason("CIVIL-561" if own else "CIVIL-560", zh, "then in order", ("民法典 560、561",)))
    if left_fen:
        reasons.append(Reason("CIVIL-560", f"余下 {format_fen(left_fen)} 留作您的余额", "the rest is credit"))
    return Decision(Allocation(tuple(parts), left_fen), tuple(reasons))


def in_order(
    debts: Iterable[OpenDebt], order: Sequence[ChargeKind] = DEFAULT_ORDER, by: Literal["kind", "due"] = "kind"
) -> list[OpenDebt]:
    """Debts as money that names none of them settles them."""
    rank = {kind: place for place, kind in enumerate(order)}

    def place(debt: OpenDebt) -> tuple[date | int, date | int, int]:
        kind_rank = rank.get(debt.kind, len(rank))
        if by == "due":
            return debt.instalment_on or debt.due_on, kind_rank, debt.charge_id
        return kind_rank, debt.due_on, debt.charge_id

    return sorted(debts, key=place)


def _uncontested_fen(debt: OpenDebt) -> int:
    return 0 if debt.contested else max(0, debt.outstanding_fen - debt.contested_fen)
