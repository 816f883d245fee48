"""Whose pages /my are: what is posted there is the renter's act, never a colleague's."""

import re

from starlette.routing import Route
from test_renter_endings import KEY, desk, hour, rented, site  # noqa: F401 -- fixtures

INVENTED = {
    "line": "rent-8", "amendment_ref": "BG-AAAAAAAAAA", "shipment_ref": "FH-AAAAAAAAAA", "swap_ref": "HJ-AAAAAAAAAA",
    "case_ref": "SW-AAAAAAAAAA", "claim_ref": "DS-AAAAAAAAAA", "template_ref": "MB-12",
}  # fmt: skip


def own_acts(site, lease):  # noqa: F811 -- the fixture's value
    """The address of every form of /my."""
    for route in site.app.routes():
        if isinstance(route, Route) and route.path.startswith("/my") and "POST" in (route.methods or ()):
            path = route.path.replace("{lease_ref}", lease.ref)
            yield re.sub(r"\{(\w+)\}", lambda found: INVENTED[found[1]], path)


def test_post_of_every_own_page_by_a_colleague_is_absent(desk, site):  # noqa: F811 -- fixtures
    lease = rented(desk)
    agent, renter = site.visitor("zhoumin"), site.visitor("ZK-1")
    paths = list(own_acts(site, lease))
    assert len(paths) > 40
    answered = {path: agent.post(path, {"idempotency_key": KEY}).status for path in paths}
    assert {path: status for path, status in answered.items() if status != 404} == {}
    lost = f"/my/leases/{lease.ref}/lost"
    assert lost in paths
    assert renter.post(lost, {"idempotency_key": KEY}).status != 404
