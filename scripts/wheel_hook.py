"""Refuses to build a wheel without the built pages: it would install and start, and look broken."""

from pathlib import Path

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesAreBuilt(BuildHookInterface[BuilderConfig]):
    """hatchling calls this before it collects files; an editable install may come before its pages."""

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        built = Path(self.root) / "src" / "shouwen" / "mount" / "static" / "manifest.json"
        if version != "editable" and not built.is_file():
            raise SystemExit("the pages are not built: run make wheel, or make setup first")
