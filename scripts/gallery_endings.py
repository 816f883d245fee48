"""Sample views of the renter's pages about the end of a lease: as meant, at their edges, refused."""

from datetime import date, datetime, timedelta

from shouwen.mount.pages import views as w
from shouwen.mount.pages.ending_parts import AgreedView, BlockView, PricedView
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.parts import View
from shouwen.mount.pages.portal_views import BuyoutRowView
from shouwen.mount.web.portal import ending_views as e

LEASE = "ZL-20251130-0417"
BASE = f"/my/leases/{LEASE}"
CLAUSE = w.ClauseRefView("9.1", f"{BASE}/contract#c-9.1", "买断")
WHY = w.ProblemView(
    "合同约定付清 3 期后可以提前归还，现在付清了 0 期", "再付清 3 期后就可以；有困难请转人工", "RET-1", "4.2"
)


def facts(*rows: tuple[str, str]) -> tuple[w.FactView, ...]:
    return tuple(w.FactView(*one) for one in rows)


def priced(label: str, amount_fen: int) -> PricedView:
    figure = w.FigureView(amount_fen, ("签约价 8,046.00 − 已付租金（8 期）4,000.00 = 4,046.00",), (CLAUSE,), ("BUY-1",))
    lines = (
        w.LineView("买断价", amount_fen - 1_234, "BUY-1", CLAUSE),
        w.LineView("未付逾期违约金", 1_234, "LATE-1"),
        w.LineView("归还之后的租金退回", -9_876, "RET-1"),
    )
    return PricedView(label=label, figure=figure, lines=lines)


