"""Who is in arrears, and the arrears of one lease: ages, notices, freeze, demand, relief."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.arrears.ground import debts_now, default_facts, overdue, sum_fen
from shouwen.features.arrears.rules.default import decide_default
from shouwen.features.arrears.store import debts, marks, notices
from shouwen.features.arrears.store.debts import ArrearsLine, Debt
from shouwen.features.arrears.store.marks import Demand, ReliefLine
from shouwen.features.arrears.store.notices import NoticeLine
from shouwen.features.arrears.types import CREDIT_NOTICE_ZH, DEFAULT_ZH, CreditNoticeState, DefaultFacts, DefaultStep
from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.public import access_lease
from shouwen.features.money.public import ages_of, lease_age
from shouwen.features.money.types import Age, ChargeKind, DebtOn
from shouwen.features.papers.public import papers_of
from shouwen.features.papers.types import PaperLine
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput
from shouwen.platform.door import Ctx
from shouwen.platform.fields import MAX_ID, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_PAGE = 50
_BANDS = {1: (1, 30), 31: (31, 60), 61: (61, 90), 91: (91, 36_500)}
_FIRST = (date(1, 1, 1), 0)


class ListArrears(Struct, frozen=True, forbid_unknown_fields=True):
    """Leases by the age of their oldest open rent, the oldest first. `bucket` is the first day of an age band."""

    bucket: Literal[1, 31, 61, 91] | None = None
    after: Annotated[str, Meta(max_length=32, pattern=r"^(\d{4}-\d{2}-\d{2}\.\d{1,18})?\Z")] = ""


class ArrearsRow(Struct, frozen=True):
    """A lease in arrears; `days` since its oldest open rent fell due."""

    lease: ArrearsLine
    days: int


class ArrearsPage(Struct, frozen=True):
    """`next_after` empty at the end."""

    on: date
    rows: tuple[ArrearsRow, ...]
    next_after: str


@use_case(ListArrears, ArrearsPage, permission=Permission.ARREARS_READ, method="GET", path="/arrears")
async def list_arrears(ctx: Ctx, command: ListArrears) -> ArrearsPage:
    """逾期租约，按账龄从老到新
    Leases in arrears by age, the oldest first."""
    on = beijing_on(ctx.now)
    least, most = _BANDS[command.bucket] if command.bucket else (1, 36_500)
    after = _place(command.after)
    found = await debts.arrears(ctx.conn, on, on - timedelta(days=most), on - timedelta(days=least), after, _PAGE + 1)
    rows = found[:_PAGE]
    last = rows[-1] if len(found) > _PAGE else None
    return ArrearsPage(
        on,
        tuple(ArrearsRow(row, (on - row.oldest_due_on).days) for row in rows),
        "" if last is None else f"{last.oldest_due_on}.{last.lease_id}",
    )


def _place(after: str) -> tuple[date, int]:
    if not after:
        return _FIRST
    day, _, lease_id = after.partition(".")
    try:
        return date.fromisoformat(day), min(int(lease_id), MAX_ID)
    except ValueError:
        raise BadInput(
            "after", "翻页位置不对", "not a place in this list", remedy_zh="请从第一页重新进入", remedy_en="start anew"
        ) from None


class ReadAges(Struct, frozen=True, forbid_unknown_fields=True):
    """The arrears of one lease."""

    lease_ref: Ref


class FreezeView(Struct, frozen=True):
    """CRE-3: why, how much, since when; `holds` ends with the payment itself."""

    reason: str
    amount_fen: int
    frozen_at: datetime
    holds: bool
    lifted_why: str


class CreditNoticeView(Struct, frozen=True):
    """CRE-4: a notice before a report, its letter and its state in words."""

    no: int
    state: CreditNoticeState
    state_zh: str
    paper_ref: str
    notified_on: date | None
    earliest_report_on: date | None


class DefaultView(Struct, frozen=True):
    """DEF-1: where a default stands, why, and what a supervisor may do."""

    step: DefaultStep
    step_zh: str
    why: str
    until_on: date | None
    may_accelerate: bool
    amount_fen: int
    paper_ref: str
    why_en: str = ""


class ArrearsView(Struct, frozen=True, kw_only=True):
    """Ages per instalment and of the lease (its oldest open rent, None: nothing is due), and what came of them.

    `overdue_fen` is past due and uncontested, `contested_fen` rests (PAUSE-1).
    """

    lease_ref: str
    on: date
    counted_from: str
    ages: tuple[Age, ...]
    lease_age: Age | None
    overdue_fen: int
    contested_fen: int
    freeze: FreezeView | None
    credit_notices: tuple[CreditNoticeView, ...]
    default: DefaultView | None
    reliefs: tuple[ReliefLine, ...]
    notices: tuple[NoticeLine, ...]
    papers: tuple[PaperLine, ...]


@use_case(
    ReadAges, ArrearsView, permission=Permission.BILLS_READ, method="GET", path="/leases/{lease_ref}/ages",
    snapshot=True,
)  # fmt: skip
async def read_ages(ctx: Ctx, command: ReadAges) -> ArrearsView:
    """逐期账龄、提醒、限制、催告和免责
    Ages per instalment, with reminders, freeze, demand and relief."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    _, contract = await contract_in_force(ctx.conn, lease.id)
    on = beijing_on(ctx.now)
    lines = await debts_now(ctx, lease)
    grace_days = contract.terms.grace_days if contract.terms.delinquency_from == "grace" else 0
    rents = [_debt_on(one) for one in lines if one.kind is ChargeKind.RENT and one.booked_on is not None]
    ages = ages_of(rents, on, grace_days=grace_days)
    blocking = overdue(lines, on)
    numbers = {one.id: one.no for one in lines}
    freezes = await marks.freezes_of(ctx.conn, lease.id)
    desk = ctx.actor.role is not Role.RENTER
    owed = overdue(lines, on, undone=True)
    demand = next((one for one in await marks.demands_of(ctx.conn, lease.id) if one.state == "open"), None)
    found = await notices.notices_of(ctx.conn, lease.id)
    return ArrearsView(
        lease_ref=lease.ref,
        on=on,
        counted_from=contract.terms.delinquency_from,
        ages=ages,
        lease_age=lease_age(ages),
        overdue_fen=sum_fen(owed),
        contested_fen=sum(one.contested_fen for one in lines),
        freeze=None
        if not freezes
        else FreezeView(
            freezes[0].reason, freezes[0].amount_fen, freezes[0].frozen_at,
            freezes[0].lifted_at is None and bool(blocking), freezes[0].lifted_why,
        ),
        credit_notices=tuple(
            CreditNoticeView(
                numbers[one.charge_id], one.state, CREDIT_NOTICE_ZH[one.state], one.paper_ref, one.notified_on,
                one.earliest_report_on,
            )
            for one in await marks.credit_notices_of(ctx.conn, lease.id)
        ),
        default=_default(default_facts(lease, contract, owed, demand, on), demand, on),
        reliefs=tuple(await marks.reliefs_of(ctx.conn, lease.id)),
        notices=tuple(one for one in found if desk or one.sent_at is not None),
        papers=tuple(await papers_of(ctx.conn, lease.id)),
    )  # fmt: skip


def _debt_on(debt: Debt) -> DebtOn:
    return DebtOn(debt.id, debt.kind, debt.no, debt.due_on, debt.outstanding_fen)


def _default(facts: DefaultFacts, demand: Demand | None, on: date) -> DefaultView | None:
    if demand is None and facts.overdue_fen <= 0 and not facts.unreturned:
        return None
    decided = decide_default(facts, on)
    now = decided.outcome
    return DefaultView(
        now.step, DEFAULT_ZH[now.step], decided.reasons[0].zh, now.until_on, now.may_accelerate,
        0 if demand is None else demand.amount_fen, "" if demand is None else demand.paper_ref,
        decided.reasons[0].en,
    )  # fmt: skip
