"""The template environment: one a language, autoescaped, undefined names fail."""

import json
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from secrets import token_urlsafe

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from ...kernel.days import beijing_at
from ...kernel.fen import format_fen, plain_fen
from . import formats
from .compiling import Pages
from .i18n import Lang, Words
from .ladder import chart_of
from .parts import ClockView, FrameView, View
from .said import SaidOnce

PACKAGE = Path(str(files("shouwen")))
STATIC = PACKAGE / "mount" / "static"
_frame: ContextVar[FrameView] = ContextVar("frame")


def render(view: View, frame: FrameView) -> str:
    """The page or fragment of `view` as HTML, in the frame's language, with times relative to `frame.now`."""
    token = _frame.set(frame)
    try:
        return environment(frame.lang).get_template(view.template).render(v=view, frame=frame)
    finally:
        _frame.reset(token)


@cache
def asset(name: str) -> str:
    """`app.css` → `/static/app-4F2A….css`, from the manifest; the plain name where nothing is built."""
    manifest = STATIC / "manifest.json"
    if not manifest.is_file():
        return f"/static/{name}"
    return f"/static/{json.loads(manifest.read_text('utf-8'))[name]}"


@cache
def environment(lang: Lang) -> Environment:
    """One language's environment; templates are `layouts/…`, `components/…`, `screens/…`, `<feature>/…`."""
    features = {
        folder.parent.name: FileSystemLoader(folder) for folder in sorted((PACKAGE / "features").glob("*/templates"))
    }
    env = Pages(
        loader=ChoiceLoader([PrefixLoader(features), FileSystemLoader(PACKAGE / "mount" / "pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=[SaidOnce],
    )
    t = Words(lang)
    env.globals.update(
        t=t,
        asset=asset,
        fresh_key=fresh_key,
        chart_of=chart_of,
        clock_tone=clock_tone,
        current_frame=_frame.get,
    )
    env.filters.update(
        money=format_fen,
        plain_money=plain_fen,
        size=formats.size_text,
        iso=iso,
        count=count_text,
        initial=initial,
        media_src=media_src,
        seconds=lambda value: formats.span_text(value, t),
        day=lambda value: formats.day_text(value, _now(), t),
        date=lambda value: formats.plain_day(_day_of(value), beijing_at(_now()).date()),
        full_date=lambda value: _day_of(value).isoformat(),
        moment=lambda value: formats.moment_text(value, _now(), t),
        stamp=lambda value: formats.to_the_second(beijing_at(value)),
        hm=lambda value: formats.hour_minute(beijing_at(value)),
        hms=lambda value: beijing_at(value).strftime("%H:%M:%S"),
        by=lambda value: formats.by_text(value, _now(), t),
        left=lambda value: formats.left_text(value, _now(), t),
    )
    return env


def fresh_key() -> str:
    """An idempotency key for one form as shown: sending it twice acts once."""
    return token_urlsafe(15)


def clock_tone(clock: ClockView) -> str:
    """The tone a clock starts with; the browser goes on from there."""
    if clock.tone != "plain" or clock.until is None:
        return clock.tone
    return formats.clock_tone(clock.until, _now(), clock.amber_below_s)


def iso(value: date | datetime) -> str:
    """Machine form for `datetime` attributes."""
    return value.isoformat()


def count_text(number: int) -> str:
    """`18204` → `18,204`."""
    return f"{number:,}"


def initial(name: str) -> str:
    """The one character of an avatar."""
    return name[:1].upper() or "·"


def media_src(ref: str, width: int = 480) -> str:
    """The re-encoded preview of a piece of evidence."""
    return f"/media/{ref}/preview?w={width}"


def _now() -> datetime:
    return _frame.get().now


def _day_of(value: date | datetime) -> date:
    return beijing_at(value).date() if isinstance(value, datetime) else value
