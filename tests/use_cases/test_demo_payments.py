"""The demo's payment provider: started, told who its customers are, deducted from over HTTP, stopped."""

import pytest
from lease_ground import add_lease, add_renter

from shouwen.features.leases.use_cases.paying import ReadPayable, read_payable
from shouwen.features.leases.use_cases.payments import PayBills, pay_bills
from shouwen.mount.demo import provider as provider_module
from shouwen.mount.demo.provider import DemoProvider
from shouwen.mount.payments import open_payments
from shouwen.platform.jobs import run_next
from shouwen.platform.settings import BadSetting, Settings, load_settings

NAMES = ("GATEWAY", "KEYS", "APP_ID", "SELLER_ID", "NOTIFY_URL")


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in NAMES:
        monkeypatch.setenv(f"SHOUWEN_PAYMENT_{name}", "")
    monkeypatch.setenv("SHOUWEN_BANK_ACCOUNT", "")


def test_demo_renter_with_an_agreement_pays_a_bill_over_http(house, tmp_path):
    renter = add_renter(house)
    lease = add_lease(house, renter, paid=11)
    with DemoProvider() as provider:
        provider.start(tmp_path / "provider")
        assert provider.settle_in(house.settings, house.dsn)
        house.door.services.payments = open_payments(load_settings())
        command = PayBills(lease.ref, 50_000, ("rent-12",))
        house.run(house.door.run(pay_bills, renter, command))
        assert house.run(run_next(house.door, house.door.writes))
        [order] = house.sql("SELECT state, moved_fen FROM payment_orders")
        assert tuple(order) == ("done", 50_000)
        house.run(house.door.services.payments._gateway.aclose())
        assert provider.stop() == 0


def test_late_renter_of_a_story_stays_late_through_the_first_day_and_can_pay(house, tmp_path, monkeypatch):
    renter = add_renter(house)
    lease = add_lease(house, renter, paid=4)
    monkeypatch.setattr(provider_module, "renter_of", lambda key: "ZK-1" if key == "overdue" else "")
    with DemoProvider() as provider:
        provider.start(tmp_path / "provider")
        assert provider.settle_in(house.settings, house.dsn)
        house.door.services.payments = open_payments(load_settings())
        assert load_settings().bank_account == provider_module.BANK_ACCOUNT
        [order] = house.sql("SELECT state, fault, covers FROM payment_orders")
        assert (order["state"], order["fault"]) == ("not_done", "balance")
        file = house.run(house.door.run(read_payable, renter, ReadPayable(lease.ref)))
        due = tuple(line.line for line in file.lines if line.is_due)
        house.run(house.door.run(pay_bills, renter, PayBills(lease.ref, file.due_fen, due)))
        for _ in range(4):  # the step of the order that is over comes first
            house.run(run_next(house.door, house.door.writes))
        assert [row["state"] for row in house.sql("SELECT state FROM payment_orders ORDER BY id")][-1] == "done"
        house.run(house.door.services.payments._gateway.aclose())


def test_demo_without_its_provider_goes_on(house, capsys):
    assert DemoProvider().settle_in(house.settings, house.dsn) is False
    assert "nothing is deducted" in capsys.readouterr().out


def test_installation_without_a_gateway_has_no_provider(tmp_path):
    assert open_payments(Settings(data_dir=tmp_path)) is None


@pytest.mark.parametrize(
    "more",
    [{}, {"payment_app_id": "1", "payment_seller_id": "2"}],
    ids=["numbers are missing", "keys are missing"],
)
def test_half_set_up_provider_stops_the_start_with_a_reason(tmp_path, more):
    with pytest.raises(BadSetting):
        open_payments(Settings(data_dir=tmp_path, payment_gateway="https://provider.example", **more))
