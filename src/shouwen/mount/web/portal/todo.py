"""What waits for a renter in their leases, as the first page says it: the same needs that each lease page shows."""

from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from shouwen.features.leases.types import LeaseListRow, LeaseState
from shouwen.features.leases.use_cases.todo import LeaseTodo
from shouwen.kernel.days import beijing_on, end_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClockView, LeaseCardView, NeedView
from shouwen.mount.web.portal.bits import lease_card

_DAY_S = 86_400
_MONTH = timedelta(days=30)
_NEVER = datetime(2100, 1, 1, tzinfo=UTC)


def card(lease: LeaseListRow, todo: LeaseTodo | None, t: Words) -> LeaseCardView:
    """A lease in the list: rents really paid, all that is overdue, or what was agreed and is still to pay."""
    shown = lease_card(lease, t)
    if todo is None:
        return shown
    shown = replace(shown, paid=todo.settled)
    if todo.inspect_by is not None and not lease.overdue:
        day = f"{todo.inspect_by:%m-%d}"
        return replace(shown, next_text=t("{day} 前（含当天）检测完", day=day), next_amount_fen=None)
    if lease.overdue:
        return replace(shown, next_amount_fen=todo.overdue_fen)
    if todo.agreed in ("buyout", "loss") and todo.agreed_fen and todo.pay_by is not None:
        day = f"{todo.pay_by:%m-%d}"
        return replace(shown, next_text=t("{day} 应付", day=day), next_amount_fen=todo.agreed_fen)
    return shown


def todo_needs(lease: LeaseListRow, todo: LeaseTodo, now: datetime, t: Words) -> list[NeedView]:
    """What of one lease waits for its renter."""
    found = (
        _overdue(lease, todo, t), _agreed(lease, todo, t), _change(lease, todo, t), _freeze(lease, todo, t),
        _send_back(lease, todo, t), _ends(lease, todo, beijing_on(now), t), _fees(lease, todo, t),
    )  # fmt: skip
    return [need for need in found if need is not None]


def urgency(need: NeedView) -> tuple[int, datetime]:
    """To sort by: what is late, then by the day it must be done, then the rest."""
    clock = need.clock
    if clock is None:
        return 2, _NEVER
    if clock.until is None:
        return (0, _NEVER) if clock.tone == "red" else (2, _NEVER)
    return 1, clock.until


def _left(on: date, t: Words) -> ClockView:
    return ClockView(t("剩"), end_of(on), amber_below_s=_DAY_S)


def _overdue(lease: LeaseListRow, todo: LeaseTodo, t: Words) -> NeedView | None:
    """Rent that is late: how much in all, since when, and where the working is."""
    if not lease.overdue or lease.next_due_on is None:
        return None
    text = t(
        "{model} 有 {n} 期逾期，最早一期 {day} 应付，租金一共还差 {amount}。有困难可以申请减免或延后。",
        model=lease.model, n=lease.overdue, day=f"{lease.next_due_on:%m-%d}", amount=format_fen(todo.overdue_fen),
    )  # fmt: skip
    clock = ClockView(t("已逾期"), None, "red")
    return NeedView(t("有租金逾期"), text, f"/my/leases/{lease.ref}/overdue", t("看怎么办"), clock)


def _agreed(lease: LeaseListRow, todo: LeaseTodo, t: Words) -> NeedView | None:
    if todo.pay_by is None or not todo.agreed:
        return None
    base, day, amount = f"/my/leases/{lease.ref}", f"{todo.pay_by:%m-%d}", format_fen(todo.agreed_fen)
    if todo.agreed == "early_return":
        text = t("{model} 约定 {day} 前（含当天）寄回。先按清单准备好，再登记寄出。", model=lease.model, day=day)
        return NeedView(t("等您寄回手机"), text, f"{base}/early-return", t("看准备清单"), _left(todo.pay_by, t))
    if not todo.agreed_fen:
        return None
    if todo.agreed == "buyout":
        text = t(
            "{model} 还要付 {amount}，{day} 前（含当天）付清，手机就归您。", model=lease.model, amount=amount, day=day
        )
        return NeedView(t("买断待付款"), text, f"{base}/buyout", t("去付款"), _left(todo.pay_by, t))
    if todo.agreed == "loss":
        text = t("{model} 的遗失结算还要付 {amount}，{day} 前（含当天）付清；找回手机会全部冲销。",
                 model=lease.model, amount=amount, day=day)  # fmt: skip
        return NeedView(t("遗失结算待付款"), text, f"{base}/lost", t("看结算，去付款"), _left(todo.pay_by, t))
    return None


