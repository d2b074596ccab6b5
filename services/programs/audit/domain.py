"""The chain: each line's digest covers the line and the digest before it."""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

BEGINNING = bytes(32)


@dataclass(frozen=True, slots=True)
class Line:
    """What an audit entry says."""

    seq: int
    id: UUID
    at: datetime
    actor: str
    action: str
    household: UUID | None
    why: str
    request_id: str | None


def digest(key: bytes, before: bytes, line: Line) -> bytes:
    """Return the HMAC-SHA256 of a line and the digest before it."""
    said = [
        line.seq,
        str(line.id),
        line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        line.actor,
        line.action,
        str(line.household) if line.household else None,
        line.why,
        line.request_id,
    ]
    return hmac.digest(key, before + json.dumps(said, ensure_ascii=False).encode(), "sha256")
