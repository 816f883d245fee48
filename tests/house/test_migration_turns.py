"""Migration 0009 on cases from before it: both records are filled in, and what queues and counters show follows."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from shouwen.features.cases.changes import queue_rank
from shouwen.features.cases.rules.turn import TurnFacts, decide_turn
from shouwen.features.cases.types import CaseState, Turn
from shouwen.platform.migrate import migration_files

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=30), NOW + timedelta(days=5)

# case: state, turn, turn_until, claim_open, specialist, renter's newest, ours · its claim: turn, until
BEFORE = {
    "talking": ("open", "desk", SOON, False, None, 3, 2, None, None),
    "answered": ("open", "renter", None, False, None, 1, 2, None, None),
    "closed": ("closed", "nobody", None, False, None, 1, 2, "nobody", None),
    "settled": ("open", "nobody", None, False, None, 1, 2, "nobody", None),
    "asked": ("open", "specialist", SOON, True, 7, 3, 2, "specialist", LATER),
    "unasked": ("open", "desk", SOON, True, None, 3, 2, "specialist", LATER),
    "lost_to_the_renter": ("open", "renter", None, True, None, 1, 2, "specialist", LATER),
    "decided": ("open", "renter", LATER, True, 7, 1, 2, "renter", LATER),
    "date_dropped": ("open", "renter", None, True, 7, 1, 4, "renter", LATER),
    "asks_while_decided": ("open", "desk", SOON, True, 7, 3, 2, "renter", LATER),
    "final": ("open", "renter", None, True, 7, 1, 2, "system", None),
    "appraised": ("open", "appraiser", LATER, True, 7, 3, 2, "appraiser", LATER),
}
AFTER = {
    "talking": ("desk", SOON, None),
    "answered": ("renter", None, None),
    "closed": ("nobody", None, None),
    "settled": ("nobody", None, None),
    "asked": ("specialist", LATER, "specialist"),
    "unasked": ("desk", SOON, "specialist"),
    "lost_to_the_renter": ("desk", LATER, "specialist"),
    "decided": ("renter", LATER, "renter"),
    "date_dropped": ("renter", LATER, "renter"),
    "asks_while_decided": ("desk", SOON, "renter"),
    "final": ("nobody", None, "nobody"),
    "appraised": ("appraiser", LATER, "appraiser"),
}
_NO_REFERENCES = """
DO $$ DECLARE c record; BEGIN
  FOR c IN SELECT conname, conrelid::regclass AS name FROM pg_constraint
           WHERE contype = 'f' AND conrelid IN ('cases'::regclass, 'claims'::regclass) LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.name, c.conname);
  END LOOP;
END $$
"""
_CASE = """
INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, opened_at, last_at, owner_id, claim_id, state, turn,
                   turn_until, claim_open, specialist_id, renter_seq, staff_seq)
VALUES ($1, 'damage_dispute', 't', $2, 'x', $3, $3, 5, $2, $4, $5, $6, $7, $8, $9, $10)
"""
_CLAIM = """
INSERT INTO claims (id, ref, lease_id, renter_id, inspection_id, state, claimed_fen, turn, turn_until, filed_at,
                    state_at)
OVERRIDING SYSTEM VALUE VALUES ($1, 'DS-' || $1::bigint, $1, $1, $1, $2, 1, $3, $4, $5, $5)
"""
_STATES = {
    "specialist": "contested", "renter": "decided", "system": "decided", "appraiser": "appraisal", "nobody": "settled",
}  # fmt: skip


@pytest.fixture
def migrated(cluster, worker):
    """Cases and counters after 0009, from what stood there before it."""

    async def go():
        admin = await asyncpg.connect(cluster.dsn_admin)
        name = f"before_turns_{worker}"
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name}")
        await admin.close()
        conn = await asyncpg.connect(cluster.dsn(name, "postgres"))
        try:
            files = migration_files()
            for path in files:
                if path.name < "0009":
                    await conn.execute(path.read_text("utf-8"))
            await conn.execute(_NO_REFERENCES)
            async with conn.transaction():
                await conn.execute("SELECT set_config('shouwen.act', '1', true)")
                for no, (ref, row) in enumerate(BEFORE.items(), 1):
                    await conn.execute(_CASE, ref, no, NOW, *row[:7])
                    if row[7] is not None:
                        await conn.execute(_CLAIM, no, _STATES[row[7]], row[7], row[8], NOW)
            [path] = [path for path in files if path.name.startswith("0009")]
            await conn.execute(path.read_text("utf-8"))
            counts = await conn.fetch("SELECT key, count FROM case_counts")
            return await conn.fetch("SELECT * FROM cases"), dict(counts)
        finally:
            await conn.close()

    return asyncio.run(go())


def test_filled_in_cases_show_the_turn_their_two_records_make(migrated):
    cases, _ = migrated
    assert {row["ref"]: (row["turn"], row["turn_until"], row["claim_turn"]) for row in cases} == AFTER
    for row in cases:
        claim_turn = None if row["claim_turn"] is None else Turn(row["claim_turn"])
        shown = decide_turn(
            TurnFacts(
                state=CaseState(row["state"]), talk_turn=Turn(row["talk_turn"]), talk_until=row["talk_until"],
                claim_turn=claim_turn, claim_until=row["claim_until"], asked_in=row["specialist_id"] is not None,
            )
        )  # fmt: skip
        assert (shown.turn, shown.until) == (row["turn"], row["turn_until"]), row["ref"]
        if claim_turn is not None:
            assert row["rank"] == queue_rank(row["urgent"], row["turn_until"]), row["ref"]


def test_counters_after_filling_in_are_a_recount(migrated):
    cases, counts = migrated
    still_open = [row for row in cases if row["state"] == "open"]
    expected = {"open": len(still_open)}
    for row in still_open:
        keys = [f"owner:{row['owner_id']}:{row['turn']}"]
        if row["turn"] == "specialist":
            keys.append(f"specialist:{row['specialist_id']}")
        for key in keys:
            expected[key] = expected.get(key, 0) + 1
    assert counts == expected
