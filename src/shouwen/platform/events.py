"""What a use case answers: its result, and the events that become journal, outbox, seals and live updates."""

from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from msgspec import Struct

from shouwen.kernel.errors import Refusal

R = TypeVar("R")


class Job(Struct, frozen=True, kw_only=True):
    """Work for later: `kind` names the handler, `key` makes it run once, `run_at` None means now."""

    kind: str
    key: str
    payload: dict[str, object] = {}
    run_at: datetime | None = None


class Event(Struct, frozen=True, kw_only=True):
    """One fact that happened. `text` is its Chinese line on the timeline; `data` holds no personal numbers.

    `seq` is the case's sequence number the event took, if any. `sealed` hands the event to the evidence log.
    `topics` are the live channels to wake: `case:<id>`, `desk`, `renter:<id>`.
    """

    kind: str
    text: str
    rule: str = ""
    case_id: int | None = None
    seq: int | None = None
    lease_id: int | None = None
    renter_id: int | None = None
    subject: str = ""
    data: dict[str, object] = {}
    sealed: bool = False
    topics: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = ()


class Writing(Struct, frozen=True):
    """A change as parts of the act's one statement: named queries, the values of their parameters from `$FIRST` on.

    `act` (its `id`) and `$1` (now) are there to use. The part `moved` has one row if what was read still stands, else
    none, and every other part takes from it.
    """

    FIRST: ClassVar[int] = 23

    parts: str
    args: tuple[object, ...]


class Done(Generic[R]):
    """The act happened; with `writing` it is still to be written, by the door, in one statement."""

    __slots__ = ("events", "result", "writing")

    def __init__(self, result: R, *events: Event, writing: Writing | None = None) -> None:
        self.result, self.events, self.writing = result, events, writing


class Refused:
    """The act did not happen, but its events stay (a failed log-in must count)."""

    __slots__ = ("events", "refusal")

    def __init__(self, refusal: Refusal, *events: Event) -> None:
        self.refusal, self.events = refusal, events


class NeedsApproval(Struct, frozen=True, kw_only=True):
    """The act is above the actor's limit (AUTH-1): it waits for `people` others of at least `approver_role`.

    `barred` may not be among them. Where the firm has too few: `passes_alone` acts happen at once, marked; others
    wait until `waits_until` and then go to the owner or an outside reviewer.
    """

    approver_role: str
    people: int
    amount_fen: int
    rule: str
    summary: str
    waits_until: datetime
    passes_alone: bool = False
    barred: tuple[int, ...] = ()
    case_id: int | None = None
