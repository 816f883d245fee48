"""Photos twice as large as any preview are decoded at half their size; what is recorded is their whole size."""

import struct

import cv2
import numpy as np
import pytest

from shouwen.features.evidence.inspect_bytes import HALF_FROM_PX, measure
from shouwen.kernel.errors import Refusal

WIDTH, HEIGHT = 3601, 2561  # odd, so that halves are rounded
LINES = ((np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) // 40 % 2 * 120 + 60).astype(np.uint8))[..., None]
PHOTO = cv2.imencode(".jpg", np.repeat(LINES, 3, axis=2))[1].tobytes()


def turned(jpeg: bytes) -> bytes:
    """The same photo with an EXIF block that says: held upright."""
    tiff = b"MM\x00\x2a\x00\x00\x00\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 0)
    block = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def size_of(jpeg: bytes) -> tuple[int, ...]:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape[1::-1]


@pytest.mark.parametrize(("data", "size"), [(PHOTO, (WIDTH, HEIGHT)), (turned(PHOTO), (HEIGHT, WIDTH))])
def test_large_photo_recorded_with_its_whole_size_as_it_is_held(tmp_path, data, size):
    assert HEIGHT > HALF_FROM_PX
    path = tmp_path / "photo"
    path.write_bytes(data)
    measured, previews = measure(path)
    assert (measured.width, measured.height) == size
    assert {width: size_of(made) for width, made in previews.items()} == {
        width: (width, round(width * size[1] / size[0])) for width in (320, 1280)
    }


@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
def test_large_photo_cut_short_refused(tmp_path, part):
    path = tmp_path / "photo"
    path.write_bytes(PHOTO[: int(len(PHOTO) * part)])
    with pytest.raises(Refusal) as refused:
        measure(path)
    assert refused.value.code == "broken_media"
