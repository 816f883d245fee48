"""A renter, or somebody of the desk for them, brings a matter."""

from typing import Annotated

from msgspec import Meta, Struct

from shouwen.features.cases.opening import NewCase, open_or_join
from shouwen.features.cases.rows import CaseOpened
from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.rules.statement import build_statement
from shouwen.features.cases.rules.vague import ask_back, vague
from shouwen.features.cases.store import load
from shouwen.features.cases.types import CaseType, Channel, Choice, LeaseFacts, Statement
from shouwen.features.cases.use_cases.speaking import MediaRefs, check_media
from shouwen.features.contracts.public import contract_in_force
from shouwen.features.leases.public import access_lease
from shouwen.features.leases.types import LeaseRow
from shouwen.kernel.actor import SYSTEM, Role
from shouwen.kernel.errors import Absent, BadInput
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done, Event
from shouwen.platform.fields import Key, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

# A topic of the statement → the contract terms whose clauses speak of it.
_TOPIC_TERMS = {
    "damage": ("wear_allowance", "damage_prices", "damage_cap_fen"),
    "evidence": ("dispute_days", "evidence_retention_days"),
    "buyout": ("buyout_formula", "residual_price_fen"),
    "late_fee": ("late_fee_daily_rate", "late_fee_daily_fen", "grace_days"),
    "deposit": ("deposit_fen", "deposit_release_days"),
    "rent": ("total_rent_fen",),
    "ship_by": ("ship_by_days",),
    "repair": ("warranty_days",),
}


class ChoiceGiven(Struct, frozen=True, forbid_unknown_fields=True):
    """The chips chosen for one question of the statement builder, and what was written beside them."""

    ask: Key
    options: Annotated[tuple[Key, ...], Meta(max_length=10)] = ()
    text: Annotated[str, Meta(max_length=2_000)] = ""


Choices = Annotated[tuple[ChoiceGiven, ...], Meta(max_length=20)]
Words = Annotated[str, Meta(max_length=2_000)]


class OpenCase(Struct, frozen=True, forbid_unknown_fields=True):
    """A matter: its type, the lease it is about, and the statement as choices or in one's own words.

    `as_is` sends vague words as they are (SAY-2). `person`: only a person is asked for, nothing is said yet, and no
    words are put into the renter's mouth. Staff name the renter by the lease or by `renter_ref`, and the
    `channel` they were reached on.
    """

    type: CaseType
    lease_ref: Ref | None = None
    choices: Choices = ()
    text: Words = ""
    as_is: bool = False
    person: bool = False
    media: MediaRefs = ()
    renter_ref: Ref | None = None
    channel: Channel = Channel.PORTAL


@use_case(OpenCase, CaseOpened, permission=Permission.CASE_OPEN, method="POST", path="/cases")
async def open_case(ctx: Ctx, command: OpenCase) -> Done[CaseOpened]:
    """提出一件事；同一件事并入处理中的案件
    Bring a matter; it joins the open case of the same matter."""
    if command.type is CaseType.DAMAGE_DISPUTE and command.lease_ref is None:
        raise BadInput("lease_ref", "请选择是哪一笔租约", "a damage dispute is about a lease")
    statement, lease = await _statement(ctx, command.type, command.lease_ref, command.choices, command.text)
    if command.person:
        statement = _unsaid(lease)
    own_words = command.text or " ".join(choice.text for choice in command.choices if choice.text)
    asked = command.as_is or command.person or _chose(command.choices)
    question = ask_back(own_words, command.type, asked_before=asked)
    if question is not None:
        raise vague(question)
    renter_id, name_masked = await _renter(ctx, command, lease)
    lease_id = lease.id if lease is not None else None
    await check_media(ctx, lease_id, command.media)
    new = NewCase(
        type=command.type,
        renter_id=renter_id,
        renter_name_masked=name_masked,
        statement=statement,
        says=SYSTEM if command.person else ctx.actor,
        lease_id=lease_id,
        lease_title=lease.model if lease is not None else "",
        channel=Channel.PORTAL if ctx.actor.role is Role.RENTER else command.channel,
        media=command.media,
    )
    changing, opened, events = await open_or_join(ctx.conn, ctx.now, new)
    await changing.write(ctx.conn)
    return Done(opened, *events)


