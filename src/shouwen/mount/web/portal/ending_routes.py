"""The routes of the end of a lease: every weighty act has a page of its own before its button."""

from starlette.routing import Route

from shouwen.features.endings import use_cases as endings
from shouwen.features.leases.use_cases.payments import PayBills, pay_bills
from shouwen.mount.web.acts import act
from shouwen.mount.web.page import page
from shouwen.mount.web.portal import buying, buyout, deposit, early_return, lost, renewal
from shouwen.mount.web.portal import endings as ways

_LEASE = "/my/leases/{lease_ref}"
_PAID = "付款已提交，结果马上显示在这一页"

_buy = act(endings.accept_buyout, endings.AcceptBuyout, buyout.again, f"{_LEASE}/buyout", "买断已确认")
_pay = act(pay_bills, PayBills, buyout.shown, f"{_LEASE}/buyout", _PAID, name="pay_buyout")
_agree_return = act(
    endings.accept_early_return, endings.AcceptEarlyReturn, early_return.confirm_page, f"{_LEASE}/early-return",
    "已约定，按清单准备好再寄出",
)  # fmt: skip
_renew = act(
    endings.accept_renewal, endings.AcceptRenewal, renewal.confirm_page, f"{_LEASE}/renewal", "续租已生效，合同已更新"
)
_report = act(
    endings.report_lost, endings.ReportLost, lost.shown, f"{_LEASE}/lost", "已登记。锁定手机已申请，扣款按规定暂停"
)
_police = act(endings.record_police, endings.RecordPolice, lost.shown, f"{_LEASE}/lost", "报警回执已登记")
_find = act(
    endings.report_found, endings.ReportFound, lost.found_page, f"{_LEASE}/lost", "太好了。租约继续，设备锁已申请解除"
)
_pay_loss = act(pay_bills, PayBills, lost.shown, f"{_LEASE}/lost", _PAID, name="pay_loss")


def routes() -> list[Route]:
    """Buyout, early return, renewal, lost phone, deposit, and the ways side by side."""
    return [
        page("GET", f"{_LEASE}/ending", ways.ending),
        page("GET", f"{_LEASE}/buyout", buyout.buyout),
        page("GET", f"{_LEASE}/buyout/agree", buying.confirm),
        page("POST", f"{_LEASE}/buyout", _buy),
        page("POST", f"{_LEASE}/buyout/payment", _pay),
        page("GET", f"{_LEASE}/buyout/letter", buying.letter),
        page("POST", f"{_LEASE}/heard", buyout.heard),
        page("GET", f"{_LEASE}/early-return", early_return.early_return),
        page("GET", f"{_LEASE}/early-return/agree", early_return.confirm),
        page("POST", f"{_LEASE}/early-return", _agree_return),
        page("GET", f"{_LEASE}/renewal", renewal.renewal),
        page("GET", f"{_LEASE}/renewal/agree", renewal.confirm),
        page("POST", f"{_LEASE}/renewal", _renew),
        page("GET", f"{_LEASE}/lost", lost.lost),
        page("POST", f"{_LEASE}/lost", _report),
        page("POST", f"{_LEASE}/lost/police", _police),
        page("GET", f"{_LEASE}/lost/found", lost.found),
        page("POST", f"{_LEASE}/lost/found", _find),
        page("POST", f"{_LEASE}/lost/payment", _pay_loss),
        page("GET", f"{_LEASE}/deposit", deposit.deposit),
    ]
