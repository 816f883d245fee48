"""A desk for case tests: colleagues, a renter with a lease, and acts on cases."""

import asyncpg
from lease_ground import NOW, add_lease, add_renter, in_act, run

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.changes import queue_rank, turn_now
from shouwen.features.cases.rows import CaseRow
from shouwen.features.cases.store.load import COLUMNS
from shouwen.features.cases.types import CaseType
from shouwen.kernel.actor import Actor, Role
from shouwen.platform.db import row_to

__all__ = ["NOW", "Desk", "asyncpg", "find_case", "open_desk", "turns_agree"]

_STAFF = (
    ("zhoumin", "周敏", Role.AGENT),
    ("limei", "李梅", Role.AGENT),
    ("lin", "林专员", Role.SPECIALIST),
    ("gu", "顾主管", Role.SUPERVISOR),
    ("he", "何检", Role.INSPECTOR),
    ("adm", "管理员", Role.ADMIN),
)


# a claim's turn as its case keeps it
_TOLD = """
SELECT c.ref FROM claims k JOIN cases c ON c.id = k.case_id
WHERE (c.claim_turn, c.claim_until) IS DISTINCT FROM
  (CASE k.turn WHEN 'system' THEN 'nobody' WHEN 'inspector' THEN 'desk' WHEN 'nobody' THEN NULL ELSE k.turn END,
   k.turn_until)
"""


def turns_agree(house):
    """Every case shows the turn its conversation and its claim make, and says of its claim what the claim says."""
    for row in house.sql(f"SELECT {COLUMNS} FROM cases c"):
        case = row_to(CaseRow, row)
        shown = turn_now(case)
        assert (case.turn, case.turn_until) == (shown.turn, shown.until), case.ref
        assert case.rank == queue_rank(case.urgent, case.turn_until), case.ref
    return house.sql(_TOLD) == []


def find_case(house, ref):
    return row_to(CaseRow, house.sql(f"SELECT {COLUMNS} FROM cases c WHERE c.ref = $1", ref)[0])


class Desk:
    """`agent`, `other`, `specialist`, `supervisor`, `inspector`, `admin`, `renter`, `stranger`, `lease`."""

    def __init__(self, house, agent, other, specialist, supervisor, inspector, admin):
        self.house = house
        self.agent, self.other, self.specialist = agent, other, specialist
        self.supervisor, self.inspector, self.admin = supervisor, inspector, admin
        self.renter = add_renter(house, 1, "陈*宇")
        self.stranger = add_renter(house, 2, "刘*")
        self.lease = add_lease(house, self.renter)

    def act(self, actor, use_case, command, **more):
        answer = run(self.house, use_case, actor, command, **more)
        assert turns_agree(self.house)
        return answer

    def open(self, kind=CaseType.FAULT, text="11 月 18 日起听筒没有声音", actor=None, lease=True, **more):
        """A case of the renter; its reference."""
        at = more.pop("at", NOW)
        command = cases.OpenCase(kind, lease_ref=self.lease.ref if lease else None, text=text, **more)
        return self.act(actor or self.renter, cases.open_case, command, at=at).case_ref

    def reply(self, ref, text="您好，听筒没有声音的话，请先看一下防尘网有没有被贴膜盖住。", actor=None, **more):
        seen = more.pop("seen_seq", None)
        if seen is None:
            seen = self.one("SELECT seq FROM cases WHERE ref = $1", ref)
        at, key = more.pop("at", NOW), more.pop("key", "")
        return self.act(actor or self.agent, cases.reply, cases.Reply(ref, text, seen, **more), at=at, key=key)

    def say(self, ref, text="现在还是没有声音", actor=None, **more):
        return self.act(actor or self.renter, cases.say, cases.Say(ref, text), **more)

    def take(self, ref, actor=None):
        return self.act(actor or self.agent, cases.take_case, cases.TakeCase(ref))

    def read(self, ref, actor=None):
        return self.act(actor or self.agent, cases.read_case, cases.ReadCase(ref))

    def queue(self, tab="mine", actor=None, after=""):
        return self.act(actor or self.agent, cases.read_queue, cases.ReadQueue(tab, after))

    def one(self, query, *args):
        return self.house.sql(query, *args)[0][0]

    def case(self, ref):
        return self.house.sql("SELECT * FROM cases WHERE ref = $1", ref)[0]


def open_desk(house):
    async def hire(ctx):
        return [
            Actor(
                role,
                await ctx.conn.fetchval(
                    "INSERT INTO staff (login, name, role, password_hash, created_at)"
                    " VALUES ($1, $2, $3, 'x', $4) RETURNING id",
                    login, name, str(role), NOW,
                ),
                name,
            )
            for login, name, role in _STAFF
        ]  # fmt: skip

    return Desk(house, *in_act(house, hire))
