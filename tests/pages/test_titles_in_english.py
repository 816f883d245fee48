"""Titles of matters in the reader's language, and a chip that says nothing rests where nothing does."""

from datetime import timedelta

import pytest
from claim_ground import NOW, open_claims
from test_desk_edges import send, text_of

from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.types import CaseType
from shouwen.mount.pages.i18n import Words
from shouwen.mount.web.portal.titles import case_title
from shouwen.platform import clock


@pytest.fixture(autouse=True)
def at_the_desk(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=10))


@pytest.fixture
def claims(web):
    return open_claims(web.house)


@pytest.mark.parametrize("kind", CaseType)
def test_title_of_every_type_in_english_keeps_the_phone(kind):
    row = CATALOGUE[kind]
    stored = f"{row.name_zh} · iPhone 15"
    assert (
        case_title(stored, kind, Words("en")) == case_title(stored, None, Words("en")) == f"{row.name_en} · iPhone 15"
    )
    assert case_title(stored, kind, Words("zh")) == stored
    assert case_title(row.name_zh, kind, Words("en")) == row.name_en
    assert case_title("iPhone 15", None, Words("en")) == "iPhone 15"


def test_english_pages_of_a_renter_name_the_matter_in_english(web, claims):
    claims.contested()
    [(ref, kind, title)] = [tuple(row) for row in claims.house.sql("SELECT ref, type, title FROM cases")]
    row = CATALOGUE[CaseType(kind)]
    assert title.startswith(row.name_zh)
    web.log_in(claims.renter)
    web.client.cookies.set("lang", "en")
    for path in ("/my", "/my/cases", f"/my/cases/{ref}", f"/my/cases/{ref}/dossier"):
        page = web.get(path)
        assert page.status_code == 200
        assert row.name_en in text_of(page), path
        assert title not in text_of(page), path
    web.log_in(claims.agent)
    web.client.cookies.set("lang", "en")
    found = web.get(f"/desk/search?q={ref}")
    assert row.name_en in text_of(found)
    assert title not in text_of(found)


def test_chip_of_resting_collection_goes_with_the_claim_it_rested_for(web, claims):
    ref = claims.contested()
    case = claims.desk.one("SELECT ref FROM cases")
    web.log_in(claims.specialist)
    assert "已暂停催收" in text_of(web.get(f"/desk/cases/{case}/header"))
    answer = send(web, f"/desk/claims/{ref}/withdrawal", script=False, reason="出库影像里已有")
    assert answer.status_code == 303
    assert "已暂停催收" not in text_of(web.get(f"/desk/cases/{case}/header"))


def test_photo_beside_another_is_labelled_as_a_time_not_as_an_act(web, claims):
    claims.contested()
    ref = claims.desk.one("SELECT ref FROM claims")
    web.log_in(claims.specialist)
    web.client.cookies.set("lang", "en")
    said = text_of(web.get(f"/desk/claims/{ref}"))
    assert "At inspection" in said
    assert "验机时" not in said


def test_renter_is_told_on_the_first_page_and_the_lease_by_which_day_we_must_inspect(web, claims):
    web.log_in(claims.renter)
    assert "11-25 前（含当天）检测完" in text_of(web.get("/my"))  # back on the 22nd, three days
    lease = text_of(web.get(f"/my/leases/{claims.lease.ref}"))
    assert "2026-11-25 前（含当天）检测完" in lease
