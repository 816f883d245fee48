"""PDF by Typst. Without a Chinese font it would drop the glyphs in silence, so one must be there before it sets."""

import json
import os
from functools import cache
from importlib.resources import files
from pathlib import Path

FONT_FAMILIES = ("Noto Sans SC", "Noto Sans CJK SC")


class FontMissing(RuntimeError):
    """No Chinese font can be found; says where one is looked for."""


def font_folders() -> list[Path]:
    """Where fonts are looked for: the setting, then what the page build put into the package."""
    named = os.environ.get("SHOUWEN_FONT_DIR", "")
    packaged = Path(str(files("shouwen"))) / "mount" / "static" / "fonts"
    return [path for path in (Path(named) if named else None, packaged) if path is not None and path.is_dir()]


@cache
def family() -> str:
    """The Chinese family to set in: the packaged one, else the system's; raises FontMissing where there is none."""
    import typst

    known = set(typst.Fonts(font_paths=[str(folder) for folder in font_folders()]).families())
    for name in FONT_FAMILIES:
        if name in known:
            return name
    raise FontMissing(
        "没有中文字体：请运行 make setup，或用 SHOUWEN_FONT_DIR 指定含 Noto Sans SC 的文件夹"
        " · no Chinese font: run make setup, or name a folder with Noto Sans SC in SHOUWEN_FONT_DIR"
    )


def set_pdf(template: Path, data: dict[str, object]) -> bytes:
    """Compile `template`, which reads `json(bytes(sys.inputs.data))` and `sys.inputs.family`, to PDF bytes.

    The same data give the same bytes: no clock, no random ids.
    """
    import typst

    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return bytes(
        typst.compile(
            str(template),
            root=str(template.parent),
            font_paths=[str(folder) for folder in font_folders()],
            sys_inputs={"data": text, "family": family()},
            timestamp=0,
        )
    )
