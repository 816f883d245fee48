"""Letters of arrears: facts, what follows, what the renter can do. Exact and calm; nothing in them is a threat."""

from collections.abc import Sequence
from datetime import date

from shouwen.features.arrears.types import Ground, LetterGround
from shouwen.features.papers.types import PaperSection, PaperText
from shouwen.kernel.fen import format_fen

_ANSWER = (
    "对金额或事实有不同意见，请在租客中心的案件里答复；提出争议的金额在答复期间暂停催收，不追溯计费。",
    "一时有困难，也请告诉我们，由专人和您商量安排。",
)


def demand_letter(ground: LetterGround, days: int, ended_on: date | None = None) -> PaperText:
    """DEF-1: the debts, the days, what may follow and what the renter can do; `ended_on`: the term is over, the phone
    is to come back.
    """
    owes = ground.total_fen > 0
    wanted = "付清下列款项" if owes else ""
    if ended_on is not None:
        wanted += ("，并" if owes else "") + f"归还 {ground.model}"
    back = PaperSection(
        "归还手机",
        (f"租期已于 {ended_on} 届满。请在租客中心按归还清单寄回；想续租或买断，也可以在那里办理。",),
        ("《民法典》第七百三十三条",),
    )
    return PaperText(
        greeting=f"{ground.name_masked}，您好：",
        label="请付清" if owes else "",
        amount_fen=ground.total_fen if owes else None,
        summary=f"请在本函送达次日起 {days} 天内{wanted}。",
        sections=(
            *((_owed(ground),) if owes else ()),
            *((back,) if ended_on is not None else ()),
            PaperSection(
                "期限怎么算",
                (f"期限从本函送达的第二天起算，共 {days} 个整天；最后一天办结同样有效。截止日可在租客中心查看。",),
                ("《民法典》第七百二十二条",),
            ),
            PaperSection(
                "期满以后",
                ("期满仍未办结的，公司可以解除合同并请您归还手机。解除之前由主管核对全部往来，解除时另行书面通知您。",),
            ),
            PaperSection("您可以", _ANSWER),
        ),
    )


def termination_letter(
    ground: LetterGround, demanded_on: date, until_on: date, on: date, from_on: date, daily_fen: int, cap_fen: int
) -> PaperText:
    """DEF-1: the contract ends; the phone goes back; what keeping it costs, and its limit."""
    return PaperText(
        greeting=f"{ground.name_masked}，您好：",
        label="解除时尚未付清" if ground.total_fen else "",
        amount_fen=ground.total_fen or None,
        summary=f"租用 {ground.model} 的合同自 {on} 起解除，请归还手机。",
        sections=(
            PaperSection(
                "为什么",
                (f"{demanded_on} 书面催告，期限至 {until_on}；期满后仍有款项未付清或手机未归还。",),
                ("《民法典》第七百二十二条",),
            ),
            *((_owed(ground),) if ground.total_fen else ()),
            PaperSection(
                "归还手机",
                (
                    "请在租客中心按归还清单寄回：备份、退出账号与激活锁、取出 SIM 卡、拍照留存。",
                    f"自 {from_on} 起到交付快递为止，每天按合同日租金约 {format_fen(daily_fen)} 计收占用费，"
                    f"合计不超过遗失结算额 {format_fen(cap_fen)}。解除之后未到期的租金不再收取。",
                ),
            ),
            PaperSection("您可以", _ANSWER),
        ),
    )


def acceleration_letter(ground: LetterGround, demanded_on: date, until_on: date, working: Sequence[str]) -> PaperText:
    """民法典 634: the whole price is due now."""
    return PaperText(
        greeting=f"{ground.name_masked}，您好：",
        label="现应付",
        amount_fen=ground.total_fen,
        summary=f"{ground.model} 的分期价款全部到期，请付清。",
        sections=(
            PaperSection(
                "为什么",
                (f"{demanded_on} 书面催告，期限至 {until_on}；期满后到期未付的价款仍达到全部价款的五分之一。",),
                (*working, "《民法典》第六百三十四条"),
            ),
            _owed(ground),
            PaperSection("您可以", _ANSWER),
        ),
    )


