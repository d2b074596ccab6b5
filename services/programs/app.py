"""The programs service: start reading here."""

from flask import Flask

from services.programs.accounts.models import ACCOUNTS
from services.programs.database import db
from services.programs.registry.api import blueprint as households
from shared.events.catalogue import topic_of
from shared.service import Service, create_service_app
from shared.settings import Settings, load

SERVICE = Service(
    name="programs",
    db=db,
    resources=[households],
    pages=[],
    navigation=(),
    handlers=[],
    tasks=[],
    topics=(topic_of("donations"),),
    accounts=ACCOUNTS,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of the programs service."""
    return create_service_app(SERVICE, settings or load("programs"))
