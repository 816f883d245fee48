"""Staff choose their own password; an administrator replaces a lost one; nobody's hash holds up the event loop."""

import threading
from datetime import UTC, datetime

import pytest

from shouwen.features.people import passwords
from shouwen.features.people import use_cases as people
from shouwen.features.people.passwords import check_strength
from shouwen.features.people.public import find_session
from shouwen.kernel.actor import ANONYMOUS, Actor, Role
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.mount.cli import main
from shouwen.platform.secrets import token_hash

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ADMIN = Actor(Role.ADMIN, 5, "管理员")
CHOSEN = "three green kettles"


def act(house, use_case, command, actor=ANONYMOUS):
    return house.run(house.door.run(use_case, actor, command, at=NOW))


def log_in(house, login, password):
    return act(house, people.log_in_staff, people.LogInStaff(login, password))


def live(house, logged_in):
    return house.run(find_session(house.door.reads, token_hash(logged_in.token), NOW))


def change(house, session, old, new):
    return act(house, people.change_password, people.ChangePassword(old, new), session.actor())


@pytest.fixture
def zhou(house):
    """The agent `zhoumin` as hired."""
    return act(house, people.hire_staff, people.HireStaff("zhoumin", "周敏", "agent"), ADMIN)


def test_change_password_ends_the_other_log_ins_and_keeps_this_one(house, zhou):
    here, there = (log_in(house, "zhoumin", zhou.password) for _ in range(2))
    changed = change(house, live(house, here), zhou.password, CHOSEN)
    assert changed.ended == 1
    assert live(house, here) is not None
    assert live(house, there) is None
    assert log_in(house, "zhoumin", CHOSEN).role is Role.AGENT
    with pytest.raises(Refusal) as refused:
        log_in(house, "zhoumin", zhou.password)
    assert refused.value.code == "wrong_login"


def test_change_password_on_record_without_either_password(house, zhou):
    change(house, live(house, log_in(house, "zhoumin", zhou.password)), zhou.password, CHOSEN)
    entry = house.sql("SELECT kind, text, subject FROM journal ORDER BY id DESC LIMIT 1")[0]
    assert tuple(entry) == ("staff.password_changed", "周敏修改密码", "staff:zhoumin")
    for table in ("staff", "used_passwords", "acts", "act_results", "journal", "outbox"):
        rows = str([tuple(row) for row in house.sql(f"SELECT * FROM {table}")])
        assert CHOSEN not in rows
        assert zhou.password not in rows


def test_change_password_wrong_present_one_refused_counted_and_nothing_changes(house, zhou):
    session = live(house, log_in(house, "zhoumin", zhou.password))
    for _ in range(8):
        with pytest.raises(Refusal) as refused:
            change(house, session, "not this one", CHOSEN)
        assert (refused.value.code, refused.value.field) == ("wrong_password", "password")
    with pytest.raises(Refusal) as refused:
        change(house, session, zhou.password, CHOSEN)
    assert refused.value.status == 429
    assert log_in(house, "zhoumin", zhou.password).role is Role.AGENT


def test_change_password_to_the_present_or_an_earlier_one_refused(house, zhou):
    session = live(house, log_in(house, "zhoumin", zhou.password))
    change(house, session, zhou.password, CHOSEN)
    for used in (CHOSEN, zhou.password):
        with pytest.raises(BadInput) as refused:
            change(house, session, CHOSEN, used)
        assert (refused.value.field, "用过" in refused.value.zh) == ("new_password", True)
    assert house.sql("SELECT count(*) FROM used_passwords")[0][0] == 1


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kettle7!", "太短"),
        ("zhoumin likes tea", "账号或姓名"),
        ("我是周敏我喝茶水啊啊啊", "账号或姓名"),
        ("aabbaabbaabb", "重复"),
        ("Password2026", "容易被猜到"),
        ("1234567890", "容易被猜到"),
        ("qwertyuiop12", "容易被猜到"),
        ("abcdefghijkl", "容易被猜到"),
        ("Shouwen888888", "容易被猜到"),
    ],
)
def test_check_strength_says_why_a_password_is_refused(password, why):
    with pytest.raises(BadInput) as refused:
        check_strength(password, "zhoumin", "周敏")
    assert (refused.value.field, why in refused.value.zh) == ("new_password", True)
    assert refused.value.remedy_zh


