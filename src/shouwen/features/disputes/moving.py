"""Steps every act on a claim shares: its state in the rules' words, whose turn follows, events, deadlines, words."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.cases.public import OfClaim, calendar
from shouwen.features.cases.types import Turn
from shouwen.features.contracts.types import Contract
from shouwen.features.disputes import store
from shouwen.features.disputes.proposing import clocks_of, contract_of
from shouwen.features.disputes.public import access_claim
from shouwen.features.disputes.rows import ClaimMoved, ClaimRow
from shouwen.features.disputes.rules.claim import decide_transition, until_when, whose_turn
from shouwen.features.disputes.types import ClaimAct, ClaimFacts, ClaimState, ClaimTurn
from shouwen.features.leases.public import Opened, open_lease_file
from shouwen.kernel.actor import Actor
from shouwen.kernel.days import beijing_on, last_on
from shouwen.platform.door import Ctx
from shouwen.platform.events import Event, Job


class OpenClaim(Struct, frozen=True):
    """A claim with its lease's file and contract, loaded for an act or a view."""

    row: ClaimRow
    lease: Opened
    contract: Contract


class Next(Struct, frozen=True):
    """Where an act leads: the state, whose turn, and the first instant at which that turn is late."""

    state: ClaimState
    turn: ClaimTurn
    until: datetime | None


# A claim's turn as its case counts turns: a decision that waits for its day needs nobody; ended claims leave the case.
_IN_CASE: dict[ClaimTurn, Turn | None] = {
    ClaimTurn.RENTER: Turn.RENTER,
    ClaimTurn.INSPECTOR: Turn.DESK,
    ClaimTurn.SPECIALIST: Turn.SPECIALIST,
    ClaimTurn.APPRAISER: Turn.APPRAISER,
    ClaimTurn.SYSTEM: Turn.NOBODY,
    ClaimTurn.NOBODY: None,
}


async def open_claim(ctx: Ctx, claim_ref: str, *, lock: bool = False) -> OpenClaim:
    """The claim the actor may see with its lease and contract; under its row lock for a change."""
    row = await access_claim(ctx.conn, ctx.actor, claim_ref, lock=lock)
    lease = await open_lease_file(ctx.conn, row.lease_id, beijing_on(ctx.now))
    return OpenClaim(row, lease, contract_of(lease))


def facts_of(claim: ClaimRow) -> ClaimFacts:
    """The claim in the words of the state table."""
    return ClaimFacts(
        state=claim.state,
        entered_at=claim.state_at,
        appeals_used=0 if claim.appealed_at is None else 1,
        reminders_sent=claim.reminders_sent,
        delivered_on=claim.received_on,
        decided_by=claim.decided_by or 0,
        drafted_by=claim.inspector_id,
        last_asked_at=claim.last_asked_at,
        decided_at=claim.decided_at,
        release_told_at=claim.release_told_at,
        phone_released_at=claim.phone_released_at,
    )


def next_after(claim: OpenClaim, state: ClaimState, now: datetime) -> Next:
    """Whose turn it is in `state` from `now`, and until when."""
    appeals = 1 if state is ClaimState.APPEALED else facts_of(claim.row).appeals_used
    facts = replace(facts_of(claim.row), state=state, entered_at=now, appeals_used=appeals, reminders_sent=0)
    return Next(state, whose_turn(facts), until_when(facts, clocks_of(claim.contract, claim.row.filed_at), calendar()))


def transition(claim: OpenClaim, act: ClaimAct, actor: Actor, now: datetime) -> Next:
    """Where the act leads, or a Refusal saying why not and what is possible instead."""
    clocks = clocks_of(claim.contract, claim.row.filed_at)
    decided = decide_transition(facts_of(claim.row), act, actor, now, clocks, calendar())
    return next_after(claim, decided.outcome, now)


async def move(ctx: Ctx, claim: OpenClaim, to: Next, *, case_id: int | None = None) -> None:
    """Store the claim's new state."""
    await store.move_claim(ctx.conn, claim.row.id, to.state, to.turn, to.until, ctx.now, case_id=case_id)


def in_case(to: Next) -> tuple[Turn | None, datetime | None]:
    """For whom the claim waits and until when, as its case keeps it (`Changing.claim`)."""
    return _IN_CASE[to.turn], to.until


def of_claim(claim: OpenClaim, to: Next) -> OfClaim:
    """The claim as a new case is told of it."""
    return OfClaim(claim.row.id, *in_case(to))


def moved(claim: OpenClaim, to: Next, *, case_ref: str = "", decided_fen: int | None = None) -> ClaimMoved:
    """The answer of an act."""
    return ClaimMoved(claim.row.ref, case_ref or claim.row.case_ref or "", to.state, to.turn, to.until, decided_fen)


def claim_event(
    claim: ClaimRow, kind: str, text: str, *, rule: str = "", data: dict[str, object] | None = None,
    jobs: tuple[Job, ...] = (), case_id: int | None = None, seq: int | None = None,
) -> Event:  # fmt: skip
    """A sealed event of this claim that wakes its renter, the desk and its case."""
    of_case = case_id or claim.case_id
    topics = (f"renter:{claim.renter_id}", "desk", *((f"case:{of_case}",) if of_case else ()))
    return Event(
        kind=kind, text=text, rule=rule, case_id=of_case, seq=seq, lease_id=claim.lease_id,
        renter_id=claim.renter_id, subject=claim.ref, data={"claim": claim.ref, **(data or {})}, sealed=True,
        topics=topics, jobs=jobs,
    )  # fmt: skip


def wake_at(claim_ref: str, at: datetime | None) -> tuple[Job, ...]:
    """Look at the claim again at that instant (SIL-1, settling); nothing where nobody is awaited."""
    if at is None:
        return ()
    key = f"advance_claim:{claim_ref}:{int(at.timestamp())}"
    return (Job(kind="advance_claim", key=key, payload={"claim_ref": claim_ref}, run_at=at),)


def quarantine_jobs(claim: OpenClaim, asked_at: datetime, *, at: datetime | None = None) -> tuple[Job, ...]:
    """QUAR-1: look at the phone when the renter is to be told, or at `at`; evidence was asked for at `asked_at`."""
    if at is None:
        clocks = clocks_of(claim.contract, claim.row.filed_at)
        at = asked_at + timedelta(days=clocks.quarantine_days - clocks.quarantine_notice_days)
    ref = claim.row.ref
    key = f"advance_quarantine:{ref}:{int(at.timestamp())}"
    return (Job(kind="advance_quarantine", key=key, payload={"claim_ref": ref}, run_at=at),)


def notice(claim_ref: str, renter_id: int, what: str, text: str) -> Job:
    """A text message to the renter with a link and no personal data; once for each `what`."""
    return Job(
        kind="claim_notice",
        key=f"claim_notice:{claim_ref}:{what}",
        payload={"renter_id": renter_id, "text": f"{text}查看：/my/claims/{claim_ref}"},
    )


def last_day(until: datetime) -> str:
    """`11 月 30 日`: the last Beijing day of a turn whose first late instant is `until`."""
    on = last_on(until)
    return f"{on.month} 月 {on.day} 日"
