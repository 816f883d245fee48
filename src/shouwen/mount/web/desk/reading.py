"""Everything of one desk page in one act of reading: four statements, with the session's."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from shouwen.features.cases.rows import CasePage, CaseQueue
from shouwen.features.cases.use_cases import ReadCase, ReadQueue, read_case, read_queue
from shouwen.features.disputes.public import ClaimProposal, ClaimRow, open_claimed_file, propose
from shouwen.features.evidence.public import MediaRow
from shouwen.features.leases.types import LeaseFile
from shouwen.kernel.days import beijing_on
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

Tab = Literal["mine", "waiting", "unowned", "escalated", "all"]


class ReadCaseFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Which case."""

    case_ref: Ref


class CaseFile(Struct, frozen=True):
    """A case with its lease's file and its claim. With a claim, `media` is empty: the claim carries the lease's."""

    page: CasePage
    lease: LeaseFile | None
    claim: ClaimRow | None
    proposal: ClaimProposal | None
    media: list[MediaRow]


class ReadDesk(Struct, frozen=True, forbid_unknown_fields=True):
    """A queue, and the case that is open beside it."""

    case_ref: Ref
    tab: Tab = "mine"
    after: Annotated[str, Meta(max_length=40, pattern=r"^([0-9]{1,17}\.[0-9]{1,18})?\Z")] = ""


class DeskPage(Struct, frozen=True):
    """The queue and the open case."""

    queue: CaseQueue
    open: CaseFile


@use_case(ReadCaseFile, CaseFile, permission=Permission.QUEUE_READ, method="GET", path="/cases/{case_ref}/file")
async def read_case_file(ctx: Ctx, command: ReadCaseFile) -> CaseFile:
    """一个案件连同租约档案、定损和证据
    A case with its lease's file, its claim with the proposal, and the evidence: two statements."""
    # No snapshot: the panes may differ by a moment, and the live stream fetches what came after the thread's last.
    page: CasePage = await _of(read_case.fn(ctx, ReadCase(command.case_ref)))
    if page.lease_id is None:
        return CaseFile(page, None, None, None, [])
    found = await open_claimed_file(ctx.conn, page.lease_id, page.claim_id, beijing_on(ctx.now), ctx.actor)
    file = found.opened.file
    if found.claim is None:
        return CaseFile(page, file, None, None, found.media)
    return CaseFile(page, file, found.claim, propose(found.claim, found.opened, ctx.actor.role), [])


@use_case(ReadDesk, DeskPage, permission=Permission.QUEUE_READ, method="GET", path="/desk/{case_ref}")
async def read_desk(ctx: Ctx, command: ReadDesk) -> DeskPage:
    """工作台：会话列表和打开的案件
    The workbench: a queue and the case open beside it, in three statements."""
    queue: CaseQueue = await _of(read_queue.fn(ctx, ReadQueue(command.tab, command.after)))
    return DeskPage(queue, await _of(read_case_file.fn(ctx, ReadCaseFile(command.case_ref))))


async def _of(answer: Any) -> Any:  # noqa: ANN401 -- a use case's function answers its declared result
    return await answer
