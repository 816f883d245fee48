"""A matter's title in the reader's language: it is stored as it was opened, in Chinese."""

from shouwen.features.cases.rules.catalogue import CATALOGUE
from shouwen.features.cases.types import CaseType
from shouwen.mount.pages.i18n import Words

_BY_NAME = {row.name_zh: kind for kind, row in CATALOGUE.items()}


def case_title(title: str, kind: CaseType | None, t: Words) -> str:
    """`定损异议 · iPhone 15`: the matter and its phone; only the matter is a word. None: the type is not at hand."""
    name, dot, phone = title.partition(" · ")
    found = _BY_NAME.get(name) if kind is None else kind
    if t.lang == "zh" or found is None or CATALOGUE[found].name_zh != name:
        return title
    return CATALOGUE[found].name_en + dot + phone
