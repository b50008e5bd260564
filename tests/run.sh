#!/usr/bin/env bash
# Runs every check and every test, on every database it can find or start.
#
#   bash tests/run.sh                   checks and tests
#   bash tests/run.sh -- COMMAND …      that command instead, with the servers running and their URLs in its environment
#   SEA_GEN_NEWER=yes bash tests/run.sh  a second run on the newest PostgreSQL and MariaDB too
#   SEA_GEN_TEST_SECONDS=3000            how long the tests may take
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

cache="${XDG_CACHE_HOME:-$HOME/.cache}/sea-gen"
work="$(mktemp -d "$(temporary_folder)/sea-gen-tests.XXXXXX")"
chmod 755 "$work"
started=$SECONDS
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
  for pid in "${pids[@]}"; do
    # Ten seconds to stop in good order; the data is thrown away, so there is nothing to lose after that.
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  done
  for mount in "${mounts[@]}"; do umount "$mount" 2>/dev/null || umount --lazy "$mount" || true; done
  rm -rf -- "$work" "${removals[@]}"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A port nobody listens on. It is looked for again when the server cannot take it.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

# A new folder for data inside of another system's root, in memory where that can be had. Sets `data`.
folder_inside() {
  data=$(mktemp -d "$1/tmp/sea-gen-tests.XXXXXX")
  removals+=("$data")
  if room_in_memory && mount -t tmpfs -o size=4g sea-gen-tests "$data" 2>/dev/null; then mounts+=("$data"); fi
  chmod 755 "$data"
}

# Waits until somebody answers on the port; fails when the server ends first, or after a minute.
wait_for() {
  local pid=$1 port=$2
  for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || return 1
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0
    sleep 0.2
  done
  return 1
}

# Installs Debian packages as root, without starting any system service. A rule about services that is already there stays.
apt_updated=no
install_packages() {
  is_root && command -v apt-get >/dev/null || return 1
  local rule=/usr/sbin/policy-rc.d own_rule=no failed=0
  if [ ! -e "$rule" ]; then
    own_rule=yes
    printf '#!/bin/sh\nexit 101\n' >"$rule"
    chmod 755 "$rule"
  fi
  export DEBIAN_FRONTEND=noninteractive
  if [ "$apt_updated" = no ]; then
    apt_updated=yes
    apt-get update -qq >>"$work/apt.log" 2>&1 || true
  fi
  apt-get install -y -qq --no-install-recommends "$@" >>"$work/apt.log" 2>&1 || failed=1
  if [ "$own_rule" = yes ]; then rm -f "$rule"; fi
  if [ "$failed" = 1 ]; then tail -3 "$work/apt.log" >&2; fi
  return "$failed"
}

newest_postgres() {
  local folder newest=""
  for folder in /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/initdb" ]; then newest=$folder; fi
  done
  if [ -z "$newest" ] && command -v initdb >/dev/null; then newest=$(dirname "$(command -v initdb)"); fi
  [ -n "$newest" ] && echo "$newest"
}

start_postgres() {
  local bin data="$work/postgres" port pid as=()
  if ! bin=$(newest_postgres); then
    install_packages postgresql || return 1
    bin=$(newest_postgres) || return 1
  fi
  mkdir "$data"
  if is_root; then
    # PostgreSQL refuses to be root.
    chown postgres "$data"
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  fi
  "${as[@]}" "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >"$work/postgresql.log" 2>&1 || return 1
  for _ in 1 2 3; do
    port=$(free_port)
    "${as[@]}" "$bin/postgres" -D "$data" -p "$port" -k "$data" -h 127.0.0.1 -c fsync=off \
      -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 >>"$work/postgresql.log" 2>&1 &
    pid=$!
    if wait_for "$pid" "$port"; then
      pids+=("$pid")
      export DATABASE_URL_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
      export PATH="$bin:$PATH"
      report+=("PostgreSQL: $("$bin/postgres" --version)")
      return 0
    fi
  done
  return 1
}

