"""Open a case, or join the one that is open for the same matter: every contact joins it, nobody asks twice."""

from datetime import datetime
from hashlib import sha256

from msgspec import Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.ground import event, start_clocks, wake
from shouwen.features.cases.rows import CaseOpened, CaseRow
from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.store import load
from shouwen.features.cases.types import CHANNEL_ZH, CaseType, Channel, Statement, Turn
from shouwen.kernel.actor import Actor, Role
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn
from shouwen.platform.events import Event


class OfClaim(Struct, frozen=True):
    """The claim a case is about, for whom it waits (None: it has ended) and until when."""

    id: int
    turn: Turn | None
    until: datetime | None


class NewCase(Struct, frozen=True, kw_only=True):
    """What a contact brings. `statement` is what the renter says (SAY-1); `says` the actor whose words they are.

    `lease_title` names the phone in the case's title; `media` are evidence references shown with the statement.
    """

    type: CaseType
    renter_id: int
    renter_name_masked: str
    statement: Statement
    says: Actor
    lease_id: int | None = None
    lease_title: str = ""
    claim: OfClaim | None = None
    against_id: int | None = None  # the colleague a complaint is about
    channel: Channel = Channel.PORTAL
    media: tuple[str, ...] = ()
    urgent: bool = False  # beyond what its type says


async def open_or_join(conn: Conn, now: datetime, new: NewCase) -> tuple[Changing, CaseOpened, tuple[Event, ...]]:
    """The case with the statement in its thread, not yet written: add to it, then `await changing.write(conn)`.

    `CaseOpened.seq` is the statement's. Two contacts at once end in one case.
    """
    row = CATALOGUE[new.type]
    case = await _kept(conn, new)
    joined = case is not None
    case = case or await load.insert_case(
        conn,
        ref=random_ref("SW"),
        kind=new.type,
        title=f"{row.name_zh} · {new.lease_title}" if new.lease_title else row.name_zh,
        renter_id=new.renter_id,
        name_masked=new.renter_name_masked,
        lease_id=new.lease_id,
        claim_id=None if new.claim is None else new.claim.id,
        channel=new.channel,
        urgent=row.urgent or new.urgent,
        now=now,
        statement=new.statement,
        against_id=new.against_id,
    )
    if case is None:
        joined, case = True, await _existing(conn, new)
    changing = Changing(case, new.says, now, fresh=not joined)
    reopened = False
    if joined:
        reopened = wake(changing, now)
    else:
        start_clocks(changing, now)
    if new.urgent and not changing.case.urgent:
        changing.set(urgent=True)
    if new.type is CaseType.COMPLAINT and changing.case.owner_id is None:
        changing.set(escalated_at=now)  # complaints are the supervisors'
    if new.claim is not None:
        changing.claim(new.claim.turn, new.claim.until)
    extra: dict[str, object] = {
        "situation": new.statement.situation,
        "background": new.statement.background,
        "request": new.statement.request,
        "fact_spans": [[span.start, span.end] for span in new.statement.fact_spans],
    }
    if new.media:
        extra["media"] = list(new.media)
    seq = changing.add("statement", new.statement.text, extra=extra)
    opened = CaseOpened(case.ref, case.id, seq, joined)
    return changing, opened, (_told(case, new, seq, joined=joined, reopened=reopened),)


async def _kept(conn: Conn, new: NewCase) -> CaseRow | None:
    """What was merged goes on in the kept case: its contacts join that (OWN-4). A new claim has a case of its own."""
    if new.claim is not None or new.against_id is not None:
        return None
    return await load.lock_kept(conn, new.renter_id, new.type, new.lease_id or 0, 0)


async def _existing(conn: Conn, new: NewCase) -> CaseRow:
    claim_id = new.claim.id if new.claim else 0
    case = await load.lock_matter(conn, new.renter_id, new.type, new.lease_id or 0, claim_id, new.against_id or 0)
    if case is None:
        raise LookupError("a case that stood in the way is gone")
    return case


def _told(case: CaseRow, new: NewCase, seq: int, *, joined: bool, reopened: bool) -> Event:
    who = "租客" if new.says.role in (Role.RENTER, Role.SYSTEM) else f"{new.says.name}代租客"
    name = CATALOGUE[new.type].name_zh
    if reopened:
        kind, text = "case.reopened", f"{who}重新打开“{name}”"
    elif joined:
        kind, text = "case.joined", f"{who}补充“{name}”，并入处理中的案件"
    else:
        kind, text = "case.opened", f"{who}提出“{name}”（{CHANNEL_ZH[new.channel]}）"
    return event(case, kind, text, rule="SAY-1", seq=seq, sealed=True, data=body_data(new.statement.text, seq))


def body_data(body: str, seq: int) -> dict[str, object]:
    """What a sealed event says about a message: its place and hash, never its words (EVI-2)."""
    return {"seq": seq, "body_sha256": sha256(body.encode()).hexdigest()}
