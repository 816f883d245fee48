"""Whatever happens to a lease, in whatever order, both paths of the business day say what the slow model says.

Two leases live the same life: one by the fast statements every day, one read from its history when it is looked at.
`SHOUWEN_MONEY_LIVES` sets how many lives are lived.
"""

import itertools
import os
from copy import deepcopy
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st
from lease_ground import add_renter, in_act
from money_ground import FIRST_DUE_ON, add_scheduled, assert_book_holds, at, charges_of, contract_of, credit
from money_model import Model

from shouwen.features.money.public import (
    NewCharge,
    book_refund,
    charge_by_hand,
    charge_of,
    day_charges,
    day_credits,
    day_fees_exact,
    day_fees_fast,
    lock_charges,
    mark_fees_stale,
    recover,
    refresh_late_fees,
    take_payment,
    undo,
    waive_charge,
    write_off_charge,
)
from shouwen.features.money.types import ChargeKind
from shouwen.kernel.errors import Refusal

LIVES = int(os.environ.get("SHOUWEN_MONEY_LIVES", "12"))
DAY = timedelta(days=1)
fresh = itertools.count(1)

ACTS = (
    "pay", "pay", "pay", "pay_named", "waive", "write_off", "recover", "charge", "take_charge_back", "refund",
    "pause", "end_pause", "undo", "undo",
)  # fmt: skip
acts = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 9), st.just(0), st.just(0)),
    # which of what is possible, how much of it (per mille), how many days back
    st.tuples(
        st.sampled_from(ACTS),
        st.integers(0, 9), st.integers(1, 1500), st.integers(0, 25),
    ),
)  # fmt: skip
CLAUSES = st.sampled_from(
    [
        {"late_fee_daily_rate": "0.0002"},
        {"late_fee_daily_rate": "0.01"},
        {"late_fee_daily_rate": "0.0002", "late_fee_cap_share": "0.003"},
        {"late_fee_daily_rate": None, "late_fee_daily_fen": 9},
        {"late_fee_daily_rate": "0.0003", "allocation_by": "due"},
    ]
)