# Root may come from this machine, without a password: the server lives for these tests only. MySQL has no such user after
# initialising, MariaDB may.
let_root_in() {
  printf "CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';\nGRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n"
  printf "CREATE USER IF NOT EXISTS 'root'@'%%';\nGRANT ALL ON *.* TO 'root'@'%%' WITH GRANT OPTION;\n"
}

start_mariadb() {
  local data="$work/mariadb" port pid owner=()
  if ! command -v mariadbd >/dev/null; then install_packages mariadb-server mariadb-client || return 1; fi
  command -v mariadbd >/dev/null || return 1
  mkdir "$data"
  if is_root; then
    chown mysql "$data"
    owner=(--user=mysql)
  fi
  let_root_in >"$work/mariadb.sql"
  chmod 644 "$work/mariadb.sql"
  mariadb-install-db --no-defaults "${owner[@]}" --datadir="$data" --auth-root-authentication-method=normal \
    --skip-test-db >"$work/mariadb.log" 2>&1 || return 1
  for _ in 1 2 3; do
    port=$(free_port)
    mariadbd --no-defaults "${owner[@]}" --datadir="$data" --port="$port" --socket="$data/socket" \
      --pid-file="$data/pid" --bind-address=127.0.0.1 --init-file="$work/mariadb.sql" \
      --innodb-flush-log-at-trx-commit=0 --skip-log-bin >>"$work/mariadb.log" 2>&1 &
    pid=$!
    if wait_for "$pid" "$port"; then
      pids+=("$pid")
      export DATABASE_URL_MARIADB="mariadb://root@127.0.0.1:$port/"
      report+=("MariaDB: $(mariadbd --version)")
      return 0
    fi
  done
  return 1
}

is_mysql() { [ -x "$1" ] && ! "$1" --version 2>/dev/null | grep -qi mariadb; }

# What Debian stable does not have, its unstable suite does: it goes into a folder of its own, outside the repository, and is
# kept for the next time. The mark is made last, so half a folder is never taken for a whole one.
#   from_sid FOLDER PACKAGE,PACKAGE…    prints the folder
from_sid() {
  local root="$cache/$1" packages=$2
  if [ -e "$root/.complete" ]; then
    echo "$root"
    return
  fi
  is_root || return 1
  command -v debootstrap >/dev/null || install_packages debootstrap || return 1
  rm -rf -- "$root"
  mkdir -p "$cache"
  if ! debootstrap --variant=minbase --include="$packages" sid "$root" >"$work/sid.log" 2>&1; then
    tail -3 "$work/sid.log" >&2
    rm -rf -- "$root"
    return 1
  fi
  chroot "$root" useradd --system mysql >>"$work/sid.log" 2>&1 || true
  touch "$root/.complete"
  echo "$root"
}

