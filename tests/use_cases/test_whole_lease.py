"""One lease from application to the end, by everybody who has a part in it, with a swap on the way."""

from datetime import date, timedelta

from contract_ground import SPECIALIST, publish, signed
from lease_ground import AGENT, INSPECTOR, NOW, in_act, run
from money_ground import at
from stock_ground import DONE, IMEIS, SilentCourier, add_staff, line, push, stock_up, unit_states

from shouwen.features.disputes.use_cases.inspecting import FileInspection, file_inspection
from shouwen.features.endings.public import day_endings
from shouwen.features.endings.use_cases import TendLease, tend_lease
from shouwen.features.leases.use_cases.abating import AbateRent, abate_rent
from shouwen.features.leases.use_cases.money import RecordPayment, record_payment
from shouwen.features.leases.use_cases.moving import (
    AssignUnit,
    HandOver,
    PrepareLease,
    ReceiveBack,
    SendBack,
    ShipLease,
    assign_unit,
    hand_over,
    prepare_lease,
    receive_back,
    send_back,
    ship_lease,
)
from shouwen.features.leases.use_cases.reading import ReadLease, read_lease
from shouwen.features.leases.use_cases.swap import (
    AskSwap,
    FinishSwap,
    ReceiveSwapped,
    ReturnSwapped,
    SendSwap,
    ask_swap,
    finish_swap,
    receive_swapped,
    return_swapped,
    send_swap,
)
from shouwen.features.money.public import balances
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on

PHONE = {"storage": "256 GB", "colour": "原色钛"}
OUT, BACK, SWAP_OUT, SWAP_BACK = "SF199000000001", "SF199000000002", "SF199000000003", "SF199000000004"


def day(house, at):
    """How many leases the business day finds something to do for."""
    return in_act(house, lambda ctx: day_endings(ctx, beijing_on(at), 0, 100), at=at)


def pay(house, ref, instalment, on):
    command = RecordPayment(ref, instalment.amount_fen, f"WX-{instalment.no}", on)
    run(house, record_payment, SPECIALIST, command, at=at(on))


def swapped(house, renter, ref, reported_on, new_phone_on):
    """A swap with the days between taken off the rent; what they came to."""
    swap = run(house, ask_swap, AGENT, AskSwap(ref, "听筒没有声音", reported_on), at=at(reported_on)).swap_ref
    run(house, send_swap, AGENT, SendSwap(swap, IMEIS[1], "sf", SWAP_OUT), at=at(reported_on))
    run(house, finish_swap, renter, FinishSwap(swap), at=at(new_phone_on))
    run(house, return_swapped, renter, ReturnSwapped(swap, "sf", SWAP_BACK, DONE), at=at(new_phone_on))
    abated_fen = run(house, abate_rent, SPECIALIST, AbateRent(ref, "换机", swap), at=at(new_phone_on)).amount_fen
    run(house, receive_swapped, INSPECTOR, ReceiveSwapped(swap), at=at(new_phone_on + timedelta(days=3)))
    return abated_fen


def test_lease_from_application_to_the_end_with_a_swap_on_the_way(house):
    house.door.services.courier = SilentCourier()
    add_staff(house, INSPECTOR)
    publish(house)
    renter, ref = signed(house)
    stock_up(house, **PHONE)
    run(house, prepare_lease, AGENT, PrepareLease(ref))
    run(house, assign_unit, AGENT, AssignUnit(ref, IMEIS[0]))
    run(house, ship_lease, AGENT, ShipLease(ref, "sf", OUT))
    push(house, line("picked_up", 2), line("signed", 30), waybill=OUT, at=NOW + timedelta(days=2))
    run(house, hand_over, renter, HandOver(ref), at=NOW + timedelta(days=2))
    instalments = run(house, read_lease, renter, ReadLease(ref)).instalments
    for instalment in instalments[:3]:
        pay(house, ref, instalment, instalment.due_on)
    abated_fen = swapped(house, renter, ref, date(2027, 2, 1), date(2027, 2, 5))
    assert abated_fen == 50_000 * 4 // 31  # four days of the paid third period, 23 January to 22 February
    for instalment in instalments[3:]:
        pay(house, ref, instalment, instalment.due_on)
    file = run(house, read_lease, renter, ReadLease(ref), at=at(date(2027, 11, 1)))
    assert (file.settled, [act.act for act in file.next_acts if not act.blocked_zh]) == (
        12, ["send_back", "buy_out", "report_lost", "terminate"],
    )  # fmt: skip
    last_on = date(2027, 11, 20)
    run(house, send_back, renter, SendBack(ref, "sf", BACK, DONE), at=at(last_on))
    arrived = at(last_on) + timedelta(days=2)
    push(house, line("picked_up", 3, at=at(last_on)), line("signed", 40, at=at(last_on)), waybill=BACK, at=arrived)
    run(house, receive_back, INSPECTOR, ReceiveBack(ref), at=arrived)
    received_on = run(house, read_lease, AGENT, ReadLease(ref), at=arrived).lease.returned_on
    run(house, file_inspection, INSPECTOR, FileInspection(ref, received_on, IMEIS[1]), at=arrived)
    assert day(house, arrived) == 1
    run(house, tend_lease, SYSTEM, TendLease(1), at=arrived)
    closed = run(house, read_lease, renter, ReadLease(ref), at=arrived)
    assert (closed.lease.state, closed.hold.open_fen, closed.open_charges) == ("closed", 0, ())
    assert unit_states(house) == {IMEIS[0]: "inspecting", IMEIS[1]: "inspecting", IMEIS[2]: "in_stock"}
    sums = in_act(house, lambda ctx: balances(ctx.conn, 1), at=arrived)
    assert sum(sums.values()) == 0
    assert (sums["cash"], -sums["renter_credit"]) == (600_000, abated_fen)
