"""The programs service: start reading here."""

from flask import Flask
from flask_babel import lazy_gettext

from services.programs.accounts.models import ACCOUNTS
from services.programs.ageing.operations import BIRTHDAYS
from services.programs.allocating.operations import ALLOCATOR
from services.programs.answers.handlers import HANDLERS
from services.programs.as_cash.operations import MOVE_TO_CASH
from services.programs.assigning.pages import pages as assigning_pages
from services.programs.audit.api import blueprint as audit
from services.programs.audit.pages import pages as audit_pages
from services.programs.casework.api import blueprint as needs
from services.programs.casework.pages import pages as need_pages
from services.programs.database import db
from services.programs.delivery.api import blueprint as deliveries
from services.programs.delivery.pages import pages as delivery_pages
from services.programs.fieldwork.operations import FORGET_DRAFTS
from services.programs.fieldwork.pages import pages as field_pages
from services.programs.gaps.api import blueprint as gaps
from services.programs.gaps.operations import TELL_GAPS
from services.programs.households.pages import pages as household_pages
from services.programs.imports.api import blueprint as imports
from services.programs.imports.operations import IMPORTS
from services.programs.imports.pages import pages as import_pages
from services.programs.policy.api import blueprint as policy
from services.programs.policy.pages import pages as policy_pages
from services.programs.registry.api import blueprint as households
from services.programs.replaying.operations import SEAL
from services.programs.review.api import blueprint as allocations
from services.programs.review.pages import pages as match_pages
from services.programs.trying_out.operations import TRY_OUT
from services.programs.verification.api import blueprint as verification
from services.programs.verification.operations import LAPSE
from services.programs.verification.pages import pages as record_pages
from services.programs.visits.api import blueprint as visits
from services.programs.work.pages import pages as work_pages
from shared.auth.principal import OFFICERS
from shared.events.donations import StakeholderApproved, StakeholderSuspended
from shared.service import Service, create_service_app
from shared.settings import Settings, load
from shared.web import Link

SERVICE = Service(
    name="programs",
    db=db,
    resources=[
        households,
        imports,
        visits,
        verification,
        audit,
        needs,
        allocations,
        deliveries,
        gaps,
        policy,
    ],
    pages=[
        work_pages,
        field_pages,
        delivery_pages,
        household_pages,
        record_pages,
        assigning_pages,
        need_pages,
        match_pages,
        import_pages,
        policy_pages,
        audit_pages,
    ],
    navigation=(
        Link(lazy_gettext("Work queue"), "work.show_work", roles=OFFICERS),
        Link(lazy_gettext("My work today"), "work.show_work", roles=("tksk",)),
        Link(lazy_gettext("Visits to make"), "fieldwork.show_visits", roles=("tksk",)),
        Link(lazy_gettext("Households"), "household_pages.show_households", roles=OFFICERS),
        Link(lazy_gettext("Matches"), "matches.list_matches", roles=OFFICERS),
        Link(lazy_gettext("Needs"), "need_pages.show_needs", roles=OFFICERS),
        Link(lazy_gettext("Deliveries to make"), "delivery_pages.show_deliveries", roles=("tksk",)),
        Link(lazy_gettext("Imports"), "import_pages.show_imports", roles=("planner", "auditor", "admin")),
        Link(lazy_gettext("Policy"), "policy_pages.show_policy", roles=OFFICERS),
        Link(lazy_gettext("Audit log"), "audit_pages.show_entries", roles=("auditor",)),
    ),
    handlers=HANDLERS,
    # Whose organisation it is does not matter to the match: donations refuses what may not be pledged.
    unheard=(StakeholderApproved, StakeholderSuspended),
    tasks=[
        IMPORTS,
        LAPSE,
        FORGET_DRAFTS,
        BIRTHDAYS,
        ALLOCATOR,
        MOVE_TO_CASH,
        TRY_OUT,
        SEAL,
        TELL_GAPS,
    ],
    accounts=ACCOUNTS,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app of the programs service."""
    return create_service_app(SERVICE, settings or load("programs"))
