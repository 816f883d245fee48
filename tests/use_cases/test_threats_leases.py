"""What somebody tried with leases: a loss reported over and over, an address unseen, a stranger's phone sent back."""

from datetime import timedelta

import pytest
from claim_ground import open_claims
from contract_ground import SPECIALIST, apply, approved, draft, publish, sign, signed
from lease_ground import AGENT, TODAY, add_lease, add_renter, in_act, run
from money_ground import FIRST_DUE_ON, add_scheduled, at, run_days

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.contracts.public import REQUIRED, contract_in_force
from shouwen.features.disputes.use_cases import inspecting
from shouwen.features.endings.use_cases import (
    ReportFound,
    ReportLost,
    TendLease,
    report_found,
    report_lost,
    tend_lease,
)
from shouwen.features.leases import importing
from shouwen.features.leases.use_cases import amending
from shouwen.features.leases.use_cases.reading import ReadLease, read_lease
from shouwen.features.money.public import put_fee_terms
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen

REST_DAYS = 15


def rented(house, renter, no=1):
    """A lease with its seventh rent overdue."""
    lease = add_lease(house, renter, no=no)

    async def terms(ctx):
        _, contract = await contract_in_force(ctx.conn, lease.id)
        await put_fee_terms(ctx.conn, lease.id, contract)

    in_act(house, terms)
    return lease


def fees_fen(house, renter, lease, on):
    file = run(house, read_lease, renter, ReadLease(lease.ref), at=at(on))
    booked = sum(one.outstanding_fen for one in file.open_charges if one.kind == "late_fee")
    return booked + sum(one.amount_fen for one in file.late_fees)


def test_phone_lost_and_found_over_and_over_rests_collection_no_longer_than_one_loss(house):
    renter = add_renter(house)
    once, again = rented(house, renter), rented(house, renter, 2)
    end = TODAY + timedelta(days=60)
    run(house, report_lost, renter, ReportLost(once.ref, TODAY), at=at(TODAY))
    rests_until = TODAY + timedelta(days=REST_DAYS)
    run(house, tend_lease, SYSTEM, TendLease(once.id), at=at(rests_until + timedelta(days=1)))
    on = TODAY
    while on < end:
        run(house, report_lost, renter, ReportLost(again.ref, on), at=at(on))
        on += timedelta(days=5)
        run(house, report_found, renter, ReportFound(again.ref), at=at(on))
    assert fees_fen(house, renter, again, end) == fees_fen(house, renter, once, end) > 0


def test_second_loss_with_nothing_left_of_the_rest_says_so_and_still_asks_for_the_lock(house):
    renter = add_renter(house)
    lease = rented(house, renter)
    run(house, report_lost, renter, ReportLost(lease.ref, TODAY), at=at(TODAY))
    on = TODAY + timedelta(days=REST_DAYS + 2)
    run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(on))
    run(house, report_found, renter, ReportFound(lease.ref), at=at(on))
    state = run(house, report_lost, renter, ReportLost(lease.ref, on), at=at(on))
    assert state.paused_until == on - timedelta(days=1)
    text = house.sql("SELECT text FROM journal WHERE kind = 'loss.reported' ORDER BY id DESC LIMIT 1")[0]["text"]
    assert "照常" in text
    waiting = house.sql("SELECT kind FROM device_requests WHERE answered_at IS NULL")
    assert "lock" in {row["kind"] for row in waiting}
    with pytest.raises(Refusal, match=r"^nothing_due:"):
        run(house, tend_lease, SYSTEM, TendLease(lease.id), at=at(on + timedelta(days=1)))


def test_renter_reads_the_whole_address_they_agree_to_and_no_colleague_does(house):
    publish(house)
    renter, ref = signed(house)
    door = "杭州市西湖区文三路 1 号 2 幢 301"
    proposed = run(
        house, amending.propose_amendment, AGENT, amending.ProposeAmendment(ref, "address", "电话里说的", address=door)
    )
    for actor, shown in ((renter, door), (AGENT, proposed.address)):
        [listed] = run(house, amending.list_amendments, actor, amending.ListAmendments(ref))
        assert (listed.address, listed.agreed_sha256) == (shown, proposed.agreed_sha256)
    assert "文三路" not in proposed.address
    run(house, amending.agree_amendment, renter, amending.AgreeAmendment(proposed.ref, listed.agreed_sha256))
    assert house.sql("SELECT count(*) FROM lease_addresses")[0][0] == 2


