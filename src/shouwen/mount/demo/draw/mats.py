"""Desk surfaces as textures of 512 × 384 mm, drawn once and kept."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from shouwen.mount.demo.draw.words import Mat

Image = NDArray[np.uint8]
PX_PER_MM = 4.0
WIDE_PX, HIGH_PX = 2048, 1536


def _cloud(rng: np.random.Generator, across: int, down: int) -> NDArray[np.float32]:
    """Smooth noise −1..1 with `across` × `down` lumps over the texture."""
    seed = rng.uniform(-1.0, 1.0, (down, across)).astype(np.float32)
    return np.asarray(cv2.resize(seed, (WIDE_PX, HIGH_PX), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _wood(rng: np.random.Generator) -> NDArray[np.float32]:
    rows = np.linspace(0.0, 1.0, HIGH_PX, dtype=np.float32)[:, None]
    bend = rows * 46.0 + _cloud(rng, 5, 7) * 1.6 + _cloud(rng, 3, 18) * 0.35
    rings = np.sin(bend * 2.1) * 0.55 + np.sin(bend * 5.3 + 1.0) * 0.3
    fibre = _cloud(rng, 26, 700) * 0.55 + _cloud(rng, 90, 1200) * 0.4
    tone = rings * 0.020 + fibre * 0.022 + _cloud(rng, 4, 5) * 0.018
    plank = np.ones((HIGH_PX, 1), np.float32)
    for number, seam in enumerate((0, 372, 760, 1130)):
        plank[seam:] = (1.0, 0.975, 1.012, 0.985)[number]
        plank[max(0, seam - 1) : seam + 2] *= 0.80
    base = np.array([186, 207, 222], np.float32) / 255  # BGR, light oak
    stretch = np.array([1.25, 1.0, 0.85], np.float32)
    return np.asarray(base * plank[:, :, None] * (1 + tone[:, :, None] * stretch), dtype=np.float32)


def _cloth(rng: np.random.Generator) -> NDArray[np.float32]:
    ys, xs = np.mgrid[0:HIGH_PX, 0:WIDE_PX].astype(np.float32)
    weave = np.sin(xs * 1.05 + _cloud(rng, 9, 9) * 1.5) * np.sin(ys * 1.05 + _cloud(rng, 9, 9) * 1.5)
    tone = weave * 0.045 + _cloud(rng, 700, 500) * 0.03 + _cloud(rng, 6, 4) * 0.03
    base = np.array([203, 213, 217], np.float32) / 255  # linen, the sand of the product's own drawings
    return np.asarray(base * (1 + tone[:, :, None]), dtype=np.float32)


def _grey(rng: np.random.Generator) -> NDArray[np.float32]:
    tone = _cloud(rng, 1000, 760) * 0.035 + _cloud(rng, 300, 220) * 0.02 + _cloud(rng, 5, 4) * 0.02
    base = np.array([150, 148, 144], np.float32) / 255
    picture = np.asarray(base * (1 + tone[:, :, None]), dtype=np.float32)
    for step in range(0, WIDE_PX, 80):  # a cutting mat's centimetre grid
        picture[:, step : step + 2] *= 1.05
    for step in range(0, HIGH_PX, 80):
        picture[step : step + 2] *= 1.05
    return picture


@lru_cache(maxsize=4)
def mat_texture(mat: Mat) -> Image:
    """The texture in BGR; the same every time."""
    rng = np.random.default_rng(7 + len(mat))
    drawn = {Mat.WOOD: _wood, Mat.CLOTH: _cloth, Mat.GREY: _grey}[mat](rng)
    return np.asarray(np.clip(drawn * 255, 0, 255), dtype=np.uint8)
