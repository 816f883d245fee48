"""/my/leases/{ref}/lost: report a lost phone at any hour, what happens at once, the police receipt, found again."""

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.contracts.types import Quote
from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import AcceptanceKind, AcceptanceState, LossFile
from shouwen.features.endings.use_cases import AgreementLine, LeaseAgreements, LeaseLoss
from shouwen.features.endings.use_cases.losing import MOST_DAYS_AGO
from shouwen.features.evidence import use_cases as evidence
from shouwen.features.evidence.types import Purpose
from shouwen.features.leases.public import STATE_ZH
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseState
from shouwen.features.papers.types import PaperKind
from shouwen.kernel.days import beijing_at, end_of
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.ending_parts import AgreedView, BlockView
from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClockView, FactView, HumanView, LinkView, ProblemView, UploadView
from shouwen.mount.web.acts import Tried, form_view, said
from shouwen.mount.web.page import html, problem_view, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import media_view, upload_view
from shouwen.mount.web.portal.ending_bits import (
    DAY_S,
    agreements_of,
    hand_paid,
    instead_links,
    is_open,
    lease_file,
    newest,
    order_fact,
    order_of,
    pay_clock,
    pay_form,
    payments_of,
    priced,
    state_pill,
    under_way,
)
from shouwen.mount.web.portal.ending_views import PortalConfirmView, PortalLostView

_STANDS = (AcceptanceState.ACCEPTED, AcceptanceState.PAID, AcceptanceState.WRITTEN_OFF)
_CARRIERS = "移动 10086 · 联通 10010 · 电信 10000 · 广电 10099"


async def lost(request: Request) -> Response:
    """GET …/lost."""
    return await shown(request, None)


async def shown(request: Request, tried: Tried | None) -> Response:
    """Before the report one calm form; after it where everything stands, with what may be done next."""
    file = await lease_file(request)
    t = words(request)
    ref = file.lease.ref
    now = await around(request)
    found = await run(request, endings.read_loss, endings.ReadLoss(ref))
    may_report = any(act.act is LeaseAct.REPORT_LOST for act in file.next_acts)
    if _may_find(file) and found.loss is not None:
        view = await _open(request, file, found.loss, now.human(t, lease_ref=ref, about="device_lost"), t, tried)
    elif may_report:
        view = await _form(request, file, found, now.human(t, lease_ref=ref, about="device_lost"), t, tried)
    else:
        view = PortalLostView(
            human=now.human(t, lease_ref=ref), lease_ref=ref, model=file.lease.model, state="not_now",
            title=t("现在不用在这里报失"), lead="", why_not=_not_now(file, t), links=instead_links(ref, t),
        )  # fmt: skip
    return html(request, view, tried.status if tried else 200, **now.counts())


def _may_find(file: LeaseFile) -> bool:
    """Whether the phone is lost, also where everything about it is settled and the lease has ended."""
    return any(act.act is LeaseAct.FIND for act in file.next_acts)


def _not_now(file: LeaseFile, t: Words) -> ProblemView:
    state = t(STATE_ZH[file.lease.state])
    return ProblemView(
        t("这份租约现在是“{state}”，手机不在租用中", state=state),
        t("手机在路上丢了，我们向快递追；别的情况请转人工，我们马上处理。"),
        "LOSS-1",
    )


