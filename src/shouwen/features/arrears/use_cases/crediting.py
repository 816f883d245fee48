"""CRE-4: notice before any credit report, only where the firm really reports."""

from msgspec import Struct

from shouwen.features.arrears.ground import debts_now, lease_event, letter_ground, tell
from shouwen.features.arrears.policy import arrears_policy_on
from shouwen.features.arrears.rules.credit_notice import refuse_notice
from shouwen.features.arrears.rules.letters import credit_notice_letter
from shouwen.features.arrears.store import marks
from shouwen.features.arrears.types import CreditNoticeFacts, NoticeKind
from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.public import access_lease
from shouwen.features.money.public import charge_of, lock_charges
from shouwen.features.money.types import BillNo, ChargeKind
from shouwen.features.papers.public import write_paper
from shouwen.features.papers.types import PaperKind
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case


class GiveCreditNotice(Struct, frozen=True, forbid_unknown_fields=True):
    """`line` is an overdue rent, `rent-3`."""

    lease_ref: Ref
    line: BillNo


class CreditNoticeGiven(Struct, frozen=True):
    """The letter; the waiting time begins with its delivery."""

    paper_ref: str
    wait_days: int


@use_case(
    GiveCreditNotice, CreditNoticeGiven, permission=Permission.DEFAULT, method="POST",
    path="/leases/{lease_ref}/credit-notices",
)  # fmt: skip
async def give_credit_notice(ctx: Ctx, command: GiveCreditNotice) -> Done[CreditNoticeGiven]:
    """报送信用信息前书面告知，并等待
    Notify before a credit report; paying, relief or a dispute stops it."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref, lock=True)
    charge = charge_of(await lock_charges(ctx.conn, lease.id), command.line)
    if charge.kind is not ChargeKind.RENT:
        raise BadInput(
            "line", "报送告知针对某一期租金", "a notice is about an instalment's rent",
            remedy_zh="请选择逾期的那一期租金", remedy_en="name the overdue rent",
        )  # fmt: skip
    debts, on = await debts_now(ctx, lease), beijing_on(ctx.now)
    debt = next(one for one in debts if one.id == charge.id)
    facts = CreditNoticeFacts(
        earliest_report_on=None, outstanding_fen=debt.outstanding_fen, contested=debt.contested_fen > 0,
        relieved=debt.undone,
    )  # fmt: skip
    refuse_notice(facts, debt.due_on, on, reports=ctx.services.settings.reports_to_bureau)
    with_fee = [one for one in debts if one.no == debt.no and one.kind in (ChargeKind.RENT, ChargeKind.LATE_FEE)]
    wait_days = arrears_policy_on(on).report_wait_days
    _, contract = await contract_in_force(ctx.conn, lease.id)
    ground = letter_ground(lease, with_fee, contract.signed_on)
    letter = credit_notice_letter(ground, debt.no, debt.due_on, wait_days)
    paper_ref, written = await write_paper(ctx, lease, PaperKind.CREDIT_NOTICE, letter, rule="CRE-4")
    notice_id = await marks.insert_credit_notice(ctx.conn, lease.id, lease.renter_id, charge.id, paper_ref, ctx.now)
    if notice_id is None:
        raise Refusal(
            "notified_already", "这一期已经告知过", "a notice of this instalment is running", rule="CRE-4",
            remedy_zh="请等等待期结束", remedy_en="wait until it ends",
        )  # fmt: skip
    text = (
        f"您租用的 {lease.model} 第 {debt.no} 期租金尚未付清，我们依法出具了书面告知 {paper_ref}。"
        f"收到次日起 {wait_days} 天内付清，事情就此结束；有疑问请在租客中心转人工。"
    )
    await tell(ctx, lease, NoticeKind.CREDIT_NOTICE, f"credit_notice:{notice_id}", text)
    said = f"第 {debt.no} 期：报送前书面告知，等待 {wait_days} 天"
    data: dict[str, object] = {"notice": notice_id, "paper": paper_ref, "line": command.line}
    event = lease_event(lease, "credit_notice.given", said, "CRE-4", data=data)
    return Done(CreditNoticeGiven(paper_ref, wait_days), event, written)
