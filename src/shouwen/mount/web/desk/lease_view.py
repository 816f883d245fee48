"""A lease's file in the desk's words: steps, figures with their working, who rents."""

from shouwen.features.contracts.types import Quote
from shouwen.features.disputes.public import ClaimRow
from shouwen.features.disputes.types import ENDED
from shouwen.features.leases.types import HoldSummary, LeaseFile, LeaseState, RenterSummary
from shouwen.features.money.types import ChargeKind
from shouwen.features.people.types import Revealed
from shouwen.kernel.days import end_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView, LeaseFileView, RenterFileView, StepView
from shouwen.mount.web.desk.bits import clause_refs
from shouwen.mount.web.desk.money_bits import line_label

_STEPS = (
    ("签约", (LeaseState.APPLIED, LeaseState.APPROVED, LeaseState.SIGNED)),
    ("发货", (LeaseState.PREPARING, LeaseState.SHIPPED)),
    ("租用", (LeaseState.RENTING, LeaseState.LOST)),
    ("归还", (LeaseState.RETURNING,)),
    ("检测", (LeaseState.INSPECTING,)),
    ("结清", (LeaseState.SETTLING,)),
)


def lease_view(file: LeaseFile, t: Words, claim: ClaimRow | None = None) -> LeaseFileView:
    """The lease card: where it stands, model, term, buyout, deposit; `claim` is what the deposit waits for."""
    ref = file.lease.ref
    return LeaseFileView(
        ref=ref, href=f"/desk/leases/{ref}", steps=_steps(file.lease.state, t), facts=_facts(file, claim, t)
    )


def model_of(file: LeaseFile) -> str:
    """`iPhone 15 Pro Max 256G 原色`."""
    lease = file.lease
    return " ".join(part for part in (lease.model, lease.storage, lease.colour) if part)


def _steps(state: LeaseState, t: Words) -> tuple[StepView, ...]:
    at = next((no for no, (_, states) in enumerate(_STEPS) if state in states), len(_STEPS))
    return tuple(
        StepView(t(name), "done" if no < at else "current" if no == at else "todo")
        for no, (name, _) in enumerate(_STEPS)
    )


def _facts(file: LeaseFile, claim: ClaimRow | None, t: Words) -> tuple[FactView, ...]:
    facts = [FactView(t("机型"), " · ".join(part for part in (model_of(file), file.lease.condition_grade) if part))]
    if file.contract is not None and file.instalments:
        rent = format_fen(file.instalments[0].amount_fen)
        term = t("{n} 期 × {rent}，已付 {k} 期", n=file.contract.periods, rent=rent, k=file.settled)
        facts.append(FactView(t("租期"), term))
    if file.buyout is not None:
        facts.append(FactView(t("买断"), figure=quote_figure(file.buyout)))
    elif file.buyout_refused:
        facts.append(FactView(t("买断"), file.buyout_refused))
    hold = file.hold
    if hold is not None:
        note = _release_note(hold, file.lease.state, claim, t)
        figure = FigureView(hold.amount_fen, clauses=clause_refs((hold.clause,)), note=note)
        facts.append(FactView(t("押金"), figure=figure))
    return tuple(facts)


def _release_note(hold: HoldSummary, state: LeaseState, claim: ClaimRow | None, t: Words) -> str:
    """When the deposit goes back; no day while a claim is open, as the claim decides it."""
    released = format_fen(hold.released_fen)
    if not hold.open_fen:
        taken = format_fen(hold.captured_fen)
        return t("已办完：解冻 {released}，转支付 {taken}", released=released, taken=taken)
    if hold.released_fen:
        return t("已解冻 {released}，仍冻结 {left}", released=released, left=format_fen(hold.open_fen))
    if claim is not None and claim.state not in ENDED:
        amount = format_fen(claim.claimed_fen)
        return t("预授权，{amount} 定损未结，结清后解冻其余", amount=amount)
    if state is LeaseState.SETTLING:
        return t("预授权，结清后解冻")
    if hold.release_due_on is None:
        return t("预授权")
    return t("预授权，应于 {day} 解冻", day=f"{hold.release_due_on:%m-%d}")


def quote_figure(quote: Quote) -> FigureView:
    """A buyout quote with all it rests on."""
    return FigureView(
        amount_fen=quote.amount_fen,
        working=quote.working,
        clauses=clause_refs(quote.clauses),
        rules=quote.rules,
        valid_until=end_of(quote.valid_until),
    )


def money_view(file: LeaseFile, t: Words) -> tuple[FactView, ...]:
    """What is owed beside the rent not yet due: overdue rent, late fees run up, other open charges.

    Each leads to its line of the book; what is not booked yet opens to its working instead.
    """
    facts: list[FactView] = []
    lines = f"/desk/leases/{file.lease.ref}/money/lines"
    for one in file.instalments:
        if one.state == "overdue":
            late = t("逾期 {n} 天", n=one.days_overdue)
            label = t("第 {n} 期租金", n=one.no)
            facts.append(FactView(label, format_fen(one.outstanding_fen), late, f"{lines}/rent-{one.no}", tone="red"))
    for fee in file.late_fees:
        figure = FigureView(fee.amount_fen, fee.working, clause_refs((fee.clause,)), fee.rules)
        facts.append(FactView(t("第 {n} 期违约金", n=fee.no), figure=figure))
    for charge in file.open_charges:
        if charge.outstanding_fen:
            note = t("合同 {no} 条", no=charge.clause) if charge.clause else ""
            href = f"{lines}/{charge.kind}-{charge.no}"
            name = line_label(ChargeKind(charge.kind), charge.no, t)
            facts.append(FactView(name, format_fen(charge.outstanding_fen), note, href))
    return tuple(facts)


def renter_view(renter: RenterSummary, t: Words, shown: Revealed | None = None) -> RenterFileView:
    """Masked, or as revealed a moment ago with a reason on record (EVI-6)."""
    past = t("{a} 份租约，{b} 次逾期，{c} 次争议", a=renter.leases, b=renter.late, c=renter.disputes)
    phone = shown.phone if shown else renter.phone_masked
    return RenterFileView(
        name=shown.name if shown else renter.name_masked,
        phone=f"{phone} · {t('已实名')}" if renter.verified else phone,
        facts=(FactView(t("往来"), past),),
        revealed=shown is not None,
    )
