"""Sample views of the desk's money and arrears pages of a lease: much, long, refused, and nothing at all."""

from datetime import date, datetime, timedelta

from msgspec.structs import replace

from shouwen.mount.pages import views as w
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.lease_views import LeaseHeadView
from shouwen.mount.pages.parts import View
from shouwen.mount.web.desk import arrears_views as a
from shouwen.mount.web.desk import money_views as m

BASE = "/desk/leases/ZL-20251130-0417/money"
LATE, PAID, OPEN = w.PillView("逾期 52 天", "red"), w.PillView("已结清", "moss"), w.PillView("未到期")
LONG_WHY = "租客说明十月初因银行系统升级扣款失败，已提供流水；首次发生，电话核实过三次，承诺本周内付清剩余部分" * 3
FEE = w.FigureView(
    164, ("计 10 天：2026-10-02 至 2026-10-11", "合同：逐日合计 5,000.00 × 0.001 = 5.00", "取最低 = 1.64"),
    (w.ClauseRefView("5.1"),), ("LATE-1", "LATE-3"),
)  # fmt: skip


def row(label: str, state: w.PillView, amount_fen: int, paid_fen: int = 0, waived_fen: int = 0) -> m.BookRowView:
    return m.BookRowView(
        label=label, href=f"{BASE}/lines/rent-4", state=state, due_on=date(2026, 10, 2), clause="3.1",
        amount_fen=amount_fen, paid_fen=paid_fen, waived_fen=waived_fen, written_off_fen=0,
        outstanding_fen=amount_fen - paid_fen - waived_fen,
    )  # fmt: skip


def waiver(problem: w.ProblemView | None = None) -> FormView:
    fields = (
        FieldView(name="amount_yuan", label="金额", kind="yuan", value="9.99", hint="最多 ¥1.64", wrong=bool(problem)),
        FieldView(name="why", label="事由（租客看得到）", kind="area", value="一时疏忽" if problem else ""),
    )
    return FormView(
        name="waive", action=f"{BASE}/lines/late_fee-4/waiver", title="减免", button="减免", fields=fields, main=True,
        folded=False, problem=problem, lead="您单独可办 ¥30.00，这份租约 12 个月已用 ¥0.00，还剩 ¥30.00",
    )  # fmt: skip


