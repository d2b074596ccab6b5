"""Reporting: how far 0 % is. Start reading here."""

from datetime import timedelta

from flask import Flask

from services.reporting.dashboard.pages import NAVIGATION, pages
from services.reporting.database import db
from services.reporting.funding.api import blueprint as funding
from services.reporting.gaps.api import blueprint as gaps
from services.reporting.indicators.api import blueprint as indicators
from services.reporting.progress.api import blueprint as progress
from services.reporting.projections.handlers import HANDLERS, UNHEARD
from services.reporting.projections.operations import forget_minutes
from services.reporting.trend.api import blueprint as trend
from shared.service import Service, create_service_app
from shared.settings import Settings, load
from shared.worker import Task

SERVICE = Service(
    name="reporting",
    db=db,
    resources=(progress, funding, gaps, trend, indicators),
    pages=(pages,),
    navigation=NAVIGATION,
    handlers=HANDLERS,
    unheard=UNHEARD,
    tasks=(Task("forget_minutes", forget_minutes, timedelta(hours=1)),),
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the Flask app of this service."""
    return create_service_app(SERVICE, settings or load("reporting"))
