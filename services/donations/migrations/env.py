from services.donations.app import SERVICE
from shared.migrations import run

run(SERVICE.db.metadata)
