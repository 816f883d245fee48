"""/my/leases/{ref}/contract: every clause with the terms it governs, the frozen ladder, and the paper."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from shouwen.features.contracts.types import LATE_FEE_ABOVE_GATE, TERMS_INCONSISTENT, Clause, Contract, Terms
from shouwen.features.leases.use_cases import reading as leases
from shouwen.features.leases.use_cases.contracts import ReadPaper, read_contract_paper
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen, split_rent_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ContractClauseView, FactView, LinkView, PortalContractView, RuleRowView
from shouwen.mount.web.page import html, problem_view, run, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.bits import ladder_view
from shouwen.mount.web.portal.lease_file import lease_path
from shouwen.platform.decode import decode
from shouwen.platform.door import Door

END_ZH = {"return": "归还", "buyout": "买断", "renewal": "续租", "rent-to-own": "租完即送"}
MARKS = {
    TERMS_INCONSISTENT: ("BUY-4", "价格条款互相矛盾：按对您有利的、最低的一种计算，也可以重新签一份没有矛盾的合同。"),
    LATE_FEE_ABOVE_GATE: ("LATE-3", "约定的违约金高于法定上限：超出的部分不收。"),
}


async def contract(request: Request, refusal: Refusal | None = None) -> Response:
    """The contract in force; `refusal` says why its paper could not be opened."""
    found = await run(request, leases.read_contract, decode(leases.ReadContract, lease_path(request), (), b""))
    now = await around(request)
    t = words(request)
    agreed = found.contract
    view = PortalContractView(
        human=now.human(t, lease_ref=found.lease_ref),
        lease_ref=found.lease_ref,
        title=agreed.title,
        version=agreed.version,
        signed_on=agreed.signed_on,
        clauses=clause_views(agreed, t),
        ladder=ladder_view(found.ladder, found.settled, None, t) if found.ladder else None,
        sha256=found.sha256,
        warnings=tuple(RuleRowView(MARKS[m][0], t(MARKS[m][1]), "hit") for m in agreed.marks if m in MARKS),
        links=_links(found.lease_ref, agreed.version, t),
        problem=problem_view(request, refusal) if refusal else None,
    )
    return html(request, view, refusal.status if refusal else 200, **now.counts())


def _links(lease_ref: str, version: int, t: Words) -> tuple[LinkView, ...]:
    links = [LinkView(t("下载合同 PDF（会留下查看记录）"), f"/my/leases/{lease_ref}/contract.pdf", True)]
    if version > 1:
        links.append(LinkView(t("和上一版并排看，标出不同"), f"/my/leases/{lease_ref}/contract/versions"))
    return tuple(links)


async def paper(request: Request) -> Response:
    """GET …/contract.pdf?version=…: the printed contract; opening it is on record. Said, where it is not ready yet."""
    given = [("version", request.query_params["version"])] if "version" in request.query_params else []
    try:
        found = await run(request, read_contract_paper, decode(ReadPaper, lease_path(request), given, b""))
    except Absent:
        return await contract(request, _NOT_PRINTED)  # absent for strangers there too
    door: Door = request.app.state.door
    path = door.services.storage.path(bytes.fromhex(found.sha256))
    return FileResponse(path, media_type=found.mime, filename=found.file_name)


_NOT_PRINTED = Refusal(
    "paper_not_ready",
    "合同文件还没有生成好",
    "the printed contract is not ready yet",
    status=409,
    remedy_zh="全文就在下面，内容完全一样；文件一般几分钟内生成，稍后再点一次",
    remedy_en="the whole text is below; the file is usually ready within minutes",
    rule="EVI-1",
)


def clause_views(agreed: Contract, t: Words) -> tuple[ContractClauseView, ...]:
    """Every clause with the terms it governs."""
    return tuple(ContractClauseView(c.no, c.title, c.text.strip(), clause_terms(c, agreed, t)) for c in agreed.clauses)


def clause_terms(clause: Clause, agreed: Contract, t: Words) -> tuple[FactView, ...]:
    """The typed terms a clause governs, as the renter reads them; long lists are told by their length."""
    facts = (_fact(key, agreed, t) for key in clause.terms)
    return tuple(fact for fact in facts if fact is not None)


def _fact(key: str, agreed: Contract, t: Words) -> FactView | None:
    if key not in LABELS:
        return None
    label, say = LABELS[key]
    value = say(agreed, t)
    return FactView(t(label), value) if value else None


Say = Callable[[Contract, Words], str]


def _fen(name: str) -> Say:
    def say(agreed: Contract, t: Words) -> str:
        amount_fen: int | None = getattr(agreed.terms, name)
        return "" if amount_fen is None else format_fen(amount_fen)

    return say


def _days(name: str) -> Say:
    def say(agreed: Contract, t: Words) -> str:
        days: int | None = getattr(agreed.terms, name)
        return "" if days is None else t("{n} 天", n=days)

    return say


def _text(name: str) -> Say:
    return lambda agreed, t: str(getattr(agreed.terms, name))


def share_text(rate: str | None, t: Words) -> str:
    """`"0.0003"` → `0.03%`, exactly."""
    if rate is None:
        return ""
    whole, _, part = rate.partition(".")
    digits = (whole + part.ljust(2, "0")[:2]).lstrip("0") or "0"
    rest = part[2:].rstrip("0")
    return f"{digits}.{rest}%" if rest else f"{digits}%"


def rents_text(agreed: Contract, t: Words) -> str:
    """`12 期，每期 ¥500.00`, with the last one where it differs."""
    terms: Terms = agreed.terms
    rents = agreed.rents_fen or split_rent_fen(terms.total_rent_fen, terms.periods, terms.rounding)
    odd = "" if len(set(rents)) == 1 else t("，最后一期 {amount}", amount=format_fen(rents[-1]))
    return t("{n} 期，每期 {amount}", n=terms.periods, amount=format_fen(rents[0])) + odd


def _end(agreed: Contract, t: Words) -> str:
    return t("、").join(t(END_ZH[option]) for option in agreed.terms.end_of_term)


def _count(name: str, words_zh: str) -> Say:
    def say(agreed: Contract, t: Words) -> str:
        number = len(getattr(agreed.terms, name))
        return t(words_zh, n=number) if number else ""

    return say


LABELS: dict[str, tuple[str, Say]] = {
    "sku": ("机型", _text("sku")),
    "storage": ("容量", _text("storage")),
    "colour": ("颜色", _text("colour")),
    "condition_grade": ("成色", _text("condition_grade")),
    "total_rent_fen": ("总租金", _fen("total_rent_fen")),
    "periods": ("租金", rents_text),
    "signed_value_fen": ("签约价", _fen("signed_value_fen")),
    "residual_price_fen": ("买断尾款", _fen("residual_price_fen")),
    "early_buyout_fee_fen": ("提前买断手续费", _fen("early_buyout_fee_fen")),
    "grace_days": ("宽限期", _days("grace_days")),
    "late_fee_daily_rate": ("每天违约金", lambda agreed, t: share_text(agreed.terms.late_fee_daily_rate, t)),
    "late_fee_daily_fen": ("每天违约金", _fen("late_fee_daily_fen")),
    "late_fee_cap_share": ("违约金上限", lambda agreed, t: share_text(agreed.terms.late_fee_cap_share, t)),
    "deposit_fen": ("押金", _fen("deposit_fen")),
    "deposit_release_days": ("解冻期限", _days("deposit_release_days")),
    "ship_by_days": ("发货期限", _days("ship_by_days")),
    "inspection_days": ("验机期限", _days("inspection_days")),
    "dispute_days": ("异议期", _days("dispute_days")),
    "damage_cap_fen": ("赔偿上限", _fen("damage_cap_fen")),
    "official_price_fen": ("官方售价", _fen("official_price_fen")),
    "evidence_retention_days": ("影像保存", _days("evidence_retention_days")),
    "warranty_days": ("保修", _days("warranty_days")),
    "early_return_fee_fen": ("提前归还费", _fen("early_return_fee_fen")),
    "end_of_term": ("到期可选", _end),
    "wear_allowance": ("正常损耗标准", _count("wear_allowance", "{n} 项")),
    "damage_prices": ("价目表", _count("damage_prices", "{n} 项")),
}
