"""A lease under inspection, a drawn photo, and what edge, worker, relay and sequencer do with an upload."""

from datetime import UTC, date, datetime

import pytest

from shouwen.features.evidence import jobs
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.sequencer import log_key, read_frontier, sequence
from shouwen.features.evidence.types import Purpose
from shouwen.kernel.actor import Actor, Role
from shouwen.mount.demo.draw import LOOKS, View, draw_phone, encode_jpeg
from shouwen.platform.db import connect
from shouwen.platform.relay import drain

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RENTER, STRANGER = Actor(Role.RENTER, 1, "陈*宇"), Actor(Role.RENTER, 2, "马*琳")
INSPECTOR, AGENT, ADMIN = Actor(Role.INSPECTOR, 3, "何波"), Actor(Role.AGENT, 4, "周敏"), Actor(Role.ADMIN, 5, "管理")
LEASE = "ZL-20251130-0417"


@pytest.fixture(scope="module")
def photo():
    """A drawn phone as a camera would write it."""
    picture = draw_phone(View.BACK, next(iter(LOOKS.values())))
    return encode_jpeg(picture, datetime(2026, 11, 18, 6, 2, 11, tzinfo=UTC))


@pytest.fixture
def leased(house, admin_dsn):
    """Two renters; the first has a lease under inspection."""
    cipher = house.door.services.cipher

    async def fill():
        conn = await connect(admin_dsn)
        async with conn.transaction():
            await conn.execute("SELECT set_config('shouwen.act', '1', true)")
            for number, name in ((1, "陈*宇"), (2, "马*琳")):
                phone = f"1990000000{number}"
                await conn.execute(
                    "INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, created_at)"
                    " VALUES ($1, $2, $2, $3, $4, '199****', $5)",
                    f"ZK-{number}", name, cipher.encrypt(phone, "phone"), cipher.lookup(phone, "phone"), NOW,
                )  # fmt: skip
            await conn.execute(
                "INSERT INTO leases (ref, renter_id, state, model, storage, colour, condition_grade, imei, applied_on,"
                " returned_on, created_at) VALUES ($1, 1, 'inspecting', 'iPhone 15 Pro Max', '256G', '原色', '95 新',"
                " '356938035643809', $2, $3, $4)",
                LEASE, date(2025, 11, 30), date(2026, 11, 18), NOW,
            )  # fmt: skip
        await conn.close()

    house.run(fill())
    return house


def act(house, use_case, command, actor=RENTER, **more):
    return house.run(house.door.run(use_case, actor, command, at=NOW, **more))


def upload(house, data, actor=RENTER, purpose=Purpose.STATEMENT, name="IMG_0001.jpg", sha256=""):
    """What edge and worker do with a file, without the network between them."""
    started = act(
        house, evidence.start_upload, evidence.StartUpload(LEASE, purpose, name, len(data), sha256=sha256), actor
    )
    house.door.services.storage.incoming(started.upload_ref).write_bytes(data)
    act(house, evidence.record_chunk, evidence.RecordChunk(started.upload_ref, 0, len(data)), actor)
    upload_id = house.sql("SELECT id FROM uploads WHERE ref = $1", started.upload_ref)[0]["id"]
    house.run(jobs.check_upload(house.door, {"upload_id": upload_id}))
    return act(house, evidence.read_upload, evidence.ReadUpload(started.upload_ref), actor)


def seal_everything(house):
    """What relay and sequencer do within a second."""

    async def go():
        conn = await connect(house.dsn)
        while await drain(conn):
            pass
        frontier = await read_frontier(conn)
        grown = await sequence(conn, frontier, log_key(house.settings), NOW)
        await conn.close()
        return grown

    return house.run(go())
