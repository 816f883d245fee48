"""Every state a page must show is in the demo, lived through the door; its book, stock and papers hold."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from demo_ground import NOW, TODAY, Demo, filled_demo

from shouwen.features.business_day.running import run_days
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.imei import is_imei
from shouwen.mount.demo.company import build_company
from shouwen.mount.demo.roles import ListDemoRoles, list_demo_roles
from shouwen.mount.demo.seed import fill as filling
from shouwen.mount.demo.seed.plays.importing import BROKEN, ROWS
from shouwen.mount.demo.told import AT_THE_DOOR, PLACED, told_by_renter, with_stories

STATE = "l.state = '{}'"
# What must be so of the lease `l` of each story.
SHOWS = {
    "applied": STATE.format("applied"),
    "approved": STATE.format("approved"),
    "amending": STATE.format("signed")
    + " AND EXISTS (SELECT FROM amendments a WHERE a.lease_id = l.id AND a.state = 'proposed' AND a.kind = 'plan')",
    "amended": STATE.format("preparing")
    + " AND (SELECT array_agg((contract -> 'terms' ->> 'periods')::int ORDER BY version) FROM contracts k"
    " WHERE k.lease_id = l.id) = '{12,6}'",
    "late_shipping": STATE.format("preparing")
    + " AND EXISTS (SELECT FROM cases c WHERE c.lease_id = l.id AND c.type = 'shipping_late' AND c.urgent)",
    "shipped": STATE.format("shipped")
    + " AND (SELECT count(*) FROM tracking_events e JOIN shipments s ON s.id = e.shipment_id"
    " WHERE s.lease_id = l.id AND s.state = 'moving') = 2",
    "not_received": STATE.format("shipped")
    + " AND EXISTS (SELECT FROM shipments s WHERE s.lease_id = l.id AND s.state = 'signed'"
    " AND s.disputed_at IS NOT NULL AND s.outcome = '')"
    " AND EXISTS (SELECT FROM parcel_cases p WHERE p.lease_id = l.id)",
    "parcel_lost": STATE.format("shipped")
    + " AND EXISTS (SELECT FROM shipments s WHERE s.lease_id = l.id AND s.state = 'lost')"
    " AND EXISTS (SELECT FROM parcel_cases p WHERE p.lease_id = l.id)",
    "swap": STATE.format("renting")
    + " AND EXISTS (SELECT FROM swaps s JOIN device_units n ON n.id = s.new_unit_id AND n.imei = l.imei"
    " JOIN device_units o ON o.id = s.old_unit_id AND o.state = 'returning'"
    " WHERE s.lease_id = l.id AND s.state = 'received')",
    "abated": "EXISTS (SELECT FROM abatements a WHERE a.lease_id = l.id AND a.to_on - a.from_on = 3)",
    "deducted": "(SELECT array_agg(state || ':' || fault ORDER BY id) FROM payment_orders o WHERE o.lease_id = l.id)"
    " = '{done:,not_done:balance}'",
    "disputed_payment": "EXISTS (SELECT FROM payment_orders o WHERE o.lease_id = l.id AND o.state = 'disputed'"
    " AND o.moved_fen > o.amount_fen AND o.care = '')",
    "unanswered": "EXISTS (SELECT FROM payment_orders o WHERE o.lease_id = l.id AND o.state = 'open'"
    " AND o.next_at IS NOT NULL AND o.planned_at < $2::timestamptz - interval '1 day')",
    "overdue": "EXISTS (SELECT FROM freezes f WHERE f.lease_id = l.id AND f.lifted_at IS NULL)"
    " AND (SELECT count(*) FROM charges c WHERE c.lease_id = l.id AND c.kind = 'late_fee' AND c.outstanding_fen > 0)"
    " = 2 AND (SELECT count(*) FROM notices n WHERE n.lease_id = l.id AND n.kind = 'overdue'"
    " AND n.sent_at IS NOT NULL) = 3",
    "relieved": "EXISTS (SELECT FROM reliefs r JOIN papers p ON p.ref = r.paper_ref"
    " WHERE r.lease_id = l.id AND r.rule = 'LATE-4' AND r.relieved_fen > 0)",
    "demanded": "EXISTS (SELECT FROM demands d JOIN papers p ON p.ref = d.paper_ref"
    " WHERE d.lease_id = l.id AND d.state = 'open' AND d.until_on >= $2::date)",
    "buying": "EXISTS (SELECT FROM acceptances a WHERE a.lease_id = l.id AND a.kind = 'buyout'"
    " AND a.state = 'accepted' AND a.pay_by >= $2::date)",
    "bought": STATE.format("bought_out")
    + " AND EXISTS (SELECT FROM papers p WHERE p.lease_id = l.id AND p.kind = 'title')"
    " AND EXISTS (SELECT FROM device_requests d WHERE d.lease_id = l.id AND d.kind = 'unlock' AND d.outcome = 'done')",
    "early_return": "EXISTS (SELECT FROM acceptances a WHERE a.lease_id = l.id AND a.kind = 'early_return'"
    " AND a.state = 'accepted' AND a.back_on = $2::date + 6)",
    "renewed": "EXISTS (SELECT FROM acceptances a WHERE a.lease_id = l.id AND a.kind = 'renewal')"
    " AND (SELECT max(version) FROM contracts k WHERE k.lease_id = l.id) = 2",
    "lost": STATE.format("lost")
    + " AND EXISTS (SELECT FROM losses o WHERE o.lease_id = l.id AND o.lost_on = $2::date - 1"
    " AND o.pause_ended_on IS NULL)"
    " AND EXISTS (SELECT FROM device_requests d WHERE d.lease_id = l.id AND d.kind = 'lock' AND d.outcome = '')",
    "loss_settled": STATE.format("lost")
    + " AND EXISTS (SELECT FROM acceptances a WHERE a.lease_id = l.id AND a.kind = 'loss' AND a.state = 'accepted')"
    " AND EXISTS (SELECT FROM papers p WHERE p.lease_id = l.id AND p.kind = 'settlement')",
    "ending": STATE.format("renting")
    + " AND (SELECT (max(due_on) + interval '1 month')::date - 1 FROM charges c WHERE c.lease_id = l.id"
    " AND c.kind = 'rent') = $2::date + 5",
    "deposit_late": STATE.format("settling")
    + " AND EXISTS (SELECT FROM release_delays d JOIN cases c ON c.id = d.case_id AND c.urgent"
    " JOIN holds h ON h.lease_id = d.lease_id AND h.amount_fen > h.captured_fen + h.released_fen"
    " WHERE d.lease_id = l.id AND d.due_on < $2::date)",
    "terminated": STATE.format("terminated")
    + " AND EXISTS (SELECT FROM papers p WHERE p.lease_id = l.id AND p.kind = 'termination')"
    " AND EXISTS (SELECT FROM hold_overs h WHERE h.lease_id = l.id AND h.ended_on IS NULL)",
    "credited": "(SELECT credit_fen FROM lease_credits k WHERE k.lease_id = l.id) = 20000",
    "refunded": "(SELECT credit_fen FROM lease_credits k WHERE k.lease_id = l.id) = 0"
    " AND EXISTS (SELECT FROM refunds r WHERE r.lease_id = l.id AND r.done_on IS NOT NULL)",
    "waived": "EXISTS (SELECT FROM money_entries e JOIN money_entries r ON r.reverses_entry_id = e.id"
    " WHERE e.lease_id = l.id AND e.kind = 'waiver')",
    "written_off": "EXISTS (SELECT FROM money_entries e WHERE e.lease_id = l.id AND e.kind = 'write_off')"
    " AND EXISTS (SELECT FROM money_entries e WHERE e.lease_id = l.id AND e.kind = 'recovery')",
}  # fmt: skip
KEYS = [key for key, _ in AT_THE_DOOR] + [before.key for before in PLACED]


@pytest.fixture(scope="module")
def demo(cluster, worker, tmp_path_factory) -> Iterator[Demo]:
    with filled_demo(cluster, f"demo_{worker}", tmp_path_factory.mktemp("demo")) as filled:
        yield filled


def test_stories_every_one_is_told_of():
    assert set(SHOWS) == set(KEYS)
    assert len(set(KEYS)) == len(KEYS) == len(told_by_renter())


@pytest.mark.parametrize("today", [TODAY, date(2027, 3, 1), date(2027, 3, 31), date(2028, 2, 29)])
def test_story_leases_any_day_are_apart_from_the_two_hundred_and_add_up(today):
    whole = build_company(filling.SEED, today)
    company = with_stories(whole)
    assert company.leases[: len(whole.leases)] == whole.leases
    assert len({lease.ref for lease in company.leases}) == len({lease.imei for lease in company.leases})
    assert len({renter.phone for renter in company.renters}) == len(company.renters)
    numbers = {f"ZK-{each.renter:06d}" for each in company.told}
    assert numbers == set(told_by_renter())
    before = {each.key: each for each in PLACED}
    leases = {lease.ref: lease for lease in company.leases}
    for told in company.told:
        if told.lease_ref:
            lease, wanted = leases[told.lease_ref], before[told.key]
            assert lease.renter == told.renter
            assert is_imei(lease.imei)
            assert len(lease.overdue(today)) == wanted.open
            last_on = max(one.due_on for one in lease.instalments if one.due_on < today)
            assert wanted.days < 0 or wanted.back or wanted.days <= (today - last_on).days <= wanted.days + 3


@pytest.mark.parametrize("key", KEYS)
def test_story_lease_shows_what_it_says(demo, key):
    renter_ref = list(told_by_renter())[KEYS.index(key)]
    query = f"SELECT l.ref, {SHOWS[key]} AS so FROM leases l JOIN renters r ON r.id = l.renter_id WHERE r.ref = $1"
    said = query.replace("$2::date", f"DATE '{TODAY}'").replace("$2::timestamptz", f"TIMESTAMPTZ '{NOW.isoformat()}'")
    [row] = demo.sql(said, renter_ref)
    assert row["so"], f"{key}: {row['ref']}"


def test_log_in_page_offers_the_renter_of_every_story(demo):
    offered = demo.run(demo.door.run(list_demo_roles, Actor(Role.ANONYMOUS, 0, "访客"), ListDemoRoles()))
    assert [role.who for role in offered if not role.role_zh] == list(told_by_renter())
    assert offered[0].who == "ZK-000001"


def test_import_report_has_the_four_rows_that_cannot_be_read(demo):
    assert tuple(demo.sql("SELECT rows, accepted, refused FROM imports")[0]) == (ROWS, ROWS - len(BROKEN), len(BROKEN))
    lines = [row[0] for row in demo.sql("SELECT line FROM import_rows WHERE outcome = 'refused' ORDER BY line")]
    assert lines == [nth + 1 for nth in BROKEN]  # the header is line 1


def test_book_every_charge_is_what_its_entries_say(demo):
    _book_holds(demo)
    assert demo.one("SELECT count(*) FROM charges WHERE booked_on IS NULL AND due_on < $1", TODAY) == 0
    # ahead of its day only what ended in a buyout or a loss settlement
    ahead = demo.one(
        "SELECT count(*) FROM charges c WHERE booked_on IS NOT NULL AND due_on > $1 AND kind = 'rent'"
        " AND NOT EXISTS (SELECT FROM acceptances a WHERE a.lease_id = c.lease_id AND a.kind IN ('buyout', 'loss'))",
        TODAY,
    )
    assert ahead == 0


def _book_holds(demo):
    wrong = demo.sql(
        """
        SELECT c.id FROM charges c LEFT JOIN (
          SELECT charge_id, sum(CASE WHEN right(debit_account, 11) = '_receivable' THEN amount_fen ELSE 0 END)
            - sum(CASE WHEN right(credit_account, 11) = '_receivable' THEN amount_fen ELSE 0 END) AS owed_fen
          FROM money_transfers WHERE charge_id IS NOT NULL GROUP BY charge_id) t ON t.charge_id = c.id
        WHERE c.amount_fen <> c.paid_fen + c.waived_fen + c.written_off_fen + c.outstanding_fen
          OR coalesce(t.owed_fen, 0) <> CASE WHEN c.booked_on IS NULL THEN 0 ELSE c.outstanding_fen END
        """
    )
    assert wrong == []
    credit = demo.one(
        "SELECT sum(CASE WHEN credit_account = 'renter_credit' THEN amount_fen ELSE -amount_fen END)"
        " FROM money_transfers WHERE 'renter_credit' IN (debit_account, credit_account)"
    )
    assert credit == demo.one("SELECT sum(credit_fen) FROM lease_credits")


def test_book_late_fees_are_those_of_a_fee_day_by_day(demo):
    """Yesterday's business day counted the day before it."""
    running = demo.sql(
        "SELECT c.amount_fen, c.due_on, a.booked_fen, f.grace_days, f.cap_num, f.cap_den, a.through_on"
        " FROM late_accruals a JOIN charges c ON c.id = a.charge_id JOIN fee_terms f ON f.lease_id = c.lease_id"
        " WHERE a.stopped_on IS NULL AND NOT a.stale AND c.outstanding_fen = c.amount_fen"
        " AND NOT EXISTS (SELECT FROM collection_pauses p WHERE p.charge_id = c.id)"
    )
    assert len(running) > 15
    for row in running:
        assert row["through_on"] == TODAY - timedelta(days=2)
        days = (TODAY - timedelta(days=2) - row["due_on"]).days - row["grace_days"]
        cap_fen = row["amount_fen"] * row["cap_num"] // row["cap_den"]
        assert row["booked_fen"] == min(row["amount_fen"] * 3 * days // 10_000, cap_fen)


def test_stock_every_lease_with_a_phone_has_one_of_the_stock(demo):
    imported = "NOT EXISTS (SELECT FROM external_contracts x WHERE x.lease_id = l.id)"
    without = demo.one(
        f"SELECT count(*) FROM leases l WHERE l.state IN ('renting', 'returning', 'inspecting') AND {imported}"
        " AND NOT EXISTS (SELECT FROM device_units u WHERE u.lease_id = l.id AND u.imei = l.imei)"
    )
    assert without == 0
    assert all(is_imei(row[0]) for row in demo.sql("SELECT imei FROM device_units"))
    states = dict(map(tuple, demo.sql("SELECT state, count(*) FROM device_units GROUP BY 1")))
    assert states["in_stock"] >= 30
    assert {"reserved", "rented", "returning", "inspecting", "repair", "lost", "sold", "retired"} <= set(states)
    assert demo.one(
        "SELECT count(*) FROM device_units u JOIN phone_holds h ON h.imei = u.imei AND h.released_at IS NULL"
    ) >= 5  # fmt: skip


def test_papers_every_letter_has_its_pdf_or_a_job_for_it(demo):
    papers = demo.sql("SELECT ref, kind FROM papers WHERE pdf_sha256 IS NULL")
    asked = {row[0] for row in demo.sql("SELECT payload ->> 'paper_ref' FROM jobs WHERE kind = 'render_paper'")}
    assert {row["kind"] for row in papers} == {"title", "settlement", "demand", "termination", "relief"}
    assert {row["ref"] for row in papers} <= asked
    contracts = demo.sql(
        "SELECT l.ref || ':' || k.version FROM contracts k JOIN leases l ON l.id = k.lease_id"
        " WHERE NOT EXISTS (SELECT FROM contract_papers p WHERE p.contract_id = k.id)"
        " AND NOT EXISTS (SELECT FROM external_contracts x WHERE x.lease_id = l.id)"
    )
    printed = {
        row[0] for row in demo.sql(
            "SELECT (payload ->> 'lease_ref') || ':' || (payload ->> 'version') FROM jobs"
            " WHERE kind = 'render_contract'"
        )
    }  # fmt: skip
    assert {row[0] for row in contracts} <= printed


def test_business_day_of_yesterday_is_on_record_and_today_runs_once(demo):
    yesterday = TODAY - timedelta(days=1)
    [row] = demo.sql("SELECT on_day, finished_at FROM business_days")
    assert row["on_day"] == yesterday
    assert row["finished_at"] is not None
    [report] = demo.run(run_days(demo.door, at=NOW))
    assert (report.on_day, report.parts_done, report.spared) == (TODAY, report.parts, 0)
    made = {step.step: step.made for step in report.steps}
    assert made["charges"] > 0
    assert made["fees_fast"] > 0
    assert made["reminders"] < 60
    assert demo.one("SELECT count(*) FROM notices WHERE sent_at IS NULL AND kind = 'overdue'") < 10
    assert demo.run(run_days(demo.door, at=NOW)) == ()
    _book_holds(demo)
