"""From application to signature: apply, decide, read the draft, sign; the printed paper."""

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta, Struct, structs

from shouwen.features.contracts.public import contract_versions, insert_paper
from shouwen.features.leases.freezing import refuse_frozen
from shouwen.features.leases.public import access_lease, insert_lease, lease_by_id, move_lease
from shouwen.features.leases.rules.life import state_after
from shouwen.features.leases.signing import Draft, draft_of, notice_job, offered_template, put_contract, terms_changed
from shouwen.features.leases.store import contracts as contract_rows
from shouwen.features.leases.types import LeaseAct, LeaseRow, LeaseState, NewLease
from shouwen.kernel.actor import Role
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.masking import mask_address
from shouwen.platform.clock import random_digits
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import MAX_ID, Count, Name, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Address = Annotated[str, Meta(min_length=6, max_length=200, pattern=r"^[^\n\r\t]*\Z")]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
MOST_APPLICATIONS = 5  # of one renter: those nobody has answered, and those of the last day


class ApplyLease(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for the phone and plan of a template. Staff name the renter; a renter applies for themself."""

    template_ref: Ref
    address: Address
    colour: Name | None = None
    renter_ref: Ref | None = None


class LeaseApplied(Struct, frozen=True):
    """The new lease."""

    lease_ref: str
    state: LeaseState
    model: str
    periods: int


@use_case(ApplyLease, LeaseApplied, permission=Permission.LEASE_APPLY, method="POST", path="/leases")
async def apply_lease(ctx: Ctx, command: ApplyLease) -> Done[LeaseApplied]:
    """申请租一台手机
    Apply for a phone under a published template."""
    renter_id = await _applicant(ctx, command)
    await refuse_frozen(ctx.conn, renter_id, beijing_on(ctx.now))
    found = await offered_template(ctx.conn, command.template_ref)
    terms = found.template.terms
    colour = terms.colour or command.colour or ""
    if terms.colour and command.colour not in (None, terms.colour):
        raise BadInput("colour", f"这个方案只有“{terms.colour}”", f"this plan comes in {terms.colour} only",
                       remedy_zh=f"请选“{terms.colour}”，或换一个方案", remedy_en="choose it")  # fmt: skip
    on = beijing_on(ctx.now)
    new = NewLease(
        ref=await _new_ref(ctx.conn, on), renter_id=renter_id, state=LeaseState.APPLIED,
        model=terms.sku or found.template.title, storage=terms.storage, colour=colour,
        condition_grade=terms.condition_grade, imei="", applied_on=on, created_at=ctx.now,
    )  # fmt: skip
    lease = await lease_by_id(ctx.conn, await insert_lease(ctx.conn, new))
    await contract_rows.insert_application(ctx.conn, lease.id, renter_id, found.ref, ctx.now)
    cipher = ctx.services.cipher.encrypt(command.address, "address")
    await contract_rows.insert_address(ctx.conn, lease.id, cipher, mask_address(command.address), ctx.now)
    event = lease_event(lease, "lease.apply", f"申请租用 {lease.model}（{terms.periods} 期），订单 {lease.ref}",
                        data={"template": found.ref, "template_version": found.version})  # fmt: skip
    return Done(LeaseApplied(lease.ref, lease.state, lease.model, terms.periods), event)


class DecideApplication(Struct, frozen=True, forbid_unknown_fields=True):
    """Approve or refuse an application; why is told to the renter."""

    lease_ref: Ref
    approve: bool
    why: Reason


class ApplicationDecided(Struct, frozen=True):
    """The state after it."""

    lease_ref: str
    state: LeaseState


@use_case(
    DecideApplication, ApplicationDecided, permission=Permission.LEASE_DECIDE, method="POST",
    path="/leases/{lease_ref}/application-decision",
)  # fmt: skip
async def decide_application(ctx: Ctx, command: DecideApplication) -> Done[ApplicationDecided]:
    """通过或不通过租用申请
    Approve or refuse an application, with the reason."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    act = LeaseAct.APPROVE if command.approve else LeaseAct.REFUSE
    state, moved = await move_lease(ctx, lease, act, why=command.why)
    await contract_rows.decide_application(ctx.conn, lease.id, command.why, ctx.now)
    said = "已通过，可以查看合同并签署" if command.approve else "没有通过，原因和可以补充的材料请见订单"
    job = notice_job(lease, f"application:{lease.ref}", f"您的租用申请 {lease.ref} {said}。")
    event = structs.replace(moved, rule="" if command.approve else "CRE-1", jobs=(*moved.jobs, job))
    return Done(ApplicationDecided(lease.ref, state), event)


class ReadDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """The contract that would be signed today with this first due date, today's where none is given."""

    lease_ref: Ref
    first_due_on: date | None = None


@use_case(
    ReadDraft, Draft, permission=Permission.LEASE_READ, method="GET", path="/leases/{lease_ref}/contract-draft"
)  # fmt: skip
async def read_draft(ctx: Ctx, command: ReadDraft) -> Draft:
    """签署前看到的合同全文和买断阶梯
    The contract as it would be signed today: every clause, rent, due date and buyout price."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    state_after(lease.state, LeaseAct.SIGN)
    return await _draft(ctx, lease, command.first_due_on or beijing_on(ctx.now))


class SignLease(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter's word: the draft they were shown, named by its hash."""

    lease_ref: Ref
    template_ref: Ref
    template_version: Count
    first_due_on: date
    agreed_sha256: Sha256


class LeaseSigned(Struct, frozen=True):
    """The first version, in force from now on."""

    lease_ref: str
    state: LeaseState
    contract_id: int
    version: int
    sha256: str
    first_due_on: date
    deposit_fen: int


@use_case(
    SignLease, LeaseSigned, permission=Permission.LEASE_SIGN, method="POST", path="/leases/{lease_ref}/signature"
)  # fmt: skip
async def sign_lease(ctx: Ctx, command: SignLease) -> Done[LeaseSigned]:
    """签署合同：租金、付款日和每一期的买断价从此写定
    Sign: rents, due dates and the buyout ladder are frozen, the deposit is held (BUY-1, LATE-3)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    state_after(lease.state, LeaseAct.SIGN)
    await refuse_frozen(ctx.conn, lease.renter_id, beijing_on(ctx.now))
    draft = await _draft(ctx, lease, command.first_due_on)
    shown = (command.template_ref, command.template_version, command.agreed_sha256)
    if shown != (draft.template_ref, draft.template_version, draft.sha256):
        raise terms_changed(draft)
    contract_id, job = await put_contract(ctx, lease, draft.contract)
    state, moved = await move_lease(ctx, lease, LeaseAct.SIGN)
    data = moved.data | {"version": 1, "contract_sha256": draft.sha256, "policy": list(draft.contract.policy)}
    event = structs.replace(moved, rule="BUY-1", data=data, jobs=(*moved.jobs, job))
    result = LeaseSigned(
        lease.ref, state, contract_id, 1, draft.sha256, command.first_due_on, draft.contract.terms.deposit_fen or 0
    )
    return Done(result, event)


class ReadPaper(Struct, frozen=True, forbid_unknown_fields=True):
    """The printed contract; `version` 0 is the one in force."""

    lease_ref: Ref
    version: Count = 0


class ContractPaper(Struct, frozen=True):
    """The PDF lies in the media store under its hash (hex)."""

    lease_ref: str
    version: int
    file_name: str
    mime: str
    size_bytes: int
    sha256: str
    contract_sha256: str


@use_case(
    ReadPaper, ContractPaper, permission=Permission.LEASE_READ, method="GET", path="/leases/{lease_ref}/contract-paper",
    recorded=True,
)  # fmt: skip
async def read_contract_paper(ctx: Ctx, command: ReadPaper) -> Done[ContractPaper]:
    """打开合同 PDF（会留下查看记录）
    Open the printed contract; the view is on record (EVI-6)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    rows = await contract_versions(ctx.conn, lease.id, [command.version])
    if not rows or rows[0]["paper_sha256"] is None:
        raise Absent("合同文件", "paper")
    row = rows[0]
    version = int(row["version"])
    event = lease_event(lease, "contract.viewed", f"{ctx.actor.name or '租客'}打开合同第 {version} 版", rule="EVI-6",
                        data={"version": version})  # fmt: skip
    paper = ContractPaper(
        lease.ref, version, f"合同 {lease.ref} 第 {version} 版.pdf", "application/pdf", int(row["size_bytes"]),
        row["paper_sha256"].hex(), row["contract_sha256"].hex(),
    )  # fmt: skip
    return Done(paper, event)


class RecordPaper(Struct, frozen=True, forbid_unknown_fields=True):
    """A printed contract, kept in the media store already."""

    lease_ref: Ref
    version: Count
    sha256: Sha256
    size_bytes: Annotated[int, Meta(ge=1, le=MAX_ID)]


class PaperRecorded(Struct, frozen=True):
    """The hash of the PDF."""

    sha256: str


@use_case(
    RecordPaper, PaperRecorded, permission=Permission.SYSTEM, method="POST",
    path="/system/leases/{lease_ref}/contract-paper",
)  # fmt: skip
async def record_paper(ctx: Ctx, command: RecordPaper) -> Done[PaperRecorded]:
    """合同文件入档并封存
    Put a printed contract on record and hand it to the log."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    rows = await contract_versions(ctx.conn, lease.id, [command.version])
    if not rows:
        raise Absent("合同", "contract")
    sha256 = bytes.fromhex(command.sha256)
    if not await insert_paper(ctx.conn, int(rows[0]["id"]), sha256, command.size_bytes, ctx.now):
        raise Refusal("printed_already", "合同文件已经生成", "this contract was printed already")
    event = lease_event(
        lease, "contract.printed", f"合同第 {command.version} 版的文件已生成", rule="EVI-1",
        data={"version": command.version, "sha256": command.sha256,
              "contract_sha256": rows[0]["contract_sha256"].hex()},
    )  # fmt: skip
    return Done(PaperRecorded(command.sha256), event)


def lease_event(
    lease: LeaseRow, kind: str, text: str, *, rule: str = "", data: dict[str, object] | None = None
) -> Event:
    """A sealed event of a lease, shown to its renter and the desk."""
    return Event(
        kind=kind, text=text, rule=rule, lease_id=lease.id, renter_id=lease.renter_id, subject=f"lease:{lease.ref}",
        data=data or {}, sealed=True, topics=(f"renter:{lease.renter_id}", "desk"),
    )  # fmt: skip


async def _applicant(ctx: Ctx, command: ApplyLease) -> int:
    if ctx.actor.role is Role.RENTER:
        if command.renter_ref is not None:
            raise BadInput("renter_ref", "您只能为自己申请", "a renter applies for themself",
                           remedy_zh="请不要填这一项", remedy_en="leave this out")  # fmt: skip
        await _refuse_many(ctx)
        return ctx.actor.id
    if command.renter_ref is None:
        raise BadInput("renter_ref", "请写明是哪位租客", "name the renter", remedy_zh="请先找到租客，再代为申请",
                       remedy_en="find the renter first")  # fmt: skip
    renter_id = await contract_rows.renter_id_of(ctx.conn, command.renter_ref)
    if renter_id is None:
        raise Absent("租客", "renter")
    return renter_id


async def _refuse_many(ctx: Ctx) -> None:
    if await contract_rows.applied_since(ctx.conn, ctx.actor.id, ctx.now - timedelta(days=1)) >= MOST_APPLICATIONS:
        raise Refusal(
            "too_many_applications", f"您最近已提交 {MOST_APPLICATIONS} 笔申请", "several applications are under way",
            status=429, remedy_zh="请等已提交的有结果，隔一天再申请；着急的话可以联系客服",
            remedy_en="wait for those to be answered and apply again a day later, or ask a person",
            data={"retry_after_seconds": 86_400},
        )  # fmt: skip


async def _new_ref(conn: Conn, on: date) -> str:
    """A reference not in use: `ZL-`, the day, eight digits."""
    while True:
        ref = f"ZL-{on:%Y%m%d}-{random_digits(8)}"
        if not await contract_rows.lease_ref_taken(conn, ref):
            return ref


async def _draft(ctx: Ctx, lease: LeaseRow, first_due_on: date) -> Draft:
    application = await contract_rows.find_application(ctx.conn, lease.id)
    if application is None:
        raise Absent("申请", "application")
    found = await offered_template(ctx.conn, application.template_ref)
    return draft_of(found, lease, first_due_on, beijing_on(ctx.now))
