"""Background work: look after the parcels of one lease, on its day or as soon as something went wrong."""

from typing import Any

from shouwen.features.deliveries.use_cases import LookAfterParcels, look_after_parcels
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform.door import Door
from shouwen.platform.jobs import job


@job("look_after_parcels")
async def look(door: Door, payload: dict[str, Any]) -> None:
    """Open what cases are due; a second run finds nothing wrong."""
    try:
        await door.run(look_after_parcels, SYSTEM, LookAfterParcels(int(payload["lease_id"])), channel="job")
    except Refusal as refusal:
        if refusal.code != "nothing_wrong":
            raise
