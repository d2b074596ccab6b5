"""The three services beside each other, the people who work with them, and the time."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from services.donations.app import SERVICE as DONATIONS
from services.programs.app import SERVICE as PROGRAMS
from services.reporting.app import SERVICE as REPORTING
from shared import clock
from shared.auth.principal import Principal
from shared.auth.tokens import Tokens
from shared.service import Service
from tests.books import problems, problems_inside
from tests.properties.log import Log
from tests.properties.replay import Replay
from tests.properties.side import Side

SERVICES: Mapping[str, Service] = {"donations": DONATIONS, "programs": PROGRAMS, "reporting": REPORTING}
REGENCY = "35.17"
_ROUNDS = 100

_ORGANISATIONS = (UUID(int=1), UUID(int=2))
_PEOPLE: Mapping[str, tuple[Principal, ...]] = {
    "donations": (
        *(
            Principal(str(UUID(int=10 + n)), frozenset({"donor"}), stakeholder=organisation)
            for n, organisation in enumerate(_ORGANISATIONS)
        ),
        Principal(str(UUID(int=12)), frozenset({"planner"})),
    ),
    "programs": tuple(
        Principal(str(UUID(int=20 + n)), frozenset({role}), area=REGENCY if role == "tksk" else None)
        for n, role in enumerate(("verifier", "approver", "approver", "planner", "tksk"))
    ),
    "reporting": (),
}
_ORGANISATION = text("""
    INSERT INTO stakeholder (id, created_at, name, kind, contact_email, status, example)
    VALUES (:id, :now, :name, 'philanthropy', 'a@contoh.id', 'approved', true)
""")
_ACCOUNT = text("""
    INSERT INTO account (id, username, display_name, password_hash, roles, area, stakeholder, active, generation)
    VALUES (:id, :username, '', '', :roles, :area, :stakeholder, true, 1)
""")


class World:
    """What an example happens in. It is made once, and begun anew with each example."""

    def __init__(self, make_app: Callable[..., Flask]) -> None:
        self.log = Log()
        self.sides = {name: Side(make_app(name), service, self.log) for name, service in SERVICES.items()}
        self.donations, self.programs, self.reporting = self.sides.values()
        self._replay = Replay(make_app, self.log)
        self._clients = {name: side.app.test_client() for name, side in self.sides.items()}
        self._time = ExitStack()
        self._numbers = count(1)
        self._tokens: dict[tuple[str, str | int], str] = {}
        # How often what was asked for how, and whether it was granted.
        self.asked: Counter[tuple[str, bool]] = Counter()

    def begin(self) -> None:
        """Begin anew: nobody registered, nothing promised, and the time as it is."""
        self.log.clear()
        self._numbers = count(1)
        self._tokens.clear()
        for name, side in self.sides.items():
            side.clear()
            with side.engine.begin() as connection:
                if name == "donations":
                    rows = [{"id": one, "now": clock.now(), "name": str(one)} for one in _ORGANISATIONS]
                    connection.execute(_ORGANISATION, rows)
                for person in _PEOPLE[name]:
                    fields = {
                        "id": person.id,
                        "username": person.id,
                        "roles": sorted(person.roles),
                        "area": person.area,
                    }
                    connection.execute(_ACCOUNT, fields | {"stakeholder": person.stakeholder})

                    self._admit(name, person)

    def _admit(self, service: str, person: Principal) -> None:
        """Give a person a token that is known by the role, for the first of a role, and by the number."""
        # Signed before the clock is set on: it is checked by the clock of the machine.
        token = Tokens(self.sides[service].settings).issue(person, 1)
        self._tokens[service, _PEOPLE[service].index(person)] = token
        for role in person.roles:
            self._tokens.setdefault((service, role), token)

    def end(self) -> None:
        """Set the clock right again."""
        self._time.close()

    def close(self) -> None:
        """Let go of connections."""
        for side in self.sides.values():
            side.close()
        self._replay.close()

    def pass_days(self, days: int) -> None:
        """Set the clock on."""
        self._time.enter_context(clock.shifted(timedelta(days=days)))

    def number(self) -> int:
        """Return a number that was not used before in this example."""
        return next(self._numbers)

    def ask(self, service: str, who: str | int, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Have somebody ask over HTTP; `who` is a role, or which of the people. It never fails by itself."""
        headers = {"Authorization": f"Bearer {self._tokens[service, who]}", **more.pop("headers", {})}
        self.sides[service].changed = True
        sent = {"json": body} if body is not None else {}
        answer = self._clients[service].open(path, method=method, headers=headers, **sent, **more)
        assert answer.status_code < 500, answer.get_data(as_text=True)
        assert answer.status_code not in {400, 401, 404, 405, 415}, f"{method} {path}: {answer.text}"
        self.asked[_what(path), answer.status_code < 300] += 1
        return answer

    def round(self) -> int:
        """Let each service publish and apply what is there, and match; return how much moved."""
        moved = 0
        for side in self.sides.values():
            side.work_off(woken=True)
            moved += side.publish() + side.deliver_all()
        return moved

    def settle(self) -> None:
        """Let everything come to rest: tasks, relays and workers take turns; what was refused is handed back."""
        for _ in range(_ROUNDS):
            for side in self.sides.values():
                side.work_off()
            if not self.round() and not sum(side.redrive() for side in self.sides.values()):
                return
        raise AssertionError("it never comes to rest")

    def wrong_inside(self) -> list[str]:
        """Return what must never be and is, in the databases that may have changed since this was asked."""
        changed = [side for side in self.sides.values() if side.changed]
        for side in changed:
            side.changed = False
        return [fault for side in changed for fault in problems_inside(side.name, side.engine)]

    def wrong_at_rest(self) -> list[str]:
        """Return what must not be once everything was heard, and is."""
        return problems(*(side.engine for side in self.sides.values()), at_rest=True, bus=self.log)

    def wrong_told_anew(self, *, days_differ: bool) -> list[str]:
        """Return what comes out otherwise where all events are told once more from the beginning."""
        return self._replay.differences(self.sides, days_differ=days_differ)


def _what(path: str) -> str:
    """Return a path without the ids in it."""
    return "/".join(part for part in path.split("?")[0].split("/") if len(part) < 36)
