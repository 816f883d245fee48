"""Use cases are declared once; API, OpenAPI, command line and the permission tests are derived from here."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from msgspec import Struct

from shouwen.platform.permissions import Permission

C = TypeVar("C", bound=Struct)
R = TypeVar("R")


class UseCase(Generic[C, R]):
    """A declared use case. `writes` opens an act; `recorded` is a read that must be on record (EVI-6).

    `snapshot` reads share one REPEATABLE READ transaction. `secret_result` keeps the answer out of the database.
    `whole` writes answer Done with `writing`: the door sends act, change and seal as one statement.
    `password_first` False: may be done before a password that somebody else chose is changed.
    """

    def __init__(
        self,
        fn: Callable[[Any, C], Awaitable[Any]],
        command: type[C],
        result: type[R],
        *,
        permission: Permission,
        method: str,
        path: str,
        recorded: bool,
        secret_result: bool,
        snapshot: bool,
        whole: bool,
        password_first: bool,
    ) -> None:
        self.name = fn.__name__
        self.fn, self.command, self.result = fn, command, result
        self.permission, self.method, self.path = permission, method, path
        self.recorded, self.secret_result, self.snapshot, self.whole = recorded, secret_result, snapshot, whole
        self.password_first = password_first
        self.writes = method != "GET" or recorded
        doc = (fn.__doc__ or "").strip().splitlines()
        self.summary_zh, self.summary_en = doc[0] if doc else "", doc[1].strip() if len(doc) > 1 else ""


REGISTRY: dict[str, UseCase[Any, Any]] = {}


def use_case(
    command: type[C],
    result: type[R],
    *,
    permission: Permission,
    method: str,
    path: str,
    recorded: bool = False,
    secret_result: bool = False,
    snapshot: bool = False,
    whole: bool = False,
    password_first: bool = True,
) -> Callable[[Callable[[Any, C], Awaitable[Any]]], UseCase[C, R]]:
    """Declare a use case; refuses at import what has no permission, no documentation or a lax command.

    The function's docstring is two lines: Chinese, then English. A write answers Done, Refused or
    NeedsApproval; a read answers `result` itself. Paths are relative to /api/v1.
    """
    if not isinstance(permission, Permission):
        raise TypeError("a use case needs a permission")
    if not command.__struct_config__.forbid_unknown_fields:
        raise TypeError(f"{command.__name__} must forbid unknown fields")

    def declare(fn: Callable[[Any, C], Awaitable[Any]]) -> UseCase[C, R]:
        declared = UseCase(
            fn,
            command,
            result,
            permission=permission,
            method=method,
            path=path,
            recorded=recorded,
            secret_result=secret_result,
            snapshot=snapshot,
            whole=whole,
            password_first=password_first,
        )
        if declared.name in REGISTRY:
            raise TypeError(f"two use cases are called {declared.name}")
        if not declared.summary_zh or not declared.summary_en:
            raise TypeError(f"{declared.name} needs a Chinese and an English line")
        REGISTRY[declared.name] = declared
        return declared

    return declare
