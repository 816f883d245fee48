"""Background work of disputes: messages to renters, deadlines, printing letters."""

import asyncio
import logging
from pathlib import Path
from typing import Any

from shouwen.features.disputes.printing import print_letter, print_withdrawal
from shouwen.features.disputes.use_cases import asking, keeping, reading
from shouwen.features.people.public import read_renter_secret
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Door
from shouwen.platform.jobs import job

log = logging.getLogger("shouwen.disputes")
TEMPLATE = Path(__file__).with_name("letter.typ")


@job("claim_notice")
async def claim_notice(door: Door, payload: dict[str, Any]) -> None:
    """Send the renter a link; the text holds no personal data."""
    async with door.reads.acquire() as conn:
        secret = await read_renter_secret(conn, int(payload["renter_id"]))
    phone = door.services.cipher.decrypt(secret["phone_cipher"], "phone")
    company = door.services.settings.company_name
    await door.services.sms.send(phone, f"【{company}】{payload['text']}")


@job("advance_claim")
async def advance_claim(door: Door, payload: dict[str, Any]) -> None:
    """Do what a deadline asks for; a claim that has moved on meanwhile needs nothing."""
    try:
        await door.run(keeping.advance_claim, SYSTEM, keeping.AdvanceClaim(payload["claim_ref"]), channel="job")
    except Refusal as refusal:
        log.info("claim %s needs nothing now: %s", payload["claim_ref"], refusal.code)


@job("advance_quarantine")
async def advance_quarantine(door: Door, payload: dict[str, Any]) -> None:
    """Tell the renter that their phone will be released, or release it (QUAR-1)."""
    try:
        command = asking.AdvanceQuarantine(payload["claim_ref"])
        await door.run(asking.advance_quarantine, SYSTEM, command, channel="job")
    except Refusal as refusal:
        log.info("the phone of %s needs nothing now: %s", payload["claim_ref"], refusal.code)


@job("render_letter")
async def render_letter(door: Door, payload: dict[str, Any]) -> None:
    """Print the letter of one decision, keep it, and record it; again after a crash gives the same bytes."""
    claim_ref, round_no = payload["claim_ref"], int(payload["round"])
    decision = await door.run(reading.read_decision, SYSTEM, reading.ReadDecision(claim_ref, round_no), channel="job")
    if decision.letter_ref:
        return
    pdf = await asyncio.to_thread(print_letter, TEMPLATE, decision, door.services.settings.company_name)
    sha256 = await asyncio.to_thread(door.services.storage.put, pdf)
    command = keeping.RecordLetter(claim_ref, decision.decision_ref, sha256.hex(), len(pdf))
    try:
        await door.run(keeping.record_letter, SYSTEM, command, channel="job")
    except Refusal as refusal:
        if refusal.code != "printed_already":
            raise


@job("render_withdrawal")
async def render_withdrawal(door: Door, payload: dict[str, Any]) -> None:
    """Print the letter of a withdrawn claim, keep it, and record it."""
    command = reading.ReadClaim(payload["claim_ref"])
    found = await door.run(reading.read_withdrawal, SYSTEM, command, channel="job")
    if found.letter_ref:
        return
    pdf = await asyncio.to_thread(print_withdrawal, TEMPLATE, found, door.services.settings.company_name)
    sha256 = await asyncio.to_thread(door.services.storage.put, pdf)
    record = keeping.RecordLetter(
        payload["claim_ref"], found.withdrawal_ref, sha256.hex(), len(pdf), "withdrawal_letter"
    )
    try:
        await door.run(keeping.record_letter, SYSTEM, record, channel="job")
    except Refusal as refusal:
        if refusal.code != "printed_already":
            raise
