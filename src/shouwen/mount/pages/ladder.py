"""Geometry of the ladder chart: a LadderView becomes points in a 318 × 132 box. Presentation only."""

from itertools import pairwise

from msgspec import Struct

from .parts import LadderView

WIDTH, HEIGHT = 318.0, 132.0
LEFT, RIGHT, TOP, BOTTOM = 10.0, 308.0, 24.0, 106.0
LABEL = 72.0  # the width of a label at most


class DotView(Struct, frozen=True):
    """A point of the chart, in user units; `anchor` keeps its label inside the box."""

    x: float
    y: float
    settled: int
    price_fen: int
    anchor: str = "middle"
    label_y: float = 0.0


class ChartView(Struct, frozen=True):
    """Everything the SVG macro draws: the line, its dots, the place where the lease stands, the end."""

    line: str
    area: str
    dots: tuple[DotView, ...]
    now: DotView
    end: DotView
    start: DotView
    base_y: float = BOTTOM


def chart_of(ladder: LadderView) -> ChartView:
    """Scale the ladder; the axis starts at zero so that slopes are honest. Needs at least one point."""
    top_fen = max(max(point.price_fen for point in ladder.points), ladder.now_fen, 1)
    last = max(ladder.points[-1].settled, 1)
    points: list[tuple[float, float]] = []

    def dot(settled: float, price_fen: int, anchor: str = "middle") -> DotView:
        x = LEFT + (RIGHT - LEFT) * settled / last
        y = BOTTOM - (BOTTOM - TOP) * price_fen / top_fen
        reach = {"start": 0.0, "middle": LABEL / 2, "end": LABEL}[anchor]
        above = _height(points, max(LEFT, x - reach)) if points else y
        return DotView(
            round(x, 1), round(y, 1), int(settled), price_fen, anchor, round(max(10.0, min(y, above) - 9), 1)
        )

    dots = tuple(dot(point.settled, point.price_fen) for point in ladder.points)
    points.extend((each.x, each.y) for each in dots)
    line = " ".join(f"{each.x},{each.y}" for each in dots)
    now_anchor = "start" if ladder.now_settled * 4 < last else "end" if ladder.now_settled * 4 > last * 3 else "middle"
    return ChartView(
        line=line,
        area=f"{LEFT},{BOTTOM} {line} {dots[-1].x},{BOTTOM}",
        dots=dots,
        now=dot(_place(ladder), ladder.now_fen, now_anchor),
        end=dot(ladder.points[-1].settled, ladder.points[-1].price_fen, "end"),
        start=dot(ladder.points[0].settled, ladder.points[0].price_fen, "start"),
    )


def _place(ladder: LadderView) -> float:
    """Where the lease stands on the axis: a part-paid instalment lies between two points (BUY-5)."""
    prices = {point.settled: point.price_fen for point in ladder.points}
    here, there = prices.get(ladder.now_settled), prices.get(ladder.now_settled + 1)
    if here is None or there is None or not there < ladder.now_fen < here:
        return float(ladder.now_settled)
    return ladder.now_settled + (here - ladder.now_fen) / (here - there)


def _height(points: list[tuple[float, float]], x: float) -> float:
    """The line's y at `x`, so that a label can stand above it."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0 or 1)
    return points[-1][1]