def _unsaid(lease: LeaseRow | None) -> Statement:
    """What the desk notes where somebody asked for a person and has not said yet what about."""
    where = f"（{lease.model}，租约 {lease.ref}）" if lease is not None else ""
    text = f"已为您转人工{where}。可以先写下要问的事，也可以等客服来问。"
    return Statement(situation=text, background="", request="", text=text)


def _chose(choices: tuple[ChoiceGiven, ...]) -> bool:
    """Chips are specific by themselves: whoever chose some is not asked back."""
    return any(choice.options for choice in choices)


async def _renter(ctx: Ctx, command: OpenCase, lease: LeaseRow | None) -> tuple[int, str]:
    """Whose matter it is: id and masked name. A renter's own always; staff name one they can see."""
    if lease is not None:
        if command.renter_ref not in (None, lease.renter_ref):
            raise BadInput("renter_ref", "这笔租约不是这位租客的", "the lease belongs to somebody else")
        return lease.renter_id, lease.renter_name_masked
    if ctx.actor.role is Role.RENTER:
        row = await load.find_renter(ctx.conn, ctx.actor.id, "")
    elif command.renter_ref is None:
        raise BadInput("renter_ref", "请说明是哪位租客", "say whose matter it is", remedy_zh="填租约号或租客编号")
    else:
        row = await load.find_renter(ctx.conn, 0, command.renter_ref)
    if row is None:
        raise Absent("租客", "renter")
    return int(row["id"]), str(row["name_masked"])


async def _statement(
    ctx: Ctx, kind: CaseType, lease_ref: str | None, choices: tuple[ChoiceGiven, ...], text: str
) -> tuple[Statement, LeaseRow | None]:
    lease = None if lease_ref is None else await access_lease(ctx.conn, ctx.actor, lease_ref)
    if text.strip() and not choices:
        return Statement(situation=text.strip(), background="", request="", text=text.strip()), lease
    facts = LeaseFacts() if lease is None else await lease_facts(ctx.conn, lease)
    given = [Choice(choice.ask, choice.options, choice.text) for choice in choices]
    if text.strip():
        free = next((ask.key for ask in CATALOGUE[kind].asks if not ask.options), None)
        if free is None or any(choice.ask == free for choice in choices):
            raise BadInput("text", "请把补充写在对应的问题里", "put your words into one of the questions")
        given.append(Choice(free, (), text))
    return build_statement(kind, given, facts), lease


async def lease_facts(conn: Conn, lease: LeaseRow) -> LeaseFacts:
    """What the lease knows, so that the renter never types it (SAY-1)."""
    clauses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    if lease.signed_on is not None:
        _, contract = await contract_in_force(conn, lease.id)
        clauses = tuple((topic, contract.clauses_for(*terms)) for topic, terms in _TOPIC_TERMS.items())
    return LeaseFacts(
        lease_ref=lease.ref,
        model=lease.model,
        received_on=lease.handed_over_on,
        returned_on=lease.return_sent_on,
        clauses=clauses,
    )


class PreviewStatement(Struct, frozen=True, forbid_unknown_fields=True):
    """The choices so far."""

    type: CaseType
    lease_ref: Ref | None = None
    choices: Choices = ()
    text: Words = ""


@use_case(PreviewStatement, Statement, permission=Permission.CASE_OPEN, method="POST", path="/statements/preview")
async def preview_statement(ctx: Ctx, command: PreviewStatement) -> Done[Statement]:
    """看看陈述会怎么写
    The statement as the choices make it."""
    statement, lease = await _statement(ctx, command.type, command.lease_ref, command.choices, command.text)
    looked = Event(
        kind="statement.previewed", text="预览陈述", rule="SAY-1", lease_id=lease.id if lease is not None else None
    )
    return Done(statement, looked)
