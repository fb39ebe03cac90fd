#!/bin/sh
# The server takes its password from the environment alone; this takes it from the secret's file.
set -eu
POSTGRES_PWD="$(cat /run/secrets/temporal_password)"
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
