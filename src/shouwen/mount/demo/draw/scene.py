"""One picture: desk, shadow, body, island and lenses seen by the camera, then what the camera itself adds."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from shouwen.mount.demo.draw.edges import paint_edge
from shouwen.mount.demo.draw.faces import paint_face
from shouwen.mount.demo.draw.lenses import (
    ISLAND_RISE_MM,
    LENS_RISE_MM,
    island_of,
    paint_island,
    paint_lenses,
    shade_under,
)
from shouwen.mount.demo.draw.light import Lamp
from shouwen.mount.demo.draw.marks import paint_mark
from shouwen.mount.demo.draw.mats import HIGH_PX, PX_PER_MM, WIDE_PX, mat_texture
from shouwen.mount.demo.draw.optics import Matrix, Optics, apply, face_size, top_of
from shouwen.mount.demo.draw.sheet import SHIFT, Plane, Sheet, bgr, rounded_outline
from shouwen.mount.demo.draw.words import EDGES, FACE_OF, CameraPose, Mark, PhoneLook, Rgb, View

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]


def draw_phone(
    view: View,
    look: PhoneLook,
    marks: tuple[Mark, ...] = (),
    camera: CameraPose | None = None,
    size_px: tuple[int, int] = (1600, 1200),
    imei: str = "",
) -> Image:
    """A (height, width, 3) BGR picture; the same arguments give the same pixels."""
    camera = camera or CameraPose()
    scene = _Scene(view, look, camera, size_px)
    scene.lay_mat()
    box = (0.0, 0.0, *scene.face_mm)
    corner = look.thick_mm * 0.22 if view in EDGES else look.corner_mm
    outline = rounded_outline(box, corner, 16)
    scene.cast_shadow(outline)
    scene.raise_walls(outline, 0.0, scene.top_mm, look.back if view in EDGES else look.frame)
    sheet = scene.sheet(box)
    if view in EDGES:
        paint_edge(sheet, view, look, scene.lamp)
    else:
        paint_face(sheet, view, look, scene.lamp, imei)
    island = island_of(look)
    if FACE_OF[view] == View.BACK:
        shade_under(sheet, island, scene.lamp)
    for mark in marks:
        if mark.face == FACE_OF[view]:
            paint_mark(sheet, mark, scene.lamp, scene.face_mm, scene.top_mm)
    scene.put(sheet, scene.top_mm)
    if FACE_OF[view] == View.BACK:
        plate_z = scene.top_mm + ISLAND_RISE_MM
        scene.raise_walls(rounded_outline(island.box, island.corner, 16), scene.top_mm, plate_z, look.back)
        plate, glass = scene.sheet(island.box), scene.sheet(island.box)
        paint_island(plate, look, island, scene.lamp)
        scene.put(plate, plate_z)
        for x, y, radius in island.lenses:
            ring = rounded_outline((x - radius, y - radius, x + radius, y + radius), radius)
            scene.raise_walls(ring, plate_z, plate_z + LENS_RISE_MM, look.frame)
        paint_lenses(glass, look, island, scene.lamp)
        scene.put(glass, plate_z + LENS_RISE_MM)
    return scene.develop()


class _Scene:
    def __init__(self, view: View, look: PhoneLook, camera: CameraPose, size_px: tuple[int, int]) -> None:
        self.view, self.camera, self.size_px = view, camera, size_px
        self.optics = Optics(view, look, camera, size_px)
        self.face_mm, self.top_mm = face_size(view, look), top_of(view, look)
        self.lamp = Lamp(camera, self.optics.eye)
        self.centre = np.array([self.face_mm[0] / 2, self.face_mm[1] / 2])
        self.picture: Plane = np.zeros((size_px[1], size_px[0], 3), np.float32)

    def lay_mat(self) -> None:
        """The desk fills the frame; it does not turn with the phone."""
        turn = np.radians(self.camera.roll)
        spin = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
        rng = np.random.default_rng(self.camera.seed)
        slide = rng.uniform(-60, 60, 2)
        grow = 1 / PX_PER_MM
        texture = np.array(
            [
                [grow, 0, -WIDE_PX * grow / 2 + slide[0]],
                [0, grow, -HIGH_PX * grow / 2 + slide[1]],
                [0, 0, 1],
            ]
        )
        matrix = self.optics.plane(0.0) @ spin @ texture
        small = 4 if self.optics.px_per_mm > 9 else 1  # the desk lies behind the focus of a close-up
        size = (self.size_px[0] // small, self.size_px[1] // small)
        shrink = np.diag([1 / small, 1 / small, 1.0])
        flags = cv2.INTER_AREA if small > 1 else cv2.INTER_LINEAR
        laid = cv2.warpPerspective(
            mat_texture(self.camera.mat), shrink @ matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT
        )
        if small > 1:
            laid = cv2.resize(cv2.GaussianBlur(laid, (0, 0), 0.6), self.size_px, interpolation=cv2.INTER_CUBIC)
        np.multiply(laid, np.float32(1 / 255), out=self.picture)

    def cast_shadow(self, outline: Matrix) -> None:
        """A soft shadow away from the lamp and a tight one where the body touches the desk."""
        small = 8
        size = (self.size_px[0] // small, self.size_px[1] // small)
        shade = np.ones((size[1], size[0]), np.float32)
        tall = min(self.top_mm, 20.0)
        for reach, spread, strength in ((1.5, 0.95, 0.34), (0.7, 0.42, 0.30), (0.12, 0.13, 0.38)):
            shift = np.array(self.lamp.towards) * tall * reach
            points = self.optics.project(outline - self.centre - shift, 0.0) / small
            mask = np.zeros((size[1], size[0]), np.uint8)
            cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, SHIFT)
            soft = cv2.GaussianBlur(mask, (0, 0), max(0.8, spread * tall * self.optics.px_per_mm / small))
            shade *= 1 - soft.astype(np.float32) * np.float32(strength / 255)
        big = cv2.resize(shade, self.size_px)
        cv2.multiply(self.picture, cv2.merge([big, big, big]), self.picture)

    def raise_walls(self, outline: Matrix, low_mm: float, high_mm: float, colour: Rgb) -> None:
        """The side of a raised plate, drawn as its outline at rising heights, lighter towards the top."""
        canvas = self.picture
        levels = max(4, int((high_mm - low_mm) * 1.2))
        for step in range(levels):
            share = step / levels
            points = self.optics.project(outline - self.centre, low_mm + (high_mm - low_mm) * share)
            round_off = 0.34 + 0.52 * share - 0.25 * max(0.0, share - 0.75)
            tone = [float(part) for part in bgr(colour) * round_off]
            cv2.fillPoly(canvas, [np.round(points * 16).astype(np.int32)], tone, cv2.LINE_AA, SHIFT)

    def sheet(self, box: Box) -> Sheet:
        """A sheet for the part of `box` (face mm) that the camera sees, a little finer than the picture."""
        wide, high = self.size_px
        corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], float)
        seen = apply(np.asarray(np.linalg.inv(self.optics.plane(self.top_mm)), np.float64), corners) + self.centre
        left, top = np.maximum(seen.min(axis=0) - 3.0, box[:2])
        right, bottom = np.minimum(seen.max(axis=0) + 3.0, box[2:])
        pad = 2 / self.optics.px_per_mm
        span_x, span_y = max(1.0, right - left) + 2 * pad, max(1.0, bottom - top) + 2 * pad
        return Sheet(left - pad, top - pad, span_x, span_y, self.optics.px_per_mm * 1.08)

    def put(self, sheet: Sheet, z_mm: float) -> None:
        """Lay a sheet into the picture at its height."""
        grow = 1 / sheet.scale
        place = np.array([[grow, 0, sheet.left - self.centre[0]], [0, grow, sheet.top - self.centre[1]], [0, 0, 1]])
        matrix = self.optics.plane(z_mm) @ place
        corners = np.array([[0, 0], [sheet.wide, 0], [sheet.wide, sheet.high], [0, sheet.high]], float)
        pixels = apply(matrix, corners)
        low = np.maximum(np.floor(pixels.min(axis=0)).astype(int), 0)
        high = np.minimum(np.ceil(pixels.max(axis=0)).astype(int), np.array(self.size_px))
        if (high <= low).any():
            return
        size = (int(high[0] - low[0]), int(high[1] - low[1]))
        matrix = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]]) @ matrix
        colour = np.asarray(
            cv2.warpPerspective(sheet.colour, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.float32
        )
        alpha = np.asarray(cv2.warpPerspective(sheet.alpha, matrix, size), np.float32)
        part = self.picture[low[1] : high[1], low[0] : high[0]]
        colour -= part
        colour *= alpha[:, :, None]
        part += colour

    def develop(self) -> Image:
        """Falling light, vignette, exposure, a touch of blur, grain; then 8 bits."""
        wide, high = self.size_px
        across, down = np.meshgrid(np.linspace(-1, 1, 40), np.linspace(-1, 1, 30))
        towards = self.lamp.towards
        level = 1.0 + 0.10 * (across * towards[0] + down * towards[1])
        level *= 1.0 - 0.13 * (across**2 + down**2) / 2
        warm = np.stack([level * 0.985, level, level * 1.012], axis=2) * (255 * self.camera.exposure)
        curve = cv2.resize(warm.astype(np.float32), self.size_px)
        cv2.multiply(self.picture, curve, self.picture)
        if self.camera.blur_px > 0:
            self.picture = np.asarray(cv2.GaussianBlur(self.picture, (0, 0), self.camera.blur_px))
        cut = np.random.default_rng(self.camera.seed).integers(0, 200, 2)
        grain = _grain(wide + 200, high + 200)[cut[1] : cut[1] + high, cut[0] : cut[0] + wide]
        return np.asarray(cv2.add(self.picture, grain, dtype=cv2.CV_8U))


@lru_cache(maxsize=2)
def _grain(wide: int, high: int) -> Plane:
    rng = np.random.default_rng(5)
    fine = rng.standard_normal((high, wide, 3), dtype=np.float32) * np.float32(1.5)
    return np.asarray(fine + rng.standard_normal((high, wide, 1), dtype=np.float32) * np.float32(1.6))
