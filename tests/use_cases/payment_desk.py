"""A desk with a payment provider: leases under agreements, time that both share, jobs that run when they are due."""

from datetime import timedelta

from lease_ground import AGENT, NOW, add_lease, add_renter, in_act

from shouwen.features.payments.public import ask_deduction
from shouwen.features.payments.store import insert_agreement
from shouwen.kernel.actor import Actor, Role
from shouwen.mount.simulate.payments.commands import Forward, LetGo, Script, SetAgreement, SetBuyer, Travel
from shouwen.mount.simulate.payments.memory import memory_payments
from shouwen.platform import clock
from shouwen.platform.jobs import run_next
from shouwen.platform.payment.port import NoticeRefused

SPECIALIST = Actor(Role.SPECIALIST, 3, "陆专员")
SUPERVISOR = Actor(Role.SUPERVISOR, 4, "陈主管")
RENT_FEN = 50_000
__all__ = ["AGENT", "NOW", "RENT_FEN", "SPECIALIST", "SUPERVISOR", "Desk"]


class Desk:
    """The house, the provider and their one clock."""

    def __init__(self, house, monkeypatch):
        self.house = house
        self.payments, self.provider, self.gateway = memory_payments(NOW)
        house.door.services.payments = self.payments
        monkeypatch.setattr(clock, "now", lambda: self.provider.now)
        self.leases = 0

    @property
    def now(self):
        return self.provider.now

    def lease(self, *, balance_fen=1_000_000, renter=None, **more):
        """A lease under an agreement, with `balance_fen` in the renter's account; (renter, lease)."""
        self.leases += 1
        no = self.leases
        renter = renter or add_renter(self.house, no)
        lease = add_lease(self.house, renter, no=no, **more)
        self.money(lease, balance_fen)
        self.tell(SetAgreement(agreement_no=f"A{lease.id}", buyer_id=self.buyer(lease)))

        async def work(ctx):
            await insert_agreement(ctx.conn, lease.id, renter.id, f"A{lease.id}", self.buyer(lease), NOW)

        in_act(self.house, work)
        return renter, lease

    def buyer(self, lease):
        return f"2088{lease.id:012d}"

    def money(self, lease, balance_fen, **more):
        self.tell(SetBuyer(buyer_id=self.buyer(lease), balance_fen=balance_fen, auth_code=f"28{lease.id}", **more))

    def balance_fen(self, lease):
        return self.provider.books.buyers[self.buyer(lease)].balance_fen

    def tell(self, command):
        self.provider.control(command)

    def script(self, *faults, method=""):
        self.tell(Script(faults=faults, method=method))

    def travel(self, manner):
        self.tell(Travel(manner=manner))

    def pass_time(self, **more):
        self.tell(Forward(seconds=int(timedelta(**more).total_seconds())))

    def pass_time_to(self, at):
        self.tell(Forward(seconds=max(0, 1 + int((at - self.now).total_seconds()))))

    def deduct(self, lease, amount_fen=RENT_FEN, covers=(), purpose="due:test", **more):
        """Write the intent; the order's reference."""

        async def work(ctx):
            return await ask_deduction(ctx.conn, lease, amount_fen, covers, purpose, self.now, **more)

        return in_act(self.house, work, at=self.now)

    def work(self, limit=60):
        """Run jobs, moving time to the next one, until none is left; how many ran."""
        for count in range(limit):
            rows = self.house.sql("SELECT min(run_at) AS at FROM jobs WHERE failed_at IS NULL")
            if rows[0]["at"] is None:
                return count
            self.pass_time_to(rows[0]["at"])
            self.house.run(run_next(self.house.door, self.house.door.writes))
        raise AssertionError("never at rest")

    def run_due(self):
        """Run what is due now; how many."""
        count = 0
        while self.house.run(run_next(self.house.door, self.house.door.writes)):
            count += 1
        return count

    def notices(self, *, let_go=False):
        """Forms that arrive now, in their order of arrival."""
        if let_go:
            self.tell(LetGo())
        due = self.provider.due()
        for envelope in due:
            self.provider.answered(envelope, True)
        return [envelope.form for envelope in due]

    def listen(self, take):
        """Give what arrives now to `take(form)`; the provider is told what came of it."""
        for envelope in self.provider.due():
            try:
                take(self.payments.read_notification(envelope.form))
            except NoticeRefused:
                self.provider.answered(envelope, False)
            else:
                self.provider.answered(envelope, True)

    def order(self, ref):
        return self.house.sql("SELECT * FROM payment_orders WHERE ref = $1", ref)[0]

    def charge(self, lease, kind="rent", no=7):
        query = "SELECT * FROM charges WHERE lease_id = $1 AND kind = $2 AND no = $3"
        rows = self.house.sql(query, lease.id, kind, no)
        return rows[0] if rows else None

    def cash_fen(self, lease):
        """What the book says came in from this renter through the provider, less what went back there."""
        return self.house.sql(
            "SELECT coalesce(sum(CASE t.debit_account WHEN 'cash' THEN t.amount_fen ELSE -t.amount_fen END), 0) AS fen"
            " FROM money_transfers t JOIN money_entries e ON e.id = t.entry_id"
            " WHERE e.lease_id = $1 AND 'cash' IN (t.debit_account, t.credit_account)"
            " AND e.key ~ '^(reversal:)?(payment:ZF-|refund:TK-|capture:)'",
            lease.id,
        )[0]["fen"]

    def provider_fen(self, lease):
        """What the provider's own books say it took from this renter for us, less what it gave back."""
        buyer = self.buyer(lease)
        moves = [move for move in self.provider.books.moves if move.buyer_id == buyer]
        paid = sum(move.amount_fen for move in moves if move.kind == "pay")
        return paid - sum(move.amount_fen for move in moves if move.kind == "refund")

    def credit_fen(self, lease):
        rows = self.house.sql("SELECT credit_fen FROM lease_credits WHERE lease_id = $1", lease.id)
        return rows[0]["credit_fen"] if rows else 0
