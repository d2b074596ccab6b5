"""The bus: one interface, and Apache Kafka or a built-in log behind it."""

from shared.bus.interface import (
    LARGEST_VALUE,
    Bus,
    BusRefused,
    BusUnavailable,
    Consumer,
    Headers,
    Locate,
    Message,
    Part,
    Positions,
    Producer,
    Record,
    Topic,
)
from shared.settings import Settings

__all__ = [
    "LARGEST_VALUE",
    "Bus",
    "BusRefused",
    "BusUnavailable",
    "Consumer",
    "Headers",
    "Locate",
    "Message",
    "Part",
    "Positions",
    "Producer",
    "Record",
    "Topic",
    "connect",
]


def connect(settings: Settings) -> Bus:
    """Return the bus that the settings name. Connections are made when they are first needed."""
    if settings.bus == "builtin":
        from shared.bus.builtin import BuiltinBus

        return BuiltinBus(settings.bus_database_url)
    from shared.bus.kafka import KafkaBus

    return KafkaBus(settings.kafka_bootstrap)
