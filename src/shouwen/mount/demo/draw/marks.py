"""Traces on a face: each lies in the same place whatever the light; the light decides how it shows."""

from math import atan2, cos, hypot, pi, sin
from zlib import crc32

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from shouwen.mount.demo.draw.light import Lamp
from shouwen.mount.demo.draw.sheet import SHIFT, Sheet
from shouwen.mount.demo.draw.words import Mark, MarkKind


def paint_mark(sheet: Sheet, mark: Mark, lamp: Lamp, face_mm: tuple[float, float], z_mm: float) -> None:
    """Draw one mark; its own jitter comes from its own numbers, so every pose shows the same trace."""
    rng = np.random.default_rng(crc32(msgspec.json.encode(mark)))
    middle = ((mark.start[0] + mark.end[0]) / 2, (mark.start[1] + mark.end[1]) / 2)
    x, y = np.float32(middle[0] - face_mm[0] / 2), np.float32(middle[1] - face_mm[1] / 2)
    lit = float(lamp.streak(np.array([[x]]), np.array([[y]]), z_mm, soft=2.0)[0, 0])
    match mark.kind:
        case MarkKind.SCRATCH:
            _scratch(sheet, mark, lamp, lit, rng)
        case MarkKind.CRACK:
            _crack(sheet, mark, lit, rng)
        case MarkKind.DENT:
            _dent(sheet, mark, lamp)
        case MarkKind.STAIN:
            _stain(sheet, mark, rng)


def _path(mark: Mark, rng: np.random.Generator, jitter: float, points: int = 26) -> NDArray[np.float64]:
    (x0, y0), (x1, y1) = mark.start, mark.end
    length = hypot(x1 - x0, y1 - y0) or 0.1
    steps = np.linspace(0, 1, points)
    bow = np.sin(steps * pi) * length * rng.uniform(0.03, 0.07)
    drift = np.cumsum(rng.normal(0, jitter * length / points, points))
    drift -= steps * drift[-1]
    normal = (-(y1 - y0) / length, (x1 - x0) / length)
    away = bow + drift
    return np.column_stack([x0 + (x1 - x0) * steps + normal[0] * away, y0 + (y1 - y0) * steps + normal[1] * away])


def _stroke(
    sheet: Sheet, path: NDArray[np.float64], widths_mm: NDArray[np.float64], strengths: NDArray[np.float64]
) -> NDArray[np.uint8]:
    mask = np.zeros((sheet.high, sheet.wide), np.uint8)
    for index in range(len(path) - 1):
        pixels = widths_mm[index] * sheet.scale
        level = int(255 * strengths[index] * min(1.0, pixels))
        start, end = sheet.at(*path[index]), sheet.at(*path[index + 1])
        cv2.line(mask, start, end, level, max(1, round(pixels)), cv2.LINE_AA, SHIFT)
    return np.asarray(mask)


def _scratch(sheet: Sheet, mark: Mark, lamp: Lamp, lit: float, rng: np.random.Generator) -> None:
    path = _path(mark, rng, 0.10)
    steps = np.linspace(0, 1, len(path))
    taper = np.sin(np.clip(steps, 0.02, 0.98) * pi) ** 0.45
    rough = 0.75 + 0.25 * rng.uniform(-1, 1, len(path))
    widths = mark.width_mm * (0.55 + 0.45 * taper)
    along = atan2(mark.end[1] - mark.start[1], mark.end[0] - mark.start[0])
    crossing = abs(sin(along - atan2(lamp.towards[1], lamp.towards[0])))
    glint = (0.55 + 0.45 * lit) * (0.55 + 0.45 * crossing) * (0.45 + 0.55 * mark.depth)
    side = np.array([lamp.towards[0], lamp.towards[1]]) * mark.width_mm * 0.75
    dark = _stroke(sheet, path + side, widths * 1.5, taper * 0.75 * (0.4 + 0.6 * mark.depth))
    sheet.blend(dark, np.array([0.05, 0.05, 0.05], np.float32))
    halo = cv2.GaussianBlur(_stroke(sheet, path, widths * 2.2, taper * rough), (0, 0), sheet.scale * 0.28)
    sheet.blend(np.asarray(halo, np.uint8), np.array([0.95, 0.97, 1.0], np.float32), 0.55 * glint)
    core = _stroke(sheet, path, widths, taper * rough)
    sheet.blend(core, np.array([0.97, 0.99, 1.0], np.float32), min(1.0, 0.45 + 0.8 * glint))


