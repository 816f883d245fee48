"""Damage claims: each begins with an inspection and goes on through the disputes' own use cases."""

from datetime import datetime, timedelta

from shouwen.features.disputes.rows import ClaimRegion
from shouwen.features.disputes.types import ClaimState, FindingKind, Severity, StatedCause
from shouwen.features.disputes.use_cases.answering import (
    AcceptDecision,
    AnswerClaim,
    AppealClaim,
    FindingAnswer,
    StatementChoice,
    accept_decision,
    answer_claim,
    appeal_claim,
)
from shouwen.features.disputes.use_cases.deciding import (
    DecideClaim,
    FindingDecision,
    FindingMarks,
    MarkFacts,
    decide_claim,
    mark_facts,
)
from shouwen.features.disputes.use_cases.inspecting import FileInspection, NewClaimFinding, file_inspection
from shouwen.features.evidence.types import Purpose
from shouwen.kernel.actor import Actor
from shouwen.kernel.errors import Refusal
from shouwen.mount.demo.seed.agenda import Agenda, History
from shouwen.mount.demo.seed.plan import INSPECTED_HOUR, INSPECTOR, clock, opened_film, unboxing_of
from shouwen.mount.demo.seed.talk import opened_at, times
from shouwen.mount.demo.structs import Case, Claim, Company, Finding, Lease

FILED_AFTER = timedelta(minutes=20)
MINUTE = timedelta(minutes=1)
MARKET_FEN, MARKET_SOURCE = 18_000, "三家维修门店报价的中间值"
CRACK_FEN, CRACK_SOURCE = 96_000, "官方售后屏幕更换报价"
CHOICES = (
    StatementChoice("since", ("at_handover",)),
    StatementChoice("use", ("cased", "no_drop", "no_liquid")),
    StatementChoice("request", ("compare",)),
)
REASON = "签收时就有，使用期间一直带壳"
WORDS = "两组影像已逐处比对，结论和算式都写在裁定书里；不同意可以申诉一次。"
APPEAL = "裁定说出库影像里看不到，但那张照片反光正好盖住了那个位置，请换一位专员看原图。"
DECIDED = frozenset({ClaimState.DECIDED, ClaimState.APPEALED, ClaimState.SETTLED, ClaimState.UNDER_REVIEW})


def filed_at(claim: Claim) -> datetime:
    """The inspector's report, on the morning the phone came."""
    return clock(claim.filed_on, INSPECTED_HOUR, 40)


def answered_at(claim: Claim, wanted: datetime) -> datetime:
    """The renter's answer: when the case says, but after the report."""
    return max(wanted, filed_at(claim) + FILED_AFTER)


def add_claims(agenda: Agenda, history: History, company: Company, now: datetime) -> None:
    """Every claim but the headline's, which the visitor begins."""
    leases = {lease.ref: lease for lease in company.leases}
    cases = {case.key: case for case in company.cases}
    for claim in company.claims:
        _Course(history, claim, leases[claim.lease_ref], cases.get(claim.case_key)).add(agenda, now)


