"""The play: a quick beginning, so that every page is alive in seconds, then a calm stream."""

import json
import logging
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from demo import scenes
from demo.cast import CAST, HOME
from demo.stage import Stage
from shared import areas

# In the quick beginning: how many households are verified first, and in each round after that.
_FIRST_ROUND = 4
_QUICK_ROUNDS = (16, 40, 60)
# Afterwards one household about every so many seconds, until so many have been visited in all.
_SECONDS_BETWEEN = 1.0
_VISITS_IN_ALL = 900
_HOUSEHOLDS_PER_PLEDGE = 9

_log = logging.getLogger(__name__)


def play(access: Path, officers: Path, memory: Path) -> int:
    """Play all scenes, going on where the last start came to; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stage = Stage(json.loads(access.read_text()), json.loads(officers.read_text()), memory)
    stage.remember()
    _log.info("A synthetic registry is imported, and invented organisations register.")
    scenes.upload_registry(stage)
    scenes.meet_stakeholders(stage)
    scenes.recall_visits(stage)
    waiting = scenes.waiting_households(stage, list(areas.villages()))
    if stage.state["visits"] < _FIRST_ROUND + sum(_QUICK_ROUNDS):
        _log.info("First pledges, visits, payments and deliveries follow as fast as they can be made.")
        _begin_quickly(stage, waiting)
    _log.info("From now on a household is visited about every second, until %d were.", _VISITS_IN_ALL)
    _go_on_calmly(stage, waiting)
    stage.state["ended"] = True
    stage.remember()
    _log.info("The demonstration has played to its end: %d visits, %d pledges.", *_reached(stage))
    return 0


def _begin_quickly(stage: Stage, waiting: Iterator[dict[str, Any]]) -> None:
    scenes.pledge(stage)
    scenes.pledge_one(stage, HOME)
    # Those who stand first in the registry are visited while the rest of it is still coming in.
    scenes.await_registry(stage, rows=1)
    first = scenes.waiting_households(stage, areas.children_of(scenes.HOME_AREA))
    _visit_quickly(stage, first, _FIRST_ROUND)
    scenes.await_registry(stage)
    for households in _QUICK_ROUNDS:
        _visit_quickly(stage, waiting, households)
    scenes.leave_work(stage)


def _visit_quickly(stage: Stage, waiting: Iterator[dict[str, Any]], households: int) -> None:
    for household in islice(waiting, households):
        scenes.verify(stage, household)
    stage.remember()
    _settle(stage, list(areas.subdistricts()), at_most=5)


def _go_on_calmly(stage: Stage, waiting: Iterator[dict[str, Any]]) -> None:
    districts = list(areas.subdistricts())
    for turn, household in enumerate(waiting, start=1):
        if stage.state["visits"] >= _VISITS_IN_ALL:
            return
        scenes.verify(stage, household)
        stage.remember()
        if turn % _HOUSEHOLDS_PER_PLEDGE == 0:
            scenes.pledge_one(stage, stage.random.choice(CAST).name)
        if turn % 3 == 0:
            _settle(stage, stage.random.sample(districts, 4), at_most=2)
        time.sleep(_SECONDS_BETWEEN)


def _reached(stage: Stage) -> tuple[int, int]:
    return stage.state["visits"], stage.state["pledges"]


def _settle(stage: Stage, districts: list[str], *, at_most: int) -> None:
    """What was matched is approved, paid and handed over."""
    scenes.approve_large_ones(stage)
    scenes.contribute(stage, at_most=at_most)
    scenes.deliver(stage, districts, at_most=at_most)