class Life:
    """Two leases and the model of both; `today` is the day that has been run."""

    def __init__(self, house, clause):
        self.house, self.today = house, FIRST_DUE_ON - DAY
        contract = contract_of(**clause)
        numbers = [next(fresh) for _ in range(2)]
        renter = add_renter(house, numbers[0] + 5_000)
        self.fast, self.exact = (add_scheduled(house, no=no, contract=contract, renter=renter) for no in numbers)
        self.leases = (self.fast, self.exact)
        terms = contract.terms
        self.model = Model(
            rents=[
                (no, due, fen) for no, (due, fen) in enumerate(zip(contract.due_on, contract.rents_fen, strict=True), 1)
            ],
            grace=terms.grace_days,
            gate=Fraction(3, 100) * 4 / 365,
            rate=None if terms.late_fee_daily_rate is None else Fraction(terms.late_fee_daily_rate),
            daily=terms.late_fee_daily_fen,
            cap=None if terms.late_fee_cap_share is None else Fraction(terms.late_fee_cap_share),
            by=terms.allocation_by,
        )
        self.done = []  # what can be undone: (entry key of each lease, the model's event)
        self.made = []  # charges made by hand: (entry key of each lease, line)
        self.seq = 0

    def wait(self, days):
        async def run(ctx):
            for _ in range(days):
                self.today += DAY
                at_once = (ctx.conn, ctx.act_id, self.today)
                await day_charges(*at_once, self.fast.id, self.exact.id + 1)
                await day_fees_fast(*at_once, self.fast.id, self.fast.id + 1)
                await day_fees_exact(*at_once, self.fast.id, self.fast.id + 1)
                await day_credits(*at_once, self.fast.id, self.exact.id + 1)

        in_act(self.house, run, at=at(self.today))

    def both(self, verb):
        """`verb(ctx, lease)` on both leases, late fees of the second brought to today first."""

        async def work(ctx):
            await refresh_late_fees(ctx.conn, ctx.act_id, self.exact, self.today)
            return [await verb(ctx, lease) for lease in self.leases]

        return in_act(self.house, work, at=at(self.today))

    def agree(self):
        self.both(self._nothing)
        lines, credit_fen = self.model.lines_on(self.today)
        expected = {
            name: (line.amount, line.paid, line.waived, line.written_off, line.outstanding)
            for name, line in lines.items()
        }
        settled = {name: line.settled_on for name, line in lines.items() if name[0] == "rent"}
        for lease in self.leases:
            charges = [c for c in charges_of(self.house, lease) if c.booked_on is not None]
            found = {
                (str(c.kind), c.no): (c.amount_fen, c.paid_fen, c.waived_fen, c.written_off_fen, c.outstanding_fen)
                for c in charges
            }
            assert {k: v for k, v in found.items() if any(v)} == {k: v for k, v in expected.items() if any(v)}
            assert {("rent", c.no): c.settled_on for c in charges if c.kind == "rent"} == settled
            assert credit(self.house, lease) == credit_fen
            assert_book_holds(self.house, lease)

    async def _nothing(self, ctx, lease):
        return None

    def open_lines(self, *kinds):
        lines, _ = self.model.lines_on(self.today)
        return sorted(n for n, line in lines.items() if line.outstanding > 0 and (not kinds or n[0] in kinds))

    def outstanding(self, name):
        return self.model.lines_on(self.today)[0][name].outstanding

    def charge(self, charges, name):
        return charge_of(charges, f"{name[0]}-{name[1]}")

    def pay(self, amount_fen, value_on, name=None):
        self.seq += 1
        ref = f"FK{self.seq}"
        value_on = max(value_on, FIRST_DUE_ON)

        async def verb(ctx, lease):
            named = [] if name is None else [self.charge(await self._charges(ctx, lease), name).id]
            await take_payment(
                ctx.conn, ctx.act_id, lease, amount_fen, f"{lease.id}-{ref}", value_on, self.today, named=named
            )
            return f"payment:{lease.id}-{ref}"

        self.done.append((self.both(verb), self.model.pay(ref, value_on, amount_fen, name)))
        self.model.correct(self.today)

    async def _charges(self, ctx, lease):
        return await lock_charges(ctx.conn, lease.id)

    def cut(self, what, name, amount_fen):
        self.seq += 1
        key = f"K{self.seq}"

        async def verb(ctx, lease):
            charge = self.charge(await self._charges(ctx, lease), name)
            own = f"{lease.id}-{key}"
            if what == "waived":
                await waive_charge(ctx.conn, ctx.act_id, lease, charge, amount_fen, own, self.today, "LATE-5")
                return f"waiver:{own}"
            await write_off_charge(ctx.conn, ctx.act_id, lease, charge, amount_fen, own, self.today)
            return f"write_off:{own}"

        self.done.append((self.both(verb), self.model.cut(key, name, self.today, amount_fen, what)))

    def charge_more(self, amount_fen):
        self.seq += 1
        no = self.seq

        async def verb(ctx, lease):
            new = NewCharge(
                lease_id=lease.id, renter_id=lease.renter_id, kind=ChargeKind.FEE, no=no, clause="9",
                due_on=self.today, amount_fen=amount_fen,
            )  # fmt: skip
            return f"charge:{(await charge_by_hand(ctx.conn, ctx.act_id, lease, new, self.today)).id}"

        self.made.append((self.both(verb), ("fee", no)))
        self.model.others["fee", no] = (self.today, self.today, amount_fen)

    def take_charge_back(self, which):
        keys, name = self.made.pop(which % len(self.made))

        async def verb(ctx, lease):
            key = keys[self.leases.index(lease)]
            return await undo(ctx.conn, ctx.act_id, lease, key, "多收", "REVERSAL", self.today)

        self.done = [(k, event) for k, event in self.done if name not in event]  # what was said of it has no ground
        self.both(verb)
        self.model.take_charge_back(name, self.today)
        self.model.correct(self.today)

    def refund(self, share):
        _, credit_fen = self.model.lines_on(self.today)
        if not (amount_fen := credit_fen * min(share, 1000) // 1000):
            return
        self.seq += 1
        ref = f"TK{self.seq}"

        async def verb(ctx, lease):
            await book_refund(ctx.conn, ctx.act_id, lease, amount_fen, f"{lease.id}-{ref}", self.today)

        self.both(verb)
        self.model.given.append((self.today, -amount_fen))

    def recover(self, which, share):
        lines, _ = self.model.lines_on(self.today)
        lost = sorted(name for name, line in lines.items() if line.written_off > 0)
        if not lost:
            return
        name = lost[which % len(lost)]
        amount_fen = max(1, lines[name].written_off * min(share, 1000) // 1000)
        self.seq += 1
        ref = f"R{self.seq}"

        async def verb(ctx, lease):
            charge = self.charge(await self._charges(ctx, lease), name)
            await recover(ctx.conn, ctx.act_id, lease, charge, amount_fen, f"{lease.id}-{ref}", self.today)

        self.both(verb)
        self.done = [(k, event) for k, event in self.done if event[-1] != "written_off" or event[1] != name]
        self.model.cut(f"{ref} up", name, self.today, -amount_fen, "written_off")
        self.model.cut(ref, name, self.today, amount_fen, "paid")

    def pause(self, name, amount_fen):
        async def verb(ctx, lease):
            charge = self.charge(await self._charges(ctx, lease), name)
            await ctx.conn.execute(
                "INSERT INTO collection_pauses (case_id, lease_id, charge_id, amount_fen, reason, started_at)"
                " SELECT min(id), $1, $2, $3, 'dispute', $4 FROM cases",
                lease.id, charge.id, amount_fen, at(self.today),
            )  # fmt: skip
            await mark_fees_stale(ctx.conn, [charge.id])

        self.both(verb)
        self.model.pauses.append([name, self.today, None, amount_fen])

    def end_pause(self, pause, days):
        ends_on = self.today + days * DAY

        async def verb(ctx, lease):
            charge = self.charge(await self._charges(ctx, lease), pause[0])
            await ctx.conn.execute(
                "UPDATE collection_pauses SET ends_on = $3 WHERE lease_id = $1 AND charge_id = $2 AND ends_on IS NULL",
                lease.id, charge.id, ends_on,
            )  # fmt: skip
            await mark_fees_stale(ctx.conn, [charge.id])

        self.both(verb)
        for one in self.model.pauses:
            if one[0] == pause[0] and one[2] is None:
                one[2] = ends_on

    def undo(self, which):
        keys, event = self.done.pop(which % len(self.done))
        after = deepcopy(self.model)
        anything = after.take_back(event)
        spent = after.lines_on(self.today)[1] < 0

        async def verb(ctx, lease):
            key = keys[self.leases.index(lease)]
            undone = await undo(ctx.conn, ctx.act_id, lease, key, "登记有误", "REVERSAL", self.today)
            assert undone.booked is anything
            again = await undo(ctx.conn, ctx.act_id, lease, key, "登记有误", "REVERSAL", self.today)
            assert not again.booked

        if spent:  # the money has been refunded: the entry stays
            with pytest.raises(Refusal, match="credit_spent"):
                self.both(verb)
            return
        self.both(verb)
        self.model = after
        self.model.correct(self.today)

    def act(self, what, which, share, back):
        if what == "wait":
            return self.wait(which)
        lines = self.open_lines()
        if what == "pay":
            total_fen = sum(self.outstanding(name) for name in lines) or 50_000
            return self.pay(max(1, total_fen * share // 1000), self.today - back * DAY)
        if what == "charge":
            return self.charge_more(share)
        if what == "refund":
            return self.refund(share)
        if what == "recover":
            return self.recover(which, share)
        if what == "take_charge_back":
            return self.take_charge_back(which) if self.made else None
        if what == "undo":
            return self.undo(which) if self.done else None
        if what == "end_pause":
            running = [pause for pause in self.model.pauses if pause[2] is None]
            return self.end_pause(running[which % len(running)], back % 5) if running else None
        if what == "pause":
            lines = self.open_lines("rent")
        if not lines:
            return None
        name = lines[which % len(lines)]
        part_fen = max(1, self.outstanding(name) * min(share, 1000) // 1000)
        if what == "pay_named":
            return self.pay(part_fen, self.today, name)
        if what == "pause":
            return self.pause(name, part_fen)
        return self.cut("waived" if what == "waive" else "written_off", name, part_fen)


@pytest.fixture
def with_case(house):
    """A house with one case: pauses name one."""
    renter = add_renter(house, 9_999)

    async def work(ctx):
        await ctx.conn.execute(
            "INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, opened_at, last_at)"
            " VALUES ('SW-MODEL', 'billing_dispute', '', $1, '', $2, $2)",
            renter.id, at(FIRST_DUE_ON),
        )  # fmt: skip

    in_act(house, work)
    return house


@settings(
    max_examples=LIVES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(  # a fee is waived in part, then money of an earlier day comes, is taken back, and comes again
    clause={"late_fee_daily_rate": "0.0003"},
    story=[
        ("wait", 9, 0, 0), ("wait", 9, 0, 0), ("waive", 0, 300, 0), ("pay", 0, 1500, 8), ("undo", 1, 1, 0),
        ("wait", 3, 0, 0), ("pay", 0, 1500, 12), ("undo", 0, 1, 0), ("wait", 2, 0, 0),
    ],
)  # fmt: skip
@given(clause=CLAUSES, story=st.lists(acts, min_size=1, max_size=14))
def test_any_life_of_a_lease_fast_exact_and_model_agree(with_case, clause, story):
    life = Life(with_case, clause)
    life.wait(1)
    for n, (what, which, share, back) in enumerate(story, start=1):
        note(f"{life.today} {clause if n == 1 else ''} {story[n - 1]}")
        life.act(what, which, share, back)
        life.agree()
