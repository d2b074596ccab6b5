"""No secret stands in the files, nor in any version of them that was ever committed."""

import json
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.donations.stakeholders.domain import KEY_PREFIX
from tests.foreign.conftest import HERE, Tool

pytestmark = pytest.mark.slow

ROOT = HERE.parents[1]

# What looks like a secret and is none, by its file and the rule that it meets; each says why.
KNOWN: dict[tuple[str, str], str] = {}


def _git(*arguments: str, given: bytes = b"") -> bytes:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True, timeout=60).stdout


def _committed() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each version of each file of the history."""
    listed = _git("rev-list", "--objects", "--all").decode().splitlines()
    names = dict(line.split(" ", 1) for line in listed if " " in line)
    told = _git("cat-file", "--batch", given="\n".join(names).encode())
    while told:
        head, _, told = told.partition(b"\n")
        identity, kind, size = head.decode().split()
        content, told = told[: int(size)], told[int(size) + 1 :]
        if kind == "blob":
            yield names[identity], content


def _in_the_tree() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file that is committed or about to be."""
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0")
    yield from ((name, (ROOT / name).read_bytes()) for name in listed if (ROOT / name).is_file())


def _secrets(tool: Tool, folder: Path, files: Iterator[tuple[str, bytes]]) -> set[tuple[str, str]]:
    """Return the file and the rule of each secret that is found."""
    names = {}
    for number, (name, content) in enumerate(files):
        place = folder / str(number) / Path(name).name
        place.parent.mkdir()
        place.write_bytes(content)
        names[str(place)] = name
    config = HERE / ".secretlintrc.json"
    result = tool(
        "secretlint", "--secretlintrc", config, "--no-gitignore", "--format", "json", f"{folder}/**/*"
    )
    assert result.returncode in {0, 1}, result.stderr
    return {
        (names[one["filePath"]], message["ruleId"])
        for one in json.loads(result.stdout)
        for message in one["messages"]
    }


def test_no_secret_is_in_the_files_nor_in_their_history(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "history").mkdir()
    found = _secrets(tool, tmp_path / "tree", _in_the_tree())
    found |= _secrets(tool, tmp_path / "history", _committed())
    assert found == KNOWN.keys()


def _signing_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


PLANTED = {
    "a portal's key": f"KEY = '{KEY_PREFIX}{secrets.token_urlsafe(32)}'",
    "a signing key": _signing_key(),
    "a signing key in one line": repr(_signing_key()),
    "a setting that is secret": f"HELIX_IDENTITY_{'KEY'}={secrets.token_hex(32)}",
    "a database's password": f"url = 'postgresql://helix:{secrets.token_hex(8)}@db.helix.id/helix'",
    "a cloud's key": f"AWS_SECRET_ACCESS_{'KEY'} = '{secrets.token_hex(20)}'",
    "a forge's token": f"token = 'ghp_{secrets.token_hex(18)}'",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_a_secret_is_found_where_one_is(tool: Tool, tmp_path: Path, planted: str) -> None:
    found = _secrets(tool, tmp_path, iter([("settings.py", planted.encode())]))
    assert {name for name, _ in found} == {"settings.py"}
