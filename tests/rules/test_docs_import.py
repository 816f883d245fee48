"""docs/rules/import.md says what becomes of a file: every file in it is read, and compared to the letter."""

import re
from datetime import date
from pathlib import Path

import pytest
from contract_story import POLICY

from shouwen.features.contracts.rules import import_file, import_row
from shouwen.kernel.fen import plain_fen

DOC = (Path(__file__).parents[2] / "docs" / "rules" / "import.md").read_text("utf-8")
EXAMPLES = re.findall(r"```csv\n(.*?)```\n\n```text\n(.*?)```", DOC, re.S)


def said_of(row):
    if row.cells is None:
        return [f"第 {row.line} 行：{row.fault}"]
    found = import_row.read_row(row.cells, "旧系统", date(2026, 11, 23), lambda _on: POLICY)
    if isinstance(found, tuple):
        no = row.cells["external_no"]
        return [f"第 {row.line} 行 {no} {each.column}：{each.zh}。{each.remedy_zh}" for each in found]
    contract = found.contract
    rents, ladder = contract.rents_fen, contract.ladder_fen
    buyout = f"买断 {plain_fen(ladder[0])} → {plain_fen(ladder[-1])}" if ladder else "没有买断"
    parts = [f"{len(rents)} 期", f"每期 {plain_fen(rents[0])}", f"末期 {plain_fen(rents[-1])}", buyout, *contract.marks]
    return [f"第 {row.line} 行 {found.external_no}：{'，'.join(parts)}"]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES, ids=range(len(EXAMPLES)))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_file_becomes_what_the_page_says(text, expected, encoding):
    data = text.encode(encoding)
    known = import_file.detect_encoding(lambda: [data])
    header = import_file.read_header(lambda: [data], known, import_row.KNOWN, import_row.REQUIRED)
    rows = import_file.csv_rows([data[header.offset :]], known, header, header.offset, header.line)
    assert [line for row in rows for line in said_of(row)] == expected.splitlines()


def test_page_has_its_files_and_every_column():
    assert len(EXAMPLES) == 3
    for code, zh in import_row.COLUMNS.items():
        assert f"`{code}` {zh}" in DOC
