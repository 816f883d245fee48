"""What costs a renter nothing has a bound of its own: statements that are sealed and printed, applications."""

from datetime import timedelta

import pytest
from contract_ground import SPECIALIST, apply, publish
from lease_ground import AGENT, NOW, add_lease, add_renter, run

from shouwen.features.leases.use_cases import contracts as signing
from shouwen.features.papers.use_cases_statement import MOST_A_DAY, WriteStatement, write_statement
from shouwen.kernel.errors import Refusal

DAY = timedelta(days=1)


def test_statements_of_one_renter_are_counted_by_the_day_over_all_leases(house):
    renter, other = add_renter(house), add_renter(house, 2, "王*")
    first, second = add_lease(house, renter), add_lease(house, renter, no=2)
    foreign = add_lease(house, other, no=3)
    for n in range(MOST_A_DAY):
        run(house, write_statement, renter, WriteStatement((first, second)[n % 2].ref))
    with pytest.raises(Refusal) as refused:
        run(house, write_statement, renter, WriteStatement(second.ref))
    assert (refused.value.code, refused.value.status) == ("too_many_statements", 429)
    assert "明天" in refused.value.remedy_zh
    run(house, write_statement, other, WriteStatement(foreign.ref))
    run(house, write_statement, AGENT, WriteStatement(first.ref))
    written = house.sql("SELECT count(*) AS n FROM papers WHERE kind = 'statement'")[0]["n"]
    assert written == MOST_A_DAY + 2
    later = NOW + DAY + timedelta(minutes=1)
    run(house, write_statement, renter, WriteStatement(first.ref), at=later)


def test_applications_of_one_renter_wait_for_those_under_way(house):
    publish(house)
    renter, other = add_renter(house), add_renter(house, 2, "王*")
    refs = [apply(house, renter) for _ in range(signing.MOST_APPLICATIONS)]
    more = signing.ApplyLease("MB-12", "上海市浦东新区世纪大道 100 号 3 室", "原色钛")
    next_week = NOW + 7 * DAY
    for at in (NOW, next_week):
        with pytest.raises(Refusal) as refused:
            run(house, signing.apply_lease, renter, more, at=at)
        assert (refused.value.code, refused.value.status) == ("too_many_applications", 429)
    assert len(house.sql("SELECT 1 FROM leases")) == signing.MOST_APPLICATIONS
    apply(house, other)
    run(house, signing.decide_application, SPECIALIST, signing.DecideApplication(refs[0], False, "资料不全"))
    with pytest.raises(Refusal):
        run(house, signing.apply_lease, renter, more)  # the answered one is of today still
    run(house, signing.apply_lease, renter, more, at=next_week)
