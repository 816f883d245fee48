"""The desk's lists beside cases and leases: arrears, stock, payments, imports, business days; who may see which."""

import base64
import re

import pytest
from visitor import Site

# isort: split
from case_ground import open_desk
from lease_ground import NOW, add_lease, run
from stock_ground import IMEIS, stock_up
from test_imports import csv_bytes, row

from shouwen.features.business_day.use_cases import StartDay, start_day
from shouwen.features.leases.use_cases import importing
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.platform import clock

KEY = "a-key-of-one-form"
LISTS = ("arrears", "stock", "payments", "imports", "days")


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    """Ten in the morning of a working Monday, wherever and whenever the tests run."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("zhoumin", {"arrears", "stock"}),
        ("lin", {"arrears", "stock", "payments"}),
        ("gu", {"arrears", "stock", "payments", "imports", "days"}),
        ("he", {"stock"}),
        ("adm", {"imports", "days"}),
    ],
)
def test_lists_are_there_for_those_who_may_see_them_and_for_nobody_else(desk, site, who, sees):
    visitor = site.visitor(who)
    found = {name for name in LISTS if visitor.get(f"/desk/{name}").status == 200}
    assert found == sees
    page = visitor.get(f"/desk/{min(sees)}")
    assert {name for name in LISTS if f'href="/desk/{name}"' in page.text} == sees
    assert visitor.get("/desk/work").status == 303


def test_lists_of_the_desk_are_absent_for_a_renter(desk, site):
    renter = site.visitor(desk.one("SELECT ref FROM renters WHERE id = $1", desk.renter.id))
    assert {renter.get(f"/desk/{name}").status for name in (*LISTS, "work")} == {404}


def test_arrears_stand_by_age_and_lead_to_the_lease(desk, site):
    lease = add_lease(desk.house, desk.renter, no=7, paid=2)
    page = site.visitor("zhoumin").get("/desk/arrears")
    assert lease.ref in page.said
    assert f'href="/desk/leases/{lease.ref}/arrears"' in page.text
    days = int(re.search(r"(\d+) 天 \d\d-\d\d 第 3 期起", page.said)[1])
    band = max(first for first in (1, 31, 61, 91) if first <= days)
    for first in (1, 31, 61, 91):
        listed = lease.ref in site.visitor("zhoumin").get(f"/desk/arrears?bucket={first}").said
        assert listed == (first == band)
    assert site.visitor("zhoumin").get("/desk/arrears?bucket=7").status == 422


def test_phones_are_found_taken_in_and_moved(desk, site):
    stock_up(desk.house, IMEIS[0])
    keeper = site.visitor("he")
    page = keeper.get("/desk/stock")
    assert IMEIS[0] in page.said
    lines = f"{IMEIS[1]},iPhone 15 Pro,256G,原色\n"
    taken = keeper.post("/desk/stock", {"lines": lines, "idempotency_key": KEY})
    assert (taken.status, taken.headers["location"]) == (303, "/desk/stock?done=register_units")
    assert "已登记入库" in keeper.get(taken.headers["location"]).said
    assert keeper.post("/desk/stock", {"lines": lines, "idempotency_key": KEY}).status == 303
    assert desk.one("SELECT count(*) FROM device_units") == 2
    ref = desk.one("SELECT ref FROM device_units WHERE imei = $1", IMEIS[1])
    moved = keeper.post(
        f"/desk/stock/{ref}/moves", {"act": "to_repair", "why": "听筒无声", "idempotency_key": "k-2-long"}
    )
    assert moved.status == 303
    assert desk.one("SELECT state FROM device_units WHERE ref = $1", ref) == "repair"


def test_phone_written_wrongly_is_refused_with_its_line_and_stays_typed(desk, site):
    keeper = site.visitor("he")
    answer = keeper.post("/desk/stock", {"lines": "356938035643808,iPhone 15", "idempotency_key": KEY})
    assert answer.status == 422
    assert "IMEI 校验位不对" in answer.said
    assert "356938035643808,iPhone 15" in answer.text
    short = keeper.post("/desk/stock", {"lines": "只有型号", "idempotency_key": "k-2-long"})
    assert (short.status, "第 1 行要有 IMEI 和型号" in short.said) == (422, True)
    assert desk.one("SELECT count(*) FROM device_units") == 0


def test_move_that_is_not_possible_says_what_is(desk, site):
    stock_up(desk.house, IMEIS[0])
    ref = desk.one("SELECT ref FROM device_units")
    keeper = site.visitor("he")
    answer = keeper.post(f"/desk/stock/{ref}/moves", {"act": "restock", "idempotency_key": KEY})
    assert (answer.status, "现在可以" in answer.said) == (409, True)


def test_payments_page_says_when_there_is_nothing(desk, site):
    assert "没有要处理的付款" in site.visitor("lin").get("/desk/payments").said


def bring(visitor, content, key=KEY, **more):
    fields = {"source": "旧系统", "format": "csv", "idempotency_key": key, **more}
    if content is not None:
        fields["file_base64"] = base64.b64encode(content).decode()
    return visitor.post("/desk/imports", fields)


def test_file_goes_in_row_by_row_and_its_refused_rows_can_be_fetched(desk, site):
    visitor = site.visitor("gu")
    sent = bring(visitor, csv_bytes(row(1), row(2, external_no="=cmd"), row(3), encoding="gbk"))
    assert sent.status == 303
    href = sent.headers["location"]
    assert "刷新可看进度" in visitor.get(href).said
    ref = href.rpartition("/")[2]
    run(desk.house, importing.import_chunk, SYSTEM, importing.ImportChunk(ref), key=importing.chunk_key(ref, 0))
    page = visitor.get(href)
    assert "3 行：新增 2，已有 0，退回 1" in page.said
    assert len(re.findall(r'href="/desk/leases/ZL-', page.text)) == 2
    only = visitor.get(f"{href}?show=refused")
    assert "看租约" not in only.said
    file = visitor.get(f"{href}/refused.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert "'=cmd" in file.body.decode("utf-8-sig")
    assert "旧系统" in visitor.get("/desk/imports").said


def test_import_without_a_file_keeps_what_was_typed(desk, site):
    visitor = site.visitor("gu")
    answer = bring(visitor, None)
    assert (answer.status, "还没有选择文件" in answer.said) == (422, True)
    assert 'value="旧系统"' in answer.text
    pasted = bring(visitor, None, lines="a,b\n1,2\n")
    assert pasted.status == 422
    assert "a,b\n1,2" in pasted.text
    assert desk.one("SELECT count(*) FROM imports") == 0


def test_business_day_shows_every_step_and_how_far_it_is(desk, site):
    visitor = site.visitor("gu")
    assert "还没有跑过业务日" in visitor.get("/desk/days").said
    on = beijing_on(NOW)
    desk.house.run(desk.house.door.run(start_day, SYSTEM, StartDay(on), at=NOW))
    page = visitor.get("/desk/days")
    assert f"{on.isoformat()} 的每一步" in page.said
    assert "进行中" in page.said
    assert re.search(r"\b0/\d+", page.said)
    assert visitor.get("/desk/days/2031-01-01").status == 404
    assert visitor.get("/desk/days/nonsense").status == 404
