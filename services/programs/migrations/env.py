from services.programs.app import SERVICE
from shared.migrations import run

run(SERVICE.db.metadata)
