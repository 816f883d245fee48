"""Pictures as the files a phone would hand over: JPEG with its capture time, and a turn as H.264 in MP4."""

from datetime import datetime
from io import BytesIO
from math import hypot, sin, tau
from struct import pack

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from msgspec.structs import replace
from numpy.typing import NDArray

from shouwen.kernel.days import beijing_at
from shouwen.mount.demo.draw.optics import Optics, face_size
from shouwen.mount.demo.draw.scene import draw_phone
from shouwen.mount.demo.draw.words import CameraPose, Mark, PhoneLook, View

ASCII, LONG = 2, 4


def encode_jpeg(
    picture: NDArray[np.uint8],
    taken_at: datetime,
    quality: int = 88,
    camera: tuple[str, str] = ("Shouwen", "Demo"),
) -> bytes:
    """JPEG bytes with EXIF make, model and DateTimeOriginal (Beijing's clock, +08:00), never naive."""
    ok, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError("OpenCV cannot encode this picture")
    return stamp_jpeg(coded.tobytes(), taken_at, camera)


def stamp_jpeg(plain: bytes, taken_at: datetime, camera: tuple[str, str] = ("Shouwen", "Demo")) -> bytes:
    """The same picture with its EXIF block: `plain` is a JPEG without one."""
    block = b"Exif\0\0" + _tiff(beijing_at(taken_at), camera)
    return plain[:2] + b"\xff\xe1" + pack(">H", len(block) + 2) + block + plain[2:]


def _tiff(taken: datetime, camera: tuple[str, str]) -> bytes:
    """A little-endian TIFF with IFD0 (make, model, time) and the Exif IFD (capture time and offset)."""
    clock = taken.strftime("%Y:%m:%d %H:%M:%S")
    first = [(0x010F, camera[0]), (0x0110, camera[1]), (0x0132, clock)]
    second = [(0x9003, clock), (0x9004, clock), (0x9011, "+08:00")]
    exif_at = 8 + _ifd_size(first, pointer=True)
    return b"II*\0" + pack("<L", 8) + _ifd(first, 8, exif_at) + _ifd(second, exif_at, None)


def _ifd_size(entries: list[tuple[int, str]], *, pointer: bool) -> int:
    return 6 + 12 * (len(entries) + pointer) + sum(len(_padded(text)) for _, text in entries)


def _padded(text: str) -> bytes:
    raw = text.encode("ascii") + b"\0"
    return raw + b"\0" * (8 - len(raw) if len(raw) < 8 else len(raw) % 2)


def _ifd(entries: list[tuple[int, str]], at: int, exif_at: int | None) -> bytes:
    count = len(entries) + (exif_at is not None)
    heap_at, rows, heap = at + 6 + 12 * count, b"", b""
    for tag, text in entries:
        rows += pack("<HHLL", tag, ASCII, max(5, len(text) + 1), heap_at + len(heap))
        heap += _padded(text)
    if exif_at is not None:
        rows += pack("<HHLL", 0x8769, LONG, 1, exif_at)
    return pack("<H", count) + rows + pack("<L", 0) + heap


def draw_video(
    look: PhoneLook,
    marks: tuple[Mark, ...] = (),
    camera: CameraPose | None = None,
    *,
    views: tuple[View, ...] = (View.BACK, View.FRONT),
    seconds: float = 4.0,
    fps: int = 15,
    size_px: tuple[int, int] = (960, 720),
    taken_at: datetime | None = None,
) -> bytes:
    """A full turn shared by the views, as MP4 (H.264, yuv420p): browsers play it; the same bytes each run.

    `taken_at` is written as the file's creation time.
    """
    camera = camera or CameraPose(pitch=24)
    frames = max(len(views), round(seconds * fps))
    held = BytesIO()
    with av.open(held, "w", format="mp4", options={"fflags": "+bitexact"}) as file:
        if taken_at is not None:
            file.metadata["creation_time"] = taken_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        stream = file.add_stream("libx264", rate=fps, options={"crf": "27", "preset": "veryfast", "threads": "1"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size_px, "yuv420p"
        for index in range(frames):
            share = index / frames
            pose = replace(camera, roll=camera.roll + 360 * share, pitch=camera.pitch + 6 * sin(share * tau))
            view = views[min(len(views) - 1, int(share * len(views)))]
            picture = draw_phone(
                view, look, marks, replace(pose, distance=_standoff(view, look, pose, size_px)), size_px
            )
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                file.mux(packet)
        for packet in stream.encode():
            file.mux(packet)
    return held.getvalue()


def _standoff(view: View, look: PhoneLook, pose: CameraPose, size_px: tuple[int, int]) -> float:
    """The distance at which the phone keeps one size through the whole turn."""
    steady = 0.80 * size_px[1] / hypot(*face_size(view, look))
    return Optics(view, look, replace(pose, distance=1.0), size_px).px_per_mm / steady
