"""The process that speaks with the bus: it publishes the outbox, applies events and runs tasks."""

from shared.worker.handler import Handler, Task

__all__ = ["Handler", "Task"]
