"""The whole demo company from a seed and a day: pure, the same for the same arguments."""

from datetime import date
from random import Random

from msgspec.structs import replace

from shouwen.features.cases.types import CaseType
from shouwen.features.disputes.types import ClaimState, FindingKind, Part
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.fen import format_fen
from shouwen.mount.demo import photos
from shouwen.mount.demo.cases import invent_cases
from shouwen.mount.demo.catalogue import MODELS, RENTERS, STAFF
from shouwen.mount.demo.draw.optics import place_of
from shouwen.mount.demo.draw.words import LOOKS, Mark, Mat, View
from shouwen.mount.demo.leases import BEFORE_RENT, invent_leases
from shouwen.mount.demo.names import invent_renters
from shouwen.mount.demo.structs import Case, Claim, Company, Film, Finding, Headline, Lease, Shot

SCRATCH_FEN, BACK_SCRATCH_FEN = 32_000, 26_000
NOTE = "后盖左上、摄像头旁有一道细划痕，约 12 mm"


class Dice(Random):
    """Repeatable chance for invented data, never for secrets."""


def build_company(seed: int, today: date) -> Company:
    """120 renters, 200 leases, 60 cases, eight claims and the pictures they need, relative to `today`."""
    rng = Dice(seed)
    renters = invent_renters(rng, RENTERS, today)
    leases = invent_leases(rng, RENTERS, today)
    claim_fen = format_fen(BACK_SCRATCH_FEN)
    words = {
        "finding": f"后盖右侧有一道约 18 mm 的划痕，主张 {claim_fen}",
        "finding_short": "那道划痕",
        "claim": claim_fen,
    }
    cases = invent_cases(rng, leases, renters, today, words)
    shots = {shot.key: shot for shot in _shots(leases[0])}
    leases = tuple(_with_shots(lease) for lease in leases)
    by_ref = {lease.ref: lease for lease in leases}
    return Company(
        today=today,
        staff=STAFF,
        renters=renters,
        models=MODELS,
        leases=leases,
        cases=cases,
        claims=_claims(cases, by_ref, shots, leases, today),
        shots=tuple(shots.values()),
        films=_films(leases[0]),
        headline=Headline(
            leases[0].ref,
            leases[0].renter,
            _finding(
                photos.OLD_SCRATCH, SCRATCH_FEN, NOTE, 12, shots["hero.return.cameras"], shots["hero.out.cameras"]
            ),
        ),
    )


def _shots(hero: Lease) -> list[Shot]:
    look, mark = LOOKS[hero.look], photos.OLD_SCRATCH
    shots = [*photos.common_shots()]
    shots += photos.full_set("hero.out", look, (mark,), hero.imei, back=False)
    shots += photos.full_set("hero.return", look, (mark,), hero.imei, back=True)
    shots.append(photos.close_up("hero.unboxing.near", look, View.BACK, (mark,), mark, back=False))
    scratch = photos.BACK_SCRATCH
    for name, each in LOOKS.items():
        shots.append(photos.close_up(f"{name}.scratched", each, View.BACK, (scratch,), scratch, back=True))
    return shots


def _with_shots(lease: Lease) -> Lease:
    """The headline has its full sets; others share their colour's pictures."""
    if lease.state in BEFORE_RENT:
        return lease
    views = tuple(photos.POSES) if lease.renter == 1 and lease.look == "natural_titanium" else photos.COMMON
    hero = len(views) > len(photos.COMMON)
    out = tuple(f"hero.out.{view}" if hero else f"{lease.look}.{view}" for view in views)
    back = tuple(f"hero.return.{view}" if hero else f"{lease.look}.{view}" for view in views)
    return replace(lease, handover_shots=out, return_shots=back if lease.returned_on else ())


def _finding(mark: Mark, price_fen: int, note: str, length_mm: int, shot: Shot, before: Shot) -> Finding:
    """A finding whose region comes from the drawing's own geometry."""
    region = place_of(mark, shot.view, shot.look, shot.camera, shot.size_px)
    assert region is not None, f"{shot.key} does not show the mark"
    return Finding(Part.BACK, FindingKind.SCRATCH, note, length_mm, price_fen, mark, shot.key, before.key, region)


def _claims(
    cases: tuple[Case, ...],
    leases: dict[str, Lease],
    shots: dict[str, Shot],
    ordered: tuple[Lease, ...],
    today: date,
) -> tuple[Claim, ...]:
    """Six contested ones in their stages, one awaiting the renter, one accepted."""
    damage = [case for case in cases if case.type == CaseType.DAMAGE_DISPUTE]
    stages = (
        ClaimState.CONTESTED,
        ClaimState.UNDER_REVIEW,
        ClaimState.APPRAISAL,
        ClaimState.DECIDED,
        ClaimState.APPEALED,
        ClaimState.SETTLED,
    )
    claims = [
        _claim(leases[case.lease_ref], state, shots, today, case.key)
        for case, state in zip(damage, stages, strict=True)
    ]
    taken = {claim.lease_ref for claim in claims}
    # the latest arrivals: the renter still has days to answer
    rest = sorted(
        (lease for lease in ordered[1:] if lease.state == LeaseState.INSPECTING and lease.ref not in taken),
        key=lambda lease: lease.received_on or today,
        reverse=True,
    )
    claims.append(_claim(rest[0], ClaimState.AWAITING_RENTER, shots, today, 0))
    claims.append(_claim(rest[1], ClaimState.ACCEPTED, shots, today, 0))
    return tuple(claims)


def _claim(lease: Lease, state: ClaimState, shots: dict[str, Shot], today: date, case_key: int) -> Claim:
    note = "后盖右侧有一道划痕，约 18 mm"
    finding = _finding(
        photos.BACK_SCRATCH,
        BACK_SCRATCH_FEN,
        note,
        18,
        shots[f"{lease.look}.scratched"],
        shots[f"{lease.look}.back"],
    )
    filed_on = lease.received_on or today
    claim = Claim(lease.ref, state, (finding,), filed_on, case_key)
    if state in (ClaimState.DECIDED, ClaimState.APPEALED):
        reason = "出库影像同处清晰、无痕；归还影像可见新痕，超出合同损耗范围，按价目表、市场维修价与机值取最低者。"
        return replace(claim, decided_on=today, charge_fen=18_000, rule="DMG-8", reason=reason)
    if state == ClaimState.SETTLED:
        reason = "在 30 厘米自然光下不可见，属于合同约定的正常损耗。"
        return replace(claim, decided_on=today, rule="DMG-6", reason=reason)
    return claim


def _films(hero: Lease) -> tuple[Film, ...]:
    look, marks = LOOKS[hero.look], (photos.OLD_SCRATCH,)
    pose = replace(photos.POSES[View.BACK], pitch=24.0, roll=0.0)
    return (
        Film("hero.out.turn", hero.ref, "handover", look, replace(pose, seed=90), marks),
        Film("hero.unboxing.turn", hero.ref, "unboxing", look, replace(pose, seed=91, mat=Mat.CLOTH), marks),
        Film("hero.return.turn", hero.ref, "return", look, replace(pose, seed=92, mat=Mat.GREY), marks),
    )
