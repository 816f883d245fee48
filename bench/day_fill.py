"""A company for the business day, in a few statements: every lease has twelve bills, most of them paid or to come.

On the day DAY 8 % of the leases have a rent falling due and 5 % an overdue one whose late fee has run for some days.
"""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from time import perf_counter

import asyncpg

from bench.fill import NOW, sample_contract
from bench.ground import acting, say
from shouwen.features.contracts.public import insert_contract
from shouwen.features.money.public import close_book_through, day_fees_fast, put_fee_terms
from shouwen.platform.db import connect

VERSION = "4"
DAY = date(2026, 6, 15)
_EVE = DAY - timedelta(days=1)
WITH_CONTRACT = 5_000  # the first overdue leases: what happened to them is worked out from the contract
EVERY = 1 << 60


def company(leases: int) -> Callable[[str], Awaitable[None]]:
    """What fills a fresh database, as its owner, with so many leases."""

    async def fill(owner_dsn: str) -> None:
        conn = await connect(owner_dsn)
        try:
            await conn.execute(
                "SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB';"
                " SET session_replication_role = replica"  # millions of rows that fit by construction: no foreign keys
            )
            async with acting(conn):
                for name, step in _STEPS:
                    started = perf_counter()
                    await step(conn, leases)
                    say(f"  {leases:,} leases · {name} · {perf_counter() - started:.1f} s")
            await conn.execute("VACUUM ANALYZE")
        finally:
            await conn.close()

    return fill


_RENTERS = """
INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, verified, created_at)
SELECT 'ZK-' || n, '陈晓宇', '陈*宇', sha256(n::text::bytea), sha256(n::text::bytea),
       '199****' || lpad(n::text, 4, '0'), true, $2
FROM generate_series(1, $1::int) n
"""
_LEASES = """
INSERT INTO leases (ref, renter_id, state, model, storage, colour, condition_grade, imei, applied_on, signed_on,
                    handed_over_on, created_at)
SELECT 'ZL-20250801-' || lpad(n::text, 7, '0'), n, 'renting', 'iPhone 15 Pro Max', '256 GB', '原色钛金属', '95 新',
       '99' || lpad(n::text, 13, '0'), '2025-08-01', '2025-08-01', '2025-08-05', $2
FROM generate_series(1, $1::int) n
"""
# Lease n has n % 10 + 1 instalments behind it. The next one falls due on the day where n % 25 < 2, else 1 to 27 days
# later. Where n % 20 = 7 the newest one behind it is not paid, and its late fee runs since yesterday or longer.
_CHARGES = """
INSERT INTO charges (lease_id, renter_id, kind, no, clause, due_on, amount_fen, paid_fen, settled_on, booked_on,
                     last_value_on)
SELECT l.id, l.renter_id, 'rent', k, '2.1', d.due_on, 50000, CASE WHEN p.paid THEN 50000 ELSE 0 END,
  CASE WHEN p.paid THEN d.due_on END, CASE WHEN d.due_on < $1::date THEN d.due_on END,
  CASE WHEN p.paid THEN d.due_on END
FROM leases l CROSS JOIN generate_series(1, 12) k
CROSS JOIN LATERAL (SELECT ($1::date + (k - 2 - l.id % 10)::int * interval '1 month')::date
  + (CASE WHEN l.id % 25 < 2 THEN 0 WHEN l.id % 20 = 7 THEN 1 + l.id % 17 ELSE 1 + l.id % 27 END)::int AS due_on) d
CROSS JOIN LATERAL (SELECT d.due_on < $1::date AND NOT (l.id % 20 = 7 AND k = l.id % 10 + 1) AS paid) p
"""
_ENTRIES = """
WITH newest AS (
  SELECT c.id, c.lease_id, c.renter_id, c.no, c.due_on, c.settled_on FROM charges c
  WHERE c.booked_on IS NOT NULL AND c.no = c.lease_id % 10 + 1),
entries AS (
  INSERT INTO money_entries (key, act_id, kind, lease_id, renter_id, booked_on, memo, rule)
  SELECT e.key, 1, e.kind, n.lease_id, n.renter_id, n.due_on, '第 ' || n.no || ' 期租金', e.rule
  FROM newest n CROSS JOIN LATERAL (VALUES ('charge:' || n.id, 'charge', 'BUY-1'),
    ('payment:ZF-' || n.id, 'payment', 'CIVIL-560')) e(key, kind, rule)
  WHERE e.kind = 'charge' OR n.settled_on IS NOT NULL ORDER BY n.lease_id
  RETURNING id, kind, lease_id)
INSERT INTO money_transfers (entry_id, no, debit_account, credit_account, amount_fen, charge_id)
SELECT e.id, 1, CASE e.kind WHEN 'charge' THEN 'rent_receivable' ELSE 'cash' END,
  CASE e.kind WHEN 'charge' THEN 'rent_income' ELSE 'rent_receivable' END, 50000, n.id
FROM entries e JOIN newest n USING (lease_id)
"""
_FEE_TERMS = """
INSERT INTO fee_terms (lease_id, contract_version, grace_days, rate_num, rate_den, daily_fen, cap_num, cap_den,
                       gate_num, gate_den, clause)
SELECT l.id, f.contract_version, f.grace_days, f.rate_num, f.rate_den, f.daily_fen, f.cap_num, f.cap_den, f.gate_num,
       f.gate_den, f.clause
FROM leases l, fee_terms f WHERE f.lease_id = 1 AND l.id > 1 ORDER BY l.id
"""
_CONTRACTS = """
INSERT INTO contracts (lease_id, version, signed_on, contract, contract_sha256)
SELECT l.id, m.version, m.signed_on, m.contract, m.contract_sha256
FROM leases l, contracts m WHERE m.lease_id = 1 AND l.id % 20 = 7 ORDER BY l.id LIMIT $1
"""


def _sized(sql: str) -> Callable[[asyncpg.Connection, int], Awaitable[object]]:
    return lambda conn, leases: conn.execute(sql, leases, NOW)


def _plain(sql: str, *args: object) -> Callable[[asyncpg.Connection, int], Awaitable[object]]:
    return lambda conn, leases: conn.execute(sql, *args)


async def _terms(conn: asyncpg.Connection, leases: int) -> None:
    """Lease 1 by the features' own functions; its terms are then copied to the others."""
    contract = sample_contract()
    await insert_contract(conn, 1, contract)
    await put_fee_terms(conn, 1, contract)
    await conn.execute(_FEE_TERMS)


async def _eve(conn: asyncpg.Connection, leases: int) -> None:
    """The late fees as the night before left them, and that night on record."""
    act_id = int(await conn.fetchval("SELECT current_setting('shouwen.act')"))
    await conn.execute("ANALYZE charges, fee_terms, late_accruals, money_entries")
    await close_book_through(conn, _EVE - timedelta(days=1))
    await day_fees_fast(conn, act_id, _EVE, 1, EVERY)
    await conn.execute(
        "INSERT INTO business_days (on_day, started_at, leases_through, steps, parts, finished_at)"
        " VALUES ($1, $2, $3, '{close}', 1, $2)",
        _EVE, NOW, leases,
    )  # fmt: skip


_STEPS: list[tuple[str, Callable[[asyncpg.Connection, int], Awaitable[object]]]] = [
    ("renters", _sized(_RENTERS)),
    ("leases", _sized(_LEASES)),
    ("bills", _plain(_CHARGES, DAY)),
    ("entries of the newest bills", _plain(_ENTRIES)),
    ("late-fee clauses", _terms),
    ("contracts", _plain(_CONTRACTS, WITH_CONTRACT)),
    ("late fees so far", _eve),
]
