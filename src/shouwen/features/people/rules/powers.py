"""What is left of a role's power over an act on one lease (AUTH-1), before it is used."""

from msgspec import Struct

from shouwen.features.people.rules.authority import AuthorityPolicy, PowerAct, PowerLimit
from shouwen.kernel.actor import Role, reaches


class PowerLeft(Struct, frozen=True, kw_only=True):
    """One act on one lease over 12 months, in fen: what the role may do alone, what was used, what is left.

    `limit_fen` and `left_fen` None: any amount. Beyond it `beyond_people` of `beyond_role` agree (None: nobody needs
    to be asked).
    """

    act: PowerAct
    name: str
    limit_fen: int | None
    used_fen: int
    left_fen: int | None
    beyond_role: Role | None = None
    beyond_people: int = 0


def power_left(act: PowerAct, used_12_months_fen: int, role: Role, policy: AuthorityPolicy) -> PowerLeft:
    """What this role may still do alone; LookupError where the table has no such act."""
    row = policy.row(act)
    alone = [limit for limit in row.limits if limit.people == 1 and reaches(role, limit.role)]
    most_fen: int | None = 0
    for limit in alone:
        most_fen = limit.limit_fen
    beyond = _beyond(row.limits, most_fen)
    return PowerLeft(
        act=act,
        name=row.name,
        limit_fen=most_fen,
        used_fen=used_12_months_fen,
        left_fen=None if most_fen is None else max(0, most_fen - used_12_months_fen),
        beyond_role=None if beyond is None else beyond.role,
        beyond_people=0 if beyond is None else beyond.people,
    )


def _beyond(limits: tuple[PowerLimit, ...], most_fen: int | None) -> PowerLimit | None:
    """The first row of the table that reaches further."""
    if most_fen is None:
        return None
    return next((limit for limit in limits if limit.limit_fen is None or limit.limit_fen > most_fen), None)
