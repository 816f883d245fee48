"""What happened in the demo company, in order of time; each thing is a use case through the door at its own hour."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from shouwen.kernel.actor import Actor
from shouwen.mount.demo.seed.people import People
from shouwen.platform.door import Door
from shouwen.platform.registry import UseCase

C = TypeVar("C", bound=Struct)
R = TypeVar("R")
CHANNEL = "demo"
Step = Callable[[datetime], Awaitable[None]]


class History:
    """Runs use cases in the past and remembers the references they gave out."""

    def __init__(self, door: Door, people: People) -> None:
        self.door, self.people = door, people
        self.cases: dict[int, str] = {}
        self.claims: dict[str, str] = {}
        self.media: dict[tuple[str, str], str] = {}

    def actor(self, by: str, renter: int) -> Actor:
        """A member of staff by login, else the renter."""
        return self.people.staff[by] if by and by != "renter" else self.people.renters[renter]

    async def run(self, at: datetime, use_case: UseCase[C, R], actor: Actor, command: C) -> R:
        """One use case at its hour; raises Refusal, which in the demo's own history is a bug."""
        return await self.door.run(use_case, actor, command, at=at, channel=CHANNEL)


class Agenda:
    """Steps with their instants. Steps of one instant keep the order in which they were added."""

    def __init__(self) -> None:
        self._steps: list[tuple[datetime, int, Step]] = []

    def add(self, at: datetime, step: Step) -> None:
        """`step` gets its own instant."""
        self._steps.append((at, len(self._steps), step))

    def __len__(self) -> int:
        return len(self._steps)

    async def play(self, before: datetime, on_step: Callable[[int, int], None]) -> None:
        """All steps in order of time; those that would lie ahead of `before` happen just then."""
        steps = sorted(self._steps, key=lambda step: step[:2])
        for number, (at, _, step) in enumerate(steps, start=1):
            await step(min(at, before))
            on_step(number, len(steps))
