"""The stable codes of what can happen to a pledge. Pages put them into words."""

CODES = (
    "pledge_opened",
    "pledge_amended",
    "pledge_withdrawn",
    "pledge_expired",
    "pledge_resumed",
    "allocation_reserved",
    "allocation_approved",
    "allocation_held",
    "allocation_released",
    "contribution_made",
    "contribution_carried_over",
    "left_in_hand",
    "delivery_confirmed",
)

# Why something ended or was refused, as donors may know it. What became of a household is not among them, nor that it
# has got all that the policy lets it have: that amount is public, and so would be what others gave to it.
WHYS = frozenset(
    {
        "withdrawn",
        "expired",
        "vetoed",
        "failed",
        "insufficient",
        "not_open",
        "restricted",
        "suspended",
        "stale",
        "over_cap",
        "wrong_unit",
        "rerouted",
        "displaced",
        "incomplete",
    }
)


def told_why(code: str | None) -> str | None:
    """Return why something ended, as a donor is told: all that is the household's own is one."""
    return code if code is None or code in WHYS else "need_changed"
