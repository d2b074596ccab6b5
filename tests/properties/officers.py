"""What officers and social workers do, at random."""

import io
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from services.programs.trying_out.operations import TRY_OUT
from shared import clock
from tests.programs.files import row, write
from tests.programs.people import household, member, result
from tests.properties.rules import FRACTION, NUMBER, VILLAGES, Steps, step

DECILE = st.sampled_from((1, 1, 2, 5))
NEEDS = (
    {"category": "food", "quantity": 600, "unit": "IDR"},
    {"category": "health", "quantity": 250, "unit": "IDR", "urgency": 5},
    {"category": "housing_repair", "quantity": 500, "unit": "IDR", "indivisible": True},
    {"category": "food", "quantity": 7, "unit": "kg", "item": "rice"},
    {"category": "housing_repair", "quantity": 4, "unit": "sheet", "item": "roof_sheet", "indivisible": True},
)
NEED = st.integers(0, len(NEEDS) - 1)
THRESHOLDS = st.sampled_from(((300, 600), (1, 1), (60_000, 100_000), (5_000_000, 20_000_000)))
_KEYS = ["decile", "score", "urgency", "waiting", "verified_at"]
ORDER = st.sampled_from(
    (
        {"tiers": [1, 4], "fair_between_villages": False, "order": _KEYS},
        {"tiers": [], "fair_between_villages": False, "order": _KEYS[::-1]},
        {"tiers": [2], "fair_between_villages": True, "order": ["urgency"]},
    )
)
BOUND = st.sampled_from((("contributed", "told"), ("contributed", "reserved"), ("reserved", "reserved")))
CAP = st.sampled_from((None, None, 700, 120_000))
PERSON = st.integers(0, 2)
_LIVE = "SELECT id, pledge_id, quantity FROM allocation WHERE stage IN ('proposed', 'reserved') ORDER BY id"


