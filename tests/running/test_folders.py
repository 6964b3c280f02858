from pathlib import Path

import pytest

from frontdesk.running import benching
from frontdesk.running.folders import LONGEST_SOCKET_PATH, DataFolder
from frontdesk.running.trial import NOT_FOR_TRIALS


def test_a_deep_folder_gets_its_sockets_in_a_short_one(tmp_path: Path):
    deep = tmp_path / ("a-name-of-forty-characters-for-a-folder/" * 3)
    data = DataFolder(deep)
    data.hold()
    socket = data.sockets / ".s.PGSQL.5432"
    assert len(str(socket)) <= LONGEST_SOCKET_PATH
    assert data.sockets.stat().st_mode & 0o777 == 0o700

    data.release()
    assert not data.sockets.exists()


def test_two_folders_have_sockets_of_their_own(tmp_path: Path):
    one, other = DataFolder(tmp_path / "a"), DataFolder(tmp_path / "b")
    for data in (one, other):
        data.hold()
    assert one.sockets != other.sockets


def test_a_secret_is_made_once_and_kept_to_its_owner(tmp_path: Path):
    first = DataFolder(tmp_path).secret("secret_key")
    assert DataFolder(tmp_path).secret("secret_key") == first
    assert len(first) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_notes_survive_a_file_that_was_cut_off(tmp_path: Path):
    (tmp_path / "up.json").write_text('{"demo": tr')
    data = DataFolder(tmp_path)
    assert data.recall("demo") is None
    data.note(demo=True)
    assert data.recall("demo") is True


def test_a_trial_empties_what_a_trial_left(tmp_path: Path):
    trial = DataFolder(tmp_path / "bench")
    trial.hold_for_trial()
    (trial.path / "postgres").mkdir()
    trial.release()  # as with --keep

    again = DataFolder(tmp_path / "bench")
    again.hold_for_trial()
    assert not (trial.path / "postgres").exists()
    again.release_and_remove()
    assert not trial.path.exists()


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a trial leaves out or sets is as before afterwards."""
    for name in (*NOT_FOR_TRIALS, "ROOT_URLCONF"):
        monkeypatch.setenv(name, "")


@pytest.mark.usefixtures("own_environment")
def test_a_second_trial_leaves_the_data_of_the_running_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    running = DataFolder(tmp_path / "bench")
    running.hold_for_trial()
    (running.path / "rows").touch()
    for command in ([], ["pages"], ["chaos"], ["messages"]):
        assert benching.main([*command, "--data", str(running.path)]) == 1
        assert capsys.readouterr().err.startswith("Frontdesk already runs from")
    assert (running.path / "rows").exists()


@pytest.mark.usefixtures("own_environment")
@pytest.mark.parametrize("command", [[], ["pages"], ["chaos"], ["messages"]])
def test_no_trial_takes_a_folder_of_somebody(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    checkout, clinic = tmp_path / "checkout", DataFolder(tmp_path / "var")
    checkout.mkdir()
    (checkout / "manage.py").touch()
    clinic.hold()
    clinic.release()
    for folder in (checkout, clinic.path):
        was = sorted(folder.iterdir())
        assert benching.main([*command, "--data", str(folder)]) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"{folder} is not empty")
        assert said.count("\n") == 1
        assert sorted(folder.iterdir()) == was
