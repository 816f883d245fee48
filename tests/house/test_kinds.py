"""What happens is placed: in the renter's dossier, or inside on purpose."""

import re
from pathlib import Path

from shouwen.features.cases.store.page import RENTER_SEES
from shouwen.features.dossiers.store import SHARED_KINDS

FEATURES = Path(__file__).resolve().parents[2] / "src/shouwen/features"
KIND = re.compile(r'"((?:claim|lease)\.[a-z_]+)"')
# Work of ours that says nothing yet to either side: what a specialist marks is no finding before the decision.
INSIDE = {"claim.facts_marked", "claim.escalated", "lease.unit_assigned"}


def emitted():
    """Every kind of event about a claim or a lease that a feature names."""
    return {kind for path in FEATURES.rglob("*.py") for kind in KIND.findall(path.read_text("utf-8"))}


def test_event_of_a_claim_or_lease_is_in_the_dossier_or_inside_on_purpose():
    assert len(emitted()) > 30
    assert emitted() - SHARED_KINDS - INSIDE == set()
    assert SHARED_KINDS.isdisjoint(INSIDE)


def test_event_of_a_claim_that_its_dossier_tells_stands_on_the_renters_timeline():
    """But for readings of a number, and waits that a reminder or the decision tells of."""
    quiet = {"claim.imei_read", "claim.review_on_file", "claim.to_confirm"}
    assert {kind for kind in SHARED_KINDS if kind.startswith("claim.")} - quiet <= set(RENTER_SEES)