def pages(head: LeaseHeadView, now: datetime) -> dict[str, View]:
    """Each page once as it is meant, the large ones also empty."""
    money_head = replace(
        head, tabs=tuple(replace(tab, here=tab.label == "账本") for tab in head.tabs), said="已减免，账单已更新"
    )
    rows = (
        row("第 3 期租金", PAID, 50_000, 50_000), row("第 4 期租金", LATE, 50_000, 20_000),
        row("第 4 期违约金", w.PillView("未付", "red"), 164, 0, 60), row("定损赔偿 12", OPEN, 123_456_789),
    )  # fmt: skip
    stuck = FormView(
        name="settle_order", action=f"{BASE}/orders/ZF-2/settlement", title="核对并了结", button="记下结果",
        fields=(FieldView(name="books", label="怎么处理", kind="select", picks=(PickView("false", "不入账"),)),),
    )  # fmt: skip
    orders = (
        m.OrderRowView(
            ref="ZF-2", what="扣款", at=now, amount_fen=25_264, state=w.PillView("金额不符，待核对", "red"),
            said="渠道实际收到 ¥302.64", code="", provider_no="2026112122001400030264", acts=(stuck,),
        ),
        m.OrderRowView(
            ref="ZF-1", what="扣款", at=now - timedelta(days=3), amount_fen=50_000,
            state=w.PillView("未办成", "amber"), said="租客账户余额不足", code="ACQ.BUYER_BALANCE_NOT_ENOUGH",
            provider_no="",
        ),
    )  # fmt: skip
    hand = (
        m.HandRowView(
            at=now, what="减免", amount_fen=60, who="买买提艾力·阿卜杜热合曼", why=LONG_WHY, undone=False,
            undo_href=f"{BASE}/undo?entry=waiver:1",
        ),
        m.HandRowView(
            at=now, what="收款", amount_fen=20_000, who="林涛", why="流水 HD-1", undone=True, undo_href=""
        ),
    )  # fmt: skip
    papers = (
        m.PaperRowView("付款催告函", "WS-1", "/desk/leases/x/papers/WS-1", "/papers/WS-1.pdf", now),
        m.PaperRowView("对账单", "WS-2", "/desk/leases/x/papers/WS-2", "", now),
    )
    book = m.LeaseMoneyView(
        head=money_head,
        rows=rows,
        total=row("合计", w.PillView(""), 123_556_953, 70_000, 60),
        owed=(w.FactView("已到期未付", figure=FEE, tone="red"), w.FactView("余额", "¥100.00", tone="moss")),
        deposit=(w.FactView("冻结", "¥3,000.00"), w.FactView("仍冻结", "¥3,000.00")),
        powers=(w.FactView("减免逾期违约金", "您单独可办 ¥30.00，这份租约 12 个月已用 ¥0.60，还剩 ¥29.40"),),
        waiting=(m.WaitingView(f"核销第 4 期租金 ¥300.00：{LONG_WHY}", "林涛", now, "等主管同意"),),
        hand=hand,
        orders=orders,
        agreement="代扣协议自 2026-09-21 生效",
        papers=papers,
        acts=(waiver(),),
        csv_href=f"{BASE}/statement.csv",
        paper_act=FormView(name="write_statement", action=f"{BASE}/statement", title="", button="出具 PDF 对账单"),
        refund_href=f"{BASE}/refund",
    )
    entry = m.EntryRowView(
        booked_on=date(2026, 11, 23), value_on=date(2026, 11, 20), what="减免", rule="AUTH-1", amount_fen=60,
        who="周敏", why=LONG_WHY, undone=False, undo_href=f"{BASE}/undo?entry=waiver:1",
    )  # fmt: skip
    line = m.LeaseLineView(
        head=money_head,
        back=BASE,
        row=rows[2],
        clause_title="逾期违约金",
        clause_text="付款日之后有 3 天宽限期。宽限期届满仍未支付的，按逾期租金每天 0.03% 计收违约金。",
        working=FEE.working,
        entries=(entry, replace(entry, what="违约金新增", amount_fen=-164, undone=True, undo_href="")),
        daily=(replace(entry, what="违约金新增", amount_fen=-14, who="系统", why="", undo_href=""),),
        acts=(waiver(w.ProblemView("第 4 期违约金未付 ¥1.04，不能减 ¥9.99", "请按未付金额重新填写", "", "5.1")),),
        links=(w.LinkView("看这一期的逾期与免责", "/desk/leases/x/arrears#late-4"),),
    )
    step = m.LeaseStepView(
        head=money_head,
        title="书面催告",
        back=BASE,
        lead="催告函尚未送达，期限没有开始",
        form=waiver(),
        figure=FEE,
        figure_label="逾期未付、无争议",
        facts=(w.FactView("占用费从", "2026-12-13"),),
        lines=(w.FactView("第 4 期租金", "¥300.00", "10-02 到期"),),
        follows=("出具付款催告函，短信告知租客。", LONG_WHY),
    )
    letter = m.LeasePaperView(
        head=money_head,
        back=BASE,
        title="付款催告函",
        ref="WS-1",
        at=now,
        greeting="尊敬的陈*宇：",
        summary="请在收到次日起 10 天内付清 ¥301.04。",
        label="逾期未付合计",
        amount_fen=30_104,
        sections=(m.PaperPartView("欠款", ("第 4 期租金：300.00",), ("合同 3.1 条",)),),
        sha256="9f" * 32,
        pdf_href="",
        case_href="/desk/cases/SW-7K2M9QX4TB",
    )
    return {
        "desk_lease_money": book,
        "desk_lease_money_none": replace(
            book, head=money_head, rows=(), total=None, owed=(), deposit=(), waiting=(), hand=(), orders=(), papers=(),
            acts=(), paper_act=None, refund_href="", agreement="没有生效的代扣协议，账单由租客自己付",
        ),
        "desk_lease_line": line,
        "desk_lease_line_none": replace(line, entries=(), daily=(), acts=(), links=(), clause_text=""),
        "desk_lease_step": step,
        "desk_lease_paper": letter,
        **_arrears(head, now, papers),
    }  # fmt: skip


