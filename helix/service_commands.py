"""The commands that every service has, and those it brings itself."""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from helix.dead_letter_commands import dead_letter_commands
from shared import settings as settings_module
from shared.settings import Settings

_ONLY_ASKS = "helix.only_asks"


class ServiceGroup(click.Group):
    """`helix <service> ...`, or a part of a service that has a name of its own.

    The service's code is imported only when one of its commands is asked for.
    """

    def __init__(self, service: str, part: str | None = None) -> None:
        data = click.Option(
            ["--data"],
            type=click.Path(path_type=Path),
            help="the data folder of one machine on which Helix runs; without it the settings are the environment's",
        )
        about = f"The {part} of the {service} service." if part else f"The {service} service."
        super().__init__(part or service, help=about, params=[data], callback=self._load_settings)
        self.service = service
        self.part = part
        for command in () if part else (web, worker, migrate, dead_letter_commands):
            self.add_command(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command; whoever asks what it does needs no settings."""
        ctx.meta[_ONLY_ASKS] = not {"-h", "--help"}.isdisjoint(args)
        return super().resolve_command(ctx, args)

    def _load_settings(self, data: Path | None) -> None:
        context = click.get_current_context()
        if context.meta[_ONLY_ASKS]:
            return
        if data is None:
            context.obj = settings_module.load(self.service)
            return
        from helix.local.failure import CannotRun
        from helix.local.running import environment_of_running

        try:
            given = environment_of_running(data.resolve())
        except CannotRun as refusal:
            raise click.ClickException(str(refusal)) from refusal
        context.obj = settings_module.load(self.service, given)

    def _own(self) -> dict[str, click.Command]:
        brought = _module(self.service, "cli")
        if self.part is None:
            return {str(command.name): command for command in brought.COMMANDS}
        (group,) = (group for group in brought.PARTS if group.name == self.part)
        return dict(group.commands)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the common commands and of the service's own."""
        return sorted([*super().list_commands(ctx), *self._own()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command; a common one does not need the service's own module."""
        return super().get_command(ctx, cmd_name) or self._own().get(cmd_name)


def _module(service: str, name: str) -> ModuleType:
    return importlib.import_module(f"services.{service}.{name}")


@click.command()
@click.option("--bind", help="host:port; by default those of the service's own address")
@click.option("--threads", type=click.IntRange(1), default=8, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=1, show_default=True)
@click.pass_obj
def web(settings: Settings, bind: str | None, threads: int, processes: int) -> None:
    """Answer HTTP requests (gunicorn)."""
    from helix.web_server import WebServer

    def make_app() -> Any:
        return _module(settings.service, "app").create_app(settings)

    WebServer(make_app, settings, bind=bind, threads=threads, processes=processes).run()


@click.command()
@click.option("--metrics-port", type=int, help="serve this process's measurements there")
@click.option(
    "--put-all-aside",
    is_flag=True,
    help="go on where most events can't be taken; they are in the dead letters. For whoever has looked.",
)
@click.pass_obj
def worker(settings: Settings, metrics_port: int | None, put_all_aside: bool) -> None:
    """Publish this service's events, apply those of the others, run its periodic tasks."""
    from helix.worker_process import run_worker

    service = _module(settings.service, "app").SERVICE
    sys.exit(run_worker(service, settings, metrics_port=metrics_port, puts_all_aside=put_all_aside))


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the service's database to its newest version."""
    from shared.migrations import upgrade

    folder = Path(str(_module(settings.service, "app").__file__)).parent / "migrations"
    upgrade(settings.database_url, folder)
