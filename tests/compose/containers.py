"""The containers of docker-compose.yml under a name of their own, so that they are nobody else's."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

from helix.compose_secrets import lines
from tests.compose.engine import ROOT, Engine, Failed

PROJECT = "helix-proof"
IMAGE = "helix:proof"
_READY_SECONDS = 420


class Containers:
    """What `docker compose` does, on one engine."""

    def __init__(self, engine: Engine, folder: Path, port: int) -> None:
        self._engine = engine
        self.url = f"http://127.0.0.1:{port}"
        secrets = folder / ".env"
        secrets.touch(mode=0o600)
        own = {"HELIX_PORT": f"127.0.0.1:{port}", "HELIX_VERSION": IMAGE.partition(":")[2]}
        backups = folder / "backups"
        backups.mkdir()
        # Who the containers run as is nobody here; the folder above is private.
        backups.chmod(0o777)
        own |= {"HELIX_BACKUPS": str(backups)}
        text = [*lines(self.url), *(f"{name}={value}" for name, value in own.items())]
        secrets.write_text("\n".join(text) + "\n")
        self._files = ["--env-file", str(secrets), "-f", str(ROOT / "docker-compose.yml")]
        if engine.is_ours:
            self._files += ["-f", str(_with_builds_on_this_network(folder))]

    def compose(self, *arguments: str) -> str:
        """Run `docker compose`."""
        return self._engine.run("compose", "--project-name", PROJECT, *self._files, *arguments)

    def execute(self, service: str, *command: str) -> str:
        """Run a command in a container."""
        return self.compose("exec", "--no-TTY", service, *command)

    def run(self, service: str, *command: str) -> str:
        """Run a command in a container of its own."""
        return self.compose("run", "--rm", "--no-TTY", service, *command)

    def query(self, service: str, statement: str) -> str:
        """Return the one value that a statement finds in the database of a service."""
        database = f"helix_{service}"
        return self.execute("postgres", "psql", "-U", "postgres", "-d", database, "-tAc", statement).strip()

    def build(self) -> None:
        """Check the file, and build the image."""
        self.compose("config", "--quiet")
        self.compose("build", "--quiet")

    def up(self, *services: str) -> None:
        """Start what was named, or everything, and wait until it is well."""
        try:
            self.compose("up", "--detach", "--wait", "--wait-timeout", str(_READY_SECONDS), *services)
        except Failed:
            with suppress(Failed, subprocess.TimeoutExpired):
                sys.stderr.write(self.compose("ps", "--all") + self.compose("logs", "--tail", "15"))
            raise

    def down(self) -> None:
        """Take everything down, with its volumes and its network."""
        self.compose("--profile", "*", "down", "--volumes", "--timeout", "10", "--remove-orphans")

    def remove_image(self) -> None:
        """Remove what was built; what it was built on stays for the next time."""
        with suppress(Failed):
            self._engine.run("image", "rm", "--force", IMAGE)

    def check_each(self) -> int:
        """Raise AssertionError unless all run without ever having been started again; return how many."""
        containers: list[dict[str, Any]] = json.loads(
            self._engine.run("inspect", *self.compose("ps", "--all", "--quiet").split())
        )
        for each in containers:
            name, state = each["Name"], each["State"]
            once = each["HostConfig"]["RestartPolicy"]["Name"] == "no"
            assert each["RestartCount"] == 0, f"{name} was started again {each['RestartCount']} times"
            assert state["Status"] == ("exited" if once else "running"), f"{name}: {state['Status']}"
            assert state["ExitCode"] == 0, f"{name} ended with {state['ExitCode']}"
        return len(containers)


@contextmanager
def containers_of(engine: Engine, folder: Path, port: int) -> Iterator[Containers]:
    """Give the containers, none of them started; in the end nothing of them is left."""
    found = Containers(engine, folder, port)
    # What a proof that was cut off left behind.
    found.down()
    try:
        yield found
    finally:
        found.down()
        found.remove_image()


def _with_builds_on_this_network(folder: Path) -> Path:
    """Write what lets the build reach package registries on an engine whose containers reach nothing."""
    services: Mapping[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    built = {name: {"build": {"network": "host"}} for name, each in services.items() if "build" in each}
    file = folder / "network.yml"
    file.write_text(yaml.safe_dump({"services": built}))
    return file
