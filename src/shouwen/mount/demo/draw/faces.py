"""The faces of a phone: a metal rim around glass; what stands on the screen."""

import cv2
import numpy as np

from shouwen.mount.demo.draw.light import Lamp
from shouwen.mount.demo.draw.sheet import SHIFT, Plane, Sheet, bgr, rounded_distance, slope
from shouwen.mount.demo.draw.words import PhoneLook, View

RIM_MM = 1.5
GLASS_BLACK = np.array([0.060, 0.055, 0.052], np.float32)


def paint_face(sheet: Sheet, view: View, look: PhoneLook, lamp: Lamp, imei: str) -> None:
    """Fill a sheet with the front or back of the phone."""
    xs, ys = sheet.grid()
    box = (0.0, 0.0, look.width_mm, look.height_mm)
    distance = rounded_distance(xs, ys, box, look.corner_mm)
    facing = sheet.fine(lamp.facing(*slope(distance)))
    depth = -sheet.fine(distance)
    sheet.alpha[:] = np.clip(depth * sheet.scale + 0.5, 0, 1)
    world = (xs - look.width_mm / 2, ys - look.height_mm / 2, look.thick_mm)
    screen = view in (View.FRONT, View.SCREEN_ON, View.IMEI_PAGE)
    if screen:
        _screen(sheet, view, look, imei)
        sheen = 0.24 * lamp.streak(*world, soft=0.22) + 0.10 * lamp.streak(*world, soft=2.4)
        if view != View.FRONT:
            sheen *= 0.30
        sheet.colour += sheet.fine(sheen)[:, :, None]
    else:
        _back(sheet, look, lamp, world)
    _rim(sheet, look, depth, facing)


def _back(sheet: Sheet, look: PhoneLook, lamp: Lamp, world: tuple[Plane, Plane, float]) -> None:
    across, down = world[0] / look.width_mm, world[1] / look.height_mm
    fall = 1.0 + 0.13 * (across * lamp.towards[0] + down * lamp.towards[1])
    wide = lamp.streak(*world, soft=2.2) * (0.10 + 0.10 * look.gloss)
    tight = lamp.streak(*world, soft=0.9 - 0.6 * look.gloss) * (0.05 + 0.16 * look.gloss)
    base = bgr(look.back)
    tone = fall[:, :, None].astype(np.float32) * base + (wide + tight)[:, :, None] * (0.55 + 0.45 * base)
    sheet.colour[:] = cv2.resize(tone.astype(np.float32), (sheet.wide, sheet.high))


def _rim(sheet: Sheet, look: PhoneLook, depth: Plane, facing: Plane) -> None:
    """Metal, the seam inside it and the glass that curves towards it; only pixels near the edge are touched."""
    near = np.nonzero(depth < RIM_MM + 4.0)
    deep, facing = depth[near], facing[near]
    colour = sheet.colour[near]
    curve = np.exp(-np.maximum(deep - RIM_MM, 0) / np.float32(0.9)) * facing * np.float32(0.10)
    colour += curve[:, None]
    inside = np.clip(deep / np.float32(RIM_MM), 0, 1)
    metal = np.float32(0.80) + facing * (1 - inside) * np.float32(0.42)
    glint = np.exp(-(((inside - np.float32(0.42)) / np.float32(0.16)) ** 2)) * np.maximum(facing, 0)
    metal += glint * np.float32(0.45)
    share = np.clip((np.float32(RIM_MM) - deep) * np.float32(sheet.scale) + np.float32(0.5), 0, 1)[:, None]
    colour += share * (metal[:, None] * bgr(look.frame) - colour)
    seam = np.exp(-(((deep - np.float32(RIM_MM)) / np.float32(0.16)) ** 2)) * np.float32(0.55)
    sheet.colour[near] = colour * (1 - seam)[:, None]


def _screen(sheet: Sheet, view: View, look: PhoneLook, imei: str) -> None:
    sheet.colour[:] = GLASS_BLACK
    if view == View.FRONT:
        return
    xs, ys = sheet.grid()
    border = RIM_MM + 1.3
    box = (border, border, look.width_mm - border, look.height_mm - border)
    share = np.clip(-sheet.fine(rounded_distance(xs, ys, box, look.corner_mm - 2.4)) * sheet.scale + 0.5, 0, 1)
    shown = _imei_page(sheet, look, imei) if view == View.IMEI_PAGE else _wallpaper(sheet, look)
    sheet.colour += share[:, :, None] * (shown - sheet.colour)
    pill = np.zeros((sheet.high, sheet.wide), np.uint8)
    middle = look.width_mm / 2
    thick = round(4.4 * sheet.scale)
    start, end = sheet.at(middle - 4.4, 8.2), sheet.at(middle + 4.4, 8.2)
    cv2.line(pill, start, end, 255, thick, cv2.LINE_AA, SHIFT)
    sheet.blend(pill, GLASS_BLACK)
    sheet.disc(middle + 4.6, 8.2, 1.0, np.array([0.16, 0.10, 0.08], np.float32))


