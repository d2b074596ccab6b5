"""Ends connections of processes that take no answer any more: stopped in the middle, or their machine is gone.

PostgreSQL ends by itself who is silent between two statements, or inside a transaction. It does not end who
has asked, or is to be notified, and does not take what it is told: what such a process holds, others would
wait for without end. So whoever works beside it looks from time to time.
"""

import psycopg

# How long a process may be silent before what it holds is taken from it. No statement may take longer.
SILENCE_SECONDS = 30

# Connections that hold locks others wait for. A backup, or a person who looks, may be slow to read.
APPLICATION = "helix"

_END_DEAF = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND application_name = %(application)s
      AND wait_event = 'ClientWrite'
      AND state_change < clock_timestamp() - make_interval(secs => %(seconds)s)
"""


def end_deaf(connection: psycopg.Connection) -> int:
    """End those on the same database that have taken nothing for so long; return how many."""
    row = connection.execute(_END_DEAF, {"application": APPLICATION, "seconds": SILENCE_SECONDS}).fetchone()
    return row[0] if row else 0