def _arrears(head: LeaseHeadView, now: datetime, papers: tuple[m.PaperRowView, ...]) -> dict[str, View]:
    late = a.LateRowView(
        no=4,
        label="第 4 期租金",
        href=f"{BASE}/lines/rent-4",
        due_on=date(2026, 10, 2),
        age=LATE,
        outstanding_fen=30_000,
        fee_days=10,
        asked_fen=500,
        gate_fen=164,
        charged=FEE,
        gate_note="合同算出 ¥5.00，超过法定上限的部分不收，实收 ¥1.64",
        relief=w.LinkView("看免责条件", "/desk/leases/x/arrears/relief/rent-4"),
        relieved="",
    )
    said = a.NoticeRowView(now, "逾期提醒", LONG_WHY, w.PillView("已发送", "moss"))
    view = a.LeaseArrearsView(
        head=head,
        rows=(late, replace(late, no=5, asked_fen=None, charged=None, gate_note="", relief=None, relieved="已免责")),
        owed=(w.FactView("逾期未付、无争议", "¥301.64", tone="red"),),
        step=w.PillView("催告期内，等待付款、归还或答复", "amber"),
        step_why="催告期到 2026-11-27 为止，当天办结即可",
        steps=(
            w.StepView("书面催告（民法典 722）", "done", now), w.StepView("送达租客，次日起计期", "done", now),
            w.StepView("给租客 10 天付款、归还或答复", "current", now), w.StepView("期满仍未办结", "todo"),
        ),
        step_links=(w.LinkView("解除合同", "/desk/leases/x/arrears/termination"), w.LinkView("撤回催告", "/desk")),
        step_by="",
        kept=(w.FactView("占用费（DEF-1）", "2026-12-13 起每天 ¥7.98，最多 ¥3,381.25"),),
        demands=(replace(said, what="SW-7K2M9QX4TB", text="催告 ¥301.64，给 10 天"),),
        freeze="因 ¥301.64 逾期未付，新的租用申请暂停受理；付清即自动解除。",
        freeze_act=FormView(name="lift_freeze", action="/desk/x", title="现在解除", button="解除限制"),
        pauses=(a.PauseRowView("第 4 期租金 ¥300.00 · 争议", "11-20 起，未结束", "/desk/cases/SW-7K2M9QX4TB"),),
        next_reminders=(replace(said, state=w.PillView("争议中的金额暂停催收")),),
        notices=(said, replace(said, state=w.PillView("没有送达", "red"))),
        reliefs=(w.LinkView("第 5 期 · LATE-4 · ¥2.46", "/desk/leases/x/papers/WS-1"),),
        credit_shown=True,
        credit=(w.LinkView("第 4 期租金 · 告知书送达中", "/desk/leases/x/papers/WS-1"),),
        credit_link=w.LinkView("出具报送前告知", "/desk/leases/x/arrears/credit-notice"),
        papers=papers,
    )  # fmt: skip
    relief = a.LeaseReliefView(
        head=head,
        title="第 4 期的免责",
        back="/desk/leases/x/arrears",
        fee=FEE,
        relieved="",
        late4=(
            m.CheckView("租金已付清", False, "还没有付清"), m.CheckView("近 12 个月内首次逾期", True, "没有更早的逾期"),
            m.CheckView("晚不超过 7 天", None, "晚 3 天"),
        ),
        late4_note="租客在 11-25 前（含当天）付清，违约金可全部免除。",
        late4_form=None,
        late5=(m.CheckView("到期日起的扣款因渠道、银行或我方失败", True, "10-02 渠道一侧失败 ACQ.SYSTEM_ERROR"),),
        late5_note="我方结果码已说明：违约金冲回，记录更正，账户限制解除。",
        late5_form=FormView(name="grant_relief", action="/desk/x", title="", button="撤销这次逾期", folded=False),
    )  # fmt: skip
    return {
        "desk_lease_arrears": view,
        "desk_lease_arrears_none": replace(
            view, rows=(), owed=(), step=w.PillView("没有可催告的事项", "moss"), step_why="", steps=(), step_links=(),
            kept=(), demands=(), freeze="", freeze_act=None, pauses=(), next_reminders=(), notices=(), reliefs=(),
            credit_shown=False, credit=(), credit_link=None, papers=(),
        ),
        "desk_lease_relief": relief,
    }  # fmt: skip
