"""Sample views of the desk's pages about a lease's life: as meant, refused, long names, and nothing yet."""

from datetime import date, datetime, timedelta

from msgspec.structs import replace

from shouwen.mount.pages import views as w
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.lease_views import LeaseHeadView
from shouwen.mount.pages.parts import View
from shouwen.mount.pages.portal_views import BuyoutRowView
from shouwen.mount.web.desk import life_views as d
from shouwen.mount.web.portal.life_views import ClauseVersusView, PieceView, VersusView

BASE = "/desk/leases/ZL-20251130-0417"
CLAUSE = w.ClauseRefView("9.1", f"{BASE}/contract#c-9.1")
FIGURE = w.FigureView(204_600, ("签约价 8,046.00 − 已付租金 6,000.00 = 2,046.00",), (CLAUSE,), ("BUY-2",))
NONE = w.FigureView(0, ("今天不用付",), (CLAUSE,), ("AMD-1",))
LONG_WHY = "租客来电两次，说屏幕右半边不显示，重启、恢复出厂和换充电器都没有用，急着用，家里只有这一台手机" * 2
SOON = w.ClockView("11-25 前", tone="amber")


def facts(*rows: tuple[str, str]) -> tuple[w.FactView, ...]:
    return tuple(w.FactView(*one) for one in rows)


def form(name: str, place: str, title: str, problem: w.ProblemView | None = None) -> FormView:
    fields = (
        FieldView(name="courier", label="快递", kind="select", picks=(PickView("sf", "顺丰速运"),)),
        FieldView(name="waybill", label="运单号", value="坏 单号" if problem else "", wrong=bool(problem)),
    )
    return FormView(
        name=name,
        action=f"{BASE}/{place}",
        title=title,
        button=title,
        fields=fields,
        main=True,
        folded=not problem,
        problem=problem,
    )


def _phone(head: LeaseHeadView, now: datetime) -> d.DeskPhoneView:
    wrong = w.ProblemView("“运单号”填写有误", "请按说明修改这一项后重试", field="waybill")
    parcel = d.DeskParcelView(
        ref="FH-jbu75cquxa",
        what="寄给租客的手机",
        state=w.PillView("核实签收", "red"),
        said="您告诉我们没有收到这个包裹，我们已经向快递核实签收记录。",
        next_step="核实期间不算您收货。",
        facts=facts(("顺丰速运", "SF199000290004"), ("送达", "2026-11-21")),
        lines=(w.TimelineRowView(now - timedelta(days=2), "滨江营业部 已签收，签收人：门卫"),),
        cases=(w.LinkView("没有收到 SW-5vg694zzpf", "/desk/cases/SW-5vg694zzpf"),),
        acts=(form("settle_delivery", "parcels/FH-jbu75cquxa/finding", "登记结果"),),
    )
    swap = d.DeskSwapView(
        ref="HJ-dkyfaxeta8",
        state=w.PillView("等待寄出新手机", "amber"),
        facts=facts(("原因", LONG_WHY)),
        steps=(w.StepView("登记换机", "done"), w.StepView("寄出新手机", "current"), w.StepView("收到旧手机", "todo")),
        acts=(form("send_swap", "swaps/HJ-dkyfaxeta8/shipment", "寄出新手机", wrong),),
    )
    abated = d.DeskAbatedView(
        days="2026-11-18 到 2026-11-20，3 天",
        state=w.PillView("可以减", "amber"),
        text=LONG_WHY,
        figure=w.FigureView(5_000, ("500.00 × 3 / 30 = 50.00",), (CLAUSE,), ("ABATE-1",)),
        act=form("abate_rent", "abatements/HJ-dkyfaxeta8", "减去 ¥50.00"),
    )
    return d.DeskPhoneView(
        head=head,
        phones=(
            d.PhoneView(
                title="三星 Galaxy Z Fold6 折叠屏 12GB+1TB 雾光银 全网通 官方认证翻新",
                state=w.PillView("待检测", "amber"),
                facts=facts(("IMEI", "490154203237518")),
                held="争议中的手机保持原状（QUAR-1）",
                held_href="/desk/claims/DS-1",
            ),
        ),
        acts=(form("ship_lease", "shipment", "发货"),),
        not_yet=(w.ProblemView("现在不能发货", "合同约定的押金还没有冻结"),),
        parcels=(parcel,),
        swaps=(swap,),
        swap_acts=(),
        abated=(abated,),
        abate=(form("abate_days", "abatements", "减租"),),
        devices=(d.DeviceRowView(title="锁定手机", state=w.PillView("没有办成", "red"), at=now, said="序列号不符"),),
        problem=wrong,
    )


def _change(state: w.PillView) -> d.ChangeRowView:
    return d.ChangeRowView(
        ref="HT-zxjftry9cj",
        title="变更方案",
        state=state,
        reason=LONG_WHY,
        pay=NONE,
        until=SOON,
        href=f"{BASE}/contract/versions?amendment_ref=HT-zxjftry9cj",
    )


