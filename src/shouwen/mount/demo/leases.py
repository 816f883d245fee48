"""Two hundred leases in every state, each with a rent history that its days and its state allow."""

from datetime import date, timedelta
from random import Random

from msgspec.structs import replace

from shouwen.features.leases.types import LeaseState
from shouwen.kernel.days import add_months
from shouwen.kernel.fen import split_rent_fen
from shouwen.mount.demo.catalogue import MODELS
from shouwen.mount.demo.names import imei_of
from shouwen.mount.demo.structs import DepositState, Instalment, Lease, Model, Terms

S = LeaseState
COUNTS = {
    S.APPLIED: 6, S.APPROVED: 5, S.SIGNED: 6, S.PREPARING: 6, S.SHIPPED: 8, S.RENTING: 96, S.RETURNING: 10,
    S.INSPECTING: 9, S.SETTLING: 7, S.CLOSED: 20, S.REFUSED: 6, S.CANCELLED: 6, S.BOUGHT_OUT: 9, S.LOST: 3,
    S.TERMINATED: 3,
}  # fmt: skip
BEFORE_RENT = frozenset({S.APPLIED, S.APPROVED, S.SIGNED, S.PREPARING, S.SHIPPED, S.REFUSED, S.CANCELLED})
CAME_BACK = frozenset({S.RETURNING, S.INSPECTING, S.SETTLING, S.CLOSED})
NO_DEPOSIT = frozenset({S.APPLIED, S.APPROVED, S.REFUSED})
RENT_SHARE = {6: 48, 12: 72, 24: 100}  # per cent of the signed value paid as rent over the term
TEMPLATE = {6: "return-6", 12: "buyout-12", 24: "rent-to-own-24"}
LATE_SHIPMENTS = 3  # past ship-by, each with its urgent case
GRADES = ("99 新", "95 新", "95 新", "9 成新")


def invent_leases(rng: Random, renters: int, today: date) -> tuple[Lease, ...]:
    """All leases; the first is the headline's."""
    states = [state for state, count in COUNTS.items() for _ in range(count)]
    states.remove(S.INSPECTING)
    rng.shuffle(states)
    owners = list(range(2, renters + 1))
    more = [rng.randrange(2, renters + 1) for _ in range(len(states) - len(owners))]
    leases = [_headline(today)]
    late_left = LATE_SHIPMENTS
    for number, (state, renter) in enumerate(zip(states, owners + more, strict=True), start=418):
        late = state == S.PREPARING and late_left > 0
        late_left -= late
        leases.append(_invent(rng, number, state, renter, today, late))
    return tuple(leases)


def _headline(today: date) -> Lease:
    """陈思宇's lease: 12 × ¥500.00 all paid, S ¥8,046.00 = T ¥6,000.00 + R ¥2,046.00, back four days ago."""
    returned_on = today - timedelta(days=4)
    handed_over_on = returned_on - timedelta(days=350)
    signed_on = handed_over_on - timedelta(days=3)
    model = MODELS[0]
    terms = Terms("buyout-12", 12, 600_000, 804_600, 204_600, 300_000, handed_over_on)
    paid = tuple(replace(each, paid_fen=each.rent_fen, paid_on=each.due_on) for each in schedule_of(terms))
    return Lease(
        ref=f"ZL-{signed_on:%Y%m%d}-0417",
        renter=1,
        state=S.INSPECTING,
        sku=model.sku,
        model=model.name,
        storage="256G",
        colour="原色钛",
        look="natural_titanium",
        condition_grade="95 新",
        imei=imei_of(model.type_code, 14_823),
        terms=terms,
        instalments=paid,
        applied_on=signed_on - timedelta(days=1),
        deposit_state=DepositState.HELD,
        signed_on=signed_on,
        ship_by_on=signed_on + timedelta(days=2),
        shipped_on=signed_on + timedelta(days=1),
        handed_over_on=handed_over_on,
        returned_on=returned_on,
        received_on=today - timedelta(days=1),
        waybill_out="SF199000000417",
        waybill_back="SF199000010417",
    )


def schedule_of(terms: Terms) -> tuple[Instalment, ...]:
    """Equal rents, month by month; the odd fen last."""
    rents = split_rent_fen(terms.total_rent_fen, terms.periods, "last")
    return tuple(Instalment(no + 1, add_months(terms.first_due_on, no), rent_fen) for no, rent_fen in enumerate(rents))


def _terms(rng: Random, model: Model, first_due_on: date, storage: str, state: S) -> Terms:
    # what was rented to own and paid to the end is the renter's: nobody sends that back
    # and only what a contract sells is bought
    of = (6, 12, 12, 12, 12, 6) if state in CAME_BACK else (6, 12, 12, 12, 24, 24)
    periods = rng.choice((12, 12, 12, 12, 24, 24) if state == S.BOUGHT_OUT else of)
    signed_fen = model.signed_value_fen + (60_000 if storage == "512G" else 0)
    rent_fen = signed_fen * RENT_SHARE[periods] // 100
    residual_fen = signed_fen - rent_fen
    return Terms(TEMPLATE[periods], periods, rent_fen, signed_fen, residual_fen, model.deposit_fen, first_due_on)


