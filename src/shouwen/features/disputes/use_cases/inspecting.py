"""The inspector files a return inspection; findings become a claim that waits for the renter."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct, to_builtins
from msgspec.structs import replace

from shouwen.features.cases.public import NewCase, calendar, open_case
from shouwen.features.cases.types import CaseType, Statement
from shouwen.features.contracts.public import contract_in_force
from shouwen.features.contracts.types import Contract
from shouwen.features.disputes import store
from shouwen.features.disputes.facts import price_list
from shouwen.features.disputes.moving import last_day, notice, wake_at
from shouwen.features.disputes.proposing import clocks_of
from shouwen.features.disputes.rows import ClaimFiled, ClaimRegion, InspectionList, InspectionReport, PriceRow
from shouwen.features.disputes.rules.claim import until_when
from shouwen.features.disputes.store import NewFinding
from shouwen.features.disputes.types import (
    ClaimFacts,
    ClaimState,
    FindingKind,
    Part,
    Severity,
    StatedCause,
    Trace,
)
from shouwen.features.evidence.public import MediaRow, Purpose, claim_media, media_of_lease
from shouwen.features.leases.public import access_lease, hold_phone, move_lease, received_again
from shouwen.features.leases.types import LeaseAct, LeaseRow, LeaseState
from shouwen.features.money.public import book_day, kept_for_debts_fen, release_deposit
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.kernel.imei import is_imei
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Refused
from shouwen.platform.fields import Fen, Line, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Words = Annotated[str, Meta(max_length=1_000)]
PriceKey = Annotated[str, Meta(min_length=5, max_length=80, pattern=r"^[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+\Z")]
_IMEI_DIGITS = 15
Millimetres = Annotated[int, Meta(ge=0, le=1_000)]


class NewClaimFinding(Struct, frozen=True, forbid_unknown_fields=True):
    """One mark: what, how bad, how it looks, where on which photo. `price` is a key of the contract's list.

    `visible_at_30cm` left out means that the report does not say, and then nothing cosmetic is charged (DMG-8).
    """

    part: Part
    kind: FindingKind
    severity: Severity
    cause: StatedCause
    photo: Ref
    region: ClaimRegion
    price: PriceKey
    length_mm: Millimetres | None = None
    visible_at_30cm: bool | None = None
    traces: Annotated[tuple[Trace, ...], Meta(max_length=4)] = ()
    words: Words = ""
    market_repair_price_fen: Fen | None = None
    market_repair_source: Line = ""


class FileInspection(Struct, frozen=True, forbid_unknown_fields=True):
    """A return inspection: what came when, which phone it is, the unboxing video, and every mark found."""

    lease_ref: Ref
    received_on: date
    imei_seen: Annotated[str, Meta(pattern=r"^([0-9]{4}|[0-9]{15})\Z")]
    unboxing_video: Ref | None = None
    unboxing_continuous: bool = False
    findings: Annotated[tuple[NewClaimFinding, ...], Meta(max_length=20)] = ()
    note: Words = ""


@use_case(FileInspection, ClaimFiled, permission=Permission.INSPECT, method="POST", path="/inspections")
async def file_inspection(ctx: Ctx, command: FileInspection) -> Done[ClaimFiled] | Refused:
    """提交验机报告；有痕迹时请租客确认，没有时解冻押金；寄来的是另一台手机时请租客寄回原机
    File a return inspection: marks become a claim for the renter to answer, none releases the deposit."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    other_before = await store.other_phone_on_record(ctx.conn, lease.id)
    _refuse_dates(command, lease, beijing_on(ctx.now), anew=other_before)
    _, contract = await contract_in_force(ctx.conn, lease.id)
    media = await _media(ctx, lease.id, command)
    findings = _findings(command, contract, media)
    matches = lease.imei == command.imei_seen or (
        len(command.imei_seen) == 4 and lease.imei.endswith(command.imei_seen)
    )
    if lease.imei and not matches:
        if not is_imei(command.imei_seen):
            raise _misread(command.imei_seen)
        return await _keep_other_phone(ctx, lease, command)
    if other_before:
        await received_again(ctx.conn, lease.id, command.received_on)
    received = await _to_settling(ctx, lease)
    inspection_ref = random_ref("YJ")
    inspection_id = await store.insert_inspection(
        ctx.conn,
        store.NewInspection(
            ref=inspection_ref,
            lease_id=lease.id,
            inspector_id=ctx.actor.id,
            inspector_name=ctx.actor.name,
            received_on=command.received_on,
            inspected_at=ctx.now,
            imei_seen=command.imei_seen,
            imei_matches=matches,
            unboxing_media_id=media[command.unboxing_video].id if command.unboxing_video else None,
            unboxing_continuous=command.unboxing_continuous,
            note=command.note,
        ),
    )
    if inspection_id is None:
        raise Refusal(
            "inspected_already", "这台手机的验机报告已经提交过", "this return was inspected already",
            remedy_zh="请在“已提交的报告”里查看", remedy_en="see the reports on file",
        )  # fmt: skip
    if not findings:
        return await _nothing_found(ctx, lease, inspection_ref, received)
    return await _claim(ctx, lease, contract, inspection_ref, inspection_id, findings, media, received)


