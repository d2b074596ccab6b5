"""Rules of taking part: what a status allows, and what an API key looks like."""

import hashlib
import hmac

from shared.errors import Conflict, Forbidden

STATUSES = ("pending", "approved", "suspended")
KEY_PREFIX = "hlx_live_"

# So many characters of a key are shown afterwards: enough to tell keys apart, too few to guess one.
_SHOWN = len(KEY_PREFIX) + 8
_LONGEST_KEY = 200


def require_approved(status: str) -> None:
    """Refuse what only an approved organisation may do."""
    if status == "pending":
        raise Forbidden("not_approved", "Your organisation is not approved yet.")
    if status == "suspended":
        raise Forbidden("suspended", "Your organisation is suspended. Ask the planning office.")


def require_active(status: str) -> None:
    """Refuse to hand out a key for an organisation that may not use it."""
    if status != "approved":
        raise Conflict(
            "not_approved", "Only an approved organisation gets a key.", extra={"stakeholder_status": status}
        )


def is_key(bearer: str) -> bool:
    """Tell whether a bearer is shaped like one of our keys."""
    return bearer.startswith(KEY_PREFIX) and _SHOWN < len(bearer) <= _LONGEST_KEY and bearer.isascii()


def shown_part(key: str) -> str:
    """Return the part of a key that may be shown."""
    return key[:_SHOWN]


def digest(key: str) -> bytes:
    """Return what is stored of a key. It has 256 random bits, so a plain hash can't be searched."""
    return hashlib.sha256(key.encode()).digest()


def proves(key: str, stored: bytes) -> bool:
    """Tell, in constant time, whether a key is the one of a stored digest."""
    return hmac.compare_digest(digest(key), stored)
