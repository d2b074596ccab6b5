"""The log of all that was decided of allocations: sealed, never changed, and replayed to the state that it made."""

import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.programs import cli
from services.programs.matching.models import Allocation, AllocationEntry
from services.programs.replaying.models import Seal
from services.programs.replaying.operations import seal
from services.programs.review import operations as review
from tests.programs.scene import Scene

Replay = Callable[..., tuple[int, str]]


@pytest.fixture
def replay(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Replay:
    """Return a function that runs the command; it gives the exit code and what was said."""
    monkeypatch.setattr(cli, "create_app", lambda _settings: scene.app)

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli.replay_log, arguments or ["--check"], obj=scene.app.config["HELIX"])
        return result.exit_code, result.output

    return run


@pytest.fixture
def paid(scene: Scene) -> Allocation:
    """An allocation that was reserved, held, approved, paid, told and handed over in part; and others that ended."""
    need = scene.need(scene.household(), 100)
    scene.pledge(100)
    scene.settle()
    found = scene.only_allocation()
    scene.reserve(found, left=0)
    scene.do(lambda _: review.hold(found.id, "Apa benar?", by="approver"))
    scene.do(lambda _: review.approve(found.id, by="other"))
    scene.do(lambda _: review.note_told(found.id))
    scene.pay(found)
    scene.hand_over(found, 40)
    _seal(scene)
    lower = scene.need(scene.household(), 50, category="health")
    scene.pledge(50)
    scene.settle()
    (other,) = [row for row in scene.allocations() if row.need_id == lower]
    scene.do(lambda _: review.veto(other.id, "Tidak pantas", by="approver"))
    assert scene.find_need(need).delivered == 40
    return found


def _seal(scene: Scene) -> bool:
    """Seal what is not sealed yet, as the worker does."""

    def work(session: Session) -> bool:
        session.info["settings"] = scene.app.config["HELIX"]
        return seal(session)

    more: bool = scene.do(work)
    return more


def _tamper(scene: Scene, statement: str) -> None:
    """Change something as only the owner of the database can."""

    def work(session: Session) -> None:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement))

    scene.do(work)


def test_it_tells_who_did_what_in_order(scene: Scene, paid: Allocation) -> None:
    rows = scene.do(
        lambda session: session.execute(
            select(AllocationEntry.step, AllocationEntry.by, AllocationEntry.reason)
            .where(AllocationEntry.allocation_id == paid.id)
            .order_by(AllocationEntry.seq)
        ).all()
    )
    assert [row.step for row in rows] == [
        "proposed",
        "reserved",
        "held",
        "approved",
        "told",
        "paid",
        "delivered",
    ]
    assert (rows[2].by, rows[2].reason) == ("approver", "Apa benar?")
    assert (rows[0].by, rows[3].by) == ("system", "other")


def test_it_replays_to_what_there_is(scene: Scene, paid: Allocation, replay: Replay) -> None:
    code, said = replay()
    assert code == 0
    sealed, last, same = said.splitlines()
    assert sealed == "7 lines are sealed and hold; 2 are not sealed yet."
    assert re.match("The last digest is [0-9a-f]{64}. Kept elsewhere", last)
    assert same == "2 allocations are as the log says; 0 are from before it began."
    _seal(scene)
    assert "9 lines are sealed and hold; 0 are not sealed yet." in replay()[1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE allocation_entry SET reason = 'lain' WHERE step = 'held'",
        "UPDATE allocation_entry SET by = 'somebody' WHERE step = 'approved'",
        "DELETE FROM allocation_entry WHERE step = 'told'",
        "UPDATE allocation SET reasons = jsonb_set(reasons, '{rank}', '7')",
        "UPDATE allocation_seal SET digest = decode('00', 'hex')",
        "DELETE FROM allocation_seal",
    ],
)
def test_a_line_that_was_changed_breaks_the_chain(
    scene: Scene, paid: Allocation, replay: Replay, statement: str
) -> None:
    _tamper(scene, statement)
    code, said = replay()
    assert code == 1
    assert "Seal 1 does not hold" in said


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        (
            "UPDATE allocation SET contributed = 90 WHERE quantity = 100",
            "contributed is 90, and 100 by the log.",
        ),
        ("UPDATE allocation SET held = true", "held is True, and False by the log."),
        ("UPDATE allocation SET approvals = 2", "approvals is 2, and 0 by the log."),
        ("UPDATE allocation SET told_at = NULL", "told is False, and True by the log."),
        (
            "DELETE FROM allocation_entry WHERE seal IS NULL AND step = 'vetoed'",
            "stage is vetoed, and proposed by the log.",
        ),
        ("DELETE FROM allocation_entry WHERE seal IS NULL", "quantity is 50, and 0 by the log."),
        (
            "UPDATE allocation SET created_at = created_at - interval '1 day'",
            "it was made at another time than the log says.",
        ),
        (
            (
                "INSERT INTO allocation_entry (allocation_id, step, quantity, by, counts, at)"
                " SELECT id, 'taken_over', 1, 'system', false, now() FROM allocation"
            ),
            "it is said to be from before the log, which had begun.",
        ),
        (
            (
                "INSERT INTO allocation_entry (allocation_id, step, quantity, by, counts, at, seal)"
                " SELECT id, 'told', 1, 'system', false, now(), 0 FROM allocation"
            ),
            "Seal 2 does not hold",
        ),
    ],
)
def test_what_the_log_does_not_tell_of_is_found(
    scene: Scene, paid: Allocation, replay: Replay, statement: str, difference: str
) -> None:
    _tamper(scene, statement)
    code, said = replay()
    assert code == 1
    assert difference in said


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE allocation_entry SET reason = 'lain'",
        "UPDATE allocation_entry SET seal = 9 WHERE seal IS NOT NULL",
        "DELETE FROM allocation_entry",
        "TRUNCATE allocation_entry",
        "UPDATE allocation_seal SET entries = 0",
        "DELETE FROM allocation_seal",
    ],
)
def test_the_database_refuses_to_change_it(scene: Scene, paid: Allocation, statement: str) -> None:
    with pytest.raises(IntegrityError):
        scene.do(lambda session: session.execute(text(statement)))


def test_the_chain_goes_on_over_many_seals(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, replay: Replay
) -> None:
    monkeypatch.setattr("services.programs.replaying.operations.AT_MOST", 2)
    for _ in range(5):
        scene.need(scene.household(), 100)
    scene.pledge(1000)
    scene.settle()
    while _seal(scene):
        pass
    assert len(scene.do(lambda session: session.scalars(select(Seal)).all())) == 3
    assert "5 lines are sealed and hold; 0 are not sealed yet." in replay()[1]
    assert replay()[0] == 0


def test_a_beginning_that_was_cut_off_is_noticed(scene: Scene, replay: Replay) -> None:
    for _ in range(2):
        scene.need(scene.household(), 100)
        scene.pledge(100)
        scene.settle()
        _seal(scene)
    for statement in (
        "DELETE FROM allocation_entry WHERE seal = 1",
        "DELETE FROM allocation_seal WHERE number = 1",
        "UPDATE allocation_entry SET seal = 1",
        "UPDATE allocation_seal SET number = 1",
    ):
        _tamper(scene, statement)
    assert "Seal 1 does not hold" in replay()[1]
