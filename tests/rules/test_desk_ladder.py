"""The desk's buyout chart marks the price itself: late fees are a line of their own, as in the table below it."""

from types import SimpleNamespace

from shouwen.features.leases.types import LadderPoint
from shouwen.mount.pages.i18n import Words
from shouwen.mount.web.desk.ending_tab import _ladder


def test_chart_marks_the_price_without_the_late_fees():
    points = (LadderPoint(0, 804_600, None), LadderPoint(1, 756_324, None))
    lines = (
        SimpleNamespace(kind="buyout_price", amount_fen=659_772), SimpleNamespace(kind="late_fee", amount_fen=941),
    )  # fmt: skip
    buyout = SimpleNamespace(amount_fen=660_713, lines=lines)
    file = SimpleNamespace(ladder=points, settled=0, buyout=buyout)
    assert _ladder(file, Words("zh")).now_fen == 659_772
