"""Words and rows that the desk's money and arrears pages share."""

from shouwen.features.leases.by_hand import first_key
from shouwen.features.leases.store.book import BookedBy
from shouwen.features.money.public import BillLine, bill_no_of
from shouwen.features.money.types import CHARGE_ZH, ChargeKind, EntryKind
from shouwen.features.papers.types import PaperLine
from shouwen.features.payments.types import OrderState
from shouwen.features.people.public import PowerLeft
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import PillView, Tone
from shouwen.mount.web.desk.money_views import BookRowView, PaperRowView

LINE_STATE: dict[str, tuple[str, Tone]] = {
    "paid": ("已结清", "moss"),
    "open": ("未到期", "plain"),
    "overdue": ("逾期", "red"),
}
ORDER_STATE: dict[OrderState, tuple[str, Tone]] = {
    OrderState.OPEN: ("渠道处理中", "plain"),
    OrderState.DONE: ("已完成", "moss"),
    OrderState.NOT_DONE: ("未办成", "amber"),
    OrderState.DISPUTED: ("金额不符，待核对", "red"),
}
FAULT = {
    "balance": "租客账户余额不足",
    "limit": "超过租客账户的支付限额",
    "account": "租客账户目前不能付款",
    "agreement": "代扣协议已失效",
    "hold": "冻结的押金不够",
    "risk": "渠道风控没有放行",
    "platform": "渠道或银行一侧失败，逾期可按 LATE-5 撤销",
    "ours": "我们一侧失败，逾期可按 LATE-5 撤销",
}
ENTRY_ZH = {
    EntryKind.CHARGE: "收费",
    EntryKind.PAYMENT: "收款",
    EntryKind.WAIVER: "减免",
    EntryKind.WRITE_OFF: "核销",
    EntryKind.HOLD: "押金冻结",
    EntryKind.CAPTURE: "押金转支付",
    EntryKind.RELEASE: "押金解冻",
    EntryKind.REVERSAL: "撤销入账",
    EntryKind.ACCRUAL: "违约金新增",
    EntryKind.ADJUSTMENT: "金额调减",
    EntryKind.ALLOCATION: "余额抵付",
    EntryKind.RECOVERY: "收回核销款",
    EntryKind.REFUND: "余额退款",
    EntryKind.CLOSING: "并入另一笔",
}


def line_label(kind: ChargeKind, no: int, t: Words) -> str:
    """`第 3 期租金`; what is not counted by instalments by its name."""
    if kind is ChargeKind.RENT:
        return t("第 {n} 期租金", n=no)
    if kind is ChargeKind.LATE_FEE:
        return t("第 {n} 期违约金", n=no)
    name = t(CHARGE_ZH[kind])
    return name if no <= 1 else f"{name} {no}"


def book_row(lease_ref: str, line: BillLine, t: Words) -> BookRowView:
    """A line of the book, linked to its page."""
    text, tone = LINE_STATE[line.state]
    if not line.outstanding_fen and any(entry.kind is EntryKind.CLOSING for entry in line.entries):
        text, tone = "已并入另一笔", "plain"  # neither paid nor waived: it ended in a buyout or a settlement
    late = ""
    if line.days_overdue:
        late = t("未付") if line.kind is ChargeKind.LATE_FEE else t("逾期 {n} 天", n=line.days_overdue)
    return BookRowView(
        label=line_label(line.kind, line.no, t),
        href=f"/desk/leases/{lease_ref}/money/lines/{bill_no_of(line.kind, line.no)}",
        state=PillView(late or t(text), tone),
        due_on=line.due_by,
        clause=line.clause,
        amount_fen=line.amount_fen,
        paid_fen=line.paid_fen,
        waived_fen=line.waived_fen,
        written_off_fen=line.written_off_fen,
        outstanding_fen=line.outstanding_fen,
    )


def who_of(one: BookedBy, t: Words) -> str:
    """Who made an entry: a colleague by name, else the role."""
    name = one.name or t(ROLE_ZH[one.role])
    return t("{name}（审批同意）", name=name) if one.after_approval else name


def why_of(one: BookedBy) -> str:
    """What the journal says after the colon: the reason alone, else all of it."""
    _, colon, why = one.said.partition("：")
    return why if colon and one.role is not Role.SYSTEM else one.said


def undo_href(lease_ref: str, key: str) -> str:
    """Where an entry is taken back."""
    return f"/desk/leases/{lease_ref}/money/undo?entry={first_key(key)}"


def approvers(role: Role | None, people: int, t: Words) -> str:
    """`高级专员`, or `两位主管`."""
    if role is None:
        return ""
    name = t(ROLE_ZH[role])
    return name if people == 1 else t("两位{role}", role=name)


def power_text(power: PowerLeft, t: Words) -> str:
    """What is left of one's power, and who agrees beyond it (AUTH-1)."""
    name, who = t(power.name), approvers(power.beyond_role, power.beyond_people, t)
    if power.limit_fen is None or power.left_fen is None:
        return t("您可以单独办理{name}，不限金额", name=name)
    if not power.limit_fen:
        return t("{name}要由{who}同意，提交后转审批", name=name, who=who)
    return t(
        "您单独可办 {limit}，这份租约 12 个月已用 {used}，还剩 {left}；超出的须{who}同意",
        limit=format_fen(power.limit_fen), used=format_fen(power.used_fen), left=format_fen(power.left_fen), who=who,
    )  # fmt: skip


def paper_row(lease_ref: str, one: PaperLine, t: Words) -> PaperRowView:
    """A letter in a list."""
    pdf = f"/papers/{one.ref}.pdf" if one.printed else ""
    return PaperRowView(t(one.title), one.ref, f"/desk/leases/{lease_ref}/papers/{one.ref}", pdf, one.written_at)
