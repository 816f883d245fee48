"""The worker builds what was asked for."""

from typing import Any

from shouwen.features.dossiers.building import build_dossier
from shouwen.platform.door import Door
from shouwen.platform.jobs import job


@job("build_dossier")
async def build(door: Door, payload: dict[str, Any]) -> None:
    """Build one dossier; an earlier try that was interrupted does no harm."""
    await build_dossier(door, int(payload["dossier_id"]))
