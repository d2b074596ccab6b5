"""PostgreSQL and Apache Kafka on one machine, from their packages."""
