"""Words of the interface: the Chinese sentence is the key, `locale/en*.toml` hold its English."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Lang = Literal["zh", "en"]


@cache
def english() -> dict[str, str]:
    """Chinese sentence → English one, with the same `{names}`."""
    table: dict[str, str] = {}
    for file in sorted((files(__package__) / "locale").iterdir(), key=lambda found: found.name):
        if file.name.startswith("en") and file.name.endswith(".toml"):
            table.update({str(key): str(said) for key, said in tomllib.loads(file.read_text("utf-8")).items()})
    return table


class Words:
    """`t("剩 {n} 天", n=2)` in one language; a sentence without English stays Chinese (a test forbids it)."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self._table = english() if lang == "en" else {}

    def __call__(self, text: str, **names: object) -> str:
        said = self._table.get(text, text)
        return said.format_map(names) if names else said
