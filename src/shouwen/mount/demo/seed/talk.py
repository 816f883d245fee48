"""When each line of a thread is said: as described, but with the first answers within the published clocks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shouwen.features.cases.service_time import service_clocks
from shouwen.features.cases.types import CaseState, CaseType, Channel
from shouwen.mount.demo.structs import Case, Message

GREETING_AFTER = timedelta(seconds=12)
PAUSE = timedelta(seconds=20)
ENDED_WITHIN = timedelta(hours=4)
SHARE = 0.5  # of the clock until the first answer that touches the matter
OPENED_BY_DESK = frozenset({Channel.PHONE, Channel.WECHAT, Channel.EMAIL, Channel.COMPLAINT_BOX})


def channel_of(case: Case) -> Channel:
    """Contacts outside the portal are written down by the desk. What has just come and has nobody yet came by e-mail:
    its clock is the one that still runs when the first page is opened.
    """
    if not case.owner and not case.breached and not case.urgent:
        return Channel.EMAIL
    return case.channel if case.channel in OPENED_BY_DESK else Channel.PORTAL


def greeting_of(name: str) -> str:
    """What a person says at once (SLA-1's first clock)."""
    return f"您好，我是{name}。请稍等，我先看一下。"


def opened_at(case: Case, now: datetime) -> datetime:
    """When the matter was brought."""
    return now - timedelta(minutes=case.opened_ago_min)


def spoken(case: Case) -> tuple[Message, ...]:
    """The lines people say; the system and the assistant write their own."""
    return tuple(each for each in case.messages if each.by not in ("system", "assistant"))


def times(case: Case, begun: datetime, now: datetime) -> list[datetime]:
    """The instant of each spoken line of a case opened at `begun`, rising."""
    lines = spoken(case)
    seconds = service_clocks(begun).substantive_answer_seconds[channel_of(case)]
    latest = begun + SHARE * timedelta(seconds=seconds)
    first = next((index for index, line in enumerate(lines) if line.by != "renter"), len(lines))
    if case.breached or not case.owner:
        first = len(lines)  # nobody answered: nothing to bring forward
    return _rising(case, lines, now, begun, first, latest)


def _rising(
    case: Case, lines: Sequence[Message], now: datetime, begun: datetime, first: int, latest: datetime
) -> list[datetime]:
    found: list[datetime] = []
    pace = _pace(case, begun, now)
    before = begun + GREETING_AFTER
    for index, line in enumerate(lines):
        planned = begun + (now - timedelta(minutes=line.ago_min) - begun) * pace
        if index <= first < len(lines):
            planned = min(planned, latest - PAUSE * (first - index))
        before = max(planned, before + PAUSE)
        found.append(before)
    return found


def _pace(case: Case, begun: datetime, now: datetime) -> float:
    """What was ended was ended the same day, within the clock of ordinary decisions; the rest keeps its time."""
    if case.state is CaseState.OPEN or case.type is CaseType.DAMAGE_DISPUTE:
        return 1.0
    lasted = now - timedelta(minutes=case.messages[-1].ago_min) - begun
    return 1.0 if lasted <= ENDED_WITHIN else ENDED_WITHIN / lasted
