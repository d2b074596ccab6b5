"""The donations service: start reading here."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext

from services.donations.admission import api as admission
from services.donations.board import api as board_api
from services.donations.board import handlers as board
from services.donations.board import pages as board_pages
from services.donations.contributions import api as contributions
from services.donations.contributions import pages as my_allocations
from services.donations.database import db
from services.donations.endings import api as endings
from services.donations.endings.operations import expire_pledges
from services.donations.fulfilment import api as fulfilment
from services.donations.home import pages as home
from services.donations.my_pledges import pages as my_pledges
from services.donations.pledges import api as pledges
from services.donations.pledging import pages as pledging
from services.donations.receipts import api as receipts
from services.donations.receipts import pages as my_receipts
from services.donations.reservations import handlers as reservations
from services.donations.stakeholders import api as stakeholders
from services.donations.stakeholders import pages as registration
from services.donations.stakeholders.models import ACCOUNTS
from services.donations.stakeholders.queries import find_key
from shared.events.programs import (
    HouseholdChanged,
    HouseholdGraduated,
    HouseholdHeld,
    HouseholdRegistered,
    HouseholdRejected,
    HouseholdReleased,
    HouseholdVerified,
    NeedClosed,
    NeedRecorded,
    VerificationLapsed,
    VisitAssigned,
    VisitCompleted,
)
from shared.service import Service, create_service_app
from shared.settings import Settings, load
from shared.web import Link
from shared.worker import Task

SERVICE = Service(
    name="donations",
    db=db,
    resources=(
        stakeholders.stakeholders,
        stakeholders.keys,
        admission.admission,
        pledges.pledges,
        endings.withdrawals,
        pledges.catalogue,
        fulfilment.allocations,
        contributions.contributions,
        receipts.receipts,
        board_api.gaps,
    ),
    pages=(
        home.pages,
        board_pages.pages,
        pledging.pages,
        my_pledges.pages,
        my_allocations.pages,
        my_receipts.pages,
        registration.pages,
    ),
    navigation=(
        Link(lazy_gettext("Overview"), "home.show_home"),
        Link(lazy_gettext("Needs board"), "board.show_board"),
        Link(lazy_gettext("Make a pledge"), "pledging.begin", roles=("donor",)),
        Link(lazy_gettext("My pledges"), "my_pledges.list_pledges", roles=("donor",)),
        Link(lazy_gettext("Receipts"), "my_receipts.list_receipts", roles=("donor",)),
    ),
    handlers=(*reservations.HANDLERS, *board.HANDLERS),
    # What households lack is counted by programs, which tells what is short; the rest is the officers' business.
    unheard=(
        HouseholdRegistered,
        HouseholdChanged,
        VisitAssigned,
        VisitCompleted,
        HouseholdVerified,
        HouseholdRejected,
        VerificationLapsed,
        HouseholdHeld,
        HouseholdReleased,
        HouseholdGraduated,
        NeedRecorded,
        NeedClosed,
    ),
    tasks=(Task("expire pledges", expire_pledges, every=timedelta(minutes=1)),),
    accounts=ACCOUNTS,
    find_key=find_key,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of the donations service."""
    return create_service_app(SERVICE, settings or load("donations"))
