"""What a picture is made of: a view, a phone's look, marks on it, and where the camera stands."""

from enum import StrEnum

from msgspec import Struct

Rgb = tuple[int, int, int]


class View(StrEnum):
    """The guided shots of EVI-4."""

    FRONT = "front"
    BACK = "back"
    TOP_EDGE = "top_edge"
    BOTTOM_EDGE = "bottom_edge"
    LEFT_EDGE = "left_edge"
    RIGHT_EDGE = "right_edge"
    CAMERAS = "cameras"
    SCREEN_ON = "screen_on"
    IMEI_PAGE = "imei_page"


EDGES = frozenset({View.TOP_EDGE, View.BOTTOM_EDGE, View.LEFT_EDGE, View.RIGHT_EDGE})
FACE_OF = {view: view for view in View} | {
    View.CAMERAS: View.BACK,
    View.SCREEN_ON: View.FRONT,
    View.IMEI_PAGE: View.FRONT,
}


class MarkKind(StrEnum):
    SCRATCH = "scratch"
    CRACK = "crack"
    DENT = "dent"
    STAIN = "stain"


class Mat(StrEnum):
    WOOD = "wood"
    CLOTH = "cloth"
    GREY = "grey"


class Layout(StrEnum):
    """How the cameras sit on the back."""

    TRIPLE_SQUARE = "triple_square"
    DUAL_DIAGONAL = "dual_diagonal"
    ROUND_QUAD = "round_quad"
    SQUARE_QUAD = "square_quad"
    COLUMN = "column"


class PhoneLook(Struct, frozen=True):
    """Sizes in mm; colours in RGB 0–255; `gloss` 0 is frosted, 1 is a mirror."""

    name: str
    layout: Layout
    back: Rgb
    frame: Rgb
    width_mm: float = 76.7
    height_mm: float = 159.9
    thick_mm: float = 8.25
    corner_mm: float = 11.5
    gloss: float = 0.45


class Mark(Struct, frozen=True):
    """A trace on one face (`front`, `back` or an edge), in mm from that face's top left corner.

    Edges are seen with the screen side down the page; along an edge x runs from the phone's top or left.
    A dent or stain takes `start` and `end` as the ends of its longer axis. `depth` is 0 (hair) to 1 (gouge).
    """

    face: View
    kind: MarkKind
    start: tuple[float, float]
    end: tuple[float, float]
    width_mm: float = 0.25
    depth: float = 0.5


class CameraPose(Struct, frozen=True):
    """Where the camera stands. Angles in degrees; `distance` 1.0 frames the view, 2.0 is twice as far.

    `light` is the side the light comes from (0 right, 90 below, 180 left, 270 above); `exposure` multiplies;
    `blur_px` is the radius of a focus fault; `aim` puts a point of the face (mm) in the middle.
    """

    yaw: float = 0.0
    pitch: float = 12.0
    roll: float = 0.0
    distance: float = 1.0
    light: float = 225.0
    exposure: float = 1.0
    blur_px: float = 0.0
    seed: int = 1
    mat: Mat = Mat.WOOD
    aim: tuple[float, float] | None = None


LOOKS: dict[str, PhoneLook] = {
    look.name: look
    for look in (
        PhoneLook("natural_titanium", Layout.TRIPLE_SQUARE, (138, 134, 126), (176, 168, 154)),
        PhoneLook("blue_titanium", Layout.TRIPLE_SQUARE, (58, 68, 84), (92, 100, 114)),
        PhoneLook("black_titanium", Layout.TRIPLE_SQUARE, (47, 48, 50), (84, 82, 80)),
        PhoneLook("pink", Layout.DUAL_DIAGONAL, (226, 196, 198), (224, 200, 200), 71.6, 147.6, 7.8, 11.0),
        PhoneLook("ya_green", Layout.ROUND_QUAD, (104, 138, 120), (188, 178, 148), 79.0, 163.7, 8.1, 12.0, 0.6),
        PhoneLook("ya_black", Layout.ROUND_QUAD, (34, 35, 38), (88, 84, 76), 79.0, 163.7, 8.1, 12.0, 0.8),
        PhoneLook("rock_cyan", Layout.SQUARE_QUAD, (152, 178, 168), (190, 194, 192), 71.5, 152.8, 8.2, 9.5, 0.55),
        PhoneLook("ink_black", Layout.SQUARE_QUAD, (40, 41, 44), (70, 71, 74), 71.5, 152.8, 8.2, 9.5, 0.65),
        PhoneLook("sea_blue", Layout.ROUND_QUAD, (74, 108, 152), (150, 162, 178), 75.4, 162.7, 8.7, 10.0, 0.5),
        PhoneLook("star_white", Layout.ROUND_QUAD, (226, 226, 222), (206, 204, 198), 75.3, 164.0, 8.5, 10.0, 0.55),
        PhoneLook("lilac", Layout.COLUMN, (196, 188, 212), (206, 200, 214), 74.9, 161.5, 7.9, 9.0, 0.5),
    )
}
