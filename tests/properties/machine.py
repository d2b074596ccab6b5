"""The machine: people, the time, and an exchange that delays, doubles, reorders and gives up on events."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from services.reporting.rebuild.operations import rebuild
from tests.properties.donors import ROOF, Donors
from tests.properties.officers import Officers
from tests.properties.rules import SERVICE, VILLAGES, Move, Steps, commands_of, moves, step

MOST_DAYS = 60


class Exchange(Steps):
    """What becomes of the time and of events, whatever people do."""

    def __init__(self) -> None:
        super().__init__()
        self._days = 0
        self._rebuilt = False

    @step(3)
    def wait(self) -> None:
        """Let only the exchange go on."""

    @step(days=st.sampled_from((1, 1, 3, 31)))
    def pass_days(self, days: int) -> None:
        """Set the clock on."""
        if self._days < MOST_DAYS:
            self._days += days
            self.world.pass_days(days)

    @step(service=SERVICE, back=st.integers(0, 3))
    def wake_a_worker_that_was_replaced(self, service: str, back: int) -> None:
        """Have another worker apply what was applied before."""
        self.world.sides[service].deliver_behind(back)

    @step()
    def rebuild_reporting(self) -> None:
        """Fold all that reporting has heard anew, and go on with that; once, because it takes a while."""
        if not self._rebuilt:
            side = self.world.reporting
            self._rebuilt = side.changed = True
            rebuild(side.settings.database_url, self.world.log, side.service.handlers)


class Failures(Steps):
    """What workers put aside is handed back."""

    @step(2, service=SERVICE)
    def redrive(self, service: str) -> None:
        """Hand back what was put aside."""
        self.world.sides[service].redrive()


class Regency(Exchange, Officers, Donors):
    """Everything that happens in a regency."""

    # Whether workers put events aside: the trend then keeps other days on which figures changed.
    puts_aside = False

    @initialize()
    def begin(self) -> None:
        """Begin with three households and two pledges, so that something can happen soon."""
        self.world.begin()
        for village, needs in zip(VILLAGES, ({0, 3}, {1, 2}, {0, 4}), strict=True):
            self.enrol(village, 1, needs)
        for resource, quantity in (({"kind": "cash"}, 1500), ({"kind": "goods", **ROOF}, 10)):
            self.promise(0, resource, quantity)

    def do(self, command: tuple[str, dict[str, Any]], then: list[Move]) -> None:
        """Give a command, and let the exchange go on a little."""
        name, given = command
        getattr(self, name)(**given)
        self.exchange(then)

    @invariant()
    def nothing_is_wrong_inside(self) -> None:
        """Nothing that must never be is in any of the three databases."""
        wrong = self.world.wrong_inside()
        assert wrong == [], "\n".join(wrong)

    def teardown(self) -> None:
        """Let everything come to rest, and look at the three beside each other."""
        try:
            self.world.settle()
            wrong = self.world.wrong_at_rest() + self.world.wrong_told_anew(days_differ=self.puts_aside)
            assert wrong == [], "\n".join(wrong)
        finally:
            self.world.end()


class Helping(Regency):
    """People help, and every event is taken when it comes."""

    @rule(command=commands_of(Regency), then=moves())
    def step(self, command: tuple[str, dict[str, Any]], then: list[Move]) -> None:
        """Do one thing."""
        self.do(command, then)


class _FailingRegency(Failures, Regency):
    """Everything that happens in a regency, and failures."""


class HelpingThroughFailures(_FailingRegency):
    """People help, and workers put events aside."""

    puts_aside = True

    @rule(command=commands_of(_FailingRegency), then=moves("put_aside", "put_aside"))
    def step(self, command: tuple[str, dict[str, Any]], then: list[Move]) -> None:
        """Do one thing."""
        self.do(command, then)
