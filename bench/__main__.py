"""`python -m bench`: measure, and print what was measured on which machine."""

import os
import platform

from bench import exchange, reading, start


def main() -> None:
    """Run every measurement and print it."""
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    start.measure()
    exchange.measure()
    reading.measure()


if __name__ == "__main__":
    main()
