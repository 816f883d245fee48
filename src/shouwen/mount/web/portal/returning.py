"""/my/leases/{ref}/return: prepare and send the phone back; then where it is, and what happens by which day."""

from datetime import date

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.deliveries.store import ParcelCase
from shouwen.features.deliveries.use_cases import ListParcelCases, list_parcel_cases
from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import AcceptanceKind, AcceptanceState
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import Purpose
from shouwen.features.leases.public import STATE_ZH
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseState, NextAct
from shouwen.features.leases.use_cases.moving import ReadReturnList, ReturnList, SendBack, read_return_list, send_back
from shouwen.features.leases.use_cases.parcels import ReadShipments, read_shipments
from shouwen.features.stock.types import ARRIVED, Direction, Parcel
from shouwen.kernel.days import start_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    FactView,
    FigureView,
    HumanView,
    LinkView,
    NeedView,
    ProblemView,
    StepView,
)
from shouwen.mount.web.acts import Tried, act, said
from shouwen.mount.web.page import html, language, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs, lease_pill, media_view, upload_view
from shouwen.mount.web.portal.lease_file import lease_file
from shouwen.mount.web.portal.life_part import can, next_act
from shouwen.mount.web.portal.parcels import parcel_view, shown_parcel
from shouwen.mount.web.portal.sending import send_form
from shouwen.mount.web.portal.way_views import ParcelView, PortalReturnView

_NAME = "my_send_back"
_GONE = (LeaseState.RETURNING, LeaseState.INSPECTING, LeaseState.SETTLING, LeaseState.CLOSED)
_PHOTOS = 12


async def return_page(request: Request, tried: Tried | None = None) -> Response:
    """What to do now about the way back, by the state of the lease."""
    file = await lease_file(request)
    back = next_act(file, LeaseAct.SEND_BACK)
    now = await around(request)
    t = words(request)
    human = now.human(t, lease_ref=file.lease.ref)
    status = tried.status if tried else 200
    if back is not None and not back.blocked_zh and file.contract is not None:
        view = await _prepare(request, file, back, tried, human, t)
    elif file.lease.state in _GONE and file.lease.return_sent_on is not None:
        view = await _follow(request, file, human, t)
    else:
        view = _not_now(request, file, back, human, t)
    if tried is not None and (view.form is None or view.form.problem is None):
        view = replace(view, problem=tried.problem)
    return html(request, view, status, **now.counts())


async def _prepare(
    request: Request, file: LeaseFile, back: NextAct, tried: Tried | None, human: HumanView, t: Words
) -> PortalReturnView:
    """The preparation list as steps, the pictures, the parcel; before the end of the term what sending early means."""
    ref = file.lease.ref
    prepare = await run(request, read_return_list, ReadReturnList(ref))
    media = await run(request, evidence.list_evidence, evidence.ListEvidence(ref))
    agreed_on = await _agreed_on(request, file)
    facts: list[FactView] = []
    before_end, saves_fen = False, 0
    if file.lease.state is LeaseState.RENTING:
        ways = await run(request, endings.read_endings, endings.ReadEndings(ref))
        before_end, saves_fen = file.on < ways.ends_on and agreed_on is None, ways.early_saves_fen
        facts.append(FactView(t("租期到"), ways.ends_on.isoformat(), _clause_text(prepare, t)))
    if agreed_on is not None:
        facts.append(FactView(t("约定寄回"), t("{day} 前（含当天）", day=agreed_on.isoformat()), tone="amber"))
    one_door = before_end and saves_fen > 0  # the same day gives the same money
    return PortalReturnView(
        human=human,
        lease_ref=ref,
        model=file.lease.model,
        said=said(request, t),
        title=t("寄回前准备"),
        lead=t("逐项做完再寄。最要紧的是拍照：寄出前封存的影像，能证明寄出时的样子（DMG-4）。"),
        pill=lease_pill(file.lease.state, t),
        facts=tuple(facts),
        early=_early(ref, saves_fen, t) if before_end else None,
        upload=upload_view(
            ref, Purpose.RETURN, t, title=t("寄出前的照片和视频"), hint=t("各面、屏幕点亮、IMEI 页面、环拍视频"),
            media=tuple(media_view(one, t) for one in media if one.purpose == Purpose.RETURN)[:_PHOTOS],
        ),
        form=None if one_door else send_form(
            request, prepare, _NAME, f"/my/leases/{ref}/return", t("都做好了，登记寄回"), tried, t
        ),
        links=(LinkView(t("到期可以怎么办"), f"/my/leases/{ref}/ending"),),
    )  # fmt: skip


