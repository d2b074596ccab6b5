"""The proof of docker-compose.yml: built, started, used from a pledge to the dashboard, taken down."""
