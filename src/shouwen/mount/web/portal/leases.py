"""/my/leases/{ref}: where a lease stands, what is next, its bills, its contract, its photos."""

from datetime import date, datetime
from typing import Literal

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.disputes import mine
from shouwen.features.disputes.rows import ClaimListRow, ClaimView
from shouwen.features.disputes.use_cases import reading
from shouwen.features.endings.types import AcceptanceKind
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import Purpose
from shouwen.features.leases.types import LeaseFile, LeaseListRow, LeaseState
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.money.statement import BillLine
from shouwen.features.money.types import ChargeKind
from shouwen.kernel.days import beijing_on, start_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    BillView,
    FactView,
    FigureView,
    LinkView,
    NeedView,
    PillView,
    PortalLeaseView,
    StepView,
)
from shouwen.mount.web.acts import said
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bills import bill_view, open_claims, release_text
from shouwen.mount.web.portal.bits import card_of_file, clause_refs, media_view, quote_figure
from shouwen.mount.web.portal.buying import can_buy_out
from shouwen.mount.web.portal.claims import claim_need
from shouwen.mount.web.portal.ending_bits import agreements_of, is_open, newest
from shouwen.mount.web.portal.lease_parts import PARTS
from shouwen.platform.decode import decode

_BILLS_SHOWN, _PHOTOS_SHOWN = 4, 12
_ORDER = (
    LeaseState.APPLIED, LeaseState.APPROVED, LeaseState.SIGNED, LeaseState.PREPARING, LeaseState.SHIPPED,
    LeaseState.RENTING, LeaseState.RETURNING, LeaseState.INSPECTING, LeaseState.SETTLING, LeaseState.CLOSED,
)  # fmt: skip


async def lease_page(request: Request) -> Response:
    """One lease of the renter."""
    file = await run(request, leases.read_lease, decode(leases.ReadLease, request.path_params, (), b""))
    ref = file.lease.ref
    now = await around(request)
    row = next((lease for lease in now.leases if lease.ref == ref), None)
    media = await run(request, evidence.list_evidence, evidence.ListEvidence(ref))
    claims = await run(request, mine.list_my_claims, mine.ListMyClaims())
    resting = open_claims(claims)
    inspected_at = await _inspected_at(request, next((claim for claim in claims if claim.lease_ref == ref), None))
    t = words(request)
    parts = [await part(request, file, t) for part in PARTS]
    shown = [m for m in media if m.purpose in (Purpose.HANDOVER, Purpose.RETURN)]
    view = PortalLeaseView(
        human=now.human(t, lease_ref=ref),
        lease=card_of_file(file, t),
        steps=_steps(file, inspected_at, t),
        facts=_facts(file, resting.get(ref), t) + tuple(fact for part in parts for fact in part.facts),
        need=next((need for claim in claims if claim.lease_ref == ref and (need := claim_need(claim, t))), None)
        or next((part.need for part in parts if part.need), None)
        or _need(file, t),
        bills=await _bills(request, file, row, resting, t),
        links=_links(file, t) + tuple(link for part in parts for link in part.links),
        acts=tuple(form for part in parts for form in part.acts),
        said=said(request, t),
        photos=tuple(media_view(m, t) for m in shown[:_PHOTOS_SHOWN]),
    )
    return html(request, view, **now.counts())


async def _inspected_at(request: Request, claim: ClaimListRow | None) -> datetime | None:
    """When the returned phone was inspected, where marks were found."""
    if claim is None:
        return None
    found: ClaimView = await run(request, reading.read_claim, reading.ReadClaim(claim.claim_ref))
    return found.inspected_at


async def _bills(
    request: Request, file: LeaseFile, row: LeaseListRow | None, resting: dict[str, ClaimListRow], t: Words
) -> tuple[BillView, ...]:
    """What is to pay next, the oldest first; the last settled ones where nothing is open."""
    if row is None or file.contract is None:
        return ()
    found = (await run(request, leases.read_bills, leases.ReadBills(row.ref))).statement
    unsettled = sorted((line for line in found.lines if line.outstanding_fen), key=lambda line: line.due_on)
    lines = unsettled[:_BILLS_SHOWN] or sorted(found.lines, key=lambda line: line.due_on)[-2:]
    back_by = await _back_by(request, file)
    return tuple(_unless_back(bill_view(line, row, t, resting), line, back_by, t) for line in lines)


async def _back_by(request: Request, file: LeaseFile) -> date | None:
    """Until when the phone is to be sent back, where an early return is agreed."""
    if file.lease.state is not LeaseState.RENTING:
        return None
    agreed = newest(await agreements_of(request), AcceptanceKind.EARLY_RETURN)
    return agreed.pay_by if agreed is not None and is_open(agreed) else None


def _unless_back(view: BillView, line: BillLine, back_by: date | None, t: Words) -> BillView:
    """A rent that ends with the phone sent back as agreed."""
    if back_by is None or line.kind is not ChargeKind.RENT or line.due_on <= back_by or not line.outstanding_fen:
        return view
    text = t("已约定 {day} 前寄回手机：按约定寄回，这一期不用付", day=_day(back_by))
    return replace(view, state=PillView(t("寄回后不用付")), paused=text)


