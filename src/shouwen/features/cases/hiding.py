"""A complaint is not there for the person complained about: not to read, answer, decide, find or count (OWN-2)."""

from shouwen.features.cases.rows import CaseRow
from shouwen.kernel.actor import Actor


def hidden_from(case: CaseRow, actor: Actor) -> bool:
    """Whether the case is a complaint about this actor."""
    return actor.is_staff and actor.id == case.complaint_against_id


def reader_id(actor: Actor) -> int:
    """The colleague from whom lists leave out complaints; 0 for everybody else."""
    return actor.id if actor.is_staff else 0
