"""A big company in a few statements: `cases` cases with ten messages each, on leases with contract, bills and deposit.

The first PAGES cases are long (60 messages), open and owned by agent 1; every second one has a damage claim. They are
alike at any size, so that pages of a small and of a large company can be compared.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import asyncpg

from bench.ground import acting, say
from shouwen.features.cases.changes import queue_rank
from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.public import insert_contract, sign
from shouwen.features.contracts.types import Contract
from shouwen.features.leases.public import insert_leases, lease_by_id
from shouwen.features.leases.types import LeaseState, NewLease
from shouwen.features.money.public import NewHold, charge_rents, hold_deposit, receive_payment
from shouwen.platform.db import connect

VERSION = "6"
AGENTS = 20
PAGES = 100
PAGE_MESSAGES = 60
CASES_A_LEASE = 5
SAMPLE = "early_buyout_12"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SIGNED_ON, FIRST_DUE_ON, RETURNED_ON = date(2026, 5, 10), date(2026, 5, 15), date(2026, 11, 18)
Step = tuple[str, Callable[[asyncpg.Connection], Awaitable[object]]]


def company(cases: int) -> Callable[[str], Awaitable[None]]:
    """What fills a fresh database, as its owner, with so many cases."""

    async def fill(owner_dsn: str) -> None:
        conn = await connect(owner_dsn)
        try:
            await conn.execute(
                "SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'"
            )
            async with acting(conn):
                for name, step in _steps(cases):
                    started = perf_counter()
                    await step(conn)
                    say(f"  {cases:,} cases · {name} · {perf_counter() - started:.1f} s")
            await conn.execute("VACUUM ANALYZE")
        finally:
            await conn.close()

    return fill


def sample_contract() -> Contract:
    """The contract every lease has."""
    return sign(sample_templates()[SAMPLE], SIGNED_ON, FIRST_DUE_ON, contract_policy_on(SIGNED_ON))


def _steps(cases: int) -> list[Step]:
    def sql(text: str, *args: object) -> Callable[[asyncpg.Connection], Awaitable[object]]:
        return lambda conn: conn.execute(text, *args)

    leases = cases // CASES_A_LEASE
    return [
        ("people", sql(_STAFF, AGENTS, NOW)),
        ("renters", sql(_RENTERS, leases // 2, NOW)),
        ("leases", lambda conn: _leases(conn, leases)),
        ("contract and bills of one", _model_lease),
        ("contracts", sql(_CONTRACTS)),
        ("bills", sql(_CHARGES)),
        ("money entries", sql(_ENTRIES)),
        ("money transfers", sql(_TRANSFERS)),
        ("deposits", sql(_HOLDS)),
        ("evidence", sql(_MEDIA, PAGES * CASES_A_LEASE, CASES_A_LEASE, NOW)),
        ("claims", _claims),
        (
            "cases",
            sql(_CASES, cases, PAGES, CASES_A_LEASE, AGENTS, NOW, PAGE_MESSAGES, _ranks(), queue_rank(False, None)),
        ),
        ("clocks", sql(_CLOCKS)),
        ("counters", sql(_COUNTS)),
        ("messages", sql(_MESSAGES)),
        ("journal", sql(_JOURNAL)),
    ]


_STAFF = """
INSERT INTO staff (login, name, role, password_hash, created_at)
SELECT 'agent' || n, '客服' || n, 'agent', 'x', $2::timestamptz FROM generate_series(1, $1::int) n
UNION ALL SELECT 'specialist', '林专员', 'specialist', 'x', $2
UNION ALL SELECT 'inspector', '何检', 'inspector', 'x', $2
"""

_RENTERS = """
INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, verified, created_at)
SELECT 'ZK-' || n, '陈晓宇', '陈*宇', sha256(n::text::bytea), sha256(n::text::bytea),
       '199****' || lpad(n::text, 4, '0'), true, $2
