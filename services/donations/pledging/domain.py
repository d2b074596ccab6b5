"""The steps of the form, and which question is asked in which."""

STEPS = ("what", "whom", "when")

FIELDS: dict[str, tuple[str, ...]] = {
    "what": ("what", "quantity"),
    "whom": ("areas", "categories", "attributes", "max_decile", "cap_per_household", "minimum_grant"),
    "when": ("opens_on", "expires_on", "fund", "zakat", "strategy", "reference"),
}

# Which question a fault of the rules belongs to, where it is not named like the place of the fault.
QUESTION_OF = {"/resource/item": "what", "/resource/unit": "what"}


def next_of(step: str) -> str:
    """Return the step behind one; behind the last the answers are checked."""
    later = STEPS[STEPS.index(step) + 1 :]
    return later[0] if later else "check"


def previous_of(step: str) -> str | None:
    """Return the step before one."""
    place = STEPS.index(step)
    return STEPS[place - 1] if place else None
