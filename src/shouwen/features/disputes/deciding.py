"""Carry out a decision: letter, amounts, money, case, all in the act's transaction."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from shouwen.features.cases.public import Changing, body_data, case_by_id, end_pause, statement_said
from shouwen.features.cases.types import Turn
from shouwen.features.disputes import store
from shouwen.features.disputes.facts import evidence_of
from shouwen.features.disputes.moving import (
    Next,
    OpenClaim,
    claim_event,
    in_case,
    last_day,
    moved,
    next_after,
    notice,
    wake_at,
)
from shouwen.features.disputes.proposing import clocks_of, propose, routes_on
from shouwen.features.disputes.rows import (
    ClaimMoved,
    ClaimProposal,
    DecidedLine,
    DecisionDetail,
    ProposedFinding,
)
from shouwen.features.disputes.rules.letter import letter
from shouwen.features.disputes.rules.reasons import give_reasons
from shouwen.features.disputes.settling import book_decision, open_hold_fen, settle_claim
from shouwen.features.disputes.types import (
    OUTCOME_ZH,
    ClaimState,
    DecidedFinding,
    FindingOutcome,
    Letter,
    LetterFacts,
    LetterSection,
    Look,
)
from shouwen.features.leases.public import lease_by_id, release_phone
from shouwen.features.money.public import kept_for_debts_fen
from shouwen.kernel.actor import SYSTEM, Role
from shouwen.kernel.days import beijing_on, last_on, start_of
from shouwen.kernel.fen import format_fen, plain_fen
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event, Job


class Verdict(Struct, frozen=True):
    """What becomes of one finding: the amount, and why where it departs from the proposal."""

    no: int
    decided_fen: int
    words: str = ""


class Decider(Struct, frozen=True):
    """Who decides, and the second person where AUTH-1 asks for one. `id` 0 is the system.

    `mark` says that the firm had no eligible second person, and what was done instead.
    """

    id: int
    name: str
    second_id: int | None = None
    second_name: str = ""
    mark: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody who signs, and the mark."""
        return tuple(one for one in (self.name, self.second_name, f"（{self.mark}）" if self.mark else "") if one)


async def carry_out(
    ctx: Ctx, claim: OpenClaim, proposal: ClaimProposal, verdicts: Sequence[Verdict], by: Decider, words: str = "",
    *, agreed: bool = False,
) -> Done[ClaimMoved]:  # fmt: skip
    """Write the decision and everything that follows from it.

    The charge (or its absence) is booked and what the decision leaves of the deposit is released at once. The
    decided part stays frozen until the days to appeal are over or the renter agrees; then `settle_claim` takes it.
    `agreed`: the renter accepted every finding, and the caller settles in the same act.
    """
    row, on_appeal = claim.row, claim.row.state is ClaimState.APPEALED
    round_no, on = 2 if on_appeal else 1, beijing_on(ctx.now)
    total_fen = sum(verdict.decided_fen for verdict in verdicts)
    lease = await lease_by_id(ctx.conn, row.lease_id, lock=True)
    hold_fen = await open_hold_fen(ctx, row.lease_id)
    keep_fen = await kept_for_debts_fen(ctx.conn, row.lease_id, on, but_claim_ref=row.ref)
    clocks = clocks_of(claim.contract, row.filed_at)
    to = next_after(claim, ClaimState.DECIDED, ctx.now)
    pause_ends_on = None if row.case_id is None else on + timedelta(days=clocks.pause_after_decision_days)
    said = f"{await statement_said(ctx.conn, row.case_id)} {row.appeal_text}"
    lines = [_line(one, verdict, said) for one, verdict in zip(proposal.findings, verdicts, strict=True)]
    printed = _letter(claim, proposal, lines, by, (hold_fen, keep_fen), on_appeal=on_appeal, to=to, ctx=ctx)
    if agreed:
        printed = _as_agreed(printed)
    decision_ref = random_ref("CD")
    detail = DecisionDetail(
        findings=tuple(lines),
        settlement=printed.settlement,
        words=words,
        appeal_until=None if agreed else to.until,
        pause_ends_on=pause_ends_on,
        policy=proposal.policy,
        second_person_name=by.second_name,
        mark=by.mark,
    )
    decision = store.NewDecision(
        ref=decision_ref, claim_id=row.id, round=round_no, decided_by=by.id, decided_by_name=by.name,
        second_person=by.second_id, decided_at=ctx.now, decided_fen=total_fen, proposal=proposal, decision=detail,
        letter=printed,
    )  # fmt: skip
    await store.write_decision(ctx.conn, decision, to.turn, to.until)
    await release_phone(ctx.conn, row.ref, ctx.now, "已裁定")
    booked = await book_decision(ctx, claim, lease, total_fen, round_no)
    seq, in_case = await _tell_case(ctx, claim, printed, decision_ref, by, to, detail)
    text = f"{'复核' if on_appeal else ''}裁定：{printed.summary}"
    if booked.released_fen:
        text += f"解冻押金 {format_fen(booked.released_fen)}。"
    # the last word is settled when the rest of collection ends (PAUSE-1)
    settles_at = to.until or start_of((pause_ends_on or on) + timedelta(days=1))
    ending = f"{last_day(to.until)}前可以申诉。" if to.until and not agreed else ""
    jobs: tuple[Job, ...] = (
        Job(
            kind="render_letter", key=f"render_letter:{decision_ref}", payload={"claim_ref": row.ref, "round": round_no}
        ),
        notice(row.ref, row.renter_id, f"decided:{round_no}", f"归还手机的定损已有裁定。{ending}"),
        *(() if agreed else wake_at(row.ref, settles_at)),
    )
    event = claim_event(
        row, "claim.decided", text, rule=_rules(lines), seq=seq, jobs=jobs,
        data={
            "decision": decision_ref, "round": round_no, "decided_fen": total_fen, "released_fen": booked.released_fen,
            "refunded_fen": booked.refunded_fen, "policy": proposal.policy, "decided_by": by.id,
            "second_person": by.second_id, **({"mark": by.mark} if by.mark else {}),
            "findings": [{"no": line.no, "outcome": line.outcome, "decided_fen": line.decided_fen} for line in lines],
        },
    )  # fmt: skip
    return Done(moved(claim, to, decided_fen=total_fen), event, *in_case)


