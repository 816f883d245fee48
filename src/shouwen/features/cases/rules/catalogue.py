"""The table of domain.md §5: names, urgency, resolver, evidence, and the statement's questions for each type."""

from shouwen.features.cases.types import Ask, CaseType, CaseTypeRow, Option
from shouwen.features.cases.types import EvidenceKind as E
from shouwen.kernel.actor import Role


def _options(*rows: tuple[str, str, str]) -> tuple[Option, ...]:
    return tuple(Option(key, label, text) for key, label, text in rows)


def _say(key: str, question: str, part: str, hint: str) -> Ask:
    return Ask(key, question, part, free_text_hint=hint)


_DAMAGE = (
    Ask(
        "since",
        "这处痕迹是什么时候有的？",
        "situation",
        _options(
            ("at_handover", "签收时就有", "签收时就有"),
            ("in_use", "使用中出现", "是使用中出现的"),
            ("unsure", "不清楚", "我不清楚是什么时候有的"),
            ("not_seen", "归还前没有", "归还寄出前没有"),
        ),
    ),
    Ask(
        "use",
        "使用期间",
        "background",
        _options(
            ("cased", "带壳", "带壳"),
            ("no_drop", "没摔过", "未跌落"),
            ("no_liquid", "没进液", "未接触液体"),
            ("unopened", "没拆修过", "未拆修"),
            ("dropped", "摔过", "摔过"),
        ),
        many=True,
    ),
    Ask(
        "request",
        "您希望",
        "request",
        _options(
            ("compare", "按签收影像核对，不收取", "请按签收影像核对，不计入赔偿"),
            ("market", "只付市场维修价", "请按市场维修价核算，只收取实际维修费用"),
            ("appraisal", "申请第三方检测", "请安排第三方检测，结论出来前不收取"),
        ),
    ),
    _say("more", "还想补充什么？", "background", "写明看得见的样子会更有力"),
)

_FAULT = (
    Ask(
        "part",
        "哪里有问题？",
        "situation",
        _options(
            ("screen", "屏幕", "屏幕"),
            ("battery", "电池、充电", "电池或充电"),
            ("camera", "摄像头", "摄像头"),
            ("speaker", "听筒、扬声器", "听筒或扬声器"),
            ("signal", "信号、网络", "信号或网络"),
            ("button", "按键、面容", "按键或面容识别"),
        ),
    ),
    _say("since", "从什么时候开始？", "situation", "例如：11 月 18 日早上开始"),
    _say("symptom", "具体是什么现象？", "situation", "例如：通话时对方听不见我说话"),
    Ask(
        "use",
        "使用期间",
        "background",
        _options(
            ("no_drop", "没摔过", "未跌落"),
            ("no_liquid", "没进液", "未接触液体"),
            ("updated", "系统已更新", "系统已更新到最新版本"),
            ("restarted", "已重启试过", "重启后现象依旧"),
            ("dropped", "摔过", "摔过"),
        ),
        many=True,
    ),
    Ask(
        "request",
        "您希望",
        "request",
        _options(
            ("repair", "维修", "请安排维修"),
            ("swap", "换机", "请安排换机"),
            ("abate", "无法使用的天数减租", "无法使用的天数请减免租金"),
        ),
        many=True,
    ),
)

