"""Files as people send them: each is read, or refused with line, fault and remedy; never a traceback."""

import json
from datetime import date
from pathlib import Path

import pytest
from contract_story import FAIR, bent, toml_of
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwen.features.contracts.cli import run
from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.rules.publish import check_contract
from shouwen.features.contracts.template_file import UnreadableTemplate, parse_template, read_template

FAIR_TEXT = toml_of(FAIR)
CLAUSE = '[[clauses]]\nno = "{no}"\ntitle = "甲"\ntext = "乙。"\nterms = [{terms}]\n'


def line_with(text: str, part: str) -> int:
    return next(no for no, line in enumerate(text.split("\n"), start=1) if part in line)


@pytest.mark.parametrize(
    ("text", "bad", "says", "remedy"),
    [
        (toml_of(bent(periodz="12")), "periodz = ", "periodz", "periods"),
        (toml_of(bent(total_rent_fen="6502.00")), "total_rent_fen = ", "整数", "650200"),
        (toml_of(bent(total_rent_fen='"650200"')), "total_rent_fen = ", "整数", "不带引号"),
        (toml_of(bent(periods="true")), "periods = ", "整数", ""),
        (toml_of(bent(periods="0")), "periods = ", "1 到 120", ""),
        (toml_of(bent(periods="100_000_000")), "periods = ", "1 到 120", ""),
        (toml_of(bent(deposit_fen="-1")), "deposit_fen = ", "0 到", ""),
        (toml_of(bent(deposit_fen="9" * 60)), "deposit_fen = ", "0 到", ""),
        (toml_of(bent(deposit_fen="9" * 5000)), "deposit_fen = ", "TOML", "太长"),
        (toml_of(bent(deposit_fen="inf")), "deposit_fen = ", "整数", ""),
        (toml_of(bent(late_fee_daily_rate="0.0003")), "late_fee_daily_rate = ", "字符串", '"0.0003"'),
        (toml_of(bent(late_fee_daily_rate='"万分之三"')), "late_fee_daily_rate = ", "比例", '"0.0003"'),
        (toml_of(bent(late_fee_daily_rate='"-0.1"')), "late_fee_daily_rate = ", "比例", ""),
        (toml_of(bent(late_fee_daily_rate='"NaN"')), "late_fee_daily_rate = ", "比例", ""),
        (toml_of(bent(first_due_on='"2026-01-15"')), "first_due_on = ", "日期", "不带引号"),
        (toml_of(bent(first_due_on="2026-01-15T08:00:00Z")), "first_due_on = ", "日期", ""),
        (toml_of(bent(first_due_on="0001-01-01")), "first_due_on = ", "日期", ""),
        (toml_of(bent(first_due_on="2026-02-30")), "first_due_on = ", "TOML", ""),
        (toml_of(bent(rounding='"middle"')), "rounding = ", "first", ""),
        (toml_of(bent(buyout_formula="[]")), "buyout_formula = ", "列表", ""),
        (toml_of(bent(buyout_formula="3")), "buyout_formula = ", "文字", ""),
        (toml_of(bent(buyout_formula='"max(0, 签约价)"')), "buyout_formula = ", "不能调用函数", "括号"),
        (toml_of(bent(buyout_formula='"9**9**9"')), "buyout_formula = ", "乘方", ""),
        (toml_of(bent(buyout_formula='"签约价 / 已付期数"')), "buyout_formula = ", "除以零", ""),
        (toml_of(bent(buyout_formula='"signed_value_minus"')), "buyout_formula = ", "不认识", "signed_value"),
        (toml_of(bent(residual_price_fen=None, buyout_formula='"popular"')), "buyout_formula = ", "买断尾款", ""),
        (toml_of(bent(rents_fen="[1, 2]")), "rents_fen = ", "2 项", ""),
        (toml_of(bent(damage_prices="3")), "damage_prices = ", "表格", ""),
        (toml_of(bent(total_rent_fen=None)), "[terms]", "缺少 total_rent_fen", ""),
        (toml_of(bent(buyout_formula=None)), "[terms]", "缺少 buyout_formula", "end_of_term"),
        (FAIR_TEXT + CLAUSE.format(no="9.1", terms=""), "", "重复", "一次"),
        (FAIR_TEXT + CLAUSE.format(no="9.2", terms='"periodz"'), "", "periodz", "periods"),
        (FAIR_TEXT + CLAUSE.format(no="", terms=""), "", "条款号", '"8.2"'),
        (FAIR_TEXT + CLAUSE.format(no="9.2", terms="3"), "", "键名", ""),
        (FAIR_TEXT + CLAUSE.format(no="9.2", terms="").replace("text", "txt"), "", "txt", "text"),
        (FAIR_TEXT + CLAUSE.format(no="9.2", terms="").replace("乙", "\\u0000"), "", "U+0000", ""),
        (FAIR_TEXT + CLAUSE.format(no="9.2", terms="").replace("乙", "\\u202e"), "", "U+202E", ""),
        (FAIR_TEXT + CLAUSE.format(no="9.2", terms="").replace("乙", "长" * 20_001), "", "20000", ""),
        (FAIR_TEXT.replace("periods", "periods = 3\nperiods", 1), "periods = 12", "TOML", "只能写一次"),
        (FAIR_TEXT.replace('title = "测试合同"', "title = “测试合同”"), "title = ", "TOML", "英文半角"),
        (FAIR_TEXT.replace('"测试合同"', "7"), "title = ", "文字", ""),
        (FAIR_TEXT.replace("title", "titel", 1), "titel", "titel", "title"),
        ('terms = 3\ntitle = "甲"', "terms", "表", "[terms]"),
        ("", "", "缺少 title", ""),
        ("[" * 5_000, "", "TOML", ""),
        ("a = " + "[" * 100_000, "", "嵌套", ""),
        ("a." * 100_000 + "a = 1", "", "复杂", ""),
    ],
)
def test_parse_template_of_a_bad_file_names_line_fault_and_remedy(text: str, bad: str, says: str, remedy: str) -> None:
    with pytest.raises(UnreadableTemplate) as refused:
        parse_template(text, "x.toml")
    assert says in refused.value.zh
    assert refused.value.remedy_zh
    assert remedy in refused.value.remedy_zh
    if bad:
        assert refused.value.line == line_with(text, bad)