def late4_letter(ground: LetterGround, no: int, due_on: date, paid_on: date, relieved_fen: int, why: str) -> PaperText:
    """CRE-5 for a first, short lateness."""
    return PaperText(
        greeting=f"{ground.name_masked}，您好：",
        label="免除的违约金",
        amount_fen=relieved_fen,
        summary=f"第 {no} 期租金的逾期违约金已全部免除。",
        sections=(
            PaperSection(
                "事实",
                (
                    f"租用 {ground.model}，第 {no} 期租金 {due_on} 到期，{paid_on} 付清。",
                    f"{why}。",
                ),
            ),
            PaperSection("说明", ("这次晚付不再产生任何费用。本函内容和我们的账目一致，可用存证回执核验。",)),
        ),
    )


def late5_letter(
    ground: LetterGround, no: int, due_on: date, relieved_fen: int, shown_by: Ground, why: str
) -> PaperText:
    """CRE-5 for a failed deduction that was not the renter's."""
    how = "我方扣款记录" if shown_by is Ground.OWN_CODE else "您提供的银行流水"
    return PaperText(
        greeting=f"{ground.name_masked}，您好：",
        label="冲回的违约金",
        amount_fen=relieved_fen,
        summary=f"第 {no} 期租金晚到不是您的责任，不作逾期处理。",
        sections=(
            PaperSection(
                "事实",
                (f"租用 {ground.model}，第 {no} 期租金 {due_on} 到期，当时扣款没有成功。", f"依据{how}：{why}。"),
            ),
            PaperSection(
                "我们已经做的",
                (
                    "违约金全部冲回，已付的部分转为您的余额。",
                    "我们的记录已更正：这一期不计为逾期。",
                    "因这一期作出的账户限制和告知已经解除。",
                ),
            ),
            PaperSection("说明", ("本函内容和我们的账目一致，可用存证回执核验。",)),
        ),
    )


def credit_notice_letter(ground: LetterGround, no: int, due_on: date, wait_days: int) -> PaperText:
    """CRE-4: what may be reported, when at the earliest, and everything that stops it."""
    return PaperText(
        greeting=f"{ground.name_masked}，您好：",
        label="未付金额",
        amount_fen=ground.total_fen,
        summary=f"按规定事先告知：本函送达次日起 {wait_days} 天内付清、获得减免或提出争议，就不会报送。",
        sections=(
            PaperSection(
                "事实",
                (
                    f"租用 {ground.model}，第 {no} 期租金 {due_on} 到期，"
                    f"至今未付 {format_fen(ground.total_fen)}（含违约金）。",
                ),
            ),
            PaperSection(
                "告知",
                (
                    f"公司是依法向征信机构提供信息的单位，报送前须先告知您。等待期为送达次日起 {wait_days} 个整天。",
                    "等待期内付清、逾期被免除、或者您提出争议，都会停止报送。",
                ),
                ("《征信业管理条例》第十五条",),
            ),
            PaperSection(
                "您的权利",
                ("认为信息有误，可以随时提出异议，二十日内书面答复；确有错误的，由我们负责更正并告知您结果。",),
                ("《征信业管理条例》第二十五条",),
            ),
            PaperSection("您可以", _ANSWER),
        ),
    )


def _owed(ground: LetterGround) -> PaperSection:
    lines = tuple(
        f"{line.name}：{line.due_on} 到期，未付 {format_fen(line.amount_fen)}"
        + (f"（合同第 {line.clause} 条）" if line.clause else "")
        for line in ground.lines
    )
    return PaperSection(
        "未付明细", (*lines, f"合计 {format_fen(ground.total_fen)}"), (f"{ground.signed_on} 签署的合同",)
    )
