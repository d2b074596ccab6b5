"""The topics: made once, before anyone reads or writes."""

from shared import bus
from shared.bus.topics import all_topics
from shared.settings import Settings


def apply(settings: Settings) -> list[str]:
    """Make every topic that is missing; return the names of those made."""
    connection = bus.connect(settings)
    try:
        return connection.ensure_topics(all_topics(settings))
    finally:
        connection.close()
