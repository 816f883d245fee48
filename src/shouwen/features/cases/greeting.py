"""A greeting stops the first clock, not the second (SLA-1). Pure, linear in the length of the text."""

import re

_POLITE = re.compile(
    r"(?:您|你)好|早上好|上午好|中午好|下午好|晚上好|亲爱的|尊敬的|亲|先生|女士|小姐|客户|租客"
    r"|我是(?:客服)?[^，。！？,.!?\s]{1,6}|很高兴(?:为您服务|认识您)?|为您服务|请问有什么可以帮(?:到)?您(?:的)?|有什么可以帮(?:到)?您(?:的)?"
    r"|请稍等(?:一下|片刻)?|稍等(?:一下|片刻)?|请稍候|稍后(?:回复|答复|联系)您?|马上(?:来|为您)?(?:看|查|处理|核实)?(?:一下)?"
    r"|(?:我|这边)?(?:先|正在)?(?:帮您|为您|给您)?(?:看|查|核实)一下|已?收到(?:您的(?:消息|留言))?|在的|好的|嗯|哦|感谢您?(?:的)?(?:联系|耐心等待|反馈)?|谢谢"
    r"|hello|hi",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"[\W_]+")
_MATTER_CHARS = 4  # fewer characters than this besides politeness say nothing about the matter


def is_greeting(text: str) -> bool:
    """Whether a message only greets or asks to wait, without a fact, a question about the matter or an act."""
    return len(_NOTHING.sub("", _POLITE.sub("", text[:500]))) < _MATTER_CHARS and not any(c.isdigit() for c in text)
