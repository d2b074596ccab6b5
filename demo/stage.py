"""Where the demonstration stands: who is signed in, and how far it came."""

import json
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from demo.cast import HOME
from demo.client import Client, Person
from shared import areas, clock


class Stage:
    """The people and portals who act, and the memory that lets the play go on after a stop."""

    def __init__(self, access: dict[str, Any], officers: dict[str, dict[str, str]], memory: Path) -> None:
        self._urls: dict[str, str] = access["urls"]
        self._accounts: dict[str, dict[str, str]] = access["accounts"]
        self._officers = officers
        self._memory = memory
        self._people: dict[str, Person] = {}
        self._portals: dict[str, Client] = {}
        self.public = Client(self._urls)
        # Households that somebody was sent to: their visit or decision may still be open.
        self.met: set[str] = set()
        self.state: dict[str, Any] = self._recall()
        self.state["portals"][HOME] = {"id": access["portal"]["stakeholder"], "key": access["portal"]["key"]}
        # Another start draws other lots, so that the play goes on instead of repeating itself.
        self.random = Random(f"{self.state['seed']}-{self.state['starts']}")

    def _recall(self) -> dict[str, Any]:
        fresh: dict[str, Any] = {
            "seed": 3517,
            "starts": 0,
            "registry": None,
            "portals": {},
            "pledges": 0,
            "visits": 0,
            "ended": False,
        }
        try:
            kept: dict[str, Any] = json.loads(self._memory.read_text())
        except FileNotFoundError:
            return fresh
        return fresh | kept | {"starts": kept["starts"] + 1}

    def remember(self) -> None:
        """Keep the state, whole or not at all. It holds the portals' keys: its owner alone may read it."""
        draft = self._memory.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(self.state, indent=2))
        draft.replace(self._memory)

    def officer(self, role: str) -> Person:
        """Return the person of a role."""
        if role not in self._people:
            self._people[role] = Person(self._urls, self._accounts[role])
        return self._people[role]

    def social_worker(self, area: str) -> Person:
        """Return the TKSK of a sub-district."""
        if area not in self._people:
            self._people[area] = Person(self._urls, self._officers[area] | {"service": "programs"})
        return self._people[area]

    def portal(self, name: str) -> Client:
        """Return the portal of an organisation that has its key."""
        if name not in self._portals:
            self._portals[name] = Client(self._urls, self.state["portals"][name]["key"])
        return self._portals[name]

    @property
    def now(self) -> datetime:
        """Return the present instant."""
        return clock.now()

    @property
    def today(self) -> date:
        """Return the present day where the households live."""
        return clock.today()


def subdistrict_of(desa: str) -> str:
    """Return the sub-district of a village."""
    return areas.villages()[desa].subdistrict
