"""The donations service: start reading here."""

from datetime import timedelta

from flask import Flask

from services.donations.board import handlers as board
from services.donations.board import models as board_models  # noqa: F401 - its tables
from services.donations.contributions import api as contributions
from services.donations.database import db
from services.donations.fulfilment import api as fulfilment
from services.donations.pledges import api as pledges
from services.donations.pledges.operations import expire_pledges
from services.donations.receipts import api as receipts
from services.donations.reservations import handlers as reservations
from services.donations.stakeholders import api as stakeholders
from services.donations.stakeholders.models import ACCOUNTS
from services.donations.stakeholders.queries import find_key
from shared.events.catalogue import topic_of
from shared.events.programs import HouseholdRegistered, VisitAssigned, VisitCompleted
from shared.http import idempotency
from shared.service import Service, create_service_app
from shared.settings import Settings, load
from shared.worker import Task

SERVICE = Service(
    name="donations",
    db=db,
    resources=(
        stakeholders.stakeholders,
        stakeholders.keys,
        pledges.pledges,
        pledges.catalogue,
        fulfilment.allocations,
        contributions.contributions,
        receipts.receipts,
    ),
    pages=(),
    navigation=(),
    handlers=(*reservations.HANDLERS, *board.HANDLERS),
    # A household counts for donors once it is verified; how it came there is the officers' business.
    unheard=(HouseholdRegistered, VisitAssigned, VisitCompleted),
    tasks=(
        Task("expire pledges", expire_pledges, every=timedelta(minutes=1)),
        Task("forget stored answers", idempotency.purge, every=timedelta(hours=1)),
    ),
    topics=(topic_of("programs"),),
    accounts=ACCOUNTS,
    find_key=find_key,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of the donations service."""
    return create_service_app(SERVICE, settings or load("donations"))