def _misread(imei_seen: str) -> Refusal:
    """What is on some other phone says nothing of this one: no deposit goes free on it, and no mark is claimed."""
    whole = len(imei_seen) == _IMEI_DIGITS
    return Refusal(
        "another_phone",
        f"填写的 IMEI（尾号 {imei_seen[-4:]}）与租约登记的不一致，报告还不能提交",
        "the phone on the table is not the one of the lease",
        remedy_zh="这 15 位数字不是有效的 IMEI，可能有一位看错了，请再核对"
        if whole
        else "请再核对机身和设置页的 IMEI；确实是另一台手机时，请填写它完整的 15 位 IMEI 再提交",
        remedy_en="a digit was misread: read the IMEI again"
        if whole
        else "read the IMEI again; if it is another phone, give all of its 15 digits",
        rule="INSP-1",
        data={"imei_seen_last4": imei_seen[-4:]},
    )


async def _keep_other_phone(ctx: Ctx, lease: LeaseRow, command: FileInspection) -> Refused:
    """Another phone lies on the table: on record at once, the renter is asked, and the deposit waits for the right one.

    INSP-1 and the deposit's days begin with the day the right one comes.
    """
    tail = command.imei_seen[-4:]
    said = (
        f"{command.received_on} 收到的手机 IMEI 尾号是 {tail}，租约登记的尾号是 {lease.imei[-4:]}，不是同一台。"
        "我们先妥善保管这台手机，不作处理。"
    )
    asked = "请核对寄出的是哪一台：寄错了请寄回租用的那台，登记有误请在这里告诉我们。押金等原机寄到并验机后解冻。"
    case, _, opened = await open_case(
        ctx,
        NewCase(
            type=CaseType.RETURN_TRACKING,
            renter_id=lease.renter_id,
            renter_name_masked=lease.renter_name_masked,
            statement=Statement(said, "", asked, said + asked),
            says=SYSTEM,
            lease_id=lease.id,
            lease_title=lease.model,
        ),
    )
    await store.put_other_phone(ctx.conn, lease.id, case.id, tail, command.received_on, ctx.now, ctx.actor.id)
    refusal = Refusal(
        "another_phone",
        f"收到的手机（IMEI 尾号 {tail}）不是租约登记的那台，已登记并请租客核对",
        "the phone on the table is not the one of the lease; the renter is asked",
        remedy_zh="请单独保管这台手机，不要退回；原机寄到后再提交验机报告，期限从那天起算",
        remedy_en="keep it apart; file the report when the right phone has come, the days begin then",
        rule="INSP-1",
        data={"imei_seen_last4": tail, "case_ref": case.ref},
    )
    event = Event(
        kind="inspection.another_phone", text=said + asked, rule="INSP-1", lease_id=lease.id,
        renter_id=lease.renter_id, case_id=case.id, subject=f"lease:{lease.ref}",
        data={"imei_seen_last4": tail, "received_on": str(command.received_on)}, sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk"),
    )  # fmt: skip
    return Refused(refusal, *opened, event)


async def _to_settling(ctx: Ctx, lease: LeaseRow) -> list[Event]:
    events: list[Event] = []
    if lease.state is LeaseState.RETURNING:
        state, event = await move_lease(ctx, lease, LeaseAct.RECEIVE)
        lease, events = replace(lease, state=state), [event]
    _, event = await move_lease(ctx, lease, LeaseAct.INSPECT)
    return [*events, event]


