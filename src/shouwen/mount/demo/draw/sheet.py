"""A flat piece of a phone drawn at right angles before the camera sees it, with what light does to it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shouwen.mount.demo.draw.words import Rgb

Plane = NDArray[np.float32]
SHIFT = 4  # OpenCV's fixed-point bits for sub-pixel drawing


def bgr(colour: Rgb) -> Plane:
    """RGB 0–255 → BGR 0–1."""
    return np.array(colour[::-1], np.float32) / np.float32(255)


class Sheet:
    """`colour` (h, w, 3) BGR 0–1 and `alpha` (h, w), from face mm `left`, `top` at `scale` px a mm."""

    def __init__(self, left: float, top: float, wide_mm: float, high_mm: float, scale: float) -> None:
        self.left, self.top, self.scale = left, top, scale
        self.wide, self.high = max(8, round(wide_mm * scale)), max(8, round(high_mm * scale))
        self.colour: Plane = np.zeros((self.high, self.wide, 3), np.float32)
        self.alpha: Plane = np.zeros((self.high, self.wide), np.float32)

    def grid(self, step: int = 8) -> tuple[Plane, Plane]:
        """Face mm of a coarse grid's points, for fields that `fine` enlarges."""
        wide, high = self.wide // step + 2, self.high // step + 2
        xs = (np.arange(wide, dtype=np.float32) + 0.5) * (self.wide / wide) / self.scale + self.left
        ys = (np.arange(high, dtype=np.float32) + 0.5) * (self.high / high) / self.scale + self.top
        across, down = np.meshgrid(xs, ys)
        return across, down

    def fine(self, field: Plane) -> Plane:
        """A coarse field enlarged to the sheet."""
        return np.asarray(cv2.resize(field, (self.wide, self.high), interpolation=cv2.INTER_LINEAR))

    def at(self, x: float, y: float) -> tuple[int, int]:
        """Face mm → fixed-point pixels for OpenCV's `shift`."""
        factor = self.scale * (1 << SHIFT)
        return round((x - self.left) * factor), round((y - self.top) * factor)

    def disc(self, x: float, y: float, radius_mm: float, colour: Plane, strength: float = 1.0) -> None:
        """A filled circle, drawn in its own small square."""
        low_x, low_y = (x - radius_mm - self.left) * self.scale, (y - radius_mm - self.top) * self.scale
        left, top, span = int(low_x) - 1, int(low_y) - 1, int(2 * radius_mm * self.scale) + 4
        mask = np.zeros((span, span), np.uint8)
        at_x, at_y = self.at(x, y)
        radius = max(1, round(radius_mm * self.scale * (1 << SHIFT)))
        centre = (at_x - (left << SHIFT), at_y - (top << SHIFT))
        cv2.circle(mask, centre, radius, 255, -1, cv2.LINE_AA, SHIFT)
        right, bottom = min(self.wide, left + span), min(self.high, top + span)
        start_x, start_y = max(0, left), max(0, top)
        if right <= start_x or bottom <= start_y:
            return
        seen = mask[start_y - top : bottom - top, start_x - left : right - left]
        part = self.colour[start_y:bottom, start_x:right]
        part += seen[:, :, None].astype(np.float32) * np.float32(strength / 255) * (colour - part)

    def blend(self, mask: NDArray[np.uint8], colour: Plane, strength: float = 1.0) -> None:
        """Mix `colour` in where `mask` is, touching only the mask's own rectangle."""
        x, y, wide, high = cv2.boundingRect(mask)
        if wide == 0:
            return
        share = mask[y : y + high, x : x + wide, None].astype(np.float32) * np.float32(strength / 255)
        part = self.colour[y : y + high, x : x + wide]
        part += share * (colour - part)


def rounded_distance(xs: Plane, ys: Plane, box: tuple[float, float, float, float], corner: float) -> Plane:
    """Signed distance in mm to a rounded rectangle (left, top, right, bottom): negative inside."""
    left, top, right, bottom = box
    across = np.abs(xs - (left + right) / 2) - (right - left) / 2 + corner
    down = np.abs(ys - (top + bottom) / 2) - (bottom - top) / 2 + corner
    outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    return np.asarray(outside + np.minimum(np.maximum(across, down), 0) - corner, dtype=np.float32)


def slope(field: Plane) -> tuple[Plane, Plane]:
    """Unit direction in which a field grows."""
    down, across = np.gradient(field)
    length = np.maximum(np.hypot(across, down), 1e-6)
    return np.asarray(across / length, dtype=np.float32), np.asarray(down / length, dtype=np.float32)


def rounded_outline(box: tuple[float, float, float, float], corner: float, steps: int = 12) -> NDArray[np.float64]:
    """Points in mm around a rounded rectangle, clockwise."""
    left, top, right, bottom = box
    centres = (
        (right - corner, top + corner, -90),
        (right - corner, bottom - corner, 0),
        (left + corner, bottom - corner, 90),
        (left + corner, top + corner, 180),
    )
    points = []
    for x, y, start in centres:
        angles = np.radians(np.linspace(start, start + 90, steps))
        points.append(np.column_stack([x + corner * np.cos(angles), y + corner * np.sin(angles)]))
    return np.concatenate(points)
