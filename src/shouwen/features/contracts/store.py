"""SQL of contracts: published templates, and the signed versions of each lease."""

from datetime import datetime
from hashlib import sha256

import msgspec
from msgspec import Struct

from shouwen.features.contracts.types import Contract, ContractTemplate, contract_to_json
from shouwen.platform.db import Conn, Row, row_to, rows_to


class PublishedTemplate(Struct, frozen=True):
    """One published version of a template."""

    ref: str
    version: int
    title: str
    published_at: datetime


class FoundTemplate(Struct, frozen=True):
    """A published version with everything in it."""

    ref: str
    version: int
    template: ContractTemplate


INSERT_TEMPLATE = """
INSERT INTO contract_templates (ref, version, title, source_toml, template, published_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (ref, version) DO NOTHING
RETURNING ref, version, title, published_at
"""


async def insert_template(
    conn: Conn, ref: str, version: int, source_toml: str, template: ContractTemplate, now: datetime
) -> PublishedTemplate | None:
    """The template as published; None where somebody else has just taken this version number."""
    row = await conn.fetchrow(INSERT_TEMPLATE, ref, version, template.title, source_toml, template, now)
    return None if row is None else row_to(PublishedTemplate, row)


NEWEST_TEMPLATE = """
SELECT version, source_toml FROM contract_templates WHERE ref = $1 ORDER BY version DESC LIMIT 1
"""


async def newest_template(conn: Conn, ref: str) -> Row | None:
    """version, source_toml of the newest version of a template."""
    return await conn.fetchrow(NEWEST_TEMPLATE, ref)


FIND_TEMPLATE = """
SELECT ref, version, template::text AS template FROM contract_templates WHERE ref = $1 ORDER BY version DESC LIMIT 1
"""
# The newest version of every template that lets this phone for so many months.
TEMPLATES_FOR = """
SELECT ref, version, template FROM (
  SELECT DISTINCT ON (ref) ref, version, template::text AS template, template->'terms' AS terms
  FROM contract_templates ORDER BY ref, version DESC) newest
WHERE ($1::integer IS NULL OR (terms->>'periods')::integer = $1) AND terms->>'sku' = $2
  AND terms->>'storage' IN ('', $3)
ORDER BY ref LIMIT 50
"""


async def find_template(conn: Conn, ref: str) -> FoundTemplate | None:
    """The version of a template that is offered now: the newest."""
    row = await conn.fetchrow(FIND_TEMPLATE, ref)
    return None if row is None else _found(row)


async def templates_for(conn: Conn, sku: str, storage: str, periods: int | None) -> list[FoundTemplate]:
    """The templates offered now for a phone, and for so many instalments where given; at most 50."""
    return [_found(row) for row in await conn.fetch(TEMPLATES_FOR, periods, sku, storage)]


OFFERED = """
SELECT DISTINCT ON (ref) ref, version, template::text AS template FROM contract_templates
WHERE $1::text IS NULL OR ref = $1 ORDER BY ref, version DESC LIMIT 200
"""


async def offered_templates(conn: Conn, ref: str | None = None) -> list[FoundTemplate]:
    """Every template as it is offered now, or the one named; at most 200."""
    return [_found(row) for row in await conn.fetch(OFFERED, ref)]


def _found(row: Row) -> FoundTemplate:
    return FoundTemplate(row["ref"], row["version"], msgspec.json.decode(row["template"], type=ContractTemplate))


LIST_TEMPLATES = """
SELECT ref, version, title, published_at FROM contract_templates ORDER BY ref, version DESC LIMIT 500
"""


async def list_templates(conn: Conn) -> list[PublishedTemplate]:
    """Published templates by reference, newest version first."""
    return rows_to(PublishedTemplate, await conn.fetch(LIST_TEMPLATES))


INSERT_CONTRACTS = """
INSERT INTO contracts (lease_id, version, signed_on, contract, contract_sha256)
SELECT lease_id, version, signed_on, contract, sha
FROM unnest($1::bigint[], $2::integer[], $3::date[], $4::jsonb[], $5::bytea[]) WITH ORDINALITY
     AS c(lease_id, version, signed_on, contract, sha, no)
ORDER BY no
RETURNING id
"""


async def insert_contracts(conn: Conn, signed: list[tuple[int, Contract]]) -> list[int]:
    """Write (lease id, contract) pairs in one statement; the new ids in the same order."""
    rows = await conn.fetch(
        INSERT_CONTRACTS,
        [lease_id for lease_id, _ in signed],
        [contract.version for _, contract in signed],
        [contract.signed_on for _, contract in signed],
        [contract for _, contract in signed],
        [contract_sha256(contract) for _, contract in signed],
    )
    return [int(row["id"]) for row in rows]


# The body is left out where the caller already holds the text of this hash ($2).
CONTRACT_IN_FORCE = """
SELECT id, contract_sha256, CASE WHEN contract_sha256 <> $2 THEN contract::text END AS contract
FROM contracts WHERE lease_id = $1 ORDER BY version DESC LIMIT 1
"""


async def contract_in_force(conn: Conn, lease_id: int, known_sha256: bytes) -> Row | None:
    """id, contract_sha256, and contract as JSON text unless its hash is the known one."""
    return await conn.fetchrow(CONTRACT_IN_FORCE, lease_id, known_sha256)


CONTRACT_VERSIONS = """
SELECT c.id, c.version, c.contract_sha256, c.contract::text AS contract, p.sha256 AS paper_sha256, p.size_bytes
FROM contracts c LEFT JOIN contract_papers p ON p.contract_id = c.id
WHERE c.lease_id = $1 AND (c.version = ANY($2::integer[])
  OR 0 = ANY($2::integer[]) AND c.version = (SELECT max(version) FROM contracts WHERE lease_id = $1))
ORDER BY c.version
"""


async def contract_versions(conn: Conn, lease_id: int, versions: list[int]) -> list[Row]:
    """id, version, contract_sha256, contract as JSON text, paper_sha256 and size_bytes (None before printing).

    0 stands for the version in force.
    """
    return await conn.fetch(CONTRACT_VERSIONS, lease_id, versions)


INSERT_PAPER = """
INSERT INTO contract_papers (contract_id, sha256, size_bytes, rendered_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (contract_id) DO NOTHING
"""


async def insert_paper(conn: Conn, contract_id: int, sha256: bytes, size_bytes: int, now: datetime) -> bool:
    """Record the printed paper of a version; false where it has one."""
    return await conn.execute(INSERT_PAPER, contract_id, sha256, size_bytes, now) == "INSERT 0 1"


def contract_sha256(contract: Contract) -> bytes:
    """The hash of the contract's JSON, every field written out: 32 bytes."""
    return sha256(contract_to_json(contract)).digest()
