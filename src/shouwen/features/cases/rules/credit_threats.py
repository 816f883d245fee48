"""GUARD-1, second half: no threats with credit records the firm does not really report to. CRE-4."""

import re
from collections.abc import Iterator

from shouwen.features.cases.types import GuardFinding, GuardKind, GuardTopic

_CLAUSE = re.compile(r"[^。！？；，,!?;\n]+")
_SUBJECT = re.compile(r"征信|失信|信用记录|个人信用|信用黑名单|黑户|老赖")
_SCORE = re.compile(r"芝麻")
_THREAT = re.compile(
    r"上报|上传|报送|上到|上了|(?<![晚早网线])上(?=(?:您|你|个人|央行|人行)?的?征信)|报(?=征信|央行|人行)|影响|拉黑|拉入|拉进|列入|纳入|计入|录入"
    r"|接入|进入|写入|记入|留下|留痕|黑名单|污点|不良|黑户|老赖|失信|弄花|花了|毁|坏了|变差|下降|扣分"
)
_NOT = re.compile(
    r"(?:不会|不能|不得|不可|不|没有|没|未|无|非|别)(?:会|再|能|曾|被|有|因此)?"
    r"(?:向|把|将|对|给|在)?(?:您|你|个人|任何|央行|人行|的|征信|机构|信用|记录)*$"
)
_LOOK_BACK = 16


def _threatens(clause: str) -> bool:
    """Does the clause say that something will happen to a credit record (and not that it will not)?"""
    return any(
        not _NOT.search(clause[max(0, verb.start() - _LOOK_BACK) : verb.start()]) for verb in _THREAT.finditer(clause)
    )


def find_credit_threats(text: str, reports_to_bureau: bool, reports_to_score: bool) -> Iterator[GuardFinding]:
    """Each clause that threatens with a credit record the firm does not report to; blocked.

    A score provider (芝麻) is no credit bureau: calling it one is blocked even where the firm reports to a
    bureau.
    """
    for match in _CLAUSE.finditer(text):
        clause = match[0]
        score, subject = _SCORE.search(clause), _SUBJECT.search(clause)
        if not (score or subject) or not _threatens(clause):
            continue
        if score and subject:
            zh = "芝麻信用是评分机构，不是征信机构，请不要这样说。"
        elif score and not reports_to_score:
            zh = "我们没有向芝麻信用报送记录，不能以此提醒或施压。可以说明逾期费用和可以怎样补救。"
        elif subject and not reports_to_bureau:
            zh = "我们没有向征信机构报送记录，不能以征信提醒或施压。可以说明逾期费用和可以怎样补救。"
        else:
            continue
        yield GuardFinding(
            GuardKind.CREDIT_THREAT,
            match.start(),
            match.end(),
            clause,
            GuardTopic.OTHER,
            zh,
            clause="征信业管理条例 15",
            blocks=True,
        )
