"""One claim has a second, costly finding, so that its decision needs two persons (AUTH-1) and waits for approval."""

from msgspec.structs import replace

from shouwen.features.disputes.types import ClaimState, FindingKind, Part
from shouwen.mount.demo.draw.optics import place_of
from shouwen.mount.demo.draw.words import LOOKS, Mark, MarkKind, View
from shouwen.mount.demo.photos import close_up
from shouwen.mount.demo.structs import Claim, Company, Finding, Lease, Shot

CRACK = Mark(View.FRONT, MarkKind.CRACK, (52.0, 30.0), (30.0, 62.0), 0.3, 0.9)
NOTE = "屏幕右上一道贯穿裂纹，约 39 mm"


def with_second_finding(company: Company) -> Company:
    """The same company; its claim under review has a cracked screen too."""
    leases = {lease.ref: lease for lease in company.leases}
    under_review = next(claim for claim in company.claims if claim.state is ClaimState.UNDER_REVIEW)
    lease = leases[under_review.lease_ref]
    shot = close_up(f"{lease.look}.cracked", LOOKS[lease.look], View.FRONT, (CRACK,), CRACK, back=True)
    both = replace(under_review, findings=(*under_review.findings, _finding(company, lease, shot)))
    claims: tuple[Claim, ...] = tuple(both if claim is under_review else claim for claim in company.claims)
    return replace(company, claims=claims, shots=(*company.shots, shot))


def _finding(company: Company, lease: Lease, shot: Shot) -> Finding:
    before = next(each for each in company.shots if each.key == f"{lease.look}.front")
    region = place_of(CRACK, shot.view, shot.look, shot.camera, shot.size_px)
    assert region is not None
    return Finding(Part.SCREEN, FindingKind.CRACK, NOTE, 39, 0, CRACK, shot.key, before.key, region)