class _Course:
    """One claim on the agenda."""

    def __init__(self, history: History, claim: Claim, lease: Lease, case: Case | None) -> None:
        self.history, self.claim, self.lease, self.case = history, claim, lease, case

    def add(self, agenda: Agenda, now: datetime) -> None:
        claim, case = self.claim, self.case
        agenda.add(filed_at(claim), self._file)
        if case is None:
            if claim.state is ClaimState.ACCEPTED:
                agenda.add(max(filed_at(claim) + FILED_AFTER, now - timedelta(hours=5)), self._accept)
            return
        begun = answered_at(claim, opened_at(case, now))
        agenda.add(begun, self._contest)
        if claim.state in DECIDED:
            heard = times(case, begun, now)[-1]
            agenda.add(heard + 6 * MINUTE, self._mark)
            agenda.add(heard + 9 * MINUTE, self._decide)
            if claim.state is ClaimState.APPEALED:
                agenda.add(heard + 20 * MINUTE, self._appeal)
            if claim.state is ClaimState.SETTLED:
                agenda.add(heard + 20 * MINUTE, self._agree)

    @property
    def _renter(self) -> Actor:
        return self.history.people.renters[self.lease.renter]

    @property
    def _specialist(self) -> Actor:
        assert self.case is not None
        return self.history.people.staff[self.case.specialist]

    @property
    def _ref(self) -> str:
        return self.history.claims[self.lease.ref]

    async def _file(self, at: datetime) -> None:
        lease, unboxed = self.lease, unboxing_of(self.claim)
        assert lease.received_on is not None
        command = FileInspection(
            lease_ref=lease.ref,
            received_on=lease.received_on,
            imei_seen=lease.imei,
            unboxing_video=self._media(opened_film(lease.look)) if unboxed else None,
            unboxing_continuous=unboxed,
            findings=tuple(self._finding(finding) for finding in self.claim.findings),
        )
        filed = await self.history.run(at, file_inspection, self.history.people.staff[INSPECTOR], command)
        self.history.claims[lease.ref] = filed.claim_ref

    def _finding(self, finding: Finding) -> NewClaimFinding:
        severity = Severity.SEVERE if finding.kind is FindingKind.CRACK else Severity.MEDIUM
        x, y, wide, high = finding.region
        return NewClaimFinding(
            part=finding.part,
            kind=finding.kind,
            severity=severity,
            cause=StatedCause.RENTER_USE,
            photo=self._media(finding.shot),
            region=ClaimRegion(x, y, wide, high),
            price=f"{finding.part}.{finding.kind}.{severity}",
            length_mm=finding.length_mm,
            visible_at_30cm=self.claim.state is not ClaimState.SETTLED,
            words=finding.note,
        )

    def _media(self, key: str) -> str:
        return self.history.media[self.lease.ref, f"{Purpose.INSPECTION}:{key}"]

    async def _accept(self, at: datetime) -> None:
        answers = tuple(FindingAnswer(no, "accept") for no, _ in self._numbered())
        await self.history.run(at, answer_claim, self._renter, AnswerClaim(self._ref, answers))

    async def _contest(self, at: datetime) -> None:
        answers = tuple(
            FindingAnswer(no, "accept") if finding.kind is FindingKind.CRACK else FindingAnswer(no, "contest", REASON)
            for no, finding in self._numbered()
        )
        moved = await self.history.run(at, answer_claim, self._renter, AnswerClaim(self._ref, answers, CHOICES))
        self.history.cases[self.claim.case_key] = moved.case_ref

    async def _mark(self, at: datetime) -> None:
        """The phone left without the mark, and nobody photographed its place before the courier came."""
        marks = tuple(
            FindingMarks(
                no,
                seen_at_handover=False,
                unmarked_before_courier=False,
                market_repair_price_fen=CRACK_FEN if finding.kind is FindingKind.CRACK else MARKET_FEN,
                market_repair_source=CRACK_SOURCE if finding.kind is FindingKind.CRACK else MARKET_SOURCE,
            )
            for no, finding in self._numbered()
        )
        await self.history.run(at, mark_facts, self._specialist, MarkFacts(self._ref, marks))

    async def _decide(self, at: datetime) -> None:
        command = DecideClaim(self._ref, tuple(FindingDecision(no, "proposed") for no, _ in self._numbered()), WORDS)
        try:
            await self.history.run(at, decide_claim, self._specialist, command)
        except Refusal as refusal:
            if refusal.code != "approval_requested":  # that one waits for a second person, as it should
                raise

    async def _appeal(self, at: datetime) -> None:
        await self.history.run(at, appeal_claim, self._renter, AppealClaim(self._ref, APPEAL))

    async def _agree(self, at: datetime) -> None:
        await self.history.run(at, accept_decision, self._renter, AcceptDecision(self._ref))

    def _numbered(self) -> list[tuple[int, Finding]]:
        return list(enumerate(self.claim.findings, start=1))
