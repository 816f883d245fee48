"""What a renter sends in a complaint stays from the person complained about, whichever matter came first."""

import pytest
from claim_ground import open_claims

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import CaseType
from shouwen.features.dossiers import store as dossiers
from shouwen.features.evidence import use_cases as evidence
from shouwen.kernel.errors import Absent
from shouwen.mount.web.desk.reading import ReadCaseFile, read_case_file


@pytest.fixture
def claims(house):
    return open_claims(house)


def complain(claims, case_ref):
    """A recording that goes out in a complaint about the agent."""
    private = claims.media("statement", role="renter")
    complaint = claims.act(claims.renter, cases.complain, cases.Complain(case_ref, "11 月 22 日说话不客气", as_is=True))
    claims.act(claims.renter, cases.say, cases.Say(complaint.case_ref, "录音", (private,)))
    return private


def listed(claims):
    found = claims.act(claims.agent, evidence.list_evidence, evidence.ListEvidence(claims.lease.ref))
    return [one.ref for one in found]


def test_complaint_before_a_contest_stays_hidden_after_it(claims):
    claims.desk.lease = claims.lease
    fault = claims.desk.open(CaseType.FAULT, "11 月 18 日起听筒没有声音")
    claims.desk.take(fault)
    private = complain(claims, fault)
    claims.answer(claims.file().claim_ref, "contest")
    assert private not in listed(claims)
    with pytest.raises(Absent):
        claims.act(claims.agent, evidence.read_media, evidence.ReadMedia(private))
    held = claims.house.run(dossiers.media_of(claims.house.door.reads, claims.desk.case(fault)["id"], claims.lease.id))
    assert private not in [row["ref"] for row in held]


def test_complaint_about_a_contested_claims_owner_is_not_among_its_pictures(claims):
    ref = claims.contested()
    case = claims.house.sql("SELECT ref FROM cases WHERE claim_id IS NOT NULL")[0]["ref"]
    said = claims.media("statement", role="renter")
    claims.act(claims.renter, cases.say, cases.Say(case, "这是我拍的", (said,)))
    private = complain(claims, case)
    seen = [one.ref for one in claims.read(ref, actor=claims.agent).statement_media]
    assert private not in seen
    assert said in seen
    file = claims.act(claims.agent, read_case_file, ReadCaseFile(case))
    assert private not in [one.ref for one in file.claim.media]
