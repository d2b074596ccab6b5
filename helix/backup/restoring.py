"""Restores a backup into an empty place: nothing runs there yet, and nothing is there."""

from dataclasses import replace
from pathlib import Path

import psycopg

from helix.backup.failure import CannotBackUp
from helix.backup.log_copy import ends_of, fill_log
from helix.backup.manifest import LOG, Manifest, dump_of
from helix.backup.places import Places
from shared.bus import Bus
from shared.bus.topics import all_topics

_TABLES = """
    SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
"""


def restore(places: Places, source: Path, manifest: Manifest) -> None:
    """Restore the databases and the log; raise CannotBackUp, before anything is written where it is not empty."""
    bus = places.connect_bus()
    try:
        for service, url in places.databases.items():
            _require_empty(service, url)
        _make_topics(places, bus, manifest)
        for service, url in places.databases.items():
            arguments = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
            database = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
            places.run("pg_restore", url, *arguments, f"--dbname={database}", str(source / dump_of(service)))
        fill_log(bus, manifest.parts, source / LOG)
    finally:
        bus.close()


def _require_empty(service: str, url: str) -> None:
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(_TABLES).fetchone()
    if row and row[0]:
        raise CannotBackUp(
            f"The database of {service} is not empty; a backup is restored into an empty place."
        )


def _make_topics(places: Places, bus: Bus, manifest: Manifest) -> None:
    """Make the topics with as many partitions as they had: keys stay where they are."""
    wanted = [
        replace(topic, partitions=len(manifest.ends[topic.name]))
        for topic in all_topics(places.any_settings)
        if topic.name in manifest.ends
    ]
    bus.ensure_topics(wanted)
    found = ends_of(bus, [topic.name for topic in wanted])
    if found.keys() != manifest.parts.keys() or any(found.values()):
        raise CannotBackUp("The log is not empty; a backup is restored into an empty place.")
