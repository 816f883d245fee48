"""A returned phone for claim tests: its pictures, an inspection, and the acts of the story."""

from datetime import date, timedelta

from case_ground import NOW, open_desk
from lease_ground import add_lease, in_act

from shouwen.features.cases import use_cases as cases
from shouwen.features.disputes.rows import ClaimRegion
from shouwen.features.disputes.types import FindingKind, Part, Severity, StatedCause
from shouwen.features.disputes.use_cases import answering, deciding, inspecting, keeping, reading
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.actor import SYSTEM

__all__ = ["NOW", "Claims", "open_claims"]

IMEI = "990000000000009"
CHIPS = (
    answering.StatementChoice("since", ("at_handover",)),
    answering.StatementChoice("use", ("cased", "no_drop")),
    answering.StatementChoice("request", ("compare",)),
)


class Claims:
    """The desk of case tests with a phone on the table: media, inspection, answer, decision."""

    def __init__(self, house):
        self.desk = open_desk(house)
        self.house, self.act = house, self.desk.act
        self.lease = self.returned(house, 9, self.desk.renter)
        self.agent, self.specialist, self.supervisor = self.desk.agent, self.desk.specialist, self.desk.supervisor
        self.inspector, self.renter, self.stranger = self.desk.inspector, self.desk.renter, self.desk.stranger

    def returned(self, house, no, renter, **more):
        facts = {
            "state": LeaseState.INSPECTING,
            "handed_over_on": date(2026, 5, 12),
            "return_sent_on": date(2026, 11, 20),
            "returned_on": date(2026, 11, 22),
            "used_market_price_fen": 300_000,
            "paid": 12,
        }
        return add_lease(house, renter, no=no, **(facts | more))

    def media(self, purpose, part="", mime="image/jpeg", lease=None, role="inspector", at=NOW - timedelta(days=1)):
        """A piece of evidence as the worker leaves it; its reference."""
        lease = lease or self.lease

        async def work(ctx):
            number = await ctx.conn.fetchval("SELECT count(*) + 1 FROM media")
            await ctx.conn.execute(
                "INSERT INTO media (ref, lease_id, renter_id, purpose, part, file_name, mime, size_bytes, sha256,"
                " checks, taken_at, uploaded_role, uploaded_by, uploaded_at)"
                " VALUES ($1, $2, $3, $4, $5, 'x', $6, 9, 'h', '[]', $8, $7, 1, $8)",
                f"ZJ-{number:04d}", lease.id, lease.renter_id, purpose, part, mime, role, at,
            )  # fmt: skip
            return f"ZJ-{number:04d}"

        return in_act(self.house, work)

    def sealed(self, purpose, part, at, **more):
        """A piece of evidence with its receipt in the log from `at`; its reference."""
        ref = self.media(purpose, part, role="renter", at=at, **more)

        async def work(ctx):
            number = await ctx.conn.fetchval("SELECT count(*) FROM log_entries")
            await ctx.conn.execute(
                "INSERT INTO log_entries (index, journal_id, kind, subject, at, leaf, sealed_at)"
                "  VALUES ($1::bigint, $1 + 1000000, 'evidence.added', $2, $3, 'l', $3)",
                number, ref, at,
            )  # fmt: skip

        in_act(self.house, work)
        return ref

    def finding(self, photo=None, price="back.scratch.medium", **more):
        part, kind, severity = price.split(".")
        facts = {
            "part": Part(part), "kind": FindingKind(kind), "severity": Severity(severity),
            "cause": StatedCause.RENTER_USE, "photo": photo or self.media("inspection", part),
            "region": ClaimRegion(0.2, 0.3, 0.4, 0.2), "price": price, "length_mm": 12, "visible_at_30cm": True,
            "words": "左上角一道划痕", "market_repair_price_fen": 15_000, "market_repair_source": "官方售后报价",
        }  # fmt: skip
        return inspecting.NewClaimFinding(**(facts | more))

    def command(self, *findings, **more):
        facts = {
            "lease_ref": self.lease.ref, "received_on": date(2026, 11, 22), "imei_seen": self.lease.imei,
            "unboxing_video": self.media("inspection", "unboxing", "video/mp4"), "unboxing_continuous": True,
            "findings": findings,
        }  # fmt: skip
        return inspecting.FileInspection(**(facts | more))

    def file(self, *findings, **more):
        """A filed inspection with these findings (one, if none is given), and handover pictures of the back."""
        self.media("handover", "back", role="agent", at=NOW - timedelta(days=190))
        command = self.command(*(findings or (self.finding(),)), **more)
        return self.act(self.inspector, inspecting.file_inspection, command)

    def answer(self, ref, *answers, **more):
        facts = {"choices": CHIPS} | {k: more.pop(k) for k in ("choices", "media") if k in more}
        findings = tuple(answering.FindingAnswer(no, one) for no, one in enumerate(answers, start=1))
        actor = more.pop("actor", self.renter)
        return self.act(actor, answering.answer_claim, answering.AnswerClaim(ref, findings, **facts), **more)

    def contested(self, *findings):
        """A contested claim whose case the agent has taken and asked the specialist into; its reference."""
        ref = self.file(*findings).claim_ref
        moved = self.answer(ref, *["contest"] * max(1, len(findings)))
        self.ask_in(moved.case_ref)
        return ref

    def ask_in(self, case_ref, login="lin"):
        if self.desk.case(case_ref)["owner_id"] is None:
            self.desk.take(case_ref)
        self.act(self.agent, cases.ask_specialist, cases.AskSpecialist(case_ref, login))

    def verdict(self, no=1, outcome="proposed", **more):
        return deciding.FindingDecision(no, outcome, **more)

    def decide(self, ref, *verdicts, actor=None, words="", **more):
        command = deciding.DecideClaim(ref, verdicts or (self.verdict(seen_at_handover=False),), words)
        return self.act(actor or self.specialist, deciding.decide_claim, command, **more)

    def appeal(self, ref, text="左上角的划痕签收时就有，请再看出库影像", **more):
        facts = {k: more.pop(k) for k in ("media",) if k in more}
        actor = more.pop("actor", self.renter)
        return self.act(actor, answering.appeal_claim, answering.AppealClaim(ref, text, **facts), **more)

    def accept(self, ref, **more):
        actor = more.pop("actor", self.renter)
        return self.act(actor, answering.accept_decision, answering.AcceptDecision(ref), **more)

    def advance(self, ref, at):
        return self.act(SYSTEM, keeping.advance_claim, keeping.AdvanceClaim(ref), at=at)

    def read(self, ref, actor=None, **more):
        return self.act(actor or self.renter, reading.read_claim, reading.ReadClaim(ref), **more)

    def proposal(self, ref, actor=None):
        return self.act(actor or self.specialist, reading.read_proposal, reading.ReadClaim(ref))

    def decision(self, ref, actor=None, **more):
        return self.act(actor or self.renter, reading.read_decision, reading.ReadDecision(ref), **more)

    def hold(self):
        """Held, captured, released, in fen."""
        row = self.house.sql(
            "SELECT amount_fen, captured_fen, released_fen FROM holds WHERE lease_id = $1", self.lease.id
        )
        return tuple(row[0])

    def lease_state(self):
        return self.desk.one("SELECT state FROM leases WHERE id = $1", self.lease.id)

    def damage(self):
        """Damage charges: amount, paid, waived, outstanding."""
        rows = self.house.sql(
            "SELECT amount_fen, paid_fen, waived_fen, outstanding_fen FROM charges"
            " WHERE lease_id = $1 AND kind = 'damage'",
            self.lease.id,
        )
        return [tuple(row) for row in rows]

    def kinds(self):
        return [row["kind"] for row in self.house.sql("SELECT kind FROM journal ORDER BY id")]

    def jobs(self):
        """Kind and payload of every job handed to the outbox."""
        rows = self.house.sql("SELECT jobs FROM outbox ORDER BY id")
        return [(job["kind"], job["payload"]) for row in rows for job in row["jobs"]]


def open_claims(house):
    return Claims(house)
