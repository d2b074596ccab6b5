"""The command that looks for what must never be."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.programs import cli
from services.programs.allocating import operations
from services.programs.checks.domain import Invariant
from services.programs.database import db
from services.programs.review import operations as review
from shared import clock
from tests.programs.scene import Scene

Check = Callable[[], tuple[int, str]]
_MINUTES_AGO = "UPDATE market_keeper SET unfinished_since = now() - interval '2 minutes'"


@pytest.fixture
def check(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Return a function that runs the command; it gives the exit code and what was said."""
    monkeypatch.setattr(cli, "create_app", lambda _settings: scene.app)

    def run() -> tuple[int, str]:
        result = CliRunner().invoke(cli.audit_match, obj=scene.app.config["HELIX"])
        return result.exit_code, result.output

    return run


def change(scene: Scene, statement: str, **values: Any) -> None:
    with scene.app.app_context():
        db.session.execute(text(statement), values)
        db.session.commit()


def name_of(line: str) -> str:
    """Return what a line of the command says always holds, without what was found."""
    return line.partition(": ")[2].partition(" (left out")[0].rstrip(".")


def test_looks_at_one_moment(scene: Scene, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(session: Session) -> list[Invariant]:
        return [Invariant("It reads", [session.scalar(text("SHOW transaction_isolation")) or ""])]

    monkeypatch.setattr(cli, "audit_of_match", look)
    code, said = check()
    assert (code, said.splitlines()[0]) == (1, "BROKEN: It reads.")
    assert said.endswith("Error: repeatable read\n")


def test_says_that_all_is_well_or_names_what_is_not(scene: Scene, check: Check) -> None:
    need = scene.need(scene.household(), 100)
    scene.pledge(1000)
    scene.settle()
    code, said = check()
    assert code == 0
    assert {line.partition(":")[0] for line in said.splitlines()} == {"holds"}
    assert len(said.splitlines()) == 20
    change(scene, "UPDATE need SET covered = 90 WHERE id = :id", id=need)
    code, said = check()
    assert code == 1
    assert "BROKEN: Each need has what its allocations hold" in said
    assert f"{need}: the need is covered by other than its allocations hold." in said


def test_finds_an_open_need_that_was_forgotten(scene: Scene, check: Check) -> None:
    scene.pledge(1000)
    scene.settle()
    need = scene.need(scene.household(), 100)
    scene.forget_changes()
    assert f"{need}: the need has 0, and should have 100, of what the match may give to it." in check()[1]


def test_says_what_it_did_not_look_at(scene: Scene, check: Check) -> None:
    scene.need(scene.household(), 100)
    scene.pledge(1000, minimum_grant=10)
    code, said = check()
    assert code == cli.NOT_ALL_LOOKED_AT
    assert (
        said.count("not looked at: ")
        == said.count("left out: everything, because something waits to be settled: IDR)")
        == 8
    )
    said, _, last = said.strip().rpartition("\n")
    assert last == "Not everything was looked at. Ask again in a moment, once nothing waits to be settled."
    names = {name_of(line) for line in said.splitlines()}
    scene.settle()
    code, said = check()
    assert code == 0
    assert said.count("left out: 1 of 1 markets, where a pledge gives so much at least:") == 3
    assert {name_of(line) for line in said.splitlines()} == names


def test_only_an_approval_that_the_amount_needs_binds_a_match(scene: Scene, check: Check) -> None:
    scene.need(scene.household(decile=2), 100)
    scene.pledge(100)
    scene.settle()
    lower = scene.only_allocation()
    with scene.app.app_context():
        review.hold(lower.id, "Is it theirs?", by="verifier")
        review.approve(lower.id, by="approver")
    scene.need(scene.household(), 100)
    scene.settle()
    (ended,) = scene.allocations(id=lower.id)
    assert (ended.approvals, ended.ended_reason) == (0, "displaced")
    code, said = check()
    always = "What is paid, held by a person, or approved by one whose word its amount needs is not moved"
    assert (code, f"holds: {always}." in said) == (0, True)
    change(scene, "UPDATE allocation SET approvals = 1 WHERE id = :id", id=lower.id)
    code, said = check()
    assert (code, f"BROKEN: {always}." in said) == (1, True)


def test_names_markets_that_do_not_come_to_rest(scene: Scene, check: Check) -> None:
    scene.need(scene.household(), 100)
    scene.need(scene.household(), 2, category="education", item="school_kit", unit="kit")
    scene.settle()
    change(scene, "UPDATE market_keeper SET unfinished = true, unfinished_since = now()")
    late = "BROKEN: No market waits for more than a minute to be settled"
    assert late not in check()[1]
    change(scene, _MINUTES_AGO + " WHERE market = 'IDR'")
    code, said = check()
    assert (code, late in said) == (1, True)
    assert said.count("because something waits to be settled: IDR, school_kit:kit)") == 8
    assert [
        line.partition(": it waits since")[0] for line in said.splitlines() if "it waits since" in line
    ] == ["Error: IDR"]


def test_names_a_market_whose_turns_write_nothing(
    scene: Scene, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.need(scene.household(), 100)
    scene.pledge(1000)
    with monkeypatch.context() as broken:
        broken.setattr(operations, "write", lambda _session, _decided: {})
        turns = [scene.do(scene.allocator.settle_next)]
        change(scene, _MINUTES_AGO)
        turns.append(scene.do(scene.allocator.settle_next))
        assert turns == [True, True]
    assert "IDR: it waits since" in check()[1], "it had a turn just now"
    monkeypatch.setattr(operations, "AGAIN_AFTER_SECONDS", 0.0)
    scene.settle()
    assert check()[0] == 0


@pytest.mark.parametrize(("days", "is_late"), [(-1, True), (1, False)])
def test_what_is_noted_for_a_day_waits_from_that_day_on(
    scene: Scene, check: Check, days: int, is_late: bool
) -> None:
    noted = (
        "INSERT INTO market_change (market, due_on, noted_at) VALUES ('IDR', :day, now() - interval '2 days')"
    )
    change(scene, noted, day=clock.today() + timedelta(days=days))
    with clock.shifted(timedelta(days=days)):
        assert ("IDR: it waits since" in check()[1]) is is_late