def _crack(sheet: Sheet, mark: Mark, lit: float, rng: np.random.Generator) -> None:
    reach = hypot(mark.end[0] - mark.start[0], mark.end[1] - mark.start[1])
    heading = atan2(mark.end[1] - mark.start[1], mark.end[0] - mark.start[0])
    branches = [(mark.start, heading, reach)]
    for _ in range(6):
        turn, length = rng.uniform(-1.0, 1.0), reach * rng.uniform(0.25, 0.7)
        branches.append((mark.start, heading + turn, length))
    for (x, y), angle, length in branches:
        end = (x + cos(angle) * length, y + sin(angle) * length)
        path = _path(msgspec.structs.replace(mark, start=(x, y), end=end), rng, 0.5, 16)
        thin = np.linspace(1.0, 0.25, len(path)) * mark.width_mm
        dark = _stroke(sheet, path + 0.12, thin * 1.4, np.full(len(path), 0.8))
        sheet.blend(dark, np.array([0.02, 0.02, 0.02], np.float32))
        light = _stroke(sheet, path, thin, np.linspace(1.0, 0.5, len(path)))
        sheet.blend(light, np.array([0.93, 0.95, 0.96], np.float32), 0.55 + 0.4 * lit)


def _dent(sheet: Sheet, mark: Mark, lamp: Lamp) -> None:
    mask = np.zeros((sheet.high, sheet.wide), np.uint8)
    reach = max(mark.width_mm, hypot(mark.end[0] - mark.start[0], mark.end[1] - mark.start[1]) * 0.3)
    for push, tone, strength in ((0.22, 0.06, 0.65), (-0.30, 0.98, 0.55 + 0.3 * mark.depth)):
        mask[:] = 0
        shift = (lamp.towards[0] * reach * push, lamp.towards[1] * reach * push)
        start = sheet.at(mark.start[0] + shift[0], mark.start[1] + shift[1])
        end = sheet.at(mark.end[0] + shift[0], mark.end[1] + shift[1])
        cv2.line(mask, start, end, 255, max(1, round(reach * 0.7 * sheet.scale)), cv2.LINE_AA, SHIFT)
        soft = cv2.GaussianBlur(mask, (0, 0), max(0.6, reach * 0.22 * sheet.scale))
        sheet.blend(np.asarray(soft, np.uint8), np.full(3, tone, np.float32), strength)


def _stain(sheet: Sheet, mark: Mark, rng: np.random.Generator) -> None:
    centre = ((mark.start[0] + mark.end[0]) / 2, (mark.start[1] + mark.end[1]) / 2)
    reach = hypot(mark.end[0] - mark.start[0], mark.end[1] - mark.start[1]) / 2
    angles = np.linspace(0, 2 * pi, 40, endpoint=False)
    bumps = np.ones(len(angles))
    for waves in (2, 3, 5, 7):
        bumps += rng.uniform(0.02, 0.12) * np.sin(angles * waves + rng.uniform(0, 6))
    outline = [
        sheet.at(centre[0] + cos(a) * reach * b, centre[1] + sin(a) * reach * 0.7 * b)
        for a, b in zip(angles, bumps, strict=True)
    ]
    mask = np.zeros((sheet.high, sheet.wide), np.uint8)
    cv2.fillPoly(mask, [np.array(outline, np.int32)], 255, cv2.LINE_AA, SHIFT)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.6, 0.35 * sheet.scale)), np.uint8)
    sheet.blend(soft, np.array([0.22, 0.30, 0.38], np.float32), 0.28 + 0.3 * mark.depth)
