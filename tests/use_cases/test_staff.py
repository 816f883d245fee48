"""Opening staff accounts: by an administrator, and on the command line where there is none yet."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shouwen.features.people import use_cases as people
from shouwen.features.people.public import find_session
from shouwen.features.people.use_cases import (
    HireStaff,
    RetireStaff,
    hire_staff,
    retire_staff,
)
from shouwen.kernel.actor import ANONYMOUS, Actor, Role
from shouwen.kernel.errors import Refusal
from shouwen.mount.cli import main
from shouwen.platform.secrets import token_hash

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ADMIN = Actor(Role.ADMIN, 5, "管理员")
TEMPLATE = Path(__file__).resolve().parents[2] / "policies" / "templates" / "early_buyout_12.toml"
ZHOU = HireStaff("zhoumin", "周敏", "agent")


def hire(house, command=ZHOU, actor=ADMIN, **more):
    return house.run(house.door.run(hire_staff, actor, command, at=NOW, **more))


def log_in(house, login, password):
    return house.run(house.door.run(people.log_in_staff, ANONYMOUS, people.LogInStaff(login, password), at=NOW))


def test_hire_staff_by_admin_can_log_in_with_the_password_shown(house):
    hired = hire(house)
    logged_in = log_in(house, "zhoumin", hired.password)
    assert (logged_in.role, logged_in.name) == (Role.AGENT, "周敏")


def test_hire_staff_password_is_kept_nowhere(house):
    hired = hire(house)
    for table in ("staff", "acts", "act_results", "journal", "outbox"):
        assert hired.password not in str([tuple(row) for row in house.sql(f"SELECT * FROM {table}")])


def test_hire_staff_on_record_who_opened_which_role(house):
    hire(house)
    entry = house.sql("SELECT kind, text, subject, data, actor_role FROM journal")[0]
    assert tuple(entry) == (
        "staff.hired", "管理员为周敏开通一线客服账号", "staff:zhoumin", {"role": "agent"}, "admin",
    )  # fmt: skip


def test_hire_staff_same_login_twice_refused_and_first_stays(house):
    first = hire(house)
    with pytest.raises(Refusal) as refused:
        hire(house, HireStaff("zhoumin", "周敏敏", "supervisor"))
    assert (refused.value.code, refused.value.field) == ("login_taken", "login")
    assert log_in(house, "zhoumin", first.password).role is Role.AGENT


def test_hire_staff_blank_name_refused(house):
    with pytest.raises(Refusal) as refused:
        hire(house, HireStaff("zhoumin", "  ", "agent"))
    assert refused.value.field == "name"


@pytest.mark.parametrize("role", [Role.RENTER, Role.AGENT, Role.SUPERVISOR, Role.INSPECTOR, Role.ANONYMOUS])
def test_hire_staff_by_others_refused_and_nobody_is_hired(house, role):
    with pytest.raises(Refusal):
        hire(house, actor=Actor(role, 7))
    assert house.sql("SELECT count(*) FROM staff")[0][0] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"login": "Zhou Min", "name": "周敏", "role": "agent"},
        {"login": "zhoumin", "name": "周敏", "role": "renter"},
        {"login": "zhoumin", "name": "周敏", "role": "agent", "password": "chosen"},
        {"login": "zhoumin", "name": "周" * 81, "role": "agent"},
    ],
)
def test_hire_staff_bad_field_by_api_is_422(web, body):
    web.log_in(ADMIN)
    assert web.post("/api/v1/staff", body).status_code == 422


def test_hire_staff_by_api_answers_the_account(web):
    web.log_in(ADMIN)
    answer = web.post("/api/v1/staff", {"login": "hebo", "name": "何波", "role": "inspector"}).json()
    assert log_in(web.house, "hebo", answer["password"]).role is Role.INSPECTOR


@pytest.fixture
def here(house, monkeypatch):
    """The command line on the test's database, as `shouwen up` would have started it."""
    monkeypatch.setenv("SHOUWEN_DSN", house.dsn)
    monkeypatch.setenv("SHOUWEN_DATA", str(house.settings.data_dir))
    monkeypatch.delenv("SHOUWEN_DATABASE_URL", raising=False)
    return house


def test_staff_add_prints_a_password_that_opens_the_desk(here, capsys):
    assert main(["staff", "add", "admin", "--name", "陈管理", "--role", "admin"]) == 0
    password = capsys.readouterr().out.rsplit(" ", 1)[1].strip()
    assert log_in(here, "admin", password).role is Role.ADMIN
    assert here.sql("SELECT actor_name, channel FROM journal JOIN acts ON acts.id = act_id")[0]["channel"] == "cli"


def test_staff_add_taken_login_says_so_and_exits_1(here, capsys):
    hire(here)
    assert main(["staff", "add", "zhoumin", "--name", "周敏", "--role", "agent"]) == 1
    assert "zhoumin" in capsys.readouterr().err


def test_staff_add_without_a_desk_says_so_and_exits_2(tmp_path, monkeypatch, capsys):
    for name in ("SHOUWEN_DSN", "SHOUWEN_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHOUWEN_DATA", str(tmp_path))
    assert main(["staff", "add", "admin", "--name", "陈管理", "--role", "admin"]) == 2
    assert "shouwen up" in capsys.readouterr().err


def test_act_with_a_dash_reads_the_command_from_standard_input(here, monkeypatch, capsys):
    hire(here, HireStaff("chen", "陈管理", "admin"))
    body = {"template_ref": "early-12", "source_toml": TEMPLATE.read_text("utf-8")}
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(body).encode())))
    assert main(["act", "publish_template", "-", "--as", "chen"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == 1


def test_retire_staff_ends_every_session_and_the_log_in(house):
    hired = hire(house)
    opened = [log_in(house, "zhoumin", hired.password) for _ in range(2)]
    house.run(house.door.run(retire_staff, ADMIN, RetireStaff("zhoumin"), at=NOW))
    for session in opened:
        assert house.run(find_session(house.door.reads, token_hash(session.token), NOW)) is None
    with pytest.raises(Refusal) as refused:
        log_in(house, "zhoumin", hired.password)
    assert refused.value.code == "wrong_login"
    told = house.sql("SELECT kind FROM journal WHERE subject = 'staff:zhoumin' ORDER BY id")
    assert [row["kind"] for row in told] == ["staff.hired", "staff.retired"]


def test_retire_staff_absent_or_own_account_refused_and_nothing_changes(house):
    hired = hire(house, HireStaff("adm", "管理员", "admin"))
    me = Actor(Role.ADMIN, hired.id, "管理员")
    for login, code in (("nobody", "not_found"), ("adm", "own_account")):
        with pytest.raises(Refusal) as refused:
            house.run(house.door.run(retire_staff, me, RetireStaff(login), at=NOW))
        assert refused.value.code == code
    assert log_in(house, "adm", hired.password).role is Role.ADMIN


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_retire_staff_by_anyone_but_an_admin_refused(house, role):
    hire(house)
    with pytest.raises(Refusal):
        house.run(house.door.run(retire_staff, Actor(role, 99, "某人"), RetireStaff("zhoumin"), at=NOW))
    assert house.sql("SELECT active FROM staff")[0]["active"]