def test_agreement_given_for_one_address_does_not_carry_another(house):
    publish(house)
    renter, ref = signed(house)
    proposals = [
        run(house, amending.propose_amendment, AGENT, amending.ProposeAmendment(ref, "address", "改地址", address=door))
        for door in ("杭州市西湖区文三路 1 号", "杭州市西湖区文三路 9 号")
    ]
    seen, newest = proposals
    for hashed in (seen.agreed_sha256, "0" * 64):
        with pytest.raises(Refusal, match=r"^terms_changed:"):
            run(house, amending.agree_amendment, renter, amending.AgreeAmendment(newest.ref, hashed))
    assert house.sql("SELECT count(*) FROM lease_addresses")[0][0] == 1


@pytest.mark.parametrize("imei_seen", ["990000000000001", "0001"])
def test_another_phone_without_a_mark_frees_no_deposit(house, imei_seen):
    claims = open_claims(house)
    before = claims.hold(), claims.lease_state()
    with pytest.raises(Refusal, match=r"^another_phone:"):
        claims.act(claims.inspector, inspecting.file_inspection, claims.command(imei_seen=imei_seen))
    assert (claims.hold(), claims.lease_state()) == before
    assert house.sql("SELECT count(*) FROM other_phones")[0][0] == 0  # misread, for all we know
    claims.act(claims.inspector, inspecting.file_inspection, claims.command())
    held_fen, _, released_fen = claims.hold()
    assert held_fen == released_fen


def test_request_to_agree_to_a_decision_names_what_was_claimed_and_what_is_decided(house):
    claims = open_claims(house)
    ref = claims.contested(claims.finding(price="screen.crack.severe"))
    with pytest.raises(Refusal, match=r"^approval_requested:"):
        claims.decide(ref)
    [summary] = [row["summary"] for row in house.sql("SELECT summary FROM approvals")]
    claim = house.sql("SELECT claimed_fen FROM claims")[0]
    assert f"主张 {format_fen(claim['claimed_fen'])}，裁定 ¥" in summary
    assert "累计" not in summary


def test_account_frozen_after_the_approval_signs_nothing_until_it_pays(house):
    publish(house)
    renter, ref = approved(house)
    shown = draft(house, renter, ref)
    overdue = rented(house, renter)
    run(house, arrears.freeze_lease, SPECIALIST, arrears.FreezeLease(overdue.ref, "第 7 期租金逾期"))
    with pytest.raises(Refusal, match=r"^account_frozen:"):
        sign(house, renter, ref, shown)
    with pytest.raises(Refusal, match=r"^account_frozen:"):
        apply(house, renter)
    assert house.sql("SELECT state FROM leases WHERE ref = $1", ref)[0]["state"] == "approved"


def test_headers_kept_of_imported_files_are_few_however_many_files_come(tmp_path):
    for no in range(40):
        path = tmp_path / f"{no}.csv"
        path.write_text(",".join(REQUIRED) + "\n", "utf-8")
        assert list(importing.open_rows(path, "csv", "utf-8", None)) == []
    assert importing._header.cache_info().currsize <= 16


def test_late_fee_of_a_clause_not_yet_in_numbers_is_booked_on_the_first_day_that_is_run(house):
    known, read_today = add_scheduled(house), add_scheduled(house, no=2)

    async def forget(ctx):
        await ctx.conn.execute("DELETE FROM fee_terms WHERE lease_id = $1", read_today.id)

    in_act(house, forget)
    first_on = FIRST_DUE_ON + timedelta(days=20)
    run_days(house, first_on, first_on)
    booked = "SELECT sum(amount_fen) FROM charges WHERE lease_id = $1 AND kind = 'late_fee'"
    fee_fen = house.sql(booked, known.id)[0][0]
    assert fee_fen is not None
    assert house.sql(booked, read_today.id)[0][0] == fee_fen
