"""What can be done on a lease now, by whom, until when, and where its form is; and what is under way already."""

from starlette.requests import Request

from shouwen.features.endings.types import ACCEPTANCE_ZH
from shouwen.features.endings.use_cases import ReadAgreements, read_agreements
from shouwen.features.leases.amending import KIND_ZH
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseState
from shouwen.features.leases.use_cases.amending import ListAmendments, list_amendments
from shouwen.features.leases.use_cases.parcels import ReadShipments, read_shipments
from shouwen.features.leases.use_cases.swap import ReadSwaps, read_swaps
from shouwen.features.stock.types import ENDED, SwapState
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClockView, ListRowView, NextActView, PillView
from shouwen.mount.web.desk.life_bits import act_text, blocked_text, clause_links, day_clock, roles_text
from shouwen.mount.web.page import actor_of, run, words

_WHERE = {
    LeaseAct.APPROVE: "contract#approve",
    LeaseAct.REFUSE: "contract#refuse",
    LeaseAct.SIGN: "contract",
    LeaseAct.CANCEL: "cancel",
    LeaseAct.PREPARE: "phone#prepare_lease",
    LeaseAct.SHIP: "phone#ship_lease",
    LeaseAct.HAND_OVER: "phone#hand_over",
    LeaseAct.SEND_BACK: "phone#send_back",
    LeaseAct.RECEIVE: "phone",
    LeaseAct.INSPECT: "phone",
    LeaseAct.CLOSE: "phone#close_lease",
    LeaseAct.BUY_OUT: "ending",
    LeaseAct.REPORT_LOST: "ending#report_lost_for",
    LeaseAct.FIND: "ending#loss",
    LeaseAct.TERMINATE: "arrears",
}
_UNSHIPPED = frozenset({LeaseState.APPLIED, LeaseState.APPROVED, LeaseState.SIGNED, LeaseState.PREPARING})
_ON_THE_ROAD = frozenset({LeaseState.SHIPPED, LeaseState.RETURNING})
_OVER = frozenset({LeaseState.REFUSED, LeaseState.CANCELLED})


def next_rows(request: Request, file: LeaseFile) -> tuple[NextActView, ...]:
    """The acts of this state, those of the reader first, in the order of the table."""
    t, role, ref = words(request), actor_of(request).role, file.lease.ref
    rows = [
        NextActView(
            label=act_text(one, t),
            href=f"/desk/leases/{ref}/{_WHERE[one.act]}",
            who=roles_text(one.by, t),
            mine=role in one.by,
            until=None if one.until_on is None else day_clock(one.until_on, file.on, t),
            clauses=clause_links(ref, (one.clause,)),
            rule=one.rule,
            blocked=blocked_text(one, t),
        )
        for one in file.next_acts
    ]
    return tuple(sorted(rows, key=lambda row: not row.mine))


async def under_way(request: Request, file: LeaseFile) -> tuple[ListRowView, ...]:
    """What waits on this lease: a change, a parcel, a swap, an agreement, the maker's lock."""
    state = file.lease.state
    if state in _OVER:
        return ()
    rows = await _changes(request, file) if state in _UNSHIPPED else []
    if state in _ON_THE_ROAD or state is LeaseState.RENTING:
        rows += await _parcels(request, file)
    if state is LeaseState.RENTING:
        rows += await _swaps(request, file)
    if state not in _UNSHIPPED:
        rows += await _agreements(request, file)
    return tuple(rows)


async def _changes(request: Request, file: LeaseFile) -> list[ListRowView]:
    t, ref = words(request), file.lease.ref
    return [
        ListRowView(
            href=f"/desk/leases/{ref}/contract#changes", title=t("变更{what}", what=t(KIND_ZH[one.kind])),
            text=one.reason, ref=one.ref, clock=_waits(day_clock(one.valid_until, file.on, t), t),
        )
        for one in await run(request, list_amendments, ListAmendments(ref))
        if one.state == "proposed"
    ]  # fmt: skip


def _waits(clock: ClockView, t: Words) -> ClockView:
    return ClockView(t("等租客 · {when}", when=clock.label), clock.until, clock.tone, fixed=True)


async def _parcels(request: Request, file: LeaseFile) -> list[ListRowView]:
    t, ref = words(request), file.lease.ref
    found = await run(request, read_shipments, ReadShipments(ref))
    return [
        ListRowView(
            href=f"/desk/leases/{ref}/phone#{one.ref}",
            title=one.words.title_en if t.lang == "en" else one.words.title,
            text=f"{one.courier_name} {one.waybill}",
            pill=PillView(t("租客说没有收到，待核实"), "red") if one.contested else None,
        )
        for one in found.parcels
        if one.state not in ENDED or one.contested
    ]


async def _swaps(request: Request, file: LeaseFile) -> list[ListRowView]:
    t, ref = words(request), file.lease.ref
    found = await run(request, read_swaps, ReadSwaps(ref))
    return [
        ListRowView(
            href=f"/desk/leases/{ref}/phone#swaps", title=t("换机"), text=one.reason, ref=one.ref,
            pill=PillView(t(one.state_zh), "amber"),
            clock=None if one.back_by is None else day_clock(one.back_by, file.on, t),
        )
        for one in found.swaps
        if one.state not in (SwapState.DONE, SwapState.WITHDRAWN)
    ]  # fmt: skip


async def _agreements(request: Request, file: LeaseFile) -> list[ListRowView]:
    t, ref = words(request), file.lease.ref
    found = await run(request, read_agreements, ReadAgreements(ref))
    rows = [
        ListRowView(
            href=f"/desk/leases/{ref}/ending#agreed",
            title=t(ACCEPTANCE_ZH[one.kind]),
            text=t("约定 {amount}，待付 {open}", amount=format_fen(one.amount_fen), open=format_fen(one.open_fen)),
            ref=one.ref,
            clock=day_clock(one.back_on or one.pay_by, file.on, t),
        )
        for one in found.agreements
        if one.ended_on is None
    ]
    rows += [
        ListRowView(
            href=f"/desk/leases/{ref}/phone#devices",
            title=t("锁定手机") if one.kind == "lock" else t("解除设备锁"),
            text=t("等厂商的结果"),
            pill=PillView(t("待登记结果"), "amber"),
        )
        for one in found.devices
        if one.answered_at is None
    ]
    return rows
