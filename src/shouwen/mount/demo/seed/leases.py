"""Leases with contracts, scheduled rents and deposits, in bulk inside one act, by the features' own functions."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.contracts.public import insert_contracts
from shouwen.features.contracts.types import Contract
from shouwen.features.leases.public import insert_leases
from shouwen.features.leases.types import LeaseState, NewLease
from shouwen.features.money.public import (
    NewCharge,
    NewHold,
    charge_rents_of,
    hold_deposits,
    put_fee_terms,
    release_deposit,
    schedule_rents_of,
)
from shouwen.mount.demo.seed.contracts import contract_of
from shouwen.mount.demo.seed.people import People
from shouwen.mount.demo.structs import Company, DepositState, Lease
from shouwen.platform.db import Conn

RELEASE_DAYS = 3
USED_MARKET_PER_CENT = 46  # of the signed value, after a term of use
ENDED = (LeaseState.CLOSED, LeaseState.CANCELLED)
PLAYED = (LeaseState.BOUGHT_OUT, LeaseState.LOST, LeaseState.TERMINATED)  # they end through the door, on their day
WITHOUT_PHONE = (LeaseState.APPLIED, LeaseState.APPROVED, LeaseState.SIGNED, LeaseState.REFUSED, LeaseState.CANCELLED)


class Placed(Struct, frozen=True):
    """A lease in the database, with the ids the money book asks for: its own, its renter's, its rents' in order."""

    id: int
    renter_id: int
    lease: Lease
    contract: Contract | None
    rent_ids: tuple[int, ...] = ()


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
    placed = await _schedule(conn, placed)
    await _hold(conn, act_id, placed)
    return placed


def _back_scratch_fen(company: Company, lease: Lease) -> int:
    """The price list asks what the findings of this company say."""
    hero = lease.ref == company.headline.lease_ref
    return company.headline.finding.price_fen if hero else company.claims[0].findings[0].price_fen


def _new_lease(lease: Lease, people: People, at: datetime, claimed: bool) -> NewLease:
    # claims begin with an inspection, which moves the lease on by itself; so do the ends that are played later
    state = LeaseState.INSPECTING if claimed else LeaseState.RENTING if lease.state in PLAYED else lease.state
    came_back, without = lease.returned_on is not None, lease.state in WITHOUT_PHONE
    return NewLease(
        ref=lease.ref,
        renter_id=people.renters[lease.renter].id,
        state=state,
        model=lease.model,
        imei="" if without else lease.imei,
        applied_on=lease.applied_on,
        created_at=at,
        storage=lease.storage,
        colour=lease.colour,
        condition_grade=lease.condition_grade,
        serial_no="" if without else serial_of(lease.imei),
        signed_on=lease.signed_on,
        handed_over_on=lease.handed_over_on,
        return_sent_on=lease.returned_on,
        returned_on=lease.received_on,
        closed_on=None if lease.state in PLAYED else lease.ended_on,
        used_market_price_fen=lease.terms.signed_value_fen * USED_MARKET_PER_CENT // 100 if came_back else None,
    )


async def _schedule(conn: Conn, placed: Sequence[Placed]) -> list[Placed]:
    """Every rent of every contract, waiting for its day, and the late-fee clause in numbers, as signing leaves them."""
    with_rent = [each for each in placed if each.contract is not None and each.lease.state != LeaseState.CANCELLED]
    charges: list[NewCharge] = []
    for each in with_rent:
        assert each.contract is not None
        charges += charge_rents_of(each.id, each.renter_id, each.contract)
        await put_fee_terms(conn, each.id, each.contract)
    ids: dict[int, list[int]] = {}
    for charge, charge_id in zip(charges, await schedule_rents_of(conn, charges), strict=True):
        ids.setdefault(charge.lease_id, []).append(charge_id)
    return [replace(each, rent_ids=tuple(ids.get(each.id, ()))) for each in placed]


def serial_of(imei: str) -> str:
    """The serial number on the same box."""
    return f"SN{imei[-9:]}"


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
