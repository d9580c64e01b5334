#!/usr/bin/env bash
# Everything that takes long, printed as a report in Markdown. Stops at the first thing that fails.
#   scripts/soak.sh                          everything: an hour and a half on two quiet cores
#   scripts/soak.sh crash full               these sections only (make soak ONLY="crash full")
#   SEED=7 scripts/soak.sh crash             another seed than 2026
#   KILLS=20 SCHEDULES=500 scripts/soak.sh   less of it
# Sections: simulation register crash full fairness engine browser bench line hand ward.
# The program under test is built with the profile soak, unless GOCUA_BIN names another.
set -euo pipefail
cd "$(dirname "$0")/.."
say=scripts/say
export SEED=${SEED:-2026}
sections=(${@:-simulation register crash full fairness engine browser bench line hand ward})

# Tests whose report is a row of a table: nothing else of their output is shown unless one fails.
rows() {
  local out
  out=$(mktemp)
  if RUST_BACKTRACE=0 cargo nextest run --cargo-quiet --cargo-profile soak -p gocua-tests --test crash \
    --no-capture -E "$1" >"$out" 2>&1; then
    grep '^| ' "$out"
  else
    cat "$out" >&2
    exit 1
  fi
  rm -f "$out"
}

section() {
  printf '\n## %s\n\n' "$1"
  $say "$1" >&2
}

simulation() {
  section "Simulated campaigns"
  # In one process, side by side: it adds up what all of its parts went through.
  GOCUA_FIRST_SEED=$SEED GOCUA_SCHEDULES=${SCHEDULES:-10000} RUST_BACKTRACE=0 scripts/with-postgres.sh \
    cargo test -q --profile soak -p gocua-tests --test sync -- \
    --nocapture --test-threads $(($(nproc) * 2)) 2>&1
}

register() {
  section "The register in any order"
  GOCUA_SEED=$SEED GOCUA_SHUFFLES=${SHUFFLES:-100} RUST_BACKTRACE=0 scripts/with-postgres.sh \
    cargo nextest run --cargo-quiet --cargo-profile soak -p gocua-tests --test book -E 'test(anything_undone)' 2>&1 | tail -4
}

crash() {
  section "Killed at a bad moment"
  echo "| book | seed | program killed | while starting | database killed | operations | receipts | in the book though no answer had come | told to come later | took |"
  echo "|---|---|---|---|---|---|---|---|---|---|"
  GOCUA_SEED=$SEED GOCUA_KILLS=${KILLS:-200} rows 'test(no_promise_is_broken)'
}

full() {
  section "The disk is full"
  echo "| book | how | seed | operations | told to come later | took |"
  echo "|---|---|---|---|---|---|"
  GOCUA_SEED=$SEED GOCUA_FULL=limit rows 'test(a_full_disk)'
  if [ "$(id -u)" = 0 ]; then
    GOCUA_SEED=$SEED GOCUA_FULL=disk rows 'test(a_full_disk)'
  else
    echo
    echo "Not on a real small disk: mounting one needs root."
  fi
}

fairness() {
  section "Everybody syncs and three phones misbehave"
  echo "| book | seed | phones | within | p50 | p95 | slowest | told to come later | everything pulled: answered/put off | nonsense pushed: answered/put off | lines opened and left |"
  echo "|---|---|---|---|---|---|---|---|---|---|---|"
  # One after the other: the figures of one must not be the load of the other.
  for book in sqlite postgres; do
    GOCUA_SEED=$SEED GOCUA_PHONES=${PHONES:-300} GOCUA_EVENING=${EVENING:-60} \
      rows "test(one_phone_does_not_make_the_others_wait_$book)"
  done
}

engine() {
  section "The app's engine under faults"
  for book in sqlite postgres; do
    GOCUA_SEED=$SEED GOCUA_ENGINE=$book GOCUA_SOAK=${LIVES:-1000} \
      scripts/with-postgres.sh npm --prefix tests/engine run --silent soak
  done
}

browser() {
  section "A real browser, killed"
  (cd tests/e2e && GOCUA_SEED=$SEED GOCUA_KILLS=${BROWSER_KILLS:-50} \
    npx playwright test --config soak/playwright.config.ts kills)
}

bench() {
  section "How long a thumb waits"
  npm --prefix pwa run --silent bench
}

ward() {
  section "The desk of a whole ward"
  cargo run -q --profile soak -p gocua-paper --example make_registers -- 5000 "$PWD/target/list.xlsx"
  (cd tests/e2e && GOCUA_LIST=$PWD/../../target/list.xlsx npx playwright test --config soak/playwright.config.ts ward)
}

hand() {
  section "The phone in the hand"
  (cd tests/e2e && npx playwright test --config soak/playwright.config.ts hand)
}
line() {
  section "An evening over a slow line"
  (cd tests/e2e && npx playwright test --config soak/playwright.config.ts line)
}

began=$SECONDS
echo "# Soak"
echo
echo "Seed $SEED, $(nproc) cores, $(date -u +%F), load at the beginning $(cut -d' ' -f1-3 /proc/loadavg)."
$say "Program" >&2
[ -n "${GOCUA_BIN:-}" ] || cargo build -q --profile soak -p gocua-server
export GOCUA_BIN=${GOCUA_BIN:-$PWD/target/soak/gocua}
case " ${sections[*]} " in *" browser "* | *" bench "* | *" engine "* | *" line "* | *" hand "* | *" ward "*)
  [ -f pwa/node_modules/.package-lock.json ] || npm --prefix pwa ci --no-audit --no-fund --silent ;;
esac
case " ${sections[*]} " in *" browser "* | *" line "* | *" hand "* | *" ward "*)
  npm --prefix pwa run --silent build >&2
  [ -d tests/e2e/node_modules ] || npm --prefix tests/e2e ci --no-audit --no-fund --silent ;;
esac
for one in "${sections[@]}"; do
  case $one in
    simulation | register | crash | full | fairness | engine | browser | bench | line | hand | ward) "$one" ;;
    *) echo "no section $one" >&2; exit 1 ;;
  esac
done
printf '\nAll of it in %s s; load at the end %s.\n' "$((SECONDS - began))" "$(cut -d' ' -f1-3 /proc/loadavg)"
