"""Whoever looks around in the demo finds every link leading somewhere: each story's renter, the desk at each lease."""

import re
from collections.abc import Iterator

import pytest
from demo_ground import Demo, filled_demo
from visitor import Site

from shouwen.kernel.days import beijing_on
from shouwen.mount.demo.told import told_by_renter
from shouwen.platform.clock import now

LINK = re.compile(r'href="(/[^"#]*)"')
PRINTED = ".pdf"  # a paper is there once the worker has printed it
MOST = 16  # pages of one visitor


@pytest.fixture(scope="module")
def demo(cluster, worker, tmp_path_factory) -> Iterator[Demo]:
    at = now()
    with filled_demo(cluster, f"links_{worker}", tmp_path_factory.mktemp("links"), beijing_on(at), at) as filled:
        yield filled


@pytest.fixture(scope="module")
def site(demo) -> Iterator[Site]:
    opened = Site(demo)
    yield opened
    opened.close()


def around(visitor, first, within):
    """Status of every page reached from `first` by links of `within`, at most MOST of them."""
    found, waiting = {}, [first]
    while waiting and len(found) < MOST:
        path = waiting.pop(0)
        if path in found:
            continue
        answer = visitor.get(path)
        found[path] = answer.status
        if answer.status == 200 and "html" in answer.headers.get("content-type", ""):
            waiting += [
                link.replace("&amp;", "&") for link in LINK.findall(answer.text) if within(link) and PRINTED not in link
            ]
    return found


def leads_nowhere(found):
    return {path: status for path, status in found.items() if status >= 400}


@pytest.mark.parametrize("renter_ref", list(told_by_renter()))
def test_demo_renter_of_a_story_every_link_leads_somewhere(site, renter_ref):
    found = around(site.visitor(renter_ref), "/my", lambda link: link.startswith("/my"))
    assert len(found) > 5
    assert leads_nowhere(found) == {}


@pytest.mark.parametrize("login", ["zhoumin", "tangwei"])
def test_demo_desk_every_lease_of_a_story_opens_with_all_its_links(site, demo, login):
    visitor = site.visitor(login)
    refs = [
        row[0] for row in demo.sql(
            "SELECT l.ref FROM leases l JOIN renters r ON r.id = l.renter_id WHERE r.ref = ANY($1::text[])",
            list(told_by_renter()),
        )
    ]  # fmt: skip
    wrong = {}
    for ref in refs:
        found = around(visitor, f"/desk/leases/{ref}", lambda link, ref=ref: link.startswith(f"/desk/leases/{ref}"))
        wrong |= leads_nowhere(found)
    assert len(refs) == len(told_by_renter())
    assert wrong == {}
