"""Build a dossier: gather, plan the manifest, have it sealed, assemble the file."""

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path

from shouwen.features.dossiers import files, store
from shouwen.features.dossiers.use_cases import FinishDossier, SealManifest, finish_dossier, seal_manifest
from shouwen.features.evidence.public import (
    MANIFEST_KIND,
    DossierFile,
    DossierParts,
    ManifestSeal,
    SealedEntry,
    SigningKey,
    Stamp,
    TlogProof,
    assemble,
    authority,
    earlier_sizes,
    find_entry,
    log_key,
    manifest_content,
    newest_checkpoint,
    parse_leaf,
    plan_consistency,
    plan_inclusion,
    plan_manifest,
    read_nodes,
    verify_page,
)
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Absent
from shouwen.platform import clock
from shouwen.platform.db import Conn, Row
from shouwen.platform.door import Door
from shouwen.platform.storage import Storage

WAIT_SECONDS = 10.0


async def build_dossier(door: Door, dossier_id: int) -> None:
    """Safe to run again: an interrupted build only leaves one more sealed manifest behind."""
    key = log_key(door.services.settings)
    async with door.reads.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        request = await store.request_of(conn, dossier_id)
        if request["state"] != "preparing":
            return
        parts = await _gather(door, conn, request, key)
    manifest = await asyncio.to_thread(plan_manifest, parts)
    content = {name: str(value) for name, value in manifest_content(manifest).items()}
    await door.run(seal_manifest, SYSTEM, SealManifest(request["ref"], content), channel="job")
    seal = await _wait_for_seal(door, request["ref"], content, earlier_sizes(parts))
    storage = door.services.storage
    sha256, size_bytes = await asyncio.to_thread(_write, storage, request["ref"], parts, manifest, seal)
    try:
        await door.run(finish_dossier, SYSTEM, FinishDossier(dossier_id, sha256, size_bytes), channel="job")
    except Absent:
        return  # another worker finished the same request


async def _gather(door: Door, conn: Conn, request: Row, key: SigningKey) -> DossierParts:
    lease_id, claim_id = request["lease_id"], request["claim_id"]
    thread = await store.thread_of(conn, request["case_id"])
    contracts = await store.contracts_of(conn, lease_id) if lease_id else []
    media = await store.media_of(conn, request["case_id"], lease_id) if lease_id else []
    claim = await store.claim_of(conn, claim_id) if claim_id else None
    rows = await store.entries_of(conn, request["case_id"], lease_id)
    entries = await _prove(conn, rows)
    stamp = await store.newest_stamp(conn)
    tsa = authority(door.services.settings)
    chain = await asyncio.to_thread(tsa.chain_pem) if stamp else b""
    by_subject = {
        row["subject"]: entry.id for row, entry in zip(rows, entries, strict=True) if row["kind"] == "evidence.added"
    }
    # a long thread takes the typesetter seconds, and this loop also relays and seals
    found = await asyncio.to_thread(_documents, request, thread, contracts, media, claim, rows)
    letters = await store.letters_of(conn, claim_id) if claim_id else []
    found += [
        DossierFile(f"decision-{row['round']}.pdf", "裁定书", door.services.storage.path(row["sha256"]))
        for row in letters
    ]
    found += [_original(door.services.storage, row, by_subject.get(row["ref"], "")) for row in media]
    return DossierParts(
        case_ref=request["case_ref"],
        title_zh=f"{request['title']} 证据包",
        made_at=clock.now(),
        key=key.verifier(),
        files=tuple(found),
        entries=tuple(entries),
        stamps=(Stamp(stamp["note"].encode(), stamp["tsr"], chain),) if stamp else (),
        verify_page=verify_page(),
    )


def _documents(
    request: Row, thread: list[Row], contracts: list[Row], media: list[Row], claim: Row | None, entries: list[Row]
) -> list[DossierFile]:
    found = [
        DossierFile("summary.pdf", "概览（PDF）", files.summary_pdf(request, thread, media, entries, claim)),
        DossierFile("thread.html", "往来记录（网页）", files.thread_html(request["title"], thread)),
        DossierFile("thread.json", "往来记录（数据）", files.as_json([dict(row) for row in thread])),
    ]
    if request["statement"]:
        found.append(DossierFile("statement.json", "租客陈述", files.as_json(request["statement"])))
    for row in contracts:
        name = f"contract-v{row['version']}.json"
        title = f"租赁合同第 {row['version']} 版"
        found.append(DossierFile(name, f"{title}（封存的数据）", files.as_json(row["contract"])))
        read = files.contract_html(row["contract"], row["signed_on"], row["contract_sha256"])
        found.append(DossierFile(f"contract-v{row['version']}.html", f"{title}（全文）", read))
    if claim is not None:
        inspection = {"inspection": claim["inspection"], "claim": claim["claim"], "findings": claim["findings"]}
        found.append(DossierFile("inspection.json", "验机报告与索赔", files.as_json(inspection)))
        if claim["decisions"]:
            found.append(DossierFile("decision.json", "裁定书全文与依据", files.as_json(claim["decisions"])))
    return found


def _original(storage: Storage, row: Row, entry_id: str) -> DossierFile:
    extension = files.EXTENSIONS.get(row["mime"], "bin")
    return DossierFile(f"originals/{row['ref']}.{extension}", row["file_name"], storage.path(row["sha256"]), entry_id)


async def _prove(conn: Conn, rows: list[Row]) -> list[SealedEntry]:
    head = await newest_checkpoint(conn)
    if head is None or not rows:
        return []
    plans = [plan_inclusion(row["index"], head["size"]) for row in rows]
    nodes = await read_nodes(conn, list({coord for plan in plans for coord in plan.coords}))
    note = head["note"].encode()
    return [
        _entry(row, TlogProof(row["index"], plan.assemble(nodes), note)) for row, plan in zip(rows, plans, strict=True)
    ]


def _entry(row: Row, proof: TlogProof) -> SealedEntry:
    leaf = parse_leaf(row["leaf"])
    return SealedEntry(leaf.id, leaf.kind, leaf.at, row["salt"], row["content"], proof)


async def _wait_for_seal(
    door: Door, dossier_ref: str, content: Mapping[str, str], sizes: tuple[int, ...]
) -> ManifestSeal:
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            async with door.reads.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
                row = await find_entry(conn, MANIFEST_KIND, dossier_ref, newest=True)
                head = await newest_checkpoint(conn)
                if row is not None and head is not None and row["content"] == content:
                    plans = {size: plan_consistency(size, head["size"]) for size in sizes}
                    nodes = await read_nodes(conn, [coord for plan in plans.values() for coord in plan.coords])
                    consistency = {size: plan.assemble(nodes) for size, plan in plans.items()}
                    return ManifestSeal((await _prove(conn, [row]))[0], consistency)
            await asyncio.sleep(0.1)


def _write(
    storage: Storage, dossier_ref: str, parts: DossierParts, manifest: bytes, seal: ManifestSeal
) -> tuple[bytes, int]:
    part: Path = storage.incoming(dossier_ref)
    with part.open("wb") as out:
        assemble(parts, manifest, seal, out)
    with part.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").digest()
    storage.keep(part, sha256)
    size_bytes = part.stat().st_size
    part.unlink()
    return sha256, size_bytes
