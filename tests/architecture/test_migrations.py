"""A migration runs while the version before still answers (docs/operations.md): it adds, and takes nothing away."""

import re
from pathlib import Path

from shared.settings import SERVICES

ROOT = Path(__file__).parents[2]

# What the code before would trip over: what it reads is gone, or what it does not write is demanded.
_TAKES_AWAY = re.compile(
    r"drop_column\(|drop_table\(|rename_table\(|new_column_name|server_default=None|alter_column\([^)]*nullable=False"
    r"|DROP COLUMN|DROP TABLE|RENAME|SET NOT NULL"
)
# Those that came before the rule. One that takes away what a released version no longer uses is added here,
# with the sentence in operations.md that says so.
NOT_BESIDE_THE_VERSION_BEFORE = {
    "donations": {"0002", "0003", "0004", "0006", "0009"},
    "programs": {"0003", "0004", "0009", "0012", "0013", "0018"},
    "reporting": {"0002"},
}


def test_a_migration_takes_nothing_away_from_the_version_that_still_answers() -> None:
    found = {
        service: {
            file.name[:4]
            for file in (ROOT / "services" / service / "migrations" / "versions").glob("*.py")
            if _TAKES_AWAY.search(file.read_text())
        }
        for service in SERVICES
    }
    assert found == NOT_BESIDE_THE_VERSION_BEFORE
