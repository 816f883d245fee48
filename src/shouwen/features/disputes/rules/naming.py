"""What a picture is called in a reason: who took it when, of what. Its reference stands in small print."""

import re
from collections.abc import Iterable

from shouwen.features.disputes.types import PART_ZH, HandoverEvidence, Part, ReturnEvidence, Side

# the guided shots of EVI-4 that are no part of the phone
_VIEW_ZH = {
    "front": "正面照",
    "back": "背面照",
    "top_edge": "上边框照",
    "bottom_edge": "下边框照",
    "left_edge": "左边框照",
    "right_edge": "右边框照",
    "cameras": "摄像头照",
    "screen_on": "亮屏照",
    "imei": "IMEI 照",
    "imei_page": "IMEI 页面照",
}
_PARTS = {str(part): f"{PART_ZH[part]}照" for part in Part}
_LAW = re.compile(r"law:civil-code-(\d+)@([\d-]+)")
_REFERENCE = re.compile(r"[A-Z]{2}-[0-9A-Z-]+")


def shot_zh(part: str, mime: str) -> str:
    """`正面照`, `左边框照`; a video by that word, and what nobody named is a picture."""
    if mime.startswith("video/"):
        return "视频"
    return _VIEW_ZH.get(part) or _PARTS.get(part, "照片")


def is_reference(source: str) -> bool:
    """Whether a source is a reference of ours (`ZJ-…`), for small print, and not words such as a clause's."""
    return _REFERENCE.fullmatch(source) is not None


def law_zh(policy: str) -> str:
    """`law:civil-code-710@2021-01-01` in words; another version's name stays as it is."""
    found = _LAW.fullmatch(policy)
    return f"依据《民法典》第 {found[1]} 条（{found[2]} 起施行）" if found else f"规则版本 {policy}"


def handover_zh(shots: Iterable[HandoverEvidence]) -> str:
    """`交机时拍的正面照（2025-12-03）`; what the renter took says `签收时`."""
    return _said(("签收时" if one.by is Side.RENTER else "交机时", one.name_zh, one.at_zh) for one in shots)


def returned_zh(shots: Iterable[ReturnEvidence]) -> str:
    """`归还前拍的背面照（2026-11-16）`."""
    return _said(("归还前", one.name_zh, one.at_zh) for one in shots)


def _said(shots: Iterable[tuple[str, str, str]]) -> str:
    """Those of one moment and day together, each name once."""
    together: dict[tuple[str, str], dict[str, None]] = {}
    for when, name, at in shots:
        together.setdefault((when, at), {})[name] = None
    return "；".join(
        f"{when}拍的{'、'.join(names)}{f'（{at}）' if at else ''}" for (when, at), names in together.items()
    )
