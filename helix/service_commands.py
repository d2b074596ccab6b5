"""The commands that every service has, and those it brings itself."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from shared import settings as settings_module
from shared.settings import Settings


class ServiceGroup(click.Group):
    """`helix <service> ...`. The service's code is imported only when one of its commands is asked for."""

    def __init__(self, service: str) -> None:
        super().__init__(service, help=f"The {service} service.", callback=self._load_settings)
        self.service = service
        for command in (web, worker, migrate, dead_letters):
            self.add_command(command)

    @staticmethod
    def _load_settings() -> None:
        context = click.get_current_context()
        context.obj = settings_module.load(context.info_name or "")

    def _own(self) -> dict[str, click.Command]:
        brought: tuple[click.Command, ...] = _module(self.service, "cli").COMMANDS
        return {str(command.name): command for command in brought}

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
@click.pass_obj
def worker(settings: Settings) -> None:
    """Publish this service's events, apply those of the others, run its periodic tasks."""
    from helix.worker_process import run_worker

    app_module = _module(settings.service, "app")
    run_worker(app_module.SERVICE, app_module.create_app(settings), settings)


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the service's database to its newest version."""
    from shared.migrations import upgrade

    folder = Path(str(_module(settings.service, "app").__file__)).parent / "migrations"
    upgrade(settings.database_url, folder)


@click.group("dead-letters")
def dead_letters() -> None:
    """The events that this service could not take."""


@dead_letters.command("list")
@click.pass_obj
def list_dead_letters(settings: Settings) -> None:
    """List them: where each came from and why it was put aside."""
    from helix.dead_letters import list_all

    list_all(settings)


@dead_letters.command("show")
@click.argument("position")
@click.pass_obj
def show_dead_letter(settings: Settings, position: str) -> None:
    """Show the one at POSITION (partition:offset, as listed)."""
    from helix.dead_letters import show

    show(settings, position)


@dead_letters.command("redrive")
@click.argument("positions", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="every one that is listed")
@click.pass_obj
def redrive_dead_letters(settings: Settings, positions: tuple[str, ...], everything: bool) -> None:
    """Hand those at POSITIONS to this service once more."""
    from helix.dead_letters import redrive

    redrive(settings, positions, everything=everything)
