"""/desk/leases/{ref}/contract: the application, the draft, every clause in force, versions, changes before shipping."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from shouwen.features.contracts.types import LATE_FEE_ABOVE_GATE, TERMS_INCONSISTENT, Contract
from shouwen.features.leases.types import LeaseAct, LeaseFile, LeaseState
from shouwen.features.leases.use_cases import amending
from shouwen.features.leases.use_cases import contracts as signing
from shouwen.features.leases.use_cases.order import Order, ReadOrder, read_order
from shouwen.features.leases.use_cases.reading import ReadContract, read_contract
from shouwen.kernel.errors import Absent, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, LinkView, RuleRowView
from shouwen.mount.web.acts import Tried, act, form_view, may
from shouwen.mount.web.desk.contract_changes import change_forms, change_row, too_late
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.life_bits import act_of, roles_text, stray
from shouwen.mount.web.desk.life_views import DeskContractView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, problem_view, run, words
from shouwen.mount.web.portal.contract import clause_views, rents_text
from shouwen.platform.decode import decode
from shouwen.platform.door import Door

_MARKS = {
    TERMS_INCONSISTENT: ("BUY-4", "价格条款互相矛盾：按对租客有利的、最低的一种计算，可以和租客重签没有矛盾的一版"),
    LATE_FEE_ABOVE_GATE: ("LATE-3", "约定的违约金高于法定上限：超出的部分不收"),
}
_NOT_PRINTED = Refusal(
    "paper_not_ready", "这一版合同的文件还没有生成好", "the paper of this version is not ready yet", status=409,
    remedy_zh="全文就在下面，内容完全一样；文件一般几分钟内生成，稍后再点一次",
    remedy_en="the whole text is below; the file is usually ready within minutes", rule="EVI-1",
)  # fmt: skip


def routes() -> list[Route]:
    """The page, the paper, and every act of it."""
    here = "/desk/leases/{lease_ref}"
    back = f"{here}/contract"
    changes = f"{back}#changes"
    asked = "已按今天的条件报价，等租客确认"
    decide, propose = signing.decide_application, amending.propose_amendment
    acts = (
        (
            "approval",
            act(decide, signing.DecideApplication, contract, back, "申请已通过，已通知租客签约", name="approve"),
        ),
        (
            "refusal",
            act(decide, signing.DecideApplication, contract, back, "申请没有通过，已告诉租客原因", name="refuse"),
        ),
        *(
            (
                f"changes/{kind}",
                act(propose, amending.ProposeAmendment, contract, changes, asked, name=f"change_{kind}_for"),
            )
            for kind in ("address", "plan", "colour", "model")
        ),
    )
    found = [page("GET", back, contract), page("GET", f"{here}/contract.pdf", paper)]
    return found + [page("POST", f"{here}/{name}", edge) for name, edge in acts]


async def contract(request: Request, tried: Tried | None = None) -> Response:
    """What was asked for, what is agreed, what may still change."""
    return await _page(request, tried, None)


async def paper(request: Request) -> Response:
    """GET …/contract.pdf?version=…: the printed contract; opening it is on record. Said, where it is not ready yet."""
    given = [("version", request.query_params["version"])] if "version" in request.query_params else []
    path = {"lease_ref": request.path_params["lease_ref"]}
    try:
        found = await run(request, signing.read_contract_paper, decode(signing.ReadPaper, path, given, b""))
    except Absent:
        return await _page(request, None, _NOT_PRINTED)  # absent for strangers there too
    door: Door = request.app.state.door
    place = door.services.storage.path(bytes.fromhex(found.sha256))
    return FileResponse(place, media_type=found.mime, filename=found.file_name)


async def _page(request: Request, tried: Tried | None, refusal: Refusal | None) -> Response:
    file = await lease_file(request)
    t, ref = words(request), file.lease.ref
    order = await run(request, read_order, ReadOrder(ref))
    late = too_late(request, file)
    records = await run(request, amending.list_amendments, amending.ListAmendments(ref)) if file.contract else []
    agreed, facts, title = await _agreed(request, file, t)
    decide = _decide(request, file, tried)
    change = await change_forms(request, file, order, tried) if late is None else ()
    problem = stray(tried, [*decide, *change]) or (problem_view(request, refusal) if refusal else None)
    view = DeskContractView(
        head=lease_head(request, file, "contract"),
        title=title,
        facts=facts,
        clauses=clause_views(agreed, t) if agreed else (),
        warnings=tuple(RuleRowView(_MARKS[m][0], t(_MARKS[m][1]), "hit") for m in agreed.marks if m in _MARKS)
        if agreed
        else (),
        papers=_papers(ref, order, t),
        versions=_versions(ref, order.versions, t),
        order=_order(order, t),
        decide=decide,
        open_changes=tuple(change_row(one, file, t) for one in records if one.state == "proposed"),
        settled_changes=tuple(change_row(one, file, t) for one in records if one.state != "proposed"),
        change=change,
        cancel_href=f"/desk/leases/{ref}/cancel" if act_of(file, LeaseAct.CANCEL) else "",
        note=_note(request, file, t),
        too_late=late if order.versions else None,
        problem=problem,
    )
    status = tried.status if tried else refusal.status if refusal else 200
    return await desk_html(request, view, status)


async def _agreed(request: Request, file: LeaseFile, t: Words) -> tuple[Contract | None, tuple[FactView, ...], str]:
    """The contract in force, or the one that would be signed today; none before the application is approved."""
    ref = file.lease.ref
    if file.contract is not None:
        found = await run(request, read_contract, ReadContract(ref))
        facts = _facts(found.contract, t)
        sealed = FactView(t("封存"), found.sha256[:16], note=t("第 {n} 版，{day} 签", n=found.contract.version,
                                                              day=found.contract.signed_on.isoformat()))  # fmt: skip
        return found.contract, (*facts, sealed), found.contract.title
    if file.lease.state is not LeaseState.APPROVED:
        return None, (), ""
    try:
        draft = await run(request, signing.read_draft, signing.ReadDraft(ref))
    except Refusal as refusal:
        return None, (FactView(t("现在不能签"), problem_view(request, refusal).text, tone="red"),), ""
    title = t("草稿：{title}（今天签的样子）", title=draft.contract.title)
    return draft.contract, _facts(draft.contract, t), title


def _facts(agreed: Contract, t: Words) -> tuple[FactView, ...]:
    terms = agreed.terms
    facts = [
        FactView(t("租金"), rents_text(agreed, t), note=t("共 {total}", total=format_fen(terms.total_rent_fen))),
        FactView(t("付款日"), t("{a} 到 {b}", a=agreed.due_on[0], b=agreed.due_on[-1])),
        FactView(t("押金"), format_fen(terms.deposit_fen) if terms.deposit_fen else t("免押金")),
    ]
    if agreed.ladder_fen:
        prices = t("签约 {a}，到期 {b}", a=format_fen(agreed.ladder_fen[0]), b=format_fen(agreed.ladder_fen[-1]))
        facts.append(FactView(t("买断价"), prices))
    if agreed.imported:
        facts.append(FactView(t("来源"), t("别处签的，导入")))
    return tuple(facts)


def _order(order: Order, t: Words) -> tuple[FactView, ...]:
    facts = [FactView(t("申请"), order.applied_on.isoformat(), note=order.template_ref)]
    if order.decided_on is not None:
        facts.append(FactView(t("审核"), order.decided_on.isoformat(), note=order.why))
    if order.address_masked:
        left = t("还能改 {n} 次", n=order.address_changes_left) if order.address_changes_left else ""
        facts.append(FactView(t("收货地址"), order.address_masked, note=left))
    return tuple(facts)


def _papers(ref: str, order: Order, t: Words) -> tuple[LinkView, ...]:
    return tuple(
        LinkView(t("第 {n} 版 PDF", n=n), f"/desk/leases/{ref}/contract.pdf?version={n}", True)
        for n in range(order.versions, 0, -1)
    )


def _versions(ref: str, newest: int, t: Words) -> tuple[LinkView, ...]:
    return tuple(
        LinkView(
            t("第 {a} 版 → 第 {b} 版", a=n - 1, b=n),
            f"/desk/leases/{ref}/contract/versions?before={n - 1}&after={n}",
        )
        for n in range(newest, 1, -1)
    )


def _decide(request: Request, file: LeaseFile, tried: Tried | None) -> tuple[FormView, ...]:
    """Approve or refuse, each with the reason that the renter reads."""
    if file.lease.state is not LeaseState.APPLIED or not may(request, signing.decide_application):
        return ()
    t, ref = words(request), file.lease.ref
    why = FieldView(name="why", label=t("理由（租客看得到）"), kind="area", max_length=500)
    yes, no = (FieldView(name="approve", kind="hidden", value=value) for value in ("true", "false"))
    return (
        form_view(
            "approve", f"/desk/leases/{ref}/approval", t("通过申请"), t("通过，请租客签约"), (yes, why), tried=tried,
            folded=False, main=True,
        ),
        form_view(
            "refuse", f"/desk/leases/{ref}/refusal", t("不通过申请"), t("不通过"), (no, why), tried=tried,
            lead=t("租客可以请人工复核（CRE-2）：写清楚原因，和补什么材料会有帮助"),
        ),
    )  # fmt: skip


def _note(request: Request, file: LeaseFile, t: Words) -> str:
    """Who goes on where the reader cannot."""
    approve, sign = act_of(file, LeaseAct.APPROVE), act_of(file, LeaseAct.SIGN)
    if approve is not None and not may(request, signing.decide_application):
        return t("申请由{who}审核", who=roles_text(approve.by, t))
    if sign is not None:
        return t("由租客在自己的页面看完全文后签署；租金、付款日和买断价从签署起写定")
    return ""
