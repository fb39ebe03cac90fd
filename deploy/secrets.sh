#!/bin/sh
# Makes the secrets that docker-compose.yml names, in secrets/ at the root. Never replaces one that is there.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets # closed to others; the files in it are readable, because containers open them as users of their own
chmod 700 secrets

keep() { # NAME VALUE
  [ -s "secrets/$1.txt" ] || printf '%s' "$2" >"secrets/$1.txt"
  chmod 444 "secrets/$1.txt"
}
random() { # 32 bytes, as 64 hexadecimal digits
  od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}

keep postgres_password "$(random)"
keep temporal_password "$(random)"
keep varna_password "$(random)"
keep varna_database_url "postgresql+asyncpg://varna:$(cat secrets/varna_password.txt)@postgres:5432/varna"
keep varna_master_key "$(random)"
keep receipt_secret "$(random)"
for given in smtp_password imap_password sms_password webhook_secret oidc_client_secret; do # whoever runs the other side gives these: write them in
  touch "secrets/$given.txt"
  chmod 644 "secrets/$given.txt"
done
