"""Sample views of a lease's beginning and its parcels: long names, many versions, what failed, nothing at all."""

from datetime import date, datetime, timedelta

from shouwen.mount.pages import views as w
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.parts import View
from shouwen.mount.web.portal import life_views as v
from shouwen.mount.web.portal import way_views as y

LEASE = "ZL-20251130-0417"
BASE = f"/my/leases/{LEASE}"
IN_STOCK, NONE = w.PillView("有现货", "moss"), w.PillView("暂时没有现货")
CHANGED = w.PillView("变了", "amber")
TOTAL = w.FigureView(600_001, ("500.00 × 11 + 500.01 × 1 = 6,000.01",), (w.ClauseRefView("3.1", "#c-3.1"),))
LATE = w.ProblemView("订单现在是“已发货”，收货地址只能在发货前变更", "收货后可以换机、续租或提前归还。", "AMD-1")
WRONG = w.ProblemView("寄回前还差：取出 SIM 卡和存储卡", "逐项完成并勾选后再登记寄回。")


def form(name: str, *fields: FieldView, problem: w.ProblemView | None = None, main: bool = True) -> FormView:
    return FormView(
        name=name, action=BASE, title="提交", button="提交", fields=fields, problem=problem, main=main, folded=not main
    )


def clauses(*pieces: v.PieceView) -> tuple[v.ClauseVersusView, ...]:
    old = (v.PieceView("租期"), v.PieceView("十二", True), v.PieceView("个月"))
    versus = (v.VersusView("总租金", "¥6,000.00", "¥1,234,567.89", True), v.VersusView("押金", "", "¥2,000.00", True))
    return (
        v.ClauseVersusView(no="3.1", title="租金与期数", kind=CHANGED, before=old, after=pieces, terms=versus),
        v.ClauseVersusView(no="12.10", title="新增的一条", kind=w.PillView("新增", "amber"), before=(), after=pieces),
    )


def parcel(state: w.PillView, *acts: FormView, case: bool = False) -> y.ParcelView:
    at = datetime.fromisoformat("2026-11-22T03:00:00+00:00")
    return y.ParcelView(
        ref="BG-aaaaaaaaaa",
        what="寄给您的手机",
        state=state,
        said="包裹正在运往您的地址。预计 11 月 24 日送达。",
        next_step="到达您所在的城市后会安排派送。",
        courier="顺丰速运",
        waybill="SF199000010417199000010417199000010417",
        steps=(w.StepView("登记", "done", at), w.StepView("运输", "current", at), w.StepView("送达", "todo")),
        lines=(w.TimelineRowView(at, "离开【深圳宝安集散中心】，发往【乌鲁木齐米东区营业部】", "深圳"),),
        facts=(w.FactView("快递预计", "2026-11-24 送达"),),
        case=w.LinkView("已立案跟进，看进展", "/my/cases/SW-7K2M9QX4TB") if case else None,
        acts=acts,
    )


def steps(*done: str) -> tuple[y.PrepareStepView, ...]:
    known = (("backup", "备份照片、通讯录和聊天记录", "手机抹除后无法找回"), ("sim_out", "取出 SIM 卡", "卡里有资料"))
    link = w.LinkView("去上传", "#photos")
    rows = [y.PrepareStepView(value, text, why, True, value in done) for value, text, why in known]
    return (*rows, y.PrepareStepView("accessories", "配件一并寄回", "少寄的可以补寄", False, False, link))


def send_form(*done: str, problem: w.ProblemView | None = None) -> y.SendFormView:
    couriers = (("sf", "顺丰速运"), ("jd", "京东快递"))
    return y.SendFormView(
        name="my_send_back", action=f"{BASE}/return", button="都做好了，登记寄回", steps=steps(*done),
        couriers=couriers, courier="jd", waybill="JD1990", problem=problem,
    )  # fmt: skip