def _clause_text(prepare: ReturnList, t: Words) -> str:
    return t("合同 {no} 条", no=prepare.clause) if prepare.clause else ""


def _early(ref: str, saves_fen: int, t: Words) -> NeedView:
    """Sent back as it is, the rents that are not due yet stay due."""
    if saves_fen:
        amount = format_fen(saves_fen)
        text = t("约定提前归还、今天寄回，比到期归还少付 {amount}。先约定日子，再登记寄回。", amount=amount)
        return NeedView(t("还没到期"), text, f"/my/leases/{ref}/early-return", t("看提前归还要付多少"))
    text = t("没有先约定提前归还就寄回，剩下的租金照旧；先看提前归还要付多少，约定好日子再寄。")
    return NeedView(t("还没到期"), text, f"/my/leases/{ref}/early-return", t("看提前归还要付多少"))


async def _agreed_on(request: Request, file: LeaseFile) -> date | None:
    """By which day an early return is agreed, where one is."""
    found = await run(request, endings.read_agreements, endings.ReadAgreements(file.lease.ref))
    return next(
        (
            one.pay_by
            for one in found.agreements
            if one.kind is AcceptanceKind.EARLY_RETURN and one.state is AcceptanceState.ACCEPTED
        ),
        None,
    )


async def _follow(request: Request, file: LeaseFile, human: HumanView, t: Words) -> PortalReturnView:
    """The phone is on its way, or here: the parcel, the days, and what no longer can be charged."""
    lease = file.lease
    found = (await run(request, read_shipments, ReadShipments(lease.ref))).parcels
    cases: list[ParcelCase] = await run(request, list_parcel_cases, ListParcelCases(lease.ref))
    media = await run(request, evidence.list_evidence, evidence.ListEvidence(lease.ref))
    parcel = next((one for one in reversed(found) if one.direction is Direction.BACK), None)
    title, lead = _where(file, t)
    return PortalReturnView(
        human=human,
        lease_ref=lease.ref,
        model=lease.model,
        said=said(request, t),
        title=title,
        lead=lead,
        pill=lease_pill(lease.state, t),
        steps=_steps(file, parcel, t),
        facts=_facts(file, t),
        parcel=_parcel(request, file, parcel, cases, t) if parcel else None,
        links=(LinkView(t("押金什么时候解冻"), f"/my/leases/{lease.ref}/deposit"),) if file.hold else (),
        upload=upload_view(
            lease.ref, Purpose.STATEMENT, t, title=t("补充照片和视频"), hint=t("寄件凭证、寄出前的影像都可以"),
            media=tuple(media_view(one, t) for one in media if one.purpose in (Purpose.RETURN, Purpose.STATEMENT))[
                :_PHOTOS
            ],
        ) if lease.state is not LeaseState.CLOSED else None,
    )  # fmt: skip


def _parcel(request: Request, file: LeaseFile, parcel: Parcel, cases: list[ParcelCase], t: Words) -> ParcelView:
    return shown_parcel(file, parcel, parcel_view(parcel, cases, t, english=language(request) == "en"), t)


def _where(file: LeaseFile, t: Words) -> tuple[str, str]:
    """Where the return is, in a word and a sentence."""
    state = file.lease.state
    if state is LeaseState.RETURNING:
        return t("手机在寄回途中"), t("到仓库后开箱录像、检测。交给快递以后丢失或损坏，由我们向快递追偿。")
    if state is LeaseState.INSPECTING:
        return t("我们收到了，等待检测"), t("检测结果会告诉您；有痕迹会附照片，您可以认可或提出异议。")
    if state is LeaseState.SETTLING:
        return t("检测完成，正在结算"), t("账单结清后解冻押金。")
    return t("归还已完成"), t("这笔租约已经结束。")


