#!/usr/bin/env bash
# Times `gen up --tenants` on schemas of PostgreSQL beside psql, which is sent the same SQL in as many processes.
#
#   tests/bench/tenants.sh [TENANTS] [PROCESSES]
#
# Needs DATABASE_URL_POSTGRES, psql, and GEN, the program (target/release/gen). Twice: the first migration of the bookshop in empty
# schemas, and one that adds a column and an index. psql is timed in two ways: one process for each tenant, and one for each share of the
# tenants, which keeps its session. Neither psql keeps a history or takes a lock.
set -euo pipefail
tenants=${1:-1000} processes=${2:-4}
gen=${GEN:-target/release/gen}
gen=$(realpath "$gen")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
base=${DATABASE_URL_POSTGRES%/*}
name=sea_gen_bench_tenants_$$
url=$base/$name
clean() { psql -q "$DATABASE_URL_POSTGRES" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)" 2>/dev/null; rm -rf "$work"; }
trap clean EXIT

fresh() {
    psql -q "$DATABASE_URL_POSTGRES" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)" -c "CREATE DATABASE $name TEMPLATE template0" 2>/dev/null
    for ((i = 1; i <= tenants; i++)); do echo "CREATE SCHEMA t$i;"; done | psql -q "$url"
    psql -q "$url" -c CHECKPOINT
}
seconds() {
    local start=$(date +%s%N)
    "$@" >"$work/out" 2>&1 || { tail -n5 "$work/out" >&2; exit 1; }
    echo "scale=2; ($(date +%s%N) - $start) / 1000000000" | bc
}
# One process for each tenant.
each() { seq "$tenants" | xargs -P "$processes" -I{} psql -q -v ON_ERROR_STOP=1 -1 "$url" -c "SET search_path = t{}, public" -f "$1"; }
# One process for each share, with one session.
shares() {
    for ((p = 0; p < processes; p++)); do
        for ((i = p + 1; i <= tenants; i += processes)); do
            echo "SET search_path = t$i, public;"; echo "BEGIN;"; cat "$1"; echo "COMMIT;"
        done | psql -q -v ON_ERROR_STOP=1 "$url" &
    done
    wait
}
up() { "$gen" up --tenants --json; }

cp -r "$root/entities" "$work/entities"
find "$work/entities" -name Cargo.toml -delete
cat >"$work/gen.toml" <<TOML
dialects = ["postgres"]
database-url = "$url"
proof = "off"

[tenants]
pattern = "t*"
parallel = $processes
TOML
cd "$work"
fresh
"$gen" init >/dev/null 2>&1
"$gen" migration Initial >/dev/null 2>&1
script() { "$gen" up --tenants t1 --dry-run 2>/dev/null | grep -v '^-- [0-9]* tenant' >"$work/$1.sql"; }
script first
psql_each=$(seconds each "$work/first.sql"); fresh
psql_shares=$(seconds shares "$work/first.sql"); fresh
ours=$(seconds up)
nothing=$(seconds up)
count() { grep -c ';$' "$work/$1.sql"; }
echo "first migration, $(count first) statements, $tenants tenants, $processes at once"
echo "  psql, a process for each tenant   $psql_each s"
echo "  psql, a process for each share    $psql_shares s"
echo "  gen up --tenants                  $ours s"
echo "  gen up --tenants again            $nothing s"
sed -i '0,/^    pub [a-z_]*: String,/s//&\n    #[sea_orm(indexed)]\n    pub place: Option<i32>,/' entities/author.rs
"$gen" migration AddPlace --from snapshot --offline-forms >/dev/null 2>&1
prepared() { fresh; "$gen" up 1 --tenants >/dev/null 2>&1; }
prepared
script second
psql_each=$(seconds each "$work/second.sql"); prepared
psql_shares=$(seconds shares "$work/second.sql"); prepared
ours=$(seconds up)
echo "second migration, $(count second) statements"
echo "  psql, a process for each tenant   $psql_each s"
echo "  psql, a process for each share    $psql_shares s"
echo "  gen up --tenants                  $ours s"
