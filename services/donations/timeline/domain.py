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
