"""A service's worker process, put together from its settings."""

import logging

from prometheus_client import start_http_server
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from shared import bus
from shared.bus import BusRefused
from shared.database import engine_options, sqlalchemy_url
from shared.service import Service
from shared.settings import Settings
from shared.telemetry.logs import configure_logs
from shared.worker import Worker
from shared.worker.faults import MostlyPoison

_log = logging.getLogger(__name__)


def run_worker(
    service: Service, settings: Settings, *, metrics_port: int | None, puts_all_aside: bool
) -> int:
    """Work until stopped; return the exit code: 1 where a person must look first."""
    configure_logs(settings.service, settings.log_level)
    if metrics_port is not None:
        start_http_server(metrics_port)
    engine = create_engine(sqlalchemy_url(settings.database_url), **engine_options())
    connection = bus.connect(settings)
    worker = Worker(
        settings,
        sessionmaker(bind=engine, class_=Session, expire_on_commit=False),
        connection,
        handlers=service.handlers,
        tasks=service.tasks,
    )
    if puts_all_aside:
        worker.put_all_aside()
    try:
        worker.run_until_stopped()
    except (MostlyPoison, BusRefused) as error:
        _log.error("the worker stops: %s", error)
        return 1
    finally:
        connection.close()
        engine.dispose()
    return 0
