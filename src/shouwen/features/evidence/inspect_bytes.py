"""Look at uploaded bytes before they count as evidence: type by content, limits before decoding, then EVI-4."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from shouwen.features.evidence.headers import exif_taken_at, image_size, sniff
from shouwen.features.evidence.types import Measured, MediaCheck
from shouwen.kernel.errors import Refusal

MAX_PIXELS = 64_000_000
MAX_VIDEO_SECONDS = 180
MAX_SCANS = 64  # of a progressive JPEG: each pass over all its pixels costs time and hardly a byte (cameras make 10)
MIN_SIDE_PX = 480
SHARP_ENOUGH = 20.0  # variance of the Laplacian at 800 px; below it text on an IMEI page cannot be read
PREVIEW_WIDTHS = (1280, 320)  # each is made from the one before
HALF_FROM_PX = 2 * max(PREVIEW_WIDTHS)  # JPEGs with no shorter side are decoded at half their size: nothing needs more
_HEAD_BYTES = 256 * 1024


def measure(path: Path) -> tuple[Measured, dict[int, bytes]]:
    """Check a file and make its previews (JPEG by width). Raises Refusal saying what is wrong and what to do.

    Never trusts the name or the declared type; a picture's size is read from its header before anything is
    decoded, so that a bomb costs nothing.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    mime = sniff(head)
    if mime is None:
        raise refuse("not_media", "这不是照片或视频", "this is neither a photo nor a video")
    if mime == "image/heic":
        raise refuse(
            "heic",
            "暂不支持 HEIC 格式",
            "HEIC is not supported here",
            "请在相机设置里改成“兼容性最佳”（JPEG）再拍，或发送截图",
            "set your camera to the most compatible format (JPEG) and take it again",
        )
    if mime.startswith("video/"):
        return _measure_video(path, mime)
    return _measure_image(path, mime, head)


def _measure_image(path: Path, mime: str, head: bytes) -> tuple[Measured, dict[int, bytes]]:
    import cv2
    import numpy as np

    size = image_size(mime, head)
    if size is None:
        raise _broken()
    if size[0] * size[1] > MAX_PIXELS:
        raise refuse(
            "too_many_pixels",
            "照片像素过大",
            f"the photo has more than {MAX_PIXELS // 1_000_000} megapixels",
            "请用手机相机的普通模式重新拍摄",
            "take it again in the camera's normal mode",
        )
    data = path.read_bytes()
    if mime == "image/jpeg" and (b"\xff\xd9" not in data[-4096:] or data.count(b"\xff\xda") > MAX_SCANS):
        raise _broken()
    half = mime == "image/jpeg" and min(size) >= HALF_FROM_PX
    try:
        flags = cv2.IMREAD_REDUCED_COLOR_2 if half else cv2.IMREAD_COLOR
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        picture = None
    if picture is None:
        raise _broken()
    width, height = _whole_size(size, picture.shape[:2]) if half else (picture.shape[1], picture.shape[0])
    taken_at = exif_taken_at(head)
    measured = Measured(mime, width, height, _checks(picture, (width, height), taken_at), taken_at=taken_at)
    return measured, _previews(picture)