def test_parse_template_of_a_fault_in_the_second_clause_names_its_line() -> None:
    text = FAIR_TEXT + "\n" + CLAUSE.format(no="9.2", terms='"periodz"')
    with pytest.raises(UnreadableTemplate) as refused:
        parse_template(text, "x.toml")
    assert refused.value.line == line_with(text, "periodz")


def test_parse_template_of_a_fault_in_a_price_row_names_its_line() -> None:
    row = '[[terms.damage_prices]]\npart = "screen"\nkind = "crack"\nseverity = "severe"\nprice_fen = {price}\n'
    text = FAIR_TEXT.replace("[[clauses]]", row.format(price="1") + row.format(price="1.5") + "[[clauses]]")
    with pytest.raises(UnreadableTemplate) as refused:
        parse_template(text, "x.toml")
    assert refused.value.line == line_with(text, "price_fen = 1.5")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + FAIR_TEXT.encode(),
        FAIR_TEXT.replace("\n", "\r\n").encode(),
        FAIR_TEXT.replace("[terms]\n", "").replace("\ntotal", "\n[terms]\ntotal", 1).encode(),
    ],
    ids=["byte order mark", "windows line ends", "other spacing"],
)
def test_parse_template_of_a_file_from_another_editor_is_read(data: bytes) -> None:
    assert parse_template(data).terms.total_rent_fen == 650_200


def test_parse_template_of_gbk_bytes_names_the_line_and_utf8() -> None:
    with pytest.raises(UnreadableTemplate) as refused:
        parse_template(b"# ascii\n" + FAIR_TEXT.encode("gbk"))
    assert refused.value.line == 2
    assert "UTF-8" in refused.value.remedy_zh