def _invent(rng: Random, number: int, state: S, renter: int, today: date, late: bool) -> Lease:
    model = rng.choice(MODELS)
    colour, look = rng.choice(model.colours)
    storage = rng.choice(model.storages)
    begun = today if late else today - timedelta(days=_days_since_start(rng, state))
    terms = _terms(rng, model, begun, storage, state)
    if state in CAME_BACK or state == S.BOUGHT_OUT:  # the term has run, or nearly
        ended_ago = {S.RETURNING: 1, S.INSPECTING: 3, S.SETTLING: 8}.get(state, 30) + rng.randrange(3)
        if state in (S.CLOSED, S.BOUGHT_OUT):
            ended_ago += rng.randrange(120)
        months = max(3, terms.periods - (rng.randrange(4) if state == S.BOUGHT_OUT else 0))
        begun = add_months(today - timedelta(days=ended_ago), -months) + timedelta(days=2)
        terms = replace(terms, first_due_on=begun)
    signed_on = begun - timedelta(days=3)
    lease = Lease(
        ref=f"ZL-{signed_on:%Y%m%d}-{number:04d}",
        renter=renter,
        state=state,
        sku=model.sku,
        model=model.name,
        storage=storage,
        colour=colour,
        look=look,
        condition_grade=rng.choice(GRADES),
        imei=imei_of(model.type_code, 20_000 + number * 37),
        terms=terms,
        instalments=schedule_of(terms),
        applied_on=signed_on - timedelta(days=1),
        deposit_state=DepositState.NONE if state in NO_DEPOSIT else DepositState.HELD,
    )
    return _lived(rng, _dated(lease, begun, today), today)


def _days_since_start(rng: Random, state: S) -> int:
    """Days since the phone arrived, or (negative) until it is due to arrive."""
    if state in (S.APPLIED, S.APPROVED, S.SIGNED, S.PREPARING, S.SHIPPED):
        return {S.APPLIED: -4, S.APPROVED: -3, S.SIGNED: -2, S.PREPARING: -1, S.SHIPPED: 0}[state]
    if state in (S.REFUSED, S.CANCELLED):
        return rng.randrange(5, 60)
    if state in (S.LOST, S.TERMINATED):
        return rng.randrange(150, 175)
    return rng.randrange(4, 178)


def _dated(lease: Lease, begun: date, today: date) -> Lease:
    """The days this state implies."""
    state = lease.state
    days = (
        lease
        if state in (S.APPLIED, S.APPROVED, S.REFUSED)
        else replace(lease, signed_on=begun - timedelta(days=3), ship_by_on=begun - timedelta(days=1))
    )
    if state in BEFORE_RENT:
        if state == S.SHIPPED:
            return replace(days, shipped_on=begun - timedelta(days=2), waybill_out=f"SF1990000{lease.ref[-4:]:0>5}")
        ended = begun - timedelta(days=2) if state in (S.REFUSED, S.CANCELLED) else None
        release = DepositState.RELEASED if state == S.CANCELLED else days.deposit_state
        return replace(days, ended_on=ended, deposit_state=release)
    days = replace(
        days,
        shipped_on=begun - timedelta(days=2),
        handed_over_on=begun,
        waybill_out=f"SF1990000{lease.ref[-4:]:0>5}",
    )
    if state in CAME_BACK:
        back = add_months(begun, lease.terms.periods) - timedelta(days=2)
        back = min(back, today - timedelta(days=1))
        days = replace(days, returned_on=back, waybill_back=f"SF1990001{lease.ref[-4:]:0>5}")
        if state != S.RETURNING:
            days = replace(days, received_on=min(back + timedelta(days=2), today))
    if state == S.CLOSED and days.returned_on:
        ended = min(days.returned_on + timedelta(days=9), today)
        return replace(days, ended_on=ended, deposit_state=DepositState.RELEASED)
    if state == S.BOUGHT_OUT:
        ended = min(today - timedelta(days=3), begun + timedelta(days=lease.terms.periods * 30 - 20))
        return replace(days, ended_on=ended, deposit_state=DepositState.RELEASED)
    if state in (S.LOST, S.TERMINATED):
        return replace(days, ended_on=today - timedelta(days=5), deposit_state=DepositState.CAPTURED)
    return days


def _lived(rng: Random, lease: Lease, today: date) -> Lease:
    """Rent paid so far: most on the day, some late; one in five renting leases is behind, a few in part."""
    if lease.state in BEFORE_RENT:
        return lease
    mood = rng.random()
    behind = rng.choice((1, 1, 1, 2, 3)) if lease.state == S.RENTING and mood < 0.22 else 0
    behind = 3 if lease.state == S.TERMINATED else behind
    last_day = lease.ended_on or lease.returned_on or today
    due = [each.no for each in lease.instalments if each.due_on <= last_day]
    settled = max(0, len(due) - behind)
    if lease.state in CAME_BACK:
        settled = lease.terms.periods
    done = []
    for each in lease.instalments:
        if each.no <= settled:
            paid_on = min(each.due_on + timedelta(days=rng.choice((0, 0, 0, 0, 1, 2))), last_day)
            done.append(replace(each, paid_fen=each.rent_fen, paid_on=paid_on))
        elif each.no == settled + 1 and behind and mood < 0.08:
            done.append(replace(each, paid_fen=each.rent_fen * 2 // 5, paid_on=min(each.due_on, today)))
        else:
            done.append(each)
    return replace(lease, instalments=tuple(done))
