"""Apache Kafka on one machine: its jars fetched once, one node in a data folder."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from string import Template

from helix.local.failure import CannotRun
from shared.bus.kafka import KafkaBus

DEPLOY = Path(__file__).parents[2] / "deploy" / "kafka"
CACHE = Path(__file__).parents[2] / ".cache"

READY_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 15


class Kafka:
    """A running broker, reached at `bootstrap`."""

    def __init__(self, process: subprocess.Popen[bytes], pid_file: Path, bootstrap: str) -> None:
        self._process = process
        self._pid_file = pid_file
        self.bootstrap = bootstrap

    @property
    def pid(self) -> int:
        """Return the id of its process."""
        return self._process.pid

    def stop(self) -> None:
        """Stop the broker; kill it where it takes too long."""
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """End the broker at once, as a power cut would."""
        self._process.kill()
        self._process.wait()


def start_for(data: Path, logs: Path, port: int, controller_port: int, *, cache: Path = CACHE) -> Kafka:
    """Start the node of a data folder; raises CannotRun with what would mend it."""
    java = _require("java", "Java 17 or newer", "default-jre-headless")
    libs = fetch_jars(cache / "kafka-libs")
    data.mkdir(parents=True, exist_ok=True)
    pid_file = data / "pid"
    _end_leftover(pid_file, data)
    properties = data / "server.properties"
    text = Template((DEPLOY / "server.properties").read_text())
    properties.write_text(text.substitute(port=port, controller_port=controller_port, data=data / "log"))
    _format(java, libs, properties, data)
    log = logs / "kafka.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [java, "-Xms256m", "-Xmx512m", f"-Dlog4j2.configurationFile={DEPLOY / 'log4j2.properties'}"]
            + ["-cp", f"{libs}/*", "kafka.Kafka", str(properties)],
            stdout=output,
            stderr=subprocess.STDOUT,
            # A Ctrl-C in the terminal is for the launcher, which stops the broker last.
            start_new_session=True,
        )
    pid_file.write_text(str(process.pid))
    broker = Kafka(process, pid_file, f"127.0.0.1:{port}")
    _await(broker, process, log)
    return broker


def free_ports() -> tuple[int, int]:
    """Return two ports that are free now."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def fetch_jars(libs: Path) -> Path:
    """Fetch Kafka's jars if they are not there; return their folder. Processes that come at once wait."""
    done = libs / ".complete"
    pom = (DEPLOY / "pom.xml").read_text()
    libs.mkdir(parents=True, exist_ok=True)
    with (libs / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists() and done.read_text() == pom:
            return libs.resolve()
        maven = _require("mvn", "Maven", "maven")
        for jar in libs.glob("*.jar"):
            jar.unlink()
        goal = [
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            f"-DoutputDirectory={libs.resolve()}",
        ]
        _run([maven, "-q", "-B", "-f", str(DEPLOY / "pom.xml"), *goal], "Maven could not fetch Kafka's jars")
        done.write_text(pom)
    return libs.resolve()


def _format(java: str, libs: Path, properties: Path, data: Path) -> None:
    """Give a fresh data folder its identity."""
    if (data / "log" / "meta.properties").exists():
        return
    tool = [java, "-Xmx128m", "-cp", f"{libs}/*", "kafka.tools.StorageTool"]
    identity = _run([*tool, "random-uuid"], "Kafka's storage tool does not run").strip().splitlines()[-1]
    arguments = ["format", "--standalone", "--ignore-formatted", "-t", identity, "-c", str(properties)]
    _run([*tool, *arguments], "Kafka could not prepare its data folder")


def _await(broker: Kafka, process: subprocess.Popen[bytes], log: Path) -> None:
    bus = KafkaBus([broker.bootstrap])
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    try:
        while not (_listens(broker.bootstrap) and bus.healthy()):
            if process.poll() is not None:
                raise CannotRun(f"Kafka ended while it started; its log is {log}.")
            if time.monotonic() > deadline:
                broker.kill()
                raise CannotRun(f"Kafka was not ready after {READY_WITHIN_SECONDS} s; its log is {log}.")
            time.sleep(0.1)
    finally:
        bus.close()


def _listens(bootstrap: str) -> bool:
    host, port = bootstrap.split(":")
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


def _end_leftover(pid_file: Path, data: Path) -> None:
    """End a broker that a launcher which was killed left behind on the same data."""
    try:
        pid = int(pid_file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if str(data).encode() not in command:
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)


def _require(program: str, name: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise CannotRun(
            f"Kafka needs {name}, and there is no `{program}`; on Debian: apt-get install {package}."
        )
    return found


def _run(command: list[str], failure: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stdout + done.stderr).strip().splitlines()[-3:]
        raise CannotRun(f"{failure}: {' '.join(last)}")
    return done.stdout
