"""People who draft, try out and adopt a policy over HTTP."""

from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from services.programs.trying_out.operations import work_out
from tests.programs.scene import Scene

CHANGED: dict[str, Any] = {
    "tiers": [1, 4],
    "fair_between_villages": False,
    "order": ["urgency", "decile", "score", "verified_at"],
    "rerouted_until": "contributed",
    "displaced_until": "told",
    "approval_threshold_idr": 100,
    "second_person_threshold_idr": 1000,
    "household_cap_idr": None,
    "cash_after_days": 30,
}


class PolicyOffice:
    """A planner who drafts, another one and an approver who adopt."""

    def __init__(self, scene: Scene, bearer: Callable[..., dict[str, str]]) -> None:
        self._scene = scene
        self._client = scene.app.test_client()
        self.planner, self.other = bearer(scene.app, "planner"), bearer(scene.app, "planner")
        self.approver = bearer(scene.app, "approver")

    def ask(
        self, method: str, path: str = "", who: dict[str, str] | None = None, tag: str = "", **more: Any
    ) -> TestResponse:
        """Ask for something of the policy."""
        headers = (self.planner if who is None else who) | ({"If-Match": tag} if tag else {})
        return self._client.open(f"/v1/policy{path}", method=method, headers=headers, **more)

    def draft(self, who: dict[str, str] | None = None, tag: str = "", **changes: Any) -> TestResponse:
        """Draft a policy, from the version that holds."""
        return self.ask("PUT", "", who, tag or self.ask("GET").headers["ETag"], json=CHANGED | changes)

    def try_out(self) -> dict[str, Any]:
        """Have the task work out what the draft would change; return that."""
        while self._scene.do(work_out):
            pass
        effect: dict[str, Any] = self.ask("GET", "/draft").get_json()["effect"]
        return effect

    def adopt(self, who: dict[str, str] | None = None, tag: str = "") -> TestResponse:
        """Adopt the draft, as the other planner."""
        tag = tag or self.ask("GET", "/draft").headers["ETag"]
        return self.ask("POST", "/draft/adopt", self.other if who is None else who, tag)

    def withdraw(self, who: dict[str, str] | None = None) -> TestResponse:
        """Withdraw the draft."""
        return self.ask("DELETE", "/draft", who, self.ask("GET", "/draft").headers["ETag"])
