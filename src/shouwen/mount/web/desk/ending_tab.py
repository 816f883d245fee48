"""/desk/leases/{ref}/ending: what was agreed, the ways it can end, the buyout curve, a loss, the deposit's clock."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.types import CurvePoint
from shouwen.features.endings.use_cases import DepositRelease, LeaseAgreements, LeaseEndings
from shouwen.features.leases.types import LeaseFile, LeaseState
from shouwen.kernel.errors import Absent
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.portal_views import BuyoutRowView
from shouwen.mount.pages.views import FactView, FigureView, LadderView, LinkView, PillView, Tone
from shouwen.mount.web.acts import Tried
from shouwen.mount.web.desk.ending_ways import agreed_view, way_views
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.life_bits import clause_links, day_clock, stray
from shouwen.mount.web.desk.life_views import DeskDepositView, DeskEndingView
from shouwen.mount.web.desk.loss_card import loss_card, routes_with
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words
from shouwen.mount.web.portal.bits import ladder_view

_WAITS: dict[str, tuple[str, Tone]] = {
    "released": ("已处理完", "moss"),
    "claim": ("等定损的结论", "amber"),
    "inspection": ("等验机", "amber"),
    "other_phone": ("等租客寄回原机", "amber"),
    "owed": ("有到期未付", "amber"),
    "waiting": ("冻结中", "plain"),
}


def routes() -> list[Route]:
    """The page, and the acts of a loss."""
    return [page("GET", "/desk/leases/{lease_ref}/ending", ending), *routes_with(ending)]


async def ending(request: Request, tried: Tried | None = None) -> Response:
    """Every way with its figure; the renter alone agrees, on their own pages."""
    file = await lease_file(request)
    t, ref = words(request), file.lease.ref
    if file.contract is None:
        view = DeskEndingView(
            head=lease_head(request, file, "ending"), lead=t("签约之后才有租期和买断价"), ways=(), agreed=(), loss=None,
            deposit=None, ladder=None, points=(), letters=(), problem=stray(tried, ()),
        )  # fmt: skip
        return await desk_html(request, view, tried.status if tried else 200)
    found = await run(request, endings.read_endings, endings.ReadEndings(ref))
    agreed = await run(request, endings.read_agreements, endings.ReadAgreements(ref))
    loss = await loss_card(request, file, agreed, tried)
    acts: tuple[FormView, ...] = () if loss is None else loss.acts
    renting = file.lease.state is LeaseState.RENTING
    view = DeskEndingView(
        head=lease_head(request, file, "ending"),
        lead=_lead(found, t, renting=renting),
        ways=await way_views(request, file, found),
        agreed=tuple(agreed_view(one, file, t) for one in agreed.agreements),
        loss=loss,
        deposit=await _deposit(request, file, t),
        ladder=_ladder(file, t) if renting else None,
        points=await _points(request, file) if renting else (),
        letters=_letters(agreed, ref, t),
        problem=stray(tried, acts),
    )
    return await desk_html(request, view, tried.status if tried else 200)


def _lead(found: LeaseEndings, t: Words, *, renting: bool) -> str:
    left = t("还有 {n} 天", n=found.days_left) if found.days_left >= 0 else t("已过 {n} 天", n=-found.days_left)
    if not renting:
        return t("租期到 {day}，{left}", day=found.ends_on, left=left)
    return t("租期到 {day}，{left}。下面的金额可以照着念；同意由租客在自己的页面确认。", day=found.ends_on, left=left)


def _ladder(file: LeaseFile, t: Words) -> LadderView | None:
    if not file.ladder:
        return None
    lines = file.buyout.lines if file.buyout else ()
    price_fen = next((line.amount_fen for line in lines if line.kind == "buyout_price"), None)  # no fees, as the table
    return ladder_view(file.ladder, file.settled, price_fen, t)


async def _points(request: Request, file: LeaseFile) -> tuple[BuyoutRowView, ...]:
    """What waiting changes, instalment by instalment; nothing where there is no price."""
    if file.buyout is None:
        return ()
    curve = await run(request, endings.read_curve, endings.ReadCurve(file.lease.ref))
    return tuple(_row(point) for point in curve.points)


def _row(one: CurvePoint) -> BuyoutRowView:
    return BuyoutRowView(one.settled, one.on, one.when, one.total_fen, one.rents_fen, one.more_than_now_fen)


def _letters(agreed: LeaseAgreements, ref: str, t: Words) -> tuple[LinkView, ...]:
    links = []
    for one in agreed.letters:
        links.append(LinkView(f"{t(one.title)} {one.ref}", f"/desk/leases/{ref}/papers/{one.ref}"))
        if one.printed:
            links.append(LinkView(f"{t(one.title)} PDF", f"/papers/{one.ref}.pdf", True))
    return tuple(links)


async def _deposit(request: Request, file: LeaseFile, t: Words) -> DeskDepositView | None:
    if file.hold is None:
        return None
    try:
        found = await run(request, endings.read_release, endings.ReadRelease(file.lease.ref))
    except Absent:
        return None
    text, tone = _WAITS[found.stands]
    late = found.late and bool(found.open_fen)
    working = t(
        "冻结 {held} − 已转支付 {taken} − 已解冻 {freed} ＝ {left}", held=format_fen(found.held_fen),
        taken=format_fen(found.captured_fen), freed=format_fen(found.released_fen), left=format_fen(found.open_fen),
    )  # fmt: skip
    clauses = clause_links(found.lease_ref, (found.clause,))
    return DeskDepositView(
        figure=FigureView(found.open_fen, (working, *found.working), clauses, ("DEP-1",)),
        state=PillView(t("解冻晚了"), "red") if late else PillView(t(text), tone),
        facts=_deposit_facts(found, t),
        until=None if found.due_on is None or not found.open_fen else day_clock(found.due_on, file.on, t),
        waits=_waits(found, t),
        case=LinkView(t("加急会话 {ref}", ref=found.case_ref), f"/desk/cases/{found.case_ref}")
        if found.case_ref
        else None,
    )


def _deposit_facts(found: DepositRelease, t: Words) -> tuple[FactView, ...]:
    facts = []
    if found.returned_on is not None:
        facts.append(FactView(t("收到手机"), found.returned_on.isoformat()))
    if found.days is not None:
        facts.append(FactView(t("合同约定"), t("收到手机后 {n} 天内解冻", n=found.days)))
    if found.owed_fen:
        facts.append(FactView(t("到期未付"), format_fen(found.owed_fen), href=f"/desk/leases/{found.lease_ref}/money"))
    if found.late and found.to_release_fen:
        facts.append(FactView(t("系统自动解冻"), format_fen(found.to_release_fen), tone="moss"))
    return tuple(facts)


def _waits(found: DepositRelease, t: Words) -> str:
    """What the rest waits for, and what happens by itself."""
    if found.stands == "claim":
        return t("定损有结论的当天办理解冻")
    if found.stands == "inspection" and found.inspect_by_on is not None:
        return t("验机最晚 {day}；过了这天没有验机，不能再主张损坏（INSP-1）", day=found.inspect_by_on.isoformat())
    if found.stands == "other_phone":
        return t("收到的不是租用的那台手机，已请租客核对；验机和解冻的期限从原机到的那天算起")
    if found.stands == "owed":
        return t("先留下到期未付的部分，超出的到期自动解冻")
    if found.stands == "waiting" and found.returned_on is None:
        return t("手机归还并验机，或买断付清后解冻")
    return ""
