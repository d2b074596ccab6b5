"""What a worker counts. Each name is declared here once."""

from prometheus_client import Counter, Gauge, Histogram

APPLIED = Counter("helix_events_applied", "Events that took effect.", ("service",))
DUPLICATES = Counter(
    "helix_events_duplicate", "Events dropped because they had taken effect before.", ("service",)
)
DEAD_LETTERS = Counter("helix_dead_letters", "Events put aside, by reason.", ("service", "reason"))
BATCH_SECONDS = Histogram("helix_batch_seconds", "How long a batch's transaction took.", ("service",))
RETRIES = Counter(
    "helix_batch_retries",
    "Batches tried again: transient failure or another worker took over.",
    ("service", "cause"),
)
LAG = Gauge(
    "helix_lag", "Records that wait in a partition this worker holds.", ("service", "topic", "partition")
)
PUBLISHED = Counter("helix_outbox_published", "Events taken from the outbox to the bus.", ("service",))
OUTBOX_ROWS = Gauge("helix_outbox_rows", "Events that wait in the outbox.", ("service",))
OUTBOX_AGE = Gauge("helix_outbox_age_seconds", "Age of the oldest event in the outbox.", ("service",))
PUT_OFF = Gauge(
    "helix_markets_put_off",
    "Markets that wait as their turn failed, or could write nothing twice.",
    ("service",),
)
TASK_SECONDS = Histogram("helix_task_seconds", "How long a run of a periodic task took.", ("service", "task"))
