"""Contracts signed elsewhere: reading files of every make, and what each row must hold."""

import csv
import io
import json
from datetime import date
from itertools import pairwise

import pytest
from contract_story import POLICY
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.contracts.policy import contract_policy_on
from shouwen.features.contracts.rules import import_file, import_row
from shouwen.features.contracts.rules.early_return import quote_early_return
from shouwen.features.contracts.rules.quote import quote_buyout
from shouwen.features.contracts.types import TERMS_INCONSISTENT
from shouwen.kernel.errors import BadInput

ON = date(2026, 11, 23)
ROW = {
    "external_no": "LZ-0001", "renter_name": "陈思宇", "renter_phone": "13812342210", "model": "iPhone 15 Pro Max",
    "signed_on": "2026-01-10", "first_due_on": "2026-01-31", "periods": "12", "total_rent": "6502.00",
    "signed_value": "12798.10", "residual": "6296.10", "buyout_formula": "popular", "paid_periods": "6",
}  # fmt: skip


def read(**changes):
    return import_row.read_row(ROW | changes, "老系统", ON, lambda _on: POLICY)


def blocks_of(data, size=1 << 16):
    return lambda: (data[at : at + size] for at in range(0, len(data), size))


def rows_of(data, size=1 << 16):
    """Every row of a CSV file, read the way an import reads it."""
    blocks = blocks_of(data, size)
    encoding = import_file.detect_encoding(blocks)
    header = import_file.read_header(blocks, encoding, import_row.KNOWN, import_row.REQUIRED)
    rest = blocks_of(data[header.offset :], size)
    return encoding, header, list(import_file.csv_rows(rest(), encoding, header, header.offset, header.line))


def csv_text(*rows, end="\r\n", head=None):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(head or ROW)
    writer.writerows(rows or [list(ROW.values())])
    return out.getvalue()


def test_row_makes_the_contract_it_describes_with_amounts_in_whole_fen():
    imported = read()
    contract = imported.contract
    assert contract.terms.total_rent_fen == 650_200
    assert (contract.rents_fen[0], contract.rents_fen[-1]) == (54_183, 54_187)
    assert [str(due) for due in contract.due_on[:3]] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert (contract.imported, imported.paid_periods) == (True, 6)
    assert "LZ-0001" in contract.clauses[0].text


def test_popular_formula_is_accepted_floored_and_marked():
    contract = read().contract
    assert TERMS_INCONSISTENT in contract.marks
    quoted = quote_buyout(contract, 12, 0, 0, ON)
    assert quoted.amount_fen == 0
    assert quoted.rules == ("BUY-1", "BUY-3")
    assert quoted.clauses == ("原合同",)


def test_early_return_fee_of_a_row_is_quoted_from_the_original_contract():
    contract = read(early_return_fee="200").contract
    quoted = quote_early_return(contract, 10, 0, 0, ON, ON)
    assert quoted.lines[-1].amount_fen == 20_000


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("total_rent", "6502.005"), ("total_rent", "abc"), ("total_rent", "0"), ("total_rent", "-5"),
        ("total_rent", "10000000.01"), ("total_rent", "1e3"), ("periods", "12.0"), ("periods", "0"), ("periods", "121"),
        ("signed_on", "46037"), ("signed_on", "2026-02-30"), ("signed_on", "2026-11-24"), ("signed_on", "2014-12-31"),
        ("first_due_on", "2026-01-09"), ("first_due_on", "2030-01-01"), ("renter_phone", "12345"), ("renter_name", ""),
        ("buyout_formula", "签约价 - 房价"), ("late_fee_daily_rate", "万分之三"), ("imei", "490154203237519"),
        ("paid_periods", "13"), ("external_no", "a b"), ("rounding", "middle"), ("due_day", "15"),
        ("model", "型\u202e号"), ("model", "型\n号"), ("colour", "黑" * 41), ("residual", ""),
    ],
)  # fmt: skip
def test_row_with_a_wrong_cell_is_refused_with_its_column_and_a_remedy(column, value):
    problems = read(**{column: value})
    assert isinstance(problems, tuple)
    named = {"due_day": "first_due_on"}.get(column, column)
    assert [problem.column for problem in problems] == [named]
    assert problems[0].zh
    assert problems[0].remedy_zh


