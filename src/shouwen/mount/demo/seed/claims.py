"""Damage claims: each begins with an inspection and goes on through the disputes' own use cases."""

from datetime import datetime, timedelta

from shouwen.features.disputes.rows import ClaimRegion
from shouwen.features.disputes.types import Severity, StatedCause
from shouwen.features.disputes.use_cases import inspecting as disputes
from shouwen.features.evidence.types import Purpose
from shouwen.mount.demo.seed.agenda import Agenda, History
from shouwen.mount.demo.seed.plan import INSPECTED_HOUR, INSPECTOR, clock, opened_film, unboxing_of
from shouwen.mount.demo.structs import Claim, Company, Finding, Lease

FILED_AFTER = timedelta(minutes=20)


def filed_at(claim: Claim) -> datetime:
    """The inspector's report, on the morning the phone came."""
    return clock(claim.filed_on, INSPECTED_HOUR, 40)


def answered_at(claim: Claim, wanted: datetime) -> datetime:
    """The renter's answer: when the case says, but after the report."""
    return max(wanted, filed_at(claim) + FILED_AFTER)


def add_claims(agenda: Agenda, history: History, company: Company, now: datetime) -> None:
    """Every claim but the headline's, which the visitor begins."""
    leases = {lease.ref: lease for lease in company.leases}
    for claim in company.claims:
        _Course(history, company, claim, leases[claim.lease_ref], now).add(agenda)


class _Course:
    """One claim on the agenda."""

    def __init__(self, history: History, company: Company, claim: Claim, lease: Lease, now: datetime) -> None:
        self.history, self.company, self.claim, self.lease, self.now = history, company, claim, lease, now

    def add(self, agenda: Agenda) -> None:
        agenda.add(filed_at(self.claim), self._file)

    async def _file(self, at: datetime) -> None:
        claim, lease = self.claim, self.lease
        assert lease.received_on is not None
        unboxed = unboxing_of(claim)
        command = disputes.FileInspection(
            lease_ref=lease.ref,
            received_on=lease.received_on,
            imei_seen=lease.imei,
            unboxing_video=self._media(opened_film(lease.look)) if unboxed else None,
            unboxing_continuous=unboxed,
            findings=tuple(self._finding(finding) for finding in claim.findings),
        )
        filed = await self.history.run(at, disputes.file_inspection, self.history.people.staff[INSPECTOR], command)
        self.history.claims[lease.ref] = filed.claim_ref

    def _finding(self, finding: Finding) -> disputes.NewClaimFinding:
        x, y, wide, high = finding.region
        return disputes.NewClaimFinding(
            part=finding.part,
            kind=finding.kind,
            severity=Severity.MEDIUM,
            cause=StatedCause.RENTER_USE,
            photo=self._media(finding.shot),
            region=ClaimRegion(x, y, wide, high),
            price=f"{finding.part}.{finding.kind}.{Severity.MEDIUM}",
            length_mm=finding.length_mm,
            visible_at_30cm=True,
            words=finding.note,
        )

    def _media(self, key: str) -> str:
        return self.history.media[self.lease.ref, f"{Purpose.INSPECTION}:{key}"]
