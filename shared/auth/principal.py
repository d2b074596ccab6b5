"""Who is asking: a person, a portal, or the public."""

from dataclasses import dataclass, field
from uuid import UUID

from flask import g, has_request_context

ROLES = ("donor", "tksk", "verifier", "approver", "planner", "auditor", "admin")
OFFICERS = ("verifier", "approver", "planner", "auditor", "admin")

# What an API key may be allowed; a portal gets what it was given and nothing else. Whoever may write
# something may read it.
SCOPES = ("pledges:read", "pledges:write", "contributions:write")


def allowing(scope: str) -> tuple[str, ...]:
    """Return the scopes each of which allows what asks for this one: itself, and that of writing the same."""
    writing = scope.replace(":read", ":write")
    return (scope, writing) if writing != scope else (scope,)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity was proven.

    `id` is an account's or key's id, never a name. `area` limits to one area and what lies in
    it; `stakeholder` limits to what one organisation owns. None in both means no such limit.
    """

    id: str
    roles: frozenset[str]
    area: str | None = None
    stakeholder: UUID | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    display_name: str = ""

    def has(self, *roles: str) -> bool:
        """Tell whether the caller holds one of the roles."""
        return not self.roles.isdisjoint(roles)

    def may(self, scope: str) -> bool:
        """Tell whether a scope of the caller's key allows what asks for this one."""
        return not self.scopes.isdisjoint(allowing(scope))


PUBLIC = Principal(id="public", roles=frozenset())


def acting() -> str:
    """Return the id of who acts: the caller's, or `system` in a task of a worker."""
    caller = current_principal()
    return "system" if caller is PUBLIC else caller.id


def current_principal() -> Principal:
    """Return the caller of this request; the public where nobody signed in."""
    if not has_request_context():
        return PUBLIC
    principal: Principal = g.get("principal", PUBLIC)
    return principal
