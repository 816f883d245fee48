"""Reading leases: list, file, contract; when the courier took a returned phone."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from shouwen.features.contracts.types import Contract, DamagePriceTerm, Quote, WearTerm
from shouwen.features.leases.guarding import guard_facts
from shouwen.features.leases.public import access_buyout, access_lease, access_lease_file, visible_states
from shouwen.features.leases.rules.life import next_acts
from shouwen.features.leases.store import leases as store
from shouwen.features.leases.types import LadderPoint, LeaseAct, LeaseFile, LeasePage, LeaseState
from shouwen.features.money.public import BillStatement, read_statement, within
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import beijing_at, beijing_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID, Instant, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_PAGE = 50


class ListLeases(Struct, frozen=True, forbid_unknown_fields=True):
    """Newest first. `q` is the beginning of a lease reference, or the last 4 or more digits of it or of the IMEI.

    `after` is the `next_after` of the page before.
    """

    state: LeaseState | None = None
    q: Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9-]*\Z")] = ""
    after: Annotated[int, Meta(ge=1, le=MAX_ID)] | None = None


@use_case(ListLeases, LeasePage, permission=Permission.LEASE_READ, method="GET", path="/leases")
async def list_leases(ctx: Ctx, command: ListLeases) -> LeasePage:
    """租约列表；租客只看到自己的
    Leases, newest first; a renter sees their own, an inspector those coming back and no dues."""
    states = visible_states(ctx.actor)
    if command.state is not None:
        states = [command.state] if states is None or command.state in states else []
    query, more = _query(ctx.actor, command)
    before_id = command.after or MAX_ID
    rows = await store.list_leases(ctx.conn, query, beijing_on(ctx.now), before_id, states, _PAGE + 1, *more)
    page = rows[:_PAGE]
    shown = tuple(row for _, row in page)
    if ctx.actor.role is Role.INSPECTOR:  # a phone to inspect, not somebody's dues
        shown = tuple(replace(row, settled=0, overdue=0, next_due_on=None, next_due_fen=None) for row in shown)
    return LeasePage(shown, page[-1][0] if len(rows) > _PAGE else None)


def _query(actor: Actor, command: ListLeases) -> tuple[str, tuple[object, ...]]:
    """The query that serves this list from an index, and its own argument."""
    if actor.role is Role.RENTER:
        return store.LIST_RENTER, (actor.id,)
    if not command.q:
        return (store.LIST_ALL, ()) if command.state is None else (store.LIST_STATE, (command.state,))
    if not command.q.isdigit():
        return store.LIST_REF, (command.q.upper(),)
    if len(command.q) < 4:
        raise BadInput(
            "q",
            "请至少输入末四位数字",
            "give at least the last four digits",
            remedy_zh="可以输入订单号开头，或订单号、IMEI 的末四位",
            remedy_en="the beginning of a reference, or the last four digits of reference or IMEI",
        )
    return store.LIST_TAIL, (command.q,)


class ReadLease(Struct, frozen=True, forbid_unknown_fields=True):
    """One lease by its reference."""

    lease_ref: Ref


@use_case(ReadLease, LeaseFile, permission=Permission.BILLS_READ, method="GET", path="/leases/{lease_ref}")
async def read_lease(ctx: Ctx, command: ReadLease) -> LeaseFile:
    """租约档案：合同、账单、押金、买断价、现在能做什么
    The file of a lease: contract, bills, deposit, buyout price, what is possible now."""
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, beijing_on(ctx.now))
    lease = opened.file.lease
    if lease.state not in (LeaseState.SIGNED, LeaseState.PREPARING) or ctx.services.payments is None:
        return opened.file
    # whether the provider has frozen the deposit is no part of the file, and nothing ships before
    return replace(opened.file, next_acts=next_acts(lease, opened.contract, await guard_facts(ctx, lease)))


class ReadPhone(Struct, frozen=True, forbid_unknown_fields=True):
    """The phone of one lease."""

    lease_ref: Ref


class LeasedPhone(Struct, frozen=True, kw_only=True):
    """What an inspection needs: which phone, its days, and the contract's wear and price tables.

    Nothing of the renter, of rent, debts, deposit or buyout. `inspect_by_on` is the last day of INSP-1.
    """

    lease_ref: str
    state: LeaseState
    model: str
    storage: str
    colour: str
    condition_grade: str
    imei: str
    serial_no: str
    on: date
    handed_over_on: date | None
    return_sent_on: date | None
    returned_on: date | None
    inspect_by_on: date | None
    wear_allowance: tuple[WearTerm, ...]
    damage_prices: tuple[DamagePriceTerm, ...]


@use_case(
    ReadPhone, LeasedPhone, permission=Permission.INSPECTIONS_READ, method="GET", path="/leases/{lease_ref}/phone"
)
async def read_phone(ctx: Ctx, command: ReadPhone) -> LeasedPhone:
    """验机要看的：机型、IMEI、日期、合同的损耗表和价目表
    What an inspection needs of a lease: the phone, its days, the contract's wear and price tables."""
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, beijing_on(ctx.now))
    if opened.contract is None:
        raise Absent("合同", "contract")
    lease, terms = opened.file.lease, opened.contract.terms
    return LeasedPhone(
        lease_ref=lease.ref, state=lease.state, model=lease.model, storage=lease.storage, colour=lease.colour,
        condition_grade=lease.condition_grade, imei=lease.imei, serial_no=lease.serial_no, on=opened.file.on,
        handed_over_on=lease.handed_over_on, return_sent_on=lease.return_sent_on, returned_on=lease.returned_on,
        inspect_by_on=next((act.until_on for act in opened.file.next_acts if act.act is LeaseAct.INSPECT), None),
        wear_allowance=terms.wear_allowance, damage_prices=terms.damage_prices,
    )  # fmt: skip


