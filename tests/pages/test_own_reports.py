"""What an inspector filed can be read again by its author; what is on the road is not called urgent."""

from datetime import timedelta

import pytest
from claim_ground import NOW, open_claims
from lease_ground import in_act
from msgspec.structs import replace
from test_desk_edges import rail, text_of

from shouwen.platform import clock


@pytest.fixture(autouse=True)
def at_the_desk(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=10))


@pytest.fixture
def claims(web):
    return open_claims(web.house)


def test_filed_report_opens_read_only_for_who_filed_it(web, claims):
    claims.file()
    ref = claims.desk.one("SELECT ref FROM inspections")
    web.log_in(claims.inspector)
    assert f'href="/desk/inspections/{ref}"' in web.get("/desk/inspections").text
    page = web.get(f"/desk/inspections/{ref}")
    said = text_of(page)
    assert page.status_code == 200
    for part in (claims.lease.ref, "痕迹 1", "后盖", "提交时的内容", "待租客确认"):
        assert part in said
    assert 'action="/desk/inspections' not in page.text


def test_filed_report_of_another_inspector_or_for_another_role_is_not_there(web, claims):
    claims.file()
    ref = claims.desk.one("SELECT ref FROM inspections")
    for actor in (claims.agent, claims.specialist, claims.renter):
        web.log_in(actor)
        assert web.get(f"/desk/inspections/{ref}").status_code == 404
    web.log_in(replace(claims.inspector, id=claims.agent.id))  # another inspector
    assert web.get(f"/desk/inspections/{ref}").status_code == 404
    assert f'href="/desk/inspections/{ref}"' not in web.get("/desk/inspections").text


def test_phone_on_the_road_is_neither_urgent_nor_received_nor_counted(web, claims):
    async def set_off(ctx):
        await ctx.conn.execute(
            "UPDATE leases SET state = 'returning', returned_on = NULL WHERE id = $1", claims.lease.id
        )

    web.log_in(claims.inspector)
    assert rail(web.get("/desk/inspections"))[0] == "1"
    in_act(claims.house, set_off)
    assert rail(web.get("/desk/inspections"))[0] == ""
    said = text_of(web.get(f"/desk/inspections/new?lease={claims.lease.ref}"))
    assert "尽快验机" not in said
    assert "还没有签收" in said
    assert "归还途中" in said