def _steps(file: LeaseFile, inspected_at: datetime | None, t: Words) -> tuple[StepView, ...]:
    """The life of a lease in steps, each with its day: sent back, received and inspected are three days."""
    lease = file.lease
    at = _ORDER.index(lease.state) if lease.state in _ORDER else None
    ended = lease.closed_on is not None
    begins = (("申请", lease.applied_on, LeaseState.APPLIED),) if lease.signed_on is None else ()
    rows = (
        *begins,
        ("签约", lease.signed_on, LeaseState.SIGNED),
        ("发货", None, LeaseState.SHIPPED),
        ("签收使用", lease.handed_over_on, LeaseState.RENTING),
        ("寄回", lease.return_sent_on, LeaseState.RETURNING),
        ("我们签收", lease.returned_on, LeaseState.INSPECTING),
        ("验机", beijing_on(inspected_at) if inspected_at else None, LeaseState.INSPECTING),
        ("结清", lease.closed_on, LeaseState.SETTLING),
    )
    if at is None:
        return _ended_steps(file, t)
    steps: list[StepView] = []
    places = [_ORDER.index(state) for _, _, state in rows]
    current = max((no for no, place in enumerate(places) if place <= at), default=0)
    for no, (name, on, _) in enumerate(rows):
        state: Literal["done", "current", "todo"] = (
            "done" if no < current or ended else "current" if no == current else "todo"
        )
        steps.append(StepView(t(name), state, start_of(on) if on else None))
    return tuple(steps)


def _ended_steps(file: LeaseFile, t: Words) -> tuple[StepView, ...]:
    """A lease that ended on the way: what happened, and how it ended."""
    lease = file.lease
    known = (
        ("申请", None if lease.signed_on else lease.applied_on),
        ("签约", lease.signed_on),
        ("签收使用", lease.handed_over_on),
        ("寄回", lease.return_sent_on),
    )
    steps = [StepView(t(name), "done", start_of(on)) for name, on in known if on]
    ended = card_of_file(file, t).state.text
    return (*steps, StepView(ended, "current", start_of(lease.closed_on) if lease.closed_on else None))


def _facts(file: LeaseFile, claim: ClaimListRow | None, t: Words) -> tuple[FactView, ...]:
    """Price today, late fees so far, deposit, term: every amount opens to its working."""
    facts: list[FactView] = []
    ref = file.lease.ref
    if file.buyout is not None and can_buy_out(file):
        facts.append(FactView(t("今天买断"), figure=quote_figure(file.buyout, ref, t)))
    for fee in file.late_fees:
        figure = FigureView(fee.amount_fen, fee.working, clause_refs(ref, (fee.clause,)), fee.rules)
        facts.append(FactView(t("第 {no} 期违约金，到今天", no=fee.no), figure=figure, tone="amber"))
    if file.contract is not None:
        total = format_fen(file.contract.total_rent_fen)
        facts.append(FactView(t("总租金"), total, t("{n} 期", n=file.contract.periods)))
    if file.hold is not None:
        facts.append(_deposit(file, claim, t))
    if file.instalments:
        facts.append(FactView(t("最后一期"), file.instalments[-1].due_on.isoformat()))
    if file.lease.imei:
        facts.append(FactView("IMEI", f"···· {file.lease.imei[-4:]}"))
    return tuple(facts)


def _deposit(file: LeaseFile, claim: ClaimListRow | None, t: Words) -> FactView:
    hold = file.hold
    if hold is None or not hold.open_fen:
        return FactView(t("押金"), t("已全部解冻") if hold and not hold.captured_fen else t("已处理完"), tone="moss")
    until = release_text(claim, hold.release_due_on, t) or t("预授权，没有扣款")
    return FactView(t("押金"), format_fen(hold.open_fen), until)


def _need(file: LeaseFile, t: Words) -> NeedView | None:
    """The renter's next step of this lease, where there is one."""
    ref = file.lease.ref
    last_on = file.instalments[-1].due_on if file.instalments else None
    if file.lease.state is LeaseState.RENTING and last_on is not None and (last_on - file.on).days <= 7:
        text = t("{day} 到期。可以归还、买断或续租；归还前先拍照录像，封存后寄出。", day=_day(last_on))
        return NeedView(t("快到期了"), text, f"/my/leases/{ref}/ending", t("看看怎么选"))
    if file.lease.state is LeaseState.RETURNING:
        text = t("寄出前的照片和视频最能说明手机当时的样子，现在还可以补充上传。")
        return NeedView(t("归还途中"), text, "/my/evidence", t("补充照片和视频"))
    return None


def _day(on: date) -> str:
    return f"{on:%m-%d}"


def _links(file: LeaseFile, t: Words) -> tuple[LinkView, ...]:
    ref = file.lease.ref
    links = [LinkView(t("证据与存证回执"), "/my/evidence")]
    if file.contract is not None:
        links.insert(0, LinkView(t("合同，共 {n} 条", n=len(file.contract.clauses)), f"/my/leases/{ref}/contract"))
    if can_buy_out(file):
        links.append(LinkView(t("买断价和算式"), f"/my/leases/{ref}/buyout"))
    return tuple(links)
