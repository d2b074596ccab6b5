"""The tables that every service's database has: for the exchange of events, and for HTTP.

A service's first migration runs each statement: `for statement in EXCHANGE + IDEMPOTENCY: op.execute(statement)`.
A rebuild runs those of the exchange in its shadow schema, so they name no schema.
"""

EXCHANGE: tuple[str, ...] = (
    # Rows are deleted once they are published, so the table stays small and its order is enough.
    """
    CREATE TABLE outbox (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id uuid NOT NULL UNIQUE,
        topic text NOT NULL,
        key text NOT NULL,
        type text NOT NULL,
        headers json NOT NULL,
        value bytea NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE inbox (
        event_id uuid PRIMARY KEY,
        received_at timestamptz NOT NULL DEFAULT now(),
        aside boolean NOT NULL DEFAULT false
    )
    """,
    # Rows arrive in the order of time: a BRIN index finds the old ones and costs next to nothing.
    "CREATE INDEX ix_inbox_received_at ON inbox USING brin (received_at)",
    """
    CREATE TABLE consumer_offset (
        consumer text NOT NULL,
        topic text NOT NULL,
        part integer NOT NULL,
        next_offset bigint NOT NULL CHECK (next_offset >= 0),
        PRIMARY KEY (consumer, topic, part)
    )
    """,
)

IDEMPOTENCY: tuple[str, ...] = (
    """
    CREATE TABLE idempotency (
        client text NOT NULL,
        key text NOT NULL,
        fingerprint text NOT NULL,
        status integer NOT NULL,
        headers jsonb NOT NULL,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (client, key)
    )
    """,
    "CREATE INDEX ix_idempotency_created_at ON idempotency (created_at)",
)

# One row: what the workers last told of the bus and of what waits. It is no part of a rebuild.
WORKER_STATE: tuple[str, ...] = (
    """
    CREATE TABLE worker_state (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        told_at timestamptz NOT NULL,
        bus_answers boolean NOT NULL,
        lag bigint CHECK (lag >= 0)
    )
    """,
)

# From where who has signed in, so that it outlives a process and is the same to all of them. Neither a
# name nor an address can be read in it.
SIGN_IN: tuple[str, ...] = (
    """
    CREATE TABLE known_place (
        name text NOT NULL,
        address text NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (name, address)
    )
    """,
    "CREATE INDEX ix_known_place_seen_at ON known_place (seen_at)",
)
