"""Which pictures lie in which lease's file, who took them and when: pure, from the company's description."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.disputes.types import ClaimState, Part
from shouwen.features.evidence.types import Purpose
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.actor import Role
from shouwen.kernel.days import start_of
from shouwen.mount.demo.draw.words import LOOKS, Mat, View
from shouwen.mount.demo.photos import BACK_SCRATCH, POSES
from shouwen.mount.demo.structs import Claim, Company, Film, Lease, Shot

LESSOR, INSPECTOR = "songyi", "hebo"  # who photographs phones before shipping, and on their return
INSPECTED_HOUR = 8
FILM_MINUTES = 12
SHOT_SECONDS = 40


class Use(Struct, frozen=True):
    """One picture or film as evidence of one lease. `by` is a staff login, or empty for the lease's renter."""

    key: str
    lease_ref: str
    purpose: Purpose
    part: str
    file_name: str
    taken_at: datetime
    by: str = ""


class MediaPlan(Struct, frozen=True):
    """What to draw, and every use of it in order of time."""

    shots: tuple[Shot, ...]
    films: tuple[Film, ...]
    uses: tuple[Use, ...]


def plan_media(company: Company) -> MediaPlan:
    """The headline's full file; handover, return and inspection pictures of every phone that has come back."""
    shots = {shot.key: shot for shot in (*company.shots, *_before_sending(company))}
    leases = {lease.ref: lease for lease in company.leases}
    hero = leases[company.headline.lease_ref]
    claims = {claim.lease_ref: claim for claim in company.claims}
    uses = _hero_uses(hero, shots)
    for lease in company.leases:
        if lease.ref != hero.ref and lease.state in (LeaseState.INSPECTING, LeaseState.SETTLING):
            uses += _uses(lease, claims.get(lease.ref), shots)
    uses.sort(key=lambda use: use.taken_at)
    used = {use.key for use in uses}
    first = {use.key: n for n, use in reversed(list(enumerate(uses)))}
    ordered = sorted((shot for key, shot in shots.items() if key in used), key=lambda shot: first[shot.key])
    unboxed = [_unboxing(name) for name in LOOKS if opened_film(name) in used]
    films = sorted((film for film in (*company.films, *unboxed) if film.key in used), key=lambda film: first[film.key])
    return MediaPlan(tuple(ordered), tuple(films), tuple(uses))


def unboxing_of(claim: Claim) -> bool:
    """Whether the inspector filmed the unboxing: without it nothing is charged (DMG-1)."""
    return claim.state is not ClaimState.APPRAISAL


def opened_film(look: str) -> str:
    """The key of the short film of a return parcel being opened."""
    return f"{look}.opened"


def _unboxing(look: str) -> Film:
    camera = replace(POSES[View.BACK], pitch=26.0, roll=8.0, seed=95, mat=Mat.GREY)
    return Film(opened_film(look), "", "return", LOOKS[look], camera, (BACK_SCRATCH,))


def clock(on: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant of a Beijing day."""
    return start_of(on) + timedelta(hours=hour, minutes=minute, seconds=second)


def _before_sending(company: Company) -> list[Shot]:
    """What the headline's renter photographed at home before sending the phone back."""
    found = []
    for shot in company.shots:
        if shot.key in ("hero.out.front", "hero.out.back", "hero.out.cameras"):
            camera = replace(
                shot.camera,
                seed=shot.camera.seed + 60,
                mat=Mat.WOOD,
                light=300.0,
                yaw=shot.camera.yaw - 3,
                exposure=1.06,
            )
            found.append(replace(shot, key=shot.key.replace("out", "sent"), camera=camera))
    return found


def _hero_uses(lease: Lease, shots: dict[str, Shot]) -> list[Use]:
    signed, handed, sent, back = lease.signed_on, lease.handed_over_on, lease.returned_on, lease.received_on
    assert signed is not None
    assert handed is not None
    assert sent is not None
    assert back is not None
    out = _series(lease, shots, "hero.out.", Purpose.HANDOVER, clock(signed, 15, 10), LESSOR)
    home = _series(lease, shots, "hero.sent.", Purpose.RETURN, clock(sent, 9, 5), "")
    table = _series(lease, shots, "hero.return.", Purpose.INSPECTION, clock(back, 14, 20), INSPECTOR)
    near = Use("hero.unboxing.near", lease.ref, Purpose.HANDOVER, Part.BACK, "开箱近照.jpg", clock(handed, 19, 26), "")
    return [
        # the close picture of the cameras is the one to compare the back with
        *(replace(use, part=Part.BACK) if use.part == View.CAMERAS else use for use in (*out, *home, *table)),
        near,
        _film(lease, "hero.out.turn", Purpose.HANDOVER, "出库环拍.mp4", clock(signed, 15, 30), LESSOR),
        _film(lease, "hero.unboxing.turn", Purpose.HANDOVER, "开箱环拍.mp4", clock(handed, 19, 22), ""),
        _film(lease, "hero.return.turn", Purpose.INSPECTION, "拆包验机.mp4", clock(back, 14, FILM_MINUTES), INSPECTOR),
    ]


def _uses(lease: Lease, claim: Claim | None, shots: dict[str, Shot]) -> list[Use]:
    signed, sent, back = lease.signed_on, lease.returned_on, lease.received_on
    if signed is None or sent is None or back is None:
        return []
    uses = _series(lease, shots, f"{lease.look}.", Purpose.HANDOVER, clock(signed, 15, 10), LESSOR)
    if claim is None:
        return uses
    uses += _series(lease, shots, f"{lease.look}.", Purpose.RETURN, clock(sent, 9, 5), "")
    for index, finding in enumerate(claim.findings, start=1):
        taken_at = clock(back, INSPECTED_HOUR, 20 + index)
        uses.append(
            Use(finding.shot, lease.ref, Purpose.INSPECTION, finding.part, f"近照{index}.jpg", taken_at, INSPECTOR)
        )
    if unboxing_of(claim):
        filmed_at = clock(back, INSPECTED_HOUR, 5)
        uses.append(_film(lease, opened_film(lease.look), Purpose.INSPECTION, "拆包验机.mp4", filmed_at, INSPECTOR))
    return uses


def _series(
    lease: Lease, shots: dict[str, Shot], prefix: str, purpose: Purpose, begun_at: datetime, by: str
) -> list[Use]:
    """The guided views of one sitting, cameras before the plain back: the closer picture speaks first."""
    sitting = [shot for key, shot in shots.items() if key.startswith(prefix) and not key.endswith("scratched")]
    sitting.sort(key=lambda shot: shot.view != View.CAMERAS)
    names = {view: f"{index:02d}-{view}.jpg" for index, view in enumerate(View, start=1)}
    return [
        Use(
            shot.key,
            lease.ref,
            purpose,
            str(shot.view),
            names[shot.view],
            begun_at + timedelta(seconds=SHOT_SECONDS * nth),
            by,
        )
        for nth, shot in enumerate(sitting)
    ]


def _film(lease: Lease, key: str, purpose: Purpose, file_name: str, taken_at: datetime, by: str) -> Use:
    return Use(key, lease.ref, purpose, "", file_name, taken_at, by)


def role_of(use: Use) -> Role:
    """Whose camera it was."""
    return Role.INSPECTOR if use.by else Role.RENTER
