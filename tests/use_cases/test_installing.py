"""What a newcomer meets when a setting is wrong: a line that says which, not a traceback."""

import pytest

from shouwen.mount.cli import main


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """An installation of its own, on a port the system chooses."""
    monkeypatch.setenv("SHOUWEN_DATA", str(tmp_path))
    monkeypatch.setenv("SHOUWEN_PORT", "0")
    return monkeypatch


def test_up_with_a_database_that_does_not_answer_says_so_without_the_password(fresh, capsys):
    fresh.setenv("SHOUWEN_DATABASE_URL", "postgresql://owner:hunter2@127.0.0.1:1/shouwen")
    with pytest.raises(SystemExit) as stopped:
        main(["up"])
    said = capsys.readouterr().out
    assert stopped.value.code == 1
    assert "SHOUWEN_DATABASE_URL" in said
    assert "hunter2" not in said


def test_up_with_a_url_that_is_none_says_so(fresh, capsys):
    fresh.setenv("SHOUWEN_DATABASE_URL", "localhost/shouwen")
    with pytest.raises(SystemExit) as stopped:
        main(["up"])
    assert stopped.value.code == 1
    assert "SHOUWEN_DATABASE_URL" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["up"], ["demo"], ["staff", "add", "chen", "--name", "陈静", "--role", "admin"]])
def test_a_setting_that_is_no_number_is_named(fresh, capsys, command):
    fresh.setenv("SHOUWEN_WEB_WORKERS", "many")
    assert main(command) == 2
    assert "SHOUWEN_WEB_WORKERS" in capsys.readouterr().err


def test_act_where_no_desk_runs_names_the_folder_it_looked_in(fresh, tmp_path, capsys):
    fresh.delenv("SHOUWEN_DATABASE_URL", raising=False)
    fresh.delenv("SHOUWEN_DSN", raising=False)
    assert main(["act", "list_templates", "--as", "chen"]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_act_that_is_no_use_case_points_to_the_list(fresh, capsys):
    assert main(["act", "nosuch", "--as", "chen"]) == 2
    assert "shouwen routes" in capsys.readouterr().err
