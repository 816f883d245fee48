"""docs/rules/evidence.md says what the seals do: its examples are run."""

import doctest
from pathlib import Path

DOC = Path(__file__).parents[2] / "docs" / "rules" / "evidence.md"


def test_evidence_page_examples_give_what_they_show() -> None:
    outcome = doctest.testfile(str(DOC), module_relative=False, encoding="utf-8")
    assert outcome.attempted > 15
    assert outcome.failed == 0
