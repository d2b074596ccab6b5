"""Who read or changed a person's record: append-only and chained."""
