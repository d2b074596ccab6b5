"""The tables of the built-in log, made by whoever comes first."""

from typing import Any

import psycopg

# Any number: it only has to be the same for all who make the tables.
_LOCK = 0x4845_4C49_58

_TABLES = """
CREATE TABLE IF NOT EXISTS topic (
    name text PRIMARY KEY,
    partitions integer NOT NULL CHECK (partitions > 0)
);
ALTER TABLE topic DROP COLUMN IF EXISTS retention_hours;
CREATE TABLE IF NOT EXISTS log_head (
    topic text NOT NULL REFERENCES topic,
    part integer NOT NULL,
    next_off bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, part)
);
CREATE TABLE IF NOT EXISTS log (
    topic text NOT NULL,
    part integer NOT NULL,
    off bigint NOT NULL,
    key bytea NOT NULL,
    headers bytea NOT NULL,
    value bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, part, off)
);
CREATE TABLE IF NOT EXISTS group_hint (
    consumer text NOT NULL,
    topic text NOT NULL,
    part integer NOT NULL,
    next_off bigint NOT NULL,
    PRIMARY KEY (consumer, topic, part)
);
"""


def ensure_tables(connection: psycopg.Connection[Any]) -> None:
    """Make the tables if they are not there. Two processes may start at once: the second one waits."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(_TABLES)