class ReadContract(Struct, frozen=True, forbid_unknown_fields=True):
    """The contract in force of one lease."""

    lease_ref: Ref


class LeaseContract(Struct, frozen=True):
    """The version in force, whole; `sha256` in hex; the frozen ladder and where the lease stands on it."""

    lease_ref: str
    contract_id: int
    sha256: str
    contract: Contract
    ladder: tuple[LadderPoint, ...]
    settled: int
    partly_paid_fen: int


@use_case(
    ReadContract, LeaseContract, permission=Permission.BILLS_READ, method="GET", path="/leases/{lease_ref}/contract"
)
async def read_contract(ctx: Ctx, command: ReadContract) -> LeaseContract:
    """合同全文、条款和买断阶梯
    The contract in force: every clause, typed terms and the buyout ladder."""
    opened = await access_lease_file(ctx.conn, ctx.actor, command.lease_ref, beijing_on(ctx.now))
    file, contract = opened.file, opened.contract
    if contract is None or file.contract is None:
        raise Absent("合同", "contract")
    return LeaseContract(
        lease_ref=file.lease.ref,
        contract_id=file.contract.id,
        sha256=file.contract.sha256,
        contract=contract,
        ladder=file.ladder,
        settled=file.settled,
        partly_paid_fen=file.partly_paid_fen,
    )


class ReadBills(Struct, frozen=True, forbid_unknown_fields=True):
    """The statement of one lease; of the bills that fall due in a span of days (both included) where one is given."""

    lease_ref: Ref
    from_on: date | None = None
    until_on: date | None = None


class LeaseBills(Struct, frozen=True):
    """Every bill line with clause, working and entries; late fees become bills day by day."""

    lease_ref: str
    model: str
    statement: BillStatement


