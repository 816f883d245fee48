"""Threads by case type, read from `stories.toml` beside this file."""

import tomllib
from importlib.resources import files

import msgspec
from msgspec import Struct

from shouwen.features.cases.types import CaseType
from shouwen.mount.demo.structs import Statement

Line = tuple[str, str]


class Story(Struct, frozen=True):
    """A thread with its title and statement; words in braces are filled from the lease's facts."""

    title: str
    statement: Statement
    lines: tuple[Line, ...]


class _Written(Struct, frozen=True):
    title: str
    situation: str
    background: str
    request: str
    lines: tuple[Line, ...]


def _read() -> dict[CaseType, tuple[Story, ...]]:
    text = files(__package__).joinpath("stories.toml").read_text("utf-8")
    written = msgspec.convert(tomllib.loads(text), dict[CaseType, tuple[_Written, ...]])
    return {
        kind: tuple(
            Story(each.title, Statement(each.situation, each.background, each.request), each.lines) for each in stories
        )
        for kind, stories in written.items()
    }


STORIES = _read()
