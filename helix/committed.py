"""What was committed before: what nobody can take back without rewriting the history."""

import subprocess
from collections.abc import Iterator
from pathlib import Path


def committed_versions(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of every version of every file that was ever committed in a folder.

    The folder is named from the root of the repository, which is the working folder. Where there is
    no history, as in an unpacked release, these are the files themselves.
    """
    if not Path(".git").exists():
        yield from ((path.name, path.read_bytes()) for path in sorted(folder.glob("*.json")))
        return
    # A line of it: `:mode mode blob-before blob-after status\tpath`; a file that was deleted has no blob after.
    listed = _git(
        "log", "--format=", "--raw", "--no-abbrev", "--no-renames", "-m", "--root", "--", str(folder)
    )
    lines = {line for line in listed.decode().splitlines() if line.startswith(":")}
    versions = {(Path(line.split("\t")[1]).name, line.split()[3]) for line in lines}
    for name, blob in sorted(versions):
        if blob.strip("0"):
            yield name, _git("cat-file", "blob", blob)


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], capture_output=True, check=True).stdout
