"""The process that speaks with the bus: it publishes the outbox, applies events and runs tasks."""

from shared.worker.handler import Handler, Task
from shared.worker.worker import Worker, tune_process

__all__ = ["Handler", "Task", "Worker", "tune_process"]
