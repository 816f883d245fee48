"""Where in the text a key stands; the TOML parser does not say."""

import re


def line_of(text: str, table: str, index: int, key: str) -> int:
    """The 1-based line of `key` in the `index`-th (0-based) table of that name; else of the table, else 1."""
    assignment = re.compile(rf"[\"']?{re.escape(key)}[\"']?\s*[=.]")
    current, seen, table_line = "", 0 if table == "" else -1, 0
    for no, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if line.startswith("["):
            current = line.partition("]")[0].strip("[] \t").replace('"', "").replace(" ", "")
            if current == table:
                seen += 1
                table_line = no if seen == index else table_line
            elif seen == index and current == f"{table}.{key}".lstrip("."):
                return no  # a key written as a table of its own
        elif key and current == table and seen == index and assignment.match(line):
            return no
        elif key and not current and line.startswith(f"{table}.") and assignment.match(line[len(table) + 1 :]):
            return no  # `terms.periods = 12` before any header
    return table_line or 1
