"""Sample views for the gallery: the largest names, amounts and threads, empty states and refusals.

No database, no clock: every page can be looked at, compared and tested as it stands.
"""

from datetime import UTC, date, datetime, timedelta

import gallery_desk_life
import gallery_desk_money
import gallery_endings
import gallery_life
import gallery_money

from shouwen.mount.pages import views as w
from shouwen.mount.pages.lease_views import LeaseHeadView, LeaseTabLinkView

NOW = datetime(2026, 11, 23, 6, 5, 0, tzinfo=UTC)
MODEL = "iPhone 15 Pro Max"
LONG_MODEL = "三星 Galaxy Z Fold6 折叠屏 12GB+1TB 雾光银 全网通 官方认证翻新"
LEASE, CASE, CLAIM = "ZL-20251130-0417", "SW-7K2M9QX4TB", "DS-20261118-0032"
HUMAN = w.HumanView(action=f"/my/cases/{CASE}/human", wait_s=20)
OWNED = w.HumanView(action=f"/my/cases/{CASE}/human", owner="周敏", case_href=f"/my/cases/{CASE}")


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def ahead(**span: float) -> datetime:
    return NOW + timedelta(**span)


def clause(no: str) -> w.ClauseRefView:
    return w.ClauseRefView(no, f"/my/leases/{LEASE}/contract#c-{no}")


def media(n: int, **more: object) -> w.MediaView:
    fields: dict[str, object] = {
        "ref": f"ZJ-SAMPLE000{n}",
        "name": f"IMG_20251203_1402{n:02d}.jpg",
        "src": f"/samples/phone-{n % 4}.svg",
        "receipt_no": 18_200 + n,
        "size_bytes": 3_400_000 + n,
        "receipt_href": f"/my/evidence/ZJ-SAMPLE000{n}",
    }
    return w.MediaView(**(fields | more))  # type: ignore[arg-type]


