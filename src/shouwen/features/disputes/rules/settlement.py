"""A decided charge meets the deposit hold; who pays an appraisal."""

from shouwen.features.disputes.types import Settlement
from shouwen.kernel.fen import plain_fen

KEPT_ZH = "本租约还有到期未付的款项，相应的押金暂不解冻，付清后自动解冻"


def settle(hold_fen: int, decided_fen: int, keep_fen: int = 0) -> Settlement:
    """Capture what was decided from the hold, release the rest, and name what is still owed. All in fen, none
    negative. `keep_fen` is what else is owed of the lease: so much stays held (DEP-1).
    """
    if hold_fen < 0 or decided_fen < 0 or keep_fen < 0:
        raise ValueError("neither a hold nor a charge is negative")
    capture_fen = min(hold_fen, decided_fen)
    kept_fen = min(hold_fen - capture_fen, keep_fen)
    release_fen, owed_fen = hold_fen - capture_fen - kept_fen, decided_fen - capture_fen
    kept = f" − 未付款项 {plain_fen(kept_fen)}" if kept_fen else ""
    working = [
        f"押金授权 {plain_fen(hold_fen)}",
        f"裁定金额 {plain_fen(decided_fen)}",
        f"从押金转支付 {plain_fen(capture_fen)}",
        f"解冻 {plain_fen(hold_fen)} − {plain_fen(capture_fen)}{kept} = {plain_fen(release_fen)}",
    ]
    if kept_fen:
        working.append(KEPT_ZH)
    if owed_fen:
        working.append(f"另需支付 {plain_fen(decided_fen)} − {plain_fen(capture_fen)} = {plain_fen(owed_fen)}")
    return Settlement(capture_fen, release_fen, owed_fen, tuple(working))


def appraisal_share_fen(fee_fen: int, charge_fen: int, against_renter: bool) -> int:
    """What the renter pays of an appraisal the lessor advanced: at most the smaller of fee and charge, else
    nothing.
    """
    if fee_fen < 0 or charge_fen < 0:
        raise ValueError("neither a fee nor a charge is negative")
    return min(fee_fen, charge_fen) if against_renter else 0
