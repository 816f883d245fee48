"""Leases with contracts, rents, payments and deposits, in bulk inside one act, by the features' own functions."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from shouwen.features.contracts.public import insert_contracts
from shouwen.features.contracts.types import Contract
from shouwen.features.leases.public import insert_leases
from shouwen.features.leases.types import LeaseState, NewLease
from shouwen.features.money.public import (
    Booking,
    NewCharge,
    NewHold,
    book,
    book_charges,
    charge_rents_of,
    hold_deposits,
    release_deposit,
)
from shouwen.features.money.types import RECEIVABLE, Account, ChargeKind, Entry, EntryKind, Transfer
from shouwen.mount.demo.seed.contracts import contract_of
from shouwen.mount.demo.seed.people import People
from shouwen.mount.demo.structs import Company, DepositState, Instalment, Lease
from shouwen.platform.db import Conn

RELEASE_DAYS = 3
USED_MARKET_PER_CENT = 46  # of the signed value, after a term of use
ENDED = (LeaseState.CLOSED, LeaseState.BOUGHT_OUT, LeaseState.CANCELLED)


class Placed(Struct, frozen=True):
    """A lease in the database, with the two ids the money book asks for."""

    id: int
    renter_id: int
    lease: Lease
    contract: Contract | None


async def insert_company_leases(
    conn: Conn, act_id: int, company: Company, people: People, at: datetime
) -> list[Placed]:
    """Everything the books say today."""
    claimed = {claim.lease_ref for claim in company.claims}
    ids = await insert_leases(conn, [_new_lease(lease, people, at, lease.ref in claimed) for lease in company.leases])
    placed = [
        Placed(lease_id, people.renters[lease.renter].id, lease, contract_of(lease, _back_scratch_fen(company, lease)))
        for lease_id, lease in zip(ids, company.leases, strict=True)
    ]
    signed = [(each.id, each.contract) for each in placed if each.contract is not None]
    await insert_contracts(conn, signed)
    await _insert_money(conn, act_id, placed)
    return placed


def _back_scratch_fen(company: Company, lease: Lease) -> int:
    """The price list asks what the findings of this company say."""
    hero = lease.ref == company.headline.lease_ref
    return company.headline.finding.price_fen if hero else company.claims[0].findings[0].price_fen


def _new_lease(lease: Lease, people: People, at: datetime, claimed: bool) -> NewLease:
    # claims begin with an inspection, which moves the lease on by itself
    state = LeaseState.INSPECTING if claimed else lease.state
    came_back = lease.returned_on is not None
    return NewLease(
        ref=lease.ref,
        renter_id=people.renters[lease.renter].id,
        state=state,
        model=lease.model,
        imei=lease.imei,
        applied_on=lease.applied_on,
        created_at=at,
        storage=lease.storage,
        colour=lease.colour,
        condition_grade=lease.condition_grade,
        serial_no=f"SN{lease.imei[-9:]}",
        signed_on=lease.signed_on,
        handed_over_on=lease.handed_over_on,
        return_sent_on=lease.returned_on,
        returned_on=lease.received_on,
        closed_on=lease.ended_on,
        used_market_price_fen=lease.terms.signed_value_fen * USED_MARKET_PER_CENT // 100 if came_back else None,
    )


async def _insert_money(conn: Conn, act_id: int, placed: Sequence[Placed]) -> None:
    with_rent = [each for each in placed if each.contract is not None and each.lease.state != LeaseState.CANCELLED]
    charges: list[NewCharge] = []
    for each in with_rent:
        assert each.contract is not None
        charges += charge_rents_of(each.id, each.renter_id, each.contract)
    ids = await book_charges(conn, act_id, charges)
    by_rent = {(c.lease_id, c.no): charge_id for c, charge_id in zip(charges, ids, strict=True)}
    payments = [
        _payment(each, instalment, by_rent[each.id, instalment.no])
        for each in with_rent
        for instalment in each.lease.instalments
        if instalment.paid_on is not None
    ]
    await book(conn, act_id, sorted(payments, key=lambda one: (one.booked_on, one.entry.key)))
    await _buy_out(conn, act_id, [each for each in with_rent if each.lease.state == LeaseState.BOUGHT_OUT], by_rent)
    await _hold(conn, act_id, placed)


def _payment(of: Placed, instalment: Instalment, charge_id: int) -> Booking:
    assert instalment.paid_on is not None
    key = f"{of.lease.ref}-{instalment.no}"
    return _paid(of, key, ChargeKind.RENT, charge_id, instalment.paid_fen, instalment.paid_on)


def _paid(of: Placed, key: str, kind: ChargeKind, charge_id: int, amount_fen: int, on: date) -> Booking:
    transfer = Transfer(Account.CASH, RECEIVABLE[kind], amount_fen, charge_id)
    entry = Entry(f"payment:{key}", EntryKind.PAYMENT, (transfer,), "收到付款", "CIVIL-560")
    return Booking(of.id, of.renter_id, on, entry)


async def _buy_out(conn: Conn, act_id: int, bought: Sequence[Placed], by_rent: dict[tuple[int, int], int]) -> None:
    """Accepting a buyout closes all open rent charges into it (BUY-5)."""
    for each in bought:
        assert each.contract is not None
        on = each.lease.ended_on
        assert on is not None
        closed = [
            Booking(each.id, each.renter_id, on, _into_buyout(rent, by_rent[each.id, rent.no]))
            for rent in each.lease.instalments
            if rent.open_fen > 0
        ]
        price_fen = each.contract.ladder_fen[each.lease.settled_periods] if each.contract.ladder_fen else 0
        if price_fen:
            charge = NewCharge(
                lease_id=each.id,
                renter_id=each.renter_id,
                kind=ChargeKind.BUYOUT,
                no=0,
                clause=next(iter(each.contract.clauses_for("buyout_formula")), ""),
                due_on=on,
                amount_fen=price_fen,
            )
            [charge_id] = await book_charges(conn, act_id, [charge])
            closed.append(_paid(each, f"{each.lease.ref}-buyout", ChargeKind.BUYOUT, charge_id, price_fen, on))
        await book(conn, act_id, closed)


def _into_buyout(rent: Instalment, charge_id: int) -> Entry:
    transfer = Transfer(Account.WAIVERS, RECEIVABLE[ChargeKind.RENT], rent.open_fen, charge_id)
    return Entry(f"closed:{charge_id}", EntryKind.WAIVER, (transfer,), f"第 {rent.no} 期未付租金并入买断款", "BUY-5")


async def _hold(conn: Conn, act_id: int, placed: Sequence[Placed]) -> None:
    held = [
        each for each in placed if each.lease.deposit_state != DepositState.NONE and each.lease.signed_on is not None
    ]
    await hold_deposits(
        conn,
        act_id,
        [
            NewHold(
                lease_id=each.id,
                renter_id=each.renter_id,
                amount_fen=each.lease.terms.deposit_fen,
                held_on=each.lease.signed_on or each.lease.applied_on,
                release_due_on=_release_due_on(each.lease),
                ref=f"YS-{each.lease.ref[3:]}",
            )
            for each in held
        ],
    )
    for each in held:
        if each.lease.state in ENDED and each.lease.ended_on is not None:
            await release_deposit(conn, act_id, each, 0, each.lease.ref, each.lease.ended_on)


def _release_due_on(lease: Lease) -> date | None:
    return None if lease.received_on is None else lease.received_on + timedelta(days=RELEASE_DAYS)
