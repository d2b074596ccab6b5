"""The data folder of one machine."""

import stat
from collections import namedtuple
from pathlib import Path

import pytest

from helix.local.failure import CannotRun
from helix.local.folder import DataFolder

_Usage = namedtuple("_Usage", "total used free")


def _opened(path: Path) -> DataFolder:
    folder = DataFolder(path)
    folder.open()
    return folder


def test_a_second_instance_on_the_same_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    first = _opened(tmp_path / "data")
    with pytest.raises(CannotRun, match="already runs on .*HELIX_DATA"):
        _opened(tmp_path / "data")
    first.close()
    _opened(tmp_path / "data").close()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotRun, match="cannot be written"):
        _opened(tmp_path / "file" / "data")


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: _Usage(100, 100, 5 * 2**20))
    with pytest.raises(CannotRun, match="has 5 MB free; Helix needs 600 MB"):
        _opened(tmp_path / "data")
    assert DataFolder(tmp_path).is_full()
    assert not (tmp_path / "data").exists()


def test_a_new_folder_in_which_nothing_was_kept_is_not_left_behind(tmp_path: Path) -> None:
    _opened(tmp_path / "data").close()
    assert not (tmp_path / "data").exists()
    kept = _opened(tmp_path / "data")
    kept.write_private("secrets.json", {})
    kept.close()
    own = tmp_path / "own"
    own.mkdir()
    _opened(own).close()
    assert (kept.path / "secrets.json").exists()
    assert own.exists()


def test_what_is_private_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    folder = _opened(tmp_path / "data")
    folder.write_private("access.json", {"a": 1})
    folder.write_private("access.json", {"a": 2})
    assert stat.S_IMODE((folder.path / "access.json").stat().st_mode) == 0o600
    assert folder.read("access.json") == {"a": 2}
    assert folder.read("absent.json") is None
    folder.close()


def test_the_logs_of_the_last_start_are_set_aside(tmp_path: Path) -> None:
    folder = _opened(tmp_path)
    (folder.logs / "demo.log").write_text("of the first start")
    folder.close()
    _opened(tmp_path).close()
    assert (folder.logs / "demo.log.old").read_text() == "of the first start"
    assert not (folder.logs / "demo.log").exists()


def test_forgetting_deletes_a_data_folder_and_nothing_else(tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    folder = _opened(data)
    folder.write_private("access.json", {})
    with pytest.raises(CannotRun, match=r"already runs on .*; nothing was deleted; stop it first\.$"):
        DataFolder(data).forget()
    folder.close()
    DataFolder(data).forget()
    assert not data.exists()
    other.mkdir()
    with pytest.raises(CannotRun, match="not a data folder of Helix"):
        DataFolder(other).forget()
    assert other.exists()
    DataFolder(tmp_path / "absent").forget()