def _steps(file: LeaseFile, parcel: Parcel | None, t: Words) -> tuple[StepView, ...]:
    lease = file.lease
    order = (LeaseState.RETURNING, LeaseState.INSPECTING, LeaseState.SETTLING, LeaseState.CLOSED)
    at = order.index(lease.state)
    arrived = parcel is not None and parcel.state in ARRIVED
    here = t("仓库收到")
    if arrived and lease.returned_on is None:
        here = t("到仓，等待拆包")
    rows = (
        (t("登记寄回"), lease.return_sent_on),
        (here, lease.returned_on or (parcel.delivered_on if parcel is not None and arrived else None)),
        (t("检测"), None),
        (t("结清，押金解冻"), lease.closed_on),
    )
    current = 4 if lease.state is LeaseState.CLOSED else at + 1
    return tuple(
        StepView(name, "done" if no < current else "current" if no == current else "todo", start_of(on) if on else None)
        for no, (name, on) in enumerate(rows)
    )


def _facts(file: LeaseFile, t: Words) -> tuple[FactView, ...]:
    """By which day what happens, each with its clause."""
    facts: list[FactView] = []
    inspect = next_act(file, LeaseAct.INSPECT)
    if inspect is not None and inspect.until_on is not None:
        late = inspect.until_on < file.on
        note = t("已过期限，不再收定损费用（INSP-1）") if late else t("过了这天不再收定损费用（INSP-1）")
        clause = f"/my/leases/{file.lease.ref}/contract#c-{inspect.clause}" if inspect.clause else ""
        day = t("{day} 前（含当天）", day=inspect.until_on.isoformat())
        facts.append(FactView(t("检测"), day, note, clause, "moss" if late else "plain"))
    hold = file.hold
    if hold is not None and hold.open_fen:
        day = hold.release_due_on.isoformat() if hold.release_due_on else ""
        note = t("{day} 前解冻", day=day) if day else t("收到手机后按合同解冻")
        if hold.release_due_on is not None and hold.release_due_on < file.on:
            note = t("应在 {day} 前解冻，已晚了，有人跟进", day=day)
        figure = FigureView(hold.open_fen, clauses=clause_refs(file.lease.ref, (hold.clause,)), note=note)
        facts.append(FactView(t("押金"), figure=figure))
    elif hold is not None:
        facts.append(FactView(t("押金"), t("已处理完"), tone="moss"))
    overdue = sum(1 for one in file.instalments if one.state == "overdue")
    if overdue:
        facts.append(FactView(t("到期没付的租金"), t("{n} 期", n=overdue), href="/my/bills", tone="amber"))
    return tuple(facts)


def _not_now(request: Request, file: LeaseFile, back: NextAct | None, human: HumanView, t: Words) -> PortalReturnView:
    """Why the phone does not go back now, and what is possible instead."""
    ref, state = file.lease.ref, file.lease.state
    if back is not None and back.blocked_zh:
        problem = ProblemView(
            t("换机还没有办完，现在不能寄回"), t("请先收到新手机、寄回旧手机；之后随时可以归还。"), "SWAP"
        )
        links: tuple[LinkView, ...] = (LinkView(t("看换机进度"), f"/my/leases/{ref}/swap"),)
    elif state is LeaseState.LOST:
        problem = ProblemView(t("这台手机登记了遗失"), t("找到了请先登记找回，再归还。"))
        links = (LinkView(t("登记找回"), f"/my/leases/{ref}/lost"),)
    else:
        text = t("订单现在是“{state}”，还不到归还的时候", state=t(STATE_ZH[state]))
        remedy = t("收到手机、确认收货以后才能归还；发货前可以取消订单。")
        problem = ProblemView(text, remedy)
        if can(file, LeaseAct.CANCEL):
            links = (LinkView(t("取消订单，看能退回多少"), f"/my/leases/{ref}/cancel"),)
        else:
            links = (LinkView(t("看包裹到哪了"), f"/my/leases/{ref}/parcels"),)
            if state not in (LeaseState.SHIPPED,):
                problem = ProblemView(t("这笔租约已经结束，没有要归还的手机"), t("有疑问请转人工。"))
                links = (LinkView(t("回到租约"), f"/my/leases/{ref}"),)
    return PortalReturnView(
        human=human, lease_ref=ref, model=file.lease.model, said=said(request, t),
        title=problem.text, lead=problem.remedy, pill=lease_pill(state, t), links=links,
    )  # fmt: skip


send = act(
    send_back,
    SendBack,
    return_page,
    "/my/leases/{lease_ref}/return",
    "已登记寄回，快递的进展会显示在这里",
    name=_NAME,
)
