"""Background work of leases: printing contracts, reading imports, letting proposed changes lapse, telling renters."""

import asyncio
from typing import Any

from shouwen.features.contracts.public import contract_versions
from shouwen.features.contracts.types import contract_from_json
from shouwen.features.leases.importing import drop_file
from shouwen.features.leases.printing import print_contract
from shouwen.features.leases.public import access_lease
from shouwen.features.leases.use_cases.amending import LapseAmendment, lapse_amendment
from shouwen.features.leases.use_cases.contracts import RecordPaper, record_paper
from shouwen.features.leases.use_cases.importing import ImportChunk, chunk_key, import_chunk
from shouwen.features.people.public import read_renter_secret
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Door
from shouwen.platform.jobs import job


@job("render_contract")
async def render_contract(door: Door, payload: dict[str, Any]) -> None:
    """Print one signed version, keep it, and record it; again after a crash gives the same bytes."""
    lease_ref, version = str(payload["lease_ref"]), int(payload["version"])
    async with door.reads.acquire() as conn:
        lease = await access_lease(conn, SYSTEM, lease_ref)
        [row] = await contract_versions(conn, lease.id, [version])
    if row["paper_sha256"] is not None:
        return
    contract, company = contract_from_json(row["contract"]), door.services.settings.company_name
    pdf = await asyncio.to_thread(print_contract, contract, lease_ref, row["contract_sha256"].hex(), company)
    sha256 = await asyncio.to_thread(door.services.storage.put, pdf)
    try:
        command = RecordPaper(lease_ref, version, sha256.hex(), len(pdf))
        await door.run(record_paper, SYSTEM, command, channel="job")
    except Refusal as refusal:
        if refusal.code != "printed_already":
            raise


@job("import_chunk")
async def read_on(door: Door, payload: dict[str, Any]) -> None:
    """Bring in the next rows of an import; the act's key makes each chunk happen once, whoever reads it."""
    command = ImportChunk(str(payload["import_ref"]), int(payload["offset"]), int(payload["line"]))
    await door.run(import_chunk, SYSTEM, command, key=chunk_key(command.import_ref, command.offset), channel="job")


@job("drop_import")
async def drop_import(door: Door, payload: dict[str, Any]) -> None:
    """Remove the file of an import that is read to its end, unless another import is still reading the same bytes."""
    async with door.reads.acquire() as conn:
        await drop_file(conn, door.services.storage, str(payload["import_ref"]))


@job("lease_notice")
async def lease_notice(door: Door, payload: dict[str, Any]) -> None:
    """Tell the renter by text message that something waits for them; the text holds no personal data."""
    async with door.reads.acquire() as conn:
        secret = await read_renter_secret(conn, int(payload["renter_id"]))
    phone = door.services.cipher.decrypt(secret["phone_cipher"], "phone")
    await door.services.sms.send(phone, f"【{door.services.settings.company_name}】{payload['text']}")


@job("lapse_amendment")
async def lapse(door: Door, payload: dict[str, Any]) -> None:
    """At the end of its day a change that waits for an answer lapses; an answered one needs nothing."""
    try:
        command = LapseAmendment(str(payload["amendment_ref"]))
        await door.run(lapse_amendment, SYSTEM, command, channel="job")
    except Refusal as refusal:
        if refusal.code == "still_open":
            raise
