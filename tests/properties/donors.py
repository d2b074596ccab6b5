"""What donors do, and the planner who decides which organisations may pledge, at random."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import g
from hypothesis import strategies as st

from services.donations.contributions.operations import Payment, pay_all
from shared import clock
from shared.auth.principal import Principal
from tests.properties.rules import AREAS, FRACTION, NUMBER, Steps, step

DONOR = st.integers(0, 1)
ROOF = {"item": "roof_sheet", "unit": "sheet"}
RESOURCES = st.sampled_from(
    (
        {"kind": "cash"},
        {"kind": "cash"},
        {"kind": "goods", "item": "rice", "unit": "kg"},
        {"kind": "goods", **ROOF},
    )
)
RESTRICTIONS = st.fixed_dictionaries(
    {},
    optional={
        "areas": st.lists(st.sampled_from(AREAS[:3]), max_size=2, unique=True),
        "categories": st.just(["food", "housing_repair"]),
        "attributes": st.just(["disability"]),
        "max_decile": st.sampled_from((1, 3)),
        "cap_per_household": st.sampled_from((5, 300)),
        "minimum_grant": st.sampled_from((3, 100)),
    },
)
RULES: st.SearchStrategy[dict[str, Any]] = st.one_of(st.just({}), st.just({}), RESTRICTIONS)
# On which day from today; None: no end.
DAYS = st.sampled_from((None, None, 0, 2, 40))
_MINE = "SELECT id, stakeholder_id, quantity, version FROM pledge WHERE ended IS NULL ORDER BY id"
_PAYABLE = """
    SELECT id, stakeholder_id, pledge_id, quantity - released - greatest(contributed, delivered) AS waits
    FROM allocation WHERE standing = 'payable' AND quantity - released > greatest(contributed, delivered)
    ORDER BY arrival
"""


class Donors(Steps):
    """The commands of donations, each over HTTP by who may give it."""

    def give(self, who: str | int, path: str, body: Any = None, method: str = "POST", **more: Any) -> Any:
        """Ask donations for something."""
        return self.world.ask("donations", who, method, path, body, **more)

    @step(
        3, who=DONOR, resource=RESOURCES, quantity=st.sampled_from((5, 10, 400, 1500)), rules=RULES,
        zakat=st.sampled_from((False, False, True)), opens=st.sampled_from((0, 0, 1)), ends=DAYS,
    )  # fmt: skip
    def pledge(
        self, who: int, resource: Any, quantity: int, rules: Any, zakat: bool, opens: int, ends: int | None
    ) -> None:
        """Promise something."""
        zis = {"fund": "zis", "zakat": True} if zakat else {}
        days = {"opens_on": _day(opens), "expires_on": _day(ends)}
        self.promise(who, resource, quantity, restrictions=rules, **zis, **days)

    def promise(self, who: int, resource: Any, quantity: int, **more: Any) -> None:
        """Open a pledge."""
        body = {"resource": resource, "quantity": quantity, "fund": "csr", "strategy": "reduce_burden"}
        self.give(who, "/v1/pledges", body | more)

    @step(which=NUMBER, what=st.sampled_from(("more", "less", "rules", "end")), rules=RULES, ends=DAYS)
    def amend(self, which: int, what: str, rules: Any, ends: int | None) -> None:
        """Change a promise."""
        if found := self.pick("donations", which, _MINE):
            change = {
                "more": {"quantity": found.quantity + 100},
                "less": {"quantity": max(1, found.quantity // 2)},
                "rules": {"restrictions": rules},
                "end": {"expires_on": _day(ends)},
            }[what]
            tag = {"If-Match": f'"{found.version}"'}
            self.give(_who(found), f"/v1/pledges/{found.id}", change, "PATCH", headers=tag)

    @step(which=NUMBER)
    def withdraw(self, which: int) -> None:
        """Take back what is free and unpaid of a promise."""
        if found := self.pick("donations", which, _MINE):
            self.give(_who(found), f"/v1/pledges/{found.id}/withdraw")

    @step(4, which=NUMBER, part=FRACTION)
    def pay(self, which: int, part: float) -> None:
        """Pay what waits, or a part of it."""
        if found := self.pick("donations", which, _PAYABLE):
            body = {
                "allocation": str(found.id), "quantity": max(1, int(found.waits * part)),
                "paid_on": clock.today().isoformat(), "reference": f"r{self.world.number()}",
            }  # fmt: skip
            self.give(_who(found), "/v1/contributions", body)

    @step(2, which=NUMBER)
    def pay_everything(self, which: int) -> None:
        """Pay all that waits of a pledge at once, as the page does."""
        if found := self.pick("donations", which, _PAYABLE):
            waits = self.world.donations.rows(_PAYABLE)
            quantity = sum(row.waits for row in waits if row.pledge_id == found.pledge_id)
            number = self.world.number()
            with self.world.donations.app.test_request_context():
                g.principal = Principal(id="d", roles=frozenset({"donor"}), stakeholder=found.stakeholder_id)
                pay_all(found.pledge_id, quantity, Payment(clock.today(), f"r{number}", UUID(int=number + 1)))

    @step(which=DONOR, word=st.sampled_from(("suspend", "approve", "approve")))
    def admit(self, which: int, word: str) -> None:
        """Suspend an organisation, or let it pledge again."""
        body = {"reason": "sedang diperiksa"} if word == "suspend" else None
        self.give("planner", f"/v1/stakeholders/{UUID(int=which + 1)}/{word}", body)


def _day(days: int | None) -> str | None:
    return None if days is None else (clock.today() + timedelta(days=days)).isoformat()


def _who(found: Any) -> int:
    """Return which of the people speaks for the organisation of a row."""
    return int(found.stakeholder_id.int - 1)
