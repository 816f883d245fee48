"""A form of a page is an act: read it, through the door, back with a word; or the page again with what was typed."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from shouwen.kernel.days import BEIJING
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.kernel.fen import typed_fen
from shouwen.mount.pages.form_views import FieldView, FormView, PickView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ProblemView
from shouwen.mount.web.page import Edge, actor_of, form, problem_view, run, see
from shouwen.platform.decode import decode
from shouwen.platform.permissions import ALLOWED
from shouwen.platform.registry import UseCase

C = TypeVar("C", bound=Struct)
R = TypeVar("R")
Fields = dict[str, list[str]]

WAITS = "approval_requested"
DONE: dict[str, str] = {WAITS: "已提交审批，有权限的同事同意后自动生效"}  # what is said after an act, by its name
_OURS = ("csrf", "idempotency_key")


class Tried(Struct, frozen=True):
    """A form that was refused: of which act, what was typed, what is wrong."""

    name: str
    typed: Fields
    problem: ProblemView
    status: int


Show = Callable[[Request, Tried | None], Awaitable[Response]]


def act(
    use_case: UseCase[C, R],
    command: type[C],
    show: Show,
    back: str | Callable[[Request, R], str],
    done: str,
    *,
    name: str = "",
) -> Edge:
    """An edge that posts a form to `use_case`. `back` may hold `{names}` of the path; `done` is said there.

    A field `x_yuan` becomes `x_fen`; one whose command field is an instant is read on Beijing's clock; an empty one is
    left out; one given several times is a list. `name` tells two forms of one use case apart;
    ValueError where one name is said in two ways.
    """
    named = name or use_case.name
    if DONE.setdefault(named, done) != done:
        raise ValueError(f"{named} is said as {DONE[named]!r} and as {done!r}: give one of them a name")
    types = {field.name: field.type for field in msgspec.structs.fields(command)}

    async def edge(request: Request) -> Response:
        fields = await form(request)
        try:
            pairs, lists = _read(fields, types)
            path = {key: value for key, value in request.path_params.items() if key in types}
            asked = decode(command, path, pairs, msgspec.json.encode(lists))
            answer = await run(request, use_case, asked, fields)
        except Refusal as refusal:
            if refusal.status in (401, 404):
                raise
            if refusal.status == 202:
                return see(_with(_back(back, request, None), WAITS))
            return await show(request, Tried(named, fields, problem_view(request, refusal), refusal.status))
        return see(_with(_back(back, request, answer), named))

    return edge


def said(request: Request, t: Words) -> str:
    """What the act before this page did, in words; empty where none was."""
    text = DONE.get(request.query_params.get("done", ""), "")
    return t(text) if text else ""


def may(request: Request, use_case: UseCase[C, R]) -> bool:
    """Whether the reader's role may call it at all; the use case itself still decides."""
    return actor_of(request).role in ALLOWED[use_case.permission]


def form_view(
    name: str, action: str, title: str, button: str, fields: tuple[FieldView, ...] = (), *,
    tried: Tried | None = None, lead: str = "", main: bool = False, folded: bool = True,
) -> FormView:  # fmt: skip
    """The form of an act, with what was typed and what is wrong where it was tried a moment ago."""
    if tried is None or tried.name != name:
        return FormView(
            name=name, action=action, title=title, button=button, fields=fields, lead=lead, main=main, folded=folded
        )
    return FormView(
        name=name, action=action, title=title, button=button, lead=lead, main=main, folded=folded,
        fields=tuple(_again(one, tried) for one in fields), problem=_labelled(tried.problem, fields),
    )  # fmt: skip


def _labelled(problem: ProblemView, fields: tuple[FieldView, ...]) -> ProblemView:
    """“reason”填写有误 names the field as the form does, not as the command."""
    label = next((one.label for one in fields if _names(problem.field, one)), "")
    return replace(problem, text=problem.text.replace(f"“{problem.field}”", f"“{label}”")) if label else problem


def _names(field: str, one: FieldView) -> bool:
    return field in (one.name, one.name.replace("_yuan", "_fen"))


def _again(one: FieldView, tried: Tried) -> FieldView:
    values = tried.typed.get(one.name, [])
    wrong = _names(tried.problem.field, one)
    if one.kind == "hidden" or (one.kind != "checks" and not values and one.kind != "check"):
        return replace(one, wrong=wrong)
    picks = tuple(PickView(p.value, p.label, p.value in values, p.note) for p in one.picks)
    return replace(one, value=values[0] if values else "", picks=picks, wrong=wrong)


def _read(fields: Fields, types: dict[str, object]) -> tuple[list[tuple[str, str]], dict[str, list[str]]]:
    pairs: list[tuple[str, str]] = []
    lists: dict[str, list[str]] = {}
    for name, values in fields.items():
        value = values[0].strip()
        if name in _OURS or (value == "" and len(values) == 1):
            continue
        if name.endswith("_yuan"):
            pairs.append((f"{name.removesuffix('_yuan')}_fen", str(_fen(name, value))))
        elif _plain(types.get(name)) is datetime:
            pairs.append((name, _instant(name, value)))
        elif _is_list(types.get(name)):
            lists[name] = [one.strip() for one in values if one.strip()]
        else:
            pairs.append((name, value))
    return pairs, lists


def _is_list(kind: object) -> bool:
    return str(_plain(kind)).startswith(("tuple[", "list["))


def _plain(kind: object) -> object:
    """The type without its bounds."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _fen(name: str, typed: str) -> int:
    fen = typed_fen(typed)
    if fen is None:
        raise BadInput(
            name, "金额请写成数字，例如 12 或 12.50", "write the amount in digits, such as 12 or 12.50",
            remedy_zh="只写数字，单位是元，最多两位小数", remedy_en="digits only, in yuan, at most two decimals",
        )  # fmt: skip
    return fen


def _instant(name: str, typed: str) -> str:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise BadInput(
            name, "请选择日期和时间", "choose a day and a time",
            remedy_zh="例如 2026-11-23 10:30", remedy_en="such as 2026-11-23 10:30",
        ) from None  # fmt: skip
    return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).isoformat()


def _back(back: str | Callable[[Request, R], str], request: Request, answer: R | None) -> str:
    if isinstance(back, str):
        return back.format_map(request.path_params)
    if answer is None:
        return request.url.path.rpartition("/")[0]
    return back(request, answer)


def _with(href: str, name: str) -> str:
    place, mark, anchor = href.partition("#")
    return f"{place}{'&' if '?' in place else '?'}done={name}{mark}{anchor}"
