"""/my/leases/{ref}/buyout: agreeing to today's price in two steps, paying it, and what comes of it."""

from datetime import date

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import AcceptanceKind, AcceptanceState, DeviceRequest
from shouwen.features.endings.use_cases import AgreementLine, LeaseAgreements
from shouwen.features.leases.types import LeaseAct, LeaseFile
from shouwen.features.papers.types import PaperKind
from shouwen.features.papers.use_cases import OpenPaper, open_paper
from shouwen.features.payments.types import LeasePayments
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.mount.pages.ending_parts import AgreedView, BlockView
from shouwen.mount.pages.form_views import FieldView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, FigureView, LinkView
from shouwen.mount.web.acts import Tried, form_view
from shouwen.mount.web.page import html, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.ending_bits import (
    agreements_of,
    hand_paid,
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
from shouwen.mount.web.portal.ending_views import PortalConfirmView
from shouwen.platform.door import Door


def can_buy_out(file: LeaseFile) -> bool:
    """Whether buying out is an act of this lease now; a price may be known when it no longer is."""
    return file.buyout is not None and any(act.act is LeaseAct.BUY_OUT for act in file.next_acts)


async def confirm(request: Request) -> Response:
    """GET …/buyout/agree: the second step."""
    return await confirm_page(request, None)


async def confirm_page(request: Request, tried: Tried | None) -> Response:
    """Price with lines and clauses, what ends in it, what comes of it; then the button."""
    file = await lease_file(request)
    t = words(request)
    ref = file.lease.ref
    if file.buyout is None or not can_buy_out(file):
        return see(f"/my/leases/{ref}/buyout")  # that page says why
    now = await around(request)
    payments = await payments_of(request)
    quote = file.buyout
    curve = await run(request, endings.read_curve, endings.ReadCurve(ref))
    fields = (
        FieldView(name="amount_fen", kind="hidden", value=str(quote.amount_fen)),
        FieldView(name="valid_until", kind="hidden", value=quote.valid_until.isoformat()),
        *_way_to_pay(payments, t),
    )
    button = t("确认按 {amount} 买断", amount=format_fen(quote.amount_fen))
    view = PortalConfirmView(
        human=now.human(t, lease_ref=ref, about="buyout_question"),
        lease_ref=ref,
        title=t("确认买断"),
        back_href=f"/my/leases/{ref}/buyout",
        lead=t(
            "{model}。这个价今天有效，确认后在 {day} 前（含当天）付清；没有付清就自动失效，租约照旧，不收任何费用。",
            model=file.lease.model,
            day=f"{curve.pay_by:%m-%d}",
        ),
        quote=priced(t("买断要付"), quote, ref, t),
        blocks=(_closing(file, t), _following(file, t)),
        act=form_view(
            "accept_buyout", f"/my/leases/{ref}/buyout", "", button, fields, tried=tried, main=True, folded=False
        ),
    )
    return html(request, view, tried.status if tried else 200, **now.counts())


def _way_to_pay(payments: LeasePayments, t: Words) -> tuple[FieldView, ...]:
    if payments.agreement_signed_at is None:
        return (FieldView(name="deduct", kind="hidden", value="false"),)
    picks = (
        PickView("true", t("从代扣账户扣，马上办完"), chosen=True),
        PickView("false", t("先确认，稍后自己付")),
    )
    return (FieldView(name="deduct", label=t("怎么付款"), kind="select", picks=picks),)


def _closing(file: LeaseFile, t: Words) -> BlockView:
    """What ends in the price: the rents still open, each with its day; late fees are their own line."""
    unpaid = [one for one in file.instalments if one.outstanding_fen]
    if not unpaid:
        return BlockView(t("并入买断价的"), text=t("租金都付清了，没有要并入的账单。"))
    total_fen = sum(one.outstanding_fen for one in unpaid)
    working = tuple(f"{one.due_on} {t('第 {no} 期', no=one.no)} {plain_fen(one.outstanding_fen)}" for one in unpaid)
    figure = FigureView(total_fen, (*working, f"＝ {plain_fen(total_fen)}"), rules=("BUY-5",))
    facts = [FactView(t("{n} 期未付租金", n=len(unpaid)), figure=figure)]
    late = next((line for line in file.buyout.lines if line.kind == "late_fee"), None) if file.buyout else None
    if late is not None:
        facts.append(FactView(t("逾期违约金"), t("{amount}，另列一行", amount=format_fen(late.amount_fen))))
    return BlockView(t("并入买断价的"), tuple(facts), t("这些租金已经算在买断价里，买断后不再单独扣。"))


def _following(file: LeaseFile, t: Words) -> BlockView:
    facts = [
        FactView(t("所有权"), t("付清当场归您，出具转让书")),
        FactView(t("设备锁"), t("付清后自动申请解除")),
        FactView(t("手机里的数据"), t("不受影响，不用备份或抹除")),
    ]
    if file.hold is not None and file.hold.open_fen:
        amount = format_fen(file.hold.open_fen)
        facts.insert(1, FactView(t("押金"), t("解冻 {amount}；另有欠款时先留下相应部分", amount=amount)))
    return BlockView(t("付清以后"), tuple(facts))


def lapsed_text(agreed: LeaseAgreements, t: Words) -> str:
    """The last buyout was not paid in time: said above the new price."""
    last = newest(agreed, AcceptanceKind.BUYOUT)
    if last is None or last.state is not AcceptanceState.LAPSED:
        return ""
    return t(
        "上次的买断（{ref}）到 {day} 没有付清，已经失效：租金照原来的安排，已付的都算数。",
        ref=last.ref, day=last.pay_by.isoformat(),
    )  # fmt: skip


async def agreed_view(
    request: Request, file: LeaseFile, agreed: LeaseAgreements, t: Words, tried: Tried | None
) -> AgreedView | None:
    """The buyout that waits to be paid, or that is paid; None where the page is about the price."""
    line = newest(agreed, AcceptanceKind.BUYOUT)
    if line is None or line.state not in (AcceptanceState.ACCEPTED, AcceptanceState.PAID):
        return None
    if is_open(line):
        return await _to_pay(request, file, line, t, tried)
    return _bought(file, line, agreed, t)


async def _to_pay(
    request: Request, file: LeaseFile, line: AgreementLine, t: Words, tried: Tried | None
) -> AgreedView:  # fmt: skip
    ref = file.lease.ref
    payments = await payments_of(request)
    order = order_of(line, payments)
    facts = [
        FactView(t("还要付"), format_fen(line.open_fen)),
        FactView(t("付清期限"), t("{day} 前（含当天）", day=line.pay_by.isoformat())),
    ]
    facts += [fact for fact in (order_fact(order, t),) if fact is not None]
    facts += hand_paid(request, ref, payments, t)
    facts.append(FactView(t("买断编号"), line.ref))
    return AgreedView(
        title=t("买断已确认，付清后手机归您"),
        text=t("没有付清之前，租约照旧有效；到期没有付清，这次买断自动失效，不收任何费用。"),
        pill=state_pill(line, t),
        clock=pay_clock(line, t),
        quote=priced(t("确认的买断价"), line.quote, ref, t),
        facts=tuple(facts),
        links=(LinkView(t("账单里看每一笔"), "/my/bills"),),
        acts=pay_form("pay_buyout", line, order, payments, f"/my/leases/{ref}/buyout/payment", t, tried),
        href=f"/my/leases/{ref}/buyout" if under_way(order) else "",
        action=t("看结果"),
    )


def _bought(file: LeaseFile, line: AgreementLine, agreed: LeaseAgreements, t: Words) -> AgreedView:
    ref, lease = file.lease.ref, file.lease
    letter = next((one for one in agreed.letters if one.kind is PaperKind.TITLE), None)
    links = []
    if letter is not None and letter.printed:
        links.append(LinkView(t("下载所有权转移证明（PDF）"), f"/my/leases/{ref}/buyout/letter", download=True))
    facts = [
        FactView(t("所有权"), t("{day} 起归您", day=_day(line.ended_on)), tone="moss"),
        FactView(t("转移证明"), t("已出具，可下载") if links else t("正在生成，一分钟内可下载")),
        FactView(t("设备锁"), *_lock_said(agreed.devices, t)),
        FactView(t("手机"), f"{lease.model} · IMEI ···· {lease.imei[-4:]}"),
    ]
    if file.hold is not None:
        amount = format_fen(file.hold.open_fen or file.hold.released_fen)
        free = (
            t("{amount} 仍冻结，等其他账单结清", amount=amount)
            if file.hold.open_fen
            else t("{amount} 已解冻", amount=amount)
        )
        facts.insert(1, FactView(t("押金"), free))
    return AgreedView(
        title=t("手机归您了"),
        text=t("买断款已付清，租金义务到此结束，不会再扣款。手机里的数据没有动过。"),
        pill=state_pill(line, t),
        quote=priced(t("买断款"), line.quote, ref, t),
        facts=tuple(facts),
        links=(*links, LinkView(t("账单里看每一笔"), "/my/bills")),
    )


def _lock_said(devices: tuple[DeviceRequest, ...], t: Words) -> tuple[str, str]:
    """Where the request to take the lock off stands, and what to do meanwhile."""
    asked = next((one for one in devices if one.kind == "unlock"), None)
    if asked is None:
        return t("没有上锁"), ""
    if asked.outcome == "done":
        return t("已解除"), ""
    if asked.outcome == "failed":
        return t("还没有成功，我们在重试"), asked.said or t("着急用请转人工")
    return t("已申请解除，通常 24 小时内完成"), ""


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


async def letter(request: Request) -> Response:
    """GET …/buyout/letter: the transfer of title as PDF; opening it is on record (EVI-6)."""
    await lease_file(request)
    agreed = await agreements_of(request)
    title = next((one for one in agreed.letters if one.kind is PaperKind.TITLE), None)
    if title is None:
        raise Absent("转让书", "letter")
    found = await run(request, open_paper, OpenPaper(title.ref))
    door: Door = request.app.state.door
    path = door.services.storage.path(bytes.fromhex(found.sha256))
    return FileResponse(path, media_type=found.mime, filename=found.file_name)
