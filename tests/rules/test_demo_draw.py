"""Drawn phones: the same every time, marks where the geometry says, files that others can read."""

import struct
from datetime import UTC, datetime
from io import BytesIO

import av
import cv2
import numpy as np
import pytest
from msgspec.structs import replace

from shouwen.mount.demo.draw import (
    LOOKS,
    CameraPose,
    Mark,
    MarkKind,
    Mat,
    View,
    draw_phone,
    draw_video,
    encode_jpeg,
    place_of,
)
from shouwen.mount.demo.draw.lenses import island_of
from shouwen.mount.demo.draw.words import Layout

SMALL = (400, 300)
LOOK = LOOKS["natural_titanium"]
SCRATCH = Mark(View.BACK, MarkKind.SCRATCH, (1.6, 16.5), (6.6, 5.6), 0.34, 0.8)
TAKEN = datetime(2025, 12, 3, 6, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize("view", list(View))
def test_draw_phone_every_view_is_a_lively_picture_and_repeats(view):
    picture = draw_phone(view, LOOK, (SCRATCH,), CameraPose(), SMALL, imei="001017010148230")
    again = draw_phone(view, LOOK, (SCRATCH,), CameraPose(), SMALL, imei="001017010148230")
    assert picture.shape == (300, 400, 3)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, again)
    assert 40 < picture.mean() < 230
    assert picture.std() > 10


@pytest.mark.parametrize("name", list(LOOKS))
def test_draw_phone_every_look_differs_from_the_others(name):
    picture = draw_phone(View.CAMERAS, LOOKS[name], (), CameraPose(), SMALL)
    other = draw_phone(View.CAMERAS, LOOKS["pink" if name != "pink" else "lilac"], (), CameraPose(), SMALL)
    assert np.abs(picture.astype(int) - other).mean() > 3


def test_looks_use_every_camera_layout_with_lenses_on_the_plate():
    assert {look.layout for look in LOOKS.values()} == set(Layout)
    for look in LOOKS.values():
        island = island_of(look)
        left, top, right, bottom = island.box
        assert all(left < x - r < x + r < right and top < y - r < y + r < bottom for x, y, r in island.lenses)


@pytest.mark.parametrize("mat", list(Mat))
def test_draw_phone_other_seed_or_mat_changes_the_picture(mat):
    base = draw_phone(View.BACK, LOOK, (), CameraPose(mat=mat), SMALL)
    assert not np.array_equal(base, draw_phone(View.BACK, LOOK, (), CameraPose(mat=mat, seed=2), SMALL))


@pytest.mark.parametrize("kind", list(MarkKind))
@pytest.mark.parametrize(
    "camera",
    [CameraPose(), CameraPose(yaw=8, pitch=20, roll=15, light=300), CameraPose(yaw=-9, pitch=8, roll=-70, seed=4)],
)
def test_place_of_a_mark_is_where_the_picture_changes(kind, camera):
    mark = Mark(View.BACK, kind, (50.0, 70.0), (62.0, 84.0), 0.5, 0.9)
    plain = draw_phone(View.BACK, LOOK, (), camera, (800, 600)).astype(int)
    marked = draw_phone(View.BACK, LOOK, (mark,), camera, (800, 600)).astype(int)
    rows, columns = np.nonzero(np.abs(marked - plain).max(axis=2) > 8)
    place = place_of(mark, View.BACK, LOOK, camera, (800, 600))
    assert place is not None
    x, y, wide, high = place
    assert rows.size > 10
    assert x * 800 - 2 <= columns.min() <= columns.max() <= (x + wide) * 800 + 2
    assert y * 600 - 2 <= rows.min() <= rows.max() <= (y + high) * 600 + 2


def test_place_of_a_mark_on_another_face_or_out_of_frame_is_none():
    assert place_of(SCRATCH, View.FRONT, LOOK, CameraPose()) is None
    low = replace(SCRATCH, start=(30.0, 150.0), end=(40.0, 155.0))
    assert place_of(low, View.CAMERAS, LOOK, CameraPose()) is None


def test_draw_phone_exposure_and_blur_show():
    fair = draw_phone(View.BACK, LOOK, (), CameraPose(), SMALL)
    dark = draw_phone(View.BACK, LOOK, (), CameraPose(exposure=0.4), SMALL)
    soft = draw_phone(View.CAMERAS, LOOK, (), CameraPose(blur_px=4), SMALL)
    sharp = draw_phone(View.CAMERAS, LOOK, (), CameraPose(), SMALL)
    assert dark.mean() < fair.mean() * 0.55
    assert cv2.Laplacian(soft, cv2.CV_64F).var() < cv2.Laplacian(sharp, cv2.CV_64F).var() * 0.6


def test_encode_jpeg_carries_capture_time_in_exif_and_decodes():
    picture = draw_phone(View.BACK, LOOK, (), CameraPose(), SMALL)
    coded = encode_jpeg(picture, TAKEN, 85, ("Shouwen", "X"))
    tiff = coded[coded.index(b"Exif\0\0") + 6 :]
    first, exif = _ifd(tiff, 8), {}
    exif = _ifd(tiff, first[0x8769])
    assert first[0x010F] == "Shouwen"
    assert first[0x0110] == "X"
    assert exif[0x9003] == "2025:12:03 14:30:05"
    assert exif[0x9011] == "+08:00"
    decoded = cv2.imdecode(np.frombuffer(coded, np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == picture.shape
    assert coded == encode_jpeg(picture, TAKEN, 85, ("Shouwen", "X"))


def test_encode_jpeg_naive_time_is_refused():
    with pytest.raises(ValueError, match="naive"):
        encode_jpeg(np.zeros((8, 8, 3), np.uint8), TAKEN.replace(tzinfo=None))


def _ifd(tiff, at):
    (count,) = struct.unpack_from("<H", tiff, at)
    found = {}
    for index in range(count):
        tag, kind, size, value = struct.unpack_from("<HHLL", tiff, at + 2 + 12 * index)
        if kind == 2:
            raw = tiff[value : value + size] if size > 4 else struct.pack("<L", value)[:size]
            found[tag] = raw.rstrip(b"\0").decode()
        else:
            found[tag] = value
    return found


def test_draw_video_is_a_small_repeatable_h264_turn():
    film = draw_video(LOOK, (SCRATCH,), seconds=1.0, fps=8, size_px=(320, 240), taken_at=TAKEN)
    assert film == draw_video(LOOK, (SCRATCH,), seconds=1.0, fps=8, size_px=(320, 240), taken_at=TAKEN)
    with av.open(BytesIO(film)) as file:
        frames = [frame.to_ndarray(format="bgr24") for frame in file.decode(video=0)]
        assert file.streams.video[0].codec_context.name == "h264"
        assert file.metadata["creation_time"].startswith("2025-12-03T06:30:05")
    assert len(frames) == 8
    assert np.abs(frames[0].astype(int) - frames[5]).mean() > 3
    assert len(film) < 400_000
