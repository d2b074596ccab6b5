"""The topics: made once, before anyone reads or writes."""

from shared import bus
from shared.bus import Topic
from shared.events.catalogue import dead_letter_topic_of, redrive_topic_of, topic_of
from shared.settings import SERVICES, Settings


def apply(settings: Settings) -> list[str]:
    """Make each service's topic, and those of its dead letters and redrives; return the names of those made."""
    found = [
        Topic(name, settings.partitions, settings.replication, settings.retention_hours)
        for service in SERVICES
        for name in (topic_of(service), dead_letter_topic_of(service), redrive_topic_of(service))
    ]
    connection = bus.connect(settings)
    try:
        return connection.ensure_topics(found)
    finally:
        connection.close()