@pytest.mark.parametrize("password", [CHOSEN, "7Kq-2fPz-9w", "今天的风吹过三座山头", "correct horse battery"])
def test_check_strength_lets_what_is_hard_to_guess_pass(password):
    check_strength(password, "zhoumin", "周敏")


@pytest.mark.parametrize("role", [Role.RENTER, Role.ANONYMOUS, Role.SYSTEM])
def test_change_password_by_who_has_none_is_absent(house, role):
    with pytest.raises(Refusal):
        act(house, people.change_password, people.ChangePassword("old", CHOSEN), Actor(role, 1))
    assert house.sql("SELECT count(*) FROM used_passwords")[0][0] == 0


def test_reset_password_ends_every_log_in_and_opens_with_the_new_one(house, zhou):
    opened = log_in(house, "zhoumin", zhou.password)
    reset = act(house, people.reset_password, people.ResetPassword("zhoumin"), ADMIN)
    assert live(house, opened) is None
    assert log_in(house, "zhoumin", reset.password).name == "周敏"
    with pytest.raises(Refusal):
        log_in(house, "zhoumin", zhou.password)
    assert house.sql("SELECT text FROM journal WHERE kind = 'staff.password_reset'")[0][0] == "管理员为周敏重设密码"
    for table in ("staff", "used_passwords", "acts", "act_results", "journal", "outbox"):
        assert reset.password not in str([tuple(row) for row in house.sql(f"SELECT * FROM {table}")])


def test_reset_password_of_nobody_or_a_closed_account_is_absent(house, zhou):
    act(house, people.retire_staff, people.RetireStaff("zhoumin"), ADMIN)
    for login in ("nobody", "zhoumin"):
        with pytest.raises(Refusal) as refused:
            act(house, people.reset_password, people.ResetPassword(login), ADMIN)
        assert refused.value.code == "not_found"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_reset_password_by_anyone_but_an_admin_refused(house, zhou, role):
    with pytest.raises(Refusal):
        act(house, people.reset_password, people.ResetPassword("zhoumin"), Actor(role, 99, "某人"))
    assert log_in(house, "zhoumin", zhou.password).role is Role.AGENT


def test_staff_password_prints_one_that_opens_the_desk(house, zhou, monkeypatch, capsys):
    monkeypatch.setenv("SHOUWEN_DSN", house.dsn)
    monkeypatch.setenv("SHOUWEN_DATA", str(house.settings.data_dir))
    monkeypatch.delenv("SHOUWEN_DATABASE_URL", raising=False)
    assert main(["staff", "password", "zhoumin"]) == 0
    password = capsys.readouterr().out.rsplit(" ", 1)[1].strip()
    assert log_in(house, "zhoumin", password).role is Role.AGENT
    assert main(["staff", "password", "nobody"]) == 1
    assert "员工账号" in capsys.readouterr().err


def test_no_password_is_hashed_on_the_event_loop(house, zhou, monkeypatch):
    seen = []

    class Watched:
        def hash(self, password):
            seen.append(threading.current_thread())
            return real.hash(password)

        def verify(self, stored, password):
            seen.append(threading.current_thread())
            return real.verify(stored, password)

    real = passwords._HASHER
    monkeypatch.setattr(passwords, "_HASHER", Watched())
    session = live(house, log_in(house, "zhoumin", zhou.password))
    change(house, session, zhou.password, CHOSEN)
    act(house, people.reset_password, people.ResetPassword("zhoumin"), ADMIN)
    act(house, people.hire_staff, people.HireStaff("hebo", "何波", "inspector"), ADMIN)

    async def where():
        return threading.current_thread()

    assert len(seen) >= 6
    assert house.run(where()) not in seen
