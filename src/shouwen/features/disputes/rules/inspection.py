"""INSP-1: an inspection later than the contract's days supports no claim."""

from datetime import date, timedelta

from shouwen.features.disputes.types import Look, RuleLook


def inspection_due_on(delivered_on: date, inspection_days: int) -> date:
    """The last day on which the inspection is on time; the day of delivery is not counted."""
    if inspection_days < 0:
        raise ValueError("inspection days cannot be negative")
    return delivered_on + timedelta(days=inspection_days)


def look_at_inspection(delivered_on: date, inspected_on: date, inspection_days: int, clause: str) -> RuleLook:
    """Was the phone inspected between its arrival and the last day? SPOKE means it was not."""
    due_on = inspection_due_on(delivered_on, inspection_days)
    sources = (clause,) if clause else ()
    took = (inspected_on - delivered_on).days
    if took < 0:
        return RuleLook(
            "INSP-1",
            Look.SPOKE,
            f"验机日期 {inspected_on} 早于收货日期 {delivered_on}，不能作为这次归还的验机",
            "the inspection is dated before the phone arrived",
            sources,
        )
    if inspected_on > due_on:
        return RuleLook(
            "INSP-1",
            Look.SPOKE,
            f"验机晚于约定：{delivered_on} 收到，应在 {due_on} 前验机，实际 {inspected_on}",
            f"the inspection was due by {due_on} and was made on {inspected_on}",
            sources,
        )
    return RuleLook(
        "INSP-1",
        Look.DID_NOT_APPLY,
        f"验机按时：收到后 {took} 天，约定 {inspection_days} 天内",
        f"on time: {took} of {inspection_days} days",
        sources,
    )
