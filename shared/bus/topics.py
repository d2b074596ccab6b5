"""The topics there are to be, by the settings."""

from shared.bus.interface import LARGEST_LETTER, Topic
from shared.events.catalogue import dead_letter_topic_of, redrive_topic_of, topic_of
from shared.settings import SERVICES, Settings


def all_topics(settings: Settings) -> list[Topic]:
    """Return every topic: each service's events, and what it could not take and takes again.

    The topics around dead letters have one partition: they are small, and read in the order of failure.
    """
    replication = settings.replication
    events = [Topic(topic_of(service), settings.partitions, replication) for service in SERVICES]
    aside = [
        Topic(name(service), 1, replication, LARGEST_LETTER)
        for service in SERVICES
        for name in (dead_letter_topic_of, redrive_topic_of)
    ]
    return events + aside
