"""Handover beside return: the two pictures of a finding's part, on the renter's pages and on the desk's."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from shouwen.features.disputes.rows import ClaimMedia, ClaimRegion
from shouwen.kernel.days import beijing_on
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import CompareView, PhotoView, RegionView


def compare_view(
    handover: Iterable[ClaimMedia], photo_ref: str | None, photo_at: datetime | None, region: ClaimRegion | None,
    part: str, t: Words,
) -> CompareView | None:  # fmt: skip
    """The first still of `handover` beside the inspector's photo; None where one side has no picture.

    `part` is the part's name in the reader's language.
    """
    before = next((one for one in handover if one.mime.startswith("image/")), None)
    if before is None or photo_ref is None:
        return None
    drawn = None if region is None else RegionView(*msgspec.structs.astuple(region))
    taken_on = beijing_on(photo_at) if photo_at else None
    return CompareView(
        PhotoView(before.ref, t("出库"), beijing_on(before.at), alt=t("出库时的{part}", part=part)),
        PhotoView(photo_ref, t("验机时"), taken_on, drawn, alt=t("验机时的{part}", part=part)),
    )
