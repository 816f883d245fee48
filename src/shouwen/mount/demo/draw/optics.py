"""A pinhole camera over a desk: world mm (x right, y down the page, z up), the face centred."""

from math import cos, hypot, radians, sin

import numpy as np
from numpy.typing import NDArray

from shouwen.mount.demo.draw.words import EDGES, FACE_OF, CameraPose, Mark, MarkKind, PhoneLook, View

Matrix = NDArray[np.float64]
FOCAL_SHARE = 1.75  # focal length over picture width: a phone's 2x lens, little distortion
EDGE_STAND_MM = 46.0  # how far an edge stands above the desk in an edge view


def face_size(view: View, look: PhoneLook) -> tuple[float, float]:
    """Width and height in mm of the face that a view shows."""
    if view in (View.LEFT_EDGE, View.RIGHT_EDGE):
        return look.height_mm, look.thick_mm
    if view in EDGES:
        return look.width_mm, look.thick_mm
    return look.width_mm, look.height_mm


def top_of(view: View, look: PhoneLook) -> float:
    """Height in mm of the shown face above the desk."""
    return EDGE_STAND_MM if view in EDGES else look.thick_mm


class Optics:
    """Camera for one picture: `plane(z)` is the homography from desk mm to pixels, `eye` its place."""

    def __init__(self, view: View, look: PhoneLook, camera: CameraPose, size_px: tuple[int, int]) -> None:
        width_px, height_px = size_px
        wide_mm, high_mm = face_size(view, look)
        turn = abs(radians(camera.roll))
        span_x = wide_mm * abs(cos(turn)) + high_mm * abs(sin(turn))
        span_y = wide_mm * abs(sin(turn)) + high_mm * abs(cos(turn))
        aim = (wide_mm / 2, high_mm / 2)
        fill = 0.84
        if view == View.CAMERAS:
            aim, span_x, span_y = (look.width_mm * 0.36, look.width_mm * 0.33), 86.0, 62.0
        elif view == View.IMEI_PAGE:
            fill = 0.96
        elif view in EDGES:
            span_x, span_y = wide_mm * 1.02, high_mm
        aim = camera.aim or aim
        scale = fill * min(width_px / span_x, height_px / span_y) / camera.distance
        self.focal = FOCAL_SHARE * max(width_px, height_px)
        self.distance = self.focal / scale
        self.px_per_mm = scale
        self.size_px = size_px
        self.rotation = _turn(camera)
        self.target = np.array([aim[0] - wide_mm / 2, aim[1] - high_mm / 2, top_of(view, look)])
        flip = np.diag([1.0, 1.0, -1.0])
        self.eye: Matrix = self.target - flip @ self.rotation.T @ np.array([0.0, 0.0, self.distance])

    def plane(self, z_mm: float) -> Matrix:
        """3×3 homography from (x, y) mm on the plane at height `z_mm` to pixels."""
        centre_x, centre_y = self.size_px[0] / 2, self.size_px[1] / 2
        inner = np.array([[self.focal, 0, centre_x], [0, self.focal, centre_y], [0, 0, 1]])
        rotation = self.rotation
        offset = rotation @ np.array([-self.target[0], -self.target[1], self.target[2] - z_mm])
        offset = offset + np.array([0.0, 0.0, self.distance])
        return np.asarray(inner @ np.column_stack([rotation[:, 0], rotation[:, 1], offset]))

    def project(self, points_mm: Matrix, z_mm: float) -> Matrix:
        """(n, 2) mm on the plane at `z_mm` → (n, 2) pixels."""
        return apply(self.plane(z_mm), points_mm)


def apply(matrix: Matrix, points: Matrix) -> Matrix:
    """Map (n, 2) points through a homography."""
    lifted = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(lifted[:, :2] / lifted[:, 2:])


def _turn(camera: CameraPose) -> Matrix:
    roll, pitch, yaw = radians(camera.roll), radians(camera.pitch), radians(camera.yaw)
    about_z = np.array([[cos(roll), -sin(roll), 0], [sin(roll), cos(roll), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, cos(pitch), -sin(pitch)], [0, sin(pitch), cos(pitch)]])
    about_y = np.array([[cos(yaw), 0, sin(yaw)], [0, 1, 0], [-sin(yaw), 0, cos(yaw)]])
    return np.asarray(about_y @ about_x @ about_z)


def place_of(
    mark: Mark,
    view: View,
    look: PhoneLook,
    camera: CameraPose,
    size_px: tuple[int, int] = (1600, 1200),
    margin_mm: float = 3.0,
) -> tuple[float, float, float, float] | None:
    """Where a mark lies in the picture: (x, y, width, height) as shares 0..1; None when it is not in view."""
    if FACE_OF[view] != mark.face:
        return None
    wide_mm, high_mm = face_size(view, look)
    left, top, right, bottom = _extent(mark)
    left, top, right, bottom = left - margin_mm, top - margin_mm, right + margin_mm, bottom + margin_mm
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    optics = Optics(view, look, camera, size_px)
    pixels = optics.project(corners - np.array([wide_mm / 2, high_mm / 2]), top_of(view, look))
    low = np.clip(pixels.min(axis=0) / np.array(size_px), 0.0, 1.0)
    high = np.clip(pixels.max(axis=0) / np.array(size_px), 0.0, 1.0)
    if high[0] - low[0] <= 0.0 or high[1] - low[1] <= 0.0:
        return None
    return (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def _extent(mark: Mark) -> tuple[float, float, float, float]:
    """The mm box a mark can fill: a crack branches from its start, a dent and a stain are wider than their axis."""
    (x0, y0), (x1, y1) = mark.start, mark.end
    length = hypot(x1 - x0, y1 - y0)
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    if mark.kind == MarkKind.CRACK:
        reach = 0.8 * length
        return (
            min(box[0], x0 - reach),
            min(box[1], y0 - reach),
            max(box[2], x0 + reach),
            max(box[3], y0 + reach),
        )
    grow = {MarkKind.DENT: 0.3 * length, MarkKind.STAIN: 0.3 * length}.get(mark.kind, 0.0)
    return (box[0] - grow, box[1] - grow, box[2] + grow, box[3] + grow)
