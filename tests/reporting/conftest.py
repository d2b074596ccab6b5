"""Reporting, and events for it."""

from collections.abc import Callable

import pytest
from flask import Flask

from services.reporting.database import db
from services.reporting.projections.operations import apply_events
from shared.events.envelope import Received


def fold(app: Flask, events: list[Received], batch: int = 500) -> None:
    """Apply the events in batches, each in one transaction."""
    with app.app_context():
        for start in range(0, len(events), batch):
            apply_events(db.session(), events[start : start + batch])
            db.session.commit()


@pytest.fixture
def reporting(make_app: Callable[..., Flask]) -> Flask:
    """Reporting on a fresh database."""
    return make_app("reporting")


@pytest.fixture(name="fold")
def fold_fixture() -> Callable[..., None]:
    """Return the function that applies events in batches, each in one transaction."""
    return fold
