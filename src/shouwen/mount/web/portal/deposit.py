"""/my/leases/{ref}/deposit: the clock of the deposit: by when it goes back, what it waits for, what if it is late."""

from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.endings import use_cases as endings
from shouwen.features.endings.use_cases import DepositRelease
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.days import end_of, start_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClockView, FactView, FigureView, LinkView, StepView
from shouwen.mount.web.page import html, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import clause_refs
from shouwen.mount.web.portal.ending_bits import DAY_S, lease_file
from shouwen.mount.web.portal.ending_views import PortalDepositView
from shouwen.platform.decode import decode

NO_DAY = ("claim", "other_phone")  # what it then waits for decides the day
_INSPECTED = (LeaseState.SETTLING, LeaseState.CLOSED)


async def deposit(request: Request) -> Response:
    """The deposit of one lease; absent where there is none."""
    file = await lease_file(request)
    asked = decode(endings.ReadRelease, request.path_params, (), b"")
    found = await run(request, endings.read_release, asked)
    now = await around(request)
    t = words(request)
    title, lead = _said(found, t)
    figure = FigureView(
        found.open_fen, (_working(found, t), *found.working), clause_refs(found.lease_ref, (found.clause,)), ("DEP-1",)
    )
    links = [LinkView(t("账单里看每一笔"), "/my/bills")]
    if found.case_ref:
        links.insert(0, LinkView(t("看加急处理的进展"), f"/my/cases/{found.case_ref}"))
    view = PortalDepositView(
        human=now.human(t, lease_ref=found.lease_ref, about="deposit_refund"),
        lease_ref=found.lease_ref,
        model=file.lease.model,
        title=title,
        lead=lead,
        open_figure=figure,
        clock=deposit_clock(found, t),
        facts=_facts(found, t),
        steps=_steps(found, t, inspected=file.lease.state in _INSPECTED),
        links=tuple(links),
    )
    return html(request, view, **now.counts())


def deposit_clock(found: DepositRelease, t: Words) -> ClockView | None:
    """Until the last day of the release; red once past."""
    if found.due_on is None or not found.open_fen or found.stands in NO_DAY:
        return None
    return ClockView(t("解冻"), end_of(found.due_on), amber_below_s=DAY_S)


def _working(found: DepositRelease, t: Words) -> str:
    held, taken, freed, left = (
        format_fen(fen) for fen in (found.held_fen, found.captured_fen, found.released_fen, found.open_fen)
    )
    return t(
        "冻结 {held} − 已转支付 {taken} − 已解冻 {freed} ＝ {left}", held=held, taken=taken, freed=freed, left=left
    )


def _said(found: DepositRelease, t: Words) -> tuple[str, str]:
    if not found.open_fen:
        return t("押金已处理完"), t("没有仍冻结的押金。")
    if found.returned_on is None:
        return t("押金冻结中，没有扣款"), t("冻结不是扣款。手机归还并验机，或买断付清后解冻。")
    if found.due_on is None:
        return t("押金等待解冻"), t("合同没有写明几天内解冻；着急请转人工，我们给您一个日期。")
    if found.stands == "claim":
        return t("押金等定损的结论"), waits_text(found, t)
    if found.stands == "other_phone":
        return t("押金等原机寄到"), waits_text(found, t)
    if not found.late:
        return t("最晚 {day} 解冻", day=found.due_on.isoformat()), waits_text(found, t)
    said = waits_text(found, t)
    return t("解冻已经晚了，对不起"), t("最晚应在 {day} 解冻。{why}", day=found.due_on.isoformat(), why=said)


def waits_text(found: DepositRelease, t: Words) -> str:
    """What the rest waits for, and what happens by itself."""
    if found.stands == "claim":
        return t("有定损在处理，押金等它的结论；结论出来当天办理。")
    if found.stands == "other_phone":
        return t("寄回的不是租用的那台手机。原机寄到并验机后解冻，请看消息里的说明。")
    if found.stands == "inspection":
        day = found.inspect_by_on.isoformat() if found.inspect_by_on else ""
        return t("等验机，最晚 {day}；过了这天没有验机，就不再扣任何损坏费用。", day=day)
    if found.stands == "owed":
        amount = format_fen(found.owed_fen)
        return t("有 {amount} 已到期未付，先留下这部分，超出的到期自动解冻。", amount=amount)
    if found.late:
        return t("已立加急案，系统会自动解冻，不用您催。")
    return t("到那天还没有解冻，会自动加急，并由系统直接解冻。")


def _facts(found: DepositRelease, t: Words) -> tuple[FactView, ...]:
    facts = []
    if found.captured_fen:
        facts.append(FactView(t("已转支付"), format_fen(found.captured_fen)))
    if found.released_fen:
        facts.append(FactView(t("已解冻"), format_fen(found.released_fen), tone="moss"))
    if found.returned_on is not None:
        facts.append(FactView(t("我们签收"), found.returned_on.isoformat()))
    if found.days is not None:
        facts.append(FactView(t("合同约定"), t("收到手机后 {n} 天内解冻", n=found.days)))
    if found.owed_fen and found.returned_on is not None:
        facts.append(FactView(t("已到期未付"), format_fen(found.owed_fen), href="/my/bills"))
    return tuple(facts)


def _steps(found: DepositRelease, t: Words, *, inspected: bool) -> tuple[StepView, ...]:
    """Back, inspected, free."""
    if found.returned_on is None or found.due_on is None:
        return ()
    free = not found.open_fen
    checked = inspected or found.inspect_by_on is None
    return (
        StepView(t("收到手机"), "done", start_of(found.returned_on)),
        StepView(t("验机"), "done" if checked or free else "current",
                 None if checked or found.inspect_by_on is None else start_of(found.inspect_by_on)),
        StepView(t("押金解冻"), "done" if free else "current" if checked else "todo",
                 None if found.stands in NO_DAY else start_of(found.due_on)),
    )  # fmt: skip
