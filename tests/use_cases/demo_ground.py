"""The demo on a database of its own, filled once for many tests; pictures are drawn small."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from shouwen.kernel.days import start_of
from shouwen.mount.demo.seed import fill as filling
from shouwen.mount.demo.seed.plan import plan_media
from shouwen.mount.runtime import open_door, open_services
from shouwen.platform.database import APP_ROLE, clone_database
from shouwen.platform.settings import Settings

TODAY = date(2026, 11, 23)
NOW = start_of(TODAY) + timedelta(hours=11, minutes=7)


def small_plan(company):
    """The same uses, drawn small: how pictures look is tested elsewhere."""
    plan = plan_media(company)
    shots = tuple(replace(shot, size_px=(160, 120)) for shot in plan.shots)
    return replace(plan, shots=shots)


class Demo:
    """The filled demo and the door to it."""

    def __init__(self, dsn, settings) -> None:
        self.dsn, self.settings = dsn, settings
        self._loop = asyncio.new_event_loop()
        self._context = open_door(dsn, open_services(settings), min_size=0)
        self.door = self.run(self._context.__aenter__())

    def run(self, work):
        return self._loop.run_until_complete(work)

    def sql(self, query, *args):
        return self.run(self.door.reads.fetch(query, *args))

    def one(self, query, *args):
        return self.sql(query, *args)[0][0]

    def close(self) -> None:
        self.run(self._context.__aexit__(None, None, None))
        self._loop.close()


@contextmanager
def filled_demo(cluster, name, folder, today=TODAY, now=NOW) -> Iterator[Demo]:
    """A demo filled at `now`."""
    asyncio.run(clone_database(cluster, "shouwen_template", name))
    dsn, settings = cluster.dsn(name, APP_ROLE), Settings(data_dir=folder, demo=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "plan_media", small_plan)
        patch.setattr("shouwen.mount.demo.seed.pictures.SHORT_SECONDS", 0.2)
        asyncio.run(filling.fill(settings, dsn, today, now))
    demo = Demo(dsn, settings)
    try:
        yield demo
    finally:
        demo.close()