FROM generate_series(1, $1::int) n
"""


async def _leases(conn: asyncpg.Connection, count: int) -> None:
    def new(number: int) -> NewLease:
        claimed = _claimed(number)
        return NewLease(
            ref=f"ZL-20260510-{number:06d}",
            renter_id=(number - 1) // 2 % (count // 2) + 1,
            state=LeaseState.INSPECTING if claimed else LeaseState.RENTING,
            model="iPhone 15 Pro Max",
            storage="256 GB",
            colour="原色钛金属",
            condition_grade="95 新",
            imei=f"99{number:013d}",
            serial_no=f"SN{number:010d}",
            applied_on=date(2026, 5, 8),
            signed_on=SIGNED_ON,
            handed_over_on=date(2026, 5, 14),
            return_sent_on=date(2026, 11, 15) if claimed else None,
            returned_on=RETURNED_ON if claimed else None,
            used_market_price_fen=420_000 if claimed else None,
            created_at=NOW,
        )

    await insert_leases(conn, [new(number) for number in range(1, count + 1)])


def _claimed(lease: int) -> bool:
    """Every second of the page cases' leases is under a claim."""
    return lease <= PAGES and lease % 2 == 0


async def _model_lease(conn: asyncpg.Connection) -> None:
    """Lease 1 by the features' own functions; its rows are then copied to the others."""
    contract, lease = sample_contract(), await lease_by_id(conn, 1)
    act_id = int(await conn.fetchval("SELECT current_setting('shouwen.act')"))
    await insert_contract(conn, lease.id, contract)
    charges = await charge_rents(conn, act_id, lease, contract)
    for number in range(6):
        await receive_payment(
            conn, act_id, lease, contract.rents_fen[number], f"{lease.ref}-{number}", contract.due_on[number],
            named=[charges[number]],
        )  # fmt: skip
    await hold_deposit(
        conn, act_id, NewHold(lease_id=1, renter_id=lease.renter_id, amount_fen=300_000, held_on=SIGNED_ON, ref="YS-1")
    )


_CONTRACTS = """
INSERT INTO contracts (lease_id, version, signed_on, contract, contract_sha256)
SELECT l.id, m.version, m.signed_on, m.contract, m.contract_sha256
FROM leases l, contracts m WHERE m.lease_id = 1 AND l.id > 1 ORDER BY l.id
"""
_CHARGES = """
INSERT INTO charges (lease_id, renter_id, kind, no, clause, due_on, amount_fen, paid_fen, settled_on, booked_on,
                     last_value_on)
SELECT l.id, l.renter_id, m.kind, m.no, m.clause, m.due_on, m.amount_fen, m.paid_fen, m.settled_on, m.booked_on,
  m.last_value_on
FROM leases l, charges m WHERE m.lease_id = 1 AND l.id > 1 ORDER BY l.id, m.id
"""
_ENTRIES = """
INSERT INTO money_entries (key, act_id, kind, lease_id, renter_id, booked_on, memo, rule)
SELECT m.key || '/' || l.id, m.act_id, m.kind, l.id, l.renter_id, m.booked_on, m.memo, m.rule
FROM leases l, money_entries m WHERE m.lease_id = 1 AND l.id > 1 ORDER BY l.id, m.id
"""
_TRANSFERS = """
INSERT INTO money_transfers (entry_id, no, debit_account, credit_account, amount_fen, charge_id)
SELECT e.id, t.no, t.debit_account, t.credit_account, t.amount_fen, c.id
FROM money_entries m JOIN money_transfers t ON t.entry_id = m.id LEFT JOIN charges mc ON mc.id = t.charge_id
JOIN money_entries e ON e.lease_id > 1 AND e.key = m.key || '/' || e.lease_id
LEFT JOIN charges c ON c.lease_id = e.lease_id AND c.kind = mc.kind AND c.no = mc.no
WHERE m.lease_id = 1
"""
_HOLDS = """
INSERT INTO holds (ref, lease_id, amount_fen, held_on)
SELECT m.ref || '-' || l.id, l.id, m.amount_fen, m.held_on FROM leases l, holds m WHERE m.lease_id = 1 AND l.id > 1
"""

# eight handover pictures and three of the return for the leases whose pages are measured
_MEDIA = """
INSERT INTO media (ref, lease_id, renter_id, purpose, part, file_name, mime, size_bytes, sha256, width, height,
                   taken_at, checks, uploaded_role, uploaded_by, uploaded_at)
SELECT 'ZJ-' || substr(md5(l.id || '/' || n), 1, 12), l.id, l.renter_id,
  CASE WHEN n <= 8 THEN 'handover' ELSE 'return' END,
  (ARRAY['screen', 'back', 'frame_top', 'frame_bottom', 'frame_left', 'frame_right', 'camera', 'corner', 'screen',
         'back', 'camera'])[n],
  'IMG_' || n || '.jpg', 'image/jpeg', 3000000, sha256((l.id || '/' || n)::bytea), 4000, 3000, $3, '[]',
  CASE WHEN n <= 8 THEN 'system' ELSE 'renter' END, l.renter_id, $3
FROM leases l, generate_series(1, 11) n WHERE l.id <= $1::bigint / $2::bigint
"""