WILD = st.one_of(
    st.text(max_size=40), st.from_regex(r"[0-9]{1,12}[.,/-]?[0-9]{0,4}"), st.integers(), st.floats(), st.none(),
    st.lists(st.text(max_size=3), max_size=2), st.booleans(), st.text(max_size=9).map(import_file.Written),
    st.sampled_from(["签约价/(期数-已付期数)", "9" * 400, "0000-01-01", "9999-12-31", "1e9", "٣", "½", "−5", "\ud800"]),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(list(import_row.COLUMNS)), WILD, max_size=6))
def test_any_cells_give_a_contract_or_problems_with_a_remedy_and_never_an_error(cells):
    found = import_row.read_row(ROW | cells, "老系统", ON, contract_policy_on)
    if isinstance(found, tuple):
        assert found
        assert all(problem.zh and problem.remedy_zh and problem.column in import_row.COLUMNS for problem in found)
    else:
        assert sum(found.contract.rents_fen) == found.contract.terms.total_rent_fen
        assert all(price_fen >= 0 for price_fen in found.contract.ladder_fen)


def refusal_of(data, form):
    """Why the whole file is refused; None where its rows can be read."""
    try:
        if form == "csv":
            rows_of(data)
        else:
            encoding = import_file.detect_encoding(blocks_of(data))
            list(import_file.json_rows(blocks_of(data)(), encoding, 0, 1))
    except BadInput as refused:
        return refused
    return None


@given(st.binary(max_size=300), st.sampled_from(["csv", "json"]))
def test_any_bytes_are_read_or_refused_with_a_remedy(data, form):
    refused = refusal_of(data, form)
    assert refused is None or (refused.field, bool(refused.zh), bool(refused.remedy_zh)) == ("content", True, True)


@pytest.mark.parametrize("value", ["=cmd|' /C calc'!A0", "+cmd", "@SUM(A1)", "-1+1", "'=1+1", "\t=1", "＝1+1"])
@pytest.mark.parametrize("column", ["external_no", "renter_name", "model", "colour", "total_rent"])
def test_formula_in_any_cell_is_refused(column, value):
    problems = read(**{column: value})
    assert [problem.column for problem in problems] == [column]
    assert "公式" in problems[0].zh


def test_every_problem_of_a_row_is_told_at_once_and_personal_data_is_left_out():
    problems = read(total_rent="x", periods="y", renter_phone="=999", signed_on="z")
    assert {problem.column for problem in problems} == {"total_rent", "periods", "renter_phone", "signed_on"}
    assert "999" not in next(p.found for p in problems if p.column == "renter_phone")


def test_amounts_dates_and_phones_are_read_as_people_write_them():
    imported = read(
        total_rent="¥6,502.00", signed_on="2026年1月10日", first_due_on="2026/1/31", renter_phone="+86 138-1234-2210"
    )
    assert imported.contract == read().contract
    assert imported.renter_phone == "13812342210"


def test_json_number_for_an_amount_is_refused_because_it_may_have_been_a_float():
    problems = read(total_rent=import_file.Written("6502.0"))
    assert [problem.column for problem in problems] == ["total_rent"]
    assert read(periods=import_file.Written("12")).contract == read().contract


def test_same_row_in_another_order_of_columns_is_the_same_row():
    assert import_row.row_sha256(ROW) == import_row.row_sha256(dict(reversed(ROW.items())))
    assert import_row.row_sha256(ROW) != import_row.row_sha256(ROW | {"periods": "11"})


@pytest.mark.parametrize(
    ("encode", "encoding"),
    [
        (lambda text: text.encode(), "utf-8"),
        (lambda text: b"\xef\xbb\xbf" + text.encode(), "utf-8"),
        (lambda text: text.encode("gbk"), "gb18030"),
        (lambda text: text.encode("gb18030"), "gb18030"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1 << 16, 7, 1])
def test_file_of_any_usual_encoding_and_line_end_reads_the_same(encode, encoding, end, size):
    found, header, rows = rows_of(encode(csv_text(end=end)), size)
    assert found == encoding
    assert header.columns == tuple(ROW)
    assert [row.cells for row in rows] == [ROW]


def test_mixed_line_ends_blank_lines_and_breaks_within_quotes_keep_their_line_numbers():
    lines = csv_text(end="\n").split("\n")
    data = f"{lines[0]}\r\n{lines[1]}\r\r\n\n{lines[1]}\n".replace("iPhone 15 Pro Max", '"iPhone\n15"', 1).encode()
    _, _, rows = rows_of(data)
    assert [row.line for row in rows] == [2, 6]
    assert rows[0].cells["model"] == "iPhone\n15"


def test_chinese_headers_tabs_and_semicolons_are_understood():
    for delimiter in "\t;":
        text = delimiter.join(import_row.COLUMNS[code] for code in ROW) + "\n" + delimiter.join(ROW.values())
        assert rows_of(text.encode("gbk"))[2][0].cells == ROW


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空"),
        (csv_text(head=[*list(ROW)[:-1], "贷款"]).encode(), "贷款"),
        (csv_text(head=[*list(ROW)[:-1], "合同编号"]).encode(), "两次"),
        (b"external_no,renter_name\n1,2\n", "renter_phone"),
        (csv_text().encode("utf-16"), "UTF-16"),
        (csv_text().encode() + b"\xff\xfe", "第 3 行"),
        (csv_text().replace("陈思宇", "a" * 70_000).encode(), "64 KB"),
        ((csv_text() + '"' + "\n" * 70_000).encode(), "引号"),
    ],
)
def test_file_that_cannot_be_read_is_refused_as_a_whole_with_why(data, said):
    with pytest.raises(BadInput) as refused:
        rows_of(data)
    assert said in refused.value.zh
    assert refused.value.remedy_zh


