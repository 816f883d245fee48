"""The narrow edges of a phone: brushed metal, keys, tray, speaker holes and port."""

import cv2
import numpy as np

from shouwen.mount.demo.draw.light import Lamp
from shouwen.mount.demo.draw.optics import EDGE_STAND_MM, face_size
from shouwen.mount.demo.draw.sheet import SHIFT, Sheet, bgr, rounded_distance
from shouwen.mount.demo.draw.words import PhoneLook, View

DARK = np.array([0.05, 0.05, 0.05], np.float32)


def paint_edge(sheet: Sheet, view: View, look: PhoneLook, lamp: Lamp) -> None:
    """Fill a sheet with one edge."""
    long_mm, thick = face_size(view, look)
    xs, ys = sheet.grid(4)
    distance = rounded_distance(xs, ys, (0.0, 0.0, long_mm, thick), thick * 0.22)
    sheet.alpha[:] = np.clip(-sheet.fine(distance) * sheet.scale + 0.5, 0, 1)
    height = (ys / thick - 0.5) * 2
    round_off = 1.06 - 0.42 * np.abs(height) ** 3 + 0.20 * np.exp(-(((height + 0.45) / 0.18) ** 2))
    shine = lamp.streak(xs - long_mm / 2, ys - thick / 2, EDGE_STAND_MM, soft=1.4)
    ends = 1.0 - 0.35 * np.exp(-np.minimum(xs, long_mm - xs) / 3.0)
    tone = (round_off * ends * (0.74 + 0.36 * shine))[:, :, None] * bgr(look.frame)
    sheet.colour[:] = sheet.fine(tone.astype(np.float32))
    rng = np.random.default_rng(3)
    brushed = rng.normal(0, 0.012, (sheet.high, 24)).astype(np.float32)
    sheet.colour *= (1 + cv2.resize(brushed, (sheet.wide, sheet.high)))[:, :, None]
    for at in (long_mm * 0.075, long_mm * 0.925):  # aerial bands
        _bar(sheet, (at, -1.0), (at, thick + 1.0), 1.3, bgr(look.frame) * 0.72)
    middle = thick / 2
    if view == View.RIGHT_EDGE:
        _key(sheet, look, long_mm * 0.36, middle, 17.0)
    elif view == View.LEFT_EDGE:
        for at, length in ((0.225, 5.0), (0.31, 9.5), (0.40, 9.5)):
            _key(sheet, look, long_mm * at, middle, length)
    elif view == View.BOTTOM_EDGE:
        centre = long_mm / 2
        _bar(sheet, (centre - 2.9, middle), (centre + 2.9, middle), 3.4, bgr(look.frame) * 0.55)
        _bar(sheet, (centre - 2.9, middle), (centre + 2.9, middle), 2.7, DARK)
        _bar(sheet, (centre - 2.4, middle), (centre + 2.4, middle), 0.7, bgr((70, 72, 76)))
        for step in range(6):
            for side in (-1, 1):
                sheet.disc(centre + side * (10.5 + 2.5 * step), middle, 0.78, DARK, 0.95)
    else:
        sheet.disc(long_mm * 0.62, middle, 0.55, DARK, 0.9)


def _bar(sheet: Sheet, start: tuple[float, float], end: tuple[float, float], thick_mm: float, tone: object) -> None:
    mask = np.zeros((sheet.high, sheet.wide), np.uint8)
    thick = max(1, round(thick_mm * sheet.scale))
    cv2.line(mask, sheet.at(*start), sheet.at(*end), 255, thick, cv2.LINE_AA, SHIFT)
    sheet.blend(mask, np.asarray(tone, np.float32))


def _key(sheet: Sheet, look: PhoneLook, x: float, y: float, length: float) -> None:
    half = length / 2
    _bar(sheet, (x - half, y), (x + half, y), 3.5, bgr(look.frame) * 0.42)
    _bar(sheet, (x - half, y), (x + half, y), 3.0, bgr(look.frame) * 0.88)
    _bar(
        sheet,
        (x - half + 0.4, y - 0.8),
        (x + half - 0.4, y - 0.8),
        0.5,
        np.minimum(bgr(look.frame) * 1.25, 1),
    )