MARK = w.RegionView(0.215, 0.21, 0.12, 0.17)
COMPARE = w.CompareView(
    before=w.PhotoView("ZJ-OUT", "出库", date(2025, 11, 30), MARK, "/samples/phone-0.svg", width=2000, height=1200),
    after=w.PhotoView("ZJ-BACK", "归还", date(2026, 11, 18), MARK, "/samples/phone-1.svg", width=2000, height=1200),
)
CLAIMED = w.FigureView(
    32_000,
    ("价目表 2026-10 版 · 边框划痕（中度） 320.00", "合同上限 3,000.00 之内"),
    (clause("8.2"),),
    ("DMG-8",),
    "价目表 2026-10 版",
)
BUYOUT = w.FigureView(
    404_600,
    ("签约价 8,046.00", "− 已付租金（8 期） 4,000.00", "＝ 4,046.00"),
    (clause("9.1"),),
    ("BUY-2",),
    "无手续费",
    ahead(hours=9),
)
LADDER = w.LadderView(
    tuple(
        w.LadderPointView(k, 804_600 - 50_000 * k, date(2025 + (11 + k) // 12, (11 + k) % 12 + 1, 5)) for k in range(13)
    ),
    404_600,
    8,
    "再付 4 期到期后买断价 ¥2,046.00，合计同为 ¥8,046.00：早买不多付，也不少付。",
)
STEPS = tuple(
    w.StepView(text, "done" if i < 4 else "current" if i == 4 else "todo", ago(days=360 - i * 70) if i < 5 else None)
    for i, text in enumerate(("签约", "发货", "签收使用", "归还", "验机", "结清"))
)
RULES = (
    w.RuleRowView("INSP-1", "验机按时：签收后 1 天 ✓"),
    w.RuleRowView(
        "DMG-2", "位置差 0.6 mm，判为原有痕迹", "hit", "出库影像同处可见", (w.LinkView("影像", "/media/ZJ-OUT"),)
    ),
    w.RuleRowView("DMG-6", "即便为新痕：12 mm 细痕在合同损耗表内"),
)
STATEMENT = (
    w.StatementPartView(
        "现状",
        (
            w.SpanView("我于 "),
            w.SpanView("2025-12-03", True),
            w.SpanView(" 签收、"),
            w.SpanView("2026-11-18", True),
            w.SpanView(" 归还的 "),
            w.SpanView(MODEL, True),
            w.SpanView("，验机报告称左上边框有 12 mm 划痕。"),
        ),
    ),
    w.StatementPartView("背景", (w.SpanView("使用期间带壳，未跌落，未接触液体；签收当天拍有 360° 开箱视频。"),)),
    w.StatementPartView(
        "诉求",
        (
            w.SpanView("依"),
            w.SpanView("合同 8.2、8.5 条", True),
            w.SpanView("，请按签收影像核对该处划痕，不计入赔偿。"),
        ),
    ),
)
QUOTE = w.QuoteView(
    "BJ-3F8K2M",
    "买断报价",
    BUYOUT,
    date(2026, 11, 23),
    "按合同 9.1 条，今天买断需付 ¥4,046.00，今日有效。",
)
MESSAGES = (
    w.MessageView(
        1,
        "renter",
        ago(minutes=3),
        author="陈*宇",
        statement=STATEMENT,
        media=(media(0), media(1), media(2, kind="video")),
    ),
    w.MessageView(2, "system", ago(minutes=3), "已暂停争议金额 ¥320.00 的催收与违约金", rule="PAUSE-1"),
    w.MessageView(
        3,
        "staff",
        ago(minutes=2),
        "陈先生您好，我是周敏，这件事由我负责到底。您的视频和三张照片已收到并封存。"
        "我正在调取发货前的质检影像，与归还时逐处比对，今天 18:00 前给您进展。",
        "周敏",
        True,
        19,
    ),
    w.MessageView(
        4, "note", ago(minutes=1), "@林专员 出库视频 00:41 处左上边框可见反光细线，疑似同一处，请看比对。", "周敏"
    ),
    w.MessageView(5, "renter", ago(seconds=30), "好的。另外如果我干脆买下来，现在多少钱？", "陈*宇"),
)
LONG_THREAD = (
    MESSAGES
    + tuple(
        w.MessageView(
            6 + i,
            "renter" if i % 3 else "staff",
            ago(seconds=20),
            ("这是很长的一段话，" * (1 + i % 9)) + ("https://example.test/" + "a" * 120 if i % 7 == 0 else ""),
            "欧阳*************娜",
            i % 2 == 0,
        )
        for i in range(46)
    )
    + (w.MessageView(60, "staff", ago(seconds=5), "这是今天的报价。", "周敏", quote=QUOTE),)
)
GUARD = w.GuardView(
    items=(
        w.GuardItemView(
            said="¥2,400",
            title="买断价与合同不符。",
            right=w.FigureView(
                204_600,
                ("签约价 8,046.00 − 已付租金 6,000.00 ＝ 2,046.00",),
                (clause("9.1"),),
                ("BUY-2",),
                "今日有效",
            ),
            replace_with="¥2,046.00",
        ),
    )
)


def queue(open_ref: str = "") -> w.QueueView:
    def row(
        ref: str, name: str, title: str, text: str, clock: w.ClockView, unread: int = 0, **more: object
    ) -> w.QueueRowView:
        return w.QueueRowView(ref=ref, name=name, title=title, preview=text, clock=clock, unread=unread, seq=5, **more)  # type: ignore[arg-type]

    rows = (
        row(
            CASE,
            "陈*宇",
            "定损异议",
            "左上角那道划痕签收时就有，我拍了开箱视频",
            w.ClockView("回复", ahead(seconds=42)),
            2,
        ),
        row(
            "SW-B",
            "刘*",
            "手机丢失",
            "昨晚在地铁上丢的，能先锁机吗",
            w.ClockView("紧急", ahead(seconds=8), "red"),
            1,
            urgent=True,
            phone=True,
        ),
        row(
            "SW-C",
            "马*琳",
            "提前买断",
            "现在买断要多少？和下个月比呢",
            w.ClockView("回复", ahead(minutes=4, seconds=10)),
            1,
        ),
        row("SW-D", "赵*军", "逾期减免", "您：流水收到了，正在核对 11 月 3 日的扣款", w.ClockView("等租客")),
        row("SW-E", "欧阳*娜", "额度复核", "系统：材料齐全，今日 18:00 前答复", w.ClockView("等高级专员")),
        row("SW-F", "孙*平", "故障换机", "您：请按图检查听筒防尘网是否被贴膜盖住", w.ClockView("等租客")),
        row("SW-G", "吴*", "退押金进度", "系统：已验机，预计 11-24 解冻 ¥3,000.00", w.ClockView("明天 10:00")),
        row(
            "SW-H",
            "买买提***************江",
            "征信记录异议与官方投诉转办",
            "系统：" + "很长的一句话" * 20,
            w.ClockView("裁定", ahead(days=12, hours=3), amber_below_s=86_400),
            128,
        ),
    )
    tabs = (
        w.TabView("mine", "待我回复", 3, True),
        w.TabView("waiting", "等租客", 4),
        w.TabView("queue", "排队", 2),
        w.TabView("all", "全部"),
    )
    return w.QueueView(title="我的会话", active=7, capacity=8, tabs=tabs, rows=rows, open_ref=open_ref)


def facts(*rows: tuple[str, str] | tuple[str, str, str]) -> tuple[w.FactView, ...]:
    return tuple(w.FactView(*row) for row in rows)


RENTER = w.RenterFileView(
    name="陈*宇", phone="138****2210 · 已实名", facts=facts(("往来", "2 份租约，0 次逾期，第 1 次争议"))
)
LEASE_FILE = w.LeaseFileView(
    ref=LEASE,
    href=f"/desk/leases/{LEASE}",
    steps=STEPS,
    facts=(
        *facts(("机型", "iPhone 15 Pro Max 256G 原色 · 95 新"), ("租期", "12 期 × ¥500.00，已付 12 期")),
        w.FactView("买断", figure=w.FigureView(204_600, ("签约价 8,046.00 − 已付租金 6,000.00",), (clause("9.1"),))),
        w.FactView("押金", "¥3,000.00 预授权", "应于 11-24 解冻"),
    ),
)
TIMELINE = tuple(
    w.TimelineRowView(ago(minutes=m), text, who, rule, why)
    for m, text, who, rule, why in (
        (3, "租客提出异议，封存 5 件证据", "陈*宇", "", ""),
        (2, "周敏首问受理", "", "OWN-1", ""),
        (1, "调取出库影像", "", "EVI-6", "定损异议"),
        (0.5, "比对完成：1 处相同，0 处新增", "", "DMG-2", ""),
    )
)


def desk_case(**more: object) -> w.DeskCaseView:
    fields: dict[str, object] = {
        "case_ref": CASE,
        "header": w.DeskHeaderView(
            case_ref=CASE,
            title="定损异议",
            state=w.PillView("待举证", "pine"),
            turn=w.ClockView("轮到我们 · 11-25 前裁定", ahead(days=2), "amber", fixed=True),
            owner="周敏",
            owned_for_s=1560,
            can_ask_specialist=True,
            can_close=True,
        ),
        "thread": w.ThreadView(case_ref=CASE, messages=MESSAGES),
        "composer": w.ComposerView(
            case_ref=CASE,
            last_seq=5,
            draft="如果现在买断，需要支付 ¥2,400，付款后手机归您所有，押金授权同时解除。",
            draft_saved_at=NOW,
            guard=GUARD,
            snippets=(w.SnippetView("已收到材料", "材料已收到并封存。"),),
            asks=(w.SnippetView("开箱视频", "请补一段签收当天的开箱视频。"),),
            quotes=(w.QuoteChoiceView("buyout", "今天的买断价", "合同 9.1"),),
        ),
        "file": w.FileView(
            case_ref=CASE,
            renter=RENTER,
            lease=LEASE_FILE,
            claim=w.ClaimCardView(
                ref=CLAIM,
                href=f"/desk/claims/{CLAIM}",
                title="定损 · 左上边框划痕",
                proposal=w.PillView("建议：不收取", "amber"),
                compare=COMPARE,
                rules=RULES,
                claimed=CLAIMED,
                proposed=w.FigureView(0),
            ),
            money=facts(("待付", "¥0.00"), ("暂停", "¥320.00", "PAUSE-1")),
            checklist=(
                w.ChecklistView("出库影像", True, note="系统附上"),
                w.ChecklistView("归还影像", True),
                w.ChecklistView("开箱视频", False),
                w.ChecklistView("第三方检测", False, False),
            ),
            media=(media(0), media(1), media(2, kind="video")),
            timeline=TIMELINE,
            timeline_total=31,
        ),
    }
    return w.DeskCaseView(**(fields | more))  # type: ignore[arg-type]


def statement_page(**more: object) -> w.PortalStatementView:
    option, slot = w.OptionView, w.SlotView
    fields: dict[str, object] = {
        "human": HUMAN,
        "action": f"/my/claims/{CLAIM}/statement",
        "back_href": f"/my/claims/{CLAIM}",
        "title": "点选就好，日期、机型和条款已经替您填上。",
        "questions": (
            w.QuestionView(
                "since",
                "这处痕迹是什么时候有的？",
                (
                    option("before", "签收时就有", "签收时就有", True),
                    option("use", "使用中出现", "使用中出现"),
                    option("unsure", "不清楚", "我不清楚何时出现"),
                ),
            ),
            w.QuestionView(
                "use",
                "使用期间",
                (
                    option("case", "带壳", "带壳", True),
                    option("nodrop", "没摔过", "未跌落", True),
                    option("noliquid", "没进液", "未接触液体", True),
                    option("drop", "摔过", "曾跌落"),
                ),
                True,
            ),
            w.QuestionView(
                "ask",
                "您希望",
                (
                    option("check", "按签收影像核对，不收取", "请按签收影像核对，不计入赔偿", True),
                    option("market", "只付市场维修价", "请按市场维修价计算"),
                    option("third", "申请第三方检测", "申请第三方检测"),
                ),
            ),
        ),
        "sentence": (
            w.SentencePartView(
                "现状",
                (
                    slot("我于 "),
                    slot("2025-12-03", True),
                    slot(" 签收、"),
                    slot("2026-11-18", True),
                    slot(" 归还的 "),
                    slot(MODEL, True),
                    slot("，左上边框的痕迹"),
                    slot(slot="since"),
                    slot("。"),
                ),
            ),
            w.SentencePartView("背景", (slot("使用期间"), slot(slot="use"), slot("。"))),
            w.SentencePartView(
                "诉求",
                (slot("依"), slot("合同 8.2、8.5 条", True), slot("，"), slot(slot="ask"), slot("，并保留本次记录。")),
            ),
        ),
        "upload": w.UploadView(
            "statement",
            CLAIM,
            (
                media(0),
                media(1),
                media(2, state="uploading", received_bytes=2_100_000, src="/samples/phone-2.svg", receipt_href=""),
                media(3, state="refused", reason="太模糊，看不清痕迹，请靠近重拍一张", src="", receipt_href=""),
            ),
            "照片和视频",
            "签收开箱视频最有用",
        ),
        "vague": w.VagueView(words="有点问题", question="写明看得见的样子会更有力。"),
        "extra": "有点问题",
        "saved_at": NOW,
    }
    return w.PortalStatementView(**(fields | more))  # type: ignore[arg-type]


def finding(no: int, **more: object) -> w.FindingView:
    fields: dict[str, object] = {
        "no": no,
        "part": "左上边框",
        "kind": "划痕",
        "severity": "约 12 mm",
        "claimed": CLAIMED,
        "compare": COMPARE,
        "report_href": "/media/ZJ-BACK",
    }
    return w.FindingView(**(fields | more))  # type: ignore[arg-type]


def finding_page(**more: object) -> w.PortalFindingView:
    fields: dict[str, object] = {
        "human": HUMAN,
        "claim_ref": CLAIM,
        "lease_ref": LEASE,
        "model": MODEL,
        "state": w.PillView("等您确认", "amber"),
        "turn": w.ClockView("剩", ahead(days=2, hours=6), amber_below_s=3 * 86_400),
        "findings": (finding(1),),
        "inspected_at": ago(days=1),
        "inspector": "检测员 何**",
    }
    return w.PortalFindingView(**(fields | more))  # type: ignore[arg-type]


LEASE_CARD = w.LeaseCardView(
    ref=LEASE,
    href=f"/my/leases/{LEASE}",
    model=MODEL,
    spec="256G 原色钛金属 · 95 新",
    state=w.PillView("验机中", "amber"),
    paid=12,
    periods=12,
    next_text="押金解冻",
    next_amount_fen=300_000,
)
BIG_LEASE = w.LeaseCardView(
    ref="ZL-20260105-9999",
    href="/my/leases/ZL-20260105-9999",
    model=LONG_MODEL,
    spec="1TB 雾光银 · 99 新 · 官方认证翻新",
    state=w.PillView("租用中"),
    paid=3,
    periods=36,
    next_text="12-05 应付",
    next_amount_fen=123_456_789,
)
CASE_CARD = w.CaseCardView(
    ref=CASE,
    href=f"/my/cases/{CASE}",
    title="定损异议",
    state=w.PillView("待举证", "pine"),
    preview="周敏：我正在调取发货前的质检影像，今天 18:00 前给您进展。",
    at=ago(minutes=2),
    turn=w.ClockView("轮到我们 · 11-25 前裁定", ahead(days=2), fixed=True),
    unread=2,
)
NEED = w.NeedView(
    "验机结果等您确认",
    "验机员标注了 1 处痕迹。认可或异议都可以，期间不扣款。",
    f"/my/claims/{CLAIM}",
    "去看验机结果",
    w.ClockView("剩", ahead(days=2, hours=6), amber_below_s=3 * 86_400),
)
BILLS = (
    w.BillView(
        label="第 13 期租金",
        due_on=date(2026, 12, 5),
        state=w.PillView("未到期"),
        amount_fen=50_000,
        outstanding_fen=50_000,
        working=("总租金 6,000.00 ÷ 12 期 ＝ 500.00",),
        clauses=(clause("3.1"),),
        lease_title=MODEL,
    ),
    w.BillView(
        label="违约金（第 11 期）",
        due_on=date(2026, 11, 8),
        state=w.PillView("部分减免", "amber"),
        amount_fen=1_234,
        waived_fen=1_000,
        outstanding_fen=234,
        working=("500.00 × 0.05% × 5 天 ＝ 1.25", "逐日累计后去尾"),
        clauses=(clause("7.2"),),
        rules=("LATE-1", "LATE-4"),
        paused="争议期间暂停",
    ),
    w.BillView(
        label="定损赔偿",
        due_on=date(2026, 11, 18),
        state=w.PillView("争议中", "amber"),
        amount_fen=123_456_789,
        outstanding_fen=123_456_789,
        clauses=(clause("8.2"),),
        rules=("PAUSE-1",),
        lease_title=LONG_MODEL,
    ),
)
SETTLED = tuple(
    w.BillView(
        label=f"第 {n} 期租金",
        due_on=date(2026, n, 5),
        state=w.PillView("已付", "moss"),
        amount_fen=50_000,
        paid_fen=50_000,
        clauses=(clause("3.1"),),
        lease_title=MODEL,
    )
    for n in range(11, 6, -1)
)
CLAUSES = tuple(
    w.ContractClauseView(no, title, text, terms)
    for no, title, text, terms in (
        (
            "3.1",
            "租金",
            "租期 12 个月，总租金 6,000.00 元，分 12 期，每期 500.00 元，每月 5 日应付。",
            facts(("总租金", "¥6,000.00"), ("期数", "12")),
        ),
        (
            "7.2",
            "逾期",
            "逾期 3 日内不计违约金；此后按逾期租金每日万分之五计算，不超过当期租金的 10%。",
            facts(("宽限", "3 天"), ("日费率", "0.05%")),
        ),
        (
            "8.2",
            "定损",
            "归还后 3 日内验机。损坏赔偿不高于价目表、市场维修价、本条上限和手机当日价值中的最低者。",
            facts(("验机期限", "3 天"), ("上限", "¥3,000.00")),
        ),
        ("8.5", "损耗", "长度不超过 20 mm、深度无触感的细痕为正常损耗，不计入赔偿。", ()),
        (
            "9.1",
            "买断",
            "承租人可随时买断，买断价为签约价减去已付租金，不收手续费。",
            facts(("签约价", "¥8,046.00"), ("到期买断价", "¥2,046.00")),
        ),
    )
)
DECIDED = w.DecidedFindingView(
    no=1,
    title="左上边框划痕",
    claimed_fen=32_000,
    charged=w.FigureView(0, ("出库影像同处可见 → 不收取",), (clause("8.2"),), ("DMG-2",)),
    outcome=w.PillView("不收取", "moss"),
    rules=(
        w.RuleRowView(
            "DMG-2",
            "交机时拍的正面照、左边框照（2025-12-03）里，同一位置已有这处痕迹，属原有痕迹",
            "hit",
            shots=(media(0, name="交机时拍的正面照（2025-12-03）"), media(1, name="交机时拍的左边框照（2025-12-03）")),
        ),
    ),
    compare=COMPARE,
    words="这道细痕在出库影像里就能看到，位置相差 0.6 mm，不是您使用造成的。",
)
ROUTES = facts(
    ("与我们协商", "这个会话里继续说"),
    ("请求调解", "消费者协会 12315"),
    ("投诉", "市场监管部门 12315"),
    ("仲裁", "按合同约定的仲裁机构"),
    ("诉讼", "您所在地人民法院"),
)


def decision_page(**more: object) -> w.PortalDecisionView:
    fields: dict[str, object] = {
        "human": OWNED,
        "case_ref": CASE,
        "headline": "不收取这 ¥320.00",
        "lead": "这道细痕在出库影像里就有。押金 ¥3,000.00 今天解除冻结，约 1 个工作日到账。",
        "decided_at": ago(hours=1),
        "decided_by": "高级专员 林*",
        "findings": (DECIDED,),
        "money": facts(("押金解冻", "¥3,000.00", "11-24 前"), ("争议金额", "已撤销", "")),
        "charged": w.FigureView(0),
        "policy": "定损规则 2026-07-01 版",
        "letter_href": "/media/ZJ-LETTER",
        "dossier_href": f"/my/cases/{CASE}/dossier",
        "appeal_until_on": ahead(days=7).date(),
        "can_appeal": True,
        "can_close": True,
        "routes": ROUTES,
        "rating": w.RatingView(action=f"/my/cases/{CASE}/rating"),
    }
    return w.PortalDecisionView(**(fields | more))  # type: ignore[arg-type]


def case_page(**more: object) -> w.PortalCaseView:
    fields: dict[str, object] = {
        "human": OWNED,
        "status": w.PortalStatusView(
            case_ref=CASE,
            title="定损异议",
            state=w.PillView("待举证", "pine"),
            turn=w.ClockView("轮到我们 · 11-25 前裁定", ahead(days=2), "amber", fixed=True),
            next_text="专员正在比对出库与归还影像。期间不催收、不计违约金。",
            owner="周敏",
            links=(w.LinkView("验机结果", f"/my/claims/{CLAIM}"), w.LinkView("证据包", f"/my/cases/{CASE}/dossier")),
        ),
        "thread": w.PortalThreadView(case_ref=CASE, messages=MESSAGES),
        "upload": w.UploadView("message", CASE),
        "last_seq": 5,
        "can_close": True,
    }
    return w.PortalCaseView(**(fields | more))  # type: ignore[arg-type]


def desk_finding(no: int, **more: object) -> w.DeskFindingView:
    fields: dict[str, object] = {
        "no": no,
        "title": "左上边框划痕",
        "part": "左上边框",
        "kind": "划痕",
        "severity": "约 12 mm，无触感",
        "cause": "未见跌落痕迹",
        "claimed": CLAIMED,
        "proposal": w.PillView("建议：不收取", "amber"),
        "proposed_fen": 0,
        "rules": RULES,
        "answer": w.PillView("租客异议", "pine"),
        "compare": COMPARE,
        "inputs": (
            w.ChargeInputView("价目表", 32_000, "2026-10 版", True),
            w.ChargeInputView("市场维修价", 36_000, "官方售后报价"),
            w.ChargeInputView("合同上限", 300_000, "8.2 条"),
            w.ChargeInputView("当日价值", None, "二手行情"),
        ),
    }
    return w.DeskFindingView(**(fields | more))  # type: ignore[arg-type]


def claim_page(**more: object) -> w.DeskClaimView:
    fields: dict[str, object] = {
        "claim_ref": CLAIM,
        "case_href": f"/desk/cases/{CASE}",
        "lease_ref": LEASE,
        "lease_href": f"/desk/leases/{LEASE}",
        "model": MODEL,
        "renter": "陈*宇",
        "state": w.PillView("审核中", "pine"),
        "turn": w.ClockView("轮到我们 · 11-25 前裁定", ahead(days=2), "amber", fixed=True),
        "findings": (
            desk_finding(1),
            desk_finding(
                2,
                title="后盖裂纹",
                compare=None,
                proposal=w.PillView("建议：收取 ¥680.00", "amber"),
                proposed_fen=68_000,
            ),
        ),
        "facts": facts(
            ("出库", "2025-11-30"), ("签收", "2025-12-03"), ("归还", "2026-11-18"), ("验机", "2026-11-22，按时")
        ),
        "statement": MESSAGES[0],
        "media": (media(0), media(1), media(2, kind="video")),
        "authority": "你的权限：单份租约 12 个月内累计减免 ¥500.00",
        "policy": "定损规则 2026-07-01 版",
    }
    return w.DeskClaimView(**(fields | more))  # type: ignore[arg-type]


def choices(*labels: str) -> tuple[w.ChoiceView, ...]:
    return tuple(w.ChoiceView(f"c{n}", label) for n, label in enumerate(labels))


PROBLEM = w.ProblemView("这个会话已经由 林晓 接手", "你可以继续旁听，或请主管转交。", "OWN-1")
INSPECT = w.InspectFormView(
    lease_ref=LEASE,
    model=MODEL,
    received_on=date(2026, 11, 21),
    due=w.ClockView("验机期限剩", ahead(hours=20), amber_below_s=86_400),
    facts=facts(("机型", "iPhone 15 Pro Max 256G 原色"), ("IMEI", "…4417"), ("签收", "2026-11-21 10:02")),
    parts=choices("左上边框", "后盖", "屏幕"),
    kinds=choices("划痕", "裂纹"),
    severities=choices("轻", "中", "重"),
    causes=choices("未见跌落痕迹", "可见跌落点"),
    prices=(w.PriceChoiceView("frame_scratch", "边框划痕（中度）", 32_000),),
    checks=choices("开箱视频连续、没有剪辑"),
    sights=choices("看得见", "看不见，属于正常损耗", "不适用（功能问题）"),
    traces=choices("跌落", "挤压", "进液", "拆机"),
    photos=w.UploadView(
        "inspection", LEASE, (media(0), media(1)), "归还影像", "正面、背面、四边、镜头、亮屏、IMEI 页", field="photos"
    ),
    video=w.UploadView("inspection", LEASE, (), "开箱视频", "从拆封到亮屏，一镜到底", field="video_ref", max_files=1),
    handover=(media(2), media(3)),
)
LIST_ROWS = (
    w.ListRowView(
        href=f"/desk/leases/{LEASE}",
        title=MODEL,
        text="陈*宇 · 11-21 签收",
        ref=LEASE,
        clock=w.ClockView("剩", ahead(hours=20), amber_below_s=86_400),
        action=w.LinkView("验机", f"/desk/inspections/new?lease={LEASE}"),
    ),
    w.ListRowView(
        href="/desk/leases/x",
        title=LONG_MODEL,
        text="买买提***************江 · 11-20 签收",
        ref="ZL-20260105-9999",
        pill=w.PillView("已逾期", "red"),
    ),
)
APPROVAL = w.ApprovalView(
    ref="SP-1",
    title="减免违约金",
    amount_fen=80_000,
    asked_by="周敏（一线客服）",
    asked_at=ago(minutes=12),
    reason="银行扣款失败，流水可见余额充足",
    limit="一线 ¥30.00 · 专员 ¥500.00 · 主管 ¥5,000.00",
)
HOME = w.LinkView("回到首页", "/my")
DEMO = tuple(
    w.DemoLoginView(who, name, role, detail)
    for who, name, role, detail in (
        ("renter", "陈思宇", "租客", "归还了一台 iPhone，有一份验机结果等着看"),
        ("agent", "周敏", "一线客服", "7 个会话，3 个等回复"),
        ("specialist", "林晓", "高级专员", "有 2 份定损等裁定"),
        ("inspector", "何川", "检测员", "4 台手机等验机"),
        ("supervisor", "秦岚", "主管", "看队列、审批"),
        ("admin", "管理员", "管理员", "账号与接口"),
    )
)
UPLOAD = w.UploadView("evidence", LEASE, (), "", "")
API = w.ApiView(
    groups=(
        w.ApiGroupView(
            "cases",
            (
                w.ApiOperationView(
                    method="POST",
                    path="/api/v1/cases/{ref}/messages",
                    name="reply_to_case",
                    summary="回复租客",
                    permission="agent",
                    writes=True,
                    schema='{\n  "text": "string"\n}',
                    answer='{\n  "seq": 6\n}',
                ),
                w.ApiOperationView(
                    method="GET",
                    path="/api/v1/cases/{ref}",
                    name="read_case",
                    summary="读取一个会话",
                    permission="agent",
                    writes=False,
                ),
            ),
        ),
    ),
    version="0.1.0",
)


DEVICES = (
    w.DeviceView(id=1, device="Windows · Chrome", how="密码", since=NOW, until=NOW + timedelta(hours=12), here=True),
    w.DeviceView(
        id=2, device="iPhone · 微信", how="密码", since=NOW - timedelta(hours=3), until=NOW + timedelta(hours=9)
    ),
)


def portal_pages() -> dict[str, w.View]:
    home = w.PortalHomeView(human=HUMAN, needs=(NEED,), leases=(LEASE_CARD, BIG_LEASE), cases=(CASE_CARD,))
    group = w.EvidenceGroupView(
        title="iPhone 15 Pro Max · 归还与异议",
        href=f"/my/leases/{LEASE}",
        media=(*tuple(media(n) for n in range(7)), media(8, state="checking", receipt_href="")),
    )
    return {
        "sign_in": w.SignInView(demo_logins=DEMO),
        "sign_in_code": w.SignInView(phone="13812342210", code_phone="138****2210", demo_code="402771"),
        "sign_in_staff": w.SignInView(
            tab="staff", login_name="zhoumin", problem=w.ProblemView("账号或密码不对", "再试一次，或请管理员重置密码。")
        ),
        "sign_in_link": w.LinkLoginView(name="陈*宇", token="a-token-of-the-rental-app"),
        "account": w.AccountView(
            name="周敏",
            role_label="一线客服",
            home="/desk",
            devices=DEVICES,
            login="zhoumin",
            least_chars=10,
            problem=w.ProblemView("这个密码以前用过", "请换一个没有用过的"),
        ),
        "message_receipt": w.MessageReceiptView(
            human=HUMAN,
            back_href="/my/cases/SW-ABCDEFGHJK",
            body="视频发了，听筒真的一点声没有",
            receipt_no=10417,
            sealed_at=NOW,
            fingerprint="9f" * 32,
            facts=facts(("可信时间戳", "本机时间戳机构", "")),
            download=w.LinkView("下载回执（可离线核验）", "/my/receipt.json", True),
        ),
        "home": home,
        "home_empty": w.PortalHomeView(human=w.HumanView("/my/human", None, outside_hours="09:00 后有人接")),
        "lease": w.PortalLeaseView(
            human=HUMAN,
            lease=LEASE_CARD,
            steps=STEPS,
            facts=facts(("签约价", "¥8,046.00", "合同 9.1"), ("押金", "¥3,000.00 预授权", "应于 11-24 解冻")),
            need=NEED,
            bills=BILLS[:1],
            links=(
                w.LinkView("合同", f"/my/leases/{LEASE}/contract"),
                w.LinkView("买断", f"/my/leases/{LEASE}/buyout"),
            ),
            photos=(media(0), media(1)),
        ),
        "contract": w.PortalContractView(
            human=HUMAN,
            lease_ref=LEASE,
            title="手机租赁合同",
            version=1,
            signed_on=date(2025, 11, 30),
            clauses=CLAUSES,
            ladder=LADDER,
            sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            warnings=(w.RuleRowView("BUY-4", "两条买断条款算出不同金额，按较低者计价", "hit"),),
        ),
        "buyout": w.PortalBuyoutView(
            human=HUMAN,
            lease_ref=LEASE,
            model=MODEL,
            quote=BUYOUT,
            ladder=LADDER,
            lines=(w.LineView("逾期费用（另列）", 0),),
            after=facts(
                ("付款后", "当场解除押金授权 ¥3,000.00"), ("所有权", "电子转让书，可下载"), ("监管锁", "24 小时内解除")
            ),
        ),
        "buyout_refused": w.PortalBuyoutView(
            human=HUMAN,
            lease_ref=LEASE,
            model=LONG_MODEL,
            quote=w.FigureView(123_456_789, ("签约价 1,234,567.89",)),
            ladder=w.LadderView((w.LadderPointView(0, 100), w.LadderPointView(1, 0)), 100, 0),
            why_not=w.ProblemView("这台手机正在定损，裁定前不能买断", "裁定后可以立即买断。", "QUAR-1", "8.2"),
        ),
        "buyout_none": w.PortalBuyoutView(
            human=HUMAN,
            lease_ref=LEASE,
            model=MODEL,
            clause=w.ContractClauseView("8.1", "到期处理", "租期届满，租客应在 7 日内归还手机或续租。本合同不设买断。"),
            why_not=w.ProblemView(
                "这份合同没有买断选项（合同 8.1 条）", "到期可以归还或续租；想留下这台手机，请转人工。", "BUY-1", "8.1"
            ),
        ),
        **gallery_money.pages(HUMAN, MODEL, LONG_MODEL, NOW),
        **gallery_life.pages(HUMAN, MODEL, LONG_MODEL, NOW),
        **gallery_endings.pages(HUMAN, MODEL, LONG_MODEL, NOW),
        "finding": finding_page(),
        "finding_many": finding_page(
            findings=(
                finding(1),
                finding(
                    2,
                    part="后盖右下角靠近充电口",
                    kind="裂纹",
                    severity="重",
                    compare=None,
                    photo=media(1),
                    inspector_words="放射状裂纹，可见跌落点",
                    answer="contest",
                ),
            )
        ),
        "finding_answered": finding_page(
            can_answer=False,
            turn=None,
            state=w.PillView("审核中", "pine"),
            case_href=f"/my/cases/{CASE}",
            findings=(finding(1, answer="contest"),),
        ),
        "statement": statement_page(),
        "statement_start": statement_page(
            questions=tuple(
                w.QuestionView(
                    q.name, q.title, tuple(w.OptionView(o.value, o.label, o.phrase) for o in q.options), q.many
                )
                for q in statement_page().questions
            ),
            vague=None,
            extra="",
            saved_at=None,
            upload=w.UploadView("statement", CLAIM, (), "照片和视频", "签收开箱视频最有用"),
        ),
        "cases": w.PortalCasesView(
            human=HUMAN,
            open=(CASE_CARD,),
            closed=(
                w.CaseCardView(
                    ref="SW-Z",
                    href="/my/cases/SW-Z",
                    title="故障换机",
                    state=w.PillView("已结束", "moss"),
                    preview="已换机",
                    at=ago(days=40),
                    closed=True,
                ),
            ),
        ),
        "cases_empty": w.PortalCasesView(human=HUMAN),
        "case": case_page(),
        "case_long": case_page(
            thread=w.PortalThreadView(case_ref=CASE, messages=LONG_THREAD, earlier_href="?before=1"),
            problem=w.ProblemView("这条消息没有发出", "请再试一次。"),
        ),
        "decision": decision_page(),
        "decision_charged": decision_page(
            headline="需要付 ¥680.00",
            lead="后盖裂纹成立。金额取四项中的最低者。",
            charged=w.FigureView(
                68_000,
                ("min(价目表 680.00，市场维修价 900.00，合同上限 3,000.00，当日价值 4,100.00) ＝ 680.00",),
                (clause("8.2"),),
                ("DMG-8",),
            ),
            can_close=False,
            can_appeal=False,
            appealed="您已于 11-23 申诉，另一位专员会在 3 个工作日内答复。",
            rating=w.RatingView(action="/x", given=5),
        ),
        "evidence": w.PortalEvidenceView(
            human=HUMAN,
            groups=(group,),
            upload=UPLOAD,
        ),
        "evidence_empty": w.PortalEvidenceView(human=HUMAN),
        "receipt": w.ReceiptView(
            human=HUMAN,
            media=media(0),
            receipt_no=18_204,
            sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            sealed_at=ago(minutes=3),
            facts=facts(("检查点", "第 1,204 号"), ("时间戳", "本地时间戳机构（演示）"), ("保存到", "2029-11-24")),
            checks=(w.RuleRowView("EVI-4", "清晰度 142 ≥ 80"),),
            download=(
                w.LinkView("下载原件", "/media/ZJ-SAMPLE0000", True),
                w.LinkView("下载证明", "/media/ZJ-SAMPLE0000/proof", True),
            ),
        ),
        "dossier": w.DossierView(
            human=HUMAN,
            case_ref=CASE,
            title="定损异议的证据包",
            download_href=f"/my/cases/{CASE}/dossier",
            contents=facts(
                ("合同", "第 1 版，5 条"),
                ("对话", "31 条"),
                ("证据原件", "5 件"),
                ("裁定书", "1 份 PDF"),
                ("证明", "封存日志、时间戳、verify.html"),
            ),
            size_bytes=18_400_000,
        ),
        "error_404": w.ErrorView(
            status=404,
            title="没有找到这个会话",
            text="它可能不存在，或者您没有权限看。",
            remedy="请检查链接是否完整，或从首页重新进入。",
            home=HOME,
        ),
        "error_409": w.ErrorView(
            status=409, title="这个会话已经由 林晓 接手", text="您可以继续旁听，或请主管转交。", rule="OWN-1", home=HOME
        ),
        "error_500": w.ErrorView(status=500, title="我们这边出错了", text="您写的内容没有丢，请再试一次。", home=HOME),
    }


LEASE_HEAD = LeaseHeadView(
    ref="ZL-20251130-0417",
    model=MODEL,
    state=w.PillView("验机中", "amber"),
    renter="林*安",
    tabs=(
        LeaseTabLinkView("概况", "/desk/leases/ZL-20251130-0417", True),
        LeaseTabLinkView("账本", "/desk/leases/x/money"),
    ),
    said="已减免，租客会看到账单上的减免和理由",
)


def desk_pages() -> dict[str, w.View]:
    return {
        **gallery_desk_life.pages(LEASE_HEAD, NOW),
        **gallery_desk_money.pages(LEASE_HEAD, NOW),
        "desk": w.DeskView(queue=queue(CASE), case=desk_case()),
        "desk_none": w.DeskView(queue=queue()),
        "desk_empty": w.DeskView(queue=w.QueueView(title="我的会话", active=0, capacity=8, tabs=queue().tabs)),
        "desk_long": w.DeskView(
            queue=queue(CASE),
            case=desk_case(
                thread=w.ThreadView(case_ref=CASE, messages=LONG_THREAD, earlier_href="?before=1"),
                header=w.DeskHeaderView(
                    case_ref=CASE,
                    title="征信记录异议与官方投诉转办",
                    state=w.PillView("待举证", "pine"),
                    turn=w.ClockView("裁定", ahead(days=2), "amber"),
                    owner="买买提艾力·阿卜杜热合曼",
                    owned_for_s=90_000,
                    can_take=True,
                    can_ask_specialist=True,
                    decide_href=f"/desk/claims/{CLAIM}",
                    paused="催收已暂停",
                ),
                composer=w.ComposerView(case_ref=CASE, last_seq=60, problem=PROBLEM),
            ),
        ),
        "timeline": w.CaseTimelineView(case_ref=CASE, title="定损异议", rows=TIMELINE),
        "claim": claim_page(),
        "claim_decided": claim_page(can_decide=False, decided="林晓 于 11-23 裁定：不收取。", problem=PROBLEM),
        "inspect": INSPECT,
        "inspections": w.InspectionsView(waiting=LIST_ROWS, filed=LIST_ROWS[1:]),
        "inspections_empty": w.InspectionsView(),
        "approvals": w.ApprovalsView(
            waiting=(
                APPROVAL,
                w.ApprovalView(
                    ref="SP-2",
                    title="加急退款",
                    amount_fen=123_456_789,
                    asked_by="你",
                    asked_at=ago(hours=2),
                    reason="租客急用",
                    limit="专员",
                    own=True,
                ),
            ),
        ),
        "approvals_empty": w.ApprovalsView(),
        "desk_lease": w.DeskLeaseView(
            head=LEASE_HEAD,
            lease=LEASE_FILE,
            now=(
                w.NextActView(
                    label="寄回",
                    href=f"/desk/leases/{LEASE}/phone#send_back",
                    who="租客、一线客服、高级专员、主管",
                    until=w.ClockView("11-25 前", ahead(days=2), "amber", fixed=True),
                    clauses=(clause("7.1"),),
                    blocked="换机还没有办完",
                ),
                w.NextActView(label="买断", href=f"/desk/leases/{LEASE}/ending", who="租客", mine=False, rule="BUY-1"),
            ),
            waits=LIST_ROWS[:1],
            renter=RENTER,
            bills=BILLS + SETTLED,
            cases=LIST_ROWS[:1],
            media=(media(0), media(1)),
            ladder_lines=(w.LineView("今天", 204_600),),
        ),
        "leases": w.DeskLeasesView(
            q="0417", states=choices("租用中", "归还途中"), rows=LIST_ROWS, more_href="/desk/leases?after=7"
        ),
        "leases_none": w.DeskLeasesView(q="x", problem=w.ProblemView("这不是租约号，也不是末四位数字", "请用“查找”。")),
        "search": w.SearchView(q="0417", results=w.SearchResultsView(q="0417", rows=LIST_ROWS)),
        "search_empty": w.SearchView(q="", results=w.SearchResultsView(q="")),
        "api": API,
    }


def fragments() -> dict[str, w.View]:
    return {
        "queue": queue(CASE),
        "pane": desk_case(),
        "header": desk_case().header,
        "thread": w.ThreadView(case_ref=CASE, messages=MESSAGES[3:]),
        "file": desk_case().file,
        "guard": GUARD,
        "quote": w.QuoteCardView(QUOTE),
        "search_rows": w.SearchResultsView(q="0417", rows=LIST_ROWS),
        "portal_thread": w.PortalThreadView(case_ref=CASE, messages=MESSAGES),
        "portal_status": case_page().status,
        "vague": w.VagueView(words="有点问题", question="是哪个部位？从什么时候开始？"),
        "problem": w.ProblemFragmentView(PROBLEM),
    }
