"""Moments no calendar can turn into a day of Beijing are a wrong field, on every way in."""

import pytest
from test_renter_endings import KEY, TODAY, add_lease, desk, hour, site  # noqa: F401 -- fixtures

from shouwen.features.cases.use_cases.offering import MakePromise
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.reading import RecordPickup
from shouwen.kernel.errors import BadInput
from shouwen.platform.decode import decode

FAR = ("0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "1999-12-31T23:59+00:00", "2100-01-01T00:00+00:00")


@pytest.mark.parametrize("typed", [*FAR, "0001-01-01T00:00"])
def test_pickup_typed_in_another_age_is_refused_beside_its_field(desk, site, typed):  # noqa: F811 -- fixtures
    lease = add_lease(desk.house, desk.renter, no=23, state=LeaseState.RETURNING, paid=12, return_sent_on=TODAY)
    fields = {"picked_up_at": typed, "waybill": "SF199000010417", "idempotency_key": KEY}
    answer = site.visitor("zhoumin").post(f"/desk/leases/{lease.ref}/pickup", fields)
    assert answer.status == 422
    assert "请填写 2000 年到 2099 年之间的时间" in answer.said
    stored = desk.house.sql("SELECT return_picked_up_at FROM leases WHERE id = $1", lease.id)
    assert stored[0]["return_picked_up_at"] is None


@pytest.mark.parametrize("sent", FAR)
@pytest.mark.parametrize(
    ("command", "name", "rest"),
    [
        (RecordPickup, "picked_up_at", {"lease_ref": "ZL-20251130-0417", "waybill": "SF199000010417"}),
        (MakePromise, "due_at", {"case_ref": "SW-AAAAAAAAAA", "text": "回电"}),
    ],
)
def test_instant_of_another_age_is_a_wrong_field_of_the_command(command, name, rest, sent):
    with pytest.raises(BadInput) as refused:
        decode(command, rest, ((name, f"{sent[:16]}:00{sent[16:]}"),), b"")
    assert refused.value.field == name
    assert "2099" in refused.value.zh
    assert decode(command, rest, ((name, "2026-11-20T15:00:00+08:00"),), b"")