async def _media(ctx: Ctx, lease_id: int, command: FileInspection) -> dict[str, MediaRow]:
    """The photos and the video by reference: this lease's inspection media, else Absent."""
    refs = [finding.photo for finding in command.findings]
    if command.unboxing_video:
        refs.append(command.unboxing_video)
    rows = await media_of_lease(ctx.conn, lease_id, list(dict.fromkeys(refs)), Purpose.INSPECTION) if refs else []
    found = {row.ref: row for row in rows}
    for no, finding in enumerate(command.findings):
        if not found[finding.photo].mime.startswith("image/"):
            raise BadInput(f"findings[{no}].photo", "近照应是照片", "the close photo should be a photo")
    if command.unboxing_video and not found[command.unboxing_video].mime.startswith("video/"):
        raise BadInput("unboxing_video", "开箱影像应是视频", "the unboxing should be a video")
    return found


def _refuse_dates(command: FileInspection, lease: LeaseRow, on: date, *, anew: bool) -> None:
    """Received on a day between sending and today, and not after the day already on record (INSP-1 counts from it).

    `anew`: what came on that day was another phone, the right one may have come later.
    """
    latest = on if lease.returned_on is None or anew else min(on, lease.returned_on)
    earliest = lease.return_sent_on or lease.handed_over_on or lease.applied_on
    if not earliest <= command.received_on <= latest:
        raise BadInput(
            "received_on",
            f"收货日期应在 {earliest} 到 {latest} 之间",
            f"the phone was received between {earliest} and {latest}",
            remedy_zh="请按物流签收日期填写",
            remedy_en="use the courier's date of delivery",
        )


def _findings(command: FileInspection, contract: Contract, media: dict[str, MediaRow]) -> list[NewFinding]:
    prices = {row.key: row for row in price_list(contract)}
    return [
        _finding(no, finding, prices.get(finding.price), media[finding.photo])
        for no, finding in enumerate(command.findings)
    ]


def _finding(at: int, finding: NewClaimFinding, price: PriceRow | None, photo: MediaRow) -> NewFinding:
    if price is None:
        raise _bad_price(at, "在合同价目表里没有这一条", "the contract's price list has no such line")
    other = [
        name
        for name, listed, found in (
            (("部位", "part"), price.part, finding.part),
            (("种类", "kind"), price.kind, finding.kind),
            (("程度", "severity"), price.severity, finding.severity),
        )
        if listed != found
    ]
    if other:
        zh, en = "、".join(name[0] for name in other), ", ".join(name[1] for name in other)
        raise _bad_price(at, f"与所选的{zh}不一致", f"the line is for another {en}")
    region = finding.region
    if region.x + region.w > 1.000001 or region.y + region.h > 1.000001 or region.w <= 0 or region.h <= 0:
        raise BadInput(
            f"findings[{at}].region", "框出的范围超出照片，或没有大小", "the region lies outside the photo or is empty",
            remedy_zh="请重新框出痕迹", remedy_en="draw the region again",
        )  # fmt: skip
    return NewFinding(
        no=at + 1,
        part=finding.part,
        kind=finding.kind,
        severity=finding.severity,
        length_mm=finding.length_mm,
        visible_at_30cm=finding.visible_at_30cm,
        cause=finding.cause,
        traces=tuple(dict.fromkeys(finding.traces)),
        words=finding.words,
        media_id=photo.id,
        region=to_builtins(region),
        price_key=price.key,
        price_fen=price.price_fen,
        market_repair_price_fen=finding.market_repair_price_fen,
        market_repair_source=finding.market_repair_source,
    )


def _bad_price(at: int, zh: str, en: str) -> BadInput:
    return BadInput(
        f"findings[{at}].price", f"第 {at + 1} 处痕迹的“价目表条目”{zh}", f"price of mark {at + 1}: {en}",
        remedy_zh="请从价目表选择；表里没有的痕迹不能主张金额",
        remedy_en="choose a line of the list; what is not on it cannot be claimed",
    )  # fmt: skip


