"""Use cases of people: importing this package declares them all."""

from shouwen.features.people.opening import RENTER_LIFE, STAFF_LIFE
from shouwen.features.people.use_cases.demo_login import LogInDemo, log_in_demo
from shouwen.features.people.use_cases.link_login import LogInByLink, ReadLink, log_in_by_link, read_link
from shouwen.features.people.use_cases.own_password import ChangePassword, change_password
from shouwen.features.people.use_cases.renter_login import (
    CODE_LIFE,
    MAX_WRONG_CODES,
    LogInRenter,
    SendCode,
    log_in_renter,
    send_code,
)
from shouwen.features.people.use_cases.renters import RevealRenter, reveal_renter
from shouwen.features.people.use_cases.sessions import (
    ListSessions,
    LogOut,
    ReadOwnAccount,
    RevokeSession,
    list_sessions,
    log_out,
    read_own_account,
    revoke_session,
)
from shouwen.features.people.use_cases.staff import (
    HireStaff,
    ListStaff,
    ResetPassword,
    RetireStaff,
    StaffRole,
    hire_staff,
    list_staff,
    reset_password,
    retire_staff,
)
from shouwen.features.people.use_cases.staff_login import LogInStaff, log_in_staff

__all__ = [
    "CODE_LIFE",
    "MAX_WRONG_CODES",
    "RENTER_LIFE",
    "STAFF_LIFE",
    "ChangePassword",
    "HireStaff",
    "ListSessions",
    "ListStaff",
    "LogInByLink",
    "LogInDemo",
    "LogInRenter",
    "LogInStaff",
    "LogOut",
    "ReadLink",
    "ReadOwnAccount",
    "ResetPassword",
    "RetireStaff",
    "RevealRenter",
    "RevokeSession",
    "SendCode",
    "StaffRole",
    "change_password",
    "hire_staff",
    "list_sessions",
    "list_staff",
    "log_in_by_link",
    "log_in_demo",
    "log_in_renter",
    "log_in_staff",
    "log_out",
    "read_link",
    "read_own_account",
    "reset_password",
    "retire_staff",
    "reveal_renter",
    "revoke_session",
    "send_code",
]
