"""SAY-2: vague words get one polite, specific question back; the renter can always send as is."""

import re

from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.types import CaseType, Question
from shouwen.kernel.errors import Refusal

_VAGUE = re.compile(
    r"(?:手机|机器|设备|屏幕|东西|它|这个|那个)?(?:坏了|有问题|有点问题|不好用|不能用了?|用不了|不正常|出问题了?|不太对)"
    r"|(?:扣费|扣款|账单|费用|金额|钱|收费|租金|价格)(?:不对|有问题|错了|不合理|乱扣|太贵|太高)"
    r"|乱扣费|乱收费|有点问题|有问题|不对劲|你们看着办|怎么回事|什么情况|不知道怎么说"
)
_SPECIFIC = re.compile(
    r"\d|[一二两三四五六七八九十]+(?:天|月|日|号|点|期|元|块|处)|昨[天晚]|今[天早晚]|前天|上周|签收|开箱|划痕|裂|碎|黑屏|花屏|闪屏"
    r"|漏光|听筒|麦克风|扬声器|没声音|充不进|充电|发热|死机|重启|信号|边框|后盖|摄像头|押金|违约金|买断|重复扣"
)
_QUESTIONS = {
    CaseType.FAULT: "想帮您尽快修好：是哪个部位，从什么时候开始，具体什么现象？例如“11 月 18 日起听筒没有声音”。",
    CaseType.BILLING_DISPUTE: "是账单的哪一项，多少金额，和合同哪里不一样？例如“第 8 期租金多扣了 50 元”。",
    CaseType.BILLING_QUESTION: "想问的是账单的哪一项、哪一期？",
    CaseType.DAMAGE_DISPUTE: "写明看得见的样子会更有力：在哪个位置，多长，什么时候有的？",
    CaseType.OVERDUE_RELIEF: "是哪一期晚了，当时发生了什么？有扣款失败提示也请写上。",
    CaseType.DEVICE_LOST: "大概什么时间、在哪里丢的？不记得准确时间也没关系。",
    CaseType.SHIPPING_LATE: "是哪个订单，页面上承诺的发货时间是哪天？",
    CaseType.RETURN_TRACKING: "快递单号是多少，物流最后一条更新是什么？",
    CaseType.COMPLAINT: "是哪件事、大约什么时间，您希望怎样解决？",
}
_SHORT = 6


def ask_back(text: str, case_type: CaseType, asked_before: bool = False) -> Question | None:
    """A question when the words say too little, else None. Asks once (`asked_before`), never blocks, linear in
    length.
    """
    if asked_before:
        return None
    said = text[:4_000]
    if not said.strip():
        return None
    vague = _VAGUE.search(said)
    if vague is None and len(said.strip()) > _SHORT:
        return None
    if _SPECIFIC.search(said):
        return None
    words = vague[0] if vague else said.strip()
    start = said.index(words)
    asked = _QUESTIONS.get(case_type) or f"请再说具体一点：{CATALOGUE[case_type].asks[0].question}"
    return Question(asked, words, start, start + len(words))


def vague(question: Question) -> Refusal:
    """SAY-2: one specific question back; sending again with `as_is` always works."""
    return Refusal(
        "vague",
        question.zh,
        "please say a little more, or send it as it is",
        status=422,
        rule="SAY-2",
        field="text",
        remedy_zh="补充几个字会更快，也可以直接发送",
        remedy_en="add a few words, or send it as it is",
        data={"words": question.vague, "start": question.start, "end": question.end},
    )
