"""A claim in the desk's words: what each rule found, the pictures side by side, what the proposal asks."""

from datetime import date

from shouwen.features.disputes.facts import pictures
from shouwen.features.disputes.public import ClaimProposal, ClaimRow
from shouwen.features.disputes.rows import ClaimRegion, FindingRow, ProposedFinding
from shouwen.features.disputes.types import FINDING_KIND_ZH, PART_ZH, Look, RuleLook
from shouwen.kernel.days import beijing_on
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ClaimCardView,
    CompareView,
    FigureView,
    LinkView,
    PhotoView,
    PillView,
    RegionView,
    RuleRowView,
)

_FEW = 4
_COMPARED_FOR = {"seen_at_handover": "DMG-2", "unmarked_before_courier": "DMG-4"}


def claim_card(claim: ClaimRow, proposal: ClaimProposal, t: Words) -> ClaimCardView | None:
    """The first finding with its proposal, at the top of the file."""
    if not claim.findings or not proposal.findings:
        return None
    finding, proposed = claim.findings[0], proposal.findings[0]
    return ClaimCardView(
        ref=claim.ref,
        href=f"/desk/claims/{claim.ref}",
        title=f"{t('定损')} · {t(PART_ZH[finding.part])}{t(FINDING_KIND_ZH[finding.kind])}",
        proposal=proposal_pill(proposed, t),
        compare=compare_view(claim, finding, t),
        rules=rule_rows(proposed, t, few=True),
        claimed=FigureView(finding.price_fen),
        proposed=FigureView(proposed.charge_fen, working=proposed.working),
        more=len(claim.findings) - 1,
    )


def proposal_pill(proposed: ProposedFinding, t: Words) -> PillView:
    """What the rules propose for a finding, in a word."""
    if proposed.to_mark:
        return PillView(t("待比对影像"), "amber")
    if proposed.charge_fen:
        return PillView(t("建议：收取 {amount}", amount=format_fen(proposed.charge_fen)), "amber")
    return PillView(t("建议：不收取"), "amber")


def rule_rows(proposed: ProposedFinding, t: Words, *, few: bool = False) -> tuple[RuleRowView, ...]:
    """The rules that were looked at; `few` keeps those that spoke or would have, then the rest up to four.

    A rule whose pictures nobody has compared yet says so, and does not deny.
    """
    seen = [look for look in proposed.looked if look.look is not Look.NOT_NEEDED]
    if few:
        spoke = [look for look in seen if look.look is not Look.DID_NOT_APPLY]
        others = [look for look in seen if look.look is Look.DID_NOT_APPLY][: max(0, _FEW - len(spoke))]
        seen = [look for look in seen if look in spoke or look in others]
    waiting = {_COMPARED_FOR.get(fact, "") for fact in proposed.to_mark}
    return tuple(
        _rule_row(look, t("影像还没有比对") if look.rule in waiting else look.zh, sources=not few) for look in seen
    )


def _rule_row(look: RuleLook, said: str, *, sources: bool) -> RuleRowView:
    hit = look.look is Look.SPOKE
    shown = tuple(LinkView(ref, f"/media/{ref}") for ref in look.sources if sources and ref.startswith("ZJ-"))
    return RuleRowView(
        look.rule, "" if hit else said, "hit" if hit else "passed", strong=look.zh if hit else "", sources=shown
    )


def compare_view(claim: ClaimRow, finding: FindingRow, t: Words) -> CompareView | None:
    """Handover beside return, where both have a picture of the part."""
    before = [one for one in pictures(claim.media, "handover", finding.part) if one.mime.startswith("image/")]
    if not before or finding.photo_ref is None:
        return None
    after_on: date | None = None if finding.photo_at is None else beijing_on(finding.photo_at)
    return CompareView(
        before=PhotoView(before[0].ref, t("出库"), beijing_on(before[0].at)),
        after=PhotoView(finding.photo_ref, t("归还"), after_on, _region(finding.region)),
    )


def _region(region: ClaimRegion | None) -> RegionView | None:
    return None if region is None else RegionView(region.x, region.y, region.w, region.h)