class Officers(Steps):
    """The commands of programs, each over HTTP by who may give it."""

    def __init__(self) -> None:
        super().__init__()
        # By which number a household was registered, so that a file may speak of it.
        self.numbers: dict[str, int] = {}

    def ask(self, who: str | int, path: str, body: Any = None, method: str = "POST", **more: Any) -> Any:
        """Ask programs for something."""
        return self.world.ask("programs", who, method, path, body, **more)

    @step(
        desa=st.sampled_from(VILLAGES), decile=DECILE, needs=st.sets(NEED, max_size=3), verified=st.booleans()
    )
    def register(self, desa: str, decile: int, needs: set[int], verified: bool) -> None:
        """Register a household; or have it visited and verified at once, too."""
        found = self._register(desa, decile)
        if verified:
            self._verify(found, needs)

    def enrol(self, desa: str, decile: int, needs: set[int]) -> None:
        """Register a household, and have it visited and verified."""
        self._verify(self._register(desa, decile), needs)

    def _register(self, desa: str, decile: int) -> str:
        number = self.world.number()
        body = household(
            kk_number=f"3517010101{number:06d}",
            desa=desa,
            decile={"value": decile, "source": "P3KE", "vintage": "2023"},
            members=[member(nik=f"351701410180{number:04d}")],
        )
        answer = self.ask("planner", "/v1/households", body)
        assert answer.status_code == 201, answer.text
        found = str(answer.json["id"])
        self.numbers[found] = number
        return found

    def _verify(self, found: str, needs: set[int]) -> None:
        self._visit(found, needs, "found")
        self.ask(1, f"/v1/households/{found}/decision", {"decision": "verify", "reason": "ya"})

    def _visit(self, found: str, needs: set[int], outcome: str) -> None:
        self.ask("verifier", f"/v1/households/{found}/visits", {})
        visit = self.pick(
            "programs", 0, "SELECT id FROM visit WHERE household_id = :id AND status = 'assigned'", id=found
        )
        stated = [NEEDS[need] for need in sorted(needs)] if outcome == "found" else []
        told = result(outcome=outcome, needs=stated, client_id=str(visit.id))
        if outcome != "found":
            told["answers"] = {}
        self.ask("tksk", f"/v1/visits/{visit.id}/result", told)

    @step(
        which=NUMBER,
        needs=st.sets(NEED, max_size=1),
        outcome=st.sampled_from(("found", "found", "not_found", "moved")),
    )
    def visit(self, which: int, needs: set[int], outcome: str) -> None:
        """Visit a household again."""
        if found := self.pick("programs", which, "SELECT id FROM household ORDER BY id"):
            self._visit(str(found.id), needs, outcome)

    @step(
        which=NUMBER,
        word=st.sampled_from(("verify", "reject", "graduate")),
        days=st.sampled_from((1, 30, 365)),
    )
    def decide(self, which: int, word: str, days: int) -> None:
        """Decide what a visit means."""
        found = self.pick(
            "programs",
            which,
            "SELECT household_id AS id FROM visit WHERE status = 'completed'"
            " AND NOT EXISTS (SELECT FROM decision WHERE visit_id = visit.id) ORDER BY id",
        )
        if found:
            body: dict[str, Any] = {"decision": word, "reason": "ya"}
            if word == "verify":
                body["valid_until"] = (clock.today() + timedelta(days=days)).isoformat()
            self.ask(1, f"/v1/households/{found.id}/decision", body)

    @step(which=NUMBER, held=st.booleans())
    def hold_or_release(self, which: int, held: bool) -> None:
        """Stop everything for a household, or let it go on."""
        found = self.pick(
            "programs", which, "SELECT id FROM household WHERE held = :held ORDER BY id", held=not held
        )
        if found:
            word = "hold" if held else "release"
            self.ask("verifier", f"/v1/households/{found.id}/{word}", {"reason": "data_in_doubt"})

    @step(which=NUMBER, desa=st.sampled_from(VILLAGES), decile=DECILE, disabled=st.booleans())
    def import_file(self, which: int, desa: str, decile: int, disabled: bool) -> None:
        """Bring a file in: one household moves, or is another than was thought; and a new one comes."""
        known = self.pick("programs", which, "SELECT id FROM household ORDER BY id")
        rows = [self._row(self.world.number(), desa, decile, disabled)]
        if known and str(known.id) in self.numbers:
            rows.append(self._row(self.numbers[str(known.id)], desa, decile, disabled))
        file = {"file": (io.BytesIO(write(rows)), "registri.csv")}
        self.ask("planner", "/v1/imports", data=file)

    def _row(self, number: int, desa: str, decile: int, disabled: bool) -> dict[str, str]:
        return row(
            id_keluarga=f"K{number}",
            no_kk=f"3517010101{number:06d}",
            nik=f"351701410180{number:04d}",
            kode_desa=desa,
            desil=str(decile),
            atribut="disability" if disabled else "",
        )

    @step(2, which=NUMBER, need=NEED)
    def record_need(self, which: int, need: int) -> None:
        """Record a need."""
        if found := self.pick("programs", which, "SELECT id FROM household ORDER BY id"):
            self.ask("tksk", f"/v1/households/{found.id}/needs", NEEDS[need])

    @step(which=NUMBER, word=st.sampled_from(("close", "as-cash")))
    def end_need(self, which: int, word: str) -> None:
        """Close a need, or move what is open of it into rupiah."""
        found = self.pick("programs", which, "SELECT id FROM need WHERE closed_at IS NULL ORDER BY id")
        if found:
            self.ask(
                "verifier", f"/v1/needs/{found.id}/{word}", {"reason": "cukup"} if word == "close" else {}
            )

    @step(3, which=NUMBER, word=st.sampled_from(("approve", "approve", "hold", "veto")), who=PERSON)
    def judge(self, which: int, word: str, who: int) -> None:
        """Say something to a match."""
        if found := self.pick("programs", which, _LIVE):
            self.ask(who, f"/v1/allocations/{found.id}/{word}", {"reason": "kata petugas"})

    @step(thresholds=THRESHOLDS, days=st.sampled_from((None, 3)), order=ORDER, bound=BOUND, cap=CAP)
    def adopt_policy(
        self, thresholds: tuple[int, int], days: int | None, order: Any, bound: Any, cap: int | None
    ) -> None:
        """Change the policy: one person drafts, another adopts."""
        body = order | {
            "rerouted_until": bound[0],
            "displaced_until": bound[1],
            "approval_threshold_idr": thresholds[0],
            "second_person_threshold_idr": thresholds[1],
            "household_cap_idr": cap,
            "cash_after_days": days,
        }
        tag = self.ask("planner", "/v1/policy", method="GET").headers["ETag"]
        drafted = self.ask("planner", "/v1/policy", body, "PUT", headers={"If-Match": tag})
        while self.world.programs.parts.run_task(TRY_OUT):
            pass
        draft = {"If-Match": drafted.headers["ETag"]}
        adopted = self.ask("approver", "/v1/policy/draft/adopt", headers=draft)
        assert adopted.status_code == 200, adopted.text

    @step(
        5,
        which=NUMBER,
        part=FRACTION,
        outcome=st.sampled_from(("delivered", "delivered", "delivered", "failed")),
    )
    def hand_over(self, which: int, part: float, outcome: str) -> None:
        """Hand over what is paid, or a part of it; or fail to."""
        found = self.pick(
            "programs",
            which,
            "SELECT id, contributed - delivered AS ready FROM allocation"
            " WHERE stage IN ('proposed', 'reserved') AND contributed > delivered ORDER BY id",
        )
        if found:
            body = {
                "allocation": str(found.id),
                "client_id": f"d{self.world.number()}",
                "quantity": max(1, int(found.ready * part)),
                "handed_over_at": clock.now().isoformat(),
                "outcome": outcome,
                "reason": "tidak di rumah" if outcome == "failed" else None,
            }
            self.ask("tksk", "/v1/deliveries", body)
