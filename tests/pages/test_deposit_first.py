"""A deposit that is not frozen: the renter reads what waits for it, the desk before anything is typed."""

import pytest
from visitor import Site

# isort: split
from contract_ground import publish, signed
from lease_ground import AGENT, run
from payment_desk import Desk
from stock_ground import IMEIS, SilentCourier, add_staff, stock_up

from shouwen.features.leases.use_cases.moving import PrepareLease, prepare_lease


@pytest.fixture
def site(house, monkeypatch):
    house.door.services.courier = SilentCourier()
    provided = Desk(house, monkeypatch)
    opened = Site(house)
    opened.app._inner.state.door.services.payments = provided.payments
    opened.provided = provided
    yield opened
    opened.close()


def waiting_lease(house):
    """Signed through the pages' use cases, in preparation, the deposit in the book and not frozen at the provider."""
    publish(house)
    stock_up(house, IMEIS[0], storage="256 GB", colour="原色钛")
    ref = signed(house)[1]
    run(house, prepare_lease, AGENT, PrepareLease(ref))
    return ref


def test_renter_past_the_promised_day_reads_that_the_deposit_is_what_waits(house, site):
    ref = waiting_lease(house)
    site.provided.pass_time(days=20)
    renter = site.visitor("ZK-1")
    for path in (f"/my/leases/{ref}", f"/my/leases/{ref}/parcels"):
        told = renter.get(path).said
        assert "等您冻结押金" in told, path
        assert "押金 ¥3,000.00 还没有冻结，冻结成功后才能发货" in told, path
        assert "是我们晚了" not in told, path


def test_desk_sees_the_deposit_in_the_way_before_a_waybill_is_typed(house, site):
    ref = waiting_lease(house)
    add_staff(house, AGENT)
    agent = site.visitor(f"s{AGENT.id}")
    key = {"idempotency_key": "a-key-of-one-form"}
    assert agent.post(f"/desk/leases/{ref}/unit", {"imei": IMEIS[0], **key}).status == 303
    page = agent.get(f"/desk/leases/{ref}/phone")
    assert "合同约定的押金还没有冻结" in page.said
    assert f'action="/desk/leases/{ref}/shipment"' not in page.text
