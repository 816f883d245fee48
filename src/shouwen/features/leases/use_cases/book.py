"""The book of one lease as the desk works on it: every line, who booked what and why, what may be done, by whom."""

from datetime import date

from msgspec import Struct

from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.by_hand import WAIVABLE, chargeable, first_key, is_at_provider, is_ours_to_undo
from shouwen.features.leases.powers import left_of
from shouwen.features.leases.public import access_lease
from shouwen.features.leases.store import book as book_rows
from shouwen.features.leases.store.book import BookedBy, WaitingAct
from shouwen.features.leases.types import LeaseRow
from shouwen.features.money.public import (
    BillLine,
    BillStatement,
    agreed_charges,
    bill_no_of,
    fees_forgone_since_fen,
    late_fee_working,
    read_statement,
    refunded_since_fen,
    written_off_since_fen,
)
from shouwen.features.money.types import ChargeKind
from shouwen.features.people.public import PowerAct, PowerLeft
from shouwen.kernel.actor import Role
from shouwen.kernel.days import add_months, beijing_on
from shouwen.kernel.errors import Absent
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.fields import Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_BY_HAND = (ChargeKind.ADDON, ChargeKind.FEE)


class ReadDeskBook(Struct, frozen=True, forbid_unknown_fields=True):
    """The book of one lease."""

    lease_ref: Ref


class BookClause(Struct, frozen=True):
    """A clause of the contract: number, title, prose."""

    no: str
    title: str
    text: str


class BookLineActs(Struct, frozen=True, kw_only=True):
    """What may be done with a line: up to so many fen waived or written off, so many recovered.

    `undo_key` names its charge where it was made by hand and may be taken back. `working` of a late fee says how it
    came about (LATE-1…3), of the rest it is the line's own.
    """

    line: str
    waive_fen: int
    write_off_fen: int
    recover_fen: int
    undo_key: str
    working: tuple[str, ...]


class DeskBook(Struct, frozen=True, kw_only=True):
    """The statement with everything the desk needs to act on it; `acts` stand in the order of its lines.

    `undoable` are keys of entries that may be taken back; `clauses` those named by lines, `chargeable` those under
    which something may be charged by hand. Empty before signing.
    """

    lease_ref: str
    model: str
    statement: BillStatement
    acts: tuple[BookLineActs, ...]
    booked: tuple[BookedBy, ...]
    undoable: tuple[str, ...]
    clauses: tuple[BookClause, ...]
    chargeable: tuple[BookClause, ...]
    powers: tuple[PowerLeft, ...]
    waiting: tuple[WaitingAct, ...]


@use_case(
    ReadDeskBook, DeskBook, permission=Permission.BOOK_READ, method="GET", path="/leases/{lease_ref}/book",
    snapshot=True,
)  # fmt: skip
async def read_desk_book(ctx: Ctx, command: ReadDeskBook) -> DeskBook:
    """客服看的账本：每一笔是谁记的、为什么，还能做什么，权限还剩多少（AUTH-1）
    The book for the desk: who booked what and why, what may be done, what is left of one's power (AUTH-1)."""
    lease = await access_lease(ctx.conn, ctx.actor, command.lease_ref)
    on = beijing_on(ctx.now)
    statement = await read_statement(ctx.conn, lease.id, on)
    booked = await book_rows.booked_by(ctx.conn, lease.id)
    agreed = await agreed_charges(ctx.conn, lease.id)
    try:
        clauses = (await contract_in_force(ctx.conn, lease.id))[1].clauses
    except Absent:  # not signed yet
        clauses = ()
    named = {line.clause for line in statement.lines}
    taken_back = {one.key for one in booked if one.reversed}
    return DeskBook(
        lease_ref=lease.ref,
        model=lease.model,
        statement=statement,
        acts=tuple([await _acts(ctx.conn, lease, line, agreed, taken_back) for line in statement.lines]),
        booked=tuple(booked),
        undoable=tuple(one.key for one in booked if _may_undo(one)),
        clauses=tuple(BookClause(one.no, one.title, one.text) for one in clauses if one.no in named),
        chargeable=tuple(BookClause(one.no, one.title, one.text) for one in chargeable(clauses)),
        powers=await _powers(ctx.conn, lease, ctx.actor.role, on),
        waiting=tuple(await book_rows.waiting_acts(ctx.conn, lease.ref)),
    )


async def _acts(
    conn: Conn, lease: LeaseRow, line: BillLine, agreed: dict[int, bool], taken_back: set[str]
) -> BookLineActs:
    made_by_hand = line.kind in _BY_HAND and line.charge_id not in agreed
    key = f"charge:{line.charge_id}"
    fee = await late_fee_working(conn, lease.id, line.no) if line.kind is ChargeKind.LATE_FEE else ()
    return BookLineActs(
        line=bill_no_of(line.kind, line.no),
        waive_fen=line.outstanding_fen if line.kind in WAIVABLE else 0,
        write_off_fen=0 if agreed.get(line.charge_id) else line.outstanding_fen,
        recover_fen=line.written_off_fen,
        undo_key=key if made_by_hand and key not in taken_back else "",
        working=(*fee, *line.working),
    )


def _may_undo(one: BookedBy) -> bool:
    """Charges are taken back at their line."""
    key = first_key(one.key)
    return not one.reversed and is_ours_to_undo(key) and not is_at_provider(key) and not key.startswith("charge:")


async def _powers(conn: Conn, lease: LeaseRow, role: Role, on: date) -> tuple[PowerLeft, ...]:
    since = add_months(on, -12)
    used_fen = (
        (PowerAct.LATE_FEE_WAIVER, await fees_forgone_since_fen(conn, lease.id, since)),
        (PowerAct.WRITE_OFF, await written_off_since_fen(conn, lease.id, since)),
        (PowerAct.CREDIT_REFUND, await refunded_since_fen(conn, lease.id, since)),
        (PowerAct.HAND_CHARGE, await book_rows.hand_charged_since_fen(conn, lease.id, since)),
    )
    return tuple(left_of(act, fen, role, on) for act, fen in used_fen)
