"""/my/bills: every charge with its clause and working; the deposit; what was settled."""

from collections.abc import Container
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.disputes import mine
from shouwen.features.disputes.rows import ClaimListRow
from shouwen.features.disputes.types import ENDED, ClaimState
from shouwen.features.leases import use_cases as leases
from shouwen.features.leases.types import LeaseListRow
from shouwen.features.money.statement import BillLine, BillStatement
from shouwen.features.money.types import ChargeKind
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import BillView, FactView, FigureView, PillView, PortalBillsView
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs


async def bills(request: Request) -> Response:
    """All leases' bills on one page, what is due first."""
    now = await around(request)
    t = words(request)
    statements = [
        (row, (await run(request, leases.read_bills, leases.ReadBills(row.ref))).statement)
        for row in now.leases
        if row.signed_on
    ]
    lines = [(row, line) for row, statement in statements for line in statement.lines]
    resting = await resting_leases(request)
    unsettled = sorted(((r, x) for r, x in lines if x.outstanding_fen), key=lambda pair: pair[1].due_on)
    settled = sorted(((r, x) for r, x in lines if not x.outstanding_fen), key=lambda pair: pair[1].due_on, reverse=True)
    owed = [(row, line) for row, line in unsettled if not rests(line, row, resting)]
    overdue = any(line.state == "overdue" for _, line in owed)
    on = next((found.on for _, found in statements if not overdue), None)
    due = [line for _, line in owed if statements and line.due_on <= statements[0][1].on]
    view = PortalBillsView(
        human=now.human(t, about="billing_question"),
        outstanding=_outstanding(due, t),
        open=tuple(bill_view(line, row, t, resting) for row, line in unsettled),
        settled=tuple(bill_view(line, row, t) for row, line in settled),
        deposit=tuple(
            fact
            for row, statement in statements
            for fact in deposit_facts(statement, t, title=row.model, claim=resting.get(row.ref))
        ),
        next_due_on=on if due else None,
    )
    return html(request, view, **now.counts())


def _outstanding(due: list[BillLine], t: Words) -> FigureView:
    """What is due today or before, summed line by line; what falls due later, or rests, is not owed yet."""
    amount_fen = sum(line.outstanding_fen for line in due)
    working = tuple(f"{t(line.label)} {plain_fen(line.outstanding_fen)}" for line in due)
    total = (f"＝ {plain_fen(amount_fen)}",) if len(due) > 1 else ()
    return FigureView(amount_fen, (*working, *total))


async def resting_leases(request: Request) -> dict[str, ClaimListRow]:
    """The damage claims that are not settled, by lease: their charge is not collected meanwhile (PAUSE-1)."""
    return open_claims(await run(request, mine.list_my_claims, mine.ListMyClaims()))


def open_claims(claims: list[ClaimListRow]) -> dict[str, ClaimListRow]:
    """Those not settled, by lease."""
    return {claim.lease_ref: claim for claim in claims if claim.state not in ENDED}


def release_text(claim: ClaimListRow | None, due_on: date | None, t: Words) -> str:
    """When the deposit goes back. An open claim decides that, so then no day is named that it would contradict."""
    if claim is None:
        return t("最晚 {day} 解冻", day=due_on.isoformat()) if due_on else ""
    amount = format_fen(claim.claimed_fen)
    if claim.state is ClaimState.AWAITING_RENTER:
        return t("验机主张 {amount}，等您确认；处理完后解冻其余", amount=amount)
    if claim.state is ClaimState.ACCEPTED:
        return t("您已认可 {amount} 的定损，核定后解冻其余", amount=amount)
    if claim.state is ClaimState.DECIDED:
        return t("裁定已出，过申诉期后解冻其余")
    return t("{amount} 有争议，裁定并过申诉期后解冻其余", amount=amount)


def rests(line: BillLine, lease: LeaseListRow, resting: Container[str]) -> bool:
    """Whether collection of this charge is paused."""
    return line.kind == ChargeKind.DAMAGE and lease.ref in resting and line.outstanding_fen > 0


def bill_view(line: BillLine, lease: LeaseListRow, t: Words, resting: Container[str] = frozenset()) -> BillView:
    """One charge as the renter sees it."""
    paused = rests(line, lease, resting)
    return BillView(
        label=t(line.label),
        due_on=line.due_on,
        state=PillView(t("暂停催收"), "pine") if paused else _pill(line, t),
        amount_fen=line.amount_fen,
        paid_fen=line.paid_fen,
        waived_fen=line.waived_fen,
        written_off_fen=line.written_off_fen,
        outstanding_fen=line.outstanding_fen,
        working=line.working,
        clauses=clause_refs(lease.ref, (line.clause,)),
        rules=tuple(dict.fromkeys([entry.rule for entry in line.entries if entry.rule] + ["PAUSE-1"] * paused)),
        lease_ref=lease.ref,
        lease_title=lease.model,
        paused=t("争议结束前不催收，不计违约金") if paused else "",
    )


def _pill(line: BillLine, t: Words) -> PillView:
    if line.state == "paid":
        return PillView(t("已结清"), "moss")
    if line.state == "overdue":
        return PillView(t("逾期 {n} 天", n=line.days_overdue), "red")
    return PillView(t("待付"), "plain")


def deposit_facts(
    statement: BillStatement, t: Words, *, title: str = "", claim: ClaimListRow | None = None
) -> tuple[FactView, ...]:
    """The deposit hold: frozen, taken, given back, and when or after what the rest goes back."""
    hold = statement.deposit
    if hold is None:
        return ()
    facts = [FactView(t("押金预授权"), format_fen(hold.amount_fen), title)]
    if hold.captured_fen:
        facts.append(FactView(t("已转支付"), format_fen(hold.captured_fen)))
    if hold.released_fen:
        facts.append(FactView(t("已解冻"), format_fen(hold.released_fen), tone="moss"))
    if hold.open_fen:
        facts.append(FactView(t("仍冻结"), format_fen(hold.open_fen), release_text(claim, hold.release_due_on, t)))
    return tuple(facts)
