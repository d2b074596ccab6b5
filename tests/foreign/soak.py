"""The long form of the requests that nobody thought of: `make soak` runs it, `make test` does not."""

import re
from pathlib import Path

import pytest

from shared.settings import SERVICES
from tests.foreign.journey import Journey
from tests.foreign.requesting import send

REQUESTS = 100_000
# What is sent to a service before its people sign in anew.
AT_ONCE = 200


@pytest.mark.timeout(0)
def test_a_hundred_thousand_answers_are_as_their_documents_say(journey: Journey, tmp_path: Path) -> None:
    sent = turn = 0
    while sent < REQUESTS:
        for service in SERVICES:
            result = send(journey, service, tmp_path / f"{turn}-{service}", "--max-examples", str(AT_ONCE))
            assert result.returncode == 0, result.stdout
            (cases,) = re.findall(r"([0-9]+) generated", result.stdout)
            sent += int(cases)
        turn += 1
        print(f"turn {turn}: {sent} requests", flush=True)  # noqa: T201 - the figure that is looked for
