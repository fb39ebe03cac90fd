#!/bin/sh
# PostgreSQL runs this once, on an empty volume: each program gets a role of its own, which can open its own databases alone.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" \
  --set=varna="$(cat "${SECRETS:=/run/secrets}/varna_password")" --set=temporal="$(cat "$SECRETS/temporal_password")" <<'SQL'
CREATE ROLE varna LOGIN PASSWORD :'varna';
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE varna OWNER varna;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE ALL ON DATABASE postgres, varna, temporal, temporal_visibility FROM PUBLIC;
SQL