def _contract(head: LeaseHeadView) -> d.DeskContractView:
    clauses = tuple(
        w.ContractClauseView(
            f"{no}.1", "租金与期数", "租期十二个月，分十二期支付。" * 6, facts(("总租金", "¥6,000.00"))
        )
        for no in range(1, 4)
    )
    return d.DeskContractView(
        head=head,
        title="手机租赁合同（12 个月，随时买断）",
        facts=facts(("租金", "12 期，每期 ¥500.00")),
        clauses=clauses,
        warnings=(w.RuleRowView("BUY-4", "价格条款互相矛盾", "hit"),),
        papers=(w.LinkView("第 1 版 PDF", f"{BASE}/contract.pdf?version=1", True),),
        versions=(w.LinkView("第 1 版 → 第 2 版", f"{BASE}/contract/versions?before=1&after=2"),),
        order=facts(("申请", "2026-11-22")),
        decide=(form("approve", "approval", "通过申请"),),
        open_changes=(_change(w.PillView("等租客确认", "amber")),),
        settled_changes=(_change(w.PillView("没有同意")),),
        change=(form("change_plan_for", "changes/plan", "变更方案"),),
        cancel_href=f"{BASE}/cancel",
        note="由租客在自己的页面看完全文后签署",
    )


def _versions(head: LeaseHeadView) -> d.DeskVersionsView:
    changed = ClauseVersusView(
        no="3.1",
        title="租金与期数",
        kind=w.PillView("变了", "amber"),
        before=(PieceView("租期"), PieceView("十二", True), PieceView("个月")),
        after=(PieceView("租期"), PieceView("三", True), PieceView("个月")),
        terms=(VersusView("总租金", "¥6,000.00", "¥2,250.00", True),),
    )
    return d.DeskVersionsView(
        head=head,
        title="第 1 版和提出的变更",
        picks=(w.LinkView("第 1 版 → 第 2 版", f"{BASE}/contract/versions"),),
        versus=(VersusView("每期", "¥500.00", "¥750.00", True, "3.1"), VersusView("押金", "¥3,000.00", "¥3,000.00")),
        before_name="第 1 版，2026-11-22 签",
        after_name="提出的第 2 版",
        clauses=(changed,),
        same=(changed,),
        papers=(w.LinkView("第 1 版 PDF", f"{BASE}/contract.pdf?version=1", True),),
        change=_change(w.PillView("等租客确认", "amber")),
    )


def _ending(head: LeaseHeadView, today: date) -> d.DeskEndingView:
    ways = (
        d.DeskWayView(
            title="买断",
            state=w.PillView("可以办", "pine"),
            unit="今天买断",
            figure=FIGURE,
            lines=facts(("买断价", "¥2,042.49"), ("未付逾期违约金", "¥3.51")),
            facts=facts(("条款", "4.1")),
        ),
        d.DeskWayView(title="续租", state=w.PillView("不能办"), why=w.ProblemView("这份合同没有约定续租", "", "REN-1")),
        d.DeskWayView(
            title="提前归还",
            state=w.PillView("可以办", "pine"),
            unit="今天寄回",
            figure=FIGURE,
            ask=FieldView(name="back_on", label="换一天寄回", kind="date", value="2026-01-01"),
            problem=w.ProblemView("日期在今天之后", "请换一天", "RET-1"),
        ),
    )
    return d.DeskEndingView(
        head=head,
        lead="租期到 2026-12-02，还有 9 天",
        ways=ways,
        agreed=(
            d.DeskAgreedView(
                ref="MD-dzpd6xdrdx",
                title="遗失结算",
                state=w.PillView("办理中", "amber"),
                figure=FIGURE,
                facts=facts(("待付", "¥2,046.00")),
                until=SOON,
            ),
        ),
        loss=d.DeskLossView(
            state=w.PillView("设备遗失", "red"),
            facts=facts(("遗失", "2026-11-11 西湖景区")),
            acts=(form("report_found", "loss/found", "手机找回了"),),
            settle_href=f"{BASE}/loss/settlement",
        ),
        deposit=d.DeskDepositView(
            figure=w.FigureView(300_000, ("冻结 3,000.00",), (CLAUSE,), ("DEP-1",)),
            state=w.PillView("解冻晚了", "red"),
            facts=facts(("收到手机", "2026-11-18")),
            until=SOON,
            waits="先留下到期未付的部分",
            case=w.LinkView("加急会话 SW-9", "/desk/cases/SW-9"),
        ),
        ladder=w.LadderView(tuple(w.LadderPointView(k, 804_600 - 50_000 * k) for k in range(13)), 204_600, 12),
        points=(BuyoutRowView(12, today, "now", 204_600, 0, 0), BuyoutRowView(11, today, "past", 254_600)),
        letters=(w.LinkView("结算函 PDF", "/papers/WS-9kvkzx9p5p.pdf", True),),
    )


def pages(head: LeaseHeadView, now: datetime) -> dict[str, View]:
    """Each page full, and those that can be empty so."""
    return {
        "desk_phone": _phone(head, now),
        "desk_phone_none": d.DeskPhoneView(
            head=head,
            phones=(),
            acts=(),
            not_yet=(),
            parcels=(),
            swaps=(),
            swap_acts=(),
            abated=(),
            abate=(),
            devices=(),
            note="签约之后才配手机",
        ),
        "desk_contract": _contract(head),
        "desk_contract_none": replace(
            _contract(head),
            title="",
            facts=(),
            clauses=(),
            warnings=(),
            papers=(),
            versions=(),
            open_changes=(),
            settled_changes=(),
            change=(),
            cancel_href="",
            note="",
        ),
        "desk_versions": _versions(head),
        "desk_ending": _ending(head, now.date()),
        "desk_ending_none": d.DeskEndingView(
            head=head,
            lead="签约之后才有租期和买断价",
            ways=(),
            agreed=(),
            loss=None,
            deposit=None,
            ladder=None,
            points=(),
            letters=(),
        ),
    }
