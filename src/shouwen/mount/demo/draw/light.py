"""One soft strip lamp above the desk: where its mirror image falls on a face, and how a rim catches it."""

from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from shouwen.mount.demo.draw.sheet import Plane
from shouwen.mount.demo.draw.words import CameraPose

LAMP_HEIGHT_MM = 900.0


class Lamp:
    """`streak` is the lamp's reflection (0–1) at points of the plane at height `z_mm` of the world."""

    def __init__(self, camera: CameraPose, eye: NDArray[np.float64]) -> None:
        side = radians(camera.light - camera.roll)  # the lamp stays where it is when the phone turns
        self.towards = (cos(side), sin(side))
        self.eye = eye
        shift = np.random.default_rng(camera.seed).uniform(-0.12, 0.12)
        self.anchor = (self.towards[0] * 16 + shift * 40, self.towards[1] * 16 + shift * 40)

    def streak(self, xs: Plane, ys: Plane, z_mm: float, soft: float) -> Plane:
        """`soft` 0.15 is polished glass, 1 is frosted; world mm in, share of the lamp seen out."""
        hit = self._ceiling(xs, ys, z_mm)
        fixed = self._ceiling(np.float32(self.anchor[0]), np.float32(self.anchor[1]), z_mm)
        gain = self.eye[2] / (LAMP_HEIGHT_MM + self.eye[2])
        lean = 0.42  # the strip lies a little across the light's direction
        across = self.towards[0] + lean * self.towards[1], self.towards[1] - lean * self.towards[0]
        away = ((hit[0] - fixed[0]) * across[0] + (hit[1] - fixed[1]) * across[1]) * gain
        half, edge = 11.0, 5.0 + 30.0 * soft
        along = ((hit[1] - fixed[1]) * across[0] - (hit[0] - fixed[0]) * across[1]) * gain
        fade = 1.0 - 0.45 * np.tanh(along / 70.0) ** 2
        return np.asarray(fade / (1.0 + np.exp((np.abs(away) - half) / edge * 4.0)), dtype=np.float32)

    def _ceiling(self, xs: Plane | np.float32, ys: Plane | np.float32, z_mm: float) -> tuple[Plane, Plane]:
        climb = LAMP_HEIGHT_MM / (self.eye[2] - z_mm)
        return np.asarray(xs + (xs - self.eye[0]) * climb), np.asarray(ys + (ys - self.eye[1]) * climb)

    def facing(self, across: Plane, down: Plane) -> Plane:
        """−1..1: how much a rim that leans outward in this direction looks at the lamp."""
        return np.asarray(across * self.towards[0] + down * self.towards[1], dtype=np.float32)
