#!/usr/bin/env bash
# Runs a command with GOCUA_TEST_PG pointing at a throw-away PostgreSQL cluster: in a temporary
# folder, on a free port of the loopback, gone when the command ends.
#   scripts/with-postgres.sh COMMAND [ARG ...]
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "PostgreSQL's binaries are missing: run 'make tools'" >&2; exit 1; }

dir=$(mktemp -d)
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  # initdb refuses to run as root; Debian's package brings the account.
  chown postgres "$dir"
  as() { runuser -u postgres -- "$@"; }
fi
stop() {
  as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT

as "$bin/initdb" -D "$dir/data" -U gocua -A trust -E UTF8 --locale=C >/dev/null
port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
as "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" \
  -o "-p $port -k $dir -c listen_addresses=127.0.0.1 -c max_connections=300" start >/dev/null \
  || { cat "$dir/log" >&2; exit 1; }

GOCUA_TEST_PG="postgres://gocua@127.0.0.1:$port/postgres" "$@"