def pages(human: w.HumanView, model: str, long_model: str, now: datetime) -> dict[str, View]:
    """Each page once as it is meant, once at its edge."""
    offer = v.OfferView(href="/my/apply/MB-12", title="12 期", rent_fen=50_000, total=TOTAL, stock=IN_STOCK)
    dear = v.OfferView(href="/my/apply/MB-24", title="24 期", rent_fen=123_456_789, total=TOTAL, stock=NONE)
    until = w.ClockView("有效", now + timedelta(hours=3))
    upload = w.UploadView("return", LEASE, title="寄出前的照片和视频", hint="各面、屏幕点亮、IMEI 页面")
    ladder = w.LadderView((w.LadderPointView(0, 804_600), w.LadderPointView(12, 204_600)), 804_600, 0)
    clause = w.ContractClauseView(
        "3.1", "租金与期数", "租期十二个月，分十二期支付。", (w.FactView("押金", "¥3,000.00"),)
    )
    facts = (w.FactView("手机", long_model), w.FactView("总租金", figure=TOTAL))
    versus = (v.VersusView("每期", "¥500.00", "¥1,234,567.89", True, "3.1"), v.VersusView("押金", "¥1.00", "¥1.00"))
    after = (v.PieceView("租期"), v.PieceView("三", True), v.PieceView("个月"))
    row = v.ChangeRowView("变更方案", "总租金 6,000.00（12 期）→ 2,100.00（3 期）", CHANGED, f"{BASE}/changes/HT-x")
    address = form("my_address", FieldView(name="address", label="新的收货地址", wrong=True), problem=LATE, main=False)
    colour = FieldView(name="colour", label="颜色", kind="select", picks=(PickView("原色钛", "原色钛"),))
    option = v.ChangeOptionView(title=long_model, text="每期 ¥700.00，共 ¥2,100.00", form=form("plan-MB-3", colour))
    gone = v.ChangeOptionView(title=model, text="每期 ¥700.00", stock=NONE)
    sent, lost = w.PillView("运输中", "pine"), w.PillView("包裹丢失", "red")
    abated = y.AbatedView(
        title="2026-11-23 到 2026-11-24", state=w.PillView("可以减租", "amber"), figure=TOTAL, text="客服会为您办理。"
    )
    return {
        "offers": v.PortalOffersView(
            human=human,
            phones=(
                v.PhoneOffersView(model=model, spec="256 GB 99 新", offers=(offer, dear)),
                v.PhoneOffersView(model=long_model, spec="1 TB", offers=(dear,)),
            ),
        ),
        "offers_none": v.PortalOffersView(human=human, phones=()),
        "apply": v.PortalApplyView(
            human=human,
            model=long_model,
            spec="256 GB 99 新",
            stock=IN_STOCK,
            rent_fen=50_000,
            periods=12,
            facts=facts,
            form=form("my_apply", colour, FieldView(name="address", label="收货地址"), problem=LATE),
            after=facts,
        ),
        "draft": v.PortalDraftView(
            human=human,
            lease_ref=LEASE,
            title="手机租赁合同（12 个月，随时买断）",
            facts=facts,
            schedule=(v.DueRowView(1, date(2026, 11, 23), 50_000), v.DueRowView(2, date(2026, 12, 23), 123_456_789)),
            total=TOTAL,
            ladder=ladder,
            clauses=(clause,),
            warnings=(),
            first_due_on=date(2026, 11, 23),
            low=date(2026, 11, 23),
            high=date(2027, 1, 22),
            sha256="3f" * 32,
            sign_href=f"{BASE}/signature",
        ),
        "draft_changed": v.PortalDraftView(
            human=human,
            lease_ref=LEASE,
            title="手机租赁合同",
            facts=facts,
            schedule=(),
            total=TOTAL,
            ladder=None,
            clauses=(clause,),
            warnings=(w.RuleRowView("BUY-4", "价格条款互相矛盾：按最低的一种计算。", "hit"),),
            first_due_on=date(2026, 11, 23),
            low=date(2026, 11, 23),
            high=date(2027, 1, 22),
            sha256="3f" * 32,
            sign_href=f"{BASE}/signature",
            problem=LATE,
            date_problem=WRONG,
        ),
        "sign": v.PortalSignView(
            human=human,
            lease_ref=LEASE,
            title="手机租赁合同",
            facts=facts,
            after=facts,
            draft_href=f"{BASE}/draft",
            sha256="3f" * 32,
            fields=(("template_ref", "MB-12"),),
        ),
        "changes": v.PortalChangesView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            said="收货地址已更新",
            facts=facts,
            waiting=row,
            address=address,
            plans=(option,),
            colour=form("my_colour", colour, main=False),
            models=(option, gone),
            problem=LATE,
            problem_at="change_plan",
            cancel_href=f"{BASE}/cancel",
            history=(row, row),
        ),
        "changes_late": v.PortalChangesView(
            human=human,
            lease_ref=LEASE,
            model=model,
            said="",
            facts=facts,
            address_note="收货地址已经改过两次。",
            too_late=LATE,
            models=(gone,),
            problem=LATE,
            problem_at="change_model",
        ),
        "change": v.PortalChangeView(
            human=human,
            lease_ref=LEASE,
            title="变更方案",
            state=CHANGED,
            until=until,
            lead="今天内有效。",
            versus=versus,
            before_name="现在（第 1 版）",
            after_name="改成（第 2 版）",
            pay=TOTAL,
            pay_lines=facts,
            clauses=clauses(*after),
            same=12,
            address="",
            agree=form("my_agree"),
            decline=form("my_decline", main=False),
            said="已报价",
        ),
        "change_address": v.PortalChangeView(
            human=human,
            lease_ref=LEASE,
            title="变更收货地址",
            state=CHANGED,
            until=None,
            lead="合同照旧。",
            versus=(),
            before_name="",
            after_name="",
            pay=None,
            pay_lines=(),
            clauses=(),
            same=0,
            problem=LATE,
            address="新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿合奇县哈拉布拉克乡 100 号 3 单元 1201 室",
        ),
        "versions": v.PortalVersionsView(
            human=human,
            lease_ref=LEASE,
            picks=(w.LinkView("第 2 版 → 第 3 版", "#"),),
            versus=versus,
            before_name="第 1 版，2026-11-21 签",
            after_name="第 2 版，2026-11-22 签",
            clauses=clauses(*after),
            same=clauses(*after)[1:],
            papers=(w.LinkView("第 1 版 PDF", "#", True),),
        ),
        "hold": v.PortalHoldView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            title="冻结押金",
            lead="冻结不是付款。",
            figure=TOTAL,
            facts=facts,
            waits=True,
            problem=LATE,
        ),
        "hold_asked": v.PortalHoldView(
            human=human,
            lease_ref=LEASE,
            model=model,
            title="在支付应用里确认冻结",
            lead="15 分钟内有效。",
            figure=TOTAL,
            facts=facts,
            waits=True,
            order_ref="ZF-aaaaaaaaaa",
            app_order="app_id=2021&sign=" + "Ab3" * 120,
            until=until,
            links=(w.LinkView("押金什么时候解冻", "#"),),
        ),
        "cancel": v.PortalCancelView(
            human=human, lease_ref=LEASE, model=long_model, back=TOTAL, facts=facts, form=form("my_cancel", colour)
        ),
        "cancel_refused": v.PortalCancelView(
            human=human, lease_ref=LEASE, model=model, why_not=LATE, instead=(w.LinkView("归还这台手机", "#"),)
        ),
        "parcels": y.PortalParcelsView(
            human=human,
            lease_ref=LEASE,
            model=model,
            said="已登记没有收到",
            parcels=(parcel(sent, form("my_not_here", main=False)), parcel(lost, case=True)),
            promise=w.NeedView("发货晚了", "约定 2026-11-20 前发货。", "#", "看", w.ClockView("已过约定", None, "red")),
            links=(w.LinkView("取消订单，看能退回多少", "#"),),
            main=w.LinkView("收到了，去确认", "#"),
            problem=LATE,
        ),
        "parcels_none": y.PortalParcelsView(human=human, lease_ref=LEASE, model=model, said="", parcels=()),
        "handover": y.PortalHandoverView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            facts=facts,
            upload=upload,
            form=form("my_here"),
            not_here=w.LinkView("显示签收，但我没收到", "#"),
        ),
        "handover_over": y.PortalHandoverView(
            human=human, lease_ref=LEASE, model=model, facts=(), upload=upload, form=None, problem=LATE
        ),
        "swap": y.PortalSwapView(
            human=human,
            lease_ref=LEASE,
            model=model,
            said="已确认收到新手机",
            swaps=(
                y.SwapView(
                    ref="HJ-aaaaaaaaaa",
                    state=CHANGED,
                    reason="屏幕不显示",
                    steps=parcel(sent).steps,
                    lead="请把旧手机寄回。",
                    until=until,
                    facts=facts,
                    send=send_form("backup", problem=WRONG),
                    case=w.LinkView("已立案跟进", "#"),
                    acts=(form("my_new_phone"),),
                ),
            ),
            abated=(abated,),
            parcels_href="#",
            upload=upload,
            problem=LATE,
        ),
        "swap_none": y.PortalSwapView(
            human=human, lease_ref=LEASE, model=model, said="", swaps=(), abated=(), parcels_href="#"
        ),
        "return": y.PortalReturnView(
            human=human,
            lease_ref=LEASE,
            model=long_model,
            said="",
            title="寄回前准备",
            lead="逐项做完再寄。",
            pill=CHANGED,
            facts=facts,
            early=w.NeedView("还没到期", "剩下的租金照旧。", "#", "看要付多少"),
            upload=upload,
            form=send_form("backup", "sim_out"),
            links=(w.LinkView("到期可以怎么办", "#"),),
        ),
        "return_sent": y.PortalReturnView(
            human=human,
            lease_ref=LEASE,
            model=model,
            said="已登记寄回",
            title="我们收到了，等待检测",
            lead="",
            steps=parcel(sent).steps,
            facts=facts,
            parcel=parcel(sent, case=True),
            upload=upload,
            problem=LATE,
        ),
    }