_ROWS = (
    CaseTypeRow(
        CaseType.ORDER_CHANGE,
        "修改订单",
        "Order change",
        Role.AGENT,
        (
            Ask(
                "what",
                "要改什么？",
                "situation",
                _options(
                    ("address", "收货地址", "我想修改收货地址"),
                    ("plan", "租期", "我想修改租期"),
                    ("model", "机型或颜色", "我想修改机型或颜色"),
                    ("cancel", "取消订单", "我想取消订单"),
                ),
            ),
            _say("to", "改成什么？", "request", "写明新的地址、租期、机型或颜色"),
        ),
    ),
    CaseTypeRow(
        CaseType.SHIPPING_LATE,
        "超时未发货",
        "Shipping late",
        Role.AGENT,
        (
            Ask(
                "request",
                "您希望",
                "request",
                _options(
                    ("ship", "尽快发货", "请尽快发货并告知时间"),
                    ("cancel", "取消并退款", "请取消订单并全额退款"),
                ),
            ),
        ),
        urgent=True,
        helpful=(E.COURIER_PAGE,),
        attached=(E.CLAUSE, E.WAYBILL),
    ),
    CaseTypeRow(
        CaseType.FAULT,
        "手机故障",
        "Fault",
        Role.AGENT,
        _FAULT,
        required=(E.FAULT_VIDEO,),
        helpful=(E.SETTINGS_SCREENSHOT,),
        attached=(E.CLAUSE, E.HANDOVER_MEDIA),
    ),
    CaseTypeRow(
        CaseType.BILLING_QUESTION,
        "账单咨询",
        "Billing question",
        Role.AGENT,
        (_say("line", "想问账单的哪一项？", "situation", "例如：第 8 期租金为什么多 0.04 元"),),
        attached=(E.CHARGE, E.CLAUSE),
    ),
    CaseTypeRow(
        CaseType.BILLING_DISPUTE,
        "账单异议",
        "Billing dispute",
        Role.AGENT,
        (
            Ask(
                "why",
                "哪里不对？",
                "situation",
                _options(
                    ("amount", "金额与合同不符", "金额与合同不符"),
                    ("twice", "重复扣款", "同一笔重复扣款"),
                    ("paid", "已经付过", "这笔已经付过"),
                    ("unknown", "不知道是什么费用", "我不清楚这笔费用的由来"),
                ),
            ),
            Ask(
                "request",
                "您希望",
                "request",
                _options(
                    ("refund", "退回多扣部分", "请退回多扣的部分"),
                    ("explain", "书面说明", "请书面说明计算过程"),
                ),
                many=True,
            ),
        ),
        then=Role.SPECIALIST,
        required=(E.DEDUCTION_SCREENSHOT,),
        helpful=(E.BANK_STATEMENT,),
        attached=(E.CHARGE, E.CLAUSE),
    ),
    CaseTypeRow(
        CaseType.BUYOUT_QUESTION,
        "买断咨询",
        "Buyout question",
        Role.AGENT,
        (_say("on", "想在什么时候买断？", "situation", "例如：今天，或下期扣款之后"),),
        attached=(E.CLAUSE,),
    ),
    CaseTypeRow(
        CaseType.BUYOUT,
        "申请买断",
        "Buyout",
        Role.AGENT,
        (_say("on", "想在什么时候买断？", "situation", "例如：今天"),),
        attached=(E.CHARGE, E.CLAUSE),
    ),
    CaseTypeRow(
        CaseType.RETURN_TRACKING,
        "归还进度",
        "Return tracking",
        Role.AGENT,
        (_say("what", "想了解什么？", "situation", "例如：快递显示签收，页面还没更新"),),
        helpful=(E.RETURN_MEDIA,),
        attached=(E.WAYBILL,),
    ),
    CaseTypeRow(
        CaseType.DEPOSIT_REFUND,
        "退押金",
        "Deposit refund",
        Role.AGENT,
        (
            Ask(
                "request",
                "您希望",
                "request",
                _options(
                    ("release", "按合同解冻", "请按合同约定解冻押金"),
                    ("when", "告知到账时间", "请告知到账时间"),
                    ("hurry", "加急处理", "请加急处理"),
                ),
                many=True,
            ),
        ),
        then=Role.SPECIALIST,
        attached=(E.CLAUSE, E.WAYBILL, E.INSPECTION_REPORT),
    ),
    CaseTypeRow(
        CaseType.DAMAGE_DISPUTE,
        "定损异议",
        "Damage dispute",
        Role.SPECIALIST,
        _DAMAGE,
        required=(E.HANDOVER_MEDIA, E.RETURN_MEDIA, E.RETURN_360_VIDEO),
        helpful=(E.APPRAISAL,),
        attached=(E.CHARGE, E.CLAUSE, E.WAYBILL, E.HANDOVER_MEDIA, E.INSPECTION_REPORT),
        decision="damage",
    ),
    CaseTypeRow(
        CaseType.CREDIT_REVIEW,
        "额度复核",
        "Credit review",
        Role.SPECIALIST,
        (_say("what", "希望重新考虑什么？", "request", "例如：免押额度、审核结果"),),
        required=(E.INCOME_PROOF,),
        decision="credit_review",
    ),
    CaseTypeRow(
        CaseType.OVERDUE_RELIEF,
        "逾期减免",
        "Overdue relief",
        Role.AGENT,
        (
            Ask(
                "why",
                "这次为什么晚了？",
                "situation",
                _options(
                    ("failed", "扣款失败", "账户有余额但扣款失败"),
                    ("forgot", "忘记了", "我忘记了还款日"),
                    ("hard", "暂时困难", "我暂时周转困难"),
                    ("ill", "生病或意外", "因生病或意外没能按时付款"),
                ),
            ),
            Ask(
                "request",
                "您希望",
                "request",
                _options(
                    ("waive", "减免违约金", "请减免违约金"),
                    ("later", "延后几天", "请允许延后付款"),
                    ("correct", "更正记录", "请更正逾期记录"),
                ),
                many=True,
            ),
        ),
        then=Role.SPECIALIST,
        required=(E.PAYMENT_PROOF,),
        helpful=(E.BANK_STATEMENT,),
        attached=(E.CHARGE, E.CLAUSE),
    ),
    CaseTypeRow(
        CaseType.CREDIT_RECORD_OBJECTION,
        "信用记录异议",
        "Credit record objection",
        Role.SPECIALIST,
        (
            _say("record", "哪一条记录？", "situation", "写明机构、日期和内容"),
            _say("why", "为什么不对？", "background", "例如：当天已经付款"),
        ),
        required=(E.BANK_STATEMENT,),
        attached=(E.CHARGE,),
        decision="objection",
    ),
    CaseTypeRow(
        CaseType.DEVICE_LOST,
        "手机丢失",
        "Device lost",
        Role.AGENT,
        (
            _say("when", "什么时候丢的？", "situation", "例如：昨晚 9 点左右"),
            _say("where", "在哪里丢的？", "situation", "例如：地铁 2 号线上"),
            Ask(
                "request",
                "您希望",
                "request",
                _options(
                    ("lock", "马上锁机", "请马上锁定手机"),
                    ("pause", "先暂停扣款", "请暂停扣款"),
                ),
                many=True,
            ),
        ),
        urgent=True,
        helpful=(E.POLICE_RECEIPT,),
        attached=(E.CLAUSE,),
    ),
    CaseTypeRow(
        CaseType.COMPLAINT,
        "投诉",
        "Complaint",
        Role.SUPERVISOR,
        (
            _say("against", "投诉什么或哪位工作人员？", "situation", "写明经过和时间"),
            _say("asked", "希望怎样解决？", "request", "例如：更换客服并书面答复"),
        ),
        official=True,
    ),
    CaseTypeRow(
        CaseType.PRIVACY_REQUEST,
        "个人信息申请",
        "Privacy request",
        Role.ADMIN,
        (
            Ask(
                "request",
                "您希望",
                "request",
                _options(
                    ("copy", "获取副本", "请提供我的个人信息副本"),
                    ("correct", "更正", "请更正我的个人信息"),
                    ("erase", "删除", "请删除我的个人信息"),
                ),
            ),
        ),
        required=(E.IDENTITY_CHECK,),
    ),
)

CATALOGUE: dict[CaseType, CaseTypeRow] = {row.type: row for row in _ROWS}
