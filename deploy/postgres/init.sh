#!/usr/bin/env bash
# Run once by the PostgreSQL image on an empty volume: a database and a role for each service whose password is given.
set -euo pipefail
for file in "${SECRETS:-/run/secrets}"/*_database_password; do
  name=$(basename "$file" _database_password)
  psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="$name" --set password="$(cat "$file")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
