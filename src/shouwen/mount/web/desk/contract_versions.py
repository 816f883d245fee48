"""/desk/leases/{ref}/contract/versions: two versions side by side, or a proposal beside the version it changes."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.leases.use_cases.amending import (
    CompareVersions,
    ListAmendments,
    VersionView,
    compare_versions,
    list_amendments,
)
from shouwen.features.leases.use_cases.order import ReadOrder, read_order
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import LinkView
from shouwen.mount.web.desk.contract_changes import change_row
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.life_views import DeskVersionsView
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words
from shouwen.mount.web.portal.side_by_side import clauses_beside, figures_beside
from shouwen.platform.decode import decode

_ASKED = ("before", "after", "amendment_ref")


def routes() -> list[Route]:
    """One page."""
    return [page("GET", "/desk/leases/{lease_ref}/contract/versions", versions)]


async def versions(request: Request) -> Response:
    """What differs, figure by figure and clause by clause; what is the same is folded away."""
    file = await lease_file(request)
    t, ref = words(request), file.lease.ref
    given = [(name, request.query_params[name]) for name in _ASKED if request.query_params.get(name)]
    compared = await run(request, compare_versions, decode(CompareVersions, {"lease_ref": ref}, given, b""))
    order = await run(request, read_order, ReadOrder(ref))
    records = await run(request, list_amendments, ListAmendments(ref))
    change_ref = request.query_params.get("amendment_ref", "")
    proposed = next((one for one in records if one.ref == change_ref), None)
    before, after = compared.before, compared.after
    changed, same = clauses_beside(compared.differences, before.contract, after.contract, t)
    view = DeskVersionsView(
        head=lease_head(request, file, "contract"),
        title=t("第 {a} 版和提出的变更", a=before.version)
        if proposed
        else t("第 {a} 版和第 {b} 版", a=before.version, b=after.version),
        picks=_picks(ref, order.versions, before.version, t),
        versus=figures_beside(before.contract, after.contract, t),
        before_name=_name(before, t),
        after_name=t("提出的第 {n} 版", n=after.version) if proposed else _name(after, t),
        clauses=changed,
        same=same,
        papers=tuple(
            LinkView(t("第 {n} 版 PDF", n=n), f"/desk/leases/{ref}/contract.pdf?version={n}", True)
            for n in dict.fromkeys((before.version, *(() if proposed else (after.version,))))
        ),
        change=replace(change_row(proposed, file, t), href="") if proposed else None,
    )
    return await desk_html(request, view)


def _name(one: VersionView, t: Words) -> str:
    return t("第 {n} 版，{day} 签", n=one.version, day=one.contract.signed_on.isoformat())


def _picks(ref: str, newest: int, shown: int, t: Words) -> tuple[LinkView, ...]:
    """The other steps from one version to the next."""
    return tuple(
        LinkView(
            t("第 {a} 版 → 第 {b} 版", a=n, b=n + 1), f"/desk/leases/{ref}/contract/versions?before={n}&after={n + 1}"
        )
        for n in range(1, newest)
        if n != shown
    )
