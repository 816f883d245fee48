"""The papers of contracts that were placed: printed by the running desk, the stories' first, the rest at ease."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shouwen.mount.demo.seed.agenda import Agenda
from shouwen.mount.demo.seed.leases import Placed
from shouwen.mount.demo.seed.life import record
from shouwen.mount.demo.structs import Company
from shouwen.platform.door import Door
from shouwen.platform.events import Event, Job

EACH = timedelta(seconds=45)  # between two of them, so that the desk keeps its processor


def add_printing(agenda: Agenda, door: Door, company: Company, placed: Sequence[Placed], now: datetime) -> None:
    """A job for each signed contract."""
    first = {company.headline.lease_ref, *(each.lease_ref for each in company.told)}
    signed = [each for each in placed if each.contract is not None]
    signed.sort(key=lambda each: each.lease.ref not in first)
    jobs = tuple(
        Job(
            kind="render_contract",
            key=f"render_contract:{each.lease.ref}:1",
            payload={"lease_ref": each.lease.ref, "version": 1},
            run_at=now + (EACH * nth if each.lease.ref not in first else timedelta(0)),
        )
        for nth, each in enumerate(signed)
    )

    async def ask(at: datetime) -> None:
        event = Event(kind="contracts.to_print", text=f"{len(jobs)} 份合同待打印", jobs=jobs)
        await record(door, at, "print_demo_contracts", (event,))

    agenda.add(now - timedelta(minutes=1), ask)
