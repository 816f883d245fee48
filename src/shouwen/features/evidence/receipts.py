"""The receipt of one entry of the sealed log: leaf, content, salt and a proof against the newest signed head."""

from datetime import datetime

from shouwen.features.evidence import store
from shouwen.features.evidence.seals.leaf import SALT_BYTES
from shouwen.features.evidence.seals.tlog_proof import TlogProof
from shouwen.features.evidence.seals.tree import plan_inclusion
from shouwen.features.evidence.sequencer import log_key
from shouwen.features.evidence.types import Receipt
from shouwen.kernel.errors import Refusal
from shouwen.platform.db import Conn, Row
from shouwen.platform.settings import Settings


async def receipt_of(conn: Conn, settings: Settings, entry: Row | None) -> Receipt:
    """Verifiable offline (EVI-1). Refusal `not_sealed_yet` while the entry or the head over it is not written."""
    head = await store.newest_checkpoint(conn)
    if entry is None or head is None or head["size"] <= entry["index"]:
        raise Refusal(
            "not_sealed_yet", "正在封存，请稍候", "being sealed, a moment please", status=409,
            remedy_zh="一般在 2 秒内完成", remedy_en="usually done within two seconds",
        )  # fmt: skip
    plan = plan_inclusion(entry["index"], head["size"])
    hashes = plan.assemble(await store.read_nodes(conn, plan.coords))
    stamp = await conn.fetchval(
        "SELECT authority FROM log_timestamps WHERE size > $1 ORDER BY size LIMIT 1", entry["index"]
    )
    at: datetime = entry["at"]
    return Receipt(
        receipt_no=entry["index"],
        kind=entry["kind"],
        at=at,
        sealed_at=entry["sealed_at"],
        leaf=entry["leaf"].decode(),
        content=entry["content"],
        salt_hex=(entry["salt"] or bytes(SALT_BYTES)).hex(),
        proof=TlogProof(entry["index"], hashes, head["note"].encode()).data().decode(),
        vkey=log_key(settings).verifier().text(),
        timestamped_by=stamp or "",
    )
