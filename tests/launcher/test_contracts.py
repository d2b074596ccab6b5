"""What was promised to those who build on Helix is compared with every version that was ever committed."""

import subprocess
from pathlib import Path

import pytest

from helix.committed import committed_versions
from helix.contracts import breaking, check

ROOT = Path(__file__).parents[2]


def _git(*words: str) -> None:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *author, *words], check=True, capture_output=True)


def test_the_code_keeps_what_was_ever_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert check() == []


def test_a_promise_is_not_forgotten_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder, contract = Path("docs"), Path("docs/a.json")
    folder.mkdir()
    _git("init", "-q")
    for content in ("1", "2"):
        contract.write_text(content)
        _git("add", "docs")
        _git("commit", "-q", "-m", "A version")
    contract.unlink()
    _git("commit", "-q", "-a", "-m", "Take it away")
    assert sorted(committed_versions(folder)) == [("a.json", b"1"), ("a.json", b"2")]


def test_without_a_history_the_files_are_the_promise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("docs").mkdir()
    Path("docs/a.json").write_text("1")
    assert list(committed_versions(Path("docs"))) == [("a.json", b"1")]


def test_what_breaks_is_told_though_the_documents_were_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(
        "helix.contracts.committed_versions",
        lambda folder: [("gone.v1.json", b"{}")] if folder.name == "schemas" else [("donations.json", OLD)],
    )
    assert breaking() == [
        "donations: GET /v1/withdrawn was taken away",
        "gone.v1 was taken away: keep it, or lift it with an upcaster",
    ]


OLD = b'{"paths": {"/v1/withdrawn": {"get": {"responses": {}}}}}'
