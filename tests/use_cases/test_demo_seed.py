"""The demo's filling on a real database: the same rules as everybody else, and a book, a log and queues that hold."""

import asyncio
from datetime import timedelta

import pytest
from demo_ground import NOW, TODAY, small_plan

from shouwen.features.disputes.types import ClaimState
from shouwen.features.evidence.use_cases import ReadReceipt, read_receipt
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases.reading import QuoteBuyout, ReadLease, quote_buyout, read_lease
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import beijing_on
from shouwen.mount.demo import start
from shouwen.mount.demo.company import build_company
from shouwen.mount.demo.seed import fill as filling
from shouwen.mount.demo.seed.contracts import contract_of
from shouwen.mount.demo.seed.plan import plan_media
from shouwen.mount.demo.seed.second_finding import with_second_finding
from shouwen.mount.demo.seed.talk import times
from shouwen.mount.demo.told import with_stories


@pytest.fixture(scope="module")
def company():
    return with_stories(with_second_finding(build_company(filling.SEED, TODAY)))


@pytest.fixture
def filled(house, monkeypatch):
    """A filled demo and the door to it."""
    monkeypatch.setattr(filling, "plan_media", small_plan)
    monkeypatch.setattr("shouwen.mount.demo.seed.pictures.SHORT_SECONDS", 0.2)
    asyncio.run(filling.fill(house.settings, house.dsn, TODAY, NOW))
    return house


def one(house, query, *args):
    return house.sql(query, *args)[0][0]


def test_fill_empty_database_everything_is_there_and_adds_up(filled, company):
    imported = one(filled, "SELECT accepted FROM imports")
    at_the_door = sum(1 for each in company.told if not each.lease_ref)
    assert one(filled, "SELECT count(*) FROM renters") == len(company.renters) + imported
    assert one(filled, "SELECT count(*) FROM leases") == len(company.leases) + at_the_door + imported
    assert one(filled, "SELECT count(*) FROM cases") >= len(company.cases)  # an accepted claim may open its own
    assert one(filled, "SELECT count(*) FROM claims") == len(company.claims)
    _headline_is_untouched(filled, company)
    _claims_stand_where_told(filled, company)
    _books_agree_with_the_description(filled, company)
    _counters_agree_with_rows(filled)
    _nothing_lies_ahead_of_now(filled)
    _everything_is_sealed(filled, company)
    _second_person_is_awaited(filled)


def _headline_is_untouched(house, company):
    hero = Actor(
        Role.RENTER, one(house, "SELECT renter_id FROM leases WHERE ref = $1", company.headline.lease_ref), "陈*宇"
    )
    file = house.run(house.door.run(read_lease, hero, ReadLease(company.headline.lease_ref), at=NOW))
    assert file.lease.state == LeaseState.INSPECTING
    assert file.settled == 12
    quote = house.run(house.door.run(quote_buyout, hero, QuoteBuyout(company.headline.lease_ref), at=NOW))
    assert quote.amount_fen == 204_600
    assert one(house, "SELECT count(*) FROM claims WHERE lease_id = $1", file.lease.id) == 0
    purposes = house.sql("SELECT purpose, count(*) FROM media WHERE lease_id = $1 GROUP BY 1", file.lease.id)
    assert dict(map(tuple, purposes)) == {"handover": 12, "return": 3, "inspection": 10}
    [media_ref] = house.sql("SELECT ref FROM media WHERE lease_id = $1 AND file_name = '开箱近照.jpg'", file.lease.id)[
        0
    ]
    receipt = house.run(house.door.run(read_receipt, hero, ReadReceipt(media_ref), at=NOW))
    assert receipt.content is not None


def _claims_stand_where_told(house, company):
    found = dict(map(tuple, house.sql("SELECT l.ref, c.state FROM claims c JOIN leases l ON l.id = c.lease_id")))
    for claim in company.claims:
        if claim.state in (ClaimState.UNDER_REVIEW, ClaimState.APPRAISAL):
            assert found[claim.lease_ref] == "contested"
        elif claim.state is not ClaimState.ACCEPTED:
            assert found[claim.lease_ref] == claim.state
    decided = house.sql("SELECT decided_fen FROM claims WHERE state IN ('decided', 'appealed')")
    assert [row[0] for row in decided] == [18_000, 18_000]


def _books_agree_with_the_description(house, company):
    paid = dict(
        map(tuple, house.sql(
            "SELECT l.ref, sum(c.paid_fen) FROM charges c JOIN leases l ON l.id = c.lease_id WHERE c.kind = 'rent'"
            " GROUP BY 1"
        ))
    )  # fmt: skip
    played = {each.lease_ref for each in company.told}
    for lease in company.leases:
        if lease.ref not in played:
            assert paid.get(lease.ref, 0) == lease.paid_fen
    assert one(house, "SELECT count(*) FROM charges WHERE outstanding_fen < 0") == 0


