"""Camera islands: a raised plate with lenses that stand a little higher; both throw small shadows."""

import cv2
import numpy as np
from msgspec import Struct

from shouwen.mount.demo.draw.light import Lamp
from shouwen.mount.demo.draw.sheet import Sheet, bgr, rounded_distance, slope
from shouwen.mount.demo.draw.words import Layout, PhoneLook

ISLAND_RISE_MM = 1.6
LENS_RISE_MM = 1.5


class Island(Struct, frozen=True):
    """Plate in face mm (left, top, right, bottom), corner radius, and parts as (x, y, radius)."""

    box: tuple[float, float, float, float]
    corner: float
    lenses: tuple[tuple[float, float, float], ...]
    flash: tuple[float, float, float]
    sensor: tuple[float, float, float] | None = None


def island_of(look: PhoneLook) -> Island:
    """Every value of `Layout` has its island."""
    middle = look.width_mm / 2
    match look.layout:
        case Layout.TRIPLE_SQUARE:
            lenses = ((18.0, 18.4, 7.6), (18.0, 37.2, 7.6), (35.0, 27.8, 7.6))
            return Island((7.6, 7.8, 46.2, 47.8), 10.5, lenses, (35.0, 14.8, 2.7), (35.2, 41.0, 2.5))
        case Layout.DUAL_DIAGONAL:
            return Island((4.0, 4.0, 34.5, 35.0), 9.5, ((13.0, 13.2, 6.9), (25.6, 25.8, 6.9)), (26.2, 12.0, 2.4))
        case Layout.ROUND_QUAD:
            box = (middle - 23.5, 9.0, middle + 23.5, 56.0)
            eyes = tuple((middle + dx, 32.5 + dy, r) for dx, dy, r in _ROUND)
            return Island(box, 23.5, eyes, (middle, 14.6, 1.7), (middle, 32.5, 1.5))
        case Layout.SQUARE_QUAD:
            lenses = ((14.8, 15.0, 6.6), (31.0, 15.0, 6.6), (14.8, 31.2, 6.6))
            return Island((5.0, 5.2, 40.8, 41.0), 8.0, lenses, (31.0, 31.2, 3.0))
        case Layout.COLUMN:
            return Island((6.0, 6.0, 25.0, 52.0), 9.5, ((15.5, 16.0, 7.0), (15.5, 35.0, 6.2)), (15.5, 46.3, 2.2))


_ROUND = ((-10.2, -8.8, 6.4), (10.2, -8.8, 6.4), (-10.2, 9.4, 6.4), (10.2, 9.4, 6.4))


def shade_under(sheet: Sheet, island: Island, lamp: Lamp) -> None:
    """The island's shadow on the back."""
    xs, ys = sheet.grid(4)
    shift = (lamp.towards[0] * 1.1, lamp.towards[1] * 1.1)
    distance = rounded_distance(xs + shift[0], ys + shift[1], island.box, island.corner)
    shadow = 0.42 * np.clip(1 - np.maximum(distance, 0) / 2.4, 0, 1) ** 2
    sheet.colour *= sheet.fine(1 - shadow.astype(np.float32))[:, :, None]


def paint_island(sheet: Sheet, look: PhoneLook, island: Island, lamp: Lamp) -> None:
    """The plate with its bevel, the lenses' shadows, flash and sensor."""
    xs, ys = sheet.grid(4)
    distance = rounded_distance(xs, ys, island.box, island.corner)
    facing = sheet.fine(lamp.facing(*slope(distance)))
    depth = -sheet.fine(distance)
    sheet.alpha[:] = np.clip(depth * sheet.scale + 0.5, 0, 1)
    world = (xs - look.width_mm / 2, ys - look.height_mm / 2, look.thick_mm + ISLAND_RISE_MM)
    gleam = lamp.streak(*world, soft=0.45) * (0.16 + 0.10 * look.gloss) + 0.06
    fall = 0.90 + 0.004 * (world[0] * lamp.towards[0] + world[1] * lamp.towards[1])
    tone = fall[:, :, None] * bgr(look.back) + gleam[:, :, None] * (0.5 + 0.5 * bgr(look.back))
    sheet.colour[:] = sheet.fine(tone.astype(np.float32))
    bevel = np.exp(-np.maximum(depth, 0) / np.float32(0.75)) * facing
    sheet.colour += (bevel * np.where(bevel > 0, np.float32(0.50), np.float32(0.30)))[:, :, None]
    shadow = np.zeros_like(xs)
    for x, y, radius in island.lenses:
        away = np.hypot(xs - x + lamp.towards[0] * 1.3, ys - y + lamp.towards[1] * 1.3) - radius
        shadow = np.maximum(shadow, np.clip(1 - np.maximum(away, 0) / 2.0, 0, 1) ** 2)
    sheet.colour *= sheet.fine(1 - 0.5 * shadow.astype(np.float32))[:, :, None]
    x, y, radius = island.flash
    sheet.disc(x, y, radius, bgr(look.back) * 0.55)
    sheet.disc(x, y, radius * 0.86, bgr((238, 229, 204)))
    sheet.disc(x, y, radius * 0.52, bgr((252, 246, 222)))
    sheet.disc(x - radius * 0.1, y, radius * 0.22, bgr((226, 196, 120)), 0.8)
    if island.sensor is not None:
        x, y, radius = island.sensor
        sheet.disc(x, y, radius, bgr(look.back) * 0.6)
        sheet.disc(x, y, radius * 0.88, bgr((20, 20, 24)))


