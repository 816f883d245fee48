"""What every play stands on: whose lease it is, when things happen, and acts of the system."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from shouwen.features.arrears.jobs import tick as tick_arrears
from shouwen.features.arrears.public import day_reminders
from shouwen.features.cases.use_cases import Reply, reply
from shouwen.features.deliveries.use_cases import LookAfterParcels, look_after_parcels
from shouwen.features.endings.use_cases import TendLease, tend_lease
from shouwen.features.leases.use_cases.money import PaymentRecorded, RecordPayment, record_payment
from shouwen.features.leases.use_cases.parcels import RecordTracking, record_tracking
from shouwen.features.stock.types import TrackingCode
from shouwen.kernel.actor import SYSTEM, Actor
from shouwen.kernel.days import beijing_on
from shouwen.mount.demo.seed.agenda import CHANNEL, Agenda, History
from shouwen.mount.demo.seed.leases import PLAYED, Placed
from shouwen.mount.demo.seed.phones import COURIER
from shouwen.mount.demo.seed.plan import clock
from shouwen.mount.demo.structs import Instalment, Lease, Told
from shouwen.platform.clock import random_token
from shouwen.platform.courier.port import CourierLine, CourierReport
from shouwen.platform.door import Ctx, open_act, seal
from shouwen.platform.events import Event

Said = tuple[TrackingCode, str, str]  # what it means, where, in the courier's words
APART = timedelta(minutes=90)
SEEN_ALL = 2**53
WHY_SAID = "与系统登记的内容一致"


class Stage:
    """The agenda, whom the story leases belong to, and what the door called them."""

    def __init__(
        self, agenda: Agenda, history: History, told: Sequence[Told], placed: Sequence[Placed], now: datetime
    ) -> None:
        self.agenda, self.history, self.now, self.today = agenda, history, now, beijing_on(now)
        self._renters = {each.key: each.renter for each in told}
        self._placed = {each.lease.ref: each for each in placed}
        self.refs = {each.key: each.lease_ref for each in told}
        self.owed_fen: dict[str, int] = {}

    def has(self, key: str) -> bool:
        """Whether this company tells the story."""
        return key in self._renters

    def lease(self, key: str) -> Lease:
        """How a placed lease stood before its play."""
        return self._placed[self.refs[key]].lease

    def last_rent(self, key: str) -> Instalment:
        """The newest rent that is due."""
        return [one for one in self.lease(key).instalments if one.due_on < self.today][-1]

    def ending(self) -> list[tuple[str, Lease]]:
        """The leases that end by a play although no story names them; their reference is their key."""
        found = [each.lease for each in self._placed.values() if each.lease.state in PLAYED]
        self.refs |= {lease.ref: lease.ref for lease in found}
        self._renters |= {lease.ref: lease.renter for lease in found}
        return [(lease.ref, lease) for lease in found]

    def renter(self, key: str) -> Actor:
        """Whose lease it is."""
        return self.history.people.renters[self._renters[key]]

    def staff(self, login: str) -> Actor:
        """A member of staff."""
        return self.history.people.staff[login]

    def on(self, days_ago: int) -> date:
        """A day before today."""
        return self.today - timedelta(days=days_ago)

    def add(self, days_ago: int, hour: int, minute: int, step: Callable[[datetime], Awaitable[object]]) -> None:
        """A step at an hour of a day before today."""
        self.add_on(self.on(days_ago), hour, minute, step)

    def add_on(self, on: date, hour: int, minute: int, step: Callable[[datetime], Awaitable[object]]) -> None:
        """A step at an hour of a day."""

        async def run(at: datetime) -> None:
            await step(at)

        self.agenda.add(clock(on, hour, minute), run)

    def add_at(self, at: datetime, step: Callable[[datetime], Awaitable[object]]) -> None:
        """A step at an instant."""

        async def run(at: datetime) -> None:
            await step(at)

        self.agenda.add(at, run)

    async def lease_id(self, key: str) -> int:
        """The id of a lease that may have been made at the door."""
        return int(await self.history.door.reads.fetchval("SELECT id FROM leases WHERE ref = $1", self.refs[key]))

    async def answer(self, at: datetime, key: str, text: str, by: str = "zhoumin") -> None:
        """A person answers the newest case of the lease."""
        found = await self.history.door.reads.fetchval(
            "SELECT c.ref FROM cases c JOIN leases l ON l.id = c.lease_id WHERE l.ref = $1 ORDER BY c.id DESC LIMIT 1",
            self.refs[key],
        )
        await self.history.run(at, reply, self.staff(by), Reply(str(found), text, SEEN_ALL, WHY_SAID))

    async def look(self, at: datetime, key: str) -> None:
        """The system looks after the parcels of the lease."""
        await self.history.run(at, look_after_parcels, SYSTEM, LookAfterParcels(await self.lease_id(key)))

    async def tend(self, at: datetime, key: str) -> None:
        """The system carries out what is due for the lease."""
        await self.history.run(at, tend_lease, SYSTEM, TendLease(await self.lease_id(key)))

    async def pay(
        self, at: datetime, key: str, amount_fen: int, ref: str, named: tuple[str, ...] = ()
    ) -> PaymentRecorded:
        """Money came in by bank transfer."""
        command = RecordPayment(self.refs[key], amount_fen, ref, beijing_on(at), named)
        return await self.history.run(at, record_payment, SYSTEM, command)

    async def track(self, at: datetime, shipment_ref: str, waybill: str, lines: Sequence[Said]) -> None:
        """The courier says where the parcel is; the last line is of now."""
        report = CourierReport(
            COURIER,
            waybill,
            tuple(
                CourierLine(f"{waybill}-{at:%m%d%H%M}-{no}", at - APART * (len(lines) - no), code, place, words)
                for no, (code, place, words) in enumerate(lines, start=1)
            ),
        )
        await self.history.run(at, record_tracking, SYSTEM, RecordTracking(shipment_ref, report))

    async def remind(self, at: datetime, key: str) -> None:
        """The day's reminders of this lease are written."""
        door, lease_id = self.history.door, await self.lease_id(key)
        async with door.writes.acquire() as conn, conn.transaction():
            act_id = await open_act(conn, "run_demo_day", SYSTEM, CHANNEL, random_token(), b"", at)
            assert act_id is not None
            ctx = Ctx(conn, SYSTEM, at, door.services, act_id=act_id, channel=CHANNEL)
            made = await day_reminders(ctx, beijing_on(at), lease_id, lease_id + 1)
            event = Event(kind="day.reminders", text=f"付款提醒 {made} 条", lease_id=lease_id)
            await seal(ctx, (event,), 200, b"{}")

    async def send_notices(self, at: datetime) -> None:
        """What is due to be said is said."""
        await tick_arrears(self.history.door, at)
