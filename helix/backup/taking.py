"""Takes a backup of a system that goes on working."""

import shutil
from pathlib import Path

from helix.backup.failure import CannotBackUp
from helix.backup.log_copy import copy_log, ends_of
from helix.backup.manifest import FORMAT, LOG, Manifest, create_private, dump_of, hash_of, write
from helix.backup.moment import Moment, one_moment
from helix.backup.places import Places
from shared import clock
from shared.bus import Bus, BusUnavailable
from shared.bus.topics import all_topics


def take(places: Places, target: Path) -> Moment:
    """Write the databases and the log, all of one moment, into a folder; return the moment.

    Raises CannotBackUp; what was written until then is deleted.
    """
    try:
        target.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise CannotBackUp(f"{target} is there already; a backup gets a folder of its own.") from None
    try:
        return _take(places, target)
    except BaseException as error:
        shutil.rmtree(target)
        if isinstance(error, BusUnavailable):
            raise CannotBackUp("The bus does not answer, and without its log there is no backup.") from error
        raise


def _take(places: Places, target: Path) -> Moment:
    bus = places.connect_bus()
    topics = [topic.name for topic in all_topics(places.any_settings)]
    try:
        with one_moment(places.databases, lambda: ends_of(bus, topics)) as moment:
            taken_at = clock.now().isoformat()
            for service, snapshot in moment.snapshots.items():
                _dump(places, service, snapshot, target)
        _copy(bus, moment, target)
    finally:
        bus.close()
    for file in places.kept:
        with create_private(target / file.name) as copy:
            copy.write(file.read_bytes())
    hashes = {file.name: hash_of(file) for file in sorted(target.iterdir())}
    ends = {
        topic: [end for part, end in sorted(moment.ends.items()) if part.topic == topic] for topic in topics
    }
    write(target, Manifest(FORMAT, taken_at, places.any_settings.bus, ends, hashes))
    return moment


def _dump(places: Places, service: str, snapshot: str, target: Path) -> None:
    arguments = ["--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges"]
    with create_private(target / dump_of(service)) as file:
        places.run("pg_dump", places.databases[service], *arguments, output=file)


def _copy(bus: Bus, moment: Moment, target: Path) -> None:
    with create_private(target / LOG) as file:
        copy_log(bus, moment.ends, file)
