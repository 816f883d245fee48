"""Each thread is replayed line by line through the cases' own use cases, at the hour it was said."""

from datetime import datetime, timedelta

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.jobs import tick
from shouwen.features.cases.types import CaseState, CaseType, Turn
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Refusal
from shouwen.mount.demo.seed.agenda import Agenda, History, Step
from shouwen.mount.demo.seed.talk import (
    GREETING_AFTER,
    OPENED_BY_DESK,
    channel_of,
    greeting_of,
    opened_at,
    spoken,
    times,
)
from shouwen.mount.demo.structs import Case, Company, Message

SEEN_ALL = 2**53
DUTY = "zhoumin"  # writes down what comes by phone while nobody has the case
SUPERVISOR = "tangwei"  # the desk's part of what an administrator is asked
MINUTE = timedelta(minutes=1)
WHY_OTHER_FIGURE = "已按当日账单与合同逐项核对"
ASK = "请看这件事，材料都在档案里。"
DONE = "这件事已按上面的答复处理完毕，请您确认；有不对的地方直接回复即可。"


def add_cases(agenda: Agenda, history: History, company: Company, now: datetime) -> None:
    """All cases but their claims, which `add_claims` adds; a contested claim opens its own case."""
    claimed = {claim.case_key for claim in company.claims}
    for case in company.cases:
        _Thread(agenda, history, company, case, now).add(opens=case.key not in claimed)


class _Thread:
    """One case on the agenda."""

    def __init__(self, agenda: Agenda, history: History, company: Company, case: Case, now: datetime) -> None:
        self.agenda, self.history, self.case, self.now = agenda, history, case, now
        self.begun = damage_opened_at(company, case, now)
        roles = {each.login: each.role for each in company.staff}
        self.owner = SUPERVISOR if roles.get(case.owner) is Role.ADMIN else case.owner

    def add(self, *, opens: bool) -> None:
        case = self.case
        if opens:
            self._at(self.begun, self._open)
        if self.owner:
            self._at(self.begun + GREETING_AFTER, self._greet)
        lines = spoken(case)
        at = self.begun
        asked = False
        ends_by_us = case.state is CaseState.RESOLVED and case.type is not CaseType.DAMAGE_DISPUTE
        for index, (line, at) in enumerate(zip(lines, times(case, self.begun, self.now), strict=True)):
            if line.by == case.specialist and case.specialist and not asked:
                asked = True
                self._at(at - timedelta(seconds=8), self._ask)
            last = index == len(lines) - 1
            if last and ends_by_us and line.by == case.owner:
                self._at(at, self._resolve(line.text))
                ends_by_us = False
            elif line.by == case.owner and case.type is CaseType.BUYOUT and not asked:
                self._at(at - timedelta(seconds=6), self._quote)
                self._at(at, self._line(line))
            else:
                self._at(at, self._line(line))
        self._end(at, asked, ends_by_us)

    def _end(self, at: datetime, asked: bool, resolve: bool) -> None:
        case = self.case
        if resolve:
            self._at(at + MINUTE, self._resolve(DONE))
        if case.turn is Turn.SPECIALIST and case.specialist and case.type is not CaseType.DAMAGE_DISPUTE:
            self._at(min(at + MINUTE, self.now), self._ask)
        if case.type is CaseType.SHIPPING_LATE and self.owner:
            self._at(at + MINUTE / 2, self._promise)
        if case.state is CaseState.CLOSED:
            ended = max(
                at + 10 * MINUTE, self.now - timedelta(hours=30) if case.type is CaseType.DAMAGE_DISPUTE else at
            )
            self._at(ended, self._close)
            if case.rating:
                self._at(ended + 2 * MINUTE, self._rate)

    def _at(self, at: datetime, step: Step) -> None:
        async def ticked(at: datetime) -> None:
            await tick(self.history.door, at)
            await step(at)

        self.agenda.add(at, ticked)

    @property
    def _renter(self) -> Actor:
        return self.history.people.renters[self.case.renter]

    def _actor(self, by: str) -> Actor:
        if by == "renter":
            return self._renter
        return self.history.people.staff[self.owner if by == self.case.owner else by]

    @property
    def _ref(self) -> str:
        return self.history.cases[self.case.key]

    async def _open(self, at: datetime) -> None:
        case, said = self.case, self.case.statement
        by_desk = channel_of(case) in OPENED_BY_DESK
        actor = self.history.people.staff[self.owner or DUTY] if by_desk else self._renter
        text = " ".join(part for part in (said.situation, said.background, said.request) if part)
        command = cases.OpenCase(
            type=case.type, lease_ref=case.lease_ref, text=text, as_is=True, channel=channel_of(case)
        )
        opened = await self.history.run(at, cases.open_case, actor, command)
        self.history.cases[case.key] = opened.case_ref

    async def _greet(self, at: datetime) -> None:
        owner = self.history.people.staff[self.owner]
        await self.history.run(at, cases.reply, owner, cases.Reply(self._ref, greeting_of(owner.name), SEEN_ALL))

    async def _ask(self, at: datetime) -> None:
        owner = self.history.people.staff[self.owner]
        await self.history.run(
            at, cases.ask_specialist, owner, cases.AskSpecialist(self._ref, self.case.specialist, ASK)
        )

    def _line(self, line: Message) -> Step:
        async def say(at: datetime) -> None:
            actor = self._actor(line.by)
            if line.by == "renter":
                await self.history.run(at, cases.say, actor, cases.Say(self._ref, line.text))
            elif line.internal:
                await self.history.run(at, cases.add_note, actor, cases.AddNote(self._ref, line.text))
            else:
                await self._reply(at, actor, line.text)

        return say

    async def _reply(self, at: datetime, actor: Actor, text: str) -> None:
        try:
            await self.history.run(at, cases.reply, actor, cases.Reply(self._ref, text, SEEN_ALL))
        except Refusal as refusal:
            if refusal.code != "guard":
                raise
            again = cases.Reply(self._ref, text, SEEN_ALL, WHY_OTHER_FIGURE)
            await self.history.run(at, cases.reply, actor, again)

    def _resolve(self, text: str) -> Step:
        async def resolve(at: datetime) -> None:
            owner = self.history.people.staff[self.owner]
            command = cases.ResolveCase(self._ref, text, SEEN_ALL, WHY_OTHER_FIGURE)
            await self.history.run(at, cases.resolve_case, owner, command)

        return resolve

    async def _quote(self, at: datetime) -> None:
        owner = self.history.people.staff[self.owner]
        await self.history.run(at, cases.insert_quote, owner, cases.InsertQuote(self._ref))

    async def _promise(self, at: datetime) -> None:
        owner = self.history.people.staff[self.owner]
        due_at = max(at, self.now) + timedelta(hours=20)
        command = cases.MakePromise(self._ref, "发出手机并把运单号发给您", due_at)
        await self.history.run(at, cases.make_promise, owner, command)

    async def _close(self, at: datetime) -> None:
        await self.history.run(at, cases.close_case, self._renter, cases.CloseCase(self._ref))

    async def _rate(self, at: datetime) -> None:
        await self.history.run(at, cases.rate_case, self._renter, cases.RateCase(self._ref, self.case.rating))


def damage_opened_at(company: Company, case: Case, now: datetime) -> datetime:
    """A damage case opens when the claim is contested, after its inspection."""
    from shouwen.mount.demo.seed.claims import answered_at

    claim = next((each for each in company.claims if each.case_key == case.key), None)
    return opened_at(case, now) if claim is None else answered_at(claim, opened_at(case, now))
