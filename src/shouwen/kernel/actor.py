"""Who acts. Every use case has exactly one actor."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """domain.md §1; `anonymous` is somebody not yet logged in."""

    RENTER = "renter"
    AGENT = "agent"
    SPECIALIST = "specialist"
    INSPECTOR = "inspector"
    APPRAISER = "appraiser"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SYSTEM = "system"
    ASSISTANT = "assistant"
    ANONYMOUS = "anonymous"


STAFF_ROLES = frozenset({Role.AGENT, Role.SPECIALIST, Role.INSPECTOR, Role.SUPERVISOR, Role.ADMIN})

ROLE_ZH = {
    Role.RENTER: "租客",
    Role.AGENT: "一线客服",
    Role.SPECIALIST: "高级专员",
    Role.INSPECTOR: "检测员",
    Role.APPRAISER: "第三方检测机构",
    Role.SUPERVISOR: "主管",
    Role.ADMIN: "管理员",
    Role.SYSTEM: "系统",
    Role.ASSISTANT: "智能助手",
    Role.ANONYMOUS: "访客",
}


_RANK = {Role.AGENT: 1, Role.SPECIALIST: 2, Role.SUPERVISOR: 3}


def reaches(role: Role, asked: Role) -> bool:
    """Whether `role` is `asked` or stands above it (AUTH-1); roles beside the desk never do."""
    return _RANK.get(role, 0) >= _RANK[asked]


class Actor(Struct, frozen=True):
    """`id` is the staff or renter row id (0 for system and anonymous); `session_id` 0 where there is none.

    `must_change`: logged in with a password that somebody else chose, and nothing else is done before it is changed.
    """

    role: Role
    id: int = 0
    name: str = ""
    session_id: int = 0
    must_change: bool = False

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES


SYSTEM = Actor(Role.SYSTEM, 0, "系统")
ANONYMOUS = Actor(Role.ANONYMOUS)
