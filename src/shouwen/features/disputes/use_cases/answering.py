"""The renter's acts: answer a claim, appeal a decision once, accept it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.cases.public import (
    Changing,
    NewCase,
    asked_back,
    build_statement,
    case_by_id,
    end_pause,
    open_case,
)
from shouwen.features.cases.types import CaseType, Choice, LeaseFacts, Statement
from shouwen.features.disputes import store
from shouwen.features.disputes.casework import open_desk_case
from shouwen.features.disputes.deciding import accept_as_proposed
from shouwen.features.disputes.drafts import forget_draft
from shouwen.features.disputes.facts import damage_terms, title_of
from shouwen.features.disputes.moving import (
    Next,
    OpenClaim,
    claim_event,
    in_case,
    last_day,
    move,
    moved,
    of_claim,
    open_claim,
    quarantine_jobs,
    transition,
    wake_at,
)
from shouwen.features.disputes.pausing import pause
from shouwen.features.disputes.proposing import clocks_of
from shouwen.features.disputes.rows import ClaimMoved
from shouwen.features.disputes.settling import settle_claim
from shouwen.features.disputes.types import ClaimAct, ClaimState
from shouwen.features.evidence.public import MediaRow, Purpose, claim_media, media_of_lease
from shouwen.features.leases.public import hold_phone, release_phone
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Key, Ref, Text
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

MediaRefs = Annotated[tuple[Ref, ...], Meta(max_length=20)]
FindingNo = Annotated[int, Meta(ge=1, le=100)]
_BROUGHT = (Purpose.STATEMENT, Purpose.PROOF, Purpose.RETURN, Purpose.HANDOVER)


class FindingAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """What the renter says to one finding; `reason` in their own words."""

    no: FindingNo
    answer: Literal["accept", "contest"]
    reason: Annotated[str, Meta(max_length=1_000)] = ""


class StatementChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """The chips chosen for one question of the statement, and what was added to it."""

    ask: Key
    options: Annotated[tuple[Key, ...], Meta(max_length=12)] = ()
    text: Annotated[str, Meta(max_length=2_000)] = ""


class AnswerClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to every finding; the statement (SAY-1) and its evidence matter only where one is contested.

    `as_is` sends vague words as they are (SAY-2).
    """

    claim_ref: Ref
    findings: Annotated[tuple[FindingAnswer, ...], Meta(min_length=1, max_length=20)]
    choices: Annotated[tuple[StatementChoice, ...], Meta(max_length=12)] = ()
    media: MediaRefs = ()
    as_is: bool = False


@use_case(AnswerClaim, ClaimMoved, permission=Permission.CLAIM_ANSWER, method="POST", path="/claims/{claim_ref}/answer")
async def answer_claim(ctx: Ctx, command: AnswerClaim) -> Done[ClaimMoved]:
    """租客逐处认可或提出异议；有异议即开案件，暂停催收
    Accept or contest each finding; contesting opens the case and rests collection (PAUSE-1)."""
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    _refuse_incomplete(claim, command.findings)
    contested = [one.no for one in command.findings if one.answer == "contest"]
    own_words = " ".join(choice.text for choice in command.choices if choice.text)
    asked = asked_back(own_words, CaseType.DAMAGE_DISPUTE, as_is=command.as_is) if contested else None
    if asked is not None:
        raise asked
    to = _next(claim, ClaimAct.CONTEST if contested else ClaimAct.ACCEPT, ctx)
    media = await media_of_lease(ctx.conn, claim.row.lease_id, command.media, *_BROUGHT) if command.media else []
    await store.write_answers(
        ctx.conn,
        claim.row.id,
        [one.no for one in command.findings],
        ["contested" if one.answer == "contest" else "accepted" for one in command.findings],
        [one.reason for one in command.findings],
        ctx.now,
    )
    await forget_draft(ctx.conn, claim.row.renter_id, claim.row.id)
    await claim_media(ctx.conn, claim.row.id, [row.id for row in media])
    if contested:
        return await _contest(ctx, claim, command, contested, to, media)
    await move(ctx, claim, to)
    await release_phone(ctx.conn, claim.row.ref, ctx.now, "租客认可，没有争议")
    text = f"租客认可验机标注的 {len(command.findings)} 处痕迹"
    accepted = claim_event(claim.row, "claim.accepted", text, rule="DMG", data=_late(claim, ctx))
    # read again: the proposal counts what the renter has just said
    claim = await open_claim(ctx, command.claim_ref)
    done = await accept_as_proposed(ctx, claim)
    if done is not None:
        return Done(done.result, accepted, *done.events)
    case, seq, events = await open_desk_case(ctx, claim, to, _TO_CONFIRM)
    if claim.row.case_id is not None:  # contested before: nothing is any more
        days = clocks_of(claim.contract, claim.row.filed_at).pause_after_decision_days
        ended = await end_pause(ctx, case, beijing_on(ctx.now) + timedelta(days=days), "agreed")
        events = (*events, ended)
    await move(ctx, claim, to, case_id=case.id)
    waits = claim_event(
        claim.row, "claim.to_confirm", _TO_CONFIRM, rule="DMG-8", jobs=wake_at(claim.row.ref, to.until),
        case_id=case.id, seq=seq,
    )  # fmt: skip
    return Done(moved(claim, to, case_ref=case.ref), accepted, *events, waits)


