"""What days without a working phone would take off, read before it is done."""

from datetime import date

import pytest
from lease_ground import AGENT, TODAY, add_lease, add_renter, run

from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.abating import AbateRent, QuoteAbatement, abate_rent, quote_abatement
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal

FROM, TO = date(2026, 11, 18), date(2026, 11, 19)
SPECIALIST = Actor(Role.SPECIALIST, 3, "林专员")


@pytest.fixture
def lease(house):
    return add_lease(house, add_renter(house), state=LeaseState.RENTING, handed_over_on=date(2026, 5, 12))


def quoted(house, lease, from_on=FROM, to_on=TO, actor=AGENT):
    return run(house, quote_abatement, actor, QuoteAbatement(lease.ref, from_on, to_on))


def test_quote_is_what_abating_then_takes_off_and_names_its_clause(house, lease):
    quote = quoted(house, lease)
    done = run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "听筒没有声音", from_on=FROM, to_on=TO))
    assert (quote.amount_fen, quote.working) == (done.amount_fen, done.working)
    assert quote.amount_fen > 0
    assert quote.clauses


def test_quote_books_nothing(house, lease):
    quoted(house, lease)
    assert house.sql("SELECT count(*) FROM abatements")[0][0] == 0


@pytest.mark.parametrize(
    ("from_on", "to_on"), [(TO, FROM), (date(2026, 5, 11), FROM), (FROM, date(2026, 11, 24)), (date(1900, 1, 1), FROM)]
)
def test_days_outside_the_renting_are_refused(house, lease, from_on, to_on):
    with pytest.raises(BadInput) as refused:
        quoted(house, lease, from_on, to_on)
    assert refused.value.zh == "减租的日子应在 2026-05-12 到 2026-11-23 之间"


def test_days_abated_before_are_refused_with_what_is_possible(house, lease):
    run(house, abate_rent, SPECIALIST, AbateRent(lease.ref, "听筒没有声音", from_on=FROM, to_on=TO))
    with pytest.raises(Refusal) as refused:
        quoted(house, lease, TO, TODAY)
    assert refused.value.code == "abated_already"
    assert refused.value.remedy_zh == "请只填还没有减过的日子"


def test_stranger_and_other_roles_find_no_lease(house, lease):
    for actor in (add_renter(house, 2), Actor(Role.INSPECTOR, 9, "何检"), Actor(Role.ADMIN, 9, "管理员")):
        with pytest.raises(Absent):
            quoted(house, lease, actor=actor)
