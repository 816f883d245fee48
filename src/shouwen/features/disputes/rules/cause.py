"""DMG-5 to DMG-7: cause, wear and cover."""

from shouwen.features.disputes.types import (
    COSMETIC,
    FINDING_KIND_ZH,
    INTERNAL,
    STATED_CAUSE_ZH,
    TRACE_ZH,
    DamagePolicy,
    DamageTerms,
    FindingFacts,
    FindingKind,
    Look,
    RuleLook,
    Severity,
    StatedCause,
    Trace,
    WearAllowance,
)

_OWN_TRACE = {FindingKind.LIQUID: Trace.LIQUID, FindingKind.OPENED: Trace.OPENING}
_RANK = {severity: rank for rank, severity in enumerate(Severity)}


def look_at_cause(facts: FindingFacts, terms: DamageTerms) -> RuleLook:
    """DMG-5: a fault of the phone itself, without trace of drop, liquid or opening, is not the renter's."""
    ref = (facts.inspection.report_ref,)
    repair = terms.clause("repair")
    sources = (*ref, repair) if repair else ref
    kind = FINDING_KIND_ZH[facts.kind]
    needed = _OWN_TRACE.get(facts.kind)
    shown = needed in facts.traces if needed else bool(facts.traces)
    unshown = facts.kind in INTERNAL and not shown
    if not unshown and facts.stated_cause is not StatedCause.FACTORY:
        found = "、".join(TRACE_ZH[trace] for trace in Trace if trace in facts.traces)
        cause = STATED_CAUSE_ZH[facts.stated_cause]
        zh = f"报告显示有{found}痕迹" if found else f"{kind}是外部痕迹，报告记录的原因：{cause}"
        return RuleLook("DMG-5", Look.DID_NOT_APPLY, zh, "the report shows an outside cause", ref)
    if facts.in_warranty:
        zh = f"{kind}：报告没有跌落、进液或拆机痕迹，且在保修期内，按保修处理"
        return RuleLook("DMG-5", Look.SPOKE, zh, "an internal fault within warranty", sources)
    zh = f"{kind}：报告没有跌落、进液或拆机痕迹，不足以证明由租客造成"
    en = "the report does not show that the renter caused it"
    return RuleLook("DMG-5", Look.SPOKE, zh, en, sources)


def _allowed(facts: FindingFacts, line: WearAllowance) -> bool:
    if line.kind is not facts.kind or (line.parts and facts.part not in line.parts):
        return False
    if _RANK[facts.severity] > _RANK[line.max_severity]:
        return False
    return line.max_mm is None or (facts.length_mm is not None and facts.length_mm <= line.max_mm)


def look_at_wear(facts: FindingFacts, terms: DamageTerms, policy: DamagePolicy) -> RuleLook:
    """DMG-6: within the wear allowance, ordinary use (民法典 710), or not visible at 30 cm in ordinary light."""
    report = facts.inspection.report_ref
    kind = FINDING_KIND_ZH[facts.kind]
    size = "" if facts.length_mm is None else f"{facts.length_mm} mm "
    line = next((one for one in terms.wear if _allowed(facts, one)), None)
    if line is not None:
        limit = "不限长度" if line.max_mm is None else f"{line.max_mm} mm 以内"
        clause = terms.clause("wear")
        zh = f"{size}{kind}在合同损耗表内（{limit}）"
        sources = (clause, report) if clause else (report,)
        return RuleLook("DMG-6", Look.SPOKE, zh, "within the contract's wear allowance", sources)
    if facts.stated_cause is StatedCause.WEAR:
        zh = f"报告记录为正常损耗，依{policy.wear_article}不承担赔偿"
        return RuleLook("DMG-6", Look.SPOKE, zh, "ordinary wear by law", (policy.wear_article, report))
    if facts.kind in COSMETIC and facts.visible_at_30cm is False:
        zh = f"自然光下 {policy.viewing_distance_cm} 厘米肉眼不可见，属正常损耗"
        en = "not visible unmagnified at 30 cm in ordinary light"
        return RuleLook("DMG-6", Look.SPOKE, zh, en, (report,))
    if facts.kind in COSMETIC and facts.visible_at_30cm is None:
        zh = f"不在合同损耗表内；报告没有写明 {policy.viewing_distance_cm} 厘米处是否肉眼可见"
        en = "visibility at 30 cm is not recorded"
        return RuleLook("DMG-6", Look.DID_NOT_APPLY, zh, en, (report,))
    zh = f"{size}{kind}超出合同损耗表，且不属正常损耗"
    return RuleLook("DMG-6", Look.DID_NOT_APPLY, zh, "beyond ordinary wear", (report,))


def look_at_cover(facts: FindingFacts, terms: DamageTerms) -> RuleLook:
    """DMG-7: a screen cover or add-on pays; the renter pays the deductible only."""
    cover = facts.cover
    clause = terms.clause("cover")
    if cover is None:
        return RuleLook("DMG-7", Look.DID_NOT_APPLY, "这份租约没有生效中的保障服务", "no cover in force")
    sources = tuple(source for source in (cover.source, clause) if source)
    if not cover.covers:
        zh = f"{cover.name_zh}不包含这一项"
        return RuleLook("DMG-7", Look.DID_NOT_APPLY, zh, "the cover does not include this", sources)
    zh = f"在{cover.name_zh}范围内，由保障服务承担，租客只付自付额"
    return RuleLook("DMG-7", Look.SPOKE, zh, "covered: deductible only", sources)
