"""The statement of a span of days: its bills alone, which add up, on the page, as a file and as a letter."""

from datetime import date

import pytest
from lease_ground import RENT_FEN, add_lease, add_renter, run
from payment_desk import Desk
from test_payment_acts import contest

from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.leases.use_cases.statement import ExportStatement, ReadBookLine, export_statement, read_book_line
from shouwen.features.papers import use_cases as papers
from shouwen.features.papers.use_cases_statement import WriteStatement, write_statement
from shouwen.kernel.errors import Refusal

SPAN = (date(2026, 7, 1), date(2026, 8, 31))


@pytest.fixture
def renter(house):
    return add_renter(house)


@pytest.fixture
def lease(house, renter):
    return add_lease(house, renter, paid=3)  # 05-15, 06-15, 07-15


def test_bills_of_a_span_are_those_that_fall_due_in_it_and_add_up(house, renter, lease):
    whole = run(house, leases.read_bills, renter, leases.ReadBills(lease.ref)).statement
    part = run(house, leases.read_bills, renter, leases.ReadBills(lease.ref, *SPAN)).statement
    assert [(line.no, line.outstanding_fen) for line in part.lines] == [(3, 0), (4, RENT_FEN)]
    assert (part.sums.amount_fen, part.sums.paid_fen, part.sums.outstanding_fen) == (2 * RENT_FEN, RENT_FEN, RENT_FEN)
    assert (whole.sums.amount_fen, whole.sums.paid_fen) == (12 * RENT_FEN, 3 * RENT_FEN)
    assert part.credit_fen == whole.credit_fen


def test_file_and_letter_of_a_span_hold_its_bills_only(house, renter, lease):
    file = run(house, export_statement, renter, ExportStatement(lease.ref, *SPAN))
    assert file.name == f"{lease.ref}-2026-07-01-2026-08-31.csv"
    assert [row.partition(",")[0] for row in file.text.splitlines()[2:]] == ["rent-3", "rent-4", "合计未付"]
    done = run(house, write_statement, renter, WriteStatement(lease.ref, *SPAN))
    text = run(house, papers.read_paper, renter, papers.ReadNamedPaper(done.paper_ref)).text
    assert "2026-07-01 至 2026-08-31 到期的账单" in text.greeting
    assert (len(text.sections[0].lines), text.amount_fen) == (2, RENT_FEN)


def test_letter_of_a_span_without_bills_says_so(house, renter, lease):
    with pytest.raises(Refusal, match="nothing_billed"):
        run(house, write_statement, renter, WriteStatement(lease.ref, date(2020, 1, 1), date(2020, 2, 1)))


def test_line_of_a_contested_bill_says_since_when_it_rests_and_for_which_matter(house, monkeypatch):
    desk = Desk(house, monkeypatch)
    renter, lease = desk.lease(paid=6)
    contest(desk, lease)
    line = run(house, read_book_line, renter, ReadBookLine(lease.ref, "rent-7"))
    [pause] = line.pauses
    assert (pause.case_ref, pause.amount_fen, pause.ends_on, pause.reason) == ("SW-1", RENT_FEN, None, "dispute")
    assert (line.model, line.fee) == (lease.model, None)
    assert run(house, read_book_line, renter, ReadBookLine(lease.ref, "rent-1")).pauses == ()
