"""Pieces of a view that several renter pages share: pills, clauses, figures, evidence tiles."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from shouwen.features.contracts.types import Contract, Quote
from shouwen.features.evidence.types import PURPOSE_ZH, MediaRow, Purpose
from shouwen.features.leases.public import STATE_ZH
from shouwen.features.leases.types import AWAITED, LadderPoint, LeaseFile, LeaseListRow, LeaseState
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.kernel.days import end_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import (
    ClauseRefView,
    FigureView,
    LadderPointView,
    LadderView,
    LeaseCardView,
    MediaView,
    PillView,
    Tone,
    UploadView,
)

_PURPOSES = {str(purpose): zh for purpose, zh in PURPOSE_ZH.items()}
_LEASE_TONES: dict[LeaseState, Tone] = {
    LeaseState.RENTING: "pine",
    LeaseState.RETURNING: "amber",
    LeaseState.INSPECTING: "amber",
    LeaseState.SETTLING: "amber",
    LeaseState.REFUSED: "red",
    LeaseState.LOST: "red",
    LeaseState.TERMINATED: "red",
    LeaseState.CLOSED: "moss",
    LeaseState.BOUGHT_OUT: "moss",
}


def lease_pill(state: LeaseState, t: Words) -> PillView:
    """A lease's state in a word."""
    return PillView(t(STATE_ZH[state]), _LEASE_TONES.get(state, "plain"))


def clause_refs(lease_ref: str, nos: Iterable[str], contract: Contract | None = None) -> tuple[ClauseRefView, ...]:
    """Clauses by number, each linked to its text in the renter's contract."""
    titles = {clause.no: clause.title for clause in contract.clauses} if contract else {}
    unique = dict.fromkeys(no for no in nos if no)
    return tuple(ClauseRefView(no, f"/my/leases/{lease_ref}/contract#c-{no}", titles.get(no, "")) for no in unique)


def quote_figure(quote: Quote, lease_ref: str, t: Words) -> FigureView:
    """A buyout quote with everything it rests on."""
    fee = any(line.kind == "early_buyout_fee" for line in quote.lines)
    notes = (*(note.rstrip("。") for note in quote.notes), *(() if fee else (t("无手续费"),)))
    return FigureView(
        amount_fen=quote.amount_fen,
        working=quote.working,
        clauses=clause_refs(lease_ref, quote.clauses),
        rules=quote.rules,
        note=t("；").join(notes),
        valid_until=end_of(quote.valid_until),
    )


def ladder_view(points: tuple[LadderPoint, ...], settled: int, now_fen: int | None, t: Words) -> LadderView:
    """The frozen ladder and where the lease stands; `now_fen` None takes the rung."""
    end = points[-1]
    here_fen = points[min(settled, end.settled)].price_fen if now_fen is None else now_fen
    left = end.settled - settled
    note = ""
    if left > 0:
        note = t("再付 {n} 期到期后，买断价为 {price}。", n=left, price=format_fen(end.price_fen))
    return LadderView(tuple(LadderPointView(p.settled, p.price_fen, p.due_on) for p in points), here_fen, settled, note)


def lease_card(row: LeaseListRow, t: Words) -> LeaseCardView:
    """A lease in a list: where it stands, what is due next."""
    spec = " ".join(part for part in (row.storage, row.colour) if part)
    return LeaseCardView(
        ref=row.ref,
        href=f"/my/leases/{row.ref}",
        model=row.model,
        spec=spec,
        state=lease_pill(row.state, t),
        paid=row.settled,
        periods=row.periods,
        next_text=_next_text(row.state, row.overdue, row.next_due_on, t) if row.signed_on else t("还没有签约"),
        next_amount_fen=row.next_due_fen if row.next_due_on else None,
    )


def card_of_file(file: LeaseFile, t: Words) -> LeaseCardView:
    """The same card from an opened file."""
    lease = file.lease
    due = next((i for i in file.instalments if i.outstanding_fen), None)
    late_fen = [i.outstanding_fen for i in file.instalments if i.state == "overdue"]
    agreed = lease.state is LeaseState.LOST or any(charge.kind == "buyout" for charge in file.open_charges)
    agreed_fen = sum(charge.outstanding_fen for charge in file.open_charges) if agreed and due is None else 0
    return LeaseCardView(
        ref=lease.ref,
        href=f"/my/leases/{lease.ref}",
        model=lease.model,
        spec=" ".join(part for part in (lease.storage, lease.colour, lease.condition_grade) if part),
        state=lease_pill(lease.state, t),
        paid=file.settled,
        periods=len(file.instalments) or (file.contract.periods if file.contract else 0),
        next_text=(t("待付") if agreed_fen else _next_text(lease.state, len(late_fen), due.due_on if due else None, t))
        if lease.signed_on
        else t("还没有签约"),
        next_amount_fen=agreed_fen or sum(late_fen) or (due.outstanding_fen if due else None),
    )


def _next_text(state: LeaseState, overdue: int, next_due_on: date | None, t: Words) -> str:
    if state in AWAITED and next_due_on:
        return t("手机还没到，先不催收")
    if overdue:
        return t("逾期 {n} 期", n=overdue)
    return t("{day} 应付", day=f"{next_due_on:%m-%d}") if next_due_on else t("没有待付")


def purpose_text(purpose: str, t: Words) -> str:
    """What a piece of evidence is for."""
    return t(_PURPOSES.get(purpose, purpose))


def authority_name(subject: str) -> str:
    """What a timestamp authority calls itself; the rest of its certificate's subject stays in the receipt."""
    names = [part[3:] for part in subject.split(",") if part.startswith("CN=")]
    return names[0] if names else subject


def media_kind(mime: str) -> Literal["image", "video", "document"]:
    """How a tile shows a file."""
    if mime.startswith("image/"):
        return "image"
    return "video" if mime.startswith("video/") else "document"


def media_view(row: MediaRow, t: Words) -> MediaView:
    """A tile of evidence on file; its receipt opens on a tap."""
    role = Role(row.uploaded_role) if row.uploaded_role in set(Role) else Role.SYSTEM
    return MediaView(
        ref=row.ref,
        name=row.file_name,
        kind=media_kind(row.mime),
        receipt_no=row.receipt_no,
        sealed_at=row.sealed_at,
        size_bytes=row.size_bytes,
        received_bytes=row.size_bytes,
        receipt_href=f"/my/evidence/{row.ref}",
        by=t(ROLE_ZH[role]),
    )


def upload_view(lease_ref: str, purpose: Purpose, t: Words, *, title: str = "", hint: str = "",
                media: tuple[MediaView, ...] = ()) -> UploadView:  # fmt: skip
    """Where files for a lease go."""
    return UploadView(purpose=purpose, subject=lease_ref, media=media, title=title, hint=hint)
