"""`python -m bench [name ...]`: measure, and print what was measured on which machine.

A name is a module of this package whose `measure()` returns the lines of one table.
"""

import os
import platform
import sys
import time
from importlib import import_module

from bench.result import table

NAMES = (
    "start",
    "worker",
    "relay",
    "records",
    "replay",
    "hop",
    "frameworks",
    "journey",
    "accepting",
    "reading",
    "matching",
)


def main() -> None:
    """Run the measurements that are named, or all, and print a table of each."""
    names = sys.argv[1:] or NAMES
    unknown = set(names) - set(NAMES)
    if unknown:
        raise SystemExit(f"there is no {', '.join(sorted(unknown))}; there are: {' '.join(NAMES)}")
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    for name in names:
        began = time.monotonic()
        results = list(import_module(f"bench.{name}").measure() or ())
        print(f"\n## {name} ({time.monotonic() - began:.0f} s)\n\n{table(results)}", flush=True)


if __name__ == "__main__":
    main()
