#!/usr/bin/env bash
# Runs every check and every test, on every database it can find or start.
#
#   bash tests/run.sh                   checks and tests
#   bash tests/run.sh -- COMMAND …      that command instead, with the servers running and their URLs in its environment
#   SEA_GEN_SERVERS="postgres:13 postgres:18 mariadb:11.8" bash tests/run.sh
#                                        what is told apart by database runs once more on each of these too
#   SEA_GEN_SERVERS="…" bash tests/run.sh matrix   on these alone
#   SEA_GEN_TEST_SECONDS=4200            how long the tests may take
#
# SQLite needs nothing. For each server it takes, in this order: the URL in the environment (DATABASE_URL_POSTGRES,
# DATABASE_URL_MARIADB, DATABASE_URL_MYSQL), an installed server, one installed now (Debian, as root). What it starts runs on
# ports and data directories of its own, and is stopped and removed at the end, however the end comes. A server that cannot
# be had is named at the end, and its tests show as ignored. So do those behind pgbouncer, which is installed in the same way;
# each of them starts its own. So do those of pages in a browser, which is Chromium.
# shellcheck disable=SC2317 # much is called by a trap or by name
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A server syncs its files at every CREATE TABLE, whatever its settings say: MariaDB is seven times faster on a memory file
# system. It is taken where it is large enough, and where the machine has the memory.
room_in_memory() {
  [ "$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo 2>/dev/null || echo 0)" -ge 8 ]
}
temporary_folder() {
  local free
  free=$(df --output=avail -BG /dev/shm 2>/dev/null | tail -1 | tr -dc '0-9')
  if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "${free:-0}" -ge 4 ] && room_in_memory; then
    echo /dev/shm
  else
    echo "${TMPDIR:-/tmp}"
  fi
}

export PATH="$PATH:/usr/sbin:/sbin" # servers are there
cache="${XDG_CACHE_HOME:-$HOME/.cache}/sea-gen"
work="$(mktemp -d "$(temporary_folder)/sea-gen-tests.XXXXXX")"
chmod 755 "$work"
started=$SECONDS
limit="${SEA_GEN_TEST_SECONDS:-4200}" # ci.yml allows more than that
pids=()     # servers started here
mounts=()   # memory file systems mounted here
removals=() # folders to remove besides $work
report=()   # what ran, a line a server

say() { printf '\n\033[1m== %s\033[0m\n' "$*" >&2; }
is_root() { [ "$(id -u)" = 0 ]; }

