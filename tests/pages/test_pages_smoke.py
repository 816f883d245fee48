"""Every page, on a phone and on a desk, light and dark: it answers, complains of nothing and does not move about."""

import re

import pytest
from browsing import DESKTOP, PHONE, Open, Watch
from playwright.sync_api import Page
from small_desk import Desk

SHIFTS = """
window.shifted = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const nodes = entry.sources.map((source) => source.node?.outerHTML?.slice(0, 120));
    if (!entry.hadRecentInput) window.shifted.push([entry.value, nodes]);
  }
}).observe({ type: 'layout-shift', buffered: true });
"""
FAULTS = """() => {
  const faults = [];
  const named = (element) => element.getAttribute('aria-label') || element.getAttribute('aria-labelledby')
    || element.title || element.innerText?.trim() || element.textContent?.trim()
    || element.querySelector('img[alt]:not([alt=""]), [aria-label]');
  const of = (element) => element.outerHTML.slice(0, 100);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`scrolls sideways by ${wide} px`);
  if (!document.documentElement.lang) faults.push('no language');
  if (!document.title.trim()) faults.push('no title');
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main');
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!field.labels?.length && !field.getAttribute('aria-label') && !field.getAttribute('aria-labelledby'))
      faults.push(`no label: ${of(field)}`);
  for (const image of document.querySelectorAll('img:not([alt])')) faults.push(`no alt: ${of(image)}`);
  for (const pressed of document.querySelectorAll('a[href], button, summary'))
    if (!named(pressed)) faults.push(`no name: ${of(pressed)}`);
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`id twice: ${id}`);
  const moved = window.shifted.reduce((sum, [value]) => sum + value, 0);
  if (moved > 0.02) faults.push(`moved by ${moved.toFixed(3)}: ${JSON.stringify(window.shifted)}`);
  return faults;
}"""
SIZES = {"phone": PHONE, "desktop": DESKTOP}
every_look = pytest.mark.parametrize(
    ("size", "theme"), [(size, theme) for size in SIZES for theme in ("light", "dark")]
)  # fmt: skip


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page as it stands."""
    page.evaluate("() => document.fonts.ready")
    return [f"{page.url}: {fault}" for fault in page.evaluate(FAULTS)]


def walk(page: Page, paths: list[str], wanted: int = 200) -> list[str]:
    """Visit every path; all faults together."""
    faults: list[str] = []
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        if answer.status != wanted:
            faults.append(f"{path}: {answer.status}")
        faults += faults_of(page)
    return faults


def refs(desk: Desk) -> dict[str, str]:
    """Things of the company to visit: cases, claims, leases, a piece of evidence, and whose they are."""
    [decided] = desk.sql(
        "SELECT c.ref AS claim, k.ref AS case, l.ref AS lease, r.ref AS renter FROM claims c"
        " JOIN cases k ON k.id = c.case_id JOIN leases l ON l.id = c.lease_id JOIN renters r ON r.id = c.renter_id"
        " WHERE c.state = 'decided' ORDER BY c.id LIMIT 1"
    )
    [awaiting] = desk.sql(
        "SELECT c.ref AS claim, l.ref AS lease, r.ref AS renter FROM claims c JOIN leases l ON l.id = c.lease_id"
        " JOIN renters r ON r.id = c.renter_id WHERE c.state = 'awaiting_renter'"
        " ORDER BY c.filed_at DESC, c.id DESC LIMIT 1"
    )
    [long] = desk.sql(
        "SELECT k.ref AS case, l.ref AS lease, r.ref AS renter FROM cases k JOIN leases l ON l.id = k.lease_id"
        " JOIN renters r ON r.id = k.renter_id ORDER BY k.seq DESC LIMIT 1"
    )
    [waiting] = desk.sql("SELECT ref AS lease FROM leases WHERE state IN ('returning', 'inspecting') LIMIT 1")
    [media] = desk.sql(
        "SELECT m.ref AS media FROM media m JOIN leases l ON l.id = m.lease_id WHERE l.ref = $1 LIMIT 1",
        decided["lease"],
    )
    [buyer] = desk.sql(
        "SELECT l.ref AS lease, r.ref AS renter FROM cases k JOIN leases l ON l.id = k.lease_id"
        " JOIN renters r ON r.id = k.renter_id WHERE k.type = 'buyout_question' AND l.state = 'renting' LIMIT 1"
    )
    named = {
        "decided": decided, "awaiting": awaiting, "long": long, "waiting": waiting, "shown": media, "buyer": buyer,
    }  # fmt: skip
    return {f"{name}.{key}": str(value) for name, row in named.items() for key, value in row.items()}


@every_look
def test_renter_pages_stand_still_and_fit(desk: Desk, open_page: Open, size: str, theme: str) -> None:
    at = refs(desk)
    visits = {
        "decided": [
            "/my", "/my/bills", "/my/cases", "/my/evidence", f"/my/evidence/{at['shown.media']}",
            f"/my/leases/{at['decided.lease']}", f"/my/leases/{at['decided.lease']}/contract",
            f"/my/claims/{at['decided.claim']}", f"/my/cases/{at['decided.case']}",
            f"/my/cases/{at['decided.case']}/decision", f"/my/cases/{at['decided.case']}/dossier",
        ],
        "awaiting": ["/my", f"/my/claims/{at['awaiting.claim']}", f"/my/claims/{at['awaiting.claim']}/statement"],
        "long": ["/my/cases", f"/my/cases/{at['long.case']}", f"/my/leases/{at['long.lease']}"],
        "buyer": [f"/my/leases/{at['buyer.lease']}/buyout", f"/my/leases/{at['buyer.lease']}"],
    }  # fmt: skip
    faults: list[str] = []
    for who, paths in visits.items():
        page = open_page(at[f"{who}.renter"], "/my", SIZES[size], theme=theme, init=SHIFTS)
        faults += walk(page, paths)
        assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert faults == []


@every_look
def test_desk_pages_stand_still_and_fit(desk: Desk, open_page: Open, size: str, theme: str) -> None:
    at = refs(desk)
    case = f"/desk/cases/{at['decided.case']}"
    visits = {
        "zhoumin": [
            *(f"/desk?tab={tab}" for tab in ("mine", "waiting", "unowned", "all")), f"/desk/cases/{at['long.case']}",
            case, f"{case}/timeline", f"{case}/dossier", f"/desk/leases/{at['long.lease']}", "/desk/inspections",
            f"/desk/search?q={at['decided.lease']}", "/desk/approvals", "/api",
        ],
        "lintao": [f"/desk/claims/{at['decided.claim']}", case],
        "hebo": ["/desk/inspections", f"/desk/inspections/new?lease={at['waiting.lease']}"],
        "tangwei": ["/desk/approvals", f"{case}/acts"],
        "guanli": ["/"],
    }  # fmt: skip
    faults: list[str] = []
    for who, paths in visits.items():
        page = open_page(who, "/login", SIZES[size], theme=theme, init=SHIFTS)
        faults += walk(page, paths)
    assert faults == []


@every_look
def test_pages_without_login_and_absent_pages_stand_still_and_fit(
    open_page: Open, watch: Watch, size: str, theme: str
) -> None:
    page = open_page("", "/login", SIZES[size], theme=theme, init=SHIFTS)
    faults = walk(page, ["/login", "/login?tab=staff"])
    watch.expect(404, re.escape("/my/nothing"))
    faults += walk(page, ["/my/nothing"], 404)
    assert faults == []
