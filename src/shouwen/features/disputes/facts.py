"""From what is on file to what the damage rules read: pictures by part, contract terms, prices, cover. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from shouwen.features.contracts.types import Contract, DamagePriceTerm
from shouwen.features.disputes.rows import ClaimMedia, ClaimRow, FindingRow, PriceRow
from shouwen.features.disputes.rules.naming import handover_zh, returned_zh, shot_zh
from shouwen.features.disputes.types import (
    FINDING_KIND_ZH,
    PART_ZH,
    CoverFacts,
    DamageTerms,
    FindingFacts,
    FindingKind,
    HandoverEvidence,
    InspectionEvidence,
    Part,
    PriceInput,
    ReturnEvidence,
    Seen,
    Severity,
    Side,
    WearAllowance,
)
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_at, beijing_on, start_of

ANY_DAYS = 3_650  # a contract that sets no limit

_FRAMES = frozenset({Part.FRAME_TOP, Part.FRAME_BOTTOM, Part.FRAME_LEFT, Part.FRAME_RIGHT})
# A guided shot (EVI-4) → what it shows, beside the part of the same name.
_SHOWS: dict[str, frozenset[Part]] = {
    "front": frozenset({Part.SCREEN, Part.CORNER}),
    "screen_on": frozenset({Part.SCREEN}),
    "back": frozenset({Part.BACK, Part.CAMERA, Part.CORNER}),
    "cameras": frozenset({Part.CAMERA, Part.BACK}),
    "top_edge": frozenset({Part.FRAME_TOP, Part.CORNER, Part.SPEAKER}),
    "bottom_edge": frozenset({Part.FRAME_BOTTOM, Part.CORNER, Part.PORT, Part.SPEAKER}),
    "left_edge": frozenset({Part.FRAME_LEFT, Part.CORNER, Part.BUTTON}),
    "right_edge": frozenset({Part.FRAME_RIGHT, Part.CORNER, Part.BUTTON}),
    "frame_top": frozenset({Part.CORNER, Part.SPEAKER}),
    "frame_bottom": frozenset({Part.CORNER, Part.PORT, Part.SPEAKER}),
    "frame_left": frozenset({Part.CORNER, Part.BUTTON}),
    "frame_right": frozenset({Part.CORNER, Part.BUTTON}),
}
_AROUND = _FRAMES | {Part.SCREEN, Part.BACK, Part.CAMERA, Part.CORNER}
_IMEI_SHOTS = frozenset({"imei", "imei_page"})
_SCREEN_FAULTS = frozenset({FindingKind.CRACK, FindingKind.DISPLAY_FAULT})


def shows(media: ClaimMedia, part: Part) -> bool:
    """Whether a picture or video of the set shows this part; a video turns the whole phone."""
    name = media.part
    return (
        name == part or part in _SHOWS.get(name, frozenset()) or (media.mime.startswith("video/") and part in _AROUND)
    )


def pictures(media: Iterable[ClaimMedia], purpose: str, part: Part) -> tuple[ClaimMedia, ...]:
    """What of one set shows a part: close shots of that very part first."""
    found = [one for one in media if one.purpose == purpose and shows(one, part)]
    return tuple(sorted(found, key=lambda one: (one.part != part, one.mime.startswith("video/"), one.id)))


def price_list(contract: Contract) -> tuple[PriceRow, ...]:
    """The damage price list of a contract."""
    return price_rows(contract.terms.damage_prices)


def price_rows(lines: Iterable[DamagePriceTerm]) -> tuple[PriceRow, ...]:
    """A price list with the key a finding names each line by: `screen.scratch.light`."""
    return tuple(
        PriceRow(f"{line.part}.{line.kind}.{line.severity}", line.part, line.kind, line.severity, line.price_fen)
        for line in lines
    )


def damage_terms(contract: Contract) -> DamageTerms:
    """What the contract says about damage, with the number of the clause for each topic."""
    keys = {
        "inspection": "inspection_days",
        "wear": "wear_allowance",
        "damage": "damage_prices",
        "price_list": "damage_prices",
        "cap": "damage_cap_fen",
        "repair": "warranty_days",
    }
    clauses = {topic: found[0] for topic, key in keys.items() if (found := contract.clauses_for(key))}
    # clauses on handover pictures govern no typed term; they are known by their title
    named = next((clause.no for clause in contract.clauses if "交接影像" in clause.title), "")
    if named:
        clauses |= {"handover": named, "evidence": named}
    days = contract.terms.inspection_days
    return DamageTerms(
        inspection_days=ANY_DAYS if days is None else days,
        damage_cap_fen=contract.terms.damage_cap_fen,
        wear=tuple(
            WearAllowance(
                FindingKind(line.kind), line.max_mm, frozenset(Part(part) for part in line.parts),
                Severity(line.max_severity),
            )
            for line in contract.terms.wear_allowance
        ),
        clauses=clauses,
    )  # fmt: skip


def claim_clauses(contract: Contract) -> tuple[str, ...]:
    """The numbers of the clauses a claim rests on, for showing beside it."""
    terms = damage_terms(contract)
    numbers = [*terms.clauses.values(), *contract.clauses_for("dispute_days", "deposit_release_days")]
    return tuple(dict.fromkeys(numbers))


def title_of(finding: FindingRow) -> str:
    """`后盖 划痕 12 mm`."""
    size = "" if finding.length_mm is None else f" {finding.length_mm} mm"
    return f"{PART_ZH[finding.part]} {FINDING_KIND_ZH[finding.kind]}{size}"


def facts_to_mark(claim: ClaimRow, finding: FindingRow) -> tuple[str, ...]:
    """What a person has to read from the pictures before a contested finding can be charged."""
    unmarked: list[str] = []
    if finding.seen_at_handover is None and pictures(claim.media, "handover", finding.part):
        unmarked.append("seen_at_handover")
    before = _before_courier(claim, pictures(claim.media, "return", finding.part))
    if finding.unmarked_before_courier is None and before:
        unmarked.append("unmarked_before_courier")
    if finding.unmarked_before_courier is not False and before and _imei_page(claim, unread=True):
        unmarked.append("imei")
    return tuple(unmarked)


def finding_facts(
    claim: ClaimRow, finding: FindingRow, contract: Contract, ladder_price_fen: int | None
) -> FindingFacts:
    """Everything the rules read about one finding.

    A picture nobody has compared yet counts as not showing the mark, and the finding as not to be charged until
    somebody has (`facts_to_mark`). `ladder_price_fen` None: the contract sells no buyout, so that the used-market
    price alone is the value of the phone.
    """
    used_market = _price(claim.used_market_price_fen, "二手市场查询")
    ladder = _price(ladder_price_fen, _clause(contract, "buyout_formula"))
    if ladder is None and not contract.ladder_fen and used_market is not None:
        ladder = PriceInput(used_market.amount_fen, "合同不含买断，按二手市场价")
    return FindingFacts(
        no=finding.no,
        part=finding.part,
        kind=finding.kind,
        severity=finding.severity,
        inspection=InspectionEvidence(
            report_ref=claim.inspection_ref,
            delivered_on=claim.received_on,
            inspected_on=beijing_on(claim.inspected_at),
            close_photo_ref=finding.photo_ref or "",
            close_photo_taken_at=finding.photo_at,
            imei_matches=claim.imei_matches,
            unboxing_video_ref=claim.unboxing_ref or "",
            unboxing_continuous=claim.unboxing_continuous,
        ),
        place_zh=PART_ZH[finding.part],
        stated_cause=finding.cause,
        traces=frozenset(finding.traces),
        length_mm=finding.length_mm,
        visible_at_30cm=finding.visible_at_30cm,
        in_warranty=_in_warranty(claim, contract),
        handover=_handover(claim, finding),
        returned=_returned(claim, finding),
        courier_took_at=_courier_took_at(claim),
        courier_zh="快递揽收时间" if claim.return_picked_up_at else "寄出当天零点；没有登记揽收时间，按最早计",
        cover=_cover(claim, finding),
        price_list=PriceInput(finding.price_fen, f"{_clause(contract, 'damage_prices')}价目表"),
        market_repair=_price(finding.market_repair_price_fen, finding.market_repair_source or "市场维修报价"),
        ladder_price=ladder,
        used_market=used_market,
    )


def _price(amount_fen: int | None, source: str) -> PriceInput | None:
    return None if amount_fen is None else PriceInput(amount_fen, source)


def _clause(contract: Contract, key: str) -> str:
    numbers = contract.clauses_for(key)
    return f"合同 {numbers[0]} 条" if numbers else ""


def _in_warranty(claim: ClaimRow, contract: Contract) -> bool:
    days, from_on = contract.terms.warranty_days, claim.handed_over_on
    return days is not None and from_on is not None and claim.received_on <= from_on + timedelta(days=days)


def _handover(claim: ClaimRow, finding: FindingRow) -> tuple[HandoverEvidence, ...]:
    seen = Seen.MARKED if finding.seen_at_handover else Seen.UNMARKED
    return tuple(
        HandoverEvidence(
            one.ref,
            Side.RENTER if one.uploaded_role == Role.RENTER else Side.LESSOR,
            seen,
            _day(one),
            shot_zh(one.part, one.mime),
        )
        for one in pictures(claim.media, "handover", finding.part)
    )


def _courier_took_at(claim: ClaimRow) -> datetime | None:
    # where only the day of sending is on file the courier may have come at its first minute
    if claim.return_picked_up_at is not None or claim.return_sent_on is None:
        return claim.return_picked_up_at
    return start_of(claim.return_sent_on)


def _before_courier(claim: ClaimRow, shots: Iterable[ClaimMedia]) -> Sequence[ClaimMedia]:
    took_at = _courier_took_at(claim)
    return [one for one in shots if took_at is not None and one.sealed_at is not None and one.sealed_at < took_at]


def imei_pages(media: Iterable[ClaimMedia]) -> tuple[ClaimMedia, ...]:
    """Pictures of the IMEI page in the return set."""
    return tuple(
        one for one in media if one.purpose == "return" and one.part in _IMEI_SHOTS and one.mime.startswith("image/")
    )


def _imei_page(claim: ClaimRow, *, unread: bool = False) -> ClaimMedia | None:
    """The IMEI page sealed before the courier came that says most: one that matches, then any that was read."""
    found = _before_courier(claim, imei_pages(claim.media))
    if unread:
        return next((one for one in found if one.imei is None), None) if not _matching(found) else None
    return next(iter((*_matching(found), *(one for one in found if one.imei is not None), *found)), None)


def _matching(found: Iterable[ClaimMedia]) -> list[ClaimMedia]:
    return [one for one in found if one.imei is not None and one.imei.matches]


def _imei_zh(page: ClaimMedia | None) -> str:
    if page is None:
        return "没有在寄出前封存的 IMEI 页面照"
    if page.imei is None:
        return "IMEI 页面照还没有人读过"
    read = page.imei
    if not read.tail:
        return f"{read.by}看过 IMEI 页面照，号码看不清"
    return f"{read.by}在 IMEI 页面照上读出尾号 {read.tail}，与租约登记的 IMEI {'一致' if read.matches else '不一致'}"


def _returned(claim: ClaimRow, finding: FindingRow) -> tuple[ReturnEvidence, ...]:
    seen = {True: Seen.UNMARKED, False: Seen.MARKED, None: Seen.UNCLEAR}[finding.unmarked_before_courier]
    page = _imei_page(claim)
    matches = page is not None and page.imei is not None and page.imei.matches
    said, page_ref = _imei_zh(page), "" if page is None else page.ref
    return tuple(
        ReturnEvidence(one.ref, one.sealed_at, matches, seen, _day(one), shot_zh(one.part, one.mime), said, page_ref)
        for one in pictures(claim.media, "return", finding.part)
    )


def _day(media: ClaimMedia) -> str:
    return f"{beijing_at(media.at):%Y-%m-%d}"


def evidence_of(claim: ClaimRow, finding: FindingRow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What both sides put on file about a finding: in words, and the references."""
    handover, returned = _handover(claim, finding), _returned(claim, finding)
    photo = () if finding.photo_at is None else (f"验机时拍的近照（{beijing_at(finding.photo_at):%Y-%m-%d}）",)
    named = (handover_zh(handover), returned_zh(returned), *photo)
    refs = (*(one.media_ref for one in handover), *(one.media_ref for one in returned), finding.photo_ref)
    return tuple(text for text in named if text), tuple(ref for ref in refs if ref)


def _cover(claim: ClaimRow, finding: FindingRow) -> CoverFacts | None:
    if claim.screen_cover_deductible_fen is None:
        return None
    covers = finding.part is Part.SCREEN and finding.kind in _SCREEN_FAULTS
    return CoverFacts("碎屏险", covers, claim.screen_cover_deductible_fen, "租约增值服务")
