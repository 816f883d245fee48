"""Ask for a dossier, see how far it is, open it on record."""

from datetime import timedelta

from msgspec import Struct

from shouwen.features.cases.public import access_case
from shouwen.features.dossiers import store
from shouwen.features.dossiers.types import DossierRow
from shouwen.features.evidence.public import MANIFEST_KIND
from shouwen.kernel.errors import Absent, Refusal
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

PATIENCE = timedelta(minutes=3)
MOST_AN_HOUR = 6  # of one case: each holds every original once more


class ExportDossier(Struct, frozen=True, forbid_unknown_fields=True):
    """Have the dossier of a case prepared."""

    case_ref: Ref


@use_case(
    ExportDossier, DossierRow, permission=Permission.DOSSIER_EXPORT, method="POST", path="/cases/{case_ref}/dossier"
)
async def export_dossier(ctx: Ctx, command: ExportDossier) -> Done[DossierRow]:
    """生成证据包
    Prepare the dossier of a case; one under way already is joined (EVI-5)."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref)
    under_way = await store.preparing_of(ctx.conn, case.id, ctx.now - PATIENCE)
    jobs: tuple[Job, ...] = ()
    if under_way is None:
        await _refuse_many(ctx, case.id)
        ref = random_ref("ZB", 12)
        dossier_id = await store.insert_dossier(
            ctx.conn, ref, case.id, case.ref, case.renter_id, ctx.actor.role, ctx.actor.id, ctx.now
        )
        under_way = DossierRow(ref, case.ref, "preparing", ctx.now)
        jobs = (Job(kind="build_dossier", key=f"build_dossier:{dossier_id}", payload={"dossier_id": dossier_id}),)
    event = Event(
        kind="dossier.requested",
        text=f"{ctx.actor.name}申请导出证据包",
        rule="EVI-5",
        case_id=case.id,
        lease_id=case.lease_id,
        renter_id=case.renter_id,
        subject=under_way.ref,
        sealed=True,
        jobs=jobs,
    )
    return Done(under_way, event)


async def _refuse_many(ctx: Ctx, case_id: int) -> None:
    if await store.count_since(ctx.conn, case_id, ctx.now - timedelta(hours=1)) >= MOST_AN_HOUR:
        raise Refusal(
            "too_many_dossiers", "这件事刚刚已生成多份证据包", "several dossiers of this case were just made",
            status=429, rule="EVI-5", remedy_zh="请下载已生成的，或一小时后再试",
            remedy_en="download one of them, or try again in an hour", data={"retry_after_seconds": 3600},
        )  # fmt: skip


class ReadDossier(Struct, frozen=True, forbid_unknown_fields=True):
    """One dossier."""

    dossier_ref: Ref


@use_case(ReadDossier, DossierRow, permission=Permission.DOSSIER_EXPORT, method="GET", path="/dossiers/{dossier_ref}")
async def read_dossier(ctx: Ctx, command: ReadDossier) -> DossierRow:
    """证据包准备得怎样了
    How far a dossier is."""
    return await _access_dossier(ctx, command.dossier_ref)


@use_case(
    ReadDossier,
    DossierRow,
    permission=Permission.DOSSIER_EXPORT,
    method="GET",
    path="/dossiers/{dossier_ref}/download",
    recorded=True,
)
async def open_dossier(ctx: Ctx, command: ReadDossier) -> Done[DossierRow]:
    """下载证据包（会留下记录）
    Open a finished dossier; the download is put on record (EVI-6)."""
    dossier = await _access_dossier(ctx, command.dossier_ref)
    if dossier.state != "ready":
        raise Absent("证据包", "dossier")
    case = await access_case(ctx.conn, ctx.actor, dossier.case_ref)
    event = Event(
        kind="dossier.downloaded",
        text=f"{ctx.actor.name}下载证据包",
        rule="EVI-6",
        case_id=case.id,
        lease_id=case.lease_id,
        subject=dossier.ref,
        data={"sha256": dossier.sha256},
        sealed=True,
    )
    return Done(dossier, event)


class ListDossiers(Struct, frozen=True, forbid_unknown_fields=True):
    """The dossiers made for a case."""

    case_ref: Ref


@use_case(
    ListDossiers,
    list[DossierRow],
    permission=Permission.DOSSIER_EXPORT,
    method="GET",
    path="/cases/{case_ref}/dossiers",
)
async def list_dossiers(ctx: Ctx, command: ListDossiers) -> list[DossierRow]:
    """这件事的证据包
    The dossiers of a case, newest first."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref)
    return await store.list_of_case(ctx.conn, case.id)


async def _access_dossier(ctx: Ctx, dossier_ref: str) -> DossierRow:
    found = await store.find_dossier(ctx.conn, dossier_ref)
    if found is None:
        raise Absent("证据包", "dossier")
    await access_case(ctx.conn, ctx.actor, found[1])
    return found[0]


class SealManifest(Struct, frozen=True, forbid_unknown_fields=True):
    """Have a manifest's hash sealed."""

    dossier_ref: Ref
    content: dict[str, str]


class ManifestHanded(Struct, frozen=True):
    """The manifest is on its way into the log."""

    dossier_ref: str


@use_case(SealManifest, ManifestHanded, permission=Permission.SYSTEM, method="POST", path="/system/dossiers/manifest")
async def seal_manifest(ctx: Ctx, command: SealManifest) -> Done[ManifestHanded]:
    """封存证据包的清单
    Hand a dossier's manifest to the log."""
    event = Event(
        kind=MANIFEST_KIND,
        text="封存证据包清单",
        rule="EVI-5",
        subject=command.dossier_ref,
        data=dict(command.content),
        sealed=True,
    )
    return Done(ManifestHanded(command.dossier_ref), event)


class FinishDossier(Struct, frozen=True, forbid_unknown_fields=True):
    """The file is written."""

    dossier_id: int
    sha256: bytes
    size_bytes: int


@use_case(FinishDossier, ManifestHanded, permission=Permission.SYSTEM, method="POST", path="/system/dossiers/file")
async def finish_dossier(ctx: Ctx, command: FinishDossier) -> Done[ManifestHanded]:
    """证据包已备好
    Note a finished dossier and tell whoever waits."""
    row = await store.finish_dossier(ctx.conn, command.dossier_id, command.sha256, command.size_bytes, ctx.now)
    if row is None:
        raise Absent("证据包", "dossier")
    event = Event(
        kind="dossier.ready",
        text="证据包已备好，可下载并离线核验",
        rule="EVI-5",
        case_id=row["case_id"],
        renter_id=row["renter_id"],
        subject=row["ref"],
        data={"sha256": command.sha256.hex(), "size_bytes": command.size_bytes},
        topics=(f"case:{row['case_id']}", f"renter:{row['renter_id']}"),
    )
    return Done(ManifestHanded(row["ref"]), event)
