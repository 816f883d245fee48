"""转人工 from anywhere: open or join the case of the matter, then ask for a person, at once (BOT-1)."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.types import CaseType
from shouwen.features.leases import use_cases as leases
from shouwen.features.leases.types import LeaseState
from shouwen.mount.web.page import field, form, run, see
from shouwen.platform.decode import decode

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
_WORDS = "请人工客服联系我，我想当面说明情况。"


async def ask_anywhere(request: Request) -> Response:
    """POST /my/human?lease=…&about=…"""
    fields = await form(request)
    lease_ref = request.query_params.get("lease", "")
    rows = (await run(request, leases.list_leases, leases.ListLeases())).rows
    lease = next((row for row in rows if row.ref == lease_ref), None) or (None if lease_ref else next(iter(rows), None))
    wanted = request.query_params.get("about", "")
    if wanted in set(CaseType):
        about = CaseType(wanted)
    else:
        about = _ABOUT.get(lease.state, CaseType.ORDER_CHANGE) if lease else CaseType.CREDIT_REVIEW
    subject = lease_ref or (lease.ref if lease else "")
    case_ref = await open_matter(request, fields, about, subject, text=_WORDS)
    await hand(request, fields, case_ref)
    return see(f"/my/cases/{case_ref}")


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