finish() {
  local code=$?
  trap - EXIT INT TERM HUP
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do stop_server "$pid"; done
  for mount in "${mounts[@]}"; do umount "$mount" 2>/dev/null || umount --lazy "$mount" || true; done
  rm -rf -- "$work" "${removals[@]}"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# shellcheck source=servers.sh
. tests/servers.sh

here_postgres() {
  local bin
  bin=$(newest_postgres) || { install_packages postgresql && bin=$(newest_postgres); } || return 1
  start_postgres "$bin" || return 1
  export PATH="$bin:$PATH"
}

here_mariadb() {
  command -v mariadbd >/dev/null || install_packages mariadb-server mariadb-client || return 1
  start_mariadb ""
}

# What Debian stable does not have, its unstable suite does.
here_mysql() {
  local root=""
  is_mysql "$(command -v mysqld || echo /usr/sbin/mysqld)" ||
    root=$(from_suite mysql-sid sid mysql-server-core,mysql-client-core) || return 1
  start_mysql "$root"
}

# One server: from the environment, or started by the given function, or reported missing.
provide() {
  local name=$1 variable=$2 start=$3
  if [ -n "${!variable:-}" ]; then
    report+=("$name: from $variable")
    return
  fi
  say "$name: starting one"
  local url title
  if "$start"; then
    export "$variable=$url"
    report+=("$name: $title")
  else
    report+=("$name: MISSING, its tests are ignored (set $variable)")
    if [ -e "$work/${name,,}.log" ]; then tail -3 "$work/${name,,}.log" >&2; fi
  fi
}

has_pgbouncer() { command -v pgbouncer >/dev/null; }
has_browser() { command -v chromium >/dev/null; }

# Everything that the tests need, as far as it can be had.
provide_all() {
  if ! command -v sqlite3 >/dev/null; then install_packages sqlite3 || true; fi
  if command -v sqlite3 >/dev/null; then
    report+=("SQLite: built in; shell $(sqlite3 --version | cut -d' ' -f1)")
  else
    report+=("SQLite: built in; no sqlite3 shell")
  fi
  provide PostgreSQL DATABASE_URL_POSTGRES here_postgres
  provide MariaDB DATABASE_URL_MARIADB here_mariadb
  provide MySQL DATABASE_URL_MYSQL here_mysql
  if has_pgbouncer || { install_packages pgbouncer && has_pgbouncer; }; then
    report+=("pgbouncer: $(pgbouncer --version | head -1)")
  else
    report+=("pgbouncer: MISSING, its tests are ignored")
  fi
  if has_browser || { install_packages chromium && has_browser; }; then
    report+=("Chromium: $(chromium --version 2>/dev/null | head -1)")
  else
    report+=("Chromium: MISSING, the tests of pages in a browser are ignored")
  fi
}

# The tests that are told apart by database, once more on each server of SEA_GEN_SERVERS. Adds a line a server to `report`.
matrix() {
  local entry product variable clients url title log from
  for entry in ${SEA_GEN_SERVERS:-}; do
    say "$entry"
    from=$SECONDS product=${entry%%:*}
    if ! serve_version "$entry"; then
      report+=("FAILED: $entry could not be started")
      tail -3 "$work/suite.log" "$work/postgresql.log" "$work/$product.log" 2>/dev/null >&2 || true
      code=1
      continue
    fi
    log="$work/$product-${entry#*:}-tests.log"
    if ! env "PATH=$clients:$PATH" "$variable=$url" timeout --verbose "$limit" \
      cargo test --test it --test cases --test lint --test beside --no-fail-fast -- "$product" 2>&1 | tee "$log"; then
      code=1
    fi
    report+=("$entry: ${title%% for *}: $(counted_in "$log"), $((SECONDS - from)) s")
    stop_server "${pids[-1]}"
    unset 'pids[-1]'
  done
}

# The sum of the results of the programs in a log.
counted_in() {
  awk '/^test result/ { for (i = 2; i <= NF; i++) { n[$i] += $(i - 1) } }
    END { printf "%d passed, %d failed, %d ignored", n["passed;"], n["failed;"], n["ignored;"] }' "$1"
}

# What the run has found, and its exit code.
summary() {
  say "summary"
  grep -hE '^(test result|error: test failed|     Running|   Doc-tests)' "$work"/*tests.log || true
  printf '%s\n' "${report[@]}"
  printf 'total: %d s\n' "$((SECONDS - started))"
  exit "$code"
}

code=0
# Most tests wait for a server most of the time.
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-$(($(nproc) + 1))}"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
# What a second build saves by reusing parts of the first one, the first one pays for.
if [ ! -d "${CARGO_TARGET_DIR:-target}" ]; then export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-0}"; fi
if [ "${1:-}" = matrix ]; then
  matrix
  summary
fi
provide_all
if [ "${1:-}" = -- ]; then
  shift
  "$@"
  exit
fi

check() {
  local from=$SECONDS
  say "$*"
  if "$@"; then
    report+=("passed in $((SECONDS - from)) s: $*")
  else
    report+=("FAILED: $*")
    code=1
  fi
}

check cargo fmt --all --check
check cargo clippy --workspace --all-targets -- -D warnings
# Drivers can be left out: whatever needs one outside of its place shows here.
check cargo clippy --no-default-features --features sqlite --lib --bins -- -D warnings
# A test that waits for ever ends with the run, and the lines before it are still shown.
tests() { timeout --verbose "$limit" cargo test --workspace --no-fail-fast 2>&1 | tee "$work/tests.log"; }
export TMPDIR="$work/tmp"
mkdir "$TMPDIR"
check tests
# Every server test runs when every server is there.
none_ignored() {
  local ignored
  ignored=$(cargo test --quiet --test it --test beside --test cases --test lint -- --list --ignored | grep ': test$' || true)
  [ -z "$ignored" ] || { printf 'ignored although its server is there: %s\n' "$ignored" >&2; return 1; }
}
if [ -n "${DATABASE_URL_POSTGRES:-}" ] && [ -n "${DATABASE_URL_MARIADB:-}" ] && [ -n "${DATABASE_URL_MYSQL:-}" ] && has_pgbouncer && has_browser; then
  check none_ignored
fi
matrix
say "instructions"
counted=0
tests/bench/instructions.sh || counted=$?
case $counted in
  0) report+=("passed: instructions") ;;
  77) report+=("instructions: NOT COUNTED, see tests/bench/instructions.sh") ;;
  *) report+=("FAILED: instructions") && code=1 ;;
esac
check env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

summary
