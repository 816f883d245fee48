"""Small view parts shared by portal and desk pages. Amounts are whole fen, instants aware UTC, days Beijing.

Texts arrive in the language of the page; dates, clocks and money are formatted by the filters of `env`.
"""

from datetime import date, datetime
from typing import ClassVar, Literal, Protocol

from msgspec import Struct


class View(Protocol):
    """Any struct that names its template."""

    template: ClassVar[str]


Tone = Literal["plain", "pine", "amber", "red", "moss"]


class LinkView(Struct, frozen=True):
    """A link; `download` marks a file."""

    text: str
    href: str
    download: bool = False


class PillView(Struct, frozen=True):
    """A short state word; amber is time and attention, red breach or refusal, moss settled, pine next."""

    text: str
    tone: Tone = "plain"


class ClockView(Struct, frozen=True):
    """A countdown: `label` then the time left to `until`; without `until` only the label (等租客).

    Turns amber below `amber_below_s` seconds and red at zero; `tone` forces one. `fixed` shows the date
    instead of counting (11-25 前裁定).
    """

    label: str
    until: datetime | None = None
    tone: Tone = "plain"
    amber_below_s: int = 60
    fixed: bool = False


class ClauseRefView(Struct, frozen=True):
    """A clause by number (`9.1`), linked to its text where the reader may see it."""

    no: str
    href: str = ""
    title: str = ""


class LineView(Struct, frozen=True):
    """One line of a figure; negative amounts are shown with their sign."""

    label: str
    amount_fen: int
    note: str = ""
    clause: ClauseRefView | None = None


class FigureView(Struct, frozen=True):
    """An amount that never stands alone: clauses, working line by line, rules, and until when it holds."""

    amount_fen: int
    working: tuple[str, ...] = ()
    clauses: tuple[ClauseRefView, ...] = ()
    rules: tuple[str, ...] = ()
    note: str = ""
    valid_until: datetime | None = None


class FactView(Struct, frozen=True):
    """One row of a key-value list; with `figure` the value is that amount and its working opens below."""

    label: str
    value: str = ""
    note: str = ""
    href: str = ""
    tone: Tone = "plain"
    figure: FigureView | None = None


class RuleRowView(Struct, frozen=True):
    """What one rule found: `hit` decided, `passed` did not apply, `missing` lacks an input.

    `shots` are the pictures it read, as the renter sees them: thumb, name, and the reference in small print.
    """

    rule: str
    text: str
    state: Literal["hit", "passed", "missing"] = "passed"
    strong: str = ""
    sources: tuple[LinkView, ...] = ()
    shots: tuple["MediaView", ...] = ()


class RegionView(Struct, frozen=True):
    """A rectangle on a photo in fractions of its width and height, 0 to 1."""

    x: float
    y: float
    w: float
    h: float


class PhotoView(Struct, frozen=True):
    """A photo to show; `src` defaults to the preview of `ref`, give the aligned one where there is one.

    `width` and `height` are the photo's own pixels: frames crop, and the mark must stay where it was drawn.
    """

    ref: str
    label: str
    taken_on: date | None = None
    region: RegionView | None = None
    src: str = ""
    alt: str = ""
    width: int = 1600
    height: int = 1200


class CompareView(Struct, frozen=True):
    """Handover on the right, return on the left, same frame."""

    before: PhotoView
    after: PhotoView


class MediaView(Struct, frozen=True):
    """One evidence tile. `reason` says why refused and what to do; `receipt_no` is the seal's number."""

    ref: str
    name: str
    kind: Literal["image", "video", "document"] = "image"
    state: Literal["uploading", "checking", "sealed", "refused"] = "sealed"
    receipt_no: int | None = None
    sealed_at: datetime | None = None
    size_bytes: int = 0
    received_bytes: int = 0
    reason: str = ""
    src: str = ""
    receipt_href: str = ""
    by: str = ""


class UploadView(Struct, frozen=True):
    """What the upload tiles need: `purpose` and `subject` go into POST /api/v1/uploads."""

    purpose: str
    subject: str
    media: tuple[MediaView, ...] = ()
    title: str = ""
    hint: str = ""
    # without HEIC an iPhone hands over JPEG by itself
    accept: str = "image/jpeg,image/png,image/webp,video/mp4,video/quicktime,video/webm"
    field: str = "media"
    max_files: int = 20
    max_bytes: int = 200 * 1024 * 1024


class LadderPointView(Struct, frozen=True):
    """The buyout price after `settled` instalments; `due_on` of the last settled one."""

    settled: int
    price_fen: int
    due_on: date | None = None


class LadderView(Struct, frozen=True):
    """The frozen buyout ladder and where the lease stands (part paid: between two points)."""

    points: tuple[LadderPointView, ...]
    now_fen: int
    now_settled: int
    note: str = ""


class QuoteView(Struct, frozen=True):
    """A sealed quote as it stands in a thread; `sentence` is what inserting it writes into the composer."""

    ref: str
    title: str
    figure: FigureView
    on: date
    sentence: str
    accept_href: str = ""


class SpanView(Struct, frozen=True):
    """A piece of a sentence; `fact` came from the lease and is set in pine."""

    text: str
    fact: bool = False


class StatementPartView(Struct, frozen=True):
    """One of the three parts of a statement (SAY-1): 现状, 背景, 诉求."""

    label: str
    spans: tuple[SpanView, ...]


class MessageView(Struct, frozen=True):
    """One entry of a thread, by `seq`. `note` is internal and must never be given to a renter's page.

    `seal_href`: where the writer sees the receipt of it; the mark that leads there says whether it is sealed yet.
    With `seal_brief` that mark is all; statements and evidence also show number and time in themselves.
    """

    seq: int
    kind: Literal["renter", "staff", "assistant", "note", "system"]
    at: datetime
    text: str = ""
    author: str = ""
    read: bool = False
    first_answer_s: int | None = None
    statement: tuple[StatementPartView, ...] = ()
    media: tuple[MediaView, ...] = ()
    quote: QuoteView | None = None
    links: tuple[LinkView, ...] = ()
    rule: str = ""
    receipt_no: int | None = None
    sealed_at: datetime | None = None
    seal_href: str = ""
    seal_brief: bool = False


class ProblemView(Struct, frozen=True):
    """Why something was refused, standing where the act was: what, by which clause or rule, what next."""

    text: str
    remedy: str = ""
    rule: str = ""
    clause: str = ""
    field: str = ""


class StepView(Struct, frozen=True):
    """One step of a lease's or claim's life."""

    text: str
    state: Literal["done", "current", "todo"]
    at: datetime | None = None


class TimelineRowView(Struct, frozen=True):
    """One journal line: when, what, who, why, which rule."""

    at: datetime
    text: str
    who: str = ""
    rule: str = ""
    why: str = ""
    receipt_no: int | None = None


class UserView(Struct, frozen=True):
    """Who is looking; `name` unmasked, it is their own. `mark` tells two people of one browser apart, and no more."""

    name: str
    role: str
    role_label: str
    is_staff: bool
    available: bool = True
    mark: str = ""


class FrameView(Struct, frozen=True, kw_only=True):
    """What every page has: language, theme (`""` follows the device), CSRF token, reader, now."""

    now: datetime
    lang: Literal["zh", "en"] = "zh"
    theme: Literal["", "light", "dark"] = ""
    csrf: str = ""
    user: UserView | None = None
    path: str = "/"
    demo: bool = False
    brand: str = "首问"
    unread: int = 0
    bills_due: int = 0
    approvals: int = 0
    inspections: int = 0
