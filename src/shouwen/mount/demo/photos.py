"""The list of pictures: shared ones for each colour, full sets for the phones that stories turn on."""

from msgspec.structs import replace

from shouwen.mount.demo.draw.words import LOOKS, CameraPose, Mark, MarkKind, Mat, PhoneLook, View
from shouwen.mount.demo.structs import Shot

POSES = {
    View.FRONT: CameraPose(pitch=14, roll=-79),
    View.BACK: CameraPose(pitch=15, roll=-77),
    View.CAMERAS: CameraPose(pitch=13, yaw=-5, roll=-4),
    View.TOP_EDGE: CameraPose(pitch=18, yaw=-6, roll=3),
    View.BOTTOM_EDGE: CameraPose(pitch=20, yaw=6, roll=-2),
    View.LEFT_EDGE: CameraPose(pitch=18, yaw=4, roll=4),
    View.RIGHT_EDGE: CameraPose(pitch=19, yaw=-4, roll=-4),
    View.SCREEN_ON: CameraPose(pitch=12, roll=-80),
    View.IMEI_PAGE: CameraPose(pitch=6),
}
COMMON = (View.FRONT, View.BACK, View.CAMERAS)

# The headline's scratch: left of the cameras, up from the frame, 12 mm; there since before handover.
OLD_SCRATCH = Mark(View.BACK, MarkKind.SCRATCH, (1.6, 16.5), (6.6, 5.6), 0.34, 0.8)
BACK_SCRATCH = Mark(View.BACK, MarkKind.SCRATCH, (50.0, 76.0), (64.0, 64.7), 0.34, 0.8)


def common_shots() -> tuple[Shot, ...]:
    """Front, back and cameras of each look, unmarked: `natural_titanium.back`."""
    return tuple(
        Shot(f"{name}.{view}", view, look, replace(POSES[view], seed=10 + index, mat=list(Mat)[index % 3]))
        for index, (name, look) in enumerate(LOOKS.items())
        for view in COMMON
    )


def full_set(prefix: str, look: PhoneLook, marks: tuple[Mark, ...], imei: str, back: bool) -> tuple[Shot, ...]:
    """All nine guided views. A return set is taken elsewhere: other desk, other lamp, another stand."""
    shots = []
    for index, (view, pose) in enumerate(POSES.items()):
        camera = replace(pose, seed=40 + index, mat=Mat.GREY)
        if back:
            camera = replace(
                pose,
                yaw=pose.yaw + 4,
                pitch=pose.pitch + 3,
                roll=pose.roll + 5,
                light=250.0,
                seed=60 + index,
                mat=Mat.CLOTH,
            )
        shots.append(Shot(f"{prefix}.{view}", view, look, camera, marks, imei))
    return tuple(shots)


def close_up(key: str, look: PhoneLook, view: View, marks: tuple[Mark, ...], aim: Mark, back: bool) -> Shot:
    """A near picture of one mark's place, with or without the mark."""
    middle = (
        0.3 * (aim.start[0] + aim.end[0]) + 0.4 * look.width_mm / 2,
        0.3 * (aim.start[1] + aim.end[1]) + 0.4 * look.height_mm / 3,
    )
    camera = replace(
        POSES[view],
        roll=-6.0 if back else 3.0,
        distance=0.45 if view in (View.FRONT, View.BACK) else 0.8,
        aim=middle,
        seed=81 if back else 80,
        mat=Mat.CLOTH if back else Mat.GREY,
    )
    return Shot(key, view, look, camera, marks)
