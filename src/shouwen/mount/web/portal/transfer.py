"""Paying by bank transfer: where to, and what to write so that it is booked to the right lease."""

from starlette.requests import Request

from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView
from shouwen.platform.settings import Settings


def transfer_facts(request: Request, lease_ref: str, t: Words) -> tuple[FactView, ...]:
    """The account as the setting has it and the reference to write; without one, whom to ask."""
    settings: Settings = request.app.state.settings
    if not settings.bank_account:
        return (FactView(t("收款账户"), t("请转人工取得")),)
    return (
        FactView(t("收款账户"), settings.bank_account),
        FactView(t("转账备注"), lease_ref, t("写上租约号，到账后就能对上")),
    )
