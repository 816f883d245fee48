"""One last day for what was agreed: the bills, the lease and the desk say the day of the agreement."""

from datetime import timedelta

from test_renter_endings import (  # noqa: F401 -- fixtures
    SPECIALIST,
    TODAY,
    at,
    buy,
    desk,
    hour,
    lose,
    rented,
    renter,
    run,
    site,
)

from shouwen.features.endings.use_cases import QuoteLoss, SettleLoss, quote_loss, settle_loss


def pages_of(renter, site, lease):  # noqa: F811
    """Every page that names the bill and its day."""
    own = [renter.get(path).said for path in ("/my/bills", f"/my/leases/{lease.ref}")]
    return [*own, site.visitor("zhoumin").get(f"/desk/leases/{lease.ref}/money").said]


def test_agreed_buyout_is_due_on_the_day_of_the_agreement_and_not_overdue(desk, renter, site, hour):  # noqa: F811
    lease = rented(desk)
    buy(renter, lease)
    hour.now = at(TODAY + timedelta(days=3))
    for said in pages_of(renter, site, lease):
        assert "11-26" in said
        assert "11-23 到期" not in said
        assert "逾期 3 天" not in said
    assert "买断款 待付 ¥4,546.00" in renter.get("/my/bills").said


def test_loss_settlement_is_overdue_only_after_its_last_day(desk, renter, site, hour):  # noqa: F811
    lease = rented(desk)
    lose(renter, lease)
    settled_on = TODAY + timedelta(days=16)
    hour.now = at(settled_on)
    quoted = run(desk.house, quote_loss, SPECIALIST, QuoteLoss(lease.ref), at=hour.now)
    run(desk.house, settle_loss, SPECIALIST, SettleLoss(lease.ref, quoted.amount_fen, quoted.valid_until), at=hour.now)
    hour.now = at(settled_on + timedelta(days=3))
    for said in pages_of(renter, site, lease):
        assert "12-12" in said
        assert "逾期 3 天" not in said
    hour.now = at(settled_on + timedelta(days=4))
    assert "逾期 1 天" in renter.get("/my/bills").said
