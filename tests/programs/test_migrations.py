"""The tables that the models describe are those that the migrations make."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from services.programs import app
from services.programs.app import SERVICE
from services.programs.vault import vault_of
from shared.database import sqlalchemy_url
from shared.ids import new_id
from shared.settings import Settings

EXCHANGE = {"outbox", "inbox", "consumer_offset", "worker_state"}
SHARED = EXCHANGE | {"idempotency", "known_place", "alembic_version"}


def test_models_and_migrations_agree(database_of: Callable[[str], str]) -> None:
    engine = create_engine(sqlalchemy_url(database_of("programs")))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda found, name, kind, *_: (
                    (name if kind == "table" else found.table.name) not in SHARED
                ),
            },
        )
        differences = compare_metadata(context, SERVICE.db.metadata)
    engine.dispose()
    assert differences == []


def test_what_was_answered_before_is_sealed_and_can_still_be_read(
    make_database: Callable[[], str], settings_of: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of("programs")
    monkeypatch.setattr("shared.settings.load", lambda _service: settings)
    url, visit, said = make_database(), new_id(), {"people": 5, "note": "Rumah biru."}
    _upgrade(url, "0011")
    engine = create_engine(sqlalchemy_url(url))
    with engine.begin() as connection:
        # Who lives there is not needed for it.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(_OLD_VISIT, {"id": visit, "household": new_id(), "answers": json.dumps(said)})
    _upgrade(url, "0012")
    with engine.connect() as connection:
        sealed = connection.execute(text("SELECT answers FROM visit")).scalar_one()
    engine.dispose()
    assert b"Rumah" not in sealed
    assert json.loads(vault_of(settings).open(visit, "answers", sealed)) == said


def test_what_is_unfinished_is_so_since_its_last_turn(make_database: Callable[[], str]) -> None:
    url = make_database()
    _upgrade(url, "0021")
    engine = create_engine(sqlalchemy_url(url))
    with engine.begin() as connection:
        for market, unfinished in (("IDR", True), ("rice:kg", False)):
            connection.execute(_OLD_KEEPER, {"market": market, "unfinished": unfinished, "id": new_id()})
    _upgrade(url, "0022")
    with engine.connect() as connection:
        known = connection.execute(
            text("SELECT unfinished, unfinished_since = settled_at FROM market_keeper")
        )
        found = {tuple(row) for row in known}
    engine.dispose()
    assert found == {(True, True), (False, None)}


_OLD_KEEPER = text("""
    INSERT INTO market_keeper (market, worker, turn, settled_at, unfinished)
    VALUES (:market, :id, :id, now(), :unfinished)
""")
_OLD_VISIT = text("""
    INSERT INTO visit (id, household_id, desa, status, assigned_by, created_at, completed_at, client_id,
        visited_by, visited_at, outcome, answers, needs_recorded)
    VALUES (:id, :household, '35.17.01.2001', 'completed', 'a', now(), now(), 'c', 'v', now(), 'found',
        CAST(:answers AS jsonb), 0)
""")


def _upgrade(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(str(app.__file__)).parent / "migrations"))
    config.attributes["database_url"] = url
    command.upgrade(config, revision)
