#!/usr/bin/env bash
# Everything a landing needs. Stops at the first thing that fails.
set -euo pipefail
cd "$(dirname "$0")/.."
say=scripts/say
began=$SECONDS

$say "App: dependencies, types, unit tests, build, size budget"
[ -f pwa/node_modules/.package-lock.json ] && [ pwa/node_modules/.package-lock.json -nt pwa/package-lock.json ] \
  || npm --prefix pwa ci --no-audit --no-fund
npm --prefix pwa run --silent check
npm --prefix pwa run --silent test
npm --prefix pwa run --silent build
npm --prefix pwa run --silent budget

$say "Rust: format, lints"
cargo fmt --check
cargo clippy --workspace --all-targets -q -- -D warnings

$say "Rust: tests on SQLite and PostgreSQL"
# Some tests kill the program itself.
cargo build -q -p gocua-server
scripts/with-postgres.sh cargo nextest run --workspace --no-fail-fast

$say "The app's engine, killed at every step, against the server on both databases"
npm --prefix tests/engine run --silent check
scripts/with-postgres.sh npm --prefix tests/engine test --silent

$say "Browser stories"
npm --prefix tests/e2e ci --no-audit --no-fund --silent
npm --prefix tests/e2e test

$say "All passed in $((SECONDS - began)) s"
