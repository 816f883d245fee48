"""GUARD-1 before a text goes out: nothing is sent with a wrong figure unless somebody says why."""

from msgspec import Struct

from shouwen.features.cases.figures import case_figures, quote_figures
from shouwen.features.cases.hiding import hidden_from
from shouwen.features.cases.rules.guard import check_message, read_text
from shouwen.features.cases.store.reply import ReplyGround, load_reply
from shouwen.features.cases.store.write import GuardCheck
from shouwen.features.cases.types import ContractFigures, Figure, GuardFinding, Turn
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.door import Ctx

# for whom a claim waits while its decision is awaited, a second one after an appeal too
_UNDECIDED = frozenset({Turn.DESK, Turn.SPECIALIST, Turn.APPRAISER})


class Guarded(Struct, frozen=True):
    """A text beside what it was compared with."""

    ground: ReplyGround
    text: str
    findings: tuple[GuardFinding, ...]
    amounts: int

    @property
    def blocked(self) -> bool:
        """Whether no reason helps (threats about credit records)."""
        return any(finding.blocks for finding in self.findings)


async def load_guarded(ctx: Ctx, case_ref: str, text: str, *, lock: bool = True) -> Guarded:
    """The case (locked) and what GUARD-1 finds in `text`: one statement, a second where the figures have changed
    since this process last saw them. Absent where there is no such case.
    """
    if not text.strip():
        raise BadInput(
            "text", "还没有写内容", "the text is empty", remedy_zh="请写下要说的话", remedy_en="write something"
        )
    on = beijing_on(ctx.now)
    read = read_text(text)
    amounts = bool(read.said)
    ground = await load_reply(ctx.conn, case_ref, ctx.actor.id, on, amounts=amounts, lock=lock)
    if ground is None or hidden_from(ground.case, ctx.actor):
        raise Absent("案件", "case")
    figures = ContractFigures()
    quotes: tuple[Figure, ...] = ()
    if amounts:
        figures = await case_figures(ctx.conn, ground.case, on, ground.figures_stamp)
        quotes = quote_figures(ground.quotes)
    reports = ctx.services.settings.reports_to_bureau
    findings = check_message(
        read, figures, quotes, reports_to_bureau=reports, undecided=ground.case.claim_turn in _UNDECIDED
    )
    return Guarded(ground, text, findings, read.amounts)


def pass_guard(ctx: Ctx, guarded: Guarded, reason: str) -> GuardCheck:
    """What to record once the text may go out; Refusal `guard` (409) while it may not.

    `reason` overrides mismatches, never what is blocked.
    """
    findings = guarded.findings
    if findings and (guarded.blocked or not reason.strip()):
        raise Refusal(
            "guard",
            findings[0].zh,
            "the message names a figure that does not match the contract",
            rule="GUARD-1",
            clause=findings[0].clause,
            remedy_zh="请改掉这句话" if guarded.blocked else "换成正确的数，或写明理由后发送",
            remedy_en="change it" if guarded.blocked else "use the right figure, or give a reason",
            data={
                "findings": [_shown(finding) for finding in findings],
                "text": guarded.text,
                "blocked": guarded.blocked,
            },
        )
    return GuardCheck(
        staff_id=ctx.actor.id, amounts_checked=guarded.amounts, mismatches=len(findings), reason=reason.strip()
    )


def _shown(finding: GuardFinding) -> dict[str, object]:
    return {
        "start": finding.start,
        "end": finding.end,
        "said": finding.said,
        "right_fen": finding.right_fen,
        "right_text": "" if finding.right_fen is None else format_fen(finding.right_fen),
        "clause": finding.clause,
        "working": list(finding.working),
        "replacement": finding.replacement,
        "what": finding.zh,
        "kind": str(finding.kind),
        "blocks": finding.blocks,
    }
