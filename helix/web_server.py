"""gunicorn, started from the settings."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gunicorn.app.base import BaseApplication
from gunicorn.http import errors

from shared.settings import Settings
from shared.telemetry.logs import configure_logs

# Under a container's limit, gunicorn's heartbeat file must not wait for a disk.
_MEMORY_FOLDER = "/dev/shm"  # noqa: S108 - only a heartbeat file without content is put there


class WebServer(BaseApplication):  # type: ignore[misc]
    """One service's web processes, each with its threads."""

    def __init__(
        self,
        make_app: Callable[[], Any],
        settings: Settings,
        *,
        bind: str | None,
        threads: int,
        processes: int,
    ) -> None:
        self._make_app = make_app
        self._settings = settings
        self._options = {
            # Where titles can be set, what the processes are called from outside.
            "proc_name": f"helix {settings.service} web",
            "bind": [bind or str(urlsplit(settings.public_url).netloc)],
            "workers": processes,
            "threads": threads,
            "worker_class": "helix.web_worker.WebWorker",
            "worker_tmp_dir": _MEMORY_FOLDER if Path(_MEMORY_FOLDER).is_dir() else None,
            "graceful_timeout": 10,
            "keepalive": 5,
            "loglevel": settings.log_level.lower(),
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the app, in the process that will answer."""
        configure_logs(self._settings.service, self._settings.log_level)
        return _telling_broken_bodies(self._make_app())


def _telling_broken_bodies(app: Callable[..., Any]) -> Callable[..., Any]:
    """Return the app behind a body that breaks as WSGI foresees it."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        return app(environ, start_response)

    return answer


class _Body:
    """A request's body to the app: what breaks in it is the sender's fault, told as OSError and not as a bug."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int | None = None) -> bytes:
        """Read some of it, or all."""
        return self._sound(self._body.read, size)

    def readline(self, size: int | None = None) -> bytes:
        """Read up to the end of a line."""
        return self._sound(self._body.readline, size)

    def __iter__(self) -> Iterator[bytes]:
        """Read it line by line."""
        return iter(self.readline, b"")

    def _sound(self, read: Callable[[int | None], bytes], size: int | None) -> bytes:
        try:
            return read(size)
        except errors.ParseException as error:
            raise OSError("the body is broken") from error
