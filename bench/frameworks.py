"""How fast Helix keeps a projection, beside the same one written in three frameworks, each as it is meant to be.

They run in an environment of their own. FastStream and Quix Streams read the same topic; eventsourcing
follows the events that it keeps in PostgreSQL itself. Only Helix drops what comes twice.
"""

import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.pledges import COLUMNS, TABLE, TOPIC, message_of, pledge, put
from bench.result import Result, rates
from bench.servers import Servers, servers
from bench.worker import worker_rate
from helix.local.kafka import CACHE
from shared.worker.consuming import BATCH

EVENTS = 20_000
ROUNDS = 3

# Name, program, what it is given, how many events: enough for some seconds.
CONTENDERS: dict[str, tuple[str, dict[str, int], int]] = {
    "FastStream, event by event": ("in_faststream", {"batch": 0}, 1_000),
    "FastStream, in batches": ("in_faststream", {"batch": BATCH}, EVENTS),
    "Quix Streams": ("in_quix", {"batch": BATCH}, EVENTS),
    "eventsourcing": ("in_eventsourcing", {}, 1_000),
}

_PROGRAMS = Path(__file__).parent / "contenders"
_UPSERT = f"""
    INSERT INTO pledge ({", ".join(COLUMNS)}) VALUES ({", ".join(["%s"] * len(COLUMNS))})
    ON CONFLICT (pledge) DO UPDATE SET
        version = excluded.version, quantity = excluded.quantity, value_idr = excluded.value_idr
    WHERE pledge.version < excluded.version
"""  # noqa: S608 - the columns are our own constant


def measure() -> list[Result]:
    """Let each take its turn, a few rounds long."""
    python = _environment()
    taken: dict[str, list[float]] = defaultdict(list)
    with servers() as found:
        bus = found.bus("kafka")
        put(bus, (message_of(pledge()) for _ in range(EVENTS)))
        bus.close()
        for _ in range(ROUNDS):
            taken["ours"].append(worker_rate(found, "kafka", 1, EVENTS))
            for name, (program, given, events) in CONTENDERS.items():
                taken[name].append(_rate(found, python, program, {"events": events, **given}))
    return [rates(f"worker on Kafka, beside {name}", taken["ours"], taken[name], "3") for name in CONTENDERS]


def _environment() -> Path:
    """Make the environment of the frameworks, unless it is there; return its Python."""
    wanted = _PROGRAMS / "requirements.txt"
    place = CACHE / "bench-frameworks"
    made = place / "made"
    python = place / "bin" / "python"
    if not made.exists() or made.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", wanted], check=True)
        made.write_text(wanted.read_text())
    return python


def _rate(found: Servers, python: Path, program: str, given: dict[str, Any]) -> float:
    url = found.database([TABLE])
    place = {
        "url": url,
        "host": url.partition("host=")[2],
        "database": url.partition("@/")[2].partition("?")[0],
        "bootstrap": found.bootstrap,
        "group": f"{program}-{time.monotonic_ns()}",
        "topic": TOPIC,
        "columns": COLUMNS,
        "upsert": _UPSERT,
    }
    command = [str(python), str(_PROGRAMS / f"{program}.py"), json.dumps(place | given)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(re.findall(r"^rate (\S+)$", done.stdout, re.MULTILINE)[0])
