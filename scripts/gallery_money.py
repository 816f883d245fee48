"""Sample views of the renter's money pages: much money, long names, nothing at all, and what went wrong."""

from datetime import date, datetime

from shouwen.mount.pages import views as w
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.parts import View
from shouwen.mount.web.portal import money_views as m
from shouwen.mount.web.portal import payment_views as p

LEASE = "ZL-20251130-0417"
BASE = f"/my/leases/{LEASE}"
LATE, OPEN, PAID = w.PillView("逾期 8 天", "red"), w.PillView("未到期"), w.PillView("已结清", "moss")
NEED = w.NeedView("有 1 期租金逾期", "最早一期已过应付日 8 天。先看清楚再决定。", f"{BASE}/overdue", "看怎么办")


def row(label: str, amount_fen: int, state: w.PillView, whole_fen: int = 0, note: str = "") -> m.BillRowView:
    return m.BillRowView(
        label=label,
        href=f"{BASE}/bills/rent-7",
        due_on=date(2026, 11, 15),
        state=state,
        amount_fen=amount_fen,
        whole_fen=whole_fen or amount_fen,
        note=note,
    )


def facts(*rows: tuple[str, str]) -> tuple[w.FactView, ...]:
    return tuple(w.FactView(*one) for one in rows)


def pages(human: w.HumanView, model: str, long_model: str, now: datetime) -> dict[str, View]:
    """Each page once as it is meant, once at its edge."""
    rest = w.PillView("暂停催收", "pine")
    rows = (
        row("第 7 期租金", 50_000, LATE),
        row("第 7 期逾期违约金", 80, w.PillView("待付")),
        row("定损赔偿", 123_456_789, rest, note="有争议的部分不催收，不计违约金"),
    )
    links = (w.LinkView("对账单，可下载", f"{BASE}/statement"), w.LinkView("代扣协议", f"{BASE}/agreement"))
    group = m.BillGroupView(
        model=long_model,
        lease_ref=LEASE,
        due=w.FigureView(50_080, ("第 7 期租金 500.00", "＝ 500.80")),
        now=rows,
        later=(row("第 8 期租金", 50_000, OPEN),),
        settled=(row("第 6 期租金", 0, PAID, 50_000),),
        facts=facts(("余额", "¥12.00"), ("押金预授权", "¥3,000.00")),
        links=links,
        pay_href=f"{BASE}/pay",
        overdue=NEED,
        under_way=w.LinkView("一笔 ¥500.80 的付款正在处理", f"{BASE}/payments/ZF-1"),
    )
    clause = w.ClauseRefView("7.2", f"{BASE}/contract#c-7.2", "逾期违约金")
    entry = m.BillEntryView(
        on=date(2026, 11, 16), text="付款", amount="− 300.00", note="流水 FK-1001", rule="CIVIL-560"
    )
    parts = (
        m.PayPartView(label="第 7 期租金", amount_fen=20_000, left_fen=30_000),
        m.PayPartView(label="第 7 期逾期违约金", amount_fen=80, left_fen=0),
    )
    problem = w.ProblemView(
        "应付金额现在是 ¥500.80，与您看到的 ¥500.70 不同",
        "金额已更新，确认后再付；刚才没有扣款",
        "",
        "7.2",
        "amount_fen",
    )
    choice = m.PayLineView(
        line="rent-7",
        label="第 7 期租金",
        due_on=date(2026, 11, 15),
        amount_fen=50_000,
        chosen=True,
        pill=LATE,
        href=f"{BASE}/bills/rent-7",
    )
    form = FormView(
        name="overdue_relief",
        action=f"{BASE}/relief",
        title="",
        button="提交申请",
        main=True,
        folded=False,
        fields=(
            FieldView(name="why", kind="select", label="这次为什么晚了？", picks=(PickView("failed", "扣款失败"),)),
            FieldView(name="text", kind="area", label="想补充的（可不写）", required=False),
        ),
    )
    order = p.PortalOrderView(
        human=human,
        lease_ref=LEASE,
        title="付款成功",
        lead="钱已收到，账单已经按下面的去向结清。",
        next_text="",
        tone="good",
        waits=False,
        amount_fen=20_080,
        state=w.PillView("已完成", "moss"),
        facts=facts(("付款单号", "ZF-7K2M9QX4TB")),
        parts=parts,
        action=w.LinkView("看账单", "/my/bills"),
        links=links,
    )
    paying = m.PortalPayView(
        human=human,
        lease_ref=LEASE,
        model=model,
        due=w.FigureView(50_080),
        now=(choice,),
        later=(choice,),
        order_text="只付一部分时，从上往下结清：依次是租金、逾期违约金，同类先付最早到期的。",
        order_rule="CIVIL-561",
        order_clause=clause,
        credit=w.FactView("余额", "¥12.00"),
    )
    confirm = m.PortalPayConfirmView(
        human=human,
        lease_ref=LEASE,
        model=model,
        pay=w.FigureView(20_080, ("第 7 期租金 200.00",), (clause,)),
        parts=parts,
        left_fen=30_000,
        amount_fen=50_080,
        part_fen=20_080,
        lines=("rent-7", "late_fee-7"),
        facts=facts(("从哪里付", "代扣协议的付款账户")),
        back_href=f"{BASE}/pay",
        problem=problem,
    )
    return {
        "bills": m.PortalBillsView(
            human=human, outstanding=w.FigureView(50_080, ("第 7 期租金 500.00",)), groups=(group,)
        ),
        "bills_empty": m.PortalBillsView(human=human, outstanding=w.FigureView(0)),
        "bill_line": m.PortalBillLineView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            label="第 7 期逾期违约金",
            state=rest,
            figure=w.FigureView(80, (), (clause,), ("LATE-1", "LATE-3")),
            figure_label="待付",
            sums=facts(("应付", "¥0.80"), ("还要付", "＝ ¥0.80")),
            due_on=date(2026, 11, 15),
            clause=clause,
            clause_text="租客逾期支付租金的，按逾期租金每日 0.05% 支付违约金。",
            fee=facts(("按合同算", "¥2.00"), ("法定上限", "¥0.80"), ("实际收取", "¥0.80")),
            fee_said="按合同应为 ¥2.00，超出签约时一年期 LPR 四倍的部分不收取，实收 ¥0.80。",
            working=("应付 0.80", "未付 0.80"),
            pauses=(w.FactView("11-18 起", "¥0.80", "您提出异议", "/my/cases/SW-1"),),
            entries=(entry,),
            daily=(entry,),
            links=links,
            pay_href=f"{BASE}/pay?line=late_fee-7",
        ),
        "account_of_lease": m.PortalStatementPageView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            on=date(2026, 11, 23),
            periods=(
                m.PeriodView("全部", f"{BASE}/statement", True),
                m.PeriodView("2026-11", f"{BASE}/statement", False),
            ),
            sums=facts(("应付", "¥6,000.00"), ("未付", "¥3,000.00")),
            rows=rows,
            csv_href=f"{BASE}/statement.csv",
            letter=FormView(
                name="write_statement", action=f"{BASE}/statement", title="", button="生成 PDF 对账单", folded=False
            ),
            papers_href=f"{BASE}/papers",
        ),
        "pay": paying,
        "pay_confirm": confirm,
        "order": order,
        "payments": p.PortalPaymentsView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            rows=(
                p.PaymentRowView(
                    title="扣款", href="/my", at=now, amount_fen=50_080, state=LATE, note="账户可用余额不足"
                ),
            ),
            refunds=(p.PaymentRowView(title="退款", href="", at=now, amount_fen=1_200, state=PAID, note="原路退回"),),
            credit=facts(("现在的余额", "¥12.00")),
            credit_text="多付的钱留作余额。",
            credit_form=form,
            links=links,
        ),
        "agreement": p.PortalAgreementView(
            human=human,
            lease_ref=LEASE,
            model=model,
            state=w.PillView("生效中", "moss"),
            facts=facts(("签署时间", "2026-05-10 10:00")),
            next=w.FigureView(50_000, ("第 8 期租金 500.00",)),
            next_text="12-15 08:00 起扣款；之前付清就不会再扣",
            rules=("一天最多扣一次。",),
            links=links,
            end_href=f"{BASE}/agreement/end",
        ),
        "papers": p.PortalPapersView(
            human=human,
            lease_ref=LEASE,
            model=model,
            links=links,
            rows=(
                p.PaperRowView(title="对账单", href="/my/papers/WS-1", at=now, state=w.PillView("正在排版", "amber")),
            ),
        ),
        "paper": p.PortalPaperView(
            human=human,
            back_href=f"{BASE}/papers",
            title="对账单",
            state=w.PillView("正在排版", "amber"),
            greeting="以下是全部账单。",
            summary="截至 2026-11-23，已到期未付 ¥500.80。",
            figure_label="未付合计",
            amount_fen=50_080,
            sections=(p.PaperSectionView("账单", ("第 7 期租金：500.00 = 500.00",), ("2026-11-16 付款",)),),
            facts=facts(("编号", "WS-7K2M9QX4TB")),
            download="",
        ),
        "overdue": m.PortalOverdueView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            due=w.FigureView(50_080, ("第 7 期租金 500.00", "＝ 500.80")),
            rows=rows,
            lead="最早一期 11-15 到期，还没有收到。",
            grows=w.FigureView(10, ("第 7 期：8 天",), (clause,), ("LATE-1",)),
            steps=(m.StepRowView(when="每天", text="未付的租金每天增加违约金 ¥0.10", rule="LATE-1"),),
            ways=(m.WayView(title="现在付清", text="付清后不再计违约金。", href=f"{BASE}/pay", main=True),),
            cases=links,
            frozen=facts(
                ("原因", "第 7 期租金逾期"),
            ),
            links=links,
        ),
        "ask": m.PortalAskView(
            human=human,
            title="申请减免或延后",
            back_href=f"{BASE}/overdue",
            lead="租约和账单会自动附上。",
            facts=facts(("租约", model)),
            form=form,
            after=("提交后有专人负责到底。",),
        ),
    }
