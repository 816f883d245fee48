"""A case for the desk to decide a claim in, where the renter has opened none."""

from shouwen.features.cases.public import CaseRow, NewCase, open_case
from shouwen.features.cases.types import CaseType, Statement
from shouwen.features.disputes.moving import Next, OpenClaim, of_claim
from shouwen.kernel.actor import SYSTEM
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event


async def open_desk_case(ctx: Ctx, claim: OpenClaim, to: Next, text: str) -> tuple[CaseRow, int, tuple[Event, ...]]:
    """The case, the seq of its first item, and the events; `text` says why it is there, the decision clock runs."""
    row = claim.row
    case, opened, events = await open_case(
        ctx,
        NewCase(
            type=CaseType.DAMAGE_DISPUTE,
            renter_id=row.renter_id,
            renter_name_masked=row.renter_name_masked,
            statement=Statement(text, "", "", text),
            says=SYSTEM,
            lease_id=row.lease_id,
            lease_title=row.model,
            claim=of_claim(claim, to),
        ),
    )
    return case, opened.seq, events
