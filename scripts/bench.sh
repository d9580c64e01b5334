#!/usr/bin/env bash
# Figures of this machine, printed as a report in Markdown; takes about ten minutes after the build.
#   scripts/bench.sh                      everything
#   scripts/bench.sh --only push          one part: push, desk, start, public
#   scripts/bench.sh --rounds 9           more rounds than five
#   scripts/bench.sh --small              to try the program out; its figures say nothing
set -euo pipefail
cd "$(dirname "$0")/.."
say=scripts/say

# The shipped binary without its link-time optimisation; nobody but this script builds it so.
measure=(--profile measure
  --config 'profile.measure.inherits="release"'
  --config 'profile.measure.lto="off"'
  --config 'profile.measure.codegen-units=16')

$say "Server and the program that plays the phones (profile measure)" >&2
nice -n 10 cargo build "${measure[@]}" -p gocua-server
nice -n 10 cargo bench "${measure[@]}" --no-run -q -p gocua-tests --bench load
nice -n 10 cargo bench "${measure[@]}" --no-run -q -p gocua-domain --bench rules
nice -n 10 cargo bench "${measure[@]}" --no-run -q -p gocua-ground --bench derive

$say "Over HTTP, on SQLite and PostgreSQL" >&2
scripts/with-postgres.sh cargo bench "${measure[@]}" -q -p gocua-tests --bench load -- "$@"

case " $* " in *" --only "* | *" --small "*) exit 0 ;; esac
$say "The rules alone" >&2
printf '\n## The rules alone\n\n```\n'
{ cargo bench "${measure[@]}" -q -p gocua-domain --bench rules -- --noplot
  cargo bench "${measure[@]}" -q -p gocua-ground --bench derive -- --noplot; } 2>/dev/null \
  | awk '/^[A-Za-z]/ { name = $0; sub(/ +time:.*/, "", name) }
         /time:/ { sub(/.*time: +/, ""); print name ": " $0 }'
printf '```\n'
