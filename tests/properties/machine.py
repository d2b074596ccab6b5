"""The machine: people, the time, and an exchange that delays, doubles, reorders and gives up on events."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from services.reporting.rebuild.operations import rebuild
from tests.properties.donors import ROOF, Donors
from tests.properties.officers import Officers
from tests.properties.rules import MOVES, PICKS, SERVICE, VILLAGES, Move

MOST_DAYS = 60


class Helping(Officers, Donors):
    """Everything that happens in a regency, in any order."""

    # Whether workers put events aside that are handed back later.
    puts_aside = False

    def __init__(self) -> None:
        super().__init__()
        self.rebuilt = False
        self.days = 0

    @initialize()
    def begin(self) -> None:
        """Begin with three households and two pledges, so that something can happen soon."""
        self.world.begin()
        for village, needs in zip(VILLAGES, ({0, 3}, {1, 2}, {0, 4}), strict=True):
            self.enrol(village, 1, needs)
        for resource, quantity in (({"kind": "cash"}, 1500), ({"kind": "goods", **ROOF}, 10)):
            self.promise(0, resource, quantity)

    @rule(moves=MOVES)
    def wait(self, moves: list[Move]) -> None:
        """Let only the exchange go on."""
        self.exchange(moves)

    @precondition(lambda self: self.days < MOST_DAYS)
    @rule(days=st.sampled_from((1, 1, 3, 31)))
    def pass_days(self, days: int) -> None:
        """Set the clock on."""
        self.days += days
        self.world.pass_days(days)

    @rule(service=SERVICE, dies_after=st.integers(0, 3))
    def relay_dies(self, service: str, dies_after: int) -> None:
        """End a relay that has published a part, before it deleted it: that comes twice."""
        self.world.sides[service].publish(dies_after)

    @rule(service=SERVICE, back=st.integers(0, 3))
    def wake_a_worker_that_was_replaced(self, service: str, back: int) -> None:
        """Have another worker apply what was applied before."""
        self.world.sides[service].deliver_behind(back)

    @precondition(lambda self: not self.rebuilt)
    @rule()
    def rebuild_reporting(self) -> None:
        """Fold all that reporting has heard anew, and go on with that; once, because it takes a while."""
        self.rebuilt = self.world.reporting.changed = True
        side = self.world.reporting
        rebuild(side.settings.database_url, self.world.log, side.service.handlers)

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


class HelpingThroughFailures(Helping):
    """The same, where workers also put events aside that are handed back later."""

    puts_aside = True

    @rule(service=SERVICE, refuses=st.lists(st.booleans(), min_size=1, max_size=6), picks=PICKS)
    def put_aside(self, service: str, refuses: list[bool], picks: list[int]) -> None:
        """Have a worker refuse some of the events that come next."""
        side = self.world.sides[service]
        side.refuses = refuses
        side.deliver(picks)
        side.refuses = []

    @rule(service=SERVICE)
    def redrive(self, service: str) -> None:
        """Hand back what was put aside."""
        self.world.sides[service].redrive()
