"""One act's change of a case, collected and then written in one statement."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from shouwen.features.cases.counts import count_deltas
from shouwen.features.cases.rows import CaseRow, ItemSent
from shouwen.features.cases.rules.turn import ShownTurn, TurnFacts, decide_turn
from shouwen.features.cases.store.write import Change, ClockStart, GuardCheck, Item, whole_change, write_change
from shouwen.features.cases.types import ClockKind, Turn
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.platform.db import Conn
from shouwen.platform.events import Writing

PREVIEW_CHARS = 80
_URGENT_GAP = 2**52


def queue_rank(urgent: bool, turn_until: datetime | None) -> int:
    """One number to order queues by: urgent first, then by when the turn runs out, those without an end last."""
    until_ms = _URGENT_GAP - 1 if turn_until is None else int(turn_until.timestamp() * 1000)
    return until_ms if urgent else until_ms + _URGENT_GAP


def turn_now(case: CaseRow) -> ShownTurn:
    """Whose turn its conversation and its claim make it, until when, and why."""
    return decide_turn(
        TurnFacts(
            state=case.state, talk_turn=case.talk_turn, talk_until=case.talk_until, claim_turn=case.claim_turn,
            claim_until=case.claim_until, asked_in=case.specialist_id is not None,
            unanswered=case.renter_seq > case.staff_seq or (case.owner_id is None and case.first_human_at is None),
        )
    )  # fmt: skip


def case_topics(case: CaseRow) -> tuple[str, ...]:
    """Who looks at this case live: its page, the desk's queues, the renter."""
    return (f"case:{case.id}", "desk", f"renter:{case.renter_id}")


class Changing:
    """Collects what an act does to a locked case; `write` stores it. `case` is its state so far.

    Acts say whose turn the conversation (`to`) or the claim (`claim`) is on; `write` makes the shown turn of both.
    """

    def __init__(self, case: CaseRow, actor: Actor, now: datetime, *, fresh: bool = False) -> None:
        self._before, self.case, self._actor, self._now = case, case, actor, now
        self._fresh = fresh  # just inserted: it stands in no counter yet
        self._items: list[Item] = []
        self._stop: list[ClockKind] = []
        self._start: list[ClockStart] = []
        self._guard: GuardCheck | None = None

    def set(self, **fields: object) -> None:
        """Change columns of the case."""
        self.case = msgspec.structs.replace(self.case, **fields)

    def add(self, kind: str, body: str, *, extra: dict[str, object] | None = None, by: Actor | None = None) -> int:
        """Add an item to the thread, by the actor unless `by` says otherwise; returns its seq.

        What the renter may see moves preview and unread counts; notes and system lines leave them alone.
        """
        author = by or self._actor
        seq = self.case.seq + 1
        item = Item(
            seq=seq, kind=kind, author_role=author.role, author_id=author.id, author_name=author.name, body=body,
            extra=extra or {},
        )  # fmt: skip
        self._items.append(item)
        changed: dict[str, object] = {"seq": seq}
        if kind == "note" and author.role is not Role.SYSTEM:  # what the desk notes by itself answers nobody
            changed |= {"staff_seq": seq, "staff_seq_by": author.id}
        elif kind not in ("note", "system"):
            changed |= {"preview": body[:PREVIEW_CHARS], "preview_by": author.name, "last_at": self._now}
            if author.role is Role.RENTER:
                changed |= {"renter_seq": seq, "staff_unread": self.case.staff_unread + 1}
                changed |= {"renter_seen_seq": seq, "renter_unread": 0}
            else:
                changed["renter_unread"] = self.case.renter_unread + 1
                if author.is_staff:
                    changed |= {"staff_seq": seq, "staff_seq_by": author.id, "staff_seen_seq": seq, "staff_unread": 0}
        self.set(**changed)
        return seq

    def system_line(self, body: str, **extra: object) -> int:
        """A line for both sides, said by the desk itself."""
        return self.add("system", body, extra=extra, by=SYSTEM)

    def to(self, turn: Turn, until: datetime | None) -> None:
        """For whom the conversation waits now, and until when."""
        self.set(talk_turn=turn, talk_until=until)

    def claim(self, turn: Turn | None, until: datetime | None) -> None:
        """For whom the case's claim waits now, and until when; None: it has ended, and the case may end too.

        The decision clock runs while the decision is ours (SLA-1).
        """
        self.set(claim_turn=turn, claim_until=until)
        if turn is Turn.SPECIALIST and until is not None:
            self.start(ClockKind.DECISION, until)
        else:
            self.stop([ClockKind.DECISION])

    def stop(self, kinds: Iterable[ClockKind]) -> None:
        """Stop running clocks of these kinds."""
        self._stop.extend(kinds)

    def start(self, kind: ClockKind, due_at: datetime) -> None:
        """Start a clock unless one of its kind runs already."""
        self._start.append(ClockStart(kind, due_at))

    def guarded(self, check: GuardCheck) -> None:
        """Record what GUARD-1 compared, if it compared anything."""
        if check.amounts_checked or check.mismatches:
            self._guard = check

    async def write(self, conn: Conn) -> CaseRow:
        """Store the change; the case as it now stands."""
        await write_change(conn, self._change())
        return self.case

    def writing(self) -> Writing:
        """The change as part of its act's one statement; `case` is the case as it will stand."""
        return whole_change(self._change())

    def _change(self) -> Change:
        shown = turn_now(self.case)
        self.set(turn=shown.turn, turn_until=shown.until, rank=queue_rank(self.case.urgent, shown.until))
        return Change(
            before=self._before, after=self.case, at=self._now, items=self._items, stop=self._stop, start=self._start,
            counts=count_deltas(None if self._fresh else self._before, self.case), guard=self._guard,
        )  # fmt: skip

    def sent(self) -> ItemSent:
        """The newest item."""
        return ItemSent(self.case.ref, self.case.seq)
