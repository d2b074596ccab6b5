"""The programs service: start reading here."""

from datetime import timedelta

from flask import Flask

from services.programs.accounts.models import ACCOUNTS
from services.programs.database import db
from services.programs.imports.api import blueprint as imports
from services.programs.imports.operations import work_off as work_off_imports
from services.programs.registry.api import blueprint as households
from shared.events.catalogue import topic_of
from shared.service import Service, create_service_app
from shared.settings import Settings, load
from shared.worker import Task

SERVICE = Service(
    name="programs",
    db=db,
    resources=[households, imports],
    pages=[],
    navigation=(),
    handlers=[],
    tasks=[Task("imports", work_off_imports, timedelta(seconds=5))],
    topics=(topic_of("donations"),),
    accounts=ACCOUNTS,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of the programs service."""
    return create_service_app(SERVICE, settings or load("programs"))
