"""A lease goes on: a new version of its contract, more rents scheduled, everything else as it was."""

from datetime import date

from shouwen.features.contracts.public import (
    contract_policy_on,
    contract_sha256,
    due_dates,
    ends_on,
    insert_contract,
)
from shouwen.features.contracts.types import Contract, Quote
from shouwen.features.endings import store
from shouwen.features.endings.events import lease_event
from shouwen.features.endings.policy import ending_policy_on
from shouwen.features.endings.rules.renewal import quote_renewal, renew
from shouwen.features.endings.types import Acceptance, AcceptanceKind, AcceptanceState
from shouwen.features.leases.types import LeaseFile, LeaseRow, LeaseState
from shouwen.features.money.public import put_fee_terms, schedule_rents
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event, Job


def price_renewal(lease: LeaseRow, contract: Contract, periods: int, on: date) -> Quote:
    """What going on costs; Refusal `not_renting` where the phone is not in use."""
    if lease.state is not LeaseState.RENTING:
        raise Refusal(
            "not_renting", "手机在租用中才能办理续租", "a lease is renewed while renting", rule="REN-1",
            remedy_zh="需要其他办法请转人工", remedy_en="ask a person",
        )  # fmt: skip
    policy = ending_policy_on(on)
    return quote_renewal(
        contract, periods, ends_on(contract), on, policy.renewal_opens_days, policy.renewal_most_periods
    )


def refuse_overdue(file: LeaseFile) -> None:
    """What is overdue is settled first."""
    late = [one for one in file.instalments if one.state == "overdue"]
    if late:
        open_fen = sum(one.outstanding_fen for one in late)
        raise Refusal(
            "rents_overdue", f"还有 {format_fen(open_fen)} 租金已到期未付，付清后就可以续租",
            "overdue rents are settled first", rule="REN-1",
            remedy_zh="请先付清到期的租金；对金额有疑问请转人工", remedy_en="settle what is overdue, or ask a person",
            data={"open_fen": open_fen},
        )  # fmt: skip


async def agree_renewal(
    ctx: Ctx, lease: LeaseRow, contract: Contract, quote: Quote, on: date
) -> tuple[Acceptance, Contract, Event]:
    """Put the next version of a locked lease's contract in force and schedule its rents; its paper is printed."""
    periods, last_on = int(quote.inputs["periods"]), ends_on(contract)
    policy = contract_policy_on(on)
    due_on = due_dates(contract.due_on[0], contract.terms.periods + periods, contract.terms.due_day)
    after = renew(contract, due_on, last_on, on, (policy.lpr_version, policy.price_version))
    await insert_contract(ctx.conn, lease.id, after)
    await schedule_rents(ctx.conn, lease, after)
    await put_fee_terms(ctx.conn, lease.id, after)
    acceptance = await store.insert_acceptance(
        ctx.conn, random_ref("MD"), lease.id, lease.renter_id, AcceptanceKind.RENEWAL, quote, ctx.now, last_on
    )
    if acceptance is None:
        raise LookupError("an agreement of a locked lease came from nowhere")
    await store.end_acceptance(ctx.conn, acceptance.id, AcceptanceState.PAID, on)
    rent_fen = after.rents_fen[-1]
    event = lease_event(
        lease,
        "lease.renewed",
        f"续租 {periods} 期，租期到 {ends_on(after)}，每期 {format_fen(rent_fen)}（合同第 {after.version} 版）",
        rule="REN-1",
        data={
            "acceptance": acceptance.ref, "version": after.version, "contract_sha256": contract_sha256(after).hex(),
            "amount_fen": quote.amount_fen,
        },
        jobs=(
            Job(
                kind="render_contract", key=f"render_contract:{lease.ref}:{after.version}",
                payload={"lease_ref": lease.ref, "version": after.version},
            ),
        ),
    )  # fmt: skip
    return acceptance, after, event