def paint_lenses(sheet: Sheet, look: PhoneLook, island: Island, lamp: Lamp) -> None:
    """Metal ring, dark glass, inner rings, coating and two glints for each lens."""
    for x, y, radius in island.lenses:
        _ring(sheet, look, lamp, (x, y, radius))
        sheet.disc(x, y, radius * 0.83, bgr((9, 10, 12)))
        sheet.disc(x, y, radius * 0.79, bgr((24, 26, 30)))
        sheet.disc(x, y, radius * 0.66, bgr((13, 14, 17)))
        sheet.disc(x, y, radius * 0.60, bgr((30, 33, 40)))
        sheet.disc(x, y, radius * 0.53, bgr((10, 11, 15)))
        _coating(sheet, lamp, (x, y, radius * 0.46))
        toward = (lamp.towards[0] * radius, lamp.towards[1] * radius)
        _glint(sheet, x + toward[0] * 0.50, y + toward[1] * 0.50, radius * 0.13, 0.85)
        _glint(sheet, x - toward[0] * 0.30, y - toward[1] * 0.34, radius * 0.07, 0.45)
        mask = np.zeros((sheet.high, sheet.wide), np.uint8)
        cv2.circle(mask, sheet.at(x, y), round(radius * sheet.scale * 16), 255, -1, cv2.LINE_AA, 4)
        np.maximum(sheet.alpha, mask.astype(np.float32) / np.float32(255), out=sheet.alpha)


def _part(sheet: Sheet, circle: tuple[float, float, float]) -> tuple[slice, slice]:
    x, y, radius = circle
    left, top = (x - radius - sheet.left) * sheet.scale - 2, (y - radius - sheet.top) * sheet.scale - 2
    span = 2 * radius * sheet.scale + 4
    return (
        slice(max(0, int(top)), max(0, min(sheet.high, int(top + span) + 1))),
        slice(max(0, int(left)), max(0, min(sheet.wide, int(left + span) + 1))),
    )


def _polar(
    sheet: Sheet, circle: tuple[float, float, float], rows: slice, columns: slice
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    down, across = np.mgrid[rows, columns].astype(np.float32)
    across = (across + 0.5) / sheet.scale + sheet.left - circle[0]
    down = (down + 0.5) / sheet.scale + sheet.top - circle[1]
    return across / circle[2], down / circle[2], np.hypot(across, down) / circle[2]


def _ring(sheet: Sheet, look: PhoneLook, lamp: Lamp, circle: tuple[float, float, float]) -> None:
    rows, columns = _part(sheet, circle)
    across, down, reach = _polar(sheet, circle, rows, columns)
    angle = np.arctan2(down, across) - np.arctan2(lamp.towards[1], lamp.towards[0])
    sweep = 0.62 + 0.34 * np.cos(angle) + 0.22 * np.square(np.cos(2 * angle)) ** 3
    profile = 1.0 + 0.55 * np.exp(-(((reach - 0.955) / 0.025) ** 2)) * np.cos(angle)
    tone = (sweep * profile)[:, :, None] * (bgr(look.frame) * 0.55 + 0.22)
    share = np.clip((1 - reach) * circle[2] * sheet.scale + 0.5, 0, 1)[:, :, None]
    part = sheet.colour[rows, columns]
    part += share * (tone - part)


def _coating(sheet: Sheet, lamp: Lamp, circle: tuple[float, float, float]) -> None:
    rows, columns = _part(sheet, circle)
    across, down, reach = _polar(sheet, circle, rows, columns)
    lit = across * lamp.towards[0] + down * lamp.towards[1]
    blue, violet, green = bgr((52, 84, 150)), bgr((108, 66, 140)), bgr((40, 112, 104))
    tone = blue * np.clip(0.55 + 0.5 * lit, 0, 1)[:, :, None]
    tone = tone + violet * np.clip(-lit * 0.7, 0, 1)[:, :, None]
    tone = tone + green * (0.5 * np.exp(-(((lit - 0.55) / 0.25) ** 2)))[:, :, None]
    share = (np.clip(1 - reach, 0, 1) ** 0.55 * 0.9)[:, :, None]
    part = sheet.colour[rows, columns]
    part += share * (tone - part)


def _glint(sheet: Sheet, x: float, y: float, radius: float, strength: float) -> None:
    rows, columns = _part(sheet, (x, y, radius * 2.4))
    _, _, reach = _polar(sheet, (x, y, radius), rows, columns)
    light = np.exp(-(reach**2) * 1.6) * strength
    sheet.colour[rows, columns] += light[:, :, None].astype(np.float32)
