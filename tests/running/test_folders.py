from pathlib import Path

from frontdesk.running.folders import LONGEST_SOCKET_PATH, DataFolder


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