_TO_CONFIRM = "已认可验机结果；金额由专员按合同核定，不会高于验机主张。"


def _refuse_incomplete(claim: OpenClaim, answers: tuple[FindingAnswer, ...]) -> None:
    wanted = [finding.no for finding in claim.row.findings]
    if sorted(one.no for one in answers) != wanted:
        raise BadInput(
            "findings",
            f"请对每一处痕迹各选一次：第 {'、'.join(str(no) for no in wanted)} 处",
            "answer each finding exactly once",
            remedy_zh="认可，或提出异议",
            remedy_en="accept or contest each",
        )


def _next(claim: OpenClaim, act: ClaimAct, ctx: Ctx) -> Next:
    """Where the answer leads. Silence was no acceptance (SIL-1): until the decision a late answer still counts."""
    if claim.row.state is ClaimState.UNDER_REVIEW and claim.row.answered_at is None:
        late = transition(claim, ClaimAct.ADD_EVIDENCE, ctx.actor, ctx.now)
        return Next(late.state, claim.row.turn, claim.row.turn_until)
    return transition(claim, act, ctx.actor, ctx.now)


def _late(claim: OpenClaim, ctx: Ctx) -> dict[str, object]:
    until = claim.row.turn_until
    late = claim.row.state is ClaimState.UNDER_REVIEW or (
        claim.row.state is ClaimState.AWAITING_RENTER and until is not None and ctx.now >= until
    )
    return {"late": True} if late else {}


async def _contest(
    ctx: Ctx, claim: OpenClaim, command: AnswerClaim, contested: list[int], to: Next, media: Sequence[MediaRow]
) -> Done[ClaimMoved]:
    row = claim.row
    statement = statement_of(claim, contested, command.choices)
    case, opened, events = await open_case(
        ctx,
        NewCase(
            type=CaseType.DAMAGE_DISPUTE,
            renter_id=row.renter_id,
            renter_name_masked=row.renter_name_masked,
            statement=statement,
            says=ctx.actor,
            lease_id=row.lease_id,
            lease_title=row.model,
            claim=of_claim(claim, to),
            media=command.media,
        ),
    )
    amount_fen = sum(finding.price_fen for finding in row.findings if finding.no in contested)
    case, paused = await pause(ctx, claim, case, amount_fen, "dispute", media)
    # a dispute places a legal hold on everything both sides took of this phone (EVI-3)
    await claim_media(ctx.conn, row.id, [one.id for one in row.media])
    await move(ctx, claim, to, case_id=case.id)
    await hold_phone(ctx.conn, row.lease_id, row.ref, ctx.now)
    late = _late(claim, ctx)
    text = f"租客对第 {'、'.join(map(str, contested))} 处痕迹提出异议，争议金额 {format_fen(amount_fen)}"
    event = claim_event(
        row, "claim.contested", text + ("（逾期答复，照常受理）" if late else ""), rule="SIL-1" if late else "DMG",
        data={"contested": contested, "amount_fen": amount_fen, "media": list(command.media), **late},
        case_id=case.id, seq=opened.seq, jobs=(*wake_at(row.ref, to.until), *quarantine_jobs(claim, ctx.now)),
    )  # fmt: skip
    return Done(moved(claim, to, case_ref=case.ref), *events, event, *paused)


