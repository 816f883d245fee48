"""What every page of one lease has around it on the desk: which phone, whose, where it stands, and the tabs."""

from starlette.requests import Request

from shouwen.features.leases.types import LeaseFile
from shouwen.features.leases.use_cases import reading as leases
from shouwen.mount.pages.lease_views import LeaseHeadView, LeaseTabLinkView
from shouwen.mount.web.acts import said
from shouwen.mount.web.desk.lease_view import model_of
from shouwen.mount.web.page import run, words
from shouwen.mount.web.portal.bits import lease_pill
from shouwen.platform.decode import decode


async def lease_file(request: Request) -> LeaseFile:
    """The lease of the path, if the reader may see it."""
    path = {"lease_ref": request.path_params["lease_ref"]}
    return await run(request, leases.read_lease, decode(leases.ReadLease, path, (), b""))


def lease_head(request: Request, file: LeaseFile, here: str) -> LeaseHeadView:
    """The header with the tab `here` marked: empty for the overview, else money, contract, phone, arrears, ending."""
    t = words(request)
    ref = file.lease.ref
    tabs = (
        ("", t("概况")), ("money", t("账本")), ("contract", t("合同")), ("phone", t("手机与快递")),
        ("arrears", t("逾期")), ("ending", t("买断与结束")),
    )  # fmt: skip
    return LeaseHeadView(
        ref=ref,
        model=model_of(file),
        state=lease_pill(file.lease.state, t),
        renter=file.renter.name_masked,
        tabs=tuple(
            LeaseTabLinkView(label, f"/desk/leases/{ref}/{key}" if key else f"/desk/leases/{ref}", key == here)
            for key, label in tabs
        ),
        said=said(request, t),
    )
