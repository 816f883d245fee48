"""Changing a contract before shipping: propose, read side by side, agree or decline."""

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.contracts.public import ClauseDifference, compare, contract_versions
from shouwen.features.contracts.types import Contract, Quote, contract_from_json
from shouwen.features.leases.amending import (
    KIND_ZH,
    AmendmentKind,
    access_amendment,
    amendment_of,
    before_of,
    overtaken,
    put_version,
    quote_for,
    quote_of_address,
    refuse_late,
    refuse_out_of_stock,
    refuse_third_address,
    sha256_of,
    sha256_of_address,
    version_for,
)
from shouwen.features.leases.public import access_lease, lease_by_id
from shouwen.features.leases.signing import notice_job, print_job
from shouwen.features.leases.store import contracts as contract_rows
from shouwen.features.leases.store.contracts import AmendmentRow
from shouwen.features.leases.types import LeaseRow
from shouwen.features.leases.use_cases.contracts import Address, Sha256, lease_event
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on, start_of
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.masking import mask_address
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job
from shouwen.platform.fields import Count, Line, Name, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class ProposeAmendment(Struct, frozen=True, forbid_unknown_fields=True):
    """What should change: the address; the plan, by how many instalments; the model, by a plan of it; the colour."""

    lease_ref: Ref
    kind: AmendmentKind
    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    periods: Annotated[int, Meta(ge=1, le=120)] | None = None
    template_ref: Ref | None = None
    colour: Name | None = None
    address: Address | None = None


class AmendmentView(Struct, frozen=True):
    """A proposed change. `agreed_sha256` is what to agree to; `differences` from the version it was made for.

    `address` is masked; the renter reads a proposed one whole among the changes of the lease.
    """

    ref: str
    lease_ref: str
    kind: str
    state: str
    reason: str
    base_version: int
    valid_until: date
    quote: Quote
    agreed_sha256: str
    differences: tuple[ClauseDifference, ...]
    address: str = ""


