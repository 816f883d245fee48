"""The decision letter: facts, evidence, rules in plain words, amount with working, appeal, five further routes."""

from collections.abc import Sequence

from shouwen.features.disputes.rules.naming import is_reference, law_zh
from shouwen.features.disputes.rules.settlement import settle
from shouwen.features.disputes.types import (
    OUTCOME_ZH,
    DecidedFinding,
    Letter,
    LetterFacts,
    LetterSection,
)
from shouwen.kernel.fen import format_fen, plain_fen


def _summary(findings: Sequence[DecidedFinding], decided_fen: int, claimed_fen: int) -> str:
    if decided_fen == 0:
        return f"{len(findings)} 处痕迹均不收取费用。"
    kept = sum(1 for finding in findings if finding.decided_fen)
    return (
        f"{len(findings)} 处痕迹中 {kept} 处需要支付，合计 {format_fen(decided_fen)}"
        f"（验机主张 {format_fen(claimed_fen)}）。"
    )


def _facts(facts: LetterFacts, findings: Sequence[DecidedFinding]) -> LetterSection:
    lines = [
        f"{facts.model}，按合同第 {facts.contract_version} 版",
        f"{facts.received_on} 签收；我们 {facts.returned_on} 收到归还的手机",
    ]
    lines += [
        f"第 {finding.no} 处：{finding.name_zh}，验机主张 {format_fen(finding.claimed_fen)}" for finding in findings
    ]
    return LetterSection("事实", tuple(lines), (f"租约 {facts.lease_ref}",))


def _reasons(findings: Sequence[DecidedFinding]) -> LetterSection:
    lines: list[str] = []
    small: list[str] = []
    for finding in findings:
        lines.append(f"第 {finding.no} 处 {finding.outcome_zh or OUTCOME_ZH[finding.outcome]}")
        for look in finding.spoke:
            words = [source for source in look.sources if not is_reference(source)]
            basis = f"（依据：{'、'.join(words)}）" if words else ""
            lines.append(f"{look.zh}{basis} [{look.rule}]")
            if refs := [source for source in look.sources if is_reference(source)]:
                small.append(f"{look.rule} 第 {finding.no} 处：{'、'.join(refs)}")
        if finding.note_zh:
            lines.append(f"专员说明：{finding.note_zh}")
    return LetterSection("理由", tuple(lines), tuple(small))


def _evidence(findings: Sequence[DecidedFinding]) -> LetterSection:
    lines = tuple(
        f"第 {finding.no} 处：{'；'.join(finding.evidence) if finding.evidence else '没有提交影像'}"
        for finding in findings
    )
    small = tuple(f"第 {one.no} 处：{'、'.join(one.evidence_refs)}" for one in findings if one.evidence_refs)
    return LetterSection("双方证据", lines, small)


def _amounts(findings: Sequence[DecidedFinding], decided_fen: int) -> LetterSection:
    lines: list[str] = []
    for finding in findings:
        lines += [f"第 {finding.no} 处", *finding.working]
    parts = " + ".join(plain_fen(finding.decided_fen) for finding in findings) or plain_fen(0)
    lines.append(f"合计 {parts} = {plain_fen(decided_fen)}")
    return LetterSection("金额", tuple(lines))


def _next(facts: LetterFacts) -> LetterSection:
    if facts.appeal_until is None:
        return LetterSection(
            "如果您不认可",
            ("这是复核后的裁定，平台内的申诉已用完。", "影像、检测记录和全部材料继续保留，其他途径照样可用。"),
        )
    return LetterSection(
        "如果您不认可",
        (
            f"您可以在 {facts.appeal_until} 当天结束前申诉一次，由另一位专员复核。",
            "在这件事的裁定页点“提出申诉”，写明哪一处、为什么，有新证据请一并上传。",
            "申诉期间不催收、不计违约金。",
            "影像、检测记录和全部材料一直保留，申诉时照样可用；您一提出申诉，手机马上重新保持原状，直到复核裁定。",
        ),
    )


def letter(facts: LetterFacts, findings: Sequence[DecidedFinding], routes: Sequence[str]) -> Letter:
    """Write the letter. `routes` are the five of 消费者权益保护法 39 from policies/law.toml.

    Raises ValueError without findings or routes: such a letter would not be one.
    """
    if not findings or len(routes) != 5:
        raise ValueError("a decision letter has findings and the five routes")
    decided_fen = sum(finding.decided_fen for finding in findings)
    claimed_fen = sum(finding.claimed_fen for finding in findings)
    settlement = settle(facts.hold_fen, decided_fen, facts.keep_fen)
    return Letter(
        title="定损复核裁定书" if facts.on_appeal else "定损裁定书",
        greeting=f"{facts.renter_name}您好，关于您归还的 {facts.model}，裁定如下。",
        summary=_summary(findings, decided_fen, claimed_fen),
        sections=(
            _facts(facts, findings),
            _evidence(findings),
            _reasons(findings),
            _amounts(findings, decided_fen),
            LetterSection("押金", settlement.working),
            _next(facts),
            LetterSection("其他途径（消费者权益保护法第三十九条）", tuple(routes)),
        ),
        decided_fen=decided_fen,
        settlement=settlement,
        routes=tuple(routes),
        signature=f"{'、'.join(facts.decided_by)} · {facts.decided_on} · {law_zh(facts.policy)}",
    )
