"""A worker in a process of its own, to be killed: `python -m tests.shared.exchange.worker_process JSON`."""

import json
import logging
import sys
import time

from sqlalchemy.orm import Session

from shared.events.donations import StakeholderApproved
from shared.events.envelope import Received
from shared.worker import Handler
from tests.prefixed_bus import PrefixedBus
from tests.shared.exchange.side import HANDLERS, Side


def _sleep_for_ever(_session: Session, _events: list[Received]) -> None:
    while True:
        time.sleep(1)


def main() -> None:
    logging.basicConfig(level="INFO", stream=sys.stderr)
    logging.getLogger("kafka").setLevel("ERROR")
    given = json.loads(sys.argv[1])
    changed = {"HELIX_STALL_SECONDS": str(given["stall_seconds"])}
    side = Side.open(given["service"], given["url"], changed, fresh=False)
    handlers = {
        "none": (),
        "see": HANDLERS,
        "sleep": (Handler((StakeholderApproved,), _sleep_for_ever),),
    }[given["handlers"]]
    side.worker(PrefixedBus(**given["bus"]), handlers=handlers).run_until_stopped()


if __name__ == "__main__":
    main()