@use_case(
    ProposeAmendment, AmendmentView, permission=Permission.LEASE_CHANGE, method="POST",
    path="/leases/{lease_ref}/amendments",
)  # fmt: skip
async def propose_amendment(ctx: Ctx, command: ProposeAmendment) -> Done[AmendmentView]:
    """发货前变更订单：地址（最多两次）、方案、型号、颜色；重新报价，由租客确认
    Propose a change before shipping, quoted anew; it waits for the renter's word, their own address does not."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    refuse_late(lease, command.kind)
    if command.kind == "address":
        return await _address(ctx, lease, command)
    await contract_rows.overtake_amendments(ctx.conn, lease.id, ctx.now)
    on = beijing_on(ctx.now)
    before = await before_of(ctx.conn, lease)
    after = await version_for(
        ctx.conn, before, command.kind, on, command.periods, command.template_ref, command.colour
    )  # fmt: skip
    await refuse_out_of_stock(ctx.conn, before, after)
    quote = await quote_for(ctx, lease, before, after, on)
    ref = await _insert(ctx, lease, command, before.version, after, quote, None, "proposed")
    view = AmendmentView(
        ref, lease.ref, command.kind, "proposed", command.reason, before.version, on, quote, sha256_of(after),
        compare(before, after),
    )  # fmt: skip
    text = f"订单 {lease.ref} 提出变更{KIND_ZH[command.kind]}：{quote.working[0]}，等租客确认"
    return Done(view, _proposed(ctx, lease, ref, text, {"contract_sha256": view.agreed_sha256, "kind": command.kind}))


async def _address(ctx: Ctx, lease: LeaseRow, command: ProposeAmendment) -> Done[AmendmentView]:
    """The renter's own word changes it at once; the desk's waits for the renter."""
    if command.address is None:
        raise BadInput("address", "请填写新的收货地址", "give the new address", remedy_zh="省、市、区、街道和门牌号",
                       remedy_en="with street and number")  # fmt: skip
    await refuse_third_address(ctx.conn, lease)
    on, cipher = beijing_on(ctx.now), ctx.services.cipher.encrypt(command.address, "address")
    own = ctx.actor.role is Role.RENTER
    state = "agreed" if own else "proposed"
    if not own:
        await contract_rows.overtake_amendments(ctx.conn, lease.id, ctx.now)
    quote = quote_of_address(0, on)
    ref = await _insert(ctx, lease, command, 0, None, quote, cipher, state)
    if own:
        await contract_rows.insert_address(ctx.conn, lease.id, cipher, mask_address(command.address), ctx.now)
    sha256 = "" if own else sha256_of_address(ctx, ref, command.address)
    view = AmendmentView(
        ref, lease.ref, "address", state, command.reason, 0, on, quote, sha256, (), mask_address(command.address)
    )  # fmt: skip
    if own:
        return Done(view, _address_changed(lease, ref))
    return Done(view, _proposed(ctx, lease, ref, f"订单 {lease.ref} 提出变更收货地址，等租客确认",
                                {"kind": "address", "address_sha256": sha256}))  # fmt: skip


async def _insert(
    ctx: Ctx, lease: LeaseRow, command: ProposeAmendment, base: int, after: Contract | None, quote: Quote,
    cipher: bytes | None, state: str,
) -> str:  # fmt: skip
    ref = random_ref("HT")
    await contract_rows.insert_amendment(
        ctx.conn, ref, lease.id, lease.renter_id, base, command.kind, after, quote, cipher, command.reason,
        ctx.actor.role, ctx.actor.id, ctx.now, beijing_on(ctx.now), state,
    )  # fmt: skip
    return ref


def _address_changed(lease: LeaseRow, ref: str) -> Event:
    text = f"订单 {lease.ref} 的收货地址已变更"
    return lease_event(lease, "lease.address_changed", text, rule="AMD-1", data={"amendment": ref})


def _proposed(ctx: Ctx, lease: LeaseRow, ref: str, text: str, data: dict[str, object]) -> Event:
    """A proposal is good through its day: at midnight it lapses, so that it does not hold up the parcel."""
    lapses_at = start_of(beijing_on(ctx.now) + timedelta(days=1))
    jobs = [Job(kind="lapse_amendment", key=f"lapse:{ref}", payload={"amendment_ref": ref}, run_at=lapses_at)]
    if ctx.actor.role is not Role.RENTER:
        said = f"您的订单 {lease.ref} 有一项变更等您确认，今天内有效；不确认则合同照旧。"
        jobs.append(notice_job(lease, ref, said))
    return Event(
        kind="amendment.proposed", text=text, rule="AMD-1", lease_id=lease.id, renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}", data={"amendment": ref, **data}, sealed=True,
        topics=(f"renter:{lease.renter_id}", "desk"), jobs=tuple(jobs),
    )  # fmt: skip


class AgreeAmendment(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter's word: the new version, or the new address, named by its hash as it was shown."""

    amendment_ref: Ref
    agreed_sha256: Sha256


class AmendmentAnswered(Struct, frozen=True):
    """What became of it; `version` is in force now."""

    amendment_ref: str
    state: str
    version: int


@use_case(
    AgreeAmendment, AmendmentAnswered, permission=Permission.AMENDMENT_ANSWER, method="POST",
    path="/amendments/{amendment_ref}/agreement",
)  # fmt: skip
async def agree_amendment(ctx: Ctx, command: AgreeAmendment) -> Done[AmendmentAnswered]:
    """同意变更：新的一版合同生效，账单随之更新
    Agree to a change: the new version is in force, rents and buyout prices are those it shows."""
    amendment, lease = await _open_amendment(ctx, command.amendment_ref)
    refuse_late(lease, amendment.kind)
    if amendment.valid_until < beijing_on(ctx.now):
        raise _lapsed()
    if amendment.contract is None:
        await refuse_third_address(ctx.conn, lease)
        assert amendment.address_cipher is not None
        address = ctx.services.cipher.decrypt(amendment.address_cipher, "address")
        if command.agreed_sha256 != sha256_of_address(ctx, amendment.ref, address):
            raise Refusal(
                "terms_changed", "收货地址和您看到的不一样", "the address is not the one that was shown",
                remedy_zh="请重新看一遍新的收货地址，再确认", remedy_en="read the new address again, then agree",
                rule="AMD-1",
            )  # fmt: skip
        await contract_rows.insert_address(
            ctx.conn, lease.id, amendment.address_cipher, mask_address(address), ctx.now
        )  # fmt: skip
        await contract_rows.decide_amendment(ctx.conn, amendment.id, "agreed", ctx.now)
        return Done(AmendmentAnswered(amendment.ref, "agreed", 0), _address_changed(lease, amendment.ref))
    before, after = await before_of(ctx.conn, lease), amendment.contract
    sha256 = sha256_of(after)
    if overtaken(amendment, before.version) or command.agreed_sha256 != sha256:
        raise Refusal(
            "terms_changed", "合同内容和您看到的不一样了", "the contract is not the one that was shown",
            remedy_zh="请重新看一遍变更内容，再确认", remedy_en="read the change again, then agree", rule="AMD-1",
            data={"sha256": sha256},
        )  # fmt: skip
    await refuse_out_of_stock(ctx.conn, before, after)
    await put_version(ctx, lease, before, after)
    await contract_rows.decide_amendment(ctx.conn, amendment.id, "agreed", ctx.now)
    event = Event(
        kind="lease.amended", text=f"订单 {lease.ref} 的合同变更为第 {after.version} 版：{amendment.quote.working[0]}",
        rule="AMD-1", lease_id=lease.id, renter_id=lease.renter_id, subject=f"lease:{lease.ref}",
        data={"amendment": amendment.ref, "version": after.version, "contract_sha256": sha256,
              "policy": list(after.policy)},
        sealed=True, topics=(f"renter:{lease.renter_id}", "desk"), jobs=(print_job(lease, after),),
    )  # fmt: skip
    return Done(AmendmentAnswered(amendment.ref, "agreed", after.version), event)


