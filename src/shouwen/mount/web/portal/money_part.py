"""What money adds to the renter's page of a lease: what is late, payments, letters. Decided from the file alone."""

from starlette.requests import Request

from shouwen.features.leases.types import LeaseFile
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.lease_views import LeasePart
from shouwen.mount.pages.views import LinkView
from shouwen.mount.web.portal.money_bits import overdue_need


async def money_part(request: Request, file: LeaseFile, t: Words) -> LeasePart:
    """Nothing before signing."""
    if file.contract is None:
        return LeasePart()
    base = f"/my/leases/{file.lease.ref}"
    days = [instalment.days_overdue for instalment in file.instalments if instalment.state == "overdue"]
    return LeasePart(
        need=overdue_need(days, file.lease.ref, t),
        links=(
            LinkView(t("付款和余额"), f"{base}/payments"),
            LinkView(t("代扣协议"), f"{base}/agreement"),
            LinkView(t("函件"), f"{base}/papers"),
        ),
    )
