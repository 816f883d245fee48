"""The readable files of a dossier: contract, thread, statement, claim, and the PDF that sums them up."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from shouwen.features.evidence.public import canonical
from shouwen.features.evidence.types import PURPOSE_ZH, Purpose
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.kernel.days import beijing_at
from shouwen.kernel.fen import format_fen
from shouwen.platform.db import Row
from shouwen.platform.typeset import set_pdf

SUMMARY = Path(__file__).with_name("summary.typ")
EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "video/mp4": "mp4", "video/webm": "webm",
    "video/quicktime": "mov",
}  # fmt: skip


def plain(value: object) -> object:
    """Dates as ISO text and bytes as hex, so that the canonical form is defined."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else value


def as_json(value: object) -> bytes:
    """Canonical JSON of rows."""
    return canonical(plain(value))


def stamp(at: datetime) -> str:
    """An instant on Beijing's clock."""
    return beijing_at(at).strftime("%Y-%m-%d %H:%M:%S")


def thread_html(title: str, thread: list[Row]) -> bytes:
    """The thread as a plain page that opens anywhere."""
    lines = [
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">',
        '<meta http-equiv="content-security-policy" content="default-src \'none\'">',
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1>",
    ]
    for row in thread:
        who = f"{ROLE_ZH[Role(row['author_role'])]} {row['author_name']}".strip()
        body = "<br>".join(escape(line) for line in row["body"].splitlines())
        lines.append(f"<p><b>{escape(who)}</b> <small>{stamp(row['at'])} · #{row['seq']}</small><br>{body}</p>")
    return "\n".join(lines).encode()


def contract_html(contract: Mapping[str, Any], signed_on: object, sha256: bytes) -> bytes:
    """A version of the contract to read: every clause as it was signed; the JSON beside it is what was hashed."""
    title = f"{contract['title']} 第 {contract['version']} 版"
    rents = zip(contract["due_on"], contract["rents_fen"], strict=True)
    lines = [
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">',
        '<meta http-equiv="content-security-policy" content="default-src \'none\'">',
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1>",
        f"<p>签署日 {escape(str(signed_on))} · 封存时的 SHA-256 {sha256.hex()}</p>",
        *(
            f"<h2>{escape(one['no'])} {escape(one['title'])}</h2><p>{escape(one['text'])}</p>"
            for one in contract["clauses"]
        ),
        "<h2>租金</h2><table><tr><th>期</th><th>应付日</th><th>租金</th></tr>",
        *(
            f"<tr><td>{no}</td><td>{escape(str(on))}</td><td>{format_fen(fen)}</td></tr>"
            for no, (on, fen) in enumerate(rents, start=1)
        ),
        "</table>",
    ]
    return "\n".join(lines).encode()


def summary_pdf(request: Row, thread: list[Row], media: list[Row], entries: list[Row], claim: Row | None) -> bytes:
    """Everything a reader needs first, as PDF."""
    return set_pdf(SUMMARY, summary_of(request, thread, media, entries, claim))


def summary_of(
    request: Row, thread: list[Row], media: list[Row], entries: list[Row], claim: Row | None
) -> dict[str, object]:
    """What the summary says: labels in Chinese, instants on Beijing's clock."""
    facts = [
        ["事项", f"{request['title']}（{request['case_ref']}）"],
        ["租约", f"{request['lease_ref'] or '—'}"],
        ["机型", " ".join(filter(None, (request["model"], request["storage"], request["colour"]))) or "—"],
        ["租客", request["renter_name_masked"]],
        ["首问负责", request["owner_name"] or "—"],
        ["开始", stamp(request["opened_at"])],
    ]
    decisions = [] if claim is None else [_decision(decision) for decision in claim["decisions"]]
    return {
        "title": "证据包",
        "facts": facts,
        "decisions": decisions,
        "thread": [
            [stamp(row["at"]), ROLE_ZH[Role(row["author_role"])], row["author_name"], row["body"]] for row in thread
        ],
        "media": [
            [
                row["ref"],
                PURPOSE_ZH[Purpose(row["purpose"])],
                row["file_name"],
                f"{row['size_bytes']:,}",
                row["sha256"].hex(),
            ]
            for row in media
        ],
        "entries": [[f"#{row['index']}", stamp(row["at"]), str(row["content"].get("text", ""))] for row in entries],
    }


def _decision(decision: dict[str, object]) -> dict[str, object]:
    amount = decision["decided_fen"]
    return {
        "round": decision["round"],
        "by": decision["decided_by_name"],
        "at": stamp(datetime.fromisoformat(str(decision["decided_at"]))),
        "amount": format_fen(int(str(amount))),
    }