class DeclineAmendment(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter does not want it; why is free to say."""

    amendment_ref: Ref
    why: Line = ""


@use_case(
    DeclineAmendment, AmendmentAnswered, permission=Permission.AMENDMENT_ANSWER, method="POST",
    path="/amendments/{amendment_ref}/refusal",
)  # fmt: skip
async def decline_amendment(ctx: Ctx, command: DeclineAmendment) -> Done[AmendmentAnswered]:
    """不同意变更：合同照旧
    Decline a change: the contract stays as it is."""
    amendment, lease = await _open_amendment(ctx, command.amendment_ref)
    await contract_rows.decide_amendment(ctx.conn, amendment.id, "declined", ctx.now)
    event = lease_event(lease, "amendment.declined", f"订单 {lease.ref} 的变更没有同意，合同照旧", rule="AMD-1",
                        data={"amendment": amendment.ref, **({"why": command.why} if command.why else {})})  # fmt: skip
    return Done(AmendmentAnswered(amendment.ref, "declined", amendment.base_version), event)


class LapseAmendment(Struct, frozen=True, forbid_unknown_fields=True):
    """Its day is over."""

    amendment_ref: Ref


@use_case(
    LapseAmendment, AmendmentAnswered, permission=Permission.SYSTEM, method="POST",
    path="/system/amendments/{amendment_ref}/lapse",
)  # fmt: skip
async def lapse_amendment(ctx: Ctx, command: LapseAmendment) -> Done[AmendmentAnswered]:
    """变更当天没有确认，自动作废，不耽误发货
    A change nobody agreed to on its day lapses, and holds up no parcel."""
    amendment, lease = await _open_amendment(ctx, command.amendment_ref)
    if amendment.valid_until >= beijing_on(ctx.now):
        raise Refusal("still_open", "变更今天仍有效", "this change is still open", rule="AMD-1")
    await contract_rows.decide_amendment(ctx.conn, amendment.id, "lapsed", ctx.now)
    event = lease_event(lease, "amendment.lapsed", f"订单 {lease.ref} 的变更当天没有确认，已作废，合同照旧",
                        rule="AMD-1", data={"amendment": amendment.ref})  # fmt: skip
    return Done(AmendmentAnswered(amendment.ref, "lapsed", amendment.base_version), event)


class ListAmendments(Struct, frozen=True, forbid_unknown_fields=True):
    """The changes proposed for one lease."""

    lease_ref: Ref


class AmendmentRecord(Struct, frozen=True):
    """One of them, without its clauses; those are read side by side.

    `address`, where it changes, is whole for the renter it waits for: nobody agrees to a door they cannot see. Masked
    for everybody else, and once it is answered.
    """

    ref: str
    kind: str
    state: str
    reason: str
    base_version: int
    valid_until: date
    quote: Quote
    agreed_sha256: str
    address: str = ""


@use_case(
    ListAmendments, list[AmendmentRecord], permission=Permission.LEASE_CHANGE, method="GET",
    path="/leases/{lease_ref}/amendments",
)  # fmt: skip
async def list_amendments(ctx: Ctx, command: ListAmendments) -> list[AmendmentRecord]:
    """订单的变更记录
    The changes of a lease, newest first."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    found = [amendment_of(row) for row in await contract_rows.amendments_of(ctx.conn, lease.id)]
    return [_record(ctx, one) for one in found]


def _record(ctx: Ctx, one: AmendmentRow) -> AmendmentRecord:
    address, sha256 = "", "" if one.contract is None else sha256_of(one.contract)
    if one.address_cipher is not None:
        whole = ctx.services.cipher.decrypt(one.address_cipher, "address")
        waits = one.state == "proposed"
        sha256 = sha256_of_address(ctx, one.ref, whole) if waits else ""
        address = whole if waits and ctx.actor.role is Role.RENTER else mask_address(whole)
    return AmendmentRecord(
        one.ref, one.kind, one.state, one.reason, one.base_version, one.valid_until, one.quote, sha256, address
    )  # fmt: skip


class CompareVersions(Struct, frozen=True, forbid_unknown_fields=True):
    """Two versions side by side; 0 and 0 are the newest and the one before it. A proposal may be the later one."""

    lease_ref: Ref
    before: Count = 0
    after: Count = 0
    amendment_ref: Ref | None = None


class VersionView(Struct, frozen=True):
    """One version whole; `sha256` in hex."""

    version: int
    sha256: str
    contract: Contract


class VersionsCompared(Struct, frozen=True):
    """Both, and clause by clause what is the same, changed, added or removed."""

    lease_ref: str
    before: VersionView
    after: VersionView
    differences: tuple[ClauseDifference, ...]


@use_case(
    CompareVersions, VersionsCompared, permission=Permission.LEASE_READ, method="GET",
    path="/leases/{lease_ref}/contract/versions",
)  # fmt: skip
async def compare_versions(ctx: Ctx, command: CompareVersions) -> VersionsCompared:
    """两版合同并排看，标出每一条的不同
    Two versions of a contract side by side, differences marked."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    if command.amendment_ref is not None:
        amendment = await access_amendment(ctx.conn, ctx.actor, command.amendment_ref)
        if amendment.lease_id != lease.id or amendment.contract is None:
            raise Absent("变更", "amendment")
        base = await _version(ctx.conn, lease, command.before or amendment.base_version)
        after = VersionView(amendment.contract.version, sha256_of(amendment.contract), amendment.contract)
        return VersionsCompared(lease.ref, base, after, compare(base.contract, after.contract))
    newest = await _version(ctx.conn, lease, command.after)
    base = await _version(ctx.conn, lease, command.before or max(1, newest.version - 1))
    return VersionsCompared(lease.ref, base, newest, compare(base.contract, newest.contract))


async def _version(conn: Conn, lease: LeaseRow, version: int) -> VersionView:
    rows = await contract_versions(conn, lease.id, [version])
    if not rows:
        raise Absent("合同", "contract")
    return VersionView(rows[0]["version"], rows[0]["contract_sha256"].hex(), contract_from_json(rows[0]["contract"]))


async def _open_amendment(ctx: Ctx, amendment_ref: str) -> tuple[AmendmentRow, LeaseRow]:
    """The amendment with its lease locked, read again under the lock; Refusal where it was answered before."""
    seen = await access_amendment(ctx.conn, ctx.actor, amendment_ref)
    lease = await lease_by_id(ctx.conn, seen.lease_id, lock=True)
    amendment = await access_amendment(ctx.conn, ctx.actor, amendment_ref)
    if amendment.state == "lapsed":
        raise _lapsed()
    if amendment.state != "proposed":
        raise Refusal(
            "amendment_answered", "这项变更已经处理过了", "this change was answered before",
            remedy_zh="请看订单里的最新合同；还想变更，可以再提出", remedy_en="look at the contract in force",
            rule="AMD-1", data={"state": amendment.state},
        )  # fmt: skip
    return amendment, lease


def _lapsed() -> Refusal:
    return Refusal(
        "amendment_lapsed", "这项变更当天没有确认，已经作废", "this change was good for its day only",
        remedy_zh="请重新提出变更，会按今天的条件报价", remedy_en="propose it again, it is quoted as of today",
        rule="AMD-1",
    )  # fmt: skip
