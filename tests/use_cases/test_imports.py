"""Bringing in contracts signed elsewhere: what goes in, what is refused and why, and never twice."""

import argparse
import asyncio
import csv
import hashlib
import io
import json
from datetime import date

import pytest
from lease_ground import NOW, TODAY, add_renter

from shouwen.features.leases import importing
from shouwen.features.leases import jobs as lease_jobs
from shouwen.features.leases.use_cases import importing as use_cases
from shouwen.features.leases.use_cases import reading as leases
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.kernel.errors import Absent, BadInput
from shouwen.mount import import_cli

ADMIN = Actor(Role.ADMIN, 1, "管理员")
AGENT = Actor(Role.AGENT, 2, "周敏")
ROW = {
    "external_no": "LZ-0001", "renter_name": "陈思宇", "renter_phone": "13812342210", "model": "iPhone 15 Pro Max",
    "signed_on": "2026-01-10", "first_due_on": "2026-01-31", "periods": "12", "total_rent": "6502.00",
    "signed_value": "12798.10", "residual": "6296.10", "buyout_formula": "signed_value_minus_paid",
    "grace_days": "3", "late_fee_daily_rate": "0.0003", "deposit": "3000", "paid_periods": "6",
}  # fmt: skip


def row(no, **changes):
    return ROW | {"external_no": f"LZ-{no:04d}", "renter_phone": f"138{no:08d}", "renter_name": f"租客{no}"} | changes


def csv_bytes(*rows, encoding="utf-8"):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROW))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def run(house, use_case, actor, command, **more):
    return house.run(house.door.run(use_case, actor, command, at=NOW, **more))


def start(house, content, *, form="csv", source="旧系统", actor=ADMIN, **more):
    return run(house, use_cases.import_contracts, actor, use_cases.ImportContracts(form, source, content), **more)


def bring(house, content, **more):
    """A whole file, through every chunk; its report."""
    ref = start(house, content, **more).import_ref
    offset, line = 0, 0
    while offset is not None:
        command = use_cases.ImportChunk(ref, offset, line)
        done = run(house, use_cases.import_chunk, SYSTEM, command, key=use_cases.chunk_key(ref, offset))
        offset, line = done.next_offset, done.next_line
    return report(house, ref)


def report(house, ref, **more):
    return run(house, use_cases.read_import, ADMIN, use_cases.ReadImport(ref, **more))


def lease_of(house, report_row):
    return run(house, leases.read_lease, AGENT, leases.ReadLease(report_row.lease_ref))


def test_good_rows_go_in_with_contract_bills_payments_and_deposit(house):
    done = bring(house, csv_bytes(row(1)))
    assert (done.rows, done.accepted, done.known, done.refused) == (1, 1, 0, 0)
    assert done.finished_at == NOW
    file = lease_of(house, done.page[0])
    assert (file.lease.state, file.lease.model, file.settled) == ("renting", "iPhone 15 Pro Max", 6)
    assert file.contract.imported
    assert file.hold.amount_fen == 300_000
    assert [one.settled_on for one in file.instalments][:7] == [
        *(date(2026, month, day) for month, day in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30))), None,
    ]  # fmt: skip
    assert file.buyout.lines[0].amount_fen == 954_712
    assert file.buyout.lines[0].clauses == ("原合同",)


def test_payments_from_before_are_booked_today_as_of_the_day_they_were_due(house):
    bring(house, csv_bytes(row(1)))
    entries = house.sql("SELECT kind, booked_on, value_on FROM money_entries WHERE kind = 'payment' ORDER BY id")
    assert len(entries) == 6
    assert {entry["booked_on"] for entry in entries} == {TODAY}
    assert entries[1]["value_on"] == date(2026, 2, 28)
    scheduled = house.sql("SELECT no FROM charges WHERE booked_on IS NULL ORDER BY no")
    assert [charge["no"] for charge in scheduled] == [7, 8, 9, 10, 11, 12]


