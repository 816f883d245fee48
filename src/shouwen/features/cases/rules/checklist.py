"""What a case rests on: what the desk attaches itself, what is asked for, and what is asked for twice (OWN-5)."""

import re
from collections.abc import Collection

from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.types import EVIDENCE_ZH, CaseType, ChecklistItem, ChecklistState, EvidenceKind


def checklist_for(
    case_type: CaseType,
    held: Collection[EvidenceKind] = (),
    received: Collection[EvidenceKind] = (),
) -> tuple[ChecklistItem, ...]:
    """The checklist in the order attached, required, helpful, each kind once. Nothing on it blocks opening the
    case.

    `held` is what the desk has on file, `received` what the renter has sent to this case.
    """
    row = CATALOGUE[case_type]
    kinds = dict.fromkeys((*row.attached, *row.required, *row.helpful))
    items: list[ChecklistItem] = []
    for kind in kinds:
        required = kind in row.required
        if kind in received:
            state = ChecklistState.RECEIVED
        elif kind in held:
            state = ChecklistState.ATTACHED
        elif kind in row.attached and not required:
            continue  # the desk has none, and the renter is not asked for what is ours to keep
        else:
            state = ChecklistState.ASKED if required else ChecklistState.HELPFUL
        items.append(ChecklistItem(kind, EVIDENCE_ZH[kind], required, state))
    return tuple(items)


_WORDS = {
    EvidenceKind.CHARGE: "账单",
    EvidenceKind.CLAUSE: "合同",
    EvidenceKind.WAYBILL: "物流单号|快递单号|运单号|单号",
    EvidenceKind.HANDOVER_MEDIA: "开箱视频|开箱照片|签收照片|签收视频|签收影像|收货照片",
    EvidenceKind.RETURN_MEDIA: "归还照片|寄出照片|归还影像|归还视频",
    EvidenceKind.INSPECTION_REPORT: "验机报告",
    EvidenceKind.RETURN_360_VIDEO: "360",
    EvidenceKind.APPRAISAL: "检测报告|鉴定报告",
    EvidenceKind.COURIER_PAGE: "物流截图|物流页面|快递截图",
    EvidenceKind.FAULT_VIDEO: "故障视频|问题视频",
    EvidenceKind.SETTINGS_SCREENSHOT: "设置截图|设置页",
    EvidenceKind.DEDUCTION_SCREENSHOT: "扣款截图|扣费截图",
    EvidenceKind.BANK_STATEMENT: "银行流水|流水",
    EvidenceKind.PAYMENT_PROOF: "付款凭证|付款截图|支付凭证|支付截图|转账截图",
    EvidenceKind.INCOME_PROOF: "收入证明|房产证|行驶证|房产证明",
    EvidenceKind.POLICE_RECEIPT: "报警回执",
    EvidenceKind.IDENTITY_CHECK: "身份证",
}
_NAMED = {kind: re.compile(words) for kind, words in _WORDS.items()}
_ASKING = re.compile(
    r"(?:请|麻烦|需要|能否|可以|方便)(?:您|你)?(?:再|先|这边|帮忙)?(?:提供|上传|发|补充|补|拍|出示|给|传|告诉|说一下|报一下)"
    r"|(?:发|传|提供|告诉)(?:我|一下|过来)|是多少[?？]"
)
_SENTENCE = re.compile(r"[^。！；;!\n]+")


def already_on_file(text: str, held: Collection[EvidenceKind]) -> tuple[EvidenceKind, ...]:
    """OWN-5: what this message asks the renter for although it is on file; shown to the agent before sending,
    counted.
    """
    asked = [match[0] for match in _SENTENCE.finditer(text) if _ASKING.search(match[0])]
    return tuple(
        kind for kind in EvidenceKind if kind in held and any(_NAMED[kind].search(sentence) for sentence in asked)
    )