async def _claims(conn: asyncpg.Connection) -> None:
    prices = sample_contract().terms.damage_prices[:2]
    await conn.execute(_INSPECTIONS, PAGES, AGENTS + 2, RETURNED_ON, NOW)
    await conn.execute(_CLAIM_ROWS, NOW, NOW + timedelta(days=3), sum(price.price_fen for price in prices))
    for number, price in enumerate(prices, 1):
        await conn.execute(
            _FINDINGS, number, price.part, price.kind, price.severity,
            f"{price.part}.{price.kind}.{price.severity}", price.price_fen,
        )  # fmt: skip


_INSPECTIONS = """
INSERT INTO inspections (ref, lease_id, inspector_id, inspector_name, received_on, inspected_at, imei_seen,
                         imei_matches)
SELECT 'YJ-' || l.id, l.id, $2, '何检', $3, $4, l.imei, true FROM leases l
WHERE l.id <= $1 AND l.id % 2 = 0 ORDER BY l.id
"""
_CLAIM_ROWS = """
INSERT INTO claims (ref, lease_id, renter_id, inspection_id, case_id, state, claimed_fen, turn, turn_until, filed_at,
                    state_at, answered_at)
SELECT 'DS-' || i.lease_id, i.lease_id, l.renter_id, i.id, (i.lease_id - 1) * 5 + 1, 'contested', $3, 'specialist', $2,
       $1, $1, $1
FROM inspections i JOIN leases l ON l.id = i.lease_id ORDER BY i.id
"""
_FINDINGS = """
INSERT INTO findings (claim_id, no, part, kind, severity, length_mm, visible_at_30cm, cause, words, media_id, region,
                      price_key, price_fen, answer, answer_reason)
SELECT c.id, $1::int, $2::text, $3::text, $4::text, 12, true, 'renter_use', '斜向划痕，指甲可感', m.id,
       '{"x": 0.3, "y": 0.4, "w": 0.1, "h": 0.08}', $5, $6, 'contested', '收到时就有，交机照片上能看到'
FROM claims c JOIN LATERAL (SELECT id FROM media WHERE lease_id = c.lease_id ORDER BY id DESC LIMIT 1) m ON true
"""


def _ranks() -> list[int]:
    """The rank of a case by the second within the hour in which its turn runs out, as the use cases give it."""
    return [queue_rank(False, NOW + timedelta(seconds=second)) for second in range(3600)]


# $1 cases, $2 page cases, $3 cases a lease, $4 agents, $5 now, $6 messages of a page case, $7 ranks, $8 rank of no end.
# Page cases are the first of each lease. Of the others two in ten wait for the desk, one for the renter, one for an
# owner; the rest is closed.
_CASES = """
INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, lease_id, claim_id, state, owner_id,
  owner_name, owned_at, talk_turn, talk_until, claim_turn, claim_until, turn, turn_until, rank, seq, renter_seq,
  staff_seq, staff_seq_by, preview, preview_by,
  first_human_at, substantive_at, opened_at, last_at, closed_at)
SELECT 'SW-' || translate(substr(md5(n::text), 1, 10), '01', 'gh'), which.kind, '听筒没有声音', l.renter_id, '陈*宇',
  l.id, c.id, which.state, which.owner,
  CASE WHEN which.owner IS NULL THEN '' ELSE '客服' || which.owner END,
  CASE WHEN which.owner IS NULL THEN NULL ELSE $5::timestamptz - interval '1 day' END, which.turn,
  CASE WHEN which.turn = 'desk' THEN $5::timestamptz + n % 3600 * interval '1 second' END,
  c.turn, c.turn_until, which.turn,
  CASE WHEN which.turn = 'desk' THEN $5::timestamptz + n % 3600 * interval '1 second' END,
  CASE WHEN which.turn = 'desk' THEN ($7::bigint[])[n % 3600 + 1] ELSE $8 END,
  which.messages, which.messages - 1,
  CASE WHEN which.owner IS NULL THEN 0 ELSE which.messages END, coalesce(which.owner, 0),
  '好的，我这就核对合同和交机照片。', '客服', CASE WHEN which.owner IS NULL THEN NULL ELSE $5 END,
  CASE WHEN which.owner IS NULL THEN NULL ELSE $5 END, $5::timestamptz - interval '2 days',
  $5::timestamptz - n % 86400 * interval '1 second', CASE WHEN which.state = 'closed' THEN $5 END
FROM generate_series(1, $1::int) n
JOIN leases l ON l.id = (n - 1) / $3::int + 1
CROSS JOIN LATERAL (SELECT n <= $2::int * $3 AND n % $3 = 1 AS page) place
LEFT JOIN claims c ON place.page AND c.lease_id = l.id
CROSS JOIN LATERAL (SELECT CASE WHEN place.page THEN $6::int ELSE 9 + (n % 20 > 0)::int END AS messages,
  CASE WHEN place.page OR n % 10 IN (2, 3, 4, 5) THEN 'open' ELSE 'closed' END AS state,
  CASE WHEN place.page THEN 1 WHEN n % 10 = 5 THEN NULL ELSE n / 10 % $4::int + 1 END::bigint AS owner,
  CASE WHEN place.page OR n % 10 IN (2, 3, 5) THEN 'desk' WHEN n % 10 = 4 THEN 'renter' ELSE 'nobody' END AS turn,
  CASE WHEN c.id IS NOT NULL THEN 'damage_dispute' ELSE
    (ARRAY['billing_question', 'fault', 'buyout_question', 'deposit_refund', 'billing_dispute'])[(n - 1) % 5 + 1] END
    AS kind) which
ORDER BY n
"""