def test_bad_rows_stay_out_with_line_column_and_remedy_while_the_good_ones_go_in(house):
    rows = [row(1), row(2, total_rent="=1+1"), row(3, signed_on="2027-01-01", periods="0"), row(4)]
    done = bring(house, csv_bytes(*rows))
    assert (done.accepted, done.refused) == (2, 2)
    assert [(one.line, one.outcome) for one in done.page] == [
        (2, "accepted"), (3, "refused"), (4, "refused"), (5, "accepted"),
    ]  # fmt: skip
    assert [why.column for why in done.page[2].why] == ["periods", "signed_on"]
    assert "公式" in done.page[1].why[0].zh
    refused = report(house, done.import_ref, show="refused")
    assert [one.line for one in refused.page] == [3, 4]
    assert all(why.remedy_zh for one in refused.page for why in one.why)


def test_same_file_sent_again_changes_nothing_and_a_mended_one_brings_in_what_was_missing(house):
    first = bring(house, csv_bytes(row(1), row(2, periods="x")))
    again = bring(house, csv_bytes(row(1), row(2, periods="x")))
    assert (again.accepted, again.known, again.refused) == (0, 1, 1)
    assert again.page[0].lease_ref == first.page[0].lease_ref
    mended = bring(house, csv_bytes(row(1), row(2)))
    assert (mended.accepted, mended.known, mended.refused) == (1, 1, 0)
    assert house.sql("SELECT count(*) FROM leases")[0][0] == 2
    assert house.sql("SELECT count(*) FROM money_entries WHERE kind = 'payment'")[0][0] == 12


def test_number_known_with_another_content_is_refused(house):
    bring(house, csv_bytes(row(1)))
    done = bring(house, csv_bytes(row(1, total_rent="6600")))
    assert "另一内容" in done.page[0].why[0].zh
    assert bring(house, csv_bytes(row(1, total_rent="6600")), source="另一个系统").accepted == 1


def test_number_twice_in_a_file_keeps_the_first_and_names_its_line(house, monkeypatch):
    monkeypatch.setattr(use_cases, "CHUNK_ROWS", 2)
    done = bring(house, csv_bytes(row(1), row(1), row(2), row(1, periods="6")))
    assert [one.outcome for one in done.page] == ["accepted", "refused", "accepted", "refused"]
    assert ["第 2 行" in done.page[no].why[0].zh for no in (1, 3)] == [True, True]


def test_chunk_read_twice_goes_in_once(house):
    started = start(house, csv_bytes(row(1), row(2)))
    command = use_cases.ImportChunk(started.import_ref)
    key = use_cases.chunk_key(started.import_ref, 0)
    first, second = (run(house, use_cases.import_chunk, SYSTEM, command, key=key) for _ in range(2))
    assert first == second
    assert house.sql("SELECT count(*) FROM leases")[0][0] == 2


def test_worker_reads_a_file_to_its_end_chunk_by_chunk(house, monkeypatch):
    monkeypatch.setattr(use_cases, "CHUNK_ROWS", 2)
    started = start(house, csv_bytes(*(row(no) for no in range(1, 6))))
    command = {"import_ref": started.import_ref, "offset": 0, "line": 0}
    kinds = []
    for _ in range(3):
        house.run(lease_jobs.read_on(house.door, command))
        [job] = house.sql("SELECT jobs FROM outbox ORDER BY journal_id DESC LIMIT 1")[0]["jobs"]
        command = job["payload"]
        kinds.append(job["kind"])
    assert kinds == ["import_chunk", "import_chunk", "drop_import"]
    done = report(house, started.import_ref)
    assert (done.done, done.accepted) == (5, 5)
    assert done.finished_at is not None