@use_case(ReadBills, LeaseBills, permission=Permission.BILLS_READ, method="GET", path="/leases/{lease_ref}/bills")
async def read_bills(ctx: Ctx, command: ReadBills) -> LeaseBills:
    """账单：每一行的条款、算法和记账
    The statement: each line with its clause, working and entries."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    statement = await read_statement(ctx.conn, lease.id, beijing_on(ctx.now))
    return LeaseBills(lease.ref, lease.model, within(statement, command.from_on, command.until_on))


class QuoteBuyout(Struct, frozen=True, forbid_unknown_fields=True):
    """What buying out costs today."""

    lease_ref: Ref


@use_case(QuoteBuyout, Quote, permission=Permission.QUOTE, method="GET", path="/leases/{lease_ref}/buyout-quote")
async def quote_buyout(ctx: Ctx, command: QuoteBuyout) -> Quote:
    """今天买断要付多少，逐行列出依据
    What buying out costs today, line by line, with clauses and working."""
    priced = await access_buyout(ctx.conn, ctx.actor, command.lease_ref, beijing_on(ctx.now))
    if priced.quote is not None:
        return priced.quote
    raise _no_buyout(priced.refused, priced.contract)


def _no_buyout(why: str, contract: Contract | None) -> Refusal:
    """Why there is no price, by which clause, and what is possible instead."""
    remedy_zh, remedy_en = "想了解其他办法，请转人工", "ask a person for other ways"
    clauses: tuple[str, ...] = ()
    if contract is None:
        remedy_zh, remedy_en = "签约时会写定每一期的买断价；想先了解，请转人工", "sign first, or ask a person"
    elif not contract.ladder_fen:
        clauses = contract.clauses_for("end_of_term")
        remedy_zh = "到期可以归还或续租；想留下这台手机，请转人工商量签一份新的约定"
        remedy_en = "return or renew, or ask a person for a new agreement"
    return Refusal(
        "buyout_not_offered",
        why,
        "this lease cannot be bought out",
        remedy_zh=remedy_zh,
        remedy_en=remedy_en,
        rule="BUY-1",
        clause=clauses[0] if clauses else "",
    )


class RecordPickup(Struct, frozen=True, forbid_unknown_fields=True):
    """When the courier took the returned phone, as the courier's own record says."""

    lease_ref: Ref
    picked_up_at: Instant
    waybill: Annotated[str, Meta(min_length=6, max_length=40, pattern=r"^[A-Za-z0-9-]+\Z")]


class PickupRecorded(Struct, frozen=True):
    """The instant on record."""

    lease_ref: str
    picked_up_at: datetime


@use_case(
    RecordPickup, PickupRecorded, permission=Permission.RETURN_RECORD, method="PUT",
    path="/leases/{lease_ref}/return-pickup",
)  # fmt: skip
async def record_pickup(ctx: Ctx, command: RecordPickup) -> Done[PickupRecorded]:
    """登记归还包裹的快递揽收时间，定损按它判断影像是否在寄出前封存
    Record when the courier took the returned phone: DMG-4 compares it with the seals of return pictures."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    if lease.return_sent_on is None:
        raise Refusal(
            "not_sent_back", "这台手机还没有寄回", "this phone has not been sent back", rule="DMG-4",
            remedy_zh="登记寄回之后再填揽收时间", remedy_en="record the return first",
        )  # fmt: skip
    on = beijing_on(command.picked_up_at)
    last_on = lease.returned_on or beijing_on(ctx.now)
    if not lease.return_sent_on <= on <= last_on or command.picked_up_at > ctx.now:
        raise BadInput(
            "picked_up_at", f"揽收时间应在 {lease.return_sent_on} 到 {last_on} 之间",
            f"the courier came between {lease.return_sent_on} and {last_on}",
            remedy_zh="请按快递页面的揽收记录填写", remedy_en="as the courier's page says",
        )  # fmt: skip
    await store.write_pickup(ctx.conn, lease.id, command.picked_up_at)
    at = beijing_at(command.picked_up_at)
    event = Event(
        kind="lease.picked_up", text=f"归还包裹由快递于 {at:%Y-%m-%d %H:%M} 揽收（运单 {command.waybill}）",
        rule="DMG-4", lease_id=lease.id, renter_id=lease.renter_id, subject=f"lease:{lease.ref}",
        data={"picked_up_at": at.isoformat(), "waybill": command.waybill}, sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk"),
    )  # fmt: skip
    return Done(PickupRecorded(lease.ref, command.picked_up_at), event)
