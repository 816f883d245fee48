"""Product-like pictures of phones, drawn with numpy and OpenCV: pure functions of their arguments."""

from shouwen.mount.demo.draw.files import draw_video, encode_jpeg, stamp_jpeg
from shouwen.mount.demo.draw.optics import place_of
from shouwen.mount.demo.draw.scene import draw_phone
from shouwen.mount.demo.draw.words import LOOKS, CameraPose, Mark, MarkKind, Mat, PhoneLook, View

__all__ = [
    "LOOKS",
    "CameraPose",
    "Mark",
    "MarkKind",
    "Mat",
    "PhoneLook",
    "View",
    "draw_phone",
    "draw_video",
    "encode_jpeg",
    "place_of",
    "stamp_jpeg",
]
