#!/usr/bin/env bash
# Runs once, when the server's folder is made: a database and its owner for each service.
set -euo pipefail

make_database() {
    psql -v ON_ERROR_STOP=1 --username postgres -v name="$1" -v password="$2" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

make_database helix_donations "$DONATIONS_DB_PASSWORD"
make_database helix_programs "$PROGRAMS_DB_PASSWORD"
make_database helix_reporting "$REPORTING_DB_PASSWORD"