async def _nothing_found(ctx: Ctx, lease: LeaseRow, ref: str, events: Sequence[Event]) -> Done[ClaimFiled]:
    on = await book_day(ctx.conn, ctx.now)
    keep_fen = await kept_for_debts_fen(ctx.conn, lease.id, on)
    released_fen = await release_deposit(ctx.conn, ctx.act_id, lease, keep_fen, ref, on)
    text = f"验机完成，没有发现需要赔偿的痕迹；解冻押金 {format_fen(released_fen)}"
    if keep_fen:
        text += f"；还有未付款项 {format_fen(keep_fen)}，付清后解冻其余部分"
    event = _filed(lease, ref, "", text, [], {"released_fen": released_fen, "kept_for_fen": keep_fen})
    return Done(ClaimFiled(ref, "", 0), *events, event)


async def _claim(
    ctx: Ctx, lease: LeaseRow, contract: Contract, inspection_ref: str, inspection_id: int,
    findings: list[NewFinding], media: dict[str, MediaRow], events: Sequence[Event],
) -> Done[ClaimFiled]:  # fmt: skip
    claim_ref, claimed_fen = random_ref("DS"), sum(finding.price_fen for finding in findings)
    facts = ClaimFacts(state=ClaimState.AWAITING_RENTER, entered_at=ctx.now)
    until = until_when(facts, clocks_of(contract, ctx.now), calendar())
    if until is None:
        raise LookupError("a claim that waits for the renter has an end")
    claim_id = await store.insert_claim(
        ctx.conn, ref=claim_ref, lease_id=lease.id, renter_id=lease.renter_id, inspection_id=inspection_id,
        claimed_fen=claimed_fen, until=until, now=ctx.now, findings=findings,
    )  # fmt: skip
    await hold_phone(ctx.conn, lease.id, claim_ref, ctx.now)
    for finding in findings:
        await claim_media(ctx.conn, claim_id, [finding.media_id], finding.no)
    others = [row.id for row in media.values() if row.id not in {finding.media_id for finding in findings}]
    if others:
        await claim_media(ctx.conn, claim_id, others)
    text = f"验机报告已提交：{len(findings)} 处痕迹，主张 {format_fen(claimed_fen)}，请租客在 {last_day(until)}前确认"
    message = f"归还手机的验机结果已出，请在 {last_day(until)}前确认或提出异议，逾期不视为认可。"
    event = _filed(lease, inspection_ref, claim_ref, text, findings, {"claimed_fen": claimed_fen})
    jobs = (notice(claim_ref, lease.renter_id, "filed", message), *wake_at(claim_ref, until))
    return Done(ClaimFiled(inspection_ref, claim_ref, claimed_fen), *events, replace(event, jobs=jobs))


def _filed(
    lease: LeaseRow, inspection_ref: str, claim_ref: str, text: str, findings: Sequence[NewFinding],
    data: dict[str, object],
) -> Event:  # fmt: skip
    marks = [
        {"no": f.no, "part": f.part, "kind": f.kind, "severity": f.severity, "price": f.price_key,
         "price_fen": f.price_fen, "media_id": f.media_id}
        for f in findings
    ]  # fmt: skip
    return Event(
        kind="inspection.filed",
        text=text,
        rule="INSP-1",
        lease_id=lease.id,
        renter_id=lease.renter_id,
        subject=claim_ref or inspection_ref,
        data={"inspection": inspection_ref, "claim": claim_ref, "findings": marks, **data},
        sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk"),
    )


class ListInspections(Struct, frozen=True, forbid_unknown_fields=True):
    """What waits and what was filed."""


@use_case(
    ListInspections, InspectionList, permission=Permission.INSPECTIONS_READ, method="GET", path="/inspections",
    snapshot=True,
)  # fmt: skip
async def list_inspections(ctx: Ctx, command: ListInspections) -> InspectionList:
    """等待验机的手机和已提交的报告
    Returned phones that wait for inspection, each with its last day (INSP-1), and the newest reports."""
    waiting, filed = await store.waiting_leases(ctx.conn), await store.filed_inspections(ctx.conn)
    return InspectionList(tuple(waiting), tuple(filed))


class ReadInspection(Struct, frozen=True, forbid_unknown_fields=True):
    """A report by its number."""

    inspection_ref: Ref


@use_case(
    ReadInspection, InspectionReport, permission=Permission.INSPECT, method="GET", path="/inspections/{inspection_ref}"
)
async def read_inspection(ctx: Ctx, command: ReadInspection) -> InspectionReport:
    """自己提交的一份验机报告
    A report one filed oneself, as it was filed."""
    return await store.own_report(ctx.conn, command.inspection_ref, ctx.actor.id)
