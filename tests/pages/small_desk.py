"""A small demo company in a database of its own, and the web and worker processes that serve it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import cv2
from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.cases.types import CaseType
from shouwen.features.disputes.types import ClaimState
from shouwen.kernel.days import beijing_on
from shouwen.mount.demo.company import build_company
from shouwen.mount.demo.draw import draw_phone, draw_video, stamp_jpeg
from shouwen.mount.demo.seed.fill import SEED, fill_company
from shouwen.mount.demo.seed.plan import MediaPlan, plan_media
from shouwen.mount.demo.structs import Company
from shouwen.platform.clock import now
from shouwen.platform.settings import Settings

SIZE_PX = (800, 600)
HERO_SHOTS = ("hero.out.cameras", "hero.out.back", "hero.out.front", "hero.unboxing.near")
PER_TYPE = 3  # cases of each type that the queue keeps


class Desk(Struct, frozen=True):
    """The running desk as a test sees it: where it is, what it knows, who plays."""

    url: str
    dsn: str
    company: Company
    files: Path

    @property
    def hero(self) -> Any:
        """陈思宇's lease, back and waiting for its inspection."""
        return self.company.leases[0]

    @property
    def hero_phone(self) -> str:
        """Where the log-in code goes."""
        return self.company.renters[0].phone

    def sql(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Read anything, past the door."""

        async def ask() -> list[asyncpg.Record]:
            conn = await asyncpg.connect(self.dsn)
            try:
                return await conn.fetch(query, *args)
            finally:
                await conn.close()

        with ThreadPoolExecutor(1) as aside:  # the browser's own event loop has this thread
            return aside.submit(asyncio.run, ask()).result()


def small_company() -> Company:
    """The demo company cut down: the headline, some cases of each type, one claim decided, two with their renter."""
    whole = build_company(SEED, beijing_on(now()))
    decided = tuple(each for each in whole.claims if each.state is ClaimState.DECIDED)
    # two that wait for their renter: one is played, one is looked at
    open_still = (ClaimState.AWAITING_RENTER, ClaimState.ACCEPTED)
    awaiting = tuple(each for each in whole.claims if each.state in open_still)
    claims = (*decided, *(replace(each, state=ClaimState.AWAITING_RENTER) for each in awaiting))
    cases, seen = [], dict[CaseType, int]()
    for case in whole.cases:
        seen[case.type] = seen.get(case.type, 0) + 1
        damage = case.type is CaseType.DAMAGE_DISPUTE
        if (
            case.key in {claim.case_key for claim in claims}
            if damage
            else seen[case.type] <= PER_TYPE or case.key == 10
        ):
            cases.append(case)
    wanted = {whole.headline.lease_ref, *(case.lease_ref for case in cases), *(claim.lease_ref for claim in claims)}
    leases = tuple(lease for lease in whole.leases if lease.ref in wanted)
    return replace(whole, leases=leases, cases=tuple(cases), claims=claims)


def small_plan(company: Company) -> MediaPlan:
    """Little pictures, and of the headline only the handover side: the story brings the rest."""
    plan = plan_media(company)
    claimed = {claim.lease_ref for claim in company.claims}
    uses = tuple(use for use in plan.uses if use.lease_ref in claimed or use.key in HERO_SHOTS)
    keys = {use.key for use in uses}
    shots = tuple(replace(shot, size_px=SIZE_PX) for shot in plan.shots if shot.key in keys)
    return replace(plan, uses=uses, shots=shots, films=tuple(film for film in plan.films if film.key in keys))


def draw_files(company: Company, folder: Path) -> None:
    """What people bring to the story: the inspector's close photo and unboxing, the renter's photo and video."""
    folder.mkdir(parents=True, exist_ok=True)
    shots = {shot.key: shot for shot in company.shots}
    films = {film.key: film for film in company.films}
    for name, key in (("近照.jpg", "hero.return.cameras"), ("签收开箱.jpg", "hero.unboxing.near")):
        shot = shots[key]
        picture = draw_phone(shot.view, shot.look, shot.marks, replace(shot.camera, seed=7), (1280, 960), shot.imei)
        plain = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
        (folder / name).write_bytes(stamp_jpeg(plain, now()))
    for name, key in (("拆包验机.mp4", "hero.return.turn"), ("开箱环拍.mp4", "hero.unboxing.turn")):
        film = films[key]
        video = draw_video(film.look, film.marks, film.camera, seconds=1.5, fps=10, size_px=(640, 480))
        (folder / name).write_bytes(video)


@contextmanager
def running(settings: Settings, dsn: str) -> Iterator[str]:
    """The web and worker processes as `shouwen up` starts them, on a free port; gives the address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        port = listener.getsockname()[1]
        environ = {
            **os.environ,
            "SHOUWEN_DSN": dsn,
            "SHOUWEN_PARENT": str(os.getpid()),
            "SHOUWEN_DATA": str(settings.data_dir),
            "SHOUWEN_PORT": str(port),
            "SHOUWEN_DEMO": "1",
        }
        log = (settings.data_dir / "desk.log").open("ab")
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "shouwen.mount.child", *command],
                env=environ,
                pass_fds=(listener.fileno(),) if command[0] == "web" else (),
                start_new_session=True,
                stdout=log,
                stderr=log,
            )
            for command in (["worker"], ["web", str(listener.fileno())])
        ]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            for process in started:
                process.send_signal(signal.SIGTERM)
            for process in started:
                process.wait(10)
            log.close()


def fill_small(settings: Settings, dsn: str) -> Company:
    """Fill a fresh database with the small company; its pictures are drawn once a session."""
    company = small_company()
    asyncio.run(fill_company(settings, dsn, company, small_plan(company), now()))
    return company