start_mysql() {
  local inside=() root="" data port pid mysqld owner=()
  mysqld=$(command -v mysqld || echo /usr/sbin/mysqld)
  if is_mysql "$mysqld"; then
    data="$work/mysql"
    mkdir "$data"
    if is_root; then chown mysql "$data"; fi
  else
    is_root && root=$(from_sid mysql-sid mysql-server-core,mysql-client-core) || return 1
    mysqld=/usr/sbin/mysqld
    inside=(chroot "$root")
    folder_inside "$root"
    chroot "$root" chown mysql "${data#"$root"}"
  fi
  if is_root; then owner=(--user=mysql); fi
  # The server must not find its data directory in use: the users' file and the socket lie beside the data.
  chmod 755 "$data"
  let_root_in >"$data/users.sql"
  mkdir "$data/data"
  if is_root; then "${inside[@]}" chown mysql "${data#"$root"}/data" "${data#"$root"}/users.sql"; fi
  data=${data#"$root"}
  "${inside[@]}" "$mysqld" --no-defaults "${owner[@]}" --initialize-insecure --datadir="$data/data" \
    --secure-file-priv= >"$work/mysql.log" 2>&1 || return 1
  for _ in 1 2 3; do
    port=$(free_port)
    "${inside[@]}" "$mysqld" --no-defaults "${owner[@]}" --datadir="$data/data" --port="$port" --mysqlx=OFF \
      --socket="$data/socket" --pid-file="$data/pid" --bind-address=127.0.0.1 --init-file="$data/users.sql" \
      --innodb-flush-log-at-trx-commit=0 --skip-log-bin --secure-file-priv= >>"$work/mysql.log" 2>&1 &
    pid=$!
    if wait_for "$pid" "$port"; then
      pids+=("$pid")
      export DATABASE_URL_MYSQL="mysql://root@127.0.0.1:$port/"
      report+=("MySQL: $("${inside[@]}" "$mysqld" --version)")
      return 0
    fi
  done
  return 1
}

# The newest PostgreSQL and MariaDB, beside the ones of Debian stable: catalogs differ between versions. Sets newer_postgres
# and newer_mariadb, and newer_path with the clients that go with them: pg_dump does not dump a server newer than itself.
newer_postgres="" newer_mariadb="" newer_path=""
start_newer() {
  local root data port client bin
  is_root && root=$(from_sid newer-sid postgresql-18,mariadb-server-core,mariadb-client-core) || return 1
  folder_inside "$root"
  newer_path="$work/newer"
  mkdir -p "$newer_path" "$data/postgres" "$data/mariadb"
  bin=/usr/lib/postgresql/18/bin
  for client in "$bin/pg_dump" "$bin/psql" /usr/bin/mariadb /usr/bin/mariadb-dump; do
    printf '#!/bin/sh\nexec chroot "%s" %s "$@"\n' "$root" "$client" >"$newer_path/${client##*/}"
    chmod 755 "$newer_path/${client##*/}"
  done

  chroot "$root" chown postgres "${data#"$root"}/postgres"
  local as=(chroot "$root" setpriv --reuid=postgres --regid=postgres --clear-groups)
  if "${as[@]}" "$bin/initdb" -D "${data#"$root"}/postgres" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >"$work/newer.log" 2>&1; then
    port=$(free_port)
    "${as[@]}" "$bin/postgres" -D "${data#"$root"}/postgres" -p "$port" -k "${data#"$root"}/postgres" -h 127.0.0.1 \
      -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 >>"$work/newer.log" 2>&1 &
    if wait_for "$!" "$port"; then
      pids+=("$!")
      newer_postgres="postgres://postgres@127.0.0.1:$port/postgres"
      report+=("PostgreSQL, newer: $(chroot "$root" "$bin/postgres" --version)")
    fi
  fi

  let_root_in >"$data/users.sql"
  chroot "$root" chown mysql "${data#"$root"}/mariadb" "${data#"$root"}/users.sql"
  if chroot "$root" mariadb-install-db --no-defaults --user=mysql --datadir="${data#"$root"}/mariadb/data" \
    --auth-root-authentication-method=normal --skip-test-db >>"$work/newer.log" 2>&1; then
    port=$(free_port)
    chroot "$root" mariadbd --no-defaults --user=mysql --datadir="${data#"$root"}/mariadb/data" --port="$port" \
      --socket="${data#"$root"}/mariadb/socket" --pid-file="${data#"$root"}/mariadb/pid" --bind-address=127.0.0.1 \
      --init-file="${data#"$root"}/users.sql" --innodb-flush-log-at-trx-commit=0 --skip-log-bin \
      >>"$work/newer.log" 2>&1 &
    if wait_for "$!" "$port"; then
      pids+=("$!")
      newer_mariadb="mariadb://root@127.0.0.1:$port/"
      report+=("MariaDB, newer: $(chroot "$root" mariadbd --version)")
    fi
  fi
  [ -n "$newer_postgres" ] || [ -n "$newer_mariadb" ]
}

# One server: from the environment, or started by the given function, or reported missing.
provide() {
  local name=$1 variable=$2 start=$3
  if [ -n "${!variable:-}" ]; then
    report+=("$name: from $variable")
    return
  fi
  say "$name: starting one"
  if ! "$start"; then
    report+=("$name: MISSING, its tests are ignored (set $variable)")
    if [ -e "$work/${name,,}.log" ]; then tail -3 "$work/${name,,}.log" >&2; fi
  fi
}

if ! command -v sqlite3 >/dev/null; then install_packages sqlite3 || true; fi
if command -v sqlite3 >/dev/null; then
  report+=("SQLite: built in; shell $(sqlite3 --version | cut -d' ' -f1)")
else
  report+=("SQLite: built in; no sqlite3 shell")
fi
provide PostgreSQL DATABASE_URL_POSTGRES start_postgres
provide MariaDB DATABASE_URL_MARIADB start_mariadb
provide MySQL DATABASE_URL_MYSQL start_mysql
has_pgbouncer() { PATH="$PATH:/usr/sbin" command -v pgbouncer >/dev/null; }
if has_pgbouncer || { install_packages pgbouncer && has_pgbouncer; }; then
  report+=("pgbouncer: $(PATH="$PATH:/usr/sbin" pgbouncer --version | head -1)")
else
  report+=("pgbouncer: MISSING, its tests are ignored")
fi
has_browser() { command -v chromium >/dev/null; }
if has_browser || { install_packages chromium && has_browser; }; then
  report+=("Chromium: $(chromium --version 2>/dev/null | head -1)")
else
  report+=("Chromium: MISSING, the tests of pages in a browser are ignored")
fi

if [ "${1:-}" = -- ]; then
  shift
  "$@"
  exit
fi

code=0
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

export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
check cargo fmt --all --check
check cargo clippy --workspace --all-targets -- -D warnings
# Drivers can be left out: whatever needs one outside of its place shows here.
check cargo clippy --no-default-features --features sqlite --lib --bins -- -D warnings
# A test that waits for ever ends with the run, and the lines before it are still shown.
# Most tests wait for a server most of the time.
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-$(($(nproc) + 1))}"
tests() { timeout --verbose "${SEA_GEN_TEST_SECONDS:-3000}" cargo test --workspace --no-fail-fast 2>&1 | tee "$work/tests.log"; }
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
# What is told apart by database runs once more on the newer servers, when that is asked for: one test is not yet green there.
if [ "${SEA_GEN_NEWER:-no}" = yes ]; then
  say "newer servers: starting them"
  if start_newer; then
    on_newer_servers() {
      PATH="$newer_path:$PATH" DATABASE_URL_POSTGRES="${newer_postgres:-$DATABASE_URL_POSTGRES}" \
        DATABASE_URL_MARIADB="${newer_mariadb:-$DATABASE_URL_MARIADB}" \
        cargo test --test it --test cases --no-fail-fast -- "$1" 2>&1 | tee "$work/newer-$1-tests.log"
    }
    check on_newer_servers postgres
    check on_newer_servers mariadb
  else
    report+=("newer servers: MISSING, nothing ran on them")
  fi
fi
say "instructions"
counted=0
tests/bench/instructions.sh || counted=$?
case $counted in
  0) report+=("passed: instructions") ;;
  77) report+=("instructions: NOT COUNTED, see tests/bench/instructions.sh") ;;
  *) report+=("FAILED: instructions") && code=1 ;;
esac
check env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

say "summary"
if [ -e "$work/tests.log" ]; then grep -hE '^(test result|error: test failed|     Running|   Doc-tests)' "$work"/*tests.log || true; fi
printf '%s\n' "${report[@]}"
printf 'total: %d s\n' "$((SECONDS - started))"
exit "$code"