@pytest.mark.parametrize("make", ["missing", "folder", "large", "device"])
def test_contract_check_of_what_is_no_template_exits_2_with_a_message(
    make: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("/dev/zero") if make == "device" else tmp_path / "合同 模板.toml"
    if make == "folder":
        path.mkdir()
    if make == "large":
        path.write_bytes(b"#" * 10_000_000)
    assert run(["contract", "check", str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert str(path) in printed.err
    assert "怎样改" in printed.err


def test_contract_check_as_json_of_a_bad_file_carries_the_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(toml_of(bent(periodz="12")), "utf-8")
    assert run(["contract", "check", str(path), "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["error"]["line"] == line_with(path.read_text("utf-8"), "periodz = ")


@pytest.mark.parametrize(
    ("changes", "options", "code"),
    [
        ({}, [], 0),
        ({"buyout_formula": '"popular"'}, [], 1),
        ({"buyout_formula": '"popular"'}, ["--imported"], 0),
    ],
)
def test_contract_check_as_json_has_the_published_shape(
    changes: dict[str, str], options: list[str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.toml"
    path.write_text(toml_of(bent(**changes)), "utf-8")
    assert run(["contract", "check", str(path), "--json", "--on", "2026-01-10", *options]) == code
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is (code == 0)
    assert len(answer["ladder_fen"]) == 13
    assert all(set(finding) == {"rule", "severity", "message", "periods"} for finding in answer["findings"])


def test_quote_as_json_has_amount_lines_clauses_inputs_and_working(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.toml"
    path.write_text(FAIR_TEXT, "utf-8")
    argv = ["quote", str(path), "--paid", "6", "--partly-paid-fen", "100", "--on", "2026-07-16", "--json"]
    assert run(argv) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["amount_fen"] == 954_612
    assert answer["lines"][0]["amount_fen"] == 954_612
    assert answer["clauses"] == ["9.1"]
    assert answer["inputs"]["partly_paid_fen"] == 100
    assert len(answer["working"]) == 2


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--paid", "13"], 2),
        (["--paid", "-1"], 2),
        (["--paid", "x"], 2),
        (["--paid", "1", "--partly-paid-fen", "99999999"], 2),
        (["--paid", "1", "--on", "2026-02-30"], 2),
        (["--paid", "1", "--on", "2001-01-01"], 2),
        ([], 2),
    ],
)
def test_quote_of_bad_options_exits_2(options: list[str], code: int, tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(FAIR_TEXT, "utf-8")
    assert run(["quote", str(path), *options]) == code


def test_quote_with_a_fee_but_no_due_date_asks_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.toml"
    path.write_text(toml_of(bent(first_due_on=None, early_buyout_fee_fen="5_000")), "utf-8")
    assert run(["quote", str(path), "--paid", "1"]) == 2
    assert "first_due_on" in capsys.readouterr().err


def test_parse_template_of_half_a_megabyte_of_keys_or_spaces_is_refused() -> None:
    with pytest.raises(UnreadableTemplate):
        parse_template("".join(f"k{no} = 1\n" for no in range(40_000)))
    with pytest.raises(UnreadableTemplate):
        parse_template("[" + " " * 400_000 + "terms]\nx = 1")


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_parse_template_of_any_bytes_is_read_or_refused(data: bytes) -> None:
    with pytest.raises(UnreadableTemplate) as refused:
        parse_template(data)
    assert refused.value.remedy_zh


@settings(deadline=None)
@given(
    st.sampled_from(list(FAIR)),
    st.sampled_from(["{}", "[]", "[[]]", "''", "1.5", "-1", "1979-05-27", "07:32:00", "nan", "[{a=1}]", '"\\u0007"']),
)
def test_parse_template_of_any_wrong_value_names_the_key(key: str, value: str) -> None:
    text = toml_of(bent(**{key: value}))
    if (key, value) == ("first_due_on", "1979-05-27"):
        value = "a date before 2000"
    with pytest.raises(UnreadableTemplate) as refused:
        parse_template(text)
    assert key in refused.value.zh + refused.value.field
    assert refused.value.line == line_with(text, f"{key} = ")


def test_sample_templates_are_publishable_and_cover_every_fixed_key() -> None:
    samples = sample_templates()
    policy = contract_policy_on(date(2026, 1, 15))
    assert len(samples) == 3
    for name, template in samples.items():
        check = check_contract(template, policy)
        assert check.ok, name
        assert check.findings == (), name
        assert template.terms.damage_prices
        assert template.terms.wear_allowance
    assert {"8.2", "8.5", "9.1"} <= {clause.no for clause in samples["early_buyout_12"].clauses}


def test_read_template_of_a_sample_equals_its_packaged_reading(tmp_path: Path) -> None:
    repo = Path(__file__).parents[2]
    path = repo / "policies" / "templates" / "early_buyout_12.toml"
    assert read_template(path) == sample_templates()["early_buyout_12"]