async def _form(
    request: Request, file: LeaseFile, found: LeaseLoss, human: HumanView, t: Words, tried: Tried | None
) -> PortalLostView:
    ref = file.lease.ref
    back = found.loss if found.loss is not None and found.loss.found_on is not None else None
    agreed = await agreements_of(request) if back else None
    quote, why = await _quoted(request)
    fields = (
        FieldView(
            name="lost_on", label=t("哪天丢的"), kind="date", value=found.on.isoformat(),
            low=(found.on - timedelta(days=MOST_DAYS_AGO)).isoformat(), high=found.on.isoformat(),
            hint=t("不确定就填发现的那天"),
        ),
        FieldView(
            name="place", label=t("大概在哪里（可不写）"), placeholder=t("例如 地铁 2 号线人民广场站"), required=False,
            max_length=200,
        ),
    )  # fmt: skip
    rests = found.would_rest_until >= found.on
    day = f"{found.would_rest_until:%m-%d}"
    until = t("暂停到 {day}（含当天），或到登记报警回执那天", day=day)
    until = until if rests else t("一年内的暂停天数用完了，这次照常")
    return PortalLostView(
        human=human,
        lease_ref=ref,
        model=file.lease.model,
        state="found" if back else "form",
        title=t("手机找回来了") if back else t("先别急，报失后我们马上做这些"),
        lead=t("租约照原来的安排继续。") if back else t("任何时间都可以报。报错了、找到了，随时能撤回，不会留下费用。"),
        facts=_back_facts(back, agreed, t) if back else (
            FactView(t("锁定手机"), t("马上申请，别人用不了")),
            FactView(t("扣款和违约金"), until),
            FactView(t("专人跟进"), t("立一个加急的案，给您看进展")),
            FactView(t("请您做一件事"), t("给运营商打电话停卡：{numbers}", numbers=_CARRIERS)),
        ),
        report=form_view(
            "report_lost", f"/my/leases/{ref}/lost", t("又丢了，重新报失") if back else "",
            t("马上报失"), fields, tried=tried, main=not back, folded=bool(back),
        ),
        quote=priced(t("如果一直找不回，今天结算是"), quote, ref, t) if quote and not back else None,
        why_not=problem_view(request, why) if why and not back else None,
        settlement=_settled(request, agreed, file, t) if agreed else None,
        links=(LinkView(t("看这件事的经过"), f"/my/cases/{back.case_ref}"),) if back else (),
        said=said(request, t),
    )  # fmt: skip


async def _quoted(request: Request) -> tuple[Quote | None, Refusal | None]:
    """What a loss comes to today; or why the contract has no price for it."""
    try:
        return await run(request, endings.quote_loss, endings.QuoteLoss(request.path_params["lease_ref"])), None
    except Absent:
        return None, None
    except Refusal as refusal:
        return None, refusal


def _back_facts(back: LossFile, agreed: LeaseAgreements | None, t: Words) -> tuple[FactView, ...]:
    """What was taken back when the phone was found."""
    facts = [FactView(t("找回"), _day(back.found_on)), FactView(t("报失"), back.lost_on.isoformat())]
    if back.pause_ended_on is not None:
        facts.append(FactView(t("扣款"), t("{day} 之后照常，暂停的日子不计违约金", day=f"{back.pause_ended_on:%m-%d}")))
    unlock = next((one for one in agreed.devices if one.kind == "unlock"), None) if agreed else None
    if unlock is not None:
        facts.append(FactView(t("设备锁"), t("已解除") if unlock.outcome == "done" else t("已申请解除")))
    return tuple(facts)


async def _open(
    request: Request, file: LeaseFile, loss: LossFile, human: HumanView, t: Words, tried: Tried | None
) -> PortalLostView:
    ref = file.lease.ref
    agreed = await agreements_of(request)
    settled = newest(agreed, AcceptanceKind.LOSS)
    current = settled if settled is not None and settled.accepted_at >= loss.reported_at else None
    resting = loss.pause_ended_on is None and file.on <= loss.paused_until
    quote, why = (None, None) if current else await _quoted(request)
    view = await _settlement(request, file, current, agreed, t, tried) if current else None
    return PortalLostView(
        human=human,
        lease_ref=ref,
        model=file.lease.model,
        state="open",
        title=t("已报失，我们在处理") if file.lease.state is LeaseState.LOST else t("遗失已了结，租约已结束"),
        lead=t("到 {day}（含当天）不扣款、不计违约金。找到手机，随时点“手机找到了”。", day=f"{loss.paused_until:%m-%d}")
        if resting
        else t("暂停已经结束。找到手机，随时点“手机找到了”，结算会全部冲销。"),
        clock=ClockView(t("暂停还剩"), end_of(loss.paused_until), amber_below_s=3 * DAY_S) if resting else None,
        facts=_facts(loss, agreed, resting=resting, t=t),
        police=_police(loss, ref, t, tried) if not loss.police_ref else None,
        upload=await _upload(request, file, t),
        quote=priced(t("如果一直找不回，今天结算是"), quote, ref, t) if quote else None,
        why_not=problem_view(request, why) if why else None,
        settlement=view,
        links=(LinkView(t("和跟进的人说话"), f"/my/cases/{loss.case_ref}"),),
        found_href=f"/my/leases/{ref}/lost/found",
        said=said(request, t),
    )


