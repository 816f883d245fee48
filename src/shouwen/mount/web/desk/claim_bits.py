"""A claim in the desk's words: what each rule found, the pictures side by side, what the proposal asks."""

from collections.abc import Mapping

from shouwen.features.disputes.facts import pictures
from shouwen.features.disputes.public import ClaimProposal, ClaimRow
from shouwen.features.disputes.rows import ProposedFinding
from shouwen.features.disputes.types import FINDING_KIND_ZH, PART_ZH, Look, RuleLook
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ClaimCardView,
    FigureView,
    LinkView,
    PillView,
    RuleRowView,
)
from shouwen.mount.web.compare import compare_view

_FEW = 4
_COMPARED_FOR = {"seen_at_handover": "DMG-2", "unmarked_before_courier": "DMG-4", "imei": "DMG-4"}


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
        compare=compare_view(
            pictures(claim.media, "handover", finding.part),
            finding.photo_ref,
            finding.photo_at,
            finding.region,
            t(PART_ZH[finding.part]),
            t,
        ),
        rules=rule_rows(proposed, t),
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


def rule_rows(proposed: ProposedFinding, t: Words, sources: Mapping[str, str] | None = None) -> tuple[RuleRowView, ...]:
    """The rules that were looked at, with links to what they read where `sources` names it by reference.

    Without `sources` only those that spoke or would have, then the rest up to four. A rule whose pictures nobody
    has compared yet says so, and does not deny.
    """
    seen = [look for look in proposed.looked if look.look is not Look.NOT_NEEDED]
    if sources is None:
        spoke = [look for look in seen if look.look is not Look.DID_NOT_APPLY]
        others = [look for look in seen if look.look is Look.DID_NOT_APPLY][: max(0, _FEW - len(spoke))]
        seen = [look for look in seen if look in spoke or look in others]
    waiting = {_COMPARED_FOR.get(fact, "") for fact in proposed.to_mark}
    return tuple(
        _rule_row(look, t("影像还没有比对") if look.rule in waiting else look.zh, sources or {}) for look in seen
    )


def _rule_row(look: RuleLook, said: str, sources: Mapping[str, str]) -> RuleRowView:
    hit = look.look is Look.SPOKE
    shown = tuple(LinkView(sources[ref], f"/media/{ref}") for ref in look.sources if ref in sources)
    return RuleRowView(
        look.rule, "" if hit else said, "hit" if hit else "passed", strong=look.zh if hit else "", sources=shown
    )
