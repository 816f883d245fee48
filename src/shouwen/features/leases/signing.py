"""From application to signature: the draft a renter is shown, and what signing it opens in the book."""

from datetime import date, timedelta

from msgspec import Struct, structs

from shouwen.features.contracts.public import (
    FoundTemplate,
    contract_policy_on,
    contract_sha256,
    find_template,
    insert_contract,
    sign,
)
from shouwen.features.contracts.types import Contract
from shouwen.features.leases.types import LeaseRow
from shouwen.features.money.public import NewHold, ask_hold_move, book_day, hold_deposit, put_fee_terms, schedule_rents
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Job

LATEST_FIRST_DUE = timedelta(days=60)


class Draft(Struct, frozen=True):
    """A contract as it would be signed today; `sha256` in hex is what the renter agrees to."""

    template_ref: str
    template_version: int
    contract: Contract
    sha256: str


async def offered_template(conn: Conn, template_ref: str) -> FoundTemplate:
    """The template as published now; Absent where there is none."""
    found = await find_template(conn, template_ref)
    if found is None:
        raise Absent("合同模板", "template")
    return found


def draft_of(found: FoundTemplate, lease: LeaseRow, first_due_on: date, on: date) -> Draft:
    """The contract of a lease under a template, signed on a Beijing day; BadInput `first_due_on` out of range.

    Refusal where the template breaks a rule of that day (LATE-3 is checked again at signing).
    """
    refuse_first_due_on(first_due_on, on)
    terms = structs.replace(found.template.terms, colour=found.template.terms.colour or lease.colour)
    template = structs.replace(found.template, terms=terms)
    contract = sign(template, on, first_due_on, contract_policy_on(on))
    return Draft(found.ref, found.version, contract, contract_sha256(contract).hex())


def refuse_first_due_on(first_due_on: date, on: date) -> None:
    """The first rent is due today at the earliest, and within sixty days."""
    latest_on = on + LATEST_FIRST_DUE
    if not on <= first_due_on <= latest_on:
        raise BadInput(
            "first_due_on", f"首个付款日须在 {on} 到 {latest_on} 之间", f"the first due date is {on} to {latest_on}",
            remedy_zh="请在这两天之间选一天", remedy_en="choose a day between these",
        )  # fmt: skip


async def put_contract(ctx: Ctx, lease: LeaseRow, contract: Contract) -> tuple[int, Job]:
    """Store the first version of a locked lease, schedule its rents and hold its deposit; its id, and the print job."""
    contract_id = await insert_contract(ctx.conn, lease.id, contract)
    await schedule_rents(ctx.conn, lease, contract)
    await put_fee_terms(ctx.conn, lease.id, contract)
    deposit_fen = contract.terms.deposit_fen or 0
    if deposit_fen:
        held_on = await book_day(ctx.conn, ctx.now)
        ref = random_ref("YS")
        hold = NewHold(lease_id=lease.id, renter_id=lease.renter_id, amount_fen=deposit_fen, held_on=held_on, ref=ref)
        await hold_deposit(ctx.conn, ctx.act_id, hold)
        await ask_hold_move(ctx.conn, lease.id, f"hold:{ref}", "freeze", deposit_fen, ctx.now)
    return contract_id, print_job(lease, contract)


def print_job(lease: LeaseRow, contract: Contract) -> Job:
    """Sets the paper of a version."""
    return Job(
        kind="render_contract", key=f"render_contract:{lease.ref}:{contract.version}",
        payload={"lease_ref": lease.ref, "version": contract.version},
    )  # fmt: skip


def notice_job(lease: LeaseRow, about: str, text: str) -> Job:
    """A text message to the renter, once about each thing."""
    return Job(kind="lease_notice", key=f"notice:{about}", payload={"renter_id": lease.renter_id, "text": text})


def terms_changed(draft: Draft) -> Refusal:
    """What was agreed to is not what would be signed."""
    return Refusal(
        "terms_changed",
        "合同内容和您刚才看到的不一样了",
        "the contract is not the one that was shown",
        remedy_zh="请重新看一遍合同，再确认签署",
        remedy_en="read the contract again, then sign",
        rule="BUY-1",
        data={"template_version": draft.template_version, "sha256": draft.sha256},
    )
