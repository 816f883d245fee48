"""A dossier is built by the worker, verifies offline, and is given only to who may see the case."""

import asyncio

import msgspec
import pytest
from evidence_story import ADMIN, AGENT, INSPECTOR, NOW, RENTER, STRANGER, act, seal_everything, upload

from shouwen.features.cases.use_cases import OpenCase, open_case
from shouwen.features.dossiers import jobs
from shouwen.features.dossiers import use_cases as dossiers
from shouwen.features.evidence.dossier.verify import verify_dossier
from shouwen.features.evidence.seals.local_authority import LocalAuthority
from shouwen.features.evidence.sequencer import log_key, read_frontier, sequence, stamp_newest
from shouwen.kernel.errors import Absent
from shouwen.platform.db import connect
from shouwen.platform.relay import drain


@pytest.fixture
def case_ref(leased, photo):
    """A case about the lease, with one photo, everything sealed and timestamped."""
    upload(leased, photo)
    opened = act(
        leased,
        open_case,
        msgspec.convert(
            {"type": "damage_dispute", "lease_ref": "ZL-20251130-0417", "text": "左上角那道划痕签收时就有"}, OpenCase
        ),
    )
    seal_everything(leased)
    leased.run(stamp_newest(leased.door.writes, LocalAuthority(leased.settings.keys_dir / "local-tsa"), NOW))
    return opened.case_ref


def build(house, dossier_ref):
    """The worker's job, with relay and sequencer running beside it."""
    dossier_id = house.sql("SELECT id FROM dossiers WHERE ref = $1", dossier_ref)[0]["id"]

    async def go():
        async def keep_sealing():
            conn = await connect(house.dsn)
            try:
                frontier = await read_frontier(conn)
                while True:
                    await drain(conn)
                    frontier = await sequence(conn, frontier, log_key(house.settings), NOW)
                    await asyncio.sleep(0.05)
            finally:
                await conn.close()

        sealing = asyncio.create_task(keep_sealing())
        await jobs.build(house.door, {"dossier_id": dossier_id})
        sealing.cancel()
        await asyncio.gather(sealing, return_exceptions=True)

    house.run(go())


def test_export_dossier_of_case_verifies_offline(leased, case_ref, photo):
    asked = act(leased, dossiers.export_dossier, dossiers.ExportDossier(case_ref))
    build(leased, asked.ref)
    ready = act(leased, dossiers.open_dossier, dossiers.ReadDossier(asked.ref))
    path = leased.door.services.storage.path(bytes.fromhex(ready.sha256))
    report = verify_dossier(path)
    assert report.problems == ()
    assert report.ok
    assert photo in path.read_bytes()
    data = bytearray(path.read_bytes())
    data[data.find(photo) + 5000] ^= 1
    damaged = verify_dossier(bytes(data))
    assert not damaged.ok
    assert any(problem.path.startswith("originals/") for problem in damaged.problems)


def test_export_dossier_twice_joins_the_one_under_way(leased, case_ref):
    first = act(leased, dossiers.export_dossier, dossiers.ExportDossier(case_ref))
    assert act(leased, dossiers.export_dossier, dossiers.ExportDossier(case_ref)).ref == first.ref


def test_dossier_of_somebody_else_absent(leased, case_ref):
    asked = act(leased, dossiers.export_dossier, dossiers.ExportDossier(case_ref), AGENT)
    build(leased, asked.ref)
    for actor in (STRANGER, INSPECTOR, ADMIN):
        for use_case, command in (
            (dossiers.export_dossier, dossiers.ExportDossier(case_ref)),
            (dossiers.list_dossiers, dossiers.ListDossiers(case_ref)),
            (dossiers.read_dossier, dossiers.ReadDossier(asked.ref)),
            (dossiers.open_dossier, dossiers.ReadDossier(asked.ref)),
        ):
            with pytest.raises(Absent):
                act(leased, use_case, command, actor)
    assert act(leased, dossiers.read_dossier, dossiers.ReadDossier(asked.ref), RENTER).state == "ready"


def test_open_dossier_before_it_is_ready_absent(leased, case_ref):
    asked = act(leased, dossiers.export_dossier, dossiers.ExportDossier(case_ref))
    with pytest.raises(Absent):
        act(leased, dossiers.open_dossier, dossiers.ReadDossier(asked.ref))


def test_open_dossier_is_put_on_record(leased, case_ref):
    asked = act(leased, dossiers.export_dossier, dossiers.ExportDossier(case_ref))
    build(leased, asked.ref)
    act(leased, dossiers.open_dossier, dossiers.ReadDossier(asked.ref), AGENT)
    assert leased.sql("SELECT actor_name FROM journal WHERE kind = 'dossier.downloaded'")[0]["actor_name"] == "周敏"
