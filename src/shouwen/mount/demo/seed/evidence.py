"""Each picture enters the record at the hour it was taken, sealed as any upload is."""

from datetime import datetime, timedelta

from shouwen.features.evidence.use_cases import ImportMedia, import_media
from shouwen.kernel.actor import SYSTEM
from shouwen.mount.demo.seed.agenda import Agenda, History, Step
from shouwen.mount.demo.seed.pictures import Pictures
from shouwen.mount.demo.seed.plan import MediaPlan, Use, role_of

UPLOAD_TAKES = timedelta(seconds=25)


def add_media(agenda: Agenda, history: History, plan: MediaPlan, pictures: Pictures, renters: dict[str, int]) -> None:
    """`renters` maps lease references to renter keys."""
    for use in plan.uses:
        agenda.add(use.taken_at + UPLOAD_TAKES, _step(history, use, pictures, renters[use.lease_ref]))


def _step(history: History, use: Use, pictures: Pictures, renter: int) -> Step:
    async def step(at: datetime) -> None:
        kept = await pictures.kept(use.key, use.taken_at)
        actor = history.actor(use.by, renter)
        accepted = await history.run(
            at,
            import_media,
            SYSTEM,
            ImportMedia(
                lease_ref=use.lease_ref,
                purpose=use.purpose,
                part=use.part,
                file_name=use.file_name,
                size_bytes=kept.size_bytes,
                sha256=kept.sha256,
                measured=kept.measured,
                uploaded_role=role_of(use),
                uploaded_by=actor.id,
            ),
        )
        history.media[use.lease_ref, f"{use.purpose}:{use.key}"] = accepted.media_ref

    return step
