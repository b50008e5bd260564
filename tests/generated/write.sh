#!/usr/bin/env bash
# Writes the entities that `sea-orm-cli generate entity` makes of the schemas in this folder, each version in each of its formats.
#
#   bash tests/run.sh -- bash tests/generated/write.sh             all of them
#   bash tests/run.sh -- bash tests/generated/write.sh sqlite      one product
#
# A schema is `PRODUCT/SCHEMA.sql`, what is written `PRODUCT/SCHEMA/VERSION-FORMAT.txt`: the files one after the other, each
# behind a line `==> NAME <==`. Needs the URLs of the servers in the environment, as `tests/run.sh` gives them, and `psql`,
# `mysql`, `sqlite3`. The two versions are installed into the cache, unless SEA_ORM_CLI_1 and SEA_ORM_CLI_2 name programs.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")"

cache="${XDG_CACHE_HOME:-$HOME/.cache}/sea-gen"
work="$(mktemp -d "${TMPDIR:-/tmp}/sea-gen-generated.XXXXXX")"
trap 'rm -rf -- "$work"' EXIT
database=sea_gen_generated

installed() {
  local version=$1 root="$cache/sea-orm-cli-$1"
  if [ ! -x "$root/bin/sea-orm-cli" ]; then
    cargo install sea-orm-cli --version "~$version" --root "$root" --debug --no-default-features \
      --features cli,codegen,runtime-tokio-rustls,sqlx-postgres,sqlx-mysql,sqlx-sqlite >&2
  fi
  echo "$root/bin/sea-orm-cli"
}
first="${SEA_ORM_CLI_1:-$(installed 1.1)}"
second="${SEA_ORM_CLI_2:-$(installed 2.0)}"

# Runs SQL on a MySQL or MariaDB server: its URL, a database or nothing, the SQL on stdin.
on_mysql() {
  local url=${1#*://} user host port
  user=${url%%@*} host=${url#*@}
  host=${host%%/*} port=${host##*:}
  MYSQL_PWD=$([ "${user#*:}" = "$user" ] || echo "${user#*:}") \
    mysql --protocol=tcp -h "${host%%:*}" -P "$port" -u "${user%%:*}" "${@:2}"
}

# Makes the database of a schema, and prints its URL.
created() {
  local product=$1 file=$2 server
  case $product in
    sqlite)
      rm -f "$work/schema.db"
      sqlite3 "$work/schema.db" <"$file"
      echo "sqlite://$work/schema.db"
      ;;
    postgres)
      server=$DATABASE_URL_POSTGRES
      psql -qX "$server" -c "DROP DATABASE IF EXISTS $database" -c "CREATE DATABASE $database TEMPLATE template0" 2>/dev/null
      psql -qX -v ON_ERROR_STOP=1 "${server%/*}/$database" -f "$file" >&2
      echo "${server%/*}/$database"
      ;;
    mysql | mariadb)
      [ "$product" = mysql ] && server=$DATABASE_URL_MYSQL || server=$DATABASE_URL_MARIADB
      on_mysql "$server" <<<"DROP DATABASE IF EXISTS $database; CREATE DATABASE $database"
      on_mysql "$server" "$database" <"$file"
      # The generator knows MariaDB by the name of MySQL.
      server=mysql://${server#*://}
      echo "${server%/*}/$database"
      ;;
  esac
}

dropped() {
  case $1 in
    sqlite) ;;
    postgres) psql -qX "$DATABASE_URL_POSTGRES" -c "DROP DATABASE $database" ;;
    mysql) on_mysql "$DATABASE_URL_MYSQL" <<<"DROP DATABASE $database" ;;
    mariadb) on_mysql "$DATABASE_URL_MARIADB" <<<"DROP DATABASE $database" ;;
  esac
}

# Generates one format into one file: the program, the URL, the target, the options.
generated() {
  local program=$1 url=$2 target=$3
  rm -rf "$work/entities"
  if ! "$program" generate entity -u "$url" -o "$work/entities" "${@:4}" >"$work/log" 2>&1; then
    echo "$target: $(tail -n 3 "$work/log")" >&2
    return 1
  fi
  mkdir -p "$(dirname "$target")"
  (cd "$work/entities" && tail -v -n +1 -- *.rs) >"$target"
}

for file in "${@:-*}"; do
  for schema in $file/*.sql; do
    product=${schema%%/*} folder=${schema%.sql}
    url=$(created "$product" "$schema")
    generated "$first" "$url" "$folder/1.1-compact.txt" --compact-format
    generated "$first" "$url" "$folder/1.1-expanded.txt" --expanded-format
    for format in compact expanded dense; do
      generated "$second" "$url" "$folder/2.0-$format.txt" --entity-format "$format"
    done
    dropped "$product"
  done
done
