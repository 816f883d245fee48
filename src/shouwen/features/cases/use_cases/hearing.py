"""GUARD-2: a figure the renter heard, beside the contract's."""

from msgspec import Struct

from shouwen.features.cases.figures import to_figures
from shouwen.features.cases.ground import event
from shouwen.features.cases.opening import NewCase, open_or_join
from shouwen.features.cases.rows import HeardAnswer
from shouwen.features.cases.rules.guard import compare_heard
from shouwen.features.cases.store.write import insert_heard
from shouwen.features.cases.types import TOPIC_ZH, CaseType, GuardTopic, HeardFigure, Statement
from shouwen.features.leases.public import access_lease, figures_for
from shouwen.features.leases.types import LeaseRow
from shouwen.kernel.days import beijing_on
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Fen, Line, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

# What the page offers; the guard knows the other topics too.
HEARD_ABOUT = (
    GuardTopic.BUYOUT, GuardTopic.DEPOSIT, GuardTopic.RENT, GuardTopic.UNPAID_RENT, GuardTopic.LATE_FEE
)  # fmt: skip


class ReportHeard(Struct, frozen=True, forbid_unknown_fields=True):
    """An amount (fen) that the renter was told about their lease, and in their words when and by whom."""

    lease_ref: Ref
    about: GuardTopic
    told_fen: Fen
    words: Line = ""


@use_case(ReportHeard, HeardAnswer, permission=Permission.CASE_SPEAK, method="POST", path="/leases/{lease_ref}/heard")
async def report_heard(ctx: Ctx, command: ReportHeard) -> Done[HeardAnswer]:
    """对照电话里听到的数：合同是多少、怎么算、差多少；不一致就立案
    Compare a figure heard on the phone with the contract; a difference opens or joins a case (GUARD-2)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    figures = to_figures(await figures_for(ctx.conn, lease.id, beijing_on(ctx.now)))
    heard = compare_heard(command.about, command.told_fen, figures)
    if heard.matches:
        await insert_heard(ctx.conn, lease.id, lease.renter_id, None, ctx.now, heard)
        return Done(HeardAnswer(heard, ""), _reported(lease, heard))
    new = NewCase(
        type=CaseType.BUYOUT_QUESTION if command.about is GuardTopic.BUYOUT else CaseType.BILLING_DISPUTE,
        renter_id=lease.renter_id,
        renter_name_masked=lease.renter_name_masked,
        statement=_statement(heard, command.words.strip()),
        says=ctx.actor,
        lease_id=lease.id,
        lease_title=lease.model,
    )
    changing, opened, events = await open_or_join(ctx.conn, ctx.now, new)
    seq = changing.system_line(heard.zh, rule="GUARD-2")
    after = await changing.write(ctx.conn)
    await insert_heard(ctx.conn, lease.id, lease.renter_id, after.id, ctx.now, heard)
    told = event(after, "figure.heard", _text(heard), rule="GUARD-2", seq=seq, sealed=True, data=_data(heard))
    return Done(HeardAnswer(heard, opened.case_ref), *events, told)


def _statement(heard: HeardFigure, words: str) -> Statement:
    name, told = TOPIC_ZH[heard.topic], format_fen(heard.told_fen)
    said = f"我听到的{name}是 {told}。" + (f"{words}。" if words and words[-1] not in "。！？" else words)
    asks = "请按合同核对，并书面答复这个数是怎么来的。"
    return Statement(situation=said, background="", request=asks, text=said + asks)


def _text(heard: HeardFigure) -> str:
    right = "合同没有这个数" if heard.right_fen is None else f"合同是 {format_fen(heard.right_fen)}"
    return f"租客听到的{TOPIC_ZH[heard.topic]}是 {format_fen(heard.told_fen)}，{right}"


def _data(heard: HeardFigure) -> dict[str, object]:
    return {"topic": str(heard.topic), "told_fen": heard.told_fen, "right_fen": heard.right_fen}


def _reported(lease: LeaseRow, heard: HeardFigure) -> Event:
    """What was heard is right: on record, and nobody has to do anything."""
    return Event(
        kind="figure.heard", text=_text(heard), rule="GUARD-2", lease_id=lease.id, renter_id=lease.renter_id,
        subject=f"lease:{lease.ref}", data=_data(heard), sealed=True,
    )  # fmt: skip