def test_record_with_a_cell_too_many_or_a_stray_quote_leaves_the_others_readable():
    good = csv_text().splitlines()[1]
    text = f'{csv_text()}{good},more\r\nLZ-2,"a"b{good[12:]}\r\n{good}\r\n'
    _, _, rows = rows_of(text.encode())
    assert [bool(row.fault) for row in rows] == [False, True, True, False]
    assert "13 格" in rows[1].fault


@given(st.integers(1, 200), st.sampled_from(["utf-8", "gb18030"]), st.data())
def test_reading_on_from_any_record_gives_what_reading_through_gives(count, encoding, data):
    rows = [[*list(ROW.values())[:-1], str(no)] for no in range(count)]
    raw = csv_text(*rows).encode(encoding)
    _, header, through = rows_of(raw)
    stop = data.draw(st.integers(0, count - 1))
    offset, line = (
        (header.offset, header.line) if stop == 0 else (through[stop - 1].next_offset, through[stop - 1].next_line)
    )
    again = list(import_file.csv_rows(blocks_of(raw[offset:], 50)(), encoding, header, offset, line))
    assert again == through[stop:]


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3), max_size=9), st.booleans(),
       st.integers(1, 40), st.sampled_from(["utf-8", "gb18030"]))  # fmt: skip
def test_json_objects_are_read_from_arrays_and_lines_and_from_any_of_them_on(items, as_lines, size, encoding):
    one = [json.dumps(item, ensure_ascii=False) for item in items]
    raw = ("\n".join(one) if as_lines else f"\n[{' , '.join(one)}\n]\n").encode(encoding, "ignore")
    through = list(import_file.json_rows(blocks_of(raw, size)(), encoding, 0, 1))
    assert [row.line for row in through] == list(range(1, len(items) + 1))
    for before, after in pairwise(through):
        again = list(
            import_file.json_rows(blocks_of(raw[before.next_offset :], size)(), encoding, before.next_offset, 9)
        )
        assert again[0].cells == after.cells


def test_broken_json_is_refused_as_a_whole_naming_the_item():
    for text in ('[{"a": 1}, {"a": ]', "[{}, nope]", "[{}, NaN]", "[" * 5_000, '[{"a": "' + "x" * 200_000):
        with pytest.raises(BadInput) as refused:
            list(import_file.json_rows(blocks_of(text.encode())(), "utf-8", 0, 1))
        assert "条" in refused.value.zh


@pytest.mark.parametrize("text", ["[{}", "[{},", "{}]", "[{}] {}", "[]]"])
def test_json_list_that_is_cut_off_or_goes_on_is_refused(text):
    with pytest.raises(BadInput) as refused:
        list(import_file.json_rows(blocks_of(text.encode())(), "utf-8", 0, 1))
    assert "结束" in refused.value.zh


def test_json_object_with_an_unknown_or_doubled_name_is_refused():
    assert import_row.columns_of({"合同编号": "1", "期数": "2"}) == {"external_no": "1", "periods": "2"}
    assert import_row.columns_of({"贷款": "1"})[0].column == "贷款"
    assert "两次" in import_row.columns_of({"期数": "1", "periods": "2"})[0].zh


def test_report_cells_never_run_as_formulas():
    assert [import_row.safe_cell(text) for text in ("=1", "+1", "-1", "@a", "a=1", "")] == [
        "'=1",
        "'+1",
        "'-1",
        "'@a",
        "a=1",
        "",
    ]
