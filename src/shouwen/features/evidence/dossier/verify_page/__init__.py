"""The offline page that goes into every dossier: one file, no network, its scripts pinned by hash in its own policy."""

import base64
from functools import cache
from hashlib import sha256
from importlib.resources import files

_SCRIPTS = ("zip.js", "log.js", "timestamp.js", "check.js", "page.js")


@cache
def page() -> bytes:
    """verify.html with script and style put in; the same bytes every time."""
    folder = files(__name__)
    script = "\n".join(folder.joinpath(name).read_text("utf-8") for name in _SCRIPTS)
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    style = folder.joinpath("page.css").read_text("utf-8")
    if "</" in script or "</" in style:
        raise ValueError("a closing tag inside would end the element early")
    template = folder.joinpath("verify.html").read_text("utf-8")
    for mark, text in (("script", script), ("style", style)):
        template = template.replace(f"{{{{{mark}_hash}}}}", _policy_hash(text)).replace(f"{{{{{mark}}}}}", text)
    return template.encode()


def _policy_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()
