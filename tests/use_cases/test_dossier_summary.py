"""The first page of a dossier: Chinese labels, Beijing's clock, whole amounts."""

from datetime import UTC, datetime

import pytest

from shouwen.features.dossiers.files import summary_of
from shouwen.features.evidence.types import PURPOSE_ZH, Purpose
from shouwen.kernel.actor import ROLE_ZH, Role

AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
REQUEST = {
    "title": "定损异议", "case_ref": "SW-aaaaaaaaaa", "lease_ref": "ZL-20251130-0417", "model": "iPhone 15 Pro Max",
    "storage": "256G", "colour": "原色", "renter_name_masked": "陈*宇", "owner_name": "周敏", "opened_at": AT,
}  # fmt: skip


def test_summary_decision_is_dated_on_beijings_clock_with_the_whole_amount():
    # as the database hands a row out as JSON: UTC with an offset
    decision = {
        "round": 1, "decided_by_name": "林涛", "decided_at": "2026-11-22T18:30:00.123456+00:00", "decided_fen": 123_456,
    }  # fmt: skip
    said = summary_of(REQUEST, [], [], [], {"decisions": [decision]})
    assert said["decisions"] == [{"round": 1, "by": "林涛", "at": "2026-11-23 02:30:00", "amount": "¥1,234.56"}]


@pytest.mark.parametrize("role", list(Role))
def test_summary_names_every_role_in_chinese(role):
    line = {"at": AT, "author_role": role.value, "author_name": "某某", "body": "您好"}
    assert summary_of(REQUEST, [line], [], [], None)["thread"][0][1] == ROLE_ZH[role]


@pytest.mark.parametrize("purpose", list(Purpose))
def test_summary_names_every_purpose_in_chinese(purpose):
    piece = {"ref": "ZJ-1", "purpose": purpose.value, "file_name": "a.jpg", "size_bytes": 1234, "sha256": b"\x01"}
    assert summary_of(REQUEST, [], [piece], [], None)["media"][0][1] == PURPOSE_ZH[purpose]
