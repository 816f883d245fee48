"""`python -m bench [--only=name,name] [--scale=small|full]`: print a table, write bench/results.json."""

import argparse
import os
import sys
from collections.abc import Callable

from msgspec.structs import replace

from bench import business_day, http_reply, imports, pages, quote, row, sealing, start, upload
from bench.ground import Ground, open_ground, say
from bench.row import Row

# a name stands for all its parts: `sealing` for `sealing.append` and the rest
MEASUREMENTS: dict[str, Callable[[Ground], list[Row]]] = {
    "http_reply": http_reply.measure,
    "case_page": pages.measure_case_page,
    "queue_page": pages.measure_queue_page,
    "web_memory": pages.measure_memory,
    "sealing.append": sealing.measure_append,
    "sealing.proof": sealing.measure_proof,
    "sealing.receipt": upload.measure_receipt,
    "upload": upload.measure_upload,
    "start": start.measure,
    "business_day": business_day.measure,
    "quote": quote.measure,
    "import": imports.measure,
}


def main(argv: list[str]) -> int:
    """Measure what was asked for; 0 whatever the figures say, 2 for a name that does not exist."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--only", default="", metavar="NAME,NAME")
    parser.add_argument("--scale", choices=("small", "full"), default="small")
    arguments = parser.parse_args(argv)
    wanted = [name for name in arguments.only.split(",") if name]
    unknown = [name for name in wanted if not any(_belongs(known, name) for known in MEASUREMENTS)]
    if unknown:
        parser.error(f"no measurement {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    chosen = [name for name in MEASUREMENTS if not wanted or any(_belongs(name, asked) for asked in wanted)]
    small = arguments.scale == "small"
    rows: list[Row] = []
    load = os.getloadavg()[0]
    with open_ground(small) as ground:
        for name in chosen:
            say(f"… {name}")
            command = f"make bench ONLY={name} SCALE={arguments.scale}"
            found = [replace(one, command=command) for one in MEASUREMENTS[name](ground)]
            say(row.table(found))
            rows += found
    print(row.table(rows))
    print(f"\n{os.cpu_count()} cores; load {load:.1f} before, {os.getloadavg()[0]:.1f} after; scale {arguments.scale}")
    row.write(rows)
    return 0


def _belongs(name: str, asked: str) -> bool:
    return name == asked or name.startswith(f"{asked}.") or asked.startswith(f"{name}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
