"""How fast the public is answered, while the demonstration's registry is in and events go on."""

import statistics
import time
from collections.abc import Iterator

import requests

from bench.running import running

# Fewer than a client may ask in a minute, all together.
QUESTIONS = {"/healthz": 150, "/v1/summary": 300, "/": 150, "/areas/35.17.01": 100}
HOUSEHOLDS = 2_000
PORT_BASE = 23100
GIVE_UP_SECONDS = 240.0


def measure() -> None:
    """Start Helix with its demonstration, wait for the whole registry, and print how long answers take.

    `/healthz` reads nothing: what it takes is what the machine and the way there take.
    """
    url = f"http://127.0.0.1:{PORT_BASE + 3}"
    with running(PORT_BASE):
        _await_registry(url)
        for path, questions in QUESTIONS.items():
            times = sorted(_ask(url + path, questions))
            p50, p99 = statistics.median(times), times[int(0.99 * questions)]
            print(f"GET {path:20} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   of {questions}")


def _await_registry(url: str) -> None:
    began = time.monotonic()
    while time.monotonic() - began < GIVE_UP_SECONDS:
        try:
            summary = requests.get(f"{url}/v1/summary", timeout=2).json()
            if (summary["funnel"]["registered"] or 0) >= HOUSEHOLDS:
                # The questions before do not count against the rate that a client is allowed.
                time.sleep(60)
                return
        except (requests.RequestException, ValueError, KeyError):
            pass
        time.sleep(1)
    raise SystemExit("the registry did not arrive")


def _ask(url: str, questions: int) -> Iterator[float]:
    """Yield the milliseconds of each answer, on one connection."""
    with requests.Session() as session:
        for _ in range(questions):
            began = time.perf_counter()
            session.get(url, timeout=10).raise_for_status()
            yield 1_000 * (time.perf_counter() - began)


if __name__ == "__main__":
    measure()