def _change(lease: LeaseListRow, todo: LeaseTodo, t: Words) -> NeedView | None:
    if not todo.change_ref or todo.change_until is None:
        return None
    text = t("{model}：{day} 前（含当天）有效，不确认则合同照旧。",
             model=lease.model, day=f"{todo.change_until:%m-%d}")  # fmt: skip
    href = f"/my/leases/{lease.ref}/changes/{todo.change_ref}"
    return NeedView(t("有一项变更等您确认"), text, href, t("看新旧对照"), _left(todo.change_until, t))


def _freeze(lease: LeaseListRow, todo: LeaseTodo, t: Words) -> NeedView | None:
    if not todo.to_freeze_fen:
        return None
    text = t("合同约定的押金 {amount} 还没有冻结。冻结不是付款，钱还在您的账户里；冻结成功后发货。",
             amount=format_fen(todo.to_freeze_fen))  # fmt: skip
    clock = ClockView(t("冻结后发货"), None, "amber")
    return NeedView(t("等您冻结押金"), text, f"/my/leases/{lease.ref}/hold", t("去冻结押金"), clock)


def _send_back(lease: LeaseListRow, todo: LeaseTodo, t: Words) -> NeedView | None:
    if todo.old_phone_by is not None:
        text = t("{day} 前（含当天）寄出就可以；已经寄出的，不用再做什么。", day=todo.old_phone_by.isoformat())
        href = f"/my/leases/{lease.ref}/swap"
        return NeedView(t("请寄回换下的旧手机"), text, href, t("按清单寄回旧手机"), _left(todo.old_phone_by, t))
    if lease.state is not LeaseState.TERMINATED:
        return None
    text = t("{model} 的合同已经解除，手机请寄回。寄出前按清单备份、退出账号、拍照，对您最有保护。", model=lease.model)
    clock = ClockView(t("合同已解除"), None, "red")
    return NeedView(t("请寄回手机"), text, f"/my/leases/{lease.ref}/return", t("按清单寄回"), clock)


def _ends(lease: LeaseListRow, todo: LeaseTodo, on: date, t: Words) -> NeedView | None:
    last_on = todo.ends_on
    if last_on is None or last_on - on > _MONTH:
        return None
    day = f"{last_on:%m-%d}"
    text = t("{model} 的租期到 {day}。归还、买断、续租各要付多少，先看一眼，不用现在定。", model=lease.model, day=day)
    if last_on < on:
        text = t("{model} 的租期已在 {day} 到期，手机还在您这里。寄回、买断都可以，有困难请转人工。",
                 model=lease.model, day=day)  # fmt: skip
    clock = ClockView(t("剩"), end_of(last_on), amber_below_s=7 * _DAY_S)
    return NeedView(t("租期快到了"), text, f"/my/leases/{lease.ref}/ending", t("看看怎么选"), clock)


def _fees(lease: LeaseListRow, todo: LeaseTodo, t: Words) -> NeedView | None:
    """Late fees alone; beside late rent or in an agreement they are said there."""
    if not todo.fees_fen or lease.overdue or todo.agreed:
        return None
    text = t("{model} 还有 {amount} 违约金没有付。怎么算的、能不能免，账单里都写着。",
             model=lease.model, amount=format_fen(todo.fees_fen))  # fmt: skip
    return NeedView(t("有违约金待付"), text, "/my/bills", t("看账单"))
