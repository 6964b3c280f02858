"""What `up` decides before it starts anything."""

from pathlib import Path

import pytest

from frontdesk.running import up
from frontdesk.running.folders import DataFolder, free_port

OUTSIDE = {
    "DATABASE_URL": "postgres://web@db.example/frontdesk",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
}


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in OUTSIDE:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def started(folder: Path, *, empty: bool = False) -> up.Up:
    data = DataFolder(folder)
    data.path.mkdir(exist_ok=True)
    return up.Up("127.0.0.1", 8000, data, empty=empty)


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_invented_people_come_to_a_database_or_an_account_of_somebody(
    name: str,
    plain: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    # Neither where it was decided before, nor where it never was.
    assert started(tmp_path / "demo")._wants_demo()
    plain.setenv(name, OUTSIDE[name])
    assert not started(tmp_path / "demo")._wants_demo()
    first = started(tmp_path / "new")
    assert not first._wants_demo()

    first._greet()
    said = capsys.readouterr().out
    assert f"No demo clinic, because {name} names a" in said
    assert "If nobody is there yet: python3 manage.py first_admin USERNAME" in said

    plain.delenv(name)
    assert not started(tmp_path / "new")._wants_demo()


def test_a_demo_is_there_unless_it_was_not_wanted_at_first(
    plain: pytest.MonkeyPatch, tmp_path: Path
):
    assert started(tmp_path / "a")._wants_demo()
    assert started(tmp_path / "a", empty=True)._wants_demo()
    assert not started(tmp_path / "b", empty=True)._wants_demo()
    assert not started(tmp_path / "b")._wants_demo()


def test_an_account_never_writes_to_the_people_of_a_demo(
    plain: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    started(tmp_path)._wants_demo()
    plain.setenv("TWILIO_ACCOUNT_SID", OUTSIDE["TWILIO_ACCOUNT_SID"])
    assert up.main(["--data", str(tmp_path), "--port", str(free_port(None))]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"The demo clinic lives in {tmp_path}")
    assert said.count("\n") == 1
