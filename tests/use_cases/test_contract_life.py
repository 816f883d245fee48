"""From application to signature: what is frozen, what is booked, who may, and what is refused."""

from datetime import date, timedelta

import pytest
from contract_ground import ADDRESS, SPECIALIST, YEAR, apply, approved, draft, publish, sign, signed
from lease_ground import AGENT, NOW, TODAY, add_renter, run

from shouwen.features.contracts.types import contract_from_json
from shouwen.features.leases import jobs as lease_jobs
from shouwen.features.leases.printing import paper_of
from shouwen.features.leases.use_cases import contracts as signing
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal


@pytest.fixture
def plan(house):
    publish(house)
    return house


def test_application_takes_phone_and_plan_from_the_template_and_keeps_the_address_sealed_up(plan):
    renter = add_renter(plan)
    ref = apply(plan, renter)
    lease = run(plan, leases.read_lease, renter, leases.ReadLease(ref)).lease
    assert (lease.state, lease.model, lease.storage, lease.colour) == (
        "applied",
        "iPhone 15 Pro Max",
        "256 GB",
        "原色钛",
    )
    [kept] = plan.sql("SELECT masked, address_cipher FROM lease_addresses")
    assert ADDRESS.encode() not in kept["address_cipher"]
    assert kept["masked"].startswith("上海市浦东新*")
    assert plan.door.services.cipher.decrypt(kept["address_cipher"], "address") == ADDRESS


def test_desk_applies_for_a_renter_by_reference_and_a_renter_only_for_themself(plan):
    renter = add_renter(plan)
    ref = apply(plan, AGENT, renter_ref="ZK-1")
    assert run(plan, leases.read_lease, renter, leases.ReadLease(ref)).lease.renter_id == renter.id
    with pytest.raises(BadInput):
        apply(plan, AGENT)
    with pytest.raises(BadInput):
        apply(plan, renter, renter_ref="ZK-1")
    with pytest.raises(Absent):
        apply(plan, AGENT, renter_ref="ZK-99")
    with pytest.raises(Absent):
        apply(plan, renter, template_ref="MB-99")
    with pytest.raises(Absent):
        apply(plan, Actor(Role.INSPECTOR, 9, "何检"))


def test_refused_application_ends_with_its_reason(plan):
    renter = add_renter(plan)
    ref = apply(plan, renter)
    command = signing.DecideApplication(ref, False, "资料不全，补齐后可以再申请")
    assert run(plan, signing.decide_application, SPECIALIST, command).state == "refused"
    with pytest.raises(Refusal) as refused:
        sign(plan, renter, ref)
    assert refused.value.code == "act_not_possible"
    with pytest.raises(Absent):
        run(plan, signing.decide_application, AGENT, command)


def test_signing_freezes_the_contract_schedules_rents_and_holds_the_deposit(plan):
    renter, ref = approved(plan)
    shown = draft(plan, renter, ref, date(2026, 11, 30))
    done = sign(plan, renter, ref, shown)
    assert (done.state, done.version, done.sha256) == ("signed", 1, shown.sha256)
    file = run(plan, leases.read_lease, renter, leases.ReadLease(ref))
    assert file.contract.sha256 == shown.sha256
    assert [one.due_on for one in file.instalments][:4] == [
        date(2026, 11, 30), date(2026, 12, 30), date(2027, 1, 30), date(2027, 2, 28),
    ]  # fmt: skip
    assert file.lease.signed_on == TODAY
    assert file.hold.amount_fen == 300_000
    assert plan.sql("SELECT count(*) FROM charges WHERE booked_on IS NULL")[0][0] == 12
    assert plan.sql("SELECT kind, amount_fen FROM hold_moves")[0]["kind"] == "freeze"
    assert plan.sql("SELECT contract_version FROM fee_terms")[0][0] == 1
    [event] = plan.sql("SELECT data, rule FROM journal WHERE kind = 'lease.sign'")
    assert (event["data"]["contract_sha256"], event["rule"]) == (shown.sha256, "BUY-1")


def test_colour_the_renter_chose_is_in_the_contract(plan):
    renter, ref = approved(plan)
    assert draft(plan, renter, ref).contract.terms.colour == "原色钛"