def _wallpaper(sheet: Sheet, look: PhoneLook) -> Plane:
    xs, ys = sheet.grid(16)
    u, v = xs / look.width_mm, ys / look.height_mm
    swell = 0.5 + 0.5 * np.sin(5.2 * v - 2.6 * u + 1.4 * np.sin(3.1 * u + 2.0 * v))
    top, low = bgr((24, 110, 104)), bgr((222, 214, 190))
    dusk = bgr((236, 168, 120))
    tone = top + (low - top) * (v * 0.75 + 0.25 * swell)[:, :, None]
    tone = tone + (dusk - tone) * (np.exp(-(((v - 0.74) / 0.18) ** 2)) * swell * 0.7)[:, :, None]
    picture = np.ascontiguousarray(sheet.fine(tone.astype(np.float32)))
    _text(sheet, picture, "14:02", (look.width_mm / 2, 47.0), 19.0, (1, 1, 1), weight=500, centred=True)
    return picture


def _imei_page(sheet: Sheet, look: PhoneLook, imei: str) -> Plane:
    picture: Plane = np.full((sheet.high, sheet.wide, 3), 0.955, np.float32)
    ink, faint = (0.13, 0.12, 0.11), (0.50, 0.48, 0.46)
    _text(sheet, picture, "14:02", (9.5, 10.0), 3.6, ink, weight=600)
    _text(sheet, picture, "About", (look.width_mm / 2, 25.0), 4.6, ink, weight=600, centred=True)
    rows = (
        (("Name", look.name.replace("_", " ").title()), ("Capacity", "256 GB"), ("Version", "18.1.1")),
        (("Wi-Fi", "3C:22:FB:0A:51:9E"), ("Bluetooth", "3C:22:FB:0A:51:A0"), ("Modem", "2.21.00")),
        (("IMEI", ""), (imei, ""), ("MEID", ""), (imei[:14], "")),
    )
    y = 33.0
    for group in rows:
        high = 9.6 * len(group)
        corner = sheet.at(6.0, y), sheet.at(look.width_mm - 6.0, y + high)
        cv2.rectangle(picture, *corner, (1.0, 1.0, 1.0), -1, cv2.LINE_AA, SHIFT)
        for index, (name, value) in enumerate(group):
            base = y + 9.6 * index + 6.2
            digits = name.isdigit()
            size = 4.7 if digits else 3.7
            _text(sheet, picture, name, (9.5, base), size, ink, weight=600 if digits else 400)
            if value:
                _text(sheet, picture, value, (look.width_mm - 9.5, base), 3.5, faint, right=True)
            if index:
                line = sheet.at(9.5, y + 9.6 * index), sheet.at(look.width_mm - 6.0, y + 9.6 * index)
                cv2.line(picture, *line, (0.88, 0.88, 0.88), 1, cv2.LINE_AA, SHIFT)
        y += high + 6.0
    return picture


def _text(
    sheet: Sheet,
    picture: Plane,
    words: str,
    at_mm: tuple[float, float],
    size_mm: float,
    colour: tuple[float, float, float],
    *,
    weight: int = 400,
    centred: bool = False,
    right: bool = False,
) -> None:
    """Letters `size_mm` high drawn into a sheet's picture; OpenCV's own scalable face."""
    face, size = cv2.FontFace("sans"), max(6, round(size_mm * sheet.scale))
    x, y = round((at_mm[0] - sheet.left) * sheet.scale), round((at_mm[1] - sheet.top) * sheet.scale)
    if centred or right:
        box = cv2.getTextSize((0, 0), words, (0, 0), face, size, weight)
        x -= int(box[2]) // 2 if centred else int(box[2])
    canvas = np.zeros((sheet.high, sheet.wide, 3), np.uint8)
    cv2.putText(canvas, words, (x, y), (255, 255, 255), face, size, weight)
    left, top, wide, high = cv2.boundingRect(canvas[:, :, 0])
    part = picture[top : top + high, left : left + wide]
    share = canvas[top : top + high, left : left + wide].astype(np.float32) / np.float32(255)
    part += share * (np.array(colour, np.float32) - part)
