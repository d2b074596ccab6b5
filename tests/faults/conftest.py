"""A machine for each bus, and what must be true of it after every fault."""

import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import let_sockets_to
from tests.faults.load import Ledger
from tests.faults.machine import Machine
from tests.faults.reckoning import (
    assert_all_took_effect_once,
    assert_books_agree,
    assert_in_order_and_never_two,
    assert_no_dead_letters,
    assert_rebuild_is_the_same,
    rest,
)

# While a broker is away kafka-python forgets sockets that it was just opening.
_CONNECTING = r"unclosed .socket.*laddr=..0\.0\.0\.0."


class Tried:
    """A machine, and all that its people were ever told was accepted."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.ledger = Ledger()
        # How many dead letters of each service a test has caused on purpose.
        self.letters: Counter[str] = Counter()

    def assert_exact(self) -> None:
        """Wait until nothing moves, and count everything."""
        rest(self.machine)
        assert_all_took_effect_once(self.machine, self.ledger)
        assert_books_agree(self.machine)
        assert_in_order_and_never_two(self.machine)
        assert_no_dead_letters(self.machine, self.letters)
        assert_rebuild_is_the_same(self.machine)


@pytest.fixture(scope="session", params=["builtin", pytest.param("kafka", marks=pytest.mark.kafka)])
def tried(request: pytest.FixtureRequest) -> Iterator[Tried]:
    """Helix on one of the buses, running."""
    # Not in a folder of pytest's: it shuts them again, and PostgreSQL could not be started a second time.
    with tempfile.TemporaryDirectory(prefix="helix-faults-") as folder:
        machine = Machine(Path(folder) / "data", request.param)
        try:
            if machine.kafka is not None:
                let_sockets_to(machine.kafka.bootstrap, request.config)
                warnings.filterwarnings("ignore", _CONNECTING, ResourceWarning)
                request.config.addinivalue_line("filterwarnings", f"ignore:{_CONNECTING}:ResourceWarning")
            machine.start_all()
            yield Tried(machine)
        finally:
            machine.close()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Return a function that tells whoever watches the run, whether it fails or not."""

    def tell(sentence: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{sentence}\n")

    return tell