def test_renter_known_by_phone_gets_the_lease_and_another_name_on_that_phone_is_refused(house):
    first = bring(house, csv_bytes(row(1)))
    second = bring(house, csv_bytes(row(1, external_no="B-1"), row(1, external_no="B-2", renter_name="王五")))
    assert [one.outcome for one in second.page] == ["accepted", "refused"]
    assert "另一个姓名" in second.page[1].why[0].zh
    assert lease_of(house, second.page[0]).renter.ref == lease_of(house, first.page[0]).renter.ref
    assert house.sql("SELECT count(*) FROM renters")[0][0] == 1


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig"])
def test_file_from_a_spreadsheet_goes_in(house, encoding):
    done = bring(house, csv_bytes(row(1), encoding=encoding))
    assert (done.accepted, done.encoding) == (1, "gb18030" if encoding == "gbk" else "utf-8")
    assert lease_of(house, done.page[0]).renter.name_masked == "租*1"


def test_json_items_go_in_and_floats_stay_out(house):
    content = json.dumps([row(1), row(2, total_rent=6502.0), row(3, periods=12), row(4, 贷款="x"), 7]).encode()
    done = bring(house, content, form="json")
    assert [one.outcome for one in done.page] == ["accepted", "refused", "accepted", "refused", "refused"]
    assert done.page[1].why[0].column == "total_rent"
    assert [one.line for one in done.page] == [1, 2, 3, 4, 5]


