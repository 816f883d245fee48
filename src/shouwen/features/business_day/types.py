"""A business day, its steps and how far it has come."""

from datetime import date, datetime

from msgspec import Struct


class LastDay(Struct, frozen=True):
    """The newest business day there is."""

    on_day: date
    finished_at: datetime | None


class BusinessDay(Struct, frozen=True, kw_only=True):
    """A day that was begun; `parts` is how many parts its steps have together."""

    on_day: date
    started_at: datetime
    leases_through: int
    steps: tuple[str, ...]
    parts: int
    finished_at: datetime | None = None


class StepReport(Struct, frozen=True, kw_only=True):
    """How far a step is; `made` counts entries, orders or messages, `spared` leases that need a look by a person."""

    step: str
    name_zh: str
    parts: int
    parts_done: int
    made: int
    spared: int


class DayReport(Struct, frozen=True, kw_only=True):
    """How far a day is."""

    on_day: date
    started_at: datetime
    finished_at: datetime | None
    parts: int
    parts_done: int
    steps: tuple[StepReport, ...]

    @property
    def made(self) -> int:
        return sum(step.made for step in self.steps)

    @property
    def spared(self) -> int:
        return sum(step.spared for step in self.steps)
