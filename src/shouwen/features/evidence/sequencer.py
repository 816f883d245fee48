"""The one sequencer: gives pending entries their place in the log, signs the tree head, has it timestamped."""

import asyncio
import logging
import os
from datetime import datetime

import asyncpg

from shouwen.features.evidence.dossier.format import MANIFEST_KIND
from shouwen.features.evidence.seals.checkpoint import sign_checkpoint
from shouwen.features.evidence.seals.http_authority import HttpAuthority
from shouwen.features.evidence.seals.leaf import SALT_BYTES, make_leaf
from shouwen.features.evidence.seals.local_authority import LocalAuthority
from shouwen.features.evidence.seals.merkle import leaf_hash
from shouwen.features.evidence.seals.note import SigningKey
from shouwen.features.evidence.seals.timestamp import TimestampAuthority, TimestampUnavailable, verify_timestamp
from shouwen.features.evidence.seals.tree import Frontier, append, frontier_coords, frontier_of
from shouwen.features.evidence.store import read_nodes
from shouwen.platform import clock
from shouwen.platform.db import Conn, Row, connect
from shouwen.platform.door import Door
from shouwen.platform.secrets import load_or_create_key
from shouwen.platform.settings import Settings

LOCK = 7_305_003
BATCH = 1_000
PAUSE_SECONDS = 0.2
STAMP_SECONDS = 5.0
log = logging.getLogger("shouwen.sequencer")

# `= ANY (ARRAY(…))` instead of `IN (…)`: both tables are then read by index only, at any size of backlog and journal
_TAKE = """
WITH taken AS (
  DELETE FROM log_pending
  WHERE journal_id = ANY (ARRAY(SELECT journal_id FROM log_pending ORDER BY journal_id LIMIT $1))
  RETURNING journal_id)
SELECT j.id, j.at, j.kind, j.text, j.rule, j.actor_role, j.actor_id, j.actor_name, j.case_id, j.seq, j.lease_id,
       j.subject, j.data
FROM taken t JOIN journal j ON j.id = t.journal_id ORDER BY j.id
"""

_ENTRY_COLUMNS = (
    "index", "journal_id", "kind", "subject", "at", "leaf", "content", "salt", "case_id", "lease_id", "sealed_at",
)  # fmt: skip


def log_key(settings: Settings) -> SigningKey:
    """This installation's log key; its name is the log's origin."""
    return SigningKey(settings.log_origin, load_or_create_key(settings.keys_dir / "log.key"))


def authority(settings: Settings) -> TimestampAuthority:
    """The configured time-stamping authority, or the local one, which says that it is local."""
    if settings.tsa_url:
        return HttpAuthority(settings.tsa_url, (settings.keys_dir / "tsa-chain.pem").read_bytes())
    return LocalAuthority(settings.keys_dir / "local-tsa")


def entry_id(journal_id: int) -> str:
    """The public id of the log entry of a journal row."""
    return f"J{journal_id}"


def content_of(row: Row) -> dict[str, object]:
    """What the entry of a journal row commits to: its data, and who said what by which rule.

    A dossier's manifest entry holds its hash alone, so that a verifier needs nothing else.
    """
    data: dict[str, object] = row["data"]
    if row["kind"] == MANIFEST_KIND:
        return data
    actor = {"role": row["actor_role"], "id": row["actor_id"], "name": row["actor_name"]}
    return {**data, "text": row["text"], "rule": row["rule"], "subject": row["subject"], "actor": actor}


async def read_frontier(conn: Conn) -> Frontier:
    """Where the log ends, from its stored subtrees."""
    size = int(await conn.fetchval("SELECT coalesce(max(size), 0) FROM log_checkpoints"))
    return frontier_of(size, await read_nodes(conn, frontier_coords(size)))


async def sequence(conn: Conn, frontier: Frontier, key: SigningKey, now: datetime) -> Frontier:
    """One batch: entries, subtrees and a signed checkpoint in one transaction; returns the grown frontier."""
    async with conn.transaction():
        rows = await conn.fetch(_TAKE, BATCH)
        if not rows:
            return frontier
        entries, hashes = [], []
        for number, row in enumerate(rows, frontier.size):
            content = content_of(row)
            salt = os.urandom(SALT_BYTES)
            leaf = make_leaf(entry_id(row["id"]), row["kind"], row["at"], salt, content).data()
            hashes.append(leaf_hash(leaf))
            entries.append(
                (number, row["id"], row["kind"], row["subject"], row["at"], leaf, content, salt, row["case_id"],
                 row["lease_id"], now)
            )  # fmt: skip
        grown = append(frontier, hashes)
        # COPY: no arrays to build here and take apart there
        await conn.copy_records_to_table("log_entries", columns=_ENTRY_COLUMNS, records=entries)
        await conn.copy_records_to_table("log_nodes", columns=("level", "index", "hash"), records=grown.nodes)
        note = sign_checkpoint(grown.frontier.size, grown.root, key).decode()
        await conn.execute(
            "INSERT INTO log_checkpoints (size, root, note, signed_at) VALUES ($1, $2, $3, $4)",
            grown.frontier.size, grown.root, note, now,
        )  # fmt: skip
    return grown.frontier


async def run_sequencer(door: Door, dsn: str) -> None:
    """Sequence for ever while holding the advisory lock; a second process waits here as the spare."""
    settings = door.services.settings
    key = log_key(settings)
    conn = await connect(dsn, as_app=True)
    stamping = asyncio.create_task(_stamp_for_ever(door, authority(settings)))
    try:
        await conn.execute("SELECT pg_advisory_lock($1)", LOCK)
        frontier = await read_frontier(conn)
        while True:
            grown = await sequence(conn, frontier, key, clock.now())
            if grown.size - frontier.size < BATCH:
                await asyncio.sleep(PAUSE_SECONDS)
            frontier = grown
    finally:
        stamping.cancel()
        await conn.close()


async def _stamp_for_ever(door: Door, tsa: TimestampAuthority) -> None:
    while True:
        try:
            await stamp_newest(door.writes, tsa, clock.now())
        except TimestampUnavailable as error:
            log.warning("no timestamp: %s", error)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            log.warning("database away, timestamps wait")
        await asyncio.sleep(STAMP_SECONDS)


async def stamp_newest(pool: asyncpg.Pool, tsa: TimestampAuthority, now: datetime) -> bool:
    """Have the newest checkpoint timestamped, unless it is already; the authority is asked off the loop."""
    row = await pool.fetchrow(
        """
        SELECT c.size, c.note, t.size IS NOT NULL AS stamped
        FROM (SELECT size, note FROM log_checkpoints ORDER BY size DESC LIMIT 1) c
          LEFT JOIN log_timestamps t USING (size)
        """
    )
    if row is None or row["stamped"]:
        return False
    note = row["note"].encode()
    tsr = await asyncio.to_thread(tsa.stamp, note)
    stamped = await asyncio.to_thread(verify_timestamp, tsr, note, tsa.chain_pem())
    await pool.execute(
        "INSERT INTO log_timestamps (size, tsr, authority, stamped_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        row["size"], tsr, stamped.authority, now,
    )  # fmt: skip
    return True