def _facts(loss: LossFile, agreed: LeaseAgreements, *, resting: bool, t: Words) -> tuple[FactView, ...]:
    lock = next((one for one in agreed.devices if one.kind == "lock"), None)
    outcome = "" if lock is None else lock.outcome
    locked = {"": t("已申请，等结果"), "done": t("已锁定"), "failed": t("还没有成功，我们在重试")}[outcome]
    place = f" · {loss.place}" if loss.place else ""
    ended = loss.pause_ended_on or loss.paused_until
    rests = t("暂停到 {day} 为止，之后照常", day=f"{ended:%m-%d}")
    rests = t("暂停到 {day}（含当天）", day=f"{loss.paused_until:%m-%d}") if resting else rests
    return (
        FactView(t("丢失"), f"{loss.lost_on.isoformat()}{place}"),
        FactView(t("登记"), f"{beijing_at(loss.reported_at):%m-%d %H:%M}"),
        FactView(t("锁定手机"), locked, tone="moss" if outcome == "done" else "plain"),
        FactView(t("扣款和违约金"), rests),
        FactView(t("SIM 卡"), t("请给运营商打电话停卡：{numbers}", numbers=_CARRIERS)),
        FactView(t("报警回执"), loss.police_ref or t("还没有登记")),
    )


def _police(loss: LossFile, ref: str, t: Words, tried: Tried | None) -> FormView:
    """Said before it is done: the receipt ends the rest."""
    lead = t(
        "没有回执也没关系，{day} 之后会按合同结算。登记回执后，暂停到当天为止，结算可以早些办。",
        day=f"{loss.paused_until:%m-%d}",
    )
    field = FieldView(
        name="police_ref",
        label=t("报警回执编号"),
        placeholder=t("回执单上的编号"),
        max_length=60,
        hint=t("4 到 60 个字"),
    )
    return form_view(
        "record_police", f"/my/leases/{ref}/lost/police", t("登记报警回执"), t("登记"), (field,), tried=tried, lead=lead
    )


async def _upload(request: Request, file: LeaseFile, t: Words) -> UploadView:
    """Pictures of the receipt: sealed as they arrive."""
    ref = file.lease.ref
    media = await run(request, evidence.list_evidence, evidence.ListEvidence(ref))
    proofs = tuple(media_view(row, t) for row in media if row.purpose == Purpose.PROOF)
    return upload_view(
        ref, Purpose.PROOF, t, title=t("回执照片（可不传）"), hint=t("传上来就封存，不会被改动"), media=proofs
    )


