"""The PDF of a letter: there once it is printed, on record when opened, for its renter and the desk alone."""

from hashlib import sha256

import pytest
from lease_ground import AGENT, INSPECTOR, add_lease, add_renter, run

from shouwen.features.leases.public import LeaseRow
from shouwen.features.papers import use_cases as papers
from shouwen.features.papers.use_cases_statement import WriteStatement, write_statement
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Absent, Refusal

PDF = b"%PDF-1.7 a statement"


@pytest.fixture
def renter(house):
    return add_renter(house)


@pytest.fixture
def lease(house, renter) -> LeaseRow:
    return add_lease(house, renter)


def written(house, renter, lease):
    return run(house, write_statement, renter, WriteStatement(lease.ref)).paper_ref


def printed(house, renter, lease):
    ref = written(house, renter, lease)
    run(house, papers.keep_paper, SYSTEM, papers.KeepPaper(ref, sha256(PDF).hexdigest(), len(PDF)))
    return ref


def test_open_paper_names_its_pdf_and_puts_every_view_on_record(house, renter, lease):
    ref = printed(house, renter, lease)
    for actor in (renter, AGENT):
        found = run(house, papers.open_paper, actor, papers.OpenPaper(ref))
        assert (found.file_name, found.sha256, found.size_bytes) == (
            f"对账单 {ref}.pdf", sha256(PDF).hexdigest(), len(PDF),
        )  # fmt: skip
    seen = house.sql("SELECT text, rule, lease_id FROM journal WHERE kind = 'paper.viewed' ORDER BY id")
    assert [tuple(row) for row in seen] == [
        (f"陈*宇打开对账单 {ref}", "EVI-6", lease.id), (f"周敏打开对账单 {ref}", "EVI-6", lease.id),
    ]  # fmt: skip


def test_open_paper_before_it_is_printed_or_of_another_renter_is_absent(house, renter, lease):
    waiting, ready = written(house, renter, lease), printed(house, renter, lease)
    stranger = add_renter(house, 2, "王*")
    for actor, ref in ((renter, waiting), (stranger, ready), (renter, "WS-none")):
        with pytest.raises(Absent):
            run(house, papers.open_paper, actor, papers.OpenPaper(ref))
    with pytest.raises(Refusal):
        run(house, papers.open_paper, INSPECTOR, papers.OpenPaper(ready))
    assert house.sql("SELECT count(*) AS n FROM journal WHERE kind = 'paper.viewed'")[0]["n"] == 0
