"""转人工 from anywhere: open or join the case of the matter, then ask for a person, at once (BOT-1)."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import CaseType
from shouwen.features.leases.types import LeaseState
from shouwen.features.leases.use_cases import reading as leases
from shouwen.mount.pages.views import LinkView
from shouwen.mount.web.page import field, form, html, run, see, words
from shouwen.mount.web.portal.around import around
from shouwen.mount.web.portal.case_views import PortalWhichView, WhichCaseView, WhichPhoneView
from shouwen.mount.web.portal.titles import case_title
from shouwen.platform.decode import decode

_SHOWN = 5
# What somebody who asks for a person on a lease's page most likely comes with; a wrong type does no harm.
_ABOUT: dict[LeaseState, CaseType] = {
    LeaseState.RENTING: CaseType.FAULT,
    LeaseState.RETURNING: CaseType.RETURN_TRACKING,
    LeaseState.INSPECTING: CaseType.RETURN_TRACKING,
    LeaseState.TERMINATED: CaseType.RETURN_TRACKING,
    LeaseState.SETTLING: CaseType.DEPOSIT_REFUND,
    LeaseState.CLOSED: CaseType.DEPOSIT_REFUND,
    LeaseState.BOUGHT_OUT: CaseType.BUYOUT_QUESTION,
    LeaseState.LOST: CaseType.DEVICE_LOST,
    LeaseState.REFUSED: CaseType.CREDIT_REVIEW,
}
# What may be asked about a phone in one tap; what fits its state alone is left to the conversation.
_TOPICS: tuple[tuple[CaseType, str], ...] = (
    (CaseType.FAULT, "手机有问题"),
    (CaseType.BILLING_QUESTION, "账单、扣款"),
    (CaseType.DEPOSIT_REFUND, "押金、验机"),
    (CaseType.RETURN_TRACKING, "寄送、归还"),
    (CaseType.BUYOUT_QUESTION, "买断、续租"),
)
_GONE = frozenset({LeaseState.REFUSED, LeaseState.CANCELLED})


async def which_page(request: Request) -> Response:
    """GET /my/human: which phone, about what; what is under way stands first."""
    now = await around(request)
    t = words(request)
    going = tuple(
        WhichCaseView(f"/my/cases/{case.ref}/human", case_title(case.title, case.type, t), case.owner_name)
        for case in now.open_cases()[:_SHOWN]
        if case.type is not CaseType.COMPLAINT
    )
    phones = tuple(
        WhichPhoneView(
            " ".join(part for part in (lease.model, lease.storage, lease.colour) if part),
            lease.ref,
            tuple(LinkView(t(name), f"/my/human?lease={lease.ref}&about={kind}") for kind, name in _TOPICS),
        )
        for lease in now.leases
        if lease.state not in _GONE
    )
    return html(request, PortalWhichView(human=now.human(t), going=going, phones=phones), **now.counts())


async def ask_anywhere(request: Request) -> Response:
    """POST /my/human?lease=…&about=…: whoever has the open case of that lease, else a new one, with nothing put into
    the renter's mouth. Where several phones could be meant, they say which first.
    """
    fields = await form(request)
    lease_ref = request.query_params.get("lease", "")
    help_now = await run(request, cases.read_help, cases.ReadHelp())
    going = next((one.case_ref for one in help_now.open if one.lease_ref == lease_ref), "") if lease_ref else ""
    if going:
        await hand(request, fields, going)
        return see(f"/my/cases/{going}")
    rows = (await run(request, leases.list_leases, leases.ListLeases())).rows
    live = [row for row in rows if row.state not in _GONE]
    if not lease_ref and len(live) > 1:
        return see("/my/human")
    lease = next((row for row in rows if row.ref == lease_ref), None) or (None if lease_ref else next(iter(rows), None))
    wanted = request.query_params.get("about", "")
    if wanted in set(CaseType):
        about = CaseType(wanted)
    elif lease is not None and lease.overdue:
        about = CaseType.OVERDUE_RELIEF
    else:
        about = _ABOUT.get(lease.state, CaseType.ORDER_CHANGE) if lease else CaseType.CREDIT_REVIEW
    command: dict[str, object] = {"type": about, "person": True}
    if lease_ref or lease:
        command["lease_ref"] = lease_ref or (lease.ref if lease else "")
    asked = decode(cases.OpenCase, {}, (), msgspec.json.encode(command))
    opened = await run(request, cases.open_case, asked, step(fields, "open"))
    await hand(request, fields, opened.case_ref)
    return see(f"/my/cases/{opened.case_ref}")


async def ask_in_case(request: Request) -> Response:
    """POST /my/cases/{ref}/human"""
    fields = await form(request)
    case_ref = request.path_params["case_ref"]
    await hand(request, fields, case_ref)
    return see(f"/my/cases/{case_ref}")


async def hand(request: Request, fields: dict[str, list[str]], case_ref: str) -> None:
    """Ask for a person in this case; a double click asks once."""
    asked = decode(cases.HandToHuman, {"case_ref": case_ref}, (), b"")
    await run(request, cases.hand_to_human, asked, step(fields, "human"))


async def open_matter(
    request: Request, fields: dict[str, list[str]], about: str, lease_ref: str, *, text: str, ask: str = ""
) -> str:
    """Open or join the case of a matter in the renter's words (or as the answer to question `ask`); its reference."""
    command: dict[str, object] = {"type": about, "as_is": True}
    if lease_ref:
        command["lease_ref"] = lease_ref
    if ask:
        command["choices"] = [{"ask": ask, "text": text}]
    else:
        command["text"] = text
    asked = decode(cases.OpenCase, {}, (), msgspec.json.encode(command))
    opened = await run(request, cases.open_case, asked, step(fields, "open"))
    return opened.case_ref


def step(fields: dict[str, list[str]], name: str) -> dict[str, list[str]]:
    """The form's key for one of several acts that it makes: each happens once."""
    key = field(fields, "idempotency_key")
    return {"idempotency_key": [f"{key[:80]}.{name}"]} if len(key) >= 8 else {}
