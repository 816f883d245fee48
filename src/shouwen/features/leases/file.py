"""Build a LeaseFile and the figures of a lease from the one row the store reads."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from shouwen.features.contracts.public import KnownContract, decoded_contract, ends_on, quote_buyout
from shouwen.features.contracts.types import Contract, Quote
from shouwen.features.leases.late_fees import ChargeRow, PauseOfRow, late_fees_of
from shouwen.features.leases.rules.life import LIFE, STATE_ZH, next_acts
from shouwen.features.leases.rules.standing import instalment_state, standing_of
from shouwen.features.leases.types import (
    AWAITED,
    AccruedLateFee,
    ContractSummary,
    GuardFacts,
    HoldSummary,
    LadderPoint,
    LeaseFile,
    LeaseInstalment,
    LeaseRow,
    OpenCharge,
    RenterSummary,
)
from shouwen.features.stock.types import ShipmentState
from shouwen.kernel.errors import Refusal
from shouwen.platform.db import Row, row_to


class Priced(Struct, frozen=True):
    """What buying out costs; without a price `refused` says why. `contract` None: it is not signed yet."""

    quote: Quote | None
    refused: str
    contract: Contract | None


class Opened(Struct, frozen=True):
    """A file with the whole contract beside it, for those who need its terms."""

    file: LeaseFile
    contract: Contract | None


def open_file(row: Row, known: KnownContract, on: date) -> Opened:
    """The file of one lease on a Beijing day."""
    lease = _lease(row)
    contract = _contract(row, known)
    charges = msgspec.convert(row["charges"], list[ChargeRow])
    rents = [charge for charge in charges if charge.kind == "rent"]
    settled, partly_fen = _standing(contract, rents, row["closed_fen"])
    late_fees = () if contract is None or lease.state in AWAITED else late_fees_of(row, contract, charges, on)
    buyout, refused = _price(row, lease, contract, charges, late_fees, on)
    hold = _hold(row, lease, contract)
    rests = _rests_through(row, lease, rents)
    file = LeaseFile(
        lease=lease,
        on=on,
        renter=_renter(row),
        contract=None if contract is None else _summary(row, contract),
        instalments=tuple(_instalment(rent, rests.get(rent.id, rent.due_on), on) for rent in rents),
        settled=settled,
        partly_paid_fen=partly_fen,
        ladder=() if contract is None else _ladder(contract),
        buyout=buyout,
        buyout_refused=refused,
        open_charges=tuple(_open_charge(charge) for charge in charges if charge.kind != "rent"),
        late_fees=late_fees,
        hold=hold,
        next_acts=next_acts(
            lease,
            contract,
            _guard_facts(row, lease, contract, charges, hold),
            ends_on=None if contract is None else ends_on(contract),
        ),
    )
    return Opened(file, contract)


def price_buyout(row: Row, lease: LeaseRow, known: KnownContract, on: date) -> Priced:
    """What the file says of buying out, and nothing else of it."""
    contract = None
    if row["contract_id"] is not None:
        contract = decoded_contract(lease.id, known, row["contract_sha256"], row["contract"])
    charges = msgspec.convert(row["charges"], list[ChargeRow])
    late_fees = () if contract is None or lease.state in AWAITED else late_fees_of(row, contract, charges, on)
    quote, refused = _price(row, lease, contract, charges, late_fees, on)
    return Priced(quote, refused, contract)


def _price(
    row: Row,
    lease: LeaseRow,
    contract: Contract | None,
    charges: Sequence[ChargeRow],
    late_fees: Sequence[AccruedLateFee],
    on: date,
) -> tuple[Quote | None, str]:
    rents = [charge for charge in charges if charge.kind == "rent"]
    settled, partly_fen = _standing(contract, rents, row["closed_fen"])
    late_fees_fen = sum(c.outstanding_fen for c in charges if c.kind == "late_fee")
    late_fees_fen += sum(fee.amount_fen for fee in late_fees)
    if row["agreed"] is not None and row["agreed"][0] == "buyout":
        return None, f"买断已在办理（{row['agreed'][1]}），请在 {row['agreed'][2]} 前（含当天）付清"
    return _buyout(lease, contract, settled, partly_fen, late_fees_fen, on)


def _guard_facts(
    row: Row, lease: LeaseRow, contract: Contract | None, charges: Sequence[ChargeRow], hold: HoldSummary | None
) -> GuardFacts:
    parcel = row["parcel"]
    return GuardFacts(
        imei=lease.imei,
        held_for=row["held_for"],
        amendment_open=row["amendment_open"],
        deposit_due_fen=0 if contract is None else contract.terms.deposit_fen or 0,
        held_fen=0 if hold is None else hold.amount_fen,
        hold_open_fen=0 if hold is None else hold.open_fen,
        outstanding_fen=sum(charge.outstanding_fen for charge in charges),
        parcel=None if parcel is None else ShipmentState(parcel["state"]),
        contested=parcel is not None and bool(parcel["contested"]),
        swap_open=row["swap_open"],
        lost=row["lost"],
    )


def _lease(row: Row) -> LeaseRow:
    return row_to(LeaseRow, {name: row[name] for name in LeaseRow.__struct_fields__})


def _contract(row: Row, known: KnownContract) -> Contract | None:
    if row["contract_id"] is None:
        return None
    return decoded_contract(row["id"], known, row["contract_sha256"], row["contract"])


def _standing(contract: Contract | None, rents: Sequence[ChargeRow], closed_fen: int) -> tuple[int, int]:
    """What ended in a buyout or a settlement was neither paid nor waived."""
    if contract is None:
        return 0, 0
    return standing_of(contract.rents_fen, sum(rent.paid_fen + rent.waived_fen for rent in rents) - closed_fen)


def _buyout(
    lease: LeaseRow, contract: Contract | None, settled: int, partly_fen: int, late_fees_fen: int, on: date
) -> tuple[Quote | None, str]:
    if contract is None:
        return None, "合同签署后才有买断价"
    if not LIFE[lease.state]:
        return None, f"这笔订单{STATE_ZH[lease.state]}，不再有买断价"
    try:
        return quote_buyout(contract, settled, partly_fen, late_fees_fen, on), ""
    except Refusal as refusal:
        return None, refusal.zh


def _renter(row: Row) -> RenterSummary:
    return RenterSummary(
        id=row["renter_id"],
        ref=row["renter_ref"],
        name_masked=row["renter_name_masked"],
        phone_masked=row["phone_masked"],
        verified=row["verified"],
        leases=row["lease_count"],
        overdue=row["overdue_count"],
        late=row["late_count"],
        disputes=row["dispute_count"],
    )


def _summary(row: Row, contract: Contract) -> ContractSummary:
    terms = contract.terms
    return ContractSummary(
        id=row["contract_id"],
        title=contract.title,
        version=contract.version,
        signed_on=contract.signed_on,
        sha256=bytes(row["contract_sha256"]).hex(),
        periods=terms.periods,
        total_rent_fen=terms.total_rent_fen,
        signed_value_fen=terms.signed_value_fen,
        residual_price_fen=terms.residual_price_fen,
        deposit_fen=terms.deposit_fen,
        clauses=contract.clauses,
        marks=contract.marks,
        imported=contract.imported,
    )


def _rests_through(row: Row, lease: LeaseRow, rents: Sequence[ChargeRow]) -> dict[int, date]:
    """Until when rents rest because the phone is or was not there (PAUSE-1)."""
    if lease.state in AWAITED:
        return {rent.id: date.max for rent in rents}
    pauses = msgspec.convert(row["pauses"], list[PauseOfRow])
    return {one.charge_id: one.ends_on or date.max for one in pauses if one.reason == "delivery"}


def _instalment(charge: ChargeRow, rests_through: date, on: date) -> LeaseInstalment:
    state, days = instalment_state(max(charge.due_on, rests_through), charge.outstanding_fen, on)
    return LeaseInstalment(
        charge_id=charge.id,
        no=charge.no,
        due_on=charge.due_on,
        amount_fen=charge.amount_fen,
        paid_fen=charge.paid_fen,
        waived_fen=charge.waived_fen,
        written_off_fen=charge.written_off_fen,
        outstanding_fen=charge.outstanding_fen,
        settled_on=charge.settled_on,
        state=state,
        days_overdue=days,
    )


def _open_charge(charge: ChargeRow) -> OpenCharge:
    values: dict[str, Any] = {name: getattr(charge, name) for name in OpenCharge.__struct_fields__}
    return OpenCharge(**values)


def _ladder(contract: Contract) -> tuple[LadderPoint, ...]:
    due_on = (None, *contract.due_on)
    return tuple(
        LadderPoint(settled, price_fen, due_on[settled]) for settled, price_fen in enumerate(contract.ladder_fen)
    )


def _hold(row: Row, lease: LeaseRow, contract: Contract | None) -> HoldSummary | None:
    if row["hold_ref"] is None:
        return None
    days = None if contract is None else contract.terms.deposit_release_days
    release_due_on = row["release_due_on"]
    if release_due_on is None and lease.returned_on is not None and days is not None:
        release_due_on = lease.returned_on + timedelta(days=days)
    clauses = () if contract is None else contract.clauses_for("deposit_release_days", "deposit_fen")
    return HoldSummary(
        ref=row["hold_ref"],
        amount_fen=row["hold_fen"],
        captured_fen=row["captured_fen"],
        released_fen=row["released_fen"],
        open_fen=row["hold_fen"] - row["captured_fen"] - row["released_fen"],
        held_on=row["held_on"],
        release_due_on=release_due_on,
        clause=clauses[0] if clauses else "",
    )
