"""What GUARD-1 compares a message with: the lease's figures on a day, and the case's open quotes."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date

import msgspec

from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.types import ContractFigures, Figure, GuardTopic, RateFigure
from shouwen.features.contracts.types import Quote
from shouwen.features.leases.public import figures_for
from shouwen.features.leases.types import LeaseFigures
from shouwen.kernel.errors import Absent
from shouwen.platform.db import Conn

_TOPICS = {topic.value: topic for topic in GuardTopic}
_MOST = 2_000
# figures are computed again only after their stamp changed: a reply that names amounts then costs no further query
_known: OrderedDict[tuple[int, date, str], ContractFigures] = OrderedDict()


async def case_figures(conn: Conn, case: CaseRow, on: date, stamp: str) -> ContractFigures:
    """Every figure that may be said in this case on a Beijing day; none where there is no signed contract."""
    if case.lease_id is None:
        return ContractFigures()
    key = (case.lease_id, on, stamp)
    known = _known.get(key)
    if known is None:
        try:
            known = to_figures(await figures_for(conn, case.lease_id, on))
        except Absent:  # before signing nothing is agreed, so every amount needs a reason
            known = ContractFigures()
    _known[key] = known
    _known.move_to_end(key)
    if len(_known) > _MOST:
        _known.popitem(last=False)
    return known


def to_figures(lease: LeaseFigures) -> ContractFigures:
    """The lease's figures in the guard's words."""
    return ContractFigures(
        figures=tuple(
            Figure(
                _TOPICS.get(one.topic, GuardTopic.OTHER), one.amount_fen, clause_zh(one.clause), one.working,
                one.label, one.current, one.valid_until,
            )
            for one in lease.figures
        ),
        rates=tuple(
            RateFigure(_TOPICS.get(one.topic, GuardTopic.OTHER), one.rate, one.per, clause_zh(one.clause), one.label)
            for one in lease.rates
        ),
    )  # fmt: skip


def quote_figures(quotes: Sequence[dict[str, object]]) -> tuple[Figure, ...]:
    """Open quotes of the case as figures; the newest comes last."""
    return tuple(
        Figure(
            GuardTopic.BUYOUT, quote.amount_fen, clause_zh("、".join(quote.clauses)), quote.working, "报价", True,
            quote.valid_until,
        )
        for quote in msgspec.convert(list(quotes), list[Quote])
    )  # fmt: skip


def clause_zh(clause: str) -> str:
    """`9.1` → `合同 9.1 条`."""
    return f"合同 {clause} 条" if clause else ""
