"""Before the phone is there: the deposit to freeze and a change to confirm stand on the renter's first page."""

from test_renter_life import (  # noqa: F401 -- fixtures
    Desk,
    asked,
    at_ten,
    offered,
    ordered,
    plan_of,
    signed,
    site,
)


def test_deposit_to_freeze_waits_on_the_first_page(offered, site, monkeypatch):  # noqa: F811
    provided = Desk(offered, monkeypatch)
    ref = signed(offered)[1]
    visitor = site.visitor("ZK-1")
    site.app._inner.state.door.services.payments = provided.payments
    home = visitor.get("/my")
    assert "等您冻结押金" in home.said
    assert f'href="/my/leases/{ref}/hold"' in home.text


def test_change_that_waits_for_a_word_stands_on_the_first_page(ordered, site):  # noqa: F811
    renter = site.visitor("ZK-1")
    where = asked(renter.post(f"/my/leases/{ordered}/changes/plan", plan_of(ordered))).partition("?")[0]
    home = renter.get("/my")
    assert "有一项变更等您确认" in home.said
    assert f'href="{where}"' in home.text
