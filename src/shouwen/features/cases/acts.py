"""Which acts are possible next in a case, for this person (the object tells, nobody guesses). Pure."""

from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.types import CaseState, CaseType
from shouwen.kernel.actor import Actor, Role


def next_acts(case: CaseRow, actor: Actor, *, asked_in: bool) -> tuple[str, ...]:
    """Names of the use cases this actor may now call on the case; `asked_in`: as a specialist of it (OWN-3)."""
    if actor.role is Role.RENTER:
        return _renter_acts(case)
    if actor.role not in (Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR):
        return ()
    return _desk_acts(case, actor, asked_in)


def _renter_acts(case: CaseRow) -> tuple[str, ...]:
    if case.merged_into_id is not None:
        return ()  # everything goes on in the kept case
    acts = ["say", "hand_to_human", "complain"]
    if case.state is not CaseState.CLOSED:
        acts += ["call_specialist"] if not case.asked else []
        acts += ["wish_owner_change"] if case.owner_id is not None else []
    if case.state is not CaseState.CLOSED and not case.claim_open:
        acts.append("close_case")
    if case.state is not CaseState.OPEN and case.rating is None:
        acts.append("rate_case")
    return tuple(acts)


def _desk_acts(case: CaseRow, actor: Actor, asked_in: bool) -> tuple[str, ...]:
    if case.state is CaseState.CLOSED:
        return ("add_note",)
    mine = case.owner_id == actor.id
    barred = actor.id in case.barred_ids
    acts = ["add_note"]
    if case.escalated_at is not None and actor.role is Role.SUPERVISOR:
        acts.append("settle_escalation")
    if case.owner_id is None and not barred and (case.type is not CaseType.COMPLAINT or actor.role is Role.SUPERVISOR):
        acts.append("take_case")
    if not barred and (mine or case.owner_id is None or asked_in or actor.role is Role.SUPERVISOR):
        acts += ["reply", "save_draft", *(["insert_quote"] if case.lease_id is not None else [])]
    if not barred and (mine or case.owner_id is None or actor.role is Role.SUPERVISOR) and _may_merge(case):
        acts.append("merge_case")
    if mine or actor.role is Role.SUPERVISOR:
        acts += ["ask_specialist", "make_promise", *(["transfer_case"] if case.owner_id is not None else [])]
        acts += [] if case.claim_open else [*(["resolve_case"] if case.state is CaseState.OPEN else []), "close_case"]
    return tuple(acts)


def _may_merge(case: CaseRow) -> bool:
    return not case.claim_open and case.type is not CaseType.COMPLAINT
