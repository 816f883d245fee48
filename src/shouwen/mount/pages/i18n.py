"""Words of the interface: the Chinese sentence is the key, `locale/en*.toml` hold its English."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Lang = Literal["zh", "en"]


@cache
def english() -> dict[str, str]:
    """Chinese sentence → English one, with the same `{names}`; each stands in one file, else ValueError."""
    table: dict[str, str] = {}
    for file in sorted((files(__package__) / "locale").iterdir(), key=lambda found: found.name):
        if file.name.startswith("en") and file.name.endswith(".toml"):
            said = {str(key): str(text) for key, text in tomllib.loads(file.read_text("utf-8")).items()}
            if table.keys() & said.keys():
                raise ValueError(f"{file.name} says again: {sorted(table.keys() & said.keys())}")
            table |= said
    return table


class Words:
    """`t("剩 {n} 天", n=2)` in one language; a sentence without English stays Chinese (a test forbids it)."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self._table = english() if lang == "en" else {}

    def __call__(self, text: str, **names: object) -> str:
        said = self._table.get(text, text)
        return said.format_map(names) if names else said
