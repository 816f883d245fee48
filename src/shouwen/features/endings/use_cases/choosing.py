"""The ways a lease can end or go on, side by side: what each costs today, or why it is not open."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal, TypedDict

from msgspec import Struct

from shouwen.features.contracts.public import ends_on
from shouwen.features.contracts.types import Quote
from shouwen.features.endings import store
from shouwen.features.endings.buyout import agreed_already, agreed_contract
from shouwen.features.endings.losing import price_loss_beside
from shouwen.features.endings.policy import ending_policy_on
from shouwen.features.endings.renewing import price_renewal
from shouwen.features.endings.returning import price_early_return
from shouwen.features.endings.rules.rent_to_own import quote_rent_to_own
from shouwen.features.endings.types import Acceptance
from shouwen.features.leases.public import STATE_ZH, access_lease_file
from shouwen.features.leases.types import LeaseFile, LeaseRow, LeaseState
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Way = Literal["return", "buyout", "renewal", "early_return", "loss", "rent_to_own"]


class ReadEndings(Struct, frozen=True, forbid_unknown_fields=True):
    """How one lease can end or go on."""

    lease_ref: Ref


class EndingWay(Struct, frozen=True):
    """One way. `quote` is today's (an early return of today, a renewal by one instalment), None where it costs nothing
    or is not open; `closed_zh` then says why, empty where it is open, `rule` by what and `remedy_zh` what is possible.
    """

    way: Way
    quote: Quote | None
    closed_zh: str = ""
    opens_on: date | None = None
    until_on: date | None = None
    clause: str = ""
    closed_en: str = ""
    remedy_zh: str = ""
    remedy_en: str = ""
    rule: str = ""


class LeaseEndings(Struct, frozen=True):
    """Every way the contract knows, and the last day of the term.

    `early_saves_fen`: what an early return of today leaves the renter over just sending the phone back today, 0 where
    it does not; then the return of the end opens on the last day only, so that no day has two prices.
    """

    lease_ref: str
    on: date
    ends_on: date
    days_left: int
    ways: tuple[EndingWay, ...]
    early_saves_fen: int = 0


@use_case(ReadEndings, LeaseEndings, permission=Permission.QUOTE, method="GET", path="/leases/{lease_ref}/endings")
async def read_endings(ctx: Ctx, command: ReadEndings) -> LeaseEndings:
    """到期怎么办：归还、买断、续租、提前归还、遗失，各要付多少
    How a lease can end or go on, and what each way costs today."""
    on = beijing_on(ctx.now)
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, on)
    file, contract = opened.file, agreed_contract(opened)
    lease, last_on = file.lease, ends_on(contract)
    opens_on = last_on - timedelta(days=ending_policy_on(on).renewal_opens_days)
    clause = next(iter(contract.clauses_for("end_of_term")), "")
    agreed = await store.open_acceptance(ctx.conn, lease.id)
    owning = quote_rent_to_own(contract, file.settled, file.partly_paid_fen, on)
    early = _asked("early_return", lambda: price_early_return(file, contract, on, on))
    saves_fen = _saved_fen(file, early.quote)
    ways = [
        EndingWay(
            "return",
            None,
            opens_on=last_on if saves_fen else opens_on,
            until_on=last_on,
            clause=clause,
            **_in_use(lease),
        ),
        EndingWay("buyout", file.buyout, clause=clause, **_buyout_closed(file, agreed)),
        _asked("renewal", lambda: price_renewal(lease, contract, 1, on), opens_on, last_on, clause),
        early,
        _asked("loss", lambda: price_loss_beside(file, contract, on, agreed)),
    ]
    if owning is not None:
        ways.append(EndingWay("rent_to_own", owning, until_on=contract.due_on[-1], clause=clause, **_in_use(lease)))
    return LeaseEndings(lease.ref, on, last_on, (last_on - on).days, tuple(ways), saves_fen)


def _saved_fen(file: LeaseFile, early: Quote | None) -> int:
    """Sent back with nothing agreed, every rent of the term stays owed; an early return owes and gives back by days."""
    if early is None or file.lease.state is not LeaseState.RENTING:
        return 0
    late_fen = int(early.inputs["open_late_fees_fen"] or 0)
    plain_fen = sum(one.outstanding_fen for one in file.instalments) + late_fen
    return max(0, plain_fen - early.amount_fen + int(early.inputs["credit_fen"] or 0))


def _asked(
    way: Way, ask: Callable[[], Quote], opens_on: date | None = None, until_on: date | None = None, clause: str = ""
) -> EndingWay:
    try:
        return EndingWay(way, ask(), opens_on=opens_on, until_on=until_on, clause=clause)
    except Refusal as refusal:
        return EndingWay(
            way, None, refusal.zh, opens_on, until_on, refusal.clause or clause, refusal.en, refusal.remedy_zh,
            refusal.remedy_en, refusal.rule,
        )  # fmt: skip


class _Closed(TypedDict, total=False):
    closed_zh: str
    closed_en: str
    remedy_zh: str
    remedy_en: str
    rule: str


def _in_use(lease: LeaseRow) -> _Closed:
    """Why a way of the end is closed while the phone is not in use; nothing where it is."""
    if lease.state is LeaseState.RENTING:
        return {}
    return {
        "closed_zh": f"订单现在是“{STATE_ZH[lease.state]}”", "closed_en": "the phone is not in use now",
        "remedy_zh": "需要其他办法请转人工", "remedy_en": "ask a person for other ways",
    }  # fmt: skip


def _buyout_closed(file: LeaseFile, agreed: Acceptance | None) -> _Closed:
    """Why there is no price; where there is one, why the phone cannot be bought now."""
    if agreed is not None:
        why = agreed_already(agreed)
        return {
            "closed_zh": why.zh, "closed_en": why.en, "rule": why.rule, "remedy_zh": why.remedy_zh,
            "remedy_en": why.remedy_en,
        }  # fmt: skip
    if file.buyout is not None:
        return _in_use(file.lease)
    return {
        "closed_zh": file.buyout_refused, "closed_en": "this lease cannot be bought out now", "rule": "BUY-1",
        "remedy_zh": "想留下手机，请转人工商量", "remedy_en": "to keep the phone, ask a person",
    }  # fmt: skip
