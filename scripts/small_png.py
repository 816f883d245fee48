"""A screenshot as a PNG of at most 256 colours: a third of the size, and text stays crisp."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np

KEPT, MIXED = 176, 80  # the commonest colours stay exactly as they are, the rest share what is left


def write_small_png(png: bytes, path: Path) -> int:
    """Write `png` to `path` with a palette; returns its size in bytes. The same picture gives the same bytes."""
    pixels = cv2.cvtColor(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    height, width = pixels.shape[:2]
    packed = pixels.reshape(-1, 3).astype(np.uint32) @ np.array([65_536, 256, 1], np.uint32)
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    rgb = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.float32)
    palette = _palette(rgb, counts)
    nearest = np.concatenate([_nearest(part, palette) for part in np.array_split(rgb, max(1, len(rgb) // 4096))])
    rows = nearest[places.reshape(-1)].reshape(height, width)
    body = _png(width, height, palette, np.insert(rows, 0, 0, axis=1).astype(np.uint8).tobytes())
    path.write_bytes(body)
    return len(body)


def _palette(rgb: np.ndarray, counts: np.ndarray) -> np.ndarray:
    order = np.argsort(-counts, kind="stable")
    kept, rest = rgb[order[:KEPT]], rgb[order[KEPT:]]
    if len(rest) > MIXED:
        cv2.setRNGSeed(1)
        until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
        rest = cv2.kmeans(rest, MIXED, None, until, 1, cv2.KMEANS_PP_CENTERS)[2]
    return np.rint(np.concatenate([kept, rest]))


def _nearest(rgb: np.ndarray, palette: np.ndarray) -> np.ndarray:
    return ((rgb[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)


def _png(width: int, height: int, palette: np.ndarray, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", palette.astype(np.uint8).tobytes()), (b"IDAT", zlib.compress(rows, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in (*chunks, (b"IEND", b"")))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