def _counters_agree_with_rows(house):
    counted = one(house, "SELECT count FROM case_counts WHERE key = 'open'")
    assert counted == one(house, "SELECT count(*) FROM cases WHERE state = 'open'")
    unowned = one(house, "SELECT count FROM case_counts WHERE key = 'unowned'")
    assert unowned == one(house, "SELECT count(*) FROM cases WHERE state = 'open' AND owner_id IS NULL") > 0


def _nothing_lies_ahead_of_now(house):
    assert one(house, "SELECT max(at) FROM journal") <= NOW
    assert (
        one(house, "SELECT count(*) FROM (SELECT at < lag(at) OVER (ORDER BY id) AS back FROM journal) j WHERE back")
        == 0
    )


def _everything_is_sealed(house, company):
    assert one(house, "SELECT count(*) FROM outbox") == 0
    assert one(house, "SELECT count(*) FROM log_pending") == 0
    uses = len(plan_media(company).uses)
    assert one(house, "SELECT count(*) FROM log_entries WHERE kind = 'evidence.added'") == uses
    assert one(house, "SELECT max(size) FROM log_checkpoints") == one(house, "SELECT count(*) FROM log_entries")


def _second_person_is_awaited(house):
    [approval] = house.sql("SELECT use_case, state, amount_fen FROM approvals")
    assert (approval["use_case"], approval["state"]) == ("decide_claim", "open")
    assert approval["amount_fen"] >= 100_000


def test_contract_of_every_signed_lease_matches_its_description(company):
    for lease in company.leases:
        contract = contract_of(lease, 26_000)
        assert (contract is None) == (lease.signed_on is None)
        if contract is None:
            continue
        assert contract.rents_fen == tuple(each.rent_fen for each in lease.instalments)
        assert contract.due_on == tuple(each.due_on for each in lease.instalments)
        assert contract.marks == ()
        if lease.terms.template == "buyout-12":
            settled_fen = sum(each.rent_fen for each in lease.instalments[: lease.settled_periods])
            assert contract.ladder_fen[lease.settled_periods] == lease.terms.signed_value_fen - settled_fen
        assert all("3,000.00" not in clause.text for clause in contract.clauses) or lease.terms.deposit_fen == 300_000


def test_times_of_a_thread_rise_and_stay_behind_now(company):
    for case in company.cases:
        begun = NOW - timedelta(minutes=case.opened_ago_min)
        said = times(case, begun, NOW)
        assert said == sorted(set(said))
        assert all(begun < at for at in said)
        assert len(said) <= len(case.messages)


def test_plan_media_same_company_same_plan_in_order_of_time(company):
    plan = plan_media(company)
    assert plan == plan_media(company)
    assert [use.taken_at for use in plan.uses] == sorted(use.taken_at for use in plan.uses)
    drawn = {shot.key for shot in plan.shots} | {film.key for film in plan.films}
    assert {use.key for use in plan.uses} == drawn
    assert all(beijing_on(use.taken_at) < TODAY for use in plan.uses)


def test_demo_settings_keep_to_their_own_folder_unless_told(tmp_path):
    apart = start.demo_settings({"XDG_DATA_HOME": str(tmp_path)})
    assert apart.demo
    assert apart.data_dir == tmp_path / "shouwen-demo"
    told = start.demo_settings({"SHOUWEN_DATA": str(tmp_path / "here")})
    assert told.data_dir == tmp_path / "here"


def test_demo_with_a_database_of_somebodys_refuses(tmp_path, capsys):
    environ = {"SHOUWEN_DATABASE_URL": "postgresql://example.invalid/real", "SHOUWEN_DATA": str(tmp_path)}
    assert start.demo(environ) == 1
    assert "SHOUWEN_DATABASE_URL" in capsys.readouterr().out


def test_import_media_by_anybody_but_the_system_refused(house):
    from shouwen.features.evidence.types import Measured, Purpose
    from shouwen.features.evidence.use_cases import ImportMedia, import_media
    from shouwen.kernel.errors import Refusal

    command = ImportMedia(
        "ZL-20251130-0417",
        Purpose.HANDOVER,
        "back",
        "a.jpg",
        1,
        b"\0" * 32,
        Measured("image/jpeg", 1, 1, ()),
        Role.RENTER,
        1,
    )
    for role in (Role.RENTER, Role.AGENT, Role.INSPECTOR, Role.ADMIN):
        with pytest.raises(Refusal):
            house.run(house.door.run(import_media, Actor(role, 1, "某人"), command, at=NOW))
    assert one(house, "SELECT count(*) FROM media") == 0