def test_cells_that_no_table_can_hold_are_refused_row_by_row(house):
    rows = [
        row(1),
        row(2, model="\x00"),
        row(3, model="\ud800"),
        row(4, periods="\ud800\x00"),
        row(5, **{"\ud800": "x"}),
    ]
    content = json.dumps([*rows, row(6, external_no="\ud800=\x00")]).encode()
    done = bring(house, content, form="json")
    assert [one.outcome for one in done.page] == ["accepted", *["refused"] * 5]
    assert [one.why[0].column for one in done.page[1:]] == ["model", "model", "periods", "", "external_no"]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", csv_bytes(), b"\xff\xfea", b"[1,"])
def test_file_that_cannot_be_read_is_refused_as_a_whole(house, content):
    with pytest.raises(BadInput) as refused:
        start(house, content, form="json" if content.startswith(b"[") else "csv")
    assert refused.value.field == "content"
    assert house.sql("SELECT count(*) FROM imports")[0][0] == 0


def test_only_supervisors_and_admins_import(house):
    renter = add_renter(house)
    for actor in (renter, AGENT, Actor(Role.SPECIALIST, 3, "专员")):
        with pytest.raises(Absent):
            start(house, csv_bytes(row(1)), actor=actor)
    ref = start(house, csv_bytes(row(1)), actor=Actor(Role.SUPERVISOR, 4, "林主管")).import_ref
    with pytest.raises(Absent):
        run(house, use_cases.read_import, AGENT, use_cases.ReadImport(ref))
    with pytest.raises(Absent):
        report(house, "DR-nothing")


def test_file_that_lies_there_can_be_named_on_the_machine_only(house):
    sha256 = importing.take_file(house.door.services.storage, [csv_bytes(row(1))]).hex()
    command = use_cases.ImportContracts("csv", "旧系统", b"", sha256)
    with pytest.raises(BadInput):
        run(house, use_cases.import_contracts, ADMIN, command)
    assert run(house, use_cases.import_contracts, ADMIN, command, channel="cli").rows == 1


def test_same_file_sent_twice_at_once_goes_in_once(house):
    refs = [start(house, csv_bytes(row(1), row(2))).import_ref for _ in range(2)]

    async def both():
        commands = [use_cases.ImportChunk(ref) for ref in refs]
        return await asyncio.gather(
            *(house.door.run(use_cases.import_chunk, SYSTEM, command, at=NOW) for command in commands)
        )

    done = house.run(both())
    assert sorted((one.accepted, one.known) for one in done) == [(0, 2), (2, 0)]
    assert house.sql("SELECT count(*) FROM leases")[0][0] == 2


def test_file_with_its_names_and_phones_is_gone_once_its_last_row_is_in(house):
    content = csv_bytes(row(1))
    path = importing.file_of(house.door.services.storage, hashlib.sha256(content).digest())
    done = bring(house, content)
    waiting = start(house, content)
    house.run(lease_jobs.drop_import(house.door, {"import_ref": done.import_ref}))
    assert path.read_bytes() == content
    run(house, use_cases.import_chunk, SYSTEM, use_cases.ImportChunk(waiting.import_ref))
    house.run(lease_jobs.drop_import(house.door, {"import_ref": done.import_ref}))
    assert not path.exists()
    assert house.door.services.storage.incoming("").is_dir()


def test_double_click_starts_one_import(house):
    first, second = (start(house, csv_bytes(row(1)), key="click-0001") for _ in range(2))
    assert first == second
    assert house.sql("SELECT count(*) FROM imports")[0][0] == 1


def test_popular_formula_from_elsewhere_goes_in_marked(house):
    done = bring(house, csv_bytes(row(1, buyout_formula="popular")))
    file = lease_of(house, done.page[0])
    assert file.contract.marks == ("terms_inconsistent",)
    assert file.buyout.lines[0].amount_fen == 629_614


def test_api_takes_a_file_as_base64_and_answers_with_the_report(web):
    web.log_in(ADMIN)
    import base64

    content = base64.b64encode(csv_bytes(row(1), row(2, periods="x"))).decode()
    started = web.post("/api/v1/imports", {"format": "csv", "source": "old", "content": content})
    assert (started.status_code, started.json()["rows"]) == (200, 2)
    ref = started.json()["import_ref"]
    house = web.house
    command = use_cases.ImportChunk(ref)
    house.run(house.door.run(use_cases.import_chunk, SYSTEM, command, at=NOW))
    answer = web.get(f"/api/v1/imports/{ref}?show=refused")
    assert answer.json()["page"][0]["why"][0]["column"] == "periods"


def arguments(**more):
    given = {"source": "旧系统", "format": None, "report": None, "json": False} | more
    return argparse.Namespace(**given)


@pytest.fixture
def desk(house, settings, monkeypatch):
    monkeypatch.setattr(import_cli, "load_settings", lambda: settings)
    monkeypatch.setattr("shouwen.mount.act.running_dsn", lambda _settings: house.dsn)
    return house


def test_command_line_imports_a_file_and_writes_the_report(desk, tmp_path, capsys):
    file, out = tmp_path / "contracts.csv", tmp_path / "report.csv"
    file.write_bytes(csv_bytes(row(1), row(2, external_no="=cmd"), row(3), encoding="gbk"))
    code = import_cli.bring_file(arguments(file=str(file), report=str(out)))
    printed = capsys.readouterr()
    assert code == 1
    assert "第 3 行 =cmd external_no" in printed.out
    assert "新导入 2，已有 0，退回 1" in printed.out
    rows = list(csv.reader(io.StringIO(out.read_text("utf-8-sig"))))
    assert [cells[2] for cells in rows[1:]] == ["已导入", "退回", "已导入"]
    assert rows[2][1] == "'=cmd"
    file.write_bytes(csv_bytes(row(1), row(2), row(3)))
    assert import_cli.bring_file(arguments(file=str(file), json=True)) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == 1


def test_command_line_says_what_is_wrong_with_a_file(desk, tmp_path, capsys):
    assert import_cli.bring_file(arguments(file=str(tmp_path / "nothing.csv"))) == 2
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"a,b\n")
    assert import_cli.bring_file(arguments(file=str(bad))) == 1
    assert "不认识的列" in capsys.readouterr().err
    assert import_cli.bring_file(arguments(file=str(bad), source="a b/c")) == 1
    assert import_cli.bring_file(arguments(file=str(bad), report=str(tmp_path / "no" / "report.csv"))) == 2


def test_rows_of_a_big_file_are_read_on_from_where_the_last_chunk_ended(house):
    content = csv_bytes(*(row(no) for no in range(1, 40)), encoding="gbk")
    storage = house.door.services.storage
    path = importing.file_of(storage, importing.take_file(storage, [content]))
    through = list(importing.open_rows(path, "csv", "gb18030", None))
    place = importing.Place(through[19].next_offset, through[19].next_line)
    assert list(importing.open_rows(path, "csv", "gb18030", place)) == through[20:]