def statement_of(claim: OpenClaim, contested: list[int], choices: tuple[StatementChoice, ...]) -> Statement:
    """SAY-1 from the renter's choices and what the lease knows; unknown choices are BadInput."""
    row = claim.row
    parts = "、".join(title_of(finding) for finding in row.findings if finding.no in contested)
    clause = damage_terms(claim.contract).clauses.get("damage", "")
    return build_statement(
        CaseType.DAMAGE_DISPUTE,
        [Choice(one.ask, one.options, one.text) for one in choices],
        LeaseFacts(
            lease_ref=row.lease_ref,
            model=row.model,
            received_on=row.handed_over_on,
            returned_on=row.return_sent_on,
            part=parts,
            clauses=(("damage", (clause,)),) if clause else (),
        ),
    )


class AppealClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """The one appeal: what is wrong, and new evidence if there is any."""

    claim_ref: Ref
    text: Text
    media: MediaRefs = ()


@use_case(AppealClaim, ClaimMoved, permission=Permission.CLAIM_APPEAL, method="POST", path="/claims/{claim_ref}/appeal")
async def appeal_claim(ctx: Ctx, command: AppealClaim) -> Done[ClaimMoved]:
    """对裁定申诉一次，由另一位专员复核；再次暂停催收
    Appeal once: another person looks again, and collection rests again (PAUSE-1)."""
    if not command.text.strip():
        raise BadInput("text", "请写明哪里不对", "say what is wrong", remedy_zh="写一两句即可，也可以附新的证据")
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    to = transition(claim, ClaimAct.APPEAL, ctx.actor, ctx.now)
    if to.until is None:
        raise LookupError("an appeal is decided by a day")
    row = claim.row
    media = await media_of_lease(ctx.conn, row.lease_id, command.media, *_BROUGHT) if command.media else []
    await claim_media(ctx.conn, row.id, [one.id for one in media])
    await store.write_appeal(ctx.conn, row.id, command.text, to.until, ctx.now)
    await hold_phone(ctx.conn, row.lease_id, row.ref, ctx.now)
    seq: int | None = None
    case_ref = ""
    paused: tuple[Event, ...] = ()
    if row.case_id is not None:
        case = await case_by_id(ctx.conn, row.case_id)
        changing = Changing(case, ctx.actor, ctx.now)
        extra: dict[str, object] = {"appeal": True, **({"media": list(command.media)} if command.media else {})}
        seq = changing.add("text", command.text, extra=extra)
        changing.claim(*in_case(to))
        changing.set(specialist_id=None, specialist_name="")  # another person looks again, whom the owner asks in
        case = await changing.write(ctx.conn)
        case, paused = await pause(ctx, claim, case, row.decided_fen or 0, "appeal", media)
        case_ref = case.ref
    event = claim_event(
        row, "claim.appealed", f"租客申诉，由另一位专员在 {last_day(to.until)}前复核", rule="PAUSE-1", seq=seq,
        data={"media": list(command.media)}, jobs=(*wake_at(row.ref, to.until), *quarantine_jobs(claim, ctx.now)),
    )  # fmt: skip
    return Done(moved(claim, to, case_ref=case_ref), event, *paused)


class AcceptDecision(Struct, frozen=True, forbid_unknown_fields=True):
    """The renter agrees with the decision and gives up the appeal."""

    claim_ref: Ref


@use_case(
    AcceptDecision, ClaimMoved, permission=Permission.CLAIM_APPEAL, method="POST", path="/claims/{claim_ref}/acceptance"
)
async def accept_decision(ctx: Ctx, command: AcceptDecision) -> Done[ClaimMoved]:
    """接受裁定，不再等申诉期，马上结算
    Agree with the decision: it is settled at once instead of after the days to appeal."""
    claim = await open_claim(ctx, command.claim_ref, lock=True)
    to = transition(claim, ClaimAct.SETTLE, ctx.actor, ctx.now)
    return await settle_claim(ctx, claim, to, "租客接受裁定")