async def accept_as_proposed(ctx: Ctx, claim: OpenClaim) -> Done[ClaimMoved] | None:
    """The renter accepted every finding: charge what the rules propose, never more, and settle at once.

    None where a person has to look first: an input of DMG-8 is missing, or two persons must agree (AUTH-1).
    """
    proposal = propose(claim.row, claim.lease, Role.SPECIALIST)
    if proposal.two_persons or any(finding.missing for finding in proposal.findings):
        return None
    verdicts = [Verdict(finding.no, finding.charge_fen) for finding in proposal.findings]
    decided = await carry_out(ctx, claim, proposal, verdicts, Decider(0, "系统（租客认可）"), agreed=True)
    after = next_after(claim, ClaimState.SETTLED, ctx.now)
    row = replace(claim.row, state=ClaimState.DECIDED, decided_fen=proposal.charge_fen)
    settled = await settle_claim(ctx, replace(claim, row=row), after, "租客认可")
    return Done(settled.result, *decided.events, *settled.events)


async def decide_nothing_charged(ctx: Ctx, claim: OpenClaim, why: str) -> Done[ClaimMoved]:
    """SIL-1: the lessor was silent, so that nothing is charged."""
    proposal = propose(claim.row, claim.lease, Role.SPECIALIST)
    verdicts = [Verdict(finding.no, 0, why) for finding in proposal.findings]
    return await carry_out(ctx, claim, proposal, verdicts, Decider(0, SYSTEM.name))


def _as_agreed(printed: Letter) -> Letter:
    """The letter of findings the renter accepted: a statement of account, with nothing to appeal."""
    agreed = LetterSection(
        "您已认可", ("您认可了每一处痕迹；金额按合同计算，不高于验机主张。", "对金额有疑问，请随时联系客服。")
    )
    sections = tuple(agreed if one.title == "如果您不认可" else one for one in printed.sections)
    return replace(printed, title="定损结算单", sections=sections)


