"""Write schema.sql: what the migrations add up to. While they only add, that is their text in order."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = "-- The whole schema, for reading. Written by `make schema` from migrations/; a test compares the catalogs.\n"


def schema_text() -> str:
    """All migrations, each under its name."""
    parts = [HEADER]
    for path in sorted((ROOT / "migrations").glob("[0-9]*.sql")):
        parts.append(f"\n-- ---- {path.stem} ----\n\n{path.read_text('utf-8').rstrip()}\n")
    return "".join(parts)


if __name__ == "__main__":
    (ROOT / "schema.sql").write_text(schema_text(), "utf-8")
