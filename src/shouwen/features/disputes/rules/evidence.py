"""DMG-1 to DMG-4: what the two sides can show."""

from collections.abc import Sequence
from datetime import datetime

from shouwen.features.disputes.rules.inspection import look_at_inspection
from shouwen.features.disputes.rules.naming import handover_zh, returned_zh
from shouwen.features.disputes.types import (
    DamageTerms,
    FindingFacts,
    Look,
    ReturnEvidence,
    RuleLook,
    Seen,
    Side,
)
from shouwen.kernel.days import beijing_at


def _clauses(*clauses: str) -> tuple[str, ...]:
    return tuple(clause for clause in clauses if clause)


def look_at_report(facts: FindingFacts, terms: DamageTerms) -> tuple[RuleLook, RuleLook]:
    """INSP-1 and DMG-1: a late inspection, or a report without its three proofs, proves nothing."""
    seen = facts.inspection
    on_time = look_at_inspection(
        seen.delivered_on, seen.inspected_on, terms.inspection_days, terms.clause("inspection")
    )
    lacking = [
        zh
        for zh, there in (
            ("没有带拍摄时间的近照", bool(seen.close_photo_ref) and seen.close_photo_taken_at is not None),
            ("没有核对上 IMEI", seen.imei_matches),
            ("没有连续不间断的开箱视频", bool(seen.unboxing_video_ref) and seen.unboxing_continuous),
        )
        if not there
    ]
    sources = _clauses(seen.report_ref, seen.close_photo_ref, seen.unboxing_video_ref, terms.clause("evidence"))
    if on_time.look is Look.SPOKE:
        zh, en = f"{on_time.zh}，不能据此收取", "a late inspection supports no charge"
        return on_time, RuleLook("DMG-1", Look.SPOKE, zh, en, sources + on_time.sources)
    if lacking:
        zh = f"验机报告{'，'.join(lacking)}，不足以证明这处痕迹是您造成的"
        return on_time, RuleLook("DMG-1", Look.SPOKE, zh, "the report lacks required proof", sources)
    zh = "验机按时，报告有带时间的近照、IMEI 一致、开箱视频连续"
    return on_time, RuleLook("DMG-1", Look.DID_NOT_APPLY, zh, "on time and complete", sources)


def look_at_handover_mark(facts: FindingFacts, terms: DamageTerms) -> RuleLook:
    """DMG-2: the mark is visible in handover evidence, whoever took it."""
    marked = [shot for shot in facts.handover if shot.seen is Seen.MARKED]
    if marked:
        return RuleLook(
            "DMG-2",
            Look.SPOKE,
            f"{handover_zh(marked)}里，同一位置已有这处痕迹，属原有痕迹",
            "the mark is visible in handover evidence",
            tuple(shot.media_ref for shot in marked) + _clauses(terms.clause("handover")),
        )
    looked = tuple(shot.media_ref for shot in facts.handover)
    zh = "出库与签收影像中没有见到这处痕迹" if looked else "没有可比对的出库与签收影像"
    return RuleLook("DMG-2", Look.DID_NOT_APPLY, zh, "not visible in handover evidence", looked)


def look_at_lessors_handover(facts: FindingFacts, terms: DamageTerms) -> RuleLook:
    """DMG-3: without usable handover evidence from the lessor for that part, the doubt is the lessor's."""
    usable = [shot for shot in facts.handover if shot.by is Side.LESSOR and shot.seen is not Seen.UNCLEAR]
    if usable:
        zh = f"平台有这个部位的出库影像：{handover_zh(usable)}"
        refs = tuple(shot.media_ref for shot in usable)
        return RuleLook("DMG-3", Look.DID_NOT_APPLY, zh, "the lessor has handover evidence", refs)
    unclear = tuple(shot.media_ref for shot in facts.handover if shot.by is Side.LESSOR)
    zh = (
        "平台的出库影像看不清这个部位，不能证明发货时完好，疑问由平台承担"
        if unclear
        else "平台没有这个部位的出库影像，不能证明发货时完好，疑问由平台承担"
    )
    en = "no usable handover evidence from the lessor for this part"
    return RuleLook("DMG-3", Look.SPOKE, zh, en, unclear + _clauses(terms.clause("handover")))


def look_at_return_evidence(facts: FindingFacts, terms: DamageTerms) -> RuleLook:
    """DMG-4: sealed before the courier took it, IMEI matched, and the part unmarked or working."""
    took_at = facts.courier_took_at
    early = [shot for shot in facts.returned if _sealed_before(shot, took_at)]
    good = [shot for shot in early if shot.imei_matches and shot.seen is Seen.UNMARKED]
    if good and took_at is not None:
        sealed = _earliest(good)
        zh = (
            f"{returned_zh(good)}于 {_moment(sealed)} 封存，早于{facts.courier_zh}（{_moment(took_at)}）；"
            f"{good[0].imei_zh or 'IMEI 核对一致'}；影像显示这个部位完好；由平台向物流追偿"
        )
        en = "sealed before the courier took it, IMEI matched, part sound"
        refs = tuple(dict.fromkeys(ref for shot in good for ref in (shot.media_ref, shot.imei_ref) if ref))
        return RuleLook("DMG-4", Look.SPOKE, zh, en, refs + _clauses(terms.clause("evidence")))
    refs = tuple(shot.media_ref for shot in facts.returned)
    zh = _why_not(facts, early)
    return RuleLook("DMG-4", Look.DID_NOT_APPLY, zh, "no return evidence that shows it sound", refs)


def _why_not(facts: FindingFacts, early: list[ReturnEvidence]) -> str:
    took_at = facts.courier_took_at
    if not facts.returned:
        return "没有寄出前封存的归还影像"
    if took_at is None:
        return "没有快递揽收时间，无法判断影像是否在寄出前封存"
    if not early:
        sealed = _earliest(facts.returned)
        when = "归还影像还没有封存回执" if sealed is None else f"归还影像最早于 {_moment(sealed)} 封存"
        return f"{when}，不早于{facts.courier_zh}（{_moment(took_at)}）"
    if not any(shot.imei_matches for shot in early):
        return f"寄出前封存的影像没有核对上 IMEI：{early[0].imei_zh or '没有 IMEI 页面照'}"
    return f"寄出前封存、IMEI 一致的影像没有显示这个部位完好（早于{facts.courier_zh} {_moment(took_at)}）"


def _sealed_before(shot: ReturnEvidence, took_at: datetime | None) -> bool:
    return took_at is not None and shot.sealed_at is not None and shot.sealed_at < took_at


def _earliest(shots: Sequence[ReturnEvidence]) -> datetime | None:
    return min((shot.sealed_at for shot in shots if shot.sealed_at is not None), default=None)


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{beijing_at(at):%Y-%m-%d %H:%M}"
