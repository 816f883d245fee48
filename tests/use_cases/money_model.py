"""The money of one lease, slow and obvious: the list of what happened, gone through from the first day every time.

It shares nothing with the product but the words of the rules: rents fall due; what is overdue and uncontested after the
grace days bears a fee a day, the sum rounded down, never above the cap or the gate; money settles what was named, else
rents, late fees and others, oldest first; what is left is credit, which settles what falls due next. What was waived
of a fee stays waived when money of an earlier day is recorded later: that money pays only the rest of the fee.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)
RANK = {"rent": 0, "late_fee": 1, "damage": 2, "addon": 3, "fee": 4, "buyout": 5}


@dataclass
class Line:
    """One bill line: amount = paid + waived + written_off + outstanding."""

    amount: int = 0
    paid: int = 0
    waived: int = 0
    written_off: int = 0
    settled_on: date | None = None

    @property
    def outstanding(self):
        return self.amount - self.paid - self.waived - self.written_off


@dataclass
class Model:
    """`rents`: (no, due day, fen). `gate`: what may be charged a fen and day."""

    rents: list
    grace: int
    gate: Fraction
    rate: Fraction | None = None
    daily: int | None = None
    cap: Fraction | None = None
    by: str = "kind"
    payments: list = field(default_factory=list)  # (ref, value day, fen, named line or None), as recorded
    cuts: list = field(default_factory=list)  # (key, line, day, fen, "waived" | "written_off" | "paid"), also negative
    pauses: list = field(default_factory=list)  # [line, from day, last day or None, fen]
    others: dict = field(default_factory=dict)  # line → (due day, day it was written, fen)
    given: list = field(default_factory=list)  # (day, fen): credit that came from a correction
    nth: dict = field(default_factory=dict)  # reference or key → its place in the order of recording

    def pay(self, ref, value_on, fen, named):
        self.nth[ref] = len(self.nth)
        self.payments.append((ref, value_on, fen, named))
        return self.payments[-1]

    def cut(self, key, line, day, fen, what):
        self.nth[key] = len(self.nth)
        self.cuts.append((key, line, day, fen, what))
        return self.cuts[-1]

    def lines_on(self, today):
        """Every line with anything to say on `today`, and the credit."""
        known = {}
        while True:  # how high a fee was when it was waived is known at the end, and moves the money before
            walk = _Walk(self, known)
            day = min(due for _, due, _ in self.rents)
            while day <= today:
                walk.step(day)
                day += DAY
            lower = {at: fen for at, fen in walk.heights.items() if fen < known.get(at, fen + 1)}
            if not lower:
                return walk.lines(today), walk.credit
            known = known | lower

    def take_back(self, event):
        """Undo a cut or a named payment; what a correction has meanwhile taken of it stays with the correction."""
        if event in self.cuts:
            key, line, day, fen, what = event
            self.cuts.remove(event)
            left = sum(f for _, name, _, f, w in self.cuts if (name, w) == (line, what))
            if left < 0:
                self.cuts.append((key, line, day, -left, what))
            return left + fen > 0
        ref, day, fen, line = event
        self.payments.remove(event)
        if line is not None:
            left = sum(f for _, name, _, f, what in self.cuts if (name, what) == (line, "paid"))
            left += sum(f for _, _, f, name in self.payments if name == line)
            if left < 0:
                self.cuts.append((ref, line, day, -left, "paid"))
                self.given.append((day, left))
        return True

    def take_charge_back(self, line, today):
        """A charge made by hand is nothing any more: all of it counts as waived, what was named for it is credit."""
        amount = self.others[line][2]
        for what in ("paid", "waived", "written_off"):
            had = sum(fen for _, name, _, fen, w in self.cuts if (name, w) == (line, what))
            had += sum(fen for _, _, fen, name in self.payments if name == line and what == "paid")
            if had:
                self.cut(f"correction {len(self.nth)}", line, today, -had, what)
                if what == "paid":
                    self.given.append((today, had))
        self.cut(f"correction {len(self.nth)}", line, today, amount, "waived")

    def correct(self, today):
        """Where a fee has come down below what was waived, written off or named for it: what gives way, for good."""
        lines, _ = self.lines_on(today)
        for name, line in lines.items():
            over = -line.outstanding
            for what in ("written_off", "paid", "waived"):
                less = min(max(over, 0), getattr(line, what))
                if less:
                    self.cut(f"correction {len(self.nth)}", name, today, -less, what)
                    over -= less
                    if what == "paid":
                        self.given.append((today, less))


class _Walk:
    def __init__(self, model, known):
        self.m = model
        self.known = known  # (fee, day of a waiver) → what the fee came to then
        self.heights = {}
        self.paid = {}  # line → [(day, fen)] by the contract's order
        self.credit = 0
        self.bears = {no: [0, 0] for no, _, _ in model.rents}  # fen-days and days, through yesterday

    def step(self, day):
        for _, line, on, _, what in self.m.cuts:
            if (line[0], on, what) == ("late_fee", day, "waived"):
                self.heights[line, day] = self.fee(line[1])
        self.credit += sum(fen for on, fen in self.m.given if on == day)
        if self.credit > 0:
            self.credit = self.settle(self.credit, day, -1)
        for ref, value_on, fen, named in self.m.payments:
            if value_on == day and named is None:
                self.credit += self.settle(fen, day, self.m.nth[ref])
        for no, due, fen in self.m.rents:
            if day > due + self.m.grace * DAY:
                bearing = max(0, fen - self.gone(("rent", no), day) - self.contested(("rent", no), day))
                self.bears[no][0] += bearing
                self.bears[no][1] += bearing > 0

    def fee(self, no):
        fen_days, days = self.bears[no]
        asked = int(fen_days * self.m.rate) if self.m.rate is not None else self.m.daily * days
        rent = next(fen for n, _, fen in self.m.rents if n == no)
        limits = [asked, int(fen_days * self.m.gate)]
        return min(limits if self.m.cap is None else [*limits, int(rent * self.m.cap)])

    def fixed(self, line, before=None):
        """Cuts and named payments of a line; `before` a day and place in the order of recording."""
        cuts = [(on, self.m.nth[key], fen) for key, name, on, fen, _ in self.m.cuts if name == line]
        named = [(on, self.m.nth[ref], fen) for ref, on, fen, name in self.m.payments if name == line]
        return sum(fen for on, nth, fen in cuts + named if before is None or (on, nth) < before)

    def tops(self, line, day, nth):
        """For each later waiver of a fee: what the fee came to then, less what of it is waived since and stands."""
        waived = sorted(
            (on, self.m.nth[key], fen) for key, name, on, fen, w in self.m.cuts if (name, w) == (line, "waived")
        )
        later = [one for one in waived if one[:2] >= (day, nth)]
        for on, n, _ in later:
            if (line, on) in self.known:
                sums = [sum(f for o, m, f in later if (o, m) <= end[:2]) for end in later if end[:2] >= (on, n)]
                yield self.known[line, on] - max(0, min(sums))

    def gone(self, line, until):
        return self.fixed(line, (until + DAY, -1)) + sum(fen for on, fen in self.paid.get(line, []) if on <= until)

    def contested(self, line, day):
        found = [
            fen for name, first, last, fen in self.m.pauses
            if name == line and first <= day and (last is None or day <= last)
        ]  # fmt: skip
        return max(found, default=0)

    def open(self, day, nth):
        """(order, line, fen) of what unnamed money may settle that comes as the `nth` thing recorded."""
        found = []
        dues = {no: due for no, due, _ in self.m.rents}
        amounts = {("rent", no): (due, due, fen) for no, due, fen in self.m.rents} | self.m.others
        for line, (due, written, fen) in amounts.items():
            if max(due, written) <= day:
                found.append((line, due, fen - self.fixed(line)))
        for no, due, _ in self.m.rents:
            first = due + (self.m.grace + 1) * DAY
            if first <= day:
                line = ("late_fee", no)
                tops = [self.fee(no), *self.tops(line, day, nth)]
                found.append((line, first, min(tops) - self.fixed(line, (day, nth))))
        rooms = []
        for line, due, room in found:
            room -= sum(fen for _, fen in self.paid.get(line, []))
            if line[0] != "late_fee":
                total = room + self.fixed(line)
                room = min(room, total - self.fixed(line, (day, nth)) - self.contested(line, day))
            group = dues[line[1]] if self.m.by == "due" and line[0] in ("rent", "late_fee") else due
            order = (group, RANK[line[0]], line[1]) if self.m.by == "due" else (RANK[line[0]], due, line[1])
            if room > 0:
                rooms.append((order, line, room))
        return sorted(rooms)

    def settle(self, fen, day, nth):
        for _, line, room in self.open(day, nth):
            part = min(fen, room)
            if part:
                self.paid.setdefault(line, []).append((day, part))
                fen -= part
        return fen

    def lines(self, today):
        amounts = {("rent", no): fen for no, due, fen in self.m.rents if due <= today}
        amounts |= {line: fen for line, (_, _, fen) in self.m.others.items()}
        amounts |= {("rent", no): fen for no, _, fen in self.m.rents if self.fixed(("rent", no))}  # named ahead
        fees = {("late_fee", no): self.fee_before(no, today) for no, _, _ in self.m.rents}
        touched = {line for line in fees if fees[line] or self.paid.get(line) or self.fixed(line)}
        amounts |= {line: fees[line] for line in touched}
        found = {}
        for name, amount in amounts.items():
            line = Line(amount)
            line.paid = sum(fen for _, fen in self.paid.get(name, []))
            line.paid += sum(fen for _, _, fen, named in self.m.payments if named == name)
            for _, cut, _, fen, what in self.m.cuts:
                if cut == name:
                    setattr(line, what, getattr(line, what) + fen)
            days = [on for on, _ in self.paid.get(name, [])]
            days += [on for _, on, _, named in self.m.payments if named == name]
            days += [on for key, cut, on, fen, _ in self.m.cuts if cut == name and fen > 0 and key[0] != "R"]
            line.settled_on = max(days, default=None) if line.outstanding == 0 else None
            found[name] = line
        return found

    def fee_before(self, no, today):
        """The walk has added today's bearing, which does not count yet."""
        due, rent = next((due, fen) for n, due, fen in self.m.rents if n == no)
        if today > due + self.m.grace * DAY:
            bearing = max(0, rent - self.gone(("rent", no), today) - self.contested(("rent", no), today))
            self.bears[no][0] -= bearing
            self.bears[no][1] -= bearing > 0
            fee = self.fee(no)
            self.bears[no][0] += bearing
            self.bears[no][1] += bearing > 0
            return fee
        return 0
