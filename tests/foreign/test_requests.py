"""Requests that nobody thought of, valid and invalid, by everybody: each answer is one that its document names.

Schemathesis looks for server errors, for statuses, content types, headers and shapes that the document does
not name, for invalid data that is taken, for addresses that answer to a stranger, and for wrong methods.
"""

from collections import defaultdict
from pathlib import Path

import pytest

from shared.settings import SERVICES
from tests.foreign.journey import Journey
from tests.foreign.requesting import answered, send

pytestmark = [pytest.mark.slow, pytest.mark.kafka, pytest.mark.timeout(900)]

# Of each operation, beside the edge cases of each of its parameters, which are some fifty.
REQUESTS = 5
# What is answered where a request got as far as to what it is about: done, or not as things stand now.
ARRIVED = {200, 201, 202, 204, 304, 409, 412}
# Bodies that keep every rule at once are rarely hit upon; in most operations some request arrives.
MOST = 0.75


@pytest.mark.parametrize("service", SERVICES)
def test_every_answer_is_as_its_document_says(journey: Journey, service: str, tmp_path: Path) -> None:
    place = tmp_path / "report.ndjson"
    options = ["--max-examples", str(REQUESTS), "--seed", "1", "--report-ndjson-path", str(place)]
    result = send(journey, service, tmp_path / service, *options)
    assert result.returncode == 0, result.stdout
    statuses = defaultdict(set)
    for operation, status in answered(place):
        statuses[operation].add(status)
    missed = sorted(operation for operation, found in statuses.items() if not found & ARRIVED)
    assert len(statuses) > 0
    assert len(missed) <= (1 - MOST) * len(statuses), missed