_CLOCKS = """
INSERT INTO case_clocks (case_id, kind, started_at, due_at, stopped_at)
SELECT c.id, kind, c.opened_at, c.opened_at + interval '30 seconds', c.first_human_at
FROM cases c, unnest('{first_answer,substantive_answer}'::text[]) kind ORDER BY c.id
"""
_COUNTS = """
INSERT INTO case_counts (key, count)
SELECT key, count(*) FROM (
  SELECT 'open' AS key FROM cases WHERE state = 'open'
  UNION ALL SELECT CASE WHEN owner_id IS NULL THEN 'unowned' ELSE 'owner:' || owner_id || ':' || turn END
  FROM cases WHERE state = 'open') k
GROUP BY key
"""
_SAID = """
(ARRAY['听筒没有声音，外放正常，昨天下午开始的。系统是最新版本，没有摔过，也没有进水。',
       '您好，我先看一下您的合同和交机照片，马上回复您。',
       '请问有没有贴防尘网或者保护膜？麻烦拍一张听筒的近照。',
       '没有贴膜，照片已经上传了。我每天都要打电话，能不能尽快处理？',
       '收到照片，已经核对过了。按合同，非人为损坏由我们负责维修，维修期间的租金会减免。',
       '好的，谢谢。那这个月的租金怎么算？',
       '这个月的租金按您能正常使用的天数计算，没有手机可用的天数不收租金，账单上会逐日列出。',
       '明白了。'])[m % 8 + 1]
"""
_MESSAGES = f"""
INSERT INTO messages (case_id, seq, at, kind, author_role, author_id, author_name, body, renter_id)
SELECT c.id, m, c.opened_at + m * interval '10 minutes',
  CASE WHEN m % 20 = 19 THEN 'note' WHEN m % 20 = 10 THEN 'system' ELSE 'text' END,
  CASE WHEN m % 20 = 10 THEN 'system' WHEN m % 2 = 1 AND m % 20 <> 19 THEN 'renter' ELSE 'agent' END,
  CASE WHEN m % 2 = 1 THEN c.renter_id ELSE coalesce(c.owner_id, 1) END,
  CASE WHEN m % 2 = 1 THEN c.renter_name_masked ELSE '客服' END, {_SAID}, c.renter_id
FROM cases c, generate_series(1, c.seq) m
"""
_JOURNAL = """
INSERT INTO journal (act_id, at, kind, text, rule, actor_role, actor_id, actor_name, case_id, seq, lease_id, renter_id,
                     subject, data)
SELECT 1, m.at, CASE WHEN m.author_role = 'renter' THEN 'renter.said' ELSE 'reply.sent' END,
  CASE WHEN m.author_role = 'renter' THEN '租客留言' ELSE m.author_name || '答复租客' END, '', m.author_role,
  m.author_id, m.author_name, m.case_id, m.seq, c.lease_id, m.renter_id, 'case:' || c.ref,
  jsonb_build_object('seq', m.seq, 'body_sha256', encode(sha256(m.body::bytea), 'hex'))
FROM messages m JOIN cases c ON c.id = m.case_id ORDER BY m.seq, m.case_id
"""
