"""The one place the time comes from, so that a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Jakarta")

_offset = timedelta(0)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC) + _offset


def today() -> date:
    """Return the present day where the households live (Asia/Jakarta)."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """Return the day of an instant where the households live."""
    return instant.astimezone(LOCAL_ZONE).date()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Move the clock of this process by an interval, for the length of a `with` block."""
    global _offset  # noqa: PLW0603 - one clock a process is the point of this module
    before, _offset = _offset, _offset + by
    try:
        yield
    finally:
        _offset = before
