"""`python -m bench.import_child DSN FILE`: one import in a process of its own; prints what it took as JSON."""

import asyncio
import io
import json
import resource
import sys
from pathlib import Path
from time import perf_counter

import uvloop

from bench.ground import FOLDER
from shouwen.features.leases.importing import take_file
from shouwen.features.leases.use_cases.importing import ImportContracts, ReadImport, import_contracts, read_import
from shouwen.mount.import_cli import OPERATOR, read_through
from shouwen.mount.runtime import open_door, open_services
from shouwen.platform.settings import Settings
from shouwen.platform.storage import CHUNK_BYTES


async def _run(dsn: str, path: Path) -> dict[str, object]:
    settings = Settings(data_dir=FOLDER / "data", demo=True)
    async with open_door(dsn, open_services(settings)) as door:
        started = perf_counter()
        with path.open("rb") as file:
            sha256 = take_file(door.services.storage, iter(lambda: file.read(CHUNK_BYTES), b""))
        command = ImportContracts("csv", "旧系统", b"", sha256.hex())
        begun = await door.run(import_contracts, OPERATOR, command, channel="cli")
        await read_through(door, begun, io.StringIO())
        seconds = perf_counter() - started
        report = await door.run(read_import, OPERATOR, ReadImport(begun.import_ref), channel="cli")
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": seconds, "accepted": report.accepted, "peak_mib": used.ru_maxrss / 1024,
        "processor_s": used.ru_utime + used.ru_stime,
    }  # fmt: skip


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(_run(sys.argv[1], Path(sys.argv[2])))))
