"""Changes before shipping: what a change would make of the contract, and what agreeing to it does."""

from datetime import date
from typing import Literal

import msgspec

from shouwen.features.contracts.public import (
    FoundTemplate,
    amend_colour,
    amend_model,
    amend_plan,
    contract_in_force,
    contract_policy_on,
    contract_sha256,
    find_template,
    insert_contract,
    quote_amendment,
    templates_for,
)
from shouwen.features.contracts.types import Contract, Quote
from shouwen.features.leases.rules.life import STATE_ZH
from shouwen.features.leases.store import contracts as contract_rows
from shouwen.features.leases.store.contracts import AmendmentRow
from shouwen.features.leases.types import LeaseRow, LeaseState
from shouwen.features.money.public import (
    ChargeKind,
    book_day,
    lock_charges,
    refresh_late_fees,
    release_deposit,
    reschedule_rents,
)
from shouwen.features.stock.public import unit_does, unit_of
from shouwen.features.stock.types import UnitAct
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.db import Conn, Row
from shouwen.platform.door import Ctx

AmendmentKind = Literal["address", "plan", "model", "colour"]
KIND_ZH = {"address": "收货地址", "plan": "方案", "model": "型号", "colour": "颜色"}
MOST_ADDRESS_CHANGES = 2
_NOT_SHIPPED = (LeaseState.SIGNED, LeaseState.PREPARING)
_BEFORE_SIGNING = (LeaseState.APPLIED, LeaseState.APPROVED)
_ENDED = (LeaseState.REFUSED, LeaseState.CANCELLED, LeaseState.CLOSED, LeaseState.BOUGHT_OUT)


def refuse_late(lease: LeaseRow, kind: str) -> None:
    """Refusal `amendment_too_late` once the phone is on its way; an address may be changed before signing too."""
    if lease.state in _NOT_SHIPPED or (kind == "address" and lease.state in _BEFORE_SIGNING):
        return
    if lease.state in _BEFORE_SIGNING:
        when, remedy_zh, remedy_en = "在签约后、发货前", "还没签约，可以取消后重新申请", "cancel and apply anew"
    elif lease.state in _ENDED:
        when, remedy_zh, remedy_en = (
            "只能在发货前",
            "这笔订单已经结束；有疑问请转人工",
            "this lease has ended; ask a person",
        )
    else:
        when, remedy_en = "只能在发货前", "after delivery: swap, renew or return early, or ask a person"
        remedy_zh = "已经发货；收货后想换机、续租或提前归还，请在订单里办理，或转人工"
    raise Refusal(
        "amendment_too_late",
        f"订单现在是“{STATE_ZH[lease.state]}”，{KIND_ZH[kind]}{when}变更",
        "a contract is changed between signing and shipping",
        remedy_zh=remedy_zh,
        remedy_en=remedy_en,
        rule="AMD-1",
        data={"state": lease.state},
    )


async def refuse_third_address(conn: Conn, lease: LeaseRow) -> None:
    """At most two changes of the address."""
    if await contract_rows.address_changes(conn, lease.id) >= MOST_ADDRESS_CHANGES:
        raise Refusal(
            "address_changed_twice", f"收货地址已经改过 {MOST_ADDRESS_CHANGES} 次，不能再改",
            "the address was changed twice already",
            remedy_zh="可以联系快递改派，或取消订单后重新下单（已付的全部退还）",
            remedy_en="ask the courier to redirect, or cancel and order anew", rule="AMD-1",
        )  # fmt: skip


async def plan_template(conn: Conn, before: Contract, periods: int, template_ref: str | None) -> FoundTemplate:
    """The published plan of the same phone with so many instalments; Refusal where there is none, or several."""
    if template_ref is not None:
        found = await find_template(conn, template_ref)
        if found is None:
            raise Absent("合同模板", "template")
        return found
    plans = await templates_for(conn, before.terms.sku, before.terms.storage, periods)
    if len(plans) == 1:
        return plans[0]
    offered = await templates_for(conn, before.terms.sku, before.terms.storage, None)
    listed = "、".join(f"{plan.template.terms.periods} 期（{plan.ref}）" for plan in offered)
    raise Refusal(
        "plan_not_offered" if not plans else "plan_not_clear",
        f"这台手机没有 {periods} 期的方案" if not plans else f"{periods} 期有 {len(plans)} 个方案，请写明是哪一个",
        f"no plan of {periods} instalments" if not plans else f"{len(plans)} plans of {periods} instalments",
        remedy_zh=f"现有方案：{listed}" if listed else "现在没有可换的方案，请转人工",
        remedy_en="name one of the plans offered" if listed else "ask a person",
        rule="AMD-1",
        data={"plans": [plan.ref for plan in plans or offered]},
    )