def pages(human: w.HumanView, model: str, long_model: str, now: datetime) -> dict[str, View]:
    """Each page once as it is meant, once at its edge."""
    clock = w.ClockView("剩", now + timedelta(days=2, hours=3))
    pay = FormView(
        name="pay", action=f"{BASE}/buyout/payment", title="", button="现在付 ¥4,046.00", main=True, folded=False
    )
    agreed = AgreedView(
        title="买断已确认，付清后手机归您",
        text="没有付清之前，租约照旧有效。",
        pill=w.PillView("待付款", "amber"),
        clock=clock,
        quote=priced("确认的买断价", 404_600),
        facts=facts(("还要付", "¥4,046.00"), ("付款", "没有扣成：账户可用余额不足。没有多扣，可以再付一次")),
        links=(w.LinkView("账单里看每一笔", "/my/bills"),),
        acts=(pay,),
        href=f"{BASE}/return",
        action="准备好了，登记寄回",
    )
    way = e.EndingWayView(
        title="买断",
        pill=w.PillView("可以办", "pine"),
        text="手机归您，剩下的租金不再付。",
        figure=priced("买断", 123_456_789).figure,
        unit="今天买断",
        facts=facts(("到期再买", "¥2,046.00")),
        href=f"{BASE}/buyout",
        action="看买断价",
    )
    closed = e.EndingWayView(title="提前归还", pill=w.PillView("现在不能办"), text="选一天寄回。", why=WHY)
    free = e.EndingWayView(title="到期归还", pill=w.PillView("还没到时候"), text="到期寄回。", cost="不另收费")
    row = BuyoutRowView(8, date(2026, 11, 23), "now", 404_600, 0, 0)
    later = BuyoutRowView(9, date(2026, 12, 15), "future", 354_600, 50_000, -1_200)
    police = FormView(
        name="record_police",
        action=f"{BASE}/lost/police",
        title="登记报警回执",
        button="登记",
        fields=(FieldView(name="police_ref", label="报警回执编号"),),
        lead="没有回执也没关系。",
    )
    report = FormView(
        name="report_lost",
        action=f"{BASE}/lost",
        title="",
        button="马上报失",
        main=True,
        folded=False,
        fields=(FieldView(name="lost_on", label="哪天丢的", kind="date", value="2026-11-23"),),
        problem=w.ProblemView("遗失日期应在最近 60 天内，不晚于今天", "不确定时填发现的那天"),
    )
    clause = w.ContractClauseView("4.2", "提前归还", "承租方付清三期租金后可以提前归还。")
    steps = (
        e.PrepView("备份照片、通讯录和聊天记录", "手机抹除后无法找回"),
        e.PrepView("配件一并寄回", "可以补寄", needed=False),
    )
    return {
        "buyout_curve": w.PortalBuyoutView(
            human=human,
            lease_ref=LEASE,
            model=model,
            quote=priced("买断", 404_600).figure,
            wait=facts(("先付第 9 期租金", "¥500.00")),
            periods=(BuyoutRowView(7, date(2026, 10, 15), "past", 454_600), row, later),
            ladder=w.LadderView((w.LadderPointView(0, 804_600), w.LadderPointView(12, 204_600)), 404_600, 8),
            warnings=(w.RuleRowView("BUY-4", "合同有几条价格约定，按对您有利的算。", "hit"),),
            lapsed="上次的买断到 11-20 没有付清，已经失效。",
        ),
        "buyout_agreed": w.PortalBuyoutView(
            human=human, lease_ref=LEASE, model=long_model, agreed=agreed, said="买断已确认"
        ),
        "ending_confirm": e.PortalConfirmView(
            human=human,
            lease_ref=LEASE,
            title="确认买断",
            back_href=f"{BASE}/buyout",
            lead=f"{long_model}。这个价今天有效。",
            quote=priced("买断要付", 404_600),
            blocks=(BlockView("付清以后", facts(("所有权", "付清当场归您")), "不再扣。"),),
            act=pay,
        ),
        "early_return": e.PortalEarlyReturnView(
            human=human,
            lease_ref=LEASE,
            model=model,
            back_on="2026-11-29",
            low="2026-11-23",
            high="2027-02-27",
            can_choose=True,
            quote=priced("11-29 寄回，一共要付", 77_777),
            clause=clause,
            after=facts(("改主意了", "自动失效")),
            steps=steps,
            problem=w.ProblemView("归还日 2026-11-01 已经过去", "请填今天或以后的日期", field="back_on"),
            confirm_href=f"{BASE}/early-return/agree",
        ),
        "early_return_agreed": e.PortalEarlyReturnView(
            human=human,
            lease_ref=LEASE,
            model=model,
            back_on="",
            low="",
            high="",
            can_choose=False,
            agreed=agreed,
            past=agreed,
            steps=steps,
        ),
        "early_return_refused": e.PortalEarlyReturnView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            back_on="",
            low="",
            high="",
            can_choose=False,
            why_not=WHY,
            clause=clause,
            instead=(w.LinkView("看看其他办法：归还、买断、续租", f"{BASE}/ending"),),
        ),
        "renewal": e.PortalRenewalView(
            human=human,
            lease_ref=LEASE,
            model=model,
            ends_on="2027-02-28",
            picks=(PickView("3", "3 期", True), PickView("6", "6 期")),
            quote=priced("续租 3 期，分期付", 150_000),
            after=facts(("每期租金", "¥500.00")),
            done=agreed,
            confirm_href=f"{BASE}/renewal/agree?periods=3",
        ),
        "renewal_refused": e.PortalRenewalView(
            human=human,
            lease_ref=LEASE,
            model=model,
            ends_on="",
            why_not=WHY,
            problem=WHY,
            clause=clause,
            instead=(w.LinkView("回到", BASE),),
        ),
        "endings": e.PortalEndingsView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            title="还有 5 天到期",
            lead="您来选。",
            clock=clock,
            ways=(free, way, closed),
            others=(closed, way),
            agreed=agreed,
        ),
        "lost": e.PortalLostView(
            human=human,
            lease_ref=LEASE,
            model=model,
            state="form",
            title="先别急，报失后我们马上做这些",
            lead="任何时间都可以报。",
            facts=facts(("锁定手机", "马上申请")),
            report=report,
            quote=priced("今天结算是", 454_600),
        ),
        "lost_open": e.PortalLostView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            state="open",
            title="已报失，我们在处理",
            lead="到 12-08 不扣款。",
            clock=clock,
            facts=facts(("丢失", "2026-11-22 · 地铁 2 号线人民广场站 10 号口附近的长椅上")),
            police=police,
            upload=w.UploadView(purpose="proof", subject=LEASE, title="回执照片"),
            settlement=agreed,
            why_not=WHY,
            links=(w.LinkView("和跟进的人说话", "/my/cases/SW-1"),),
            found_href=f"{BASE}/lost/found",
        ),
        "lost_not_now": e.PortalLostView(
            human=human, lease_ref=LEASE, model=model, state="not_now", title="现在不用在这里报失", lead="", why_not=WHY
        ),
        "deposit": e.PortalDepositView(
            human=human,
            lease_ref=LEASE,
            model=model,
            title="最晚 2026-11-25 解冻",
            lead="等验机。",
            clock=clock,
            open_figure=w.FigureView(300_000, ("冻结 3,000.00 − 已解冻 0.00 ＝ 3,000.00",), (CLAUSE,), ("DEP-1",)),
            facts=facts(("合同约定", "收到手机后 3 天内解冻")),
            links=(w.LinkView("看加急处理的进展", "/my/cases/SW-2"),),
            steps=(w.StepView("收到手机", "done", now), w.StepView("验机", "current"), w.StepView("押金解冻", "todo")),
        ),
    }