async def _settlement(
    request: Request, file: LeaseFile, line: AgreementLine, agreed: LeaseAgreements, t: Words, tried: Tried | None
) -> AgreedView:
    """What the loss came to: to be paid, paid."""
    ref = file.lease.ref
    links = _letters(agreed, t)
    if not is_open(line):
        paid = line.state is AcceptanceState.PAID
        return AgreedView(
            title=t("遗失结算已付清") if paid else t("遗失结算已核销，不用再付"),
            text=t("以后找到手机，仍然可以登记，付过的钱会退还。"),
            pill=state_pill(line, t),
            quote=priced(t("结算"), line.quote, ref, t),
            facts=(FactView(t("结算编号"), line.ref),),
            links=links,
        )
    payments = await payments_of(request)
    order = order_of(line, payments)
    facts = [FactView(t("还要付"), format_fen(line.open_fen)), FactView(t("结算编号"), line.ref)]
    facts += [fact for fact in (order_fact(order, t),) if fact is not None]
    facts += hand_paid(request, ref, payments, t)
    return AgreedView(
        title=t("按合同结算，请付款"),
        text=t(
            "{day} 前（含当天）付清；没有付清的从押金转付。对金额有疑问请转人工，有争议的部分先不收。",
            day=line.pay_by.isoformat(),
        ),
        pill=state_pill(line, t),
        clock=pay_clock(line, t),
        quote=priced(t("结算"), line.quote, ref, t),
        facts=tuple(facts),
        links=links,
        acts=pay_form("pay_loss", line, order, payments, f"/my/leases/{ref}/lost/payment", t, tried),
        href=f"/my/leases/{ref}/lost" if under_way(order) else "",
        action=t("看结果"),
    )


def _settled(request: Request, agreed: LeaseAgreements, file: LeaseFile, t: Words) -> AgreedView | None:
    """The settlement that finding the phone took back."""
    line = newest(agreed, AcceptanceKind.LOSS)
    if line is None or line.state is not AcceptanceState.REVERSED:
        return None
    return AgreedView(
        title=t("遗失结算已全部冲销"),
        text=t("付过的钱成为余额：可以退还，也可以抵付以后的账单。要退还请转人工。"),
        pill=state_pill(line, t),
        quote=priced(t("冲销的结算"), line.quote, file.lease.ref, t),
        facts=(FactView(t("冲销于"), _day(line.ended_on)), FactView(t("结算编号"), line.ref)),
        links=(LinkView(t("账单里看每一笔"), "/my/bills"), *_letters(agreed, t)),
    )


def _letters(agreed: LeaseAgreements, t: Words) -> tuple[LinkView, ...]:
    letter = next((one for one in agreed.letters if one.kind is PaperKind.SETTLEMENT and one.printed), None)
    return (LinkView(t("下载结算函（PDF）"), f"/papers/{letter.ref}.pdf", download=True),) if letter else ()


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


async def found(request: Request) -> Response:
    """GET …/lost/found: the second step."""
    return await found_page(request, None)


async def found_page(request: Request, tried: Tried | None) -> Response:
    """What finding the phone changes, then the button."""
    file = await lease_file(request)
    t = words(request)
    ref = file.lease.ref
    if not _may_find(file) and tried is None:
        return see(f"/my/leases/{ref}/lost")
    now = await around(request)
    line = newest(await agreements_of(request), AcceptanceKind.LOSS)
    facts = [
        FactView(t("设备锁"), t("马上申请解除")),
        FactView(t("租金"), t("照原来的安排继续，暂停的日子不计违约金")),
    ]
    if line is not None and line.state in _STANDS:
        amount = format_fen(line.amount_fen)
        facts.append(FactView(t("遗失结算"), t("{amount} 全部冲销，付过的成为余额，可退还", amount=amount)))
    view = PortalConfirmView(
        human=now.human(t, lease_ref=ref, about="device_lost"),
        lease_ref=ref,
        title=t("手机找到了"),
        back_href=f"/my/leases/{ref}/lost",
        lead=t("{model} 在您手里了？确认后租约继续。", model=file.lease.model),
        blocks=(BlockView(t("确认以后"), tuple(facts)),),
        act=form_view(
            "report_found", f"/my/leases/{ref}/lost/found", "", t("确认，手机找到了"), (), tried=tried, main=True,
            folded=False,
        ),
    )  # fmt: skip
    return html(request, view, tried.status if tried else 200, **now.counts())
