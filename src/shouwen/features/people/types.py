"""Who people are to the desk."""

from datetime import datetime

from msgspec import Struct

from shouwen.kernel.actor import Actor, Role


class Session(Struct, frozen=True):
    """A live session as a request finds it. `csrf` is compared on every unsafe request.

    `must_change`: opened with a password that somebody else chose, which is not changed yet.
    """

    id: int
    csrf: str
    role: Role
    actor_id: int
    actor_name: str
    expires_at: datetime
    must_change: bool

    def actor(self) -> Actor:
        """The actor this session speaks for."""
        return Actor(self.role, self.actor_id, self.actor_name, self.id, self.must_change)


class LoggedIn(Struct, frozen=True):
    """The answer to a log-in: the token exists only here and in the client.

    `password_reset`: with a password that somebody else set and that is not changed yet.
    """

    token: str
    csrf: str
    role: Role
    name: str
    expires_at: datetime
    password_reset: bool = False


class CodeSent(Struct, frozen=True):
    """`demo_code` is set only by the demo installation, which shows it on the page."""

    expires_at: datetime
    demo_code: str = ""


class SessionRow(Struct, frozen=True):
    """One of my sessions in the list from which it can be revoked."""

    id: int
    method: str
    user_agent: str
    created_at: datetime
    expires_at: datetime
    current: bool = False


class OwnAccount(Struct, frozen=True):
    """Who I am here; `login` is empty for renters, who have no password.

    `password_reset_at` and `_by` while the password is one that somebody else set.
    """

    name: str
    role: Role
    login: str = ""
    password_reset_at: datetime | None = None
    password_reset_by: str = ""


class StaffRow(Struct, frozen=True):
    """A colleague."""

    id: int
    login: str
    name: str
    role: Role
    capacity: int
    active: bool


class Hired(Struct, frozen=True):
    """A new account. `password` exists only here and with whom it is told to."""

    id: int
    login: str
    name: str
    role: Role
    password: str


class PasswordReset(Struct, frozen=True):
    """A new password for an old account. `password` exists only here and with whom it is told to."""

    login: str
    name: str
    password: str


class LinkShown(Struct, frozen=True):
    """Whom a log-in link belongs to, masked, and until when it is good."""

    name: str
    expires_at: datetime


class RenterCard(Struct, frozen=True):
    """A renter as staff see them: masked."""

    id: int
    ref: str
    name_masked: str
    phone_masked: str
    verified: bool


class Revealed(Struct, frozen=True):
    """Personal data shown once, with the reason on record (EVI-6)."""

    name: str
    phone: str
