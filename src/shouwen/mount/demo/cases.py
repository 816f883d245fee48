"""Sixty cases: every type, on leases whose state fits, in every stage from unanswered to closed and rated."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from shouwen.features.cases.types import CaseState, CaseType, Channel, Turn
from shouwen.features.leases.types import LeaseState
from shouwen.kernel.actor import Role
from shouwen.mount.demo.catalogue import STAFF
from shouwen.mount.demo.facts import as_of, facts_of
from shouwen.mount.demo.long_thread import long_lines
from shouwen.mount.demo.stories import STORIES, Story
from shouwen.mount.demo.structs import Case, Lease, Message, Renter, Statement

T, L = CaseType, LeaseState
COUNTS = {
    T.ORDER_CHANGE: 3, T.SHIPPING_LATE: 3, T.FAULT: 5, T.BILLING_QUESTION: 4, T.BILLING_DISPUTE: 4,
    T.BUYOUT_QUESTION: 4, T.BUYOUT: 3, T.RETURN_TRACKING: 4, T.DEPOSIT_REFUND: 4, T.DAMAGE_DISPUTE: 6,
    T.CREDIT_REVIEW: 4, T.OVERDUE_RELIEF: 5, T.CREDIT_RECORD_OBJECTION: 2, T.DEVICE_LOST: 3, T.COMPLAINT: 3,
    T.PRIVACY_REQUEST: 3,
}  # fmt: skip
FITS: dict[CaseType, frozenset[LeaseState]] = {
    T.ORDER_CHANGE: frozenset({L.SIGNED, L.PREPARING}),
    T.SHIPPING_LATE: frozenset({L.PREPARING}),
    T.RETURN_TRACKING: frozenset({L.RETURNING}),
    T.DEPOSIT_REFUND: frozenset({L.SETTLING}),
    T.DAMAGE_DISPUTE: frozenset({L.INSPECTING, L.SETTLING}),
    T.CREDIT_REVIEW: frozenset({L.REFUSED, L.APPROVED, L.APPLIED}),
    T.DEVICE_LOST: frozenset({L.RENTING}),
}
SAY_PRICE = frozenset({T.BUYOUT_QUESTION, T.BUYOUT, T.COMPLAINT})
URGENT = frozenset({T.SHIPPING_LATE, T.DEVICE_LOST})
STAGES = ("new", "ours", "theirs", "closed", "ours", "specialist", "theirs", "closed", "breached", "decided")
# the first of them is the one whom visitors play: more stories are hers
AGENTS = (STAFF[0].login,) * 2 + tuple(each.login for each in STAFF if each.role == Role.AGENT)
SPECIALISTS = tuple(each.login for each in STAFF if each.role == Role.SPECIALIST)
NAMES = {each.login: each.name for each in STAFF}
DAMAGE_LEASES = (L.INSPECTING,) * 3 + (L.SETTLING,) * 3
LONG_KEY = 10  # the second fault case carries the long thread


def invent_cases(
    rng: Random, leases: Sequence[Lease], renters: Sequence[Renter], today: date, damage: Mapping[str, str]
) -> tuple[Case, ...]:
    """All cases; `damage` are the words about the finding that damage threads use."""
    used = {leases[0].ref}
    seen: Counter[CaseType] = Counter()
    cases = []
    kinds = [kind for kind, count in COUNTS.items() for _ in range(count)]
    for key, kind in enumerate(kinds, start=1):
        wanted = DAMAGE_LEASES[seen[kind]] if kind == T.DAMAGE_DISPUTE else None
        lease = _lease_for(rng, kind, leases, used, today, wanted)
        used.add(lease.ref)
        stories = STORIES[kind]
        story = stories[seen[kind] % len(stories)]
        stage = _stage(kind, seen[kind], key)
        seen[kind] += 1
        if key == LONG_KEY:
            story, stage = Story("反复断网", story.statement, long_lines()), "theirs"
        cases.append(_case(rng, key, kind, lease, story, stage, renters[lease.renter - 1].name, damage, today))
    return tuple(cases)


def _stage(kind: CaseType, nth: int, key: int) -> str:
    if kind == T.DAMAGE_DISPUTE:  # contested, with the specialist, at appraisal, decided, appealed, closed
        return ("ours", "specialist", "specialist", "decided", "specialist", "closed")[nth]
    stage = STAGES[(key * 3 + nth) % len(STAGES)]
    if stage == "closed" and kind in (T.DEVICE_LOST, T.BUYOUT, T.CREDIT_RECORD_OBJECTION):
        return "theirs"  # these wait for something that has not happened yet
    return "ours" if stage == "specialist" and all(who != "s" for who, _ in STORIES[kind][0].lines) else stage


def _lease_for(
    rng: Random, kind: CaseType, leases: Sequence[Lease], used: set[str], today: date, wanted: LeaseState | None
) -> Lease:
    fits = [each for each in leases if each.ref not in used and _suits(kind, each, today)]
    return rng.choice([each for each in fits if wanted in (None, each.state)])


def _suits(kind: CaseType, lease: Lease, today: date) -> bool:
    late = lease.ship_by_on is not None and lease.ship_by_on < today
    if kind in (T.SHIPPING_LATE, T.ORDER_CHANGE) and late != (kind == T.SHIPPING_LATE):
        return False
    if kind == T.OVERDUE_RELIEF:
        return lease.state == L.RENTING and len(lease.overdue(today)) == 1
    if kind in FITS:
        return lease.state in FITS[kind]
    if kind in SAY_PRICE and lease.terms.template != "buyout-12":
        return False  # other templates have no buyout, or a fee these stories do not speak of
    return lease.state == L.RENTING and not lease.overdue(today)


def _case(
    rng: Random,
    key: int,
    kind: CaseType,
    lease: Lease,
    story: Story,
    stage: str,
    name: str,
    damage: Mapping[str, str],
    today: date,
) -> Case:
    pool = {T.COMPLAINT: ("tangwei", "shenhao"), T.PRIVACY_REQUEST: ("guanli",)}.get(kind, AGENTS)
    owner, specialist = rng.choice(pool), rng.choice(SPECIALISTS)
    lines = list(story.lines)
    if stage in ("new", "breached"):
        lines = _until_first_answer(lines)
    elif stage == "ours" and key != LONG_KEY:
        lines = _until_renter_speaks_last(lines)
    brings_specialist = any(who == "s" for who, _ in lines)
    unowned = stage in ("new", "breached")
    oldest = {"new": 14, "breached": 95, "ours": 260, "theirs": 900, "specialist": 1_500}.get(stage, 11_000)
    oldest = 9_500 if key == LONG_KEY else oldest + rng.randrange(oldest)
    longest = max(240, (today - _matter_began_on(kind, lease, today)).days * 1440)
    oldest = min(oldest, longest)
    newest = min({"closed": 4_000, "decided": 1_440, "theirs": 120}.get(stage, 1), oldest // 4)
    ages = _ages(rng, oldest, len(lines), newest)
    then = today - timedelta(days=ages[0] // 1440)
    words = facts_of(as_of(lease, then), name, then) | dict(damage) | {"specialist": NAMES[specialist]}
    by = {"r": "renter", "a": owner, "n": owner, "s": specialist, "y": "system", "b": "assistant"}
    messages = tuple(
        Message(by[who], text.format_map(words), age, internal=who == "n")
        for (who, text), age in zip(lines, ages, strict=True)
    )
    said = story.statement
    turns = {"theirs": Turn.RENTER, "specialist": Turn.SPECIALIST, "closed": Turn.NOBODY, "decided": Turn.RENTER}
    states = {"closed": CaseState.CLOSED, "decided": CaseState.RESOLVED}
    return Case(
        key=key,
        type=kind,
        lease_ref=lease.ref,
        renter=lease.renter,
        title=story.title,
        channel=Channel.COMPLAINT_BOX if kind == T.COMPLAINT else rng.choice(_channels(kind)),
        state=states.get(stage, CaseState.OPEN),
        turn=turns.get(stage, Turn.DESK),
        opened_ago_min=ages[0],
        statement=Statement(
            said.situation.format_map(words), said.background.format_map(words), said.request.format_map(words)
        ),
        messages=messages,
        owner="" if unowned else owner,
        specialist=specialist if brings_specialist or stage == "specialist" else "",
        urgent=kind in URGENT,
        breached=stage == "breached",
        rating=rng.choice((5, 5, 5, 4, 4, 3, 2)) if stage == "closed" else 0,
        resolution=messages[-1].text if stage in ("closed", "decided") else "",
    )


def _matter_began_on(kind: CaseType, lease: Lease, today: date) -> date:
    """No case is older than what it is about."""
    if kind == T.OVERDUE_RELIEF:
        return lease.overdue(today)[0].due_on + timedelta(days=1)
    if kind == T.SHIPPING_LATE and lease.ship_by_on:
        return lease.ship_by_on
    paid = [each.paid_on for each in lease.instalments if each.paid_on]
    if lease.state == L.RENTING and paid:
        return max(paid)
    return lease.received_on or lease.returned_on or lease.signed_on or lease.applied_on


def _channels(kind: CaseType) -> tuple[Channel, ...]:
    if kind == T.DAMAGE_DISPUTE:
        return (Channel.PORTAL,)
    return (Channel.ONLINE, Channel.ONLINE, Channel.PORTAL, Channel.WECHAT, Channel.PHONE, Channel.EMAIL)


def _until_first_answer(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    first = next(index for index, (who, _) in enumerate(lines) if who in "as")
    return lines[:first]


def _until_renter_speaks_last(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    last = max(index for index, (who, _) in enumerate(lines) if who == "r")
    return lines[: last + 1]


def _ages(rng: Random, oldest: int, count: int, newest: int) -> list[int]:
    """Falling minutes from `oldest` to about `newest`, no two alike."""
    spread = rng.sample(range(newest, max(oldest, newest + 3 * count)), count)
    ages = sorted(spread, reverse=True)
    return [max(oldest, ages[0]), *ages[1:]]
