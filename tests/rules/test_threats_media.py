"""Files that lie: about their length, their date, their passes. Each is refused or read without harm."""

import io

import av
import cv2
import numpy as np
import pytest

from shouwen.features.evidence.headers import exif_taken_at
from shouwen.features.evidence.inspect_bytes import MAX_SCANS, measure
from shouwen.kernel.errors import Refusal

PICTURE = np.random.default_rng(7).integers(0, 255, (600, 800, 3), dtype=np.uint8)


def code_of(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(Refusal) as refused:
        measure(path)
    return refused.value.code


def video(container, seconds, **options):
    """Two frames, the second `seconds` after the first."""
    out = io.BytesIO()
    with av.open(out, "w", format=container, options=options) as file:
        stream = file.add_stream("vp8" if container == "webm" else "mpeg4", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for at in (0, seconds):
            frame = av.VideoFrame.from_ndarray(PICTURE[:64, :64].copy(), format="bgr24")
            frame.pts = at
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return out.getvalue()


def test_video_longer_than_its_header_admits_refused(tmp_path):
    silent = video("webm", 500, live="1")  # says nothing of its length
    assert code_of(tmp_path, silent) == "video_too_long"
    said = video("webm", 500)
    at = said.index(b"\x44\x89\x88") + 3  # Duration, a double
    short = said[:at] + np.float64(1000).byteswap().tobytes() + said[at + 8 :]
    assert code_of(tmp_path, short) == "video_too_long"
    assert code_of(tmp_path, video("mp4", 500)) == "video_too_long"


def test_video_within_the_limit_accepted_with_its_true_length(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(video("webm", 20, live="1"))
    assert 20_000 <= measure(path)[0].duration_ms <= 22_000


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"\x00\x00\x00\x18ftypisom" + b"#EXTM3U\nfile:///etc/hostname\n" * 20,
        b"\x1a\x45\xdf\xa3" + b"<svg onload=alert(1)>" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7\n", b"GIF89a", b"PK\x03\x04",
    ],
    ids=lambda data: repr(data[:12]),
)  # fmt: skip
def test_file_that_names_others_or_is_no_picture_refused(tmp_path, data):
    assert code_of(tmp_path, data) in ("not_media", "broken_media")


def test_photo_with_hundreds_of_passes_refused_before_it_is_decoded(tmp_path, monkeypatch):
    jpeg = cv2.imencode(".jpg", PICTURE, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    assert 1 < jpeg.count(b"\xff\xda") <= MAX_SCANS
    path = tmp_path / "good"
    path.write_bytes(jpeg)
    assert measure(path)[0].mime == "image/jpeg"
    last = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    monkeypatch.setattr(cv2, "imdecode", None)  # would raise TypeError if it were called
    assert code_of(tmp_path, jpeg[:-2] + last * 300 + b"\xff\xd9") == "broken_media"


@pytest.mark.parametrize(
    "date", [b"0001:01:01 00:00:00", b"0000:00:00 00:00:00", b"9999:12:31 23:59:59", b"2026:02:30 01:02:03"]
)
def test_photo_from_an_impossible_day_has_no_or_its_own_date(date):
    taken_at = exif_taken_at(b"\xff\xd8\xff\xe1\x00\x00Exif\x00\x00" + date + b"\x00")
    assert taken_at is None or taken_at.year == 9999
