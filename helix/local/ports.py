"""The ports of one instance."""

import socket
from collections.abc import Iterable

from helix.local.failure import CannotRun


def require_free(ports: Iterable[int], *, port_base: int) -> None:
    """Raise CannotRun, naming the port, if one is taken."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise CannotRun(
                    f"Port {port} is taken by another program; stop it, or move Helix elsewhere, for example with"
                    f" PORT_BASE={port_base + 1000}."
                ) from None
