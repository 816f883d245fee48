"""The middle pane of a case: head, thread, composer."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shouwen.features.cases.rows import CasePage
from shouwen.features.cases.types import CaseState, ChecklistState
from shouwen.features.disputes.types import ClaimState, ClaimTurn
from shouwen.features.people.types import Revealed, StaffRow
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import beijing_at, beijing_on
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ChoiceView,
    ClockView,
    ComposerView,
    DeskCaseView,
    DeskHeaderView,
    GuardView,
    LinkView,
    ProblemView,
    QuoteChoiceView,
    SnippetView,
    ThreadView,
)
from shouwen.mount.web.desk.bits import case_title, claim_pill, turn_clock
from shouwen.mount.web.desk.colleagues import specialists
from shouwen.mount.web.desk.file_view import file_view
from shouwen.mount.web.desk.reading import CaseFile
from shouwen.mount.web.desk.thread_view import desk_messages, read_of, tiles_of
from shouwen.mount.web.portal.thread import state_pill
from shouwen.platform import clock

# what is said to renters stays in their language, whatever the reader of the desk chose
_SNIPPETS = (
    ("问候", "您好，我是{name}，这件事由我负责到底。"),
    ("正在核实", "我正在核对合同和材料，今天内给您答复。"),
    ("请稍等", "收到，请稍等，我看完材料马上回复您。"),
    ("不催收", "争议处理期间，争议金额不催收，也不计违约金。"),
)


class Typed(Struct, frozen=True):
    """What stands in the composer after a refusal: nothing that was typed is lost."""

    text: str = ""
    note: bool = False
    problem: ProblemView | None = None
    guard: GuardView | None = None


def case_view(
    file: CaseFile, actor: Actor, now: datetime, t: Words, typed: Typed | None = None, shown: Revealed | None = None,
    staff: Sequence[StaffRow] = (),
) -> DeskCaseView:  # fmt: skip
    """The open case; `typed` after a refusal without script."""
    return DeskCaseView(
        case_ref=file.page.case.ref,
        header=header_view(file, actor, now, t, staff),
        thread=thread_view(file, t),
        composer=composer_view(file, actor, t, typed),
        file=file_view(file, t, shown, actor),
    )


def header_view(
    file: CaseFile, actor: Actor, now: datetime, t: Words, staff: Sequence[StaffRow] = ()
) -> DeskHeaderView:
    """The head of a case: what, where it stands, whose turn, who owns it, what can be done; `staff` may be asked in."""
    page, acts = file.page, file.page.next_acts
    case, base = page.case, f"/desk/cases/{page.case.ref}"
    links = (
        [LinkView(t("交接、承诺、办结"), f"{base}/acts")] if "transfer_case" in acts or "make_promise" in acts else []
    )
    if "merge_case" in acts:
        links.append(LinkView(t("合并案件"), f"{base}/merge"))
    links.append(LinkView(t("证据包"), f"{base}/dossier"))
    return DeskHeaderView(
        case_ref=case.ref,
        title=case_title(case.type, t),
        state=claim_pill(file.claim.state, t)
        if file.claim and case.state is CaseState.OPEN
        else state_pill(case.state, t),
        turn=None
        if case.state is CaseState.CLOSED
        else turn_clock(case.turn, case.turn_until, t, decides=file.page.case.decides),
        owner=case.owner_name,
        mine=case.owner_id == actor.id,
        owned_for_s=None if page.owned_at is None else max(0, int((now - page.owned_at).total_seconds())),
        can_take="take_case" in acts,
        can_ask_specialist="ask_specialist" in acts and (not case.asked or _needs_another(file)),
        specialists=tuple(ChoiceView(row.login, row.name) for row in specialists(staff, actor.id, _first(file))),
        can_close="close_case" in acts,
        decide_href=_decide_href(file, actor),
        escalated=_escalated(page, base),
        paused=t("已暂停催收") if _resting(file, now) else "",
        promise=next_promise(file, t),
        links=tuple(links),
    )


def next_promise(file: CaseFile, t: Words) -> ClockView | None:
    """PROM-1: the promise that is due next, in the head of the case."""
    due = min((one.due_at for one in file.page.promises if one.kept_at is None), default=None)
    if due is None:
        return None
    label = t("承诺 {at} 前", at=f"{beijing_at(due):%m-%d %H:%M}")
    return ClockView(label, due, "red" if due <= clock.now() else "amber", fixed=True)


def _escalated(page: CasePage, base: str) -> str:
    """ESC-1: it waits for a supervisor, who settles it on the page of acts."""
    if page.escalated_at is None or page.case.state is not CaseState.OPEN:
        return ""
    return f"{base}/acts#escalation" if "settle_escalation" in page.next_acts else "-"


def _needs_another(file: CaseFile) -> bool:
    """An appeal still lies with whoever decided first."""
    claim, asked = file.claim, file.page.specialist_id
    return claim is not None and claim.state is ClaimState.APPEALED and asked in (None, claim.decided_by)


def _first(file: CaseFile) -> int | None:
    """Whose decision an appeal is against: nobody reviews their own (AUTH-1)."""
    return file.claim.decided_by if file.claim and file.claim.state is ClaimState.APPEALED else None


def _decide_href(file: CaseFile, actor: Actor) -> str:
    page = file.page
    asked = actor.role is Role.SPECIALIST and actor.id in (page.specialist_id, page.case.owner_id)
    decider = (asked or actor.role is Role.SUPERVISOR) and actor.id != _first(file)
    if file.claim is None or not decider or file.claim.turn is not ClaimTurn.SPECIALIST:
        return ""
    return f"/desk/claims/{file.claim.ref}"


def _resting(file: CaseFile, now: datetime) -> bool:
    """PAUSE-1: whether collection rests today; nothing rests for a claim that is withdrawn or settled."""
    if file.claim is not None and file.claim.state in (ClaimState.WITHDRAWN, ClaimState.SETTLED):
        return False
    today = beijing_on(now)
    return any(one.ends_on is None or one.ends_on >= today for one in file.page.pauses)


def thread_view(file: CaseFile, t: Words) -> ThreadView:
    """The newest messages; older ones behind a link."""
    page = file.page
    claim_ref = "" if file.claim is None else file.claim.ref
    messages = desk_messages(page.messages, tiles_of(file, t), read_of(page), page.case.ref, claim_ref, t)
    first = page.messages[0].seq if page.messages else 0
    earlier = f"/desk/cases/{page.case.ref}/thread?before={first}" if page.more_messages else ""
    return ThreadView(case_ref=page.case.ref, messages=messages, earlier_href=earlier)


def composer_view(file: CaseFile, actor: Actor, t: Words, typed: Typed | None = None) -> ComposerView:
    """The reply box with what can be put into it."""
    page = file.page
    closed = page.case.state is CaseState.CLOSED
    buyout = file.lease.buyout if file.lease and "insert_quote" in page.next_acts else None
    quote = QuoteChoiceView("buyout", t("今天的买断价"), format_fen(buyout.amount_fen)) if buyout else None
    typed = typed or Typed()
    return ComposerView(
        case_ref=page.case.ref,
        last_seq=page.messages[-1].seq if page.messages else page.case.seq,
        draft=typed.text or page.draft,
        draft_saved_at=page.draft_at,
        note=typed.note,
        guard=typed.guard,
        snippets=tuple(SnippetView(t(title), text.format(name=actor.name)) for title, text in _SNIPPETS),
        asks=_asks(page, t),
        quotes=(quote,) if quote else (),
        closed_why=t("会话已结束。租客留言后会自动重新打开，由原来的负责人继续。") if closed else "",
        problem=typed.problem,
    )


def _asks(page: CasePage, t: Words) -> tuple[SnippetView, ...]:
    missing = [item for item in page.checklist if item.state in (ChecklistState.ASKED, ChecklistState.HELPFUL)]
    return tuple(
        SnippetView(t(item.name_zh), t("请您补充{what}，上传后会自动封存并附在这件事里。", what=t(item.name_zh)))
        for item in missing
    )
