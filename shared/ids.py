"""Identifiers: UUIDv7, so that the order of ids is the order of making."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """Return a fresh UUIDv7."""
    return compat.uuid7()