def _line(proposed: ProposedFinding, verdict: Verdict, said: str) -> DecidedLine:
    rules = tuple(look for look in proposed.looked if look.look is Look.SPOKE)
    outcome, outcome_zh, working = proposed.outcome, proposed.outcome_zh, proposed.working
    if verdict.decided_fen != proposed.charge_fen:
        working = (*working, f"专员裁定 = {plain_fen(verdict.decided_fen)}")
        outcome_zh = "按裁定收取" if verdict.decided_fen else "不收取：专员裁定"
        outcome = FindingOutcome.CHARGED if verdict.decided_fen else FindingOutcome.NOT_CHARGED_UNPROVEN
    elif outcome is FindingOutcome.MISSING_INPUT:
        # a proposal may wait for what is missing; a decision is the end of it
        said = f"缺少{'、'.join(proposed.missing)}，不收取"
        rules = tuple(
            replace(look, zh=said, en="an input is missing") if look.rule == "DMG-8" else look for look in rules
        )
        outcome, outcome_zh = FindingOutcome.NOT_CHARGED_UNPROVEN, "不收取：缺少计价材料"
        working = (*(line for line in working if "暂不收取" not in line), "不收取 = 0.00")
    looked = tuple(next((one for one in rules if one.rule == look.rule), look) for look in proposed.looked)
    reasons = give_reasons(looked, said, charged=bool(verdict.decided_fen))
    if (
        not verdict.decided_fen
        and reasons
        and reasons[0].rule == "DMG-2"
        and verdict.decided_fen == proposed.charge_fen
    ):
        outcome_zh = OUTCOME_ZH[
            FindingOutcome.PRE_EXISTING
        ]  # the mark was there; that the report lacks something too is second
    return DecidedLine(
        no=proposed.no, title=proposed.title, claimed_fen=proposed.claimed_fen, decided_fen=verdict.decided_fen,
        outcome=outcome, outcome_zh=outcome_zh, rules=rules, working=working, words=verdict.words,
        reasons=reasons,
    )  # fmt: skip


def _rules(lines: Sequence[DecidedLine]) -> str:
    return " ".join(dict.fromkeys(look.rule for line in lines for look in line.rules if look.rule != "INSP-1"))


def _letter(
    claim: OpenClaim, proposal: ClaimProposal, lines: Sequence[DecidedLine], by: Decider, held_fen: tuple[int, int], *,
    on_appeal: bool, to: Next, ctx: Ctx,
) -> Letter:  # fmt: skip
    row, on = claim.row, beijing_on(ctx.now)
    evidence = {one.no: evidence_of(row, one) for one in row.findings}
    findings = [
        DecidedFinding(
            no=line.no, name_zh=line.title, claimed_fen=line.claimed_fen, decided_fen=line.decided_fen,
            outcome=line.outcome, spoke=line.reasons, working=line.working, evidence=evidence[line.no][0],
            evidence_refs=evidence[line.no][1], note_zh=line.words, outcome_zh=line.outcome_zh,
        )
        for line in lines
    ]  # fmt: skip
    facts = LetterFacts(
        claim_ref=row.ref,
        lease_ref=row.lease_ref,
        case_ref=row.case_ref or "",
        renter_name=row.renter_name_masked,
        model=row.model,
        received_on=row.handed_over_on or row.received_on,
        returned_on=row.received_on,
        decided_on=on,
        decided_by=by.names,
        appeal_until=None if to.until is None else last_on(to.until),
        hold_fen=held_fen[0],
        keep_fen=held_fen[1],
        contract_version=str(claim.contract.version),
        policy=proposal.policy,
        on_appeal=on_appeal,
    )
    return letter(facts, findings, routes_on(on))


async def _tell_case(
    ctx: Ctx, claim: OpenClaim, printed: Letter, decision_ref: str, by: Decider, to: Next, detail: DecisionDetail
) -> tuple[int | None, tuple[Event, ...]]:
    """The decision in the thread, whose turn it makes it, the end of the pause dated."""
    if claim.row.case_id is None or detail.pause_ends_on is None:
        return None, ()
    case = await case_by_id(ctx.conn, claim.row.case_id)
    ended = await end_pause(ctx, case, detail.pause_ends_on)
    changing = Changing(case, ctx.actor if by.id else SYSTEM, ctx.now)
    body = f"{detail.words.strip()}\n{printed.summary}" if detail.words.strip() else printed.summary
    extra: dict[str, object] = {"decision_ref": decision_ref, "claim_ref": claim.row.ref, "round": 1}
    extra["round"] = 2 if claim.row.state is ClaimState.APPEALED else 1
    seq = changing.add("decision", body, extra=extra)
    changing.claim(*in_case(to))
    changing.to(Turn.NOBODY, None)  # it answers what was said so far
    await changing.write(ctx.conn)
    spoken = claim_event(
        claim.row, "case.decision_posted", "裁定已写入案件", rule="DMG", seq=seq, data=body_data(body, seq)
    )
    return seq, (ended, spoken)