def _whole_size(size: tuple[int, int], half: Sequence[int]) -> tuple[int, int]:
    """(width, height) of a picture of which `half` are the rows and columns decoded; refuses what is not half of
    what its header says.
    """
    for width, height in (size, size[::-1]):  # EXIF may turn a picture by a quarter
        if tuple(half) == ((height + 1) // 2, (width + 1) // 2):
            return width, height
    raise _broken()


def _measure_video(path: Path, mime: str) -> tuple[Measured, dict[int, bytes]]:
    import av
    import av.error

    try:
        # the format is what we sniffed: nothing that names other files or addresses is ever tried
        with av.open(str(path), format="matroska" if mime == "video/webm" else "mp4") as container:
            stream = container.streams.video[0] if container.streams.video else None
            if stream is None or stream.width * stream.height > MAX_PIXELS:
                raise _broken()
            seconds = max((container.duration or 0) / 1_000_000, _last_second(path, mime))
            if seconds > MAX_VIDEO_SECONDS:
                raise refuse(
                    "video_too_long",
                    f"视频超过 {MAX_VIDEO_SECONDS // 60} 分钟",
                    f"the video is longer than {MAX_VIDEO_SECONDS} seconds",
                    "请剪短，或分成几段上传",
                    "cut it, or upload it in parts",
                )
            frame = next(container.decode(stream))
            if not isinstance(frame, av.VideoFrame) or frame.width * frame.height > MAX_PIXELS:
                raise _broken()
            picture = frame.to_ndarray(format="bgr24")
    except (av.error.FFmpegError, StopIteration, ValueError):
        raise _broken() from None
    height, width = picture.shape[:2]
    checks = tuple(check for check in _checks(picture, (width, height), None) if check.name != "taken_at")
    return Measured(mime, width, height, checks, duration_ms=int(seconds * 1000)), _previews(picture)


def _last_second(path: Path, mime: str) -> float:
    """When the last packet ends, in seconds: a header may say anything, or nothing. Nothing is decoded."""
    import av

    with av.open(str(path), format="matroska" if mime == "video/webm" else "mp4") as container:
        last = 0.0
        for packet in container.demux(container.streams.video[0]):
            if packet.pts is not None and packet.time_base is not None:
                last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return last


def _checks(picture: "object", size: tuple[int, int], taken_at: datetime | None) -> tuple[MediaCheck, ...]:
    import cv2
    import numpy as np

    pixels = np.asarray(picture)
    width, height = size
    large = min(size) >= MIN_SIDE_PX
    scale = min(1.0, 800 / max(pixels.shape[:2]))
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    sharp = float(cv2.Laplacian(small, cv2.CV_64F).var()) >= SHARP_ENOUGH
    lit = 30 <= float(small.mean()) <= 235 and float((small < 8).mean()) < 0.6 and float((small > 247).mean()) < 0.6
    dated = taken_at is not None
    return (
        _check("sharpness", sharp, "清晰", "有些模糊，建议对焦后重拍一张", "sharp", "a little blurred: take one more"),
        _check("exposure", lit, "光线合适", "太暗或太亮，建议换个光线重拍", "well lit", "too dark or too bright"),
        _check("size", large, f"{width}×{height}", "尺寸太小，建议发原图", f"{width}×{height}", "too small"),
        _check(
            "taken_at", dated, "带有拍摄时间", "没有拍摄时间（截图常见），可在说明里补充",
            "carries its capture time", "carries no capture time: say when it was taken",
        ),
    )  # fmt: skip


def _check(name: str, ok: bool, zh_ok: str, zh_not: str, en_ok: str, en_not: str) -> MediaCheck:
    return MediaCheck(name, ok, zh_ok if ok else zh_not, en_ok if ok else en_not)


def _previews(picture: "object") -> dict[int, bytes]:
    import cv2
    import numpy as np

    pixels = np.asarray(picture)
    found = {}
    for width in PREVIEW_WIDTHS:
        scale = min(1.0, width / pixels.shape[1])
        if scale < 1:
            pixels = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        found[width] = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes()
    return found


def refuse(
    code: str,
    zh: str,
    en: str,
    remedy_zh: str = "请重新选择一张照片或一段视频",
    remedy_en: str = "choose a photo or a video",
) -> Refusal:
    """A file that does not count as evidence, and what to do instead."""
    return Refusal(code, zh, en, status=422, remedy_zh=remedy_zh, remedy_en=remedy_en, rule="EVI-4", field="file")


def _broken() -> Refusal:
    return refuse(
        "broken_media",
        "文件不完整或已损坏，打不开",
        "the file is incomplete or damaged",
        "请从相册里重新选择原文件上传",
        "choose the original file again",
    )
