"""What Alembic runs to migrate this service's database."""

from services.reporting.app import SERVICE
from shared.migrations import run

run(SERVICE.db.metadata)