async def version_for(
    conn: Conn, before: Contract, kind: AmendmentKind, on: date, periods: int | None, template_ref: str | None,
    colour: str | None,
) -> Contract:  # fmt: skip
    """The next version a change makes, signed on a Beijing day; BadInput or Refusal where it cannot be made."""
    policy = contract_policy_on(on)
    if kind == "plan":
        if periods is None:
            raise BadInput("periods", "请写明改为几期", "say how many instalments", remedy_zh="例如 3",
                           remedy_en="such as 3")  # fmt: skip
        found = await plan_template(conn, before, periods, template_ref)
        after = amend_plan(before, found.template, periods, on, policy)
    elif kind == "model":
        if template_ref is None:
            raise BadInput("template_ref", "请选择新型号的方案", "choose a plan of the new phone",
                           remedy_zh="先选型号，再选方案", remedy_en="choose the phone, then a plan")  # fmt: skip
        template = await find_template(conn, template_ref)
        if template is None:
            raise Absent("合同模板", "template")
        after = amend_model(before, template.template, colour or "", on, policy)
    else:
        if not colour or colour == before.terms.colour:
            raise BadInput("colour", "请选择另一种颜色", "choose another colour", remedy_zh="现在的颜色不用变更",
                           remedy_en="the colour agreed needs no change")  # fmt: skip
        after = amend_colour(before, colour, on, policy)
    if (after.terms.deposit_fen or 0) > (before.terms.deposit_fen or 0):
        held, wanted = (format_fen(c.terms.deposit_fen or 0) for c in (before, after))
        raise Refusal(
            "deposit_rises", f"新方案的押金 {wanted} 高于已冻结的 {held}，不能直接变更",
            "the deposit of the new plan is higher than the one held",
            remedy_zh="可以取消这笔订单（已付的全部退还，押金解冻），再按新方案申请",
            remedy_en="cancel this lease, everything is given back, then apply anew", rule="AMD-1",
            clause=next(iter(after.clauses_for("deposit_fen")), ""),
        )  # fmt: skip
    return after


async def refuse_out_of_stock(conn: Conn, before: Contract, after: Contract) -> None:
    """Another phone or colour needs one that is free."""
    phone = _phone(after)
    if phone == _phone(before) or await contract_rows.phone_in_stock(conn, *phone):
        return
    raise Refusal(
        "out_of_stock", f"{' '.join(part for part in phone if part)} 现在没有现货", "this phone is not in stock",
        remedy_zh="可以选其他型号或颜色，或保持原来的订单", remedy_en="choose another, or keep the order as it is",
        rule="AMD-1",
    )  # fmt: skip


async def quote_for(ctx: Ctx, lease: LeaseRow, before: Contract, after: Contract, on: date) -> Quote:
    """What the new version asks, counting the rents paid so far; locks the lease's charges."""
    charges = await lock_charges(ctx.conn, lease.id)
    paid_fen = sum(charge.paid_fen for charge in charges if charge.kind is ChargeKind.RENT)
    return quote_amendment(before, after, paid_fen, on)


def quote_of_address(version: int, on: date) -> Quote:
    """An address costs nothing."""
    return Quote(
        kind="amendment", amount_fen=0, lines=(), clauses=(), inputs={"on": on.isoformat()},
        working=("变更收货地址不收费，合同不变",), contract_version=version, valid_until=on, rules=("AMD-1",),
    )  # fmt: skip


async def access_amendment(conn: Conn, actor: Actor, amendment_ref: str) -> AmendmentRow:
    """An amendment the actor may see (a renter: their own), else Absent."""
    row = await contract_rows.find_amendment(conn, amendment_ref, actor.id if actor.role is Role.RENTER else None)
    if row is None:
        raise Absent("变更", "amendment")
    return amendment_of(row)


def amendment_of(row: Row) -> AmendmentRow:
    """The typed row."""
    contract = row["contract"]
    fields = dict(row) | {
        "contract": None if contract is None else msgspec.json.decode(contract, type=Contract),
        "quote": msgspec.json.decode(row["quote"], type=Quote),
    }
    return AmendmentRow(**fields)


async def put_version(ctx: Ctx, lease: LeaseRow, before: Contract, after: Contract) -> int:
    """Make the agreed version that of a locked lease: rents, late fee, deposit, the phone to be sent; its id.

    A deposit that is lower now is released down to it; a phone set aside that is no longer the one agreed goes back.
    """
    contract_id = await insert_contract(ctx.conn, lease.id, after)
    on = await book_day(ctx.conn, ctx.now)
    await reschedule_rents(ctx.conn, ctx.act_id, lease, before, after, on)
    await refresh_late_fees(ctx.conn, ctx.act_id, lease, on)
    keep_fen = after.terms.deposit_fen or 0
    if keep_fen < (before.terms.deposit_fen or 0):
        release_ref = f"amended:{lease.ref}:{after.version}"
        await release_deposit(ctx.conn, ctx.act_id, lease, keep_fen, release_ref, on)
    if _phone(after) != _phone(before):
        unit = await unit_of(ctx.conn, lease.id)
        if unit is not None:
            await unit_does(ctx.conn, unit, UnitAct.RELEASE, ctx.now, None)
        terms = after.terms
        phone = (terms.sku or lease.model, terms.storage, terms.colour, terms.condition_grade)
        await contract_rows.set_phone(ctx.conn, lease.id, *phone)
    return contract_id


async def before_of(conn: Conn, lease: LeaseRow) -> Contract:
    """The version in force; Absent before signing."""
    return (await contract_in_force(conn, lease.id))[1]


def sha256_of(contract: Contract) -> str:
    """What the renter agrees to, in hex."""
    return contract_sha256(contract).hex()


def sha256_of_address(ctx: Ctx, amendment_ref: str, address: str) -> str:
    """What the renter agrees to where the address changes, in hex; keyed, so that no door can be guessed from it."""
    return ctx.services.cipher.lookup(address, f"amendment {amendment_ref}").hex()


def overtaken(amendment: AmendmentRow, current_version: int) -> bool:
    """Whether another version was signed since it was proposed."""
    return amendment.base_version != current_version


def _phone(contract: Contract) -> tuple[str, str, str]:
    terms = contract.terms
    return terms.sku, terms.storage, terms.colour
