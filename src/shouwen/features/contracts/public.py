"""What later features may read and do with contracts inside their own transaction."""

from collections import OrderedDict
from datetime import date
from typing import TypeVar

from msgspec import Struct

from shouwen.features.contracts import store
from shouwen.features.contracts.policy import contract_policy_on
from shouwen.features.contracts.rules.amend import (
    ClauseDifference,
    TermDifference,
    amend_colour,
    amend_model,
    amend_plan,
    compare,
    quote_amendment,
)
from shouwen.features.contracts.rules.early_return import quote_early_return, refundable_fen, rent_until_fen
from shouwen.features.contracts.rules.gate import daily_gate
from shouwen.features.contracts.rules.import_file import (
    MOST_ROWS,
    Blocks,
    Encoding,
    FileRow,
    Header,
    ImportFormat,
    csv_rows,
    detect_encoding,
    json_rows,
    read_header,
)
from shouwen.features.contracts.rules.import_row import (
    KNOWN,
    REQUIRED,
    ImportedContract,
    RowProblem,
    columns_of,
    printed,
    read_row,
    safe_cell,
)
from shouwen.features.contracts.rules.proration import SpanPart, daily_rent, prorate_fen, prorate_span, span_parts
from shouwen.features.contracts.rules.quote import quote_buyout
from shouwen.features.contracts.rules.rates import format_percent, parse_rate
from shouwen.features.contracts.rules.schedule import due_dates, ends_on, no_on, period_of, starts_on
from shouwen.features.contracts.rules.sign import sign
from shouwen.features.contracts.store import (
    FoundTemplate,
    contract_sha256,
    contract_versions,
    find_template,
    insert_paper,
    offered_templates,
    templates_for,
)
from shouwen.features.contracts.types import Contract, Quote, contract_from_json
from shouwen.kernel.errors import Absent
from shouwen.platform.db import Conn

__all__ = [
    "KNOWN",
    "MOST_ROWS",
    "REQUIRED",
    "Blocks",
    "ClauseDifference",
    "Encoding",
    "FileRow",
    "FoundTemplate",
    "Header",
    "ImportFormat",
    "ImportedContract",
    "KnownContract",
    "RowProblem",
    "SpanPart",
    "TermDifference",
    "amend_colour",
    "amend_model",
    "amend_plan",
    "columns_of",
    "compare",
    "contract_in_force",
    "contract_policy_on",
    "contract_sha256",
    "contract_versions",
    "csv_rows",
    "daily_gate",
    "daily_rent",
    "decoded_contract",
    "detect_encoding",
    "due_dates",
    "ends_on",
    "find_template",
    "format_percent",
    "insert_contract",
    "insert_contracts",
    "insert_paper",
    "json_rows",
    "known_contract",
    "no_on",
    "offered_templates",
    "parse_rate",
    "period_of",
    "printed",
    "prorate_fen",
    "prorate_span",
    "quote_amendment",
    "quote_buyout",
    "quote_buyout_now",
    "quote_early_return",
    "read_header",
    "read_row",
    "refundable_fen",
    "rent_until_fen",
    "safe_cell",
    "sign",
    "span_parts",
    "starts_on",
    "templates_for",
]

K = TypeVar("K")
V = TypeVar("V")
_CHUNK = 1_000
_MOST_CONTRACTS = 2_000
_MOST_HINTS = 20_000

# A signed version never changes, so a decoded one is good for ever under its hash. `_hints` remembers which hash a
# lease had last: it saves sending the text again, and a wrong hint only costs that.
_decoded: OrderedDict[bytes, Contract] = OrderedDict()
_hints: OrderedDict[int, bytes] = OrderedDict()


async def insert_contract(conn: Conn, lease_id: int, contract: Contract) -> int:
    """Store a signed version, which is in force from now on; its id."""
    return (await store.insert_contracts(conn, [(lease_id, contract)]))[0]


async def insert_contracts(conn: Conn, signed: list[tuple[int, Contract]]) -> list[int]:
    """Store many (lease id, contract), a thousand a statement; ids in the same order."""
    ids: list[int] = []
    for start in range(0, len(signed), _CHUNK):
        ids += await store.insert_contracts(conn, signed[start : start + _CHUNK])
    return ids


class KnownContract(Struct, frozen=True):
    """What this process remembers of a lease's newest contract; `sha256` is empty where it remembers nothing."""

    sha256: bytes = b""
    contract: Contract | None = None


async def contract_in_force(conn: Conn, lease_id: int) -> tuple[int, Contract]:
    """The id and the newest signed version of a lease; Absent before signing."""
    known = known_contract(lease_id)
    row = await store.contract_in_force(conn, lease_id, known.sha256)
    if row is None:
        raise Absent("合同", "contract")
    return int(row["id"]), decoded_contract(lease_id, known, row["contract_sha256"], row["contract"])


def known_contract(lease_id: int) -> KnownContract:
    """Give its hash to a query that may then leave the contract's text out, and it to `decoded_contract`."""
    sha256 = _hints.get(lease_id, b"")
    contract = _decoded.get(sha256)
    return KnownContract() if contract is None else KnownContract(sha256, contract)


def decoded_contract(lease_id: int, known: KnownContract, sha256: bytes, text: str | None) -> Contract:
    """The contract a query answered: `text` is None where the known one is still in force."""
    contract = known.contract if known.sha256 == sha256 else _decoded.get(sha256)
    if contract is None:
        if text is None:
            raise LookupError("a query left out a contract that was not known")
        contract = contract_from_json(text)
    _keep(_decoded, sha256, contract, _MOST_CONTRACTS)
    _keep(_hints, lease_id, sha256, _MOST_HINTS)
    return contract


def _keep(cache: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    cache[key] = value
    cache.move_to_end(key)
    if len(cache) > most:
        cache.popitem(last=False)


async def quote_buyout_now(
    conn: Conn, lease_id: int, settled: int, partly_paid_fen: int, open_late_fees_fen: int, on: date
) -> tuple[int, Quote]:
    """Contract id and buyout quote of a lease on a Beijing day; Absent before signing, Refusal without buyout."""
    contract_id, contract = await contract_in_force(conn, lease_id)
    return contract_id, quote_buyout(contract, settled, partly_paid_fen, open_late_fees_fen, on)
