"""`make test-compose`: build docker-compose.yml, start it, use it from end to end, take it down."""

import signal
import sys
import tempfile
import time
from pathlib import Path

from helix.local.kafka import free_ports
from tests.compose import probe, stamp
from tests.compose.containers import Containers, containers_of
from tests.compose.engine import WORK, Engine, Failed, engine

_BEGAN = time.monotonic()


def main(arguments: list[str]) -> int:
    """Run the proof; with --if-changed only where the containers are made otherwise than at the last one."""
    if "--if-changed" in arguments and stamp.is_proven():
        _say("docker-compose.yml: made as when it was last proven; nothing to do")
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        WORK.mkdir(parents=True, exist_ok=True)
        with engine() as found, _folder() as folder:
            _say(f"Docker Engine {found.version()}{' with stand-in images' if found.is_ours else ''}")
            with containers_of(found, Path(folder), free_ports()[0]) as containers:
                _prove(containers, Path(folder))
            how = _how(found)
    except (AssertionError, Failed) as failure:
        _say(f"docker-compose.yml is not proven: {failure}")
        return 1
    stamp.remember(how)
    _say("docker-compose.yml is proven")
    return 0


def _prove(containers: Containers, folder: Path) -> None:
    _say("building ...")
    containers.build()
    _say("starting ...")
    containers.up()
    _say("using it, from a pledge to the dashboard ...")
    helix = probe.signed_in(containers, containers.url, folder)
    delivered = probe.play(helix)
    probe.check_each_worker(containers)
    count = containers.check_each()
    _say(f"Rp{delivered:,} delivered on the dashboard; {count} containers, none started again")
    _say("backing it up, and restoring it into empty volumes ...")
    containers.run("backup", "backup", "/backups/one")
    containers.down()
    containers.up("postgres", "kafka")
    containers.run("backup", "restore", "/backups/one")
    containers.up()
    again = probe.play(helix)
    assert again == delivered + probe.RUPIAH, f"Rp{again:,} delivered after the restore"
    containers.check_each()
    _say(f"Rp{again:,} delivered on the dashboard that was restored")


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=WORK, ignore_cleanup_errors=True)


def _how(found: Engine) -> str:
    images = "with stand-ins for the public images, which were not pulled" if found.is_ours else "as shipped"
    return f"Built, started and used on Docker Engine {found.version()}, {images}."


def _say(sentence: str) -> None:
    sys.stdout.write(f"{time.monotonic() - _BEGAN:5.0f} s  {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
