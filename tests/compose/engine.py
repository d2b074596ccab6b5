"""A Docker Engine: the one that this machine runs, or one of Debian's packages in a folder, with stand-in images."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from shared.settings import passthrough

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache" / "compose"
# What containers write to; an engine of our own sees nothing else of this machine.
WORK = CACHE / "work"
PROOF_SECONDS = 1_500
_STARTED_WITHIN_SECONDS = 60.0


@dataclass(frozen=True)
class Engine:
    """How to reach an engine; `is_ours` where it was started for the proof and knows no registry."""

    program: str = "docker"
    environment: Mapping[str, str] = field(default_factory=passthrough)
    is_ours: bool = False

    def run(self, *arguments: str, given: str | None = None) -> str:
        """Run the client; return what it printed. Raises CalledProcessError with what it said."""
        done = subprocess.run(
            [self.program, *arguments],
            env=dict(self.environment),
            cwd=ROOT,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            text=True,
            timeout=PROOF_SECONDS,
            check=False,
        )
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
            raise Failed(f"docker {' '.join(arguments[:12])}: {said}")
        return done.stdout

    def answers(self) -> bool:
        """Tell whether there is an engine, and compose."""
        try:
            self.run("info")
            self.run("compose", "version")
        except (Failed, FileNotFoundError):
            return False
        return True

    def version(self) -> str:
        """Return the version of the engine."""
        return self.run("version", "--format", "{{.Server.Version}}").strip()


class Failed(Exception):
    """A command did not do what it should; the text is the last it said."""


@contextmanager
def engine() -> Iterator[Engine]:
    """Give the engine of this machine, or start one that ends with the proof."""
    given = Engine()
    if given.answers():
        yield given
        return
    _install_missing()
    subprocess.run([HERE / "prepare", CACHE], check=True, timeout=PROOF_SECONDS)
    with _started() as ours:
        _build_standins(ours)
        yield ours


def _install_missing() -> None:
    programs = {"debootstrap": "debootstrap", "mvn": "maven"}
    absent = [package for program, package in programs.items() if shutil.which(program) is None]
    if absent:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *absent],
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def _started() -> Iterator[Engine]:
    root = CACHE / "engine"
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    # Whatever becomes of this process, the engine does not outlive it.
    command = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        str(HERE / "start-engine"),
    ]
    command += [str(root), str(ROOT), str(WORK)]
    with (CACHE / "engine.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    environment = passthrough() | {
        "DOCKER_HOST": f"unix://{root}/var/helix/docker.sock",
        "DOCKER_CONFIG": str(CACHE / "client"),
    }
    ours = Engine(str(root / "usr" / "bin" / "docker"), environment, is_ours=True)
    try:
        deadline = time.monotonic() + _STARTED_WITHIN_SECONDS
        while not ours.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"the engine did not start; its log is {CACHE / 'engine.log'}")
            time.sleep(0.3)
        yield ours
    finally:
        bridges = _bridges(ours)
        _end(process)
        _remove_what_is_left(root, bridges)


def _end(process: subprocess.Popen[bytes]) -> None:
    # The engine is the only child of `unshare`; asked to end, it ends its containers first.
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        subprocess.run(["kill", *children], check=False)
        process.wait(20)
    # With the engine, the first process of its world, all that is left in it ends.
    process.kill()
    process.wait()


def _bridges(ours: Engine) -> list[str]:
    """Return the interfaces of networks that were not taken down, and of no other engine's."""
    with suppress(Failed):
        return [f"br-{each}" for each in ours.run("network", "ls", "-q", "--filter", "driver=bridge").split()]
    return []


def _remove_what_is_left(root: Path, bridges: Sequence[str]) -> None:
    for name in bridges:
        subprocess.run(["ip", "link", "del", name], check=False)
    groups = Path("/sys/fs/cgroup")
    for top in (*groups.glob("helix-proof"), *groups.glob("*/helix-proof")):
        for group in sorted([top, *top.rglob("*/")], reverse=True):
            with suppress(OSError):
                group.rmdir()
    for place in (root / "var" / "helix" / "docker.sock", root / "var" / "helix" / "data" / "volumes"):
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


def _build_standins(ours: Engine) -> None:
    if "standin" not in ours.run("images", "--format", "{{.Repository}}").split():
        ours.run("import", str(CACHE / "base.tar"), "standin:trixie")
    for image in public_images():
        name = image.partition(":")[0].rpartition("/")[2]
        arguments = ["--quiet", "--network", "host", "--target", name, "--tag", image]
        ours.run("build", *arguments, str(CACHE / "context"))


def public_images() -> Sequence[str]:
    """Return the images that docker-compose.yml and the Dockerfile pull."""
    services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    pulled = {str(each["image"]) for each in services.values() if "build" not in each}
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    return sorted(pulled | {line.split()[1] for line in lines if line.startswith("FROM ")})
