"""A lease in arrears: its days, its messages, the desk that looks after it."""

from datetime import date, timedelta

from case_ground import open_desk
from lease_ground import add_renter, in_act, run
from money_ground import add_scheduled, at, charges_of, contract_of, pay, run_day

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.arrears.days import day_hold_over, day_reminders
from shouwen.features.arrears.jobs import tick

__all__ = ["DUE_ON", "Arrears", "at", "contract_of"]

DUE_ON = date(2026, 3, 1)  # of the first instalment
EVERY = 1 << 60


class Phones:
    """The text-message port: what was sent, and numbers that cannot be reached."""

    def __init__(self):
        self.sent, self.down = [], False

    async def send(self, phone, text):
        if self.down:
            raise OSError("no line")
        self.sent.append((phone, text))


class Arrears:
    """One lease of `renter` with scheduled rents of 500.00 from 1 March on; days run as the nightly job runs them."""

    def __init__(self, house, **terms):
        self.house, self.desk = house, open_desk(house)
        self.renter = add_renter(house, 3, "王*")
        self.phones = Phones()
        house.door.services.sms = self.phones

        async def reachable(ctx):
            cipher = ctx.services.cipher.encrypt("19900002210", "phone")
            await ctx.conn.execute("UPDATE renters SET phone_cipher = $2 WHERE id = $1", self.renter.id, cipher)

        in_act(house, reachable)
        self.lease = add_scheduled(house, no=5, contract=contract_of(**terms), renter=self.renter)
        self.on = date(2026, 2, 20)

    def day(self, on):
        """Every business day up to and with `on`."""
        while self.on < on:
            self.on += timedelta(days=1)
            run_day(self.house, self.on)

            async def rest(ctx, day=self.on):
                await day_hold_over(ctx, day, 0, EVERY)
                return await day_reminders(ctx, day, 0, EVERY)

            self.planned = in_act(self.house, rest, at=at(self.on, 1))

    def tick(self, on=None, hour=10):
        """What the worker does at that hour."""
        return self.house.run(tick(self.house.door, at(on or self.on, hour)))

    def live(self, on):
        """Days with the worker awake at ten each morning."""
        while self.on < on:
            self.day(self.on + timedelta(days=1))
            self.tick()

    def act(self, actor, use_case, command, on=None, hour=11, **more):
        return run(self.house, use_case, actor, command, at=at(on or self.on, hour), **more)

    def pay(self, amount_fen, ref="p1", on=None, **more):
        return pay(self.house, self.lease, amount_fen, ref, on or self.on, **more)

    def bill(self, line):
        kind, no = line.split("-")
        return next((c for c in charges_of(self.house, self.lease) if (c.kind, c.no) == (kind, int(no))), None)

    def ages(self, actor=None, on=None):
        return self.act(actor or self.desk.agent, arrears.read_ages, arrears.ReadAges(self.lease.ref), on)

    def events(self, kind):
        return [row["text"] for row in self.house.sql("SELECT text FROM journal WHERE kind = $1 ORDER BY id", kind)]

    def contest(self, no, amount_fen, on):
        """PAUSE-1 on a rent, as a dispute makes it."""
        charge = self.bill(f"rent-{no}")

        async def work(ctx):
            case_id = await ctx.conn.fetchval("SELECT id FROM cases ORDER BY id LIMIT 1")
            await ctx.conn.execute(
                "INSERT INTO collection_pauses (case_id, lease_id, charge_id, amount_fen, reason, started_at)"
                " VALUES ($1, $2, $3, $4, 'dispute', $5)",
                case_id, self.lease.id, charge.id, amount_fen, ctx.now,
            )  # fmt: skip

        self.desk.open()
        in_act(self.house, work, at=at(on))

    def attempt(self, no, on, code, fault):
        """A deduction of a rent of which nothing came, as payments keep it."""
        charge = self.bill(f"rent-{no}")

        async def work(ctx):
            await ctx.conn.execute(
                "INSERT INTO payment_orders (ref, number, kind, lease_id, renter_id, amount_fen, purpose, covers, call,"
                " planned_at, state, code, fault, decided_at)"
                " VALUES ($1, $2, 'deduct', $3, $4, 50000, $1, $5, '{}', $6, 'not_done', $7, $8, $6)",
                f"ZF-{on}", f"n{on:%Y%m%d}", self.lease.id, self.renter.id, [charge.id], at(on, 9), code, fault,
            )  # fmt: skip

        in_act(self.house, work, at=at(on))

    def proof(self, lease=None):
        """A bank statement of the renter on file; its reference."""
        lease = lease or self.lease

        async def work(ctx):
            no = await ctx.conn.fetchval("SELECT count(*) + 1 FROM media")
            await ctx.conn.execute(
                "INSERT INTO media (ref, lease_id, renter_id, purpose, part, file_name, mime, size_bytes, sha256,"
                " checks, uploaded_role, uploaded_by, uploaded_at)"
                " VALUES ($1, $2, $3, 'proof', 'bank_statement', 'x', 'image/jpeg', 9, 'h', '[]', 'renter', $3, $4)",
                f"ZJ-{no:04d}", lease.id, lease.renter_id, ctx.now,
            )  # fmt: skip
            return f"ZJ-{no:04d}"

        return in_act(self.house, work)