def test_signing_what_was_shown_before_the_template_changed_is_refused_and_nothing_is_booked(plan):
    renter, ref = approved(plan)
    shown = draft(plan, renter, ref)
    publish(plan, YEAR.replace("grace_days = 3", "grace_days = 5"))
    with pytest.raises(Refusal) as refused:
        sign(plan, renter, ref, shown)
    assert refused.value.code == "terms_changed"
    assert refused.value.data["template_version"] == 2
    assert plan.sql("SELECT count(*) FROM charges")[0][0] == 0
    assert sign(plan, renter, ref).state == "signed"


def test_contract_shown_yesterday_is_shown_again_before_it_is_signed(plan):
    renter, ref = approved(plan)
    shown = draft(plan, renter, ref, TODAY, at=NOW - timedelta(days=1))
    with pytest.raises(Refusal) as refused:
        sign(plan, renter, ref, shown)
    assert refused.value.code == "terms_changed"


@pytest.mark.parametrize("first_due_on", [TODAY - timedelta(days=1), TODAY + timedelta(days=61), date(2099, 1, 1)])
def test_first_due_date_before_signing_or_far_away_is_refused(plan, first_due_on):
    renter, ref = approved(plan)
    with pytest.raises(BadInput) as refused:
        draft(plan, renter, ref, first_due_on)
    assert refused.value.field == "first_due_on"


def test_double_click_signs_once(plan):
    renter, ref = approved(plan)
    shown = draft(plan, renter, ref)
    first, second = (sign(plan, renter, ref, shown, key="signature-1") for _ in range(2))
    assert first == second
    assert plan.sql("SELECT count(*) FROM contracts")[0][0] == 1
    with pytest.raises(Refusal) as refused:
        sign(plan, renter, ref, shown)
    assert refused.value.code == "act_not_possible"


def test_only_the_renter_signs_their_own_lease(plan):
    renter, ref = approved(plan)
    shown = draft(plan, renter, ref)
    for other in (add_renter(plan, 2, "王五"), AGENT, SPECIALIST):
        with pytest.raises(Absent):
            sign(plan, other, ref, shown)
    with pytest.raises(Absent):
        draft(plan, add_renter(plan, 3, "赵六"), ref)


def test_contract_is_printed_once_and_opening_it_is_on_record(plan):
    renter, ref = signed(plan)
    for _ in range(2):
        plan.run(lease_jobs.render_contract(plan.door, {"lease_ref": ref, "version": 1}))
    paper = run(plan, signing.read_contract_paper, renter, signing.ReadPaper(ref))
    pdf = plan.door.services.storage.read(bytes.fromhex(paper.sha256))
    assert pdf.startswith(b"%PDF")
    assert paper.size_bytes == len(pdf)
    assert plan.sql("SELECT count(*) FROM contract_papers")[0][0] == 1
    [viewed] = plan.sql("SELECT rule FROM journal WHERE kind = 'contract.viewed'")
    assert viewed["rule"] == "EVI-6"
    with pytest.raises(Absent):
        run(plan, signing.read_contract_paper, add_renter(plan, 2), signing.ReadPaper(ref))
    with pytest.raises(Absent):
        run(plan, signing.read_contract_paper, renter, signing.ReadPaper(ref, 2))


def test_printed_contract_carries_every_clause_number_rent_and_rung(plan):
    _, ref = signed(plan)
    [row] = plan.sql("SELECT contract::text AS contract FROM contracts")
    contract = contract_from_json(row["contract"])
    paper = paper_of(contract, ref, "0" * 64, "首问租机")
    assert [clause["no"] for clause in paper["clauses"]] == [clause.no for clause in contract.clauses]
    assert [len(table["rows"]) for table in paper["tables"]] == [12, 13]
    assert paper["tables"][0]["rows"][0] == ["1", "2026-11-23", "¥500.00"]
    assert paper["tables"][1]["note"].startswith("依据第")


def test_paper_of_a_version_that_is_not_there_is_not_recorded(plan):
    _, ref = signed(plan)
    with pytest.raises(Absent):
        run(plan, signing.record_paper, SYSTEM, signing.RecordPaper(ref, 7, "0" * 64, 10))
